"""The sealed file: what was written comes back, and nothing else does."""

import secrets
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from amparo.apps.ledger.backup import Damaged, NotABackup, OtherInstance
from amparo.apps.ledger.backup._file import lines_of, write_lines
from amparo.core.vault import InstanceKey, RecordKey, open_record, record_key

LINES = [b'["Hana"]\n', b"\n", b'{"x":"' + b"long " * 100_000 + b'"}\n', b"[1]\n"]


def key_of(number: int = 1, purpose: str = "backup") -> RecordKey:
    return record_key(purpose, InstanceKey(number, secrets.token_bytes(32)))


def read(path, key) -> list[bytes]:
    return [line + b"\n" for line in lines_of(path, key=key)]


@given(lines=st.lists(st.binary(max_size=300).map(lambda text: text.replace(b"\n", b"") + b"\n"), max_size=30))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_line_comes_back(tmp_path, lines):
    key = key_of()
    write_lines(tmp_path / "b", iter(lines), key=key)
    assert read(tmp_path / "b", key) == lines


def test_long_files_come_back_and_nobody_else_may_read_them(tmp_path):
    key, lines = key_of(), [secrets.token_hex(40_000).encode() + b"\n" for _ in range(40)]
    write_lines(tmp_path / "b", iter(lines), key=key)
    assert read(tmp_path / "b", key) == lines
    assert (tmp_path / "b").stat().st_mode & 0o077 == 0


def test_the_file_shows_nothing_of_what_is_in_it(tmp_path):
    write_lines(tmp_path / "b", iter(LINES), key=key_of())
    assert b"Hana" not in (tmp_path / "b").read_bytes()
    first = (tmp_path / "b").read_bytes()
    write_lines(tmp_path / "c", iter(LINES), key=key_of())
    assert all(one[200:] != other[200:] for one, other in pairwise([first, (tmp_path / "c").read_bytes()]))


def test_each_file_has_a_key_of_its_own_that_only_the_instance_key_opens(tmp_path):
    key, opened = key_of(), []
    for name in ("b", "c"):
        write_lines(tmp_path / name, iter(LINES), key=key)
        head = (tmp_path / name).read_bytes()[:142]  # the form, 16 bytes of name, 110 of the file's sealed key
        opened.append(open_record(key, head[32:], model="backup", field="key", row=head[16:32].hex()))
    assert opened[0] != opened[1]
    assert not any(len(set(one)) < 17 for one in opened)


@pytest.mark.parametrize("other", [key_of(), key_of(number=2)])
def test_another_instance_key_is_named_before_anything_is_read(tmp_path, other):
    write_lines(tmp_path / "b", iter(LINES), key=key_of(number=1))
    with pytest.raises(OtherInstance, match=r"instance key 1 .*keys/instance-1"):
        next(lines_of(tmp_path / "b", key=other))


def test_a_key_for_another_purpose_opens_no_backup(tmp_path):
    instance = InstanceKey(1, secrets.token_bytes(32))
    write_lines(tmp_path / "b", iter(LINES), key=record_key("backup", instance))
    with pytest.raises(OtherInstance):
        read(tmp_path / "b", record_key("banks", instance))


def test_an_older_instance_key_still_opens(tmp_path):
    old, new = (InstanceKey(number, secrets.token_bytes(32)) for number in (1, 2))
    write_lines(tmp_path / "b", iter(LINES), key=record_key("backup", old))
    assert read(tmp_path / "b", record_key("backup", new, old)) == LINES


def test_what_is_no_backup_is_said_to_be_none(tmp_path):
    (tmp_path / "b").write_bytes(b"SQLite format 3\0" + bytes(5000))
    with pytest.raises(NotABackup):
        read(tmp_path / "b", key_of())
    (tmp_path / "b").write_bytes(b"")
    with pytest.raises(NotABackup):
        read(tmp_path / "b", key_of())


def test_a_changed_byte_anywhere_after_the_head_is_noticed(tmp_path):
    key = key_of()
    write_lines(tmp_path / "b", iter(LINES), key=key)
    whole = (tmp_path / "b").read_bytes()
    for at in [142, 200, 243, 300, len(whole) // 2, len(whole) - 1]:
        changed = bytearray(whole)
        changed[at] ^= 1
        (tmp_path / "b").write_bytes(changed)
        with pytest.raises(Damaged):
            read(tmp_path / "b", key)


@pytest.mark.parametrize("kept", [253, 1000, 65_000, -1])
def test_a_file_that_was_cut_off_is_noticed(tmp_path, kept):
    key = key_of()
    write_lines(tmp_path / "b", iter(LINES), key=key)
    (tmp_path / "b").write_bytes((tmp_path / "b").read_bytes()[:kept])
    with pytest.raises(Damaged):
        read(tmp_path / "b", key)


def test_the_end_of_another_backup_does_not_fit(tmp_path):
    key, lines = key_of(), [secrets.token_hex(60_000).encode() + b"\n" for _ in range(4)]
    for name in "bc":
        write_lines(tmp_path / name, iter(lines), key=key)
    one, other = ((tmp_path / name).read_bytes() for name in "bc")
    (tmp_path / "b").write_bytes(one[:100_000] + other[100_000:])
    with pytest.raises(Damaged):
        read(tmp_path / "b", key)
