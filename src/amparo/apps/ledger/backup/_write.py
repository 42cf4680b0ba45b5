"""Write the backup: every row, read in one transaction, so that what is going on meanwhile is in it whole or not."""

import hashlib
import json
import os
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import connection, models, transaction

from amparo import __version__
from amparo.apps.ledger.backup._file import write_lines
from amparo.apps.ledger.backup._manifest import Manifest, Part
from amparo.apps.ledger.backup._shape import applied, expect_known, tables
from amparo.apps.ledger.queries import verify
from amparo.core.vault import RecordKey

_BATCH = 2000


class FileExists(ValueError):
    """A file of that name is there already."""


class NothingHere(ValueError):
    """The database has no tables of Amparo."""


def write(path: Path, *, key: RecordKey, now: datetime) -> Manifest:
    """Write a backup to `path`. The instance may go on serving. Under this name stands a whole backup or nothing.

    key: the instance's key for this purpose; whoever restores needs it. Raises FileExists, NothingHere, NewerAmparo.
    """
    if path.exists():
        raise FileExists(f"{path} is there already: choose another name, or move it away first")
    if not applied():
        raise NothingHere("there is nothing to back up here: this instance has no database yet")
    expect_known(applied(), version="")
    told: list[Manifest] = []
    unfinished = path.with_name(f".{path.name}.unfinished")
    try:
        with _snapshot():
            write_lines(unfinished, _lines(told, now=now), key=key)
        unfinished.rename(path)
    finally:
        unfinished.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return told[0]


@contextmanager
def _snapshot() -> Iterator[None]:
    """A transaction that sees one moment of the database, and in which nobody has to wait for it."""
    connection.ensure_connection()
    if connection.vendor == "sqlite":
        # As a writer it would hold up all others; as a reader it sees the write-ahead log as of its first look.
        connection.transaction_mode = None  # type: ignore[attr-defined]  # of Django's SQLite connections
        with transaction.atomic():
            yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def _lines(told: list[Manifest], *, now: datetime) -> Iterator[bytes]:
    """Each table: a line with its columns, then a line for each row. At the end the manifest, also put into `told`."""
    migrations, parts = applied(), []
    for model in tables(migrations):
        columns = [field.attname for field in model._meta.concrete_fields]
        yield _line({"table": model._meta.label_lower, "columns": columns})
        digest, count = hashlib.sha256(), 0
        for row in _rows(model, columns):
            line = _line(row)
            digest.update(line)
            count += 1
            yield line
        yield _line({"end": model._meta.label_lower})
        parts.append(Part(model._meta.label_lower, count, digest.hexdigest()))
    verdict = verify()
    manifest = Manifest(
        made_at=now,
        version=__version__,
        database=connection.vendor,
        migrations=migrations,
        parts=tuple(parts),
        events=verdict.events,
        head=verdict.head,
        trail_holds=verdict.holds,
    )
    told.append(manifest)
    yield _line({"manifest": manifest.to_dict()})


def _rows(model: type[models.Model], columns: list[str]) -> Iterator[list[Any]]:
    found = model._base_manager.order_by("pk").values_list(*columns)  # noqa: SLF001  Django documents it
    yield from map(list, found.iterator(chunk_size=_BATCH))


def _line(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":"), default=_written).encode() + b"\n"


def _written(value: object) -> str:
    """What JSON lacks, as `Field.to_python` reads it."""
    match value:
        case bytes() | bytearray() | memoryview():
            return b64encode(bytes(value)).decode()
        case datetime() | date():
            return value.isoformat()
        case UUID() | Decimal():
            return str(value)
        case _:
            raise TypeError(f"a column holds a {type(value).__name__}, which a backup cannot write yet")
