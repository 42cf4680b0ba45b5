"""Where a restored database is built: beside the present one, which it replaces whole or not at all."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from django.apps import apps
from django.db import connection, transaction

from amparo.apps.ledger.backup._shape import our_labels

# In PostgreSQL also what others have put beside us stays: only tables of the programs that Amparo is made of go.
_PREFIXES = ("django_",)


class NotEmpty(ValueError):
    """Rows stand where the backup is to go."""


class InUse(ValueError):
    """Somebody is connected to the database."""


def refuse_if_not_empty() -> None:
    if _has_rows():
        raise NotEmpty(
            "this instance is not empty. Restore into a new one, or give --replace to throw away all that is here now"
        )


def _has_rows() -> bool:
    there = set(connection.introspection.table_names())
    ours = [
        model._meta.db_table
        for label in our_labels()
        for model in apps.get_app_config(label).get_models(include_auto_created=True)
    ]
    with connection.cursor() as cursor:
        for table in ours:
            if table in there:
                cursor.execute(f"SELECT 1 FROM {connection.ops.quote_name(table)} LIMIT 1")  # noqa: S608  quoted
                if cursor.fetchone():
                    return True
    return False


@contextmanager
def new_place() -> Iterator[None]:
    """The default connection leads to an empty database inside the block; leaving it puts that one in place.

    An error or a kill in the block leaves what was there before. Raises InUse where somebody else is connected.
    """
    if connection.vendor == "sqlite":
        with _new_file(Path(str(connection.settings_dict["NAME"]))):
            yield
    else:
        with _one_transaction():
            yield


@contextmanager
def _new_file(present: Path) -> Iterator[None]:
    fresh = present.with_name(f"{present.name}.restoring")
    connection.close()
    _close_for_good(present)
    _remove(fresh)
    connection.settings_dict["NAME"] = str(fresh)
    try:
        yield
        connection.close()
        _close_for_good(fresh)
        _synced(fresh)
        _close_for_good(present)  # not since the check at the start: it may have taken minutes
        fresh.replace(present)
        _synced(present.parent)
    finally:
        connection.close()
        connection.settings_dict["NAME"] = str(present)
        _remove(fresh)


def _close_for_good(path: Path) -> None:
    """Leave the database as one file without a write-ahead log, which SQLite allows when nobody else has it open.

    So renaming one file is the whole exchange: no log of the old database is left to be taken for the new one's.
    """
    if not path.exists():
        return
    try:
        with closing(sqlite3.connect(path, timeout=1, isolation_level=None)) as file:
            file.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.OperationalError:
        raise InUse("the database is in use: end `amparo serve` and `amparo work`, and call this again") from None


def _remove(path: Path) -> None:
    for name in (path.name, f"{path.name}-wal", f"{path.name}-shm", f"{path.name}-journal"):
        path.with_name(name).unlink(missing_ok=True)


def _synced(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _one_transaction() -> Iterator[None]:
    """In PostgreSQL tables are made and dropped in transactions like rows."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                "AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
            )
            [others] = cursor.fetchone()
            if others:
                raise InUse(
                    f"the database is in use by {others} other connections: end `amparo serve` and `amparo work` "
                    "on every machine, and call this again"
                )
            _drop_all()
        yield


def _drop_all() -> None:
    prefixes = (*_PREFIXES, *(f"{config.label}_" for config in apps.get_app_configs()))
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if table.startswith(prefixes):
                cursor.execute(f"DROP TABLE {quote(table)} CASCADE")
        # The functions that our triggers call; those of extensions belong to their extension.
        cursor.execute(
            "SELECT proname FROM pg_proc WHERE pronamespace = current_schema()::regnamespace AND pronargs = 0 "
            "AND NOT EXISTS (SELECT 1 FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')"
        )
        for (name,) in cursor.fetchall():
            if name.startswith(prefixes):
                cursor.execute(f"DROP FUNCTION {quote(name)}() CASCADE")
