"""Weaken one promise at a time, in a copy of the source, and see that the test it names fails.

    python -m tests.weaken                     every row whose tests need no browser, server or second process
    python -m tests.weaken --journeys          those too: about half an hour
    python -m tests.weaken --only P12,P40      these rows alone, journeys or not
    python -m tests.weaken --new               what docs/weakened.md has no line for, journeys or not
    python -m tests.weaken --record            and write what was seen to fail into docs/weakened.md

A line each; exit code 1 when a weakening goes unnoticed, or the text that it replaces is no longer there.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.weaken.record import recorded, write_record
from tests.weaken.rows import ALL
from tests.weaken.weakening import ROOT, SOURCE, Weakening

PYTEST = ("-m", "pytest", "-q", "-x", "--no-header", "--tb=short", "-rf", "-p", "no:cacheprovider")
LONGEST_SECONDS = 3600  # all of them as they are; one alone takes a minute at most


class CannotRun(RuntimeError):
    """The tests themselves do not run, so nothing can be said."""


def failures(copy: Path, tests: Sequence[str]) -> list[str]:
    """Run `tests` on the source in `copy`: what failed and why, nothing where all passed."""
    environment = os.environ | {"PYTHONPATH": str(copy / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, *PYTEST, *tests],
        cwd=copy, env=environment, capture_output=True, text=True, check=False, timeout=LONGEST_SECONDS,
    )  # fmt: skip
    if done.returncode == 0:
        return []
    failed = [line for line in done.stdout.splitlines() if line.startswith("FAILED ")]
    # A fixture that breaks, or a module that does not load, is no test that noticed.
    if done.returncode != 1 or not failed:
        raise CannotRun(f"{' '.join(tests)}: {done.stdout[-3000:]}{done.stderr[-3000:]}")
    return [*failed, *(line for line in done.stdout.splitlines() if line.startswith("E  "))]


@contextmanager
def copied() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="amparo-weaken-") as folder:
        copy = Path(folder)
        for part in ("src", "tests", "docs"):
            shutil.copytree(ROOT / part, copy / part, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(ROOT / "pyproject.toml", copy)
        yield copy


def is_noticed(copy: Path, weakening: Weakening) -> bool:
    file = copy / SOURCE / weakening.file
    sound = file.read_text()
    file.write_text(weakening.apply(sound))
    try:
        why = failures(copy, [weakening.test])
    finally:
        file.write_text(sound)
    print(weakening.line if why else f"NOT NOTICED {weakening.line}", flush=True)
    print(*(f"    {line}" for line in why[:3]), sep="\n", file=sys.stderr, flush=True)
    return bool(why)


def chosen(options: argparse.Namespace) -> list[Weakening]:
    wanted = {row.strip() for row in options.only.split(",") if row.strip()}
    if wanted:
        return [one for one in ALL if one.row in wanted]
    if options.new:
        known = set(recorded())
        return [one for one in ALL if one.line not in known]
    return [one for one in ALL if options.journeys or not one.is_journey]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.weaken", description=__doc__.partition("\n")[0])
    parser.add_argument("--only", default="", metavar="P12,P40", help="these rows, journeys or not")
    parser.add_argument("--journeys", action="store_true", help="also what needs browsers, servers, processes")
    parser.add_argument("--new", action="store_true", help="what is not on record yet, journeys or not")
    parser.add_argument("--record", action="store_true", help="write what was noticed into docs/weakened.md")
    options = parser.parse_args()
    weakenings = chosen(options)
    if not weakenings:
        parser.error("there is nothing to weaken: no such row, or all of it is on record")
    noticed, survived = list[Weakening](), list[Weakening]()
    with copied() as copy:
        if why := failures(copy, sorted({one.test for one in weakenings})):
            raise CannotRun("\n".join(["these fail as things are, so weakening them tells nothing:", *why]))
        for one in weakenings:
            try:
                (noticed if is_noticed(copy, one) else survived).append(one)
            except (LookupError, CannotRun, subprocess.TimeoutExpired) as error:
                print(f"CANNOT SAY {one.line}\n    {error}", flush=True)
                survived.append(one)
            if options.record:
                write_record(noticed, survived)
    print(f"{len(noticed)} noticed, {len(survived)} not", file=sys.stderr)
    return 1 if survived else 0


if __name__ == "__main__":
    sys.exit(main())
