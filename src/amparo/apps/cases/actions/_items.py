"""Look at an item now, or say what a person saw."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from amparo.apps.accounts.models import User
from amparo.apps.cases import jobs
from amparo.apps.cases.actions._access import CaseFrozen, awake, workable
from amparo.apps.cases.checker import Finding
from amparo.apps.cases.keys import checker_address, open_case_key, opened
from amparo.apps.cases.models import Case, Check, Item
from amparo.apps.cases.refusal import Refused
from amparo.apps.cases.sighting import look_at, record_person, record_sight
from amparo.apps.ledger.models import Actor


class LookIsForWorkers(Refused):
    """A survivor's door was to ask a host at once. That is for workers: nobody sends requests through us unseen."""


class NoLookPlanned(Refused):
    """The checker's copy of an address is gone, and whoever asked has no key."""


def look_at_item(*, item: Item, by: Actor, now: datetime) -> Check:
    """Ask the host now and write down what it answered. Waits for no turn, but only public addresses are asked."""
    with transaction.atomic():
        case = awake(item.case, by=by)
        if by.handle == case.handle:
            raise LookIsForWorkers(_("The helpline can look at once. Amparo looks every day by itself."))
        url = _address(item, case, by)
    finding = look_at(url)
    with transaction.atomic():
        return _kept(record_sight(item, finding, by=by, now=now), item, now=now)


def _address(item: Item, case: Case, by: Actor) -> str:
    """As the worker reads it, or, for who has no key such as the operator, as the checker's copy has it."""
    fresh = case.items.get(pk=item.pk)
    if isinstance(by, User):
        return opened(open_case_key(case, by), [fresh])[0].url
    if fresh.checker_url is None:
        raise NoLookPlanned(_("No look is planned at this address any more, so it can be read at the desk only."))
    return checker_address(fresh, fresh.checker_url)


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
    case = workable(item.case, by=by)
    url = ""
    if isinstance(by, User | Case) and item.check_due_at is None:
        # Looks had ended. They begin again, so the checker is to read the address again.
        url = opened(open_case_key(case, by), [case.items.get(pk=item.pk)])[0].url
    check = record_sight(item, Finding(Item.State.ALIVE, "a_person_looked"), by=by, now=now)
    return _kept(check, item, now=now, url=url)


def _kept(check: Check | None, item: Item, *, now: datetime, url: str = "") -> Check:
    if check is None:
        raise CaseFrozen(_("This case was frozen meanwhile: nothing was written down."))
    jobs.follow_on(item, now=now, url=url)
    return check
