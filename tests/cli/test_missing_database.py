"""A database whose file is gone: no command and no server begins an empty one in its place unasked."""

import pytest
from click.testing import CliRunner
from django.db.utils import ConnectionHandler, OperationalError

from amparo.cli import main
from amparo.conf.sqlite import (
    Lost,
    MissingDatabase,
    creating,
    existing_only,
    note_begun,
    refuse_to_begin_again,
)


@pytest.fixture
def file(tmp_path):
    return tmp_path / "amparo.sqlite3"


@pytest.fixture
def connection(db, file):
    """Django's connection to the file, with our engine and no other options."""
    connection = ConnectionHandler({"default": {"ENGINE": "amparo.conf.sqlite", "NAME": str(file)}})["default"]
    yield connection
    connection.close()


def rows(connection):
    with connection.cursor() as cursor:
        return cursor.execute("SELECT name FROM sqlite_master").fetchall()


def test_a_file_that_is_not_there_is_an_error_and_stays_not_there(connection, file):
    with existing_only(), pytest.raises(MissingDatabase) as missing:
        rows(connection)
    assert isinstance(missing.value, OperationalError)
    assert not file.exists()


def test_only_what_says_that_it_begins_one_makes_it(connection, file):
    with existing_only():
        with creating():
            assert rows(connection) == []
        connection.close()
        assert file.exists()
        assert rows(connection) == []


def test_a_connection_is_let_go_of_when_its_file_is_gone_or_is_another(connection, file):
    rows(connection)
    assert connection.is_usable()
    kept = file.rename(file.with_name("kept"))
    assert not connection.is_usable()
    file.write_bytes(kept.read_bytes())
    assert not connection.is_usable()
    file.unlink()
    kept.rename(file)
    assert connection.is_usable()


def test_a_path_with_signs_of_an_address_is_the_same_file(db, tmp_path):
    odd = tmp_path / "a b%20?mode=memory#c.sqlite3"
    connection = ConnectionHandler({"default": {"ENGINE": "amparo.conf.sqlite", "NAME": str(odd)}})["default"]
    with creating(), connection.cursor() as cursor:
        cursor.execute("CREATE TABLE one (id INTEGER)")
    connection.close()
    with existing_only():
        assert rows(connection) == [("one",)]
    connection.close()
    assert {path.name for path in tmp_path.iterdir()} == {odd.name}


@pytest.mark.parametrize("left", [None, b""], ids=["gone", "empty"])
def test_a_database_that_was_begun_once_is_not_begun_again_unasked(left, file):
    refuse_to_begin_again(str(file))
    file.write_bytes(b"rows")
    note_begun(str(file))
    refuse_to_begin_again(str(file))
    file.unlink()
    if left is not None:
        file.write_bytes(left)
    with pytest.raises(Lost, match=r"amparo restore.*delete .*amparo\.sqlite3\.begun") as lost:
        refuse_to_begin_again(str(file))
    assert f"{file} was the database" in str(lost.value)
    file.with_name("amparo.sqlite3.begun").unlink()
    refuse_to_begin_again(str(file))


def test_one_in_memory_is_no_file_and_leaves_no_mark(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in (":memory:", "file:memorydb_default?mode=memory&cache=shared"):
        refuse_to_begin_again(name)
        note_begun(name)
    assert list(tmp_path.iterdir()) == []


def test_a_command_leaves_the_rule_of_its_process_as_it_was(connection, file):
    assert CliRunner().invoke(main, ["org", "list"]).exit_code == 0
    assert rows(connection) == []
    assert file.exists()
