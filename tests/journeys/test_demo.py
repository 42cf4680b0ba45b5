"""`make demo` is a promise: it runs as a newcomer runs it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.journey


def demo(home: Path) -> subprocess.CompletedProcess[str]:
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("AMPARO_", "DATABASE_", "DJANGO_"))
    }
    return subprocess.run(
        [sys.executable, "-m", "demo"],
        cwd=ROOT, env=kept | {"AMPARO_HOME": str(home)}, capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip


def test_the_demo_plays_all_six_steps_and_may_be_played_again(tmp_path):
    for _ in range(2):
        ran = demo(tmp_path / "home")
        assert ran.returncode == 0, ran.stdout + ran.stderr
        assert [line[0] for line in ran.stdout.splitlines() if line[:1].isdigit()] == list("123456")
        assert "ms after the consent" in ran.stdout
        assert "make serve" in ran.stdout


def test_the_demo_never_empties_a_folder_that_is_not_its_own(tmp_path):
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    (home / "thesis.txt").write_text("kept")
    ran = demo(home)
    assert ran.returncode == 1
    assert "was not made by the demo" in ran.stderr
    assert (home / "thesis.txt").read_text() == "kept"
