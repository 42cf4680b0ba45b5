"""What others released and we ship or test with: whole, unchanged, with licence, version and source."""

import hashlib
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LARGEST = 6_000_000  # bytes in all


def folders() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True)
    parts = [Path(name).parts for name in listed.stdout.split("\0")]
    return sorted({ROOT.joinpath(*one[: one.index("vendor") + 2]) for one in parts if "vendor" in one})


def names(folder: Path) -> str:
    return str(folder.relative_to(ROOT))


@pytest.mark.parametrize("folder", folders(), ids=names)
def test_vendored_files_are_those_of_the_release(folder):
    told = dict(
        reversed(line.split(maxsplit=1))
        for line in (folder / "README.txt").read_text().splitlines()
        if re.match(r"[0-9a-f]{64} ", line)
    )
    there = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in folder.iterdir()}
    there.pop("README.txt")
    assert there == told


@pytest.mark.parametrize("folder", folders(), ids=names)
def test_vendored_files_come_with_version_and_licence(folder):
    said = (folder / "README.txt").read_text()
    assert re.search(r"\d+\.\d+\.\d+", said)
    assert re.search(r"MPL-2\.0|BSD-3-Clause|Apache-2\.0|LGPL-3\.0|MIT", said)
    assert any(file.name.startswith("LICENSE") for file in folder.iterdir())


def test_what_is_vendored_stays_small():
    assert sum(file.stat().st_size for folder in folders() for file in folder.iterdir()) < LARGEST
