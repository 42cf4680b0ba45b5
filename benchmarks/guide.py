"""A thousand people walk the guide at once against a real `amparo serve`: no error, and how long a page takes.

    python benchmarks/guide.py --people 1000

All sessions are open at the same time: each person holds a connection and a session cookie from the first page to the
last, answers at random, types one question into the search, and ends on a page of help. Nobody waits between pages, so
this is the worst moment and not a usual one. Server and walkers share the machine. Prints a Markdown table; exit code 1
when one answer is not the expected one.
"""

import argparse
import os
import platform
import random
import re
import sys
import tempfile
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode

import urllib3

sys.path.insert(0, str(Path(__file__).parents[1]))

from amparo.core import guide
from tests.servers.instance import Instance

GRAPH = guide.graph()
NUMBERS = {"/start": 1, "/next": 2} | {f"/next/{number}": number for number in range(3, len(GRAPH.questions) + 1)}
ENDS = {"/help-now", "/people", "/steps", "/done"}
ASKED = ("how do I get it off google", "somebody wants money", "my ex threatens me", "I lost my code")
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
LONGEST_WAIT_S = 300.0
SEED = 20261121


class Wrong(RuntimeError):
    """An answer that is not the expected one; the message names the page and the status."""


class Person:
    """One browser: its own connection, its own cookies."""

    def __init__(self, port: int, number: int) -> None:
        timeout = urllib3.Timeout(total=LONGEST_WAIT_S)
        self.pool = urllib3.HTTPConnectionPool("127.0.0.1", port, maxsize=1, retries=False, timeout=timeout)
        self.cookies: dict[str, str] = {}
        self.chance = random.Random(SEED + number)
        self.taken: list[float] = []

    def ask(self, path: str, fields: dict[str, str] | None = None, *, wanted: int) -> urllib3.BaseHTTPResponse:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        begun = time.perf_counter()
        if fields is None:
            answer = self.pool.request("GET", path, headers=headers, redirect=False)
        else:
            body = urlencode(fields)
            headers |= {"Content-Type": "application/x-www-form-urlencoded"}
            answer = self.pool.request("POST", path, body=body, headers=headers, redirect=False)
        self.taken.append(time.perf_counter() - begun)
        if answer.status != wanted:
            raise Wrong(f"{path} answered {answer.status}, but {wanted} is wanted")
        for line in answer.headers.getlist("Set-Cookie"):
            for name, morsel in SimpleCookie(line).items():
                self.cookies[name] = morsel.value
        return answer

    def post(self, path: str, fields: dict[str, str], *, wanted: int) -> urllib3.BaseHTTPResponse:
        found = TOKEN.search(self.ask(path, wanted=200).data.decode())
        if not found:
            raise Wrong(f"{path} holds no form")
        return self.ask(path, fields | {"csrfmiddlewaretoken": found[1]}, wanted=wanted)

    def _answer(self, question: guide.Question) -> str:
        """One in fifty stops; nine in ten are adults in no danger, whose way is the longest; the rest is chance."""
        if self.chance.random() < 0.02:
            return guide.STOP
        if not question.skip and self.chance.random() < 0.9:
            return question.choices[0].id
        return self.chance.choice(guide.answers_of(question)[:-1])

    def walk(self) -> str:
        """From the first page to help; gives the path of the help."""
        self.ask("/", wanted=200)
        path = "/start"
        while path in NUMBERS:
            question = list(GRAPH.questions.values())[NUMBERS[path] - 1]
            told = self._answer(question)
            fields = {"do": told} if told in {guide.STOP, guide.SKIP} else {question.id: told}
            path = self.post(path, fields, wanted=302).headers["Location"]
        if path not in ENDS:
            raise Wrong(f"a walk ended at {path}, which is no page of help")
        self.ask(path, wanted=200)
        self.post("/ask", {"words": self.chance.choice(ASKED)}, wanted=200)
        return path


def everybody(port: int, people: int) -> tuple[list[Person], Counter[str], Counter[str], float]:
    """All of them at once, behind one barrier; gives them, where they ended, what went wrong, and seconds."""
    crowd = [Person(port, number) for number in range(people)]
    together = threading.Barrier(people)
    ends: Counter[str] = Counter()
    wrong: Counter[str] = Counter()

    def one(person: Person) -> None:
        together.wait()
        try:
            ends[person.walk()] += 1
        except (Wrong, urllib3.exceptions.HTTPError) as failure:
            wrong[str(failure) if isinstance(failure, Wrong) else type(failure).__name__] += 1
        finally:
            person.pool.close()

    begun = time.perf_counter()
    with ThreadPoolExecutor(people) as threads:
        list(threads.map(one, crowd))
    return crowd, ends, wrong, time.perf_counter() - begun


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=1000)
    people = parser.parse_args().people
    threading.stack_size(256 * 1024)
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="amparo-bench-") as folder:
        instance = Instance(Path(folder) / "home", database_url=os.environ.get("DATABASE_URL", ""))
        with instance:
            crowd, ends, wrong, seconds = everybody(instance.port, people)
    taken = sorted(one for person in crowd for one in person.taken)
    at = {share: taken[min(int(len(taken) * share / 100), len(taken) - 1)] for share in (50, 95, 99, 100)}
    print(f"{platform.machine()}, {os.cpu_count()} cores, load {load:.0f} before, Python {platform.python_version()}\n")
    print("| what | measured |\n|---|---|")
    print(f"| people at once, pages | {people}, {len(taken)} |")
    print(f"| ended in help | {sum(ends.values())}: {', '.join(f'{path} {n}' for path, n in ends.most_common())} |")
    print(f"| errors | {sum(wrong.values())} |")
    print(f"| all of it | {seconds:.1f} s, {len(taken) / seconds:.0f} pages a second |")
    print(f"| a page at 50, 95, 99, 100 % | {', '.join(f'{at[share]:.2f} s' for share in (50, 95, 99, 100))} |")
    for failure, times in wrong.most_common():
        print(f"{times} x {failure}", file=sys.stderr)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
