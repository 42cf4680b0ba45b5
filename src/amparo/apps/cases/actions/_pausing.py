"""She lets her case rest, and lets it go on. Nobody else can do either."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from amparo.apps.cases import jobs
from amparo.apps.cases.actions._access import workable
from amparo.apps.cases.actions._consent import end_consents
from amparo.apps.cases.keys import open_case_key, opened_or_marked
from amparo.apps.cases.models import Case, Notice
from amparo.apps.cases.refusal import Refused
from amparo.apps.cases.sighting import standing_of
from amparo.apps.cases.standing import next_look_at
from amparo.apps.ledger.actions import promise, record
from amparo.apps.ledger.models import Actor, Event


class PauseIsHers(Refused):
    """Somebody else was to pause her case, or to end her pause."""


@transaction.atomic
def pause_case(*, case: Case, take_back: bool, by: Actor, now: datetime) -> Case:
    """No look is made and no notice leaves until she lets it go on. take_back: her permissions to banks end, too.

    The checker forgets the addresses; a queued notice waits. A second time changes nothing but the permissions.
    """
    held = _hers(case, by)
    ended = end_consents(held, by=by, now=now) if take_back else 0
    if held.paused_at is None:
        held.paused_at = now
        held.save(update_fields=["paused_at"])
        looks = jobs.end_looks(held)
        record(Event.Kind.CASE_PAUSED, held, by=by, at=now, looks=looks, consents_ended=ended)
    return held


@transaction.atomic
def resume_case(*, case: Case, by: Actor, now: datetime) -> Case:
    """It goes on: every address is looked at again, and what was queued goes out."""
    held = _hers(case, by)
    if held.paused_at is None:
        return held
    key = open_case_key(held, by)
    held.paused_at = None
    held.save(update_fields=["paused_at"])
    for item in opened_or_marked(key, held.items.all()):
        if item.altered:
            continue  # nobody knows where to look any more; the page says so, and she is not kept from going on
        at = now if item.closed_at is None else next_look_at(standing_of(item), now=now)
        jobs.follow(item, at=at, now=now, url=item.url)
    waiting = list(held.notices.filter(state=Notice.State.QUEUED))
    for notice in waiting:
        promise(jobs.deliver_notice, notice, now=now)
    record(Event.Kind.CASE_RESUMED, held, by=by, at=now, notices=len(waiting))
    return held


def _hers(case: Case, by: Actor) -> Case:
    held = workable(case, by=by)
    if by.handle != held.handle:
        raise PauseIsHers(_("Only the person herself can let the case rest or go on, with her code."))
    return held
