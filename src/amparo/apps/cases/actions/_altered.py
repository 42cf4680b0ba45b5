"""What did not open in its place: told to the ledger and to the log, each row once."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

import structlog
from django.db import transaction

from amparo.apps.cases.actions._access import locked
from amparo.apps.cases.models import Case
from amparo.apps.cases.sealed import SealedRow
from amparo.apps.ledger.actions import record
from amparo.apps.ledger.models import Actor, Event

log = structlog.get_logger("amparo.cases")
# Ids in one question to the database: SQLite takes so many values.
_AT_ONCE = 500


@transaction.atomic
def note_altered(*, case: Case, rows: Sequence[SealedRow], by: Actor, now: datetime) -> int:
    """Somebody with the key of `case` found that these rows of it do not open. Returns how many were not told before.

    The alarm is the log's, for whoever runs the instance; the event says when it was first seen, and by whom.
    """
    held = locked(case, by=by)
    unseen = _untold([row for row in rows if row.case_id == held.pk])
    for row in unseen:
        record(Event.Kind.PART_ALTERED, row, by=by, at=now, case=str(held.pk))
    if unseen:
        transaction.on_commit(lambda: log.error("case_altered", case=str(held.pk), count=len(unseen)))
    return len(unseen)


def _untold(rows: Sequence[SealedRow]) -> list[SealedRow]:
    kinds = defaultdict[str, list[SealedRow]](list)
    for row in rows:
        kinds[row._meta.model_name or ""].append(row)
    found = []
    for kind, those in kinds.items():
        told: set[str] = set()
        for start in range(0, len(those), _AT_ONCE):
            ids = [str(row.pk) for row in those[start : start + _AT_ONCE]]
            events = Event.objects.filter(subject_type=kind, subject_id__in=ids, kind=Event.Kind.PART_ALTERED)
            told |= set(events.values_list("subject_id", flat=True))
        found += [row for row in those if str(row.pk) not in told]
    return found
