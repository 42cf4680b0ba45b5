"""Look at an item now, or say what a person saw."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from amparo.apps.cases import jobs
from amparo.apps.cases.actions._access import CaseFrozen, Refused, workable
from amparo.apps.cases.checker import Finding
from amparo.apps.cases.models import Check, Item
from amparo.apps.cases.sighting import look_at, record_person, record_sight
from amparo.apps.ledger.models import Actor


class LookIsForWorkers(Refused):
    """A survivor's door was to ask a host at once. That is for workers: nobody sends requests through us unseen."""


def look_at_item(*, item: Item, by: Actor, now: datetime) -> Check:
    """Ask the host now and write down what it answered. Waits for no turn, but only public addresses are asked."""
    with transaction.atomic():
        case = workable(item.case, by=by)
    if by.handle == case.handle:
        raise LookIsForWorkers(_("The helpline can look at once. Amparo looks every day by itself."))
    finding = look_at(item)
    with transaction.atomic():
        return _kept(record_sight(item, finding, by=by, now=now), item, now=now)


@transaction.atomic
def found_gone_by_person(*, item: Item, by: Actor, now: datetime) -> Check:
    """Somebody looked and it is gone: the item closes at once."""
    case = workable(item.case, by=by)
    hers = by.handle == case.handle
    closed_by = Item.ClosedBy.SURVIVOR if hers else Item.ClosedBy.A_PERSON_LOOKED
    return _kept(record_person(item, closed_by, by=by, now=now), item, now=now)


@transaction.atomic
def found_back_by_person(*, item: Item, by: Actor, now: datetime) -> Check:
    """Somebody looked and it is there (again): a closed item opens, and its case with it."""
    workable(item.case, by=by)
    return _kept(record_sight(item, Finding(Item.State.ALIVE, "a_person_looked"), by=by, now=now), item, now=now)


def _kept(check: Check | None, item: Item, *, now: datetime) -> Check:
    if check is None:
        raise CaseFrozen(_("This case was frozen meanwhile: nothing was written down."))
    jobs.follow_on(item, now=now)
    return check
