"""What a newer trail tells of the time after a backup: only where it goes on from that backup's own trail."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import DatabaseError

from amparo.apps.ledger.backup._file import Damaged
from amparo.apps.ledger.backup._manifest import Manifest
from amparo.apps.ledger.backup._restore import read_rows
from amparo.apps.ledger.ended import BEGAN
from amparo.apps.ledger.models import GENESIS, Event
from amparo.apps.ledger.queries import verify
from amparo.core.vault import RecordKey

_LOCKS = (Event.Kind.PASSWORD_CHANGED, Event.Kind.PASSWORD_RESET, Event.Kind.FACTORS_RESET, Event.Kind.FACTOR_REMOVED)


class NotItsTrail(ValueError):
    """The other trail does not go on from the one in the backup."""


@dataclass(frozen=True, slots=True)
class Since:
    """Events after a backup: what they ended, until when they tell, and whose locks changed (numbers of workers)."""

    ends: tuple[Event, ...]
    until: datetime | None
    locks: frozenset[str]

    @classmethod
    def of(cls, later: Iterable[Event]) -> "Since":
        ends, until, locks = [], None, set()
        for event in later:
            until = event.at
            if event.kind in BEGAN:
                ends.append(event)
            if event.kind in _LOCKS:
                locks.add(event.subject_id)
        return cls(tuple(ends), until, frozenset(locks))


def here_since(backup: Manifest) -> Since | None:
    """What the trail of this instance's present database tells; None where there is none, it does not hold, or it is
    not the trail that the backup was made of.
    """
    try:
        last = Event.objects.filter(seq=backup.events).first()
        if (last.hash if last else GENESIS) != backup.head or not verify().holds:
            return None
        return Since.of(Event.objects.filter(seq__gt=backup.events).order_by("seq").iterator(chunk_size=2000))
    except DatabaseError:
        return None


def there_since(newer: Path, backup: Manifest, *, key: RecordKey) -> Since:
    """What the trail in the newer backup `newer` tells. Raises NotItsTrail, and what `check` raises."""
    walk = _Walk(backup)
    read_rows(newer, walk.take, key=key)
    if not walk.passed:
        raise NotItsTrail(
            "the trail in the file given by --ledger does not go on from the one in the backup: it is of another "
            "instance, of an earlier day, or was rewritten. Nothing was written"
        )
    return Since.of(walk.later)


class _Walk:
    """Follows a trail row by row, checks each link, and keeps what comes after the backup's head and matters."""

    def __init__(self, backup: Manifest) -> None:
        self._backup, self._head = backup, GENESIS
        self.passed, self.later = backup.head == GENESIS, list[Event]()

    def take(self, table: str, columns: list[str], rows: list[list[Any]]) -> None:
        if table != "ledger.event":
            return
        fields = {field.attname: field for field in Event._meta.concrete_fields}
        for row in rows:
            told = {column: fields[column].to_python(value) for column, value in zip(columns, row, strict=True)}
            event = Event(**told)
            if event.previous_hash != self._head or event.hash != event.computed_hash():
                raise Damaged("the trail in the file given by --ledger does not hold. Nothing was written")
            self._head = event.hash
            if self.passed:
                self.later.append(event)
            self.passed = self.passed or (event.seq, event.hash) == (self._backup.events, self._backup.head)
