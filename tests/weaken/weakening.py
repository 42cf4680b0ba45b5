"""One change to the source that breaks a promise, and the test that has to fail of it."""

import re
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
SOURCE = "src/amparo"


class Weakening(NamedTuple):
    """row: P<n> of THREATS.md, or the name of a list of its own, whose promises are told here.

    file: below src/amparo. changes: a text that stands there once, and a weaker one.
    """

    row: str
    file: str
    carrier: str
    how: str
    test: str
    changes: tuple[tuple[str, str], ...]
    promise: str = ""

    @property
    def name(self) -> str:
        return f"{self.row}: {self.carrier}, {self.how}"

    @property
    def line(self) -> str:
        """As it stands in docs/weakened.md once the test was seen to fail."""
        told = f"{self.row}: {self.promise}" if self.promise else self.row
        return f"| {told} | `{self.file}::{self.carrier}` | {self.how} | `{self.test}` |"

    @property
    def is_journey(self) -> bool:
        return "pytestmark = pytest.mark.journey" in (ROOT / self.test.partition("::")[0]).read_text()

    def apply(self, text: str) -> str:
        for old, new in self.changes:
            if text.count(old) != 1:
                raise LookupError(f"{self.name}: {self.file} has {old!r} {text.count(old)} times, and one is wanted")
            text = text.replace(old, new)
        return text


def weak(row: str, where: str, how: str, test: str, *changes: tuple[str, str]) -> Weakening:
    """where: file::carrier, the file below src/amparo. test: below tests."""
    file, _, carrier = where.partition("::")
    return Weakening(row, file, carrier, how, f"tests/{test}", changes)


def number_of(weakening: Weakening) -> int:
    """Where its row stands in THREATS.md's counting; lists of their own come after it."""
    number = weakening.row.removeprefix("P")
    return int(number) if number.isdigit() else 1000


class Promise(NamedTuple):
    """A row of THREATS.md: what carries it and what proves it, each as file::name."""

    row: str
    carriers: tuple[str, ...]
    tests: tuple[str, ...]


def promises() -> list[Promise]:
    found = []
    for line in (ROOT / "THREATS.md").read_text().splitlines():
        if re.match(r"\| P\d", line):
            row, _promise, carriers, tests = (cell.strip() for cell in line.strip().strip("|").split("|"))
            names = re.compile(r"`([\w./-]+::\w+)`")
            found.append(Promise(row, tuple(names.findall(carriers)), tuple(names.findall(tests))))
    return found
