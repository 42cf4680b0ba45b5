"""Read a backup, check it from end to end, and put it in place."""

import hashlib
import json
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connection, models, transaction
from django.db.migrations.executor import MigrationExecutor

from amparo.apps.ledger.actions import record
from amparo.apps.ledger.backup._file import Damaged, lines_of
from amparo.apps.ledger.backup._manifest import Manifest, Part
from amparo.apps.ledger.backup._place import new_place, refuse_if_not_empty
from amparo.apps.ledger.backup._shape import expect_known, last_of, tables
from amparo.apps.ledger.models import Actor, Event, Head
from amparo.apps.ledger.queries import verify
from amparo.core.vault import RecordKey

_BATCH = 500

# What is done with the rows of a table: its name, its columns, some of its rows.
Take = Callable[[str, list[str], list[list[Any]]], None]


class BrokenTrail(ValueError):
    """The audit trail in the backup does not hold."""


def check(path: Path, *, key: RecordKey) -> Manifest:
    """Read the whole backup and compare it with its manifest. Writes nothing.

    Raises NotABackup, OtherInstance, Damaged, NewerAmparo.
    """
    manifest = read_rows(path, _drop, key=key)
    expect_known(manifest.migrations, version=manifest.version)
    return manifest


def _drop(_table: str, _columns: list[str], _rows: list[list[Any]]) -> None:
    """Read for reading's sake."""


def restore(
    path: Path,
    *,
    key: RecordKey,
    replace: bool,
    broken_trail: bool,
    held: bool = False,
    before_it_counts: Callable[[], None],
    by: Actor,
    now: datetime,
) -> Manifest:
    """Put the backup in the place of this instance's database, brought to this version's shape.

    replace: also where rows stand. broken_trail: also when its audit trail did not hold when it was made.
    held: feeds rest until somebody says that they may go on (`resume_sharing`).
    before_it_counts: called when the rows are there and nobody can see them yet.
    An error or a kill at any moment leaves what was there before. Raises what `check` raises, NotEmpty, InUse and
    BrokenTrail.
    """
    manifest = check(path, key=key)
    if not (manifest.trail_holds or broken_trail):
        raise BrokenTrail(
            "the audit trail of this instance did not hold when the backup was made (`amparo verify` says where). "
            "To restore it as it is, give --broken-trail. Nothing was written"
        )
    if not replace:
        refuse_if_not_empty()
    with new_place():
        _fill(path, manifest, key=key)
        _compare(manifest)
        before_it_counts()
        record(
            Event.Kind.BACKUP_RESTORED,
            Head(pk=1),
            by=by,
            at=now,
            made_at=manifest.made_at.isoformat(timespec="minutes"),
            head=manifest.head,
            held=held,
        )
    return manifest


def _fill(path: Path, manifest: Manifest, *, key: RecordKey) -> None:
    executor = MigrationExecutor(connection)
    executor.migrate(last_of(manifest.migrations))
    found = {model._meta.label_lower: model for model in tables(manifest.migrations)}
    with transaction.atomic():
        read_rows(path, lambda table, columns, rows: _insert(found[table], columns, rows), key=key)
        connection.check_constraints()
        with connection.cursor() as cursor:
            for statement in connection.ops.sequence_reset_sql(no_style(), list(found.values())):
                cursor.execute(statement)
    call_command("migrate", interactive=False, verbosity=0)


def _insert(model: type[models.Model], columns: list[str], rows: list[list[Any]]) -> None:
    fields = {field.attname: field for field in model._meta.concrete_fields}
    read = [fields[column].to_python for column in columns]
    model._base_manager.bulk_create(  # noqa: SLF001  Django documents it
        [model(**{column: to(value) for column, to, value in zip(columns, read, row, strict=True)}) for row in rows]
    )


def _compare(manifest: Manifest) -> None:
    """The trail that now stands there has to be the one of the manifest, event for event."""
    verdict = verify()
    if (verdict.events, verdict.head, verdict.holds) != (manifest.events, manifest.head, manifest.trail_holds):
        raise Damaged("the audit trail is not the one that this backup was made of. Nothing was changed")


def read_rows(path: Path, take: Take, *, key: RecordKey) -> Manifest:
    """Hand every table to `take`, some rows at a time, and compare with the manifest at the end. Raises Damaged."""
    parts: list[Part] = []
    lines = lines_of(path, key=key)
    for line in lines:
        told = json.loads(line)
        if "manifest" in told:
            manifest = Manifest.from_dict(told["manifest"])
            if tuple(parts) != manifest.parts or next(lines, None) is not None:
                raise Damaged("what stands in this backup is not what its manifest says: take another copy of it")
            return manifest
        parts.append(_part(told["table"], told["columns"], lines, take))
    raise Damaged("this backup ends without its manifest: take another copy of it")


def _part(table: str, columns: list[str], lines: Iterator[bytes], take: Take) -> Part:
    digest, count = hashlib.sha256(), 0
    batch: list[list[Any]] = []
    for line in lines:
        row = json.loads(line)
        if isinstance(row, dict):  # the end of the table
            break
        digest.update(line + b"\n")
        count += 1
        batch.append(row)
        if len(batch) == _BATCH:
            take(table, columns, batch)
            batch = []
    take(table, columns, batch)
    return Part(table, count, digest.hexdigest())
