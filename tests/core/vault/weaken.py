"""Weaken the vault one promise at a time, in a copy, and see that a test fails each time.

    python -m tests.core.vault.weaken [word of a promise]

Prints a Markdown table; docs/vault.md holds the one of the last run. Exit code 1 when a weakening goes unnoticed.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tests.core.vault.weakenings import ALL, Weakening

ROOT = Path(__file__).parents[3]
TESTS = "tests/core/vault"


class Verdict(NamedTuple):
    weakening: Weakening
    noticed: bool


def run(copy: Path, *tests: str) -> bool:
    """Whether `tests` pass with the vault in `copy`."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "--no-header", "--tb=line", "-p", "no:cacheprovider", *tests]
    environment = os.environ | {"PYTHONPATH": str(copy / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, check=False, timeout=300)
    if done.returncode not in {0, 1}:
        raise RuntimeError(f"pytest could not run {tests}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    if done.returncode:
        # What it failed of, for whoever doubts that it failed for the right reason.
        print(*(line for line in done.stdout.splitlines() if line.startswith("E ")), sep="\n", file=sys.stderr)
    return done.returncode == 0


def weakened(copy: Path, weakening: Weakening) -> Iterator[None]:
    """Apply it, give way once, put the file back."""
    file = copy / "src/amparo/core/vault" / weakening.file
    sound = file.read_text()
    text = sound
    for old, new in weakening.changes:
        if old not in text:
            raise RuntimeError(f"{weakening.promise}: {weakening.file} has no {old!r}")
        text = text.replace(old, new)
    file.write_text(text)
    yield
    file.write_text(sound)


def verdicts(wanted: str) -> Iterator[Verdict]:
    chosen = [weakening for weakening in ALL if wanted in weakening.promise]
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for part in ("src", "tests"):
            shutil.copytree(ROOT / part, copy / part, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(ROOT / "pyproject.toml", copy)
        if not run(copy, *sorted({f"{TESTS}/{weakening.test}" for weakening in chosen})):
            raise RuntimeError("the tests do not pass as things are: nothing can be said about weakening them")
        for weakening in chosen:
            for _ in weakened(copy, weakening):
                yield Verdict(weakening, noticed=not run(copy, f"{TESTS}/{weakening.test}"))


def main() -> int:
    print("| promise | carried by | weakened to | the test that fails |\n|---|---|---|---|")
    unnoticed = 0
    for weakening, noticed in verdicts(" ".join(sys.argv[1:])):
        unnoticed += not noticed
        carrier, test = f"`{weakening.file}::{weakening.carrier}`", f"`{weakening.test}`" if noticed else "**none**"
        print(f"| {weakening.promise} | {carrier} | {weakening.how} | {test} |", flush=True)
    print(f"\n{unnoticed} unnoticed", file=sys.stderr)
    return 1 if unnoticed else 0


if __name__ == "__main__":
    sys.exit(main())
