"""Unsafe or malformed settings end the program with what is wrong and what to do."""

import os
import subprocess
import sys
from pathlib import Path

import pytest


def amparo(home: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("AMPARO_", "DATABASE_", "DJANGO_"))
    }
    return subprocess.run(
        [sys.executable, "-m", "amparo", "org", "list"],
        env=kept | {"AMPARO_HOME": str(home)} | settings, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("setting", "value", "says"),
    [
        ("AMPARO_URL", "http://help.example.org", "https://"),
        ("AMPARO_URL", "help.example.org", "https://help.example.org"),
        ("AMPARO_SECRET_KEY", "short", "32 characters"),
        ("AMPARO_SECRET_KEY_FILE", "nowhere", "no file"),
        ("AMPARO_EMAIL_URL", "mail.example.org", "smtp+tls://"),
        ("AMPARO_GATE_MAX_UPLOAD_MB", "0", "1..1024"),
        ("AMPARO_GATE_MAX_UPLOAD_MB", "many", "1..1024"),
        ("AMPARO_LOG", "loud", "console"),
    ],
)
def test_a_bad_setting_is_named_with_what_to_do(tmp_path, setting, value, says):
    ran = amparo(tmp_path / "home", **{setting: value})
    assert (ran.returncode, ran.stdout) == (2, "")
    assert setting in ran.stderr
    assert says in ran.stderr
    assert "Traceback" not in ran.stderr


def test_a_home_that_others_may_read_is_refused(tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    home.chmod(0o755)
    ran = amparo(home)
    assert ran.returncode == 2
    assert "chmod o-rwx" in ran.stderr


def test_a_database_that_was_never_set_up_says_what_to_run(tmp_path):
    ran = amparo(tmp_path / "home")
    assert ran.returncode == 1
    assert "amparo status --migrate" in ran.stderr


def test_the_secret_is_made_once_and_is_the_owners_alone(tmp_path):
    amparo(tmp_path / "home")
    secret = tmp_path / "home" / "secret-key"
    first = secret.read_text()
    assert len(first) >= 50
    assert secret.stat().st_mode & 0o077 == 0
    amparo(tmp_path / "home")
    assert secret.read_text() == first
