"""Write down what a look found, and what follows from it for the item and its case."""

from dataclasses import asdict
from datetime import datetime

from django.conf import settings
from django.db import transaction

from amparo import __version__
from amparo.apps.cases.checker import Finding, look
from amparo.apps.cases.models import Case, Check, Item
from amparo.apps.cases.standing import Standing, after_person, after_sight
from amparo.apps.ledger.actions import record
from amparo.apps.ledger.models import Actor, Event, NamedActor

CHECKER = NamedActor("checker")
STANDING_FIELDS = tuple(Standing.__dataclass_fields__)


def look_at(url: str) -> Finding:
    """Ask the host of `url`, now. Outside any transaction: it may take twenty seconds."""
    return look(
        url,
        agent=f"Amparo-checker/{__version__} (+{settings.PUBLIC_URL})",
        allowed=settings.CHECKER_ALLOWED,
    )


@transaction.atomic
def record_sight(item: Item, finding: Finding, *, by: Actor, now: datetime) -> Check | None:
    """Keep the check and move the item. None when item or case were ended while the host was asked."""
    item_now = _held(item)
    if item_now is None:
        return None
    state = finding.state
    return _moved(item_now, after_sight(standing_of(item_now), state, at=now), finding, by=by, now=now)


@transaction.atomic
def record_person(item: Item, closed_by: Item.ClosedBy, *, by: Actor, now: datetime) -> Check | None:
    """Keep that a person found it gone."""
    item_now = _held(item)
    if item_now is None:
        return None
    finding = Finding(Item.State.GONE, "a_person_looked")
    return _moved(item_now, after_person(standing_of(item_now), closed_by, at=now), finding, by=by, now=now)


def standing_of(item: Item) -> Standing:
    return Standing(**{name: getattr(item, name) for name in STANDING_FIELDS})


def _held(item: Item) -> Item | None:
    """The item as it stands now, held together with its case; always the case first, as every action does."""
    case = Case.objects.select_for_update().filter(items=item.pk).first()
    if case is None or case.state == Case.State.FROZEN:
        return None
    return Item.objects.select_for_update(of=("self",)).select_related("case").get(pk=item.pk)


def _moved(item: Item, standing: Standing, finding: Finding, *, by: Actor, now: datetime) -> Check:
    was_closed = item.closed_at is not None
    for name, value in asdict(standing).items():
        setattr(item, name, value)
    item.turn_at = None
    item.save(update_fields=[*STANDING_FIELDS, "turn_at"])
    check = Check.objects.create(
        item=item,
        at=now,
        state=finding.state,
        status_code=finding.status_code,
        reason=finding.reason,
        by=by.handle,
    )
    record(Event.Kind.ITEM_CHECKED, item, by=by, at=now, state=finding.state.value, reason=finding.reason)
    if item.closed_at and not was_closed:
        record(Event.Kind.ITEM_CLOSED, item, by=by, at=now, closed_by=item.closed_by)
    if was_closed and not item.closed_at:
        record(Event.Kind.ITEM_REOPENED, item, by=by, at=now)
        reopen(item.case, by=by, now=now)
    return check


def reopen(case: Case, *, by: Actor, now: datetime) -> None:
    """Open a closed case again; an open one stays as it is. The caller holds the row."""
    if case.state != Case.State.CLOSED:
        return
    case.state, case.closed_at = Case.State.OPEN, None
    case.save(update_fields=["state", "closed_at"])
    record(Event.Kind.CASE_REOPENED, case, by=by, at=now)
