"""The repository itself: its size, its words, what it must not hold."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LONGEST_FILE = 400  # lines; the 95th percentile of the projects we learned from is 276-326
LARGEST_FILE = 600_000  # bytes
LARGEST_TREE = 8_000_000  # bytes


def tracked() -> list[Path]:
    """Our own files: what others released is counted and checked in test_vendored.py."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, check=True, text=True,
    )  # fmt: skip
    files = [ROOT / name for name in listed.stdout.split("\0") if name]
    return [file for file in files if file.is_file() and "vendor" not in file.parts]


def texts() -> list[tuple[Path, str]]:
    found = []
    for file in tracked():
        raw = file.read_bytes()
        if b"\0" not in raw[:8000]:
            found.append((file, raw.decode("utf-8", errors="replace")))
    return found


def lines_matching(pattern: str, *, without: tuple[str, ...] = ()) -> list[str]:
    wanted = re.compile(pattern)
    return [
        f"{file.relative_to(ROOT)}:{number}"
        for file, text in texts()
        if file != Path(__file__) and not str(file.relative_to(ROOT)).startswith(without)
        for number, line in enumerate(text.splitlines(), 1)
        if wanted.search(line)
    ]


def test_no_source_file_is_longer_than_a_reader_keeps_in_mind():
    long = [
        f"{file.relative_to(ROOT)}: {length} lines"
        for file, text in texts()
        if file.suffix in {".py", ".js", ".css", ".html"} and (length := text.count("\n")) > LONGEST_FILE
    ]
    assert long == []


def test_the_repository_stays_small():
    sizes = {file.relative_to(ROOT): file.stat().st_size for file in tracked()}
    assert {str(name): size for name, size in sizes.items() if size > LARGEST_FILE} == {}
    assert sum(sizes.values()) < LARGEST_TREE


def test_no_committed_file_names_a_registry():
    hosts = ["pypi" + r"\.org", "pythonhosted" + r"\.org", "registry" + r"\.npmjs", r"deb\.debian" + r"\.org"]
    assert lines_matching("|".join(hosts)) == []


def test_no_committed_file_names_a_path_of_somebodys_machine():
    assert lines_matching(r"(^|[^A-Za-z0-9_.])/(work|root|home)/[A-Za-z]", without=("requirements",)) == []


def test_nothing_is_left_unfinished_or_switched_off():
    unfinished = "|".join(
        ["TO" + "DO", "FIX" + "ME", "Not" + "ImplementedError", r"mark\.(skip|x" + "fail)", "assert " + "True"]
    )
    assert lines_matching(unfinished, without=("tests/house", "docs", "pyproject", "requirements")) == []


def test_the_words_of_the_field_are_used():
    # shared vocabulary: law data and the glossary quote the names of laws, services and words to avoid.
    allowed = (
        "src/amparo/core/law/data",
        "GLOSSARY.md",
        "docs/law.md",
        "CONTRIBUTING.md",
        "tests/core/law",
        "requirements",
    )
    assert lines_matching(r"(?i)revenge[ -]porn|child porn", without=allowed) == []


@pytest.mark.parametrize("lock", sorted(ROOT.glob("requirements*.lock")), ids=lambda path: path.name)
def test_every_pinned_package_has_its_hashes(lock):
    packages = re.split(r"\n(?=\S)", lock.read_text().strip())
    assert packages
    assert [package.split()[0] for package in packages if "--hash=sha256:" not in package] == []


def test_every_dependency_has_its_reason():
    text = (ROOT / "pyproject.toml").read_text()
    block = text[text.index("\ndependencies = [") :].split("\n]")[0]
    reasoned = False
    for line in block.splitlines()[2:]:
        stripped = line.strip()
        if stripped.startswith("#"):
            reasoned = True
        elif stripped.startswith('"'):
            assert reasoned, f"{stripped} has no reason above it"


@pytest.mark.parametrize(
    "name",
    [
        "README.md",
        "ARCHITECTURE.md",
        "GLOSSARY.md",
        "THREATS.md",
        "CONTRIBUTING.md",
        "SECURITY.md",
        "LICENSE",
        "docs/performance.md",
        ".ci/run",
    ],
)
def test_the_documents_are_there(name):
    assert (ROOT / name).read_text().strip()
