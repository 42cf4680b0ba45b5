"""The ceremonies on a terminal: papers shown one at a time and typed back; two of them open the cases."""

import json
import re
import subprocess

import pytest

from tests.servers.databases import own_database
from tests.servers.instance import Instance

pytestmark = pytest.mark.journey

PASSWORD = "a long enough passphrase"
CAST = f"""
from django.utils import timezone
from amparo.apps.accounts.actions import add_organisation, add_user
from amparo.apps.cases.actions import open_case
from amparo.apps.ledger.models import SYSTEM
told = {{"by": SYSTEM, "now": timezone.now()}}
helpline = add_organisation(handle="helpline", name="H", kind="helpline", mailbox="n@example.org", **told)
add_user(handle="hana", organisation=helpline, role="caseworker", password="{PASSWORD}", **told)
open_case(helpline=helpline, language="en", country="", fingerprints=[], urls=["https://files.example.org/1"],
          now=timezone.now())
"""
NEW_CASE = """
from django.utils import timezone
from amparo.apps.accounts.models import Organisation
from amparo.apps.cases.actions import open_case
open_case(helpline=Organisation.objects.get(), language="en", country="", fingerprints=[],
          urls=["https://files.example.org/2"], now=timezone.now())
"""
LINE = re.compile(r"^[0-9A-Z]{6}(?: [0-9A-Z]{6}){3}$", re.MULTILINE)


class Terminal:
    """Somebody at the keyboard: reads up to a question, and types."""

    def __init__(self, instance: Instance, *words: str) -> None:
        self._running = subprocess.Popen(
            [*instance.command, *words],
            env=instance.environment | {"PYTHONUNBUFFERED": "1"},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip

    def until(self, *questions: str) -> str:
        seen = ""
        assert self._running.stdout
        while not seen.endswith(questions):
            sign = self._running.stdout.read(1)
            assert sign, f"it ended with: {seen}"
            seen += sign.decode()
        return seen

    def type(self, text: str) -> None:
        assert self._running.stdin
        self._running.stdin.write(f"{text}\n".encode())
        self._running.stdin.flush()

    def rest(self) -> tuple[int, str]:
        told, _ = self._running.communicate(timeout=60)
        return self._running.returncode, told.decode()


@pytest.fixture
def instance(tmp_path):
    with own_database() as url:
        made = Instance(tmp_path / "home", database_url=url)
        made.python(CAST)
        yield made


def papers_of(instance: Instance) -> list[list[str]]:
    """The ceremony that makes the key, with one slip of the pen on the way."""
    terminal, papers = Terminal(instance, "recovery", "begin", "helpline"), []
    for number in (1, 2, 3):
        lines = LINE.findall(terminal.until("stands on paper "))
        assert len(lines) == 3
        terminal.type("")
        for asked in range(2):
            line = int(terminal.until("type line 1: ", "type line 2: ", "type line 3: ")[-3])
            if number == 2 and asked == 0:
                terminal.type(lines[line - 1][:-1])
                terminal.until("[Y/n]: ")
                terminal.type("n")
                terminal.until(f"type line {line}: ")
            terminal.type(lines[line - 1].lower().replace(" ", ""))
        papers.append(lines)
    status, told = terminal.rest()
    assert status == 0
    assert "has a recovery key" in told
    return papers


def type_papers(terminal: Terminal, *papers: list[str]) -> tuple[int, str]:
    for paper in papers:
        for number, line in enumerate(paper, start=1):
            terminal.until(f"line {number}: ")
            terminal.type(line)
    return terminal.rest()


def told(instance: Instance) -> dict:
    return json.loads(instance.run("recovery", "show", "helpline", "--json").stdout)


def test_the_ceremonies_on_a_terminal(instance):
    papers = papers_of(instance)
    assert (told(instance)["cases"], told(instance)["held"]) == (1, 0)
    instance.python(NEW_CASE)
    assert told(instance)["held"] == 1
    instance.run("staff", "add", "late", "--org", "helpline", "--role", "caseworker", "--password", PASSWORD)
    status, said = type_papers(
        Terminal(instance, "recovery", "open", "helpline", "--for", "late", "--json"), papers[0], papers[2]
    )
    assert status == 0
    assert '"opened": 1' in said
    assert told(instance)["used"] == 1
    # Again: nothing is left to open, and this use is on record as well.
    type_papers(Terminal(instance, "recovery", "open", "helpline", "--for", "late"), papers[1], papers[0])
    assert told(instance)["used"] == 2
    # No share rests anywhere.
    kept = b"".join(file.read_bytes() for file in instance.home.rglob("*") if file.is_file())
    for paper in papers:
        for line in paper:
            assert line.encode() not in kept
            assert line.replace(" ", "").encode() not in kept


def test_one_paper_twice_and_a_mistyped_paper_open_nothing(instance):
    papers = papers_of(instance)
    status, said = type_papers(
        Terminal(instance, "recovery", "open", "helpline", "--for", "hana"), papers[0], papers[0]
    )
    assert status == 1
    assert "twice" in said
    terminal = Terminal(instance, "recovery", "open", "helpline", "--for", "hana")
    wrong = papers[0][1]
    wrong = ("1" if wrong[0] != "1" else "2") + wrong[1:]
    for number, line in enumerate([papers[0][0], wrong, papers[0][2]], start=1):
        terminal.until(f"line {number}: ")
        terminal.type(line)
    assert "line 2 of this share does not add up" in terminal.until("The first paper:")
    assert type_papers(terminal, papers[0], papers[1])[0] == 0
    assert told(instance)["used"] == 1


def test_a_key_is_ended_and_made_anew_and_the_old_papers_open_nothing(instance):
    old = papers_of(instance)
    assert "recovery key already" in instance.run("recovery", "begin", "helpline", check=False).stderr
    instance.run("recovery", "end", "helpline")
    papers_of(instance)
    status, said = type_papers(Terminal(instance, "recovery", "open", "helpline", "--for", "hana"), old[0], old[1])
    assert status == 1
    assert "do not give this organisation's recovery key" in said


def test_switched_off_it_is_refused_before_a_paper_is_shown(instance):
    instance.environment["AMPARO_RECOVERY"] = "off"
    refused = instance.run("recovery", "begin", "helpline", check=False)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "AMPARO_RECOVERY" in refused.stderr
    assert instance.run("recovery", "open", "helpline", "--for", "hana", check=False).returncode == 1
