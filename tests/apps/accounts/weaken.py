"""Weaken signing in one promise at a time, in a copy, and see that a test fails each time.

    python -m tests.apps.accounts.weaken [word of a promise]

Prints a Markdown table; docs/signing-in.md holds the one of the last run. Exit code 1 when a weakening goes unnoticed.
"""

import shutil
import sys
import tempfile
from pathlib import Path

from tests.apps.accounts.weakenings import ALL
from tests.core.vault.weaken import ROOT, run

PARTS = ("src", "tests")


def main() -> int:
    chosen = [weakening for weakening in ALL if " ".join(sys.argv[1:]) in weakening.promise]
    unnoticed = 0
    print("| promise | carried by | weakened to | the test that fails |\n|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for part in PARTS:
            shutil.copytree(ROOT / part, copy / part, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(ROOT / "pyproject.toml", copy)
        if not run(copy, *sorted({weakening.test for weakening in chosen})):
            raise RuntimeError("the tests do not pass as things are: nothing can be said about weakening them")
        for weakening in chosen:
            file = copy / "src/amparo" / weakening.file
            sound = text = file.read_text()
            for old, new in weakening.changes:
                if old not in text:
                    raise RuntimeError(f"{weakening.promise}: {weakening.file} has no {old!r}")
                text = text.replace(old, new)
            file.write_text(text)
            noticed = not run(copy, weakening.test)
            file.write_text(sound)
            unnoticed += not noticed
            path, _, test = weakening.test.partition("::")
            told = f"`{Path(path).name}::{test}`" if noticed else "**none**"
            print(
                f"| {weakening.promise} | `{weakening.file}::{weakening.carrier}` | {weakening.how} | {told} |",
                flush=True,
            )
    print(f"\n{unnoticed} unnoticed", file=sys.stderr)
    return 1 if unnoticed else 0


if __name__ == "__main__":
    sys.exit(main())
