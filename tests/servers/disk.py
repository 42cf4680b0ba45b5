"""What a thief of the disk has: every byte of an instance's home and of its database server's files."""

import os
from pathlib import Path

import psycopg

from tests.servers.instance import Instance

Found = dict[str, bytes]


def files_of(instance: Instance) -> list[Path]:
    """Every file of the instance: its home, and on PostgreSQL the server's whole data folder, log included."""
    return [file for folder in _folders(instance) for file in sorted(folder.rglob("*")) if file.is_file()]


def _folders(instance: Instance) -> list[Path]:
    url = instance.environment.get("DATABASE_URL", "")
    if not url:
        return [instance.home]
    with psycopg.connect(url, autocommit=True) as connection:
        # What the server still has in memory goes to its files, as it would in time.
        connection.execute("CHECKPOINT")
        row = connection.execute("SHOW data_directory").fetchone()
    assert row is not None
    return [instance.home, Path(row[0]).parent]


def bytes_of(instance: Instance, *, write_ahead_log: bool = False) -> Found:
    """The content of every file, by its name; without PostgreSQL's write-ahead log, which it recycles in its time."""
    return {
        str(file): file.read_bytes()
        for file in files_of(instance)
        if write_ahead_log or os.sep + "pg_wal" + os.sep not in str(file)
    }


def holds(found: Found, wanted: bytes) -> list[str]:
    """The files that hold these bytes, in one piece or cut where a database begins a new page."""
    # A row that does not fit is continued on another page: its beginning and its end are looked for by themselves.
    pieces = [wanted] if len(wanted) <= 64 else [wanted[:48], wanted[-48:]]
    return [name for name, content in found.items() if any(piece in content for piece in pieces)]
