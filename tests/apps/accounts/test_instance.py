"""The instance's key: outside the database, one subkey a purpose, older keys still open."""

import os
import secrets
import subprocess
import sys

import pytest

from amparo.apps.accounts import instance
from amparo.core.vault import CannotOpen, InstanceKey, WrongVersion, open_record, seal_record

AT = {"model": "banks.entry", "field": "code", "row": 1}
OLD, NEW = InstanceKey(1, secrets.token_bytes(32)), InstanceKey(2, secrets.token_bytes(32))


@pytest.fixture
def keys(settings):
    def given(*keys: InstanceKey) -> None:
        settings.INSTANCE_KEYS = keys
        instance.forget()

    yield given
    instance.forget()


def test_what_one_purpose_sealed_another_does_not_open(keys):
    keys(OLD)
    sealed = seal_record(instance.records("banks"), b"code", **AT)
    assert open_record(instance.records("banks"), sealed, **AT) == b"code"
    with pytest.raises(CannotOpen):
        open_record(instance.records("outbox"), sealed, **AT)


def test_an_older_key_opens_and_the_newer_seals(keys):
    keys(OLD)
    before, address_key = seal_record(instance.records("banks"), b"code", **AT), instance.address_key()
    keys(NEW, OLD)
    assert open_record(instance.records("banks"), before, **AT) == b"code"
    after = seal_record(instance.records("banks"), b"code", **AT)
    assert instance.address_key() != address_key
    keys(OLD)
    with pytest.raises(WrongVersion, match="2"):
        open_record(instance.records("banks"), after, **AT)


def settings_of(home, **given: str) -> subprocess.CompletedProcess[str]:
    """What a fresh process makes of these settings: the numbers of its keys and the digest of the first."""
    script = (
        "import hashlib; from amparo.conf import settings as s;"
        "print([k.number for k in s.INSTANCE_KEYS], hashlib.sha256(s.INSTANCE_KEY.secret).hexdigest())"
    )
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AMPARO_", "DATABASE_"))}
    return subprocess.run(
        [sys.executable, "-c", script],
        env=kept | {"AMPARO_HOME": str(home)} | given, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_the_key_is_made_once_apart_from_the_database_and_is_the_owners_alone(tmp_path):
    home = tmp_path / "home"
    first = settings_of(home)
    assert first.stdout.startswith("[1] "), first.stderr
    file = home / "keys" / "instance-1"
    assert (file.stat().st_mode & 0o077, file.parent.stat().st_mode & 0o077) == (0, 0)
    assert settings_of(home).stdout == first.stdout
    assert settings_of(tmp_path / "other").stdout != first.stdout


def test_a_key_is_given_in_hex_or_base64_by_value_or_by_file_with_its_number(tmp_path):
    import base64

    same = {settings_of(tmp_path, AMPARO_INSTANCE_KEY=OLD.secret.hex()).stdout}
    same.add(settings_of(tmp_path, AMPARO_INSTANCE_KEY=base64.b64encode(OLD.secret).decode()).stdout)
    file, older = tmp_path / "key", tmp_path / "older"
    file.write_text(f"1:{OLD.secret.hex()}\n")
    same.add(settings_of(tmp_path, AMPARO_INSTANCE_KEY_FILE=str(file)).stdout)
    assert len(same) == 1
    older.write_text(f"2:{NEW.secret.hex()}")
    both = settings_of(tmp_path, AMPARO_INSTANCE_KEY_FILE=str(file), AMPARO_INSTANCE_KEYS_OLD=str(older))
    assert both.stdout.startswith("[1, 2] ")
    assert not (tmp_path / "keys").exists()


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"AMPARO_INSTANCE_KEY": "short"}, "openssl rand -hex 32"),
        ({"AMPARO_INSTANCE_KEY": "00" * 32}, "no instance key"),
        ({"AMPARO_INSTANCE_KEY": "x:" + "ab" * 32}, "no number"),
        ({"AMPARO_INSTANCE_KEY": f"300:{OLD.secret.hex()}"}, "no instance key"),
        ({"AMPARO_INSTANCE_KEY_FILE": "/nowhere"}, "no file"),
        ({"AMPARO_INSTANCE_KEYS_OLD": "/nowhere"}, "no file"),
    ],
)
def test_a_key_that_is_none_ends_the_program_with_what_to_do_and_is_not_quoted(tmp_path, given, says):
    ran = settings_of(tmp_path, **given)
    assert ran.returncode == 1
    assert says in ran.stderr
    assert OLD.secret.hex() not in ran.stderr
    assert "Traceback" not in ran.stderr


def test_two_keys_of_one_number_are_refused(tmp_path):
    older = tmp_path / "older"
    older.write_text(NEW.secret.hex())
    ran = settings_of(tmp_path, AMPARO_INSTANCE_KEY=OLD.secret.hex(), AMPARO_INSTANCE_KEYS_OLD=str(older))
    assert "two instance keys have the number 1" in ran.stderr
