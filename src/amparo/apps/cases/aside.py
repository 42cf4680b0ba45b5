"""Cases whose keys did not open for somebody: set aside, each time for longer, so that they stand before no other.

What is known of it stands in the ledger: no row has to be kept, and the desk tells how many there are.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from amparo.apps.cases.models import Case
from amparo.apps.ledger.actions import record
from amparo.apps.ledger.models import Actor, Event

# 1, 2, 4 ... hours, then once a week: mended by a restore at the earliest, and each try is an event for good.
FIRST_PAUSE, LONGEST_PAUSE = timedelta(hours=1), timedelta(days=7)
_DONE = (Event.Kind.CASE_REKEYED, Event.Kind.CASE_GRANTED, Event.Kind.CASE_REBLINDED)
# Ids in one question to the database: SQLite takes so many values.
_AT_ONCE = 500


@transaction.atomic
def set_aside(case_id: UUID, *, by: Actor, now: datetime) -> None:
    """The keys of this case did not open for `by`: it is tried again after a pause, twice as long as the last."""
    last = _last([case_id], by).get(str(case_id))
    times = int(last.detail["times"]) + 1 if last else 1
    record(Event.Kind.KEYS_REFUSED, Case(pk=case_id), by=by, at=now, times=times)


def set_aside_of(ids: Sequence[UUID], by: Actor, *, now: datetime) -> set[UUID]:
    """Those of the cases that rest for `by` today."""
    refused = _last(ids, by)
    return {one for one in ids if (event := refused.get(str(one))) and now < event.at + _pause(event.detail["times"])}


def _pause(times: int) -> timedelta:
    doubled: timedelta = FIRST_PAUSE * 2 ** min(times - 1, 10)
    return min(doubled, LONGEST_PAUSE)


def _last(ids: Sequence[UUID], by: Actor) -> dict[str, Event]:
    """By case: the last refusal to `by` after which nothing was done there."""
    found: dict[str, Event] = {}
    wanted = Q(kind=Event.Kind.KEYS_REFUSED, by=by.handle) | Q(kind__in=_DONE)
    for start in range(0, len(ids), _AT_ONCE):
        names = [str(one) for one in ids[start : start + _AT_ONCE]]
        for event in Event.objects.filter(wanted, subject_type="case", subject_id__in=names).order_by("seq"):
            if event.kind == Event.Kind.KEYS_REFUSED:
                found[event.subject_id] = event
            else:
                found.pop(event.subject_id, None)
    return found
