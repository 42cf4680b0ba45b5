"""What workers do for cases: look at an item, deliver a notice. Arguments are the ids of jobs, nothing else."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

import structlog
from django.db import transaction
from django.utils import timezone
from django_tasks import task

from amparo.apps.cases import delivery
from amparo.apps.cases.checker import Finding
from amparo.apps.cases.keys import checker_address, checker_copy
from amparo.apps.cases.models import Case, Item
from amparo.apps.cases.sighting import CHECKER, look_at, record_sight, standing_of
from amparo.apps.cases.standing import next_look_at
from amparo.apps.cases.turns import PAUSE, take_turn
from amparo.apps.ledger.actions import claimed, promise


class CheckFault(RuntimeError):
    """A look ended in an error of our own, named by its class: please report it."""


log = structlog.get_logger("amparo.cases")


@task()
def deliver_notice(job_id: int) -> None:
    delivery.find_abandoned(now=timezone.now())
    delivery.run(job_id, clock=timezone.now)


@task()
def check_item(job_id: int) -> None:
    run_check(job_id, clock=timezone.now)


def run_check(job_id: int, *, clock: Callable[[], datetime]) -> None:
    """Do the check job, if it is still to be done."""
    with claimed(job_id, clock=clock) as job:
        if job:
            _check(UUID(job.subject_id), now=clock())


def _check(item_id: UUID, *, now: datetime) -> None:
    item = Item.objects.select_related("case").filter(pk=item_id).exclude(case__state=Case.State.FROZEN).first()
    if item is None or item.check_due_at is None or item.check_due_at > now:
        return  # it was ended, or another job has been promised for later
    try:
        finding = _looked(item, now=now)
    except Exception as error:  # noqa: BLE001  whatever it was, the item stays in the round
        # Our own fault. The item must not fall out of the round for it; the job is shown as failed.
        # Only its class goes on: a worker keeps the text of what it caught, and this text may quote the address.
        log.error("check_fault", item=str(item.pk), error=type(error).__name__)
        _seen(item, Finding(Item.State.ERROR, "our_fault"), now=now)
        raise CheckFault(type(error).__name__) from None
    if finding:
        _seen(item, finding, now=now)


def _looked(item: Item, *, now: datetime) -> Finding | None:
    """What the host answers, read from the checker's copy; None where the turn at the host comes later."""
    url = checker_address(item, item.checker_url or b"")
    turn_at = _turn(item, url, now=now)
    if turn_at > now:
        follow(item, at=turn_at, turn_at=turn_at, now=now)
        return None
    return look_at(url)


def _turn(item: Item, url: str, *, now: datetime) -> datetime:
    """`now`, or the later time that was kept for this item at its host."""
    if item.turn_at and item.turn_at <= now < item.turn_at + PAUSE:
        return now
    return take_turn(url, now=now)


@transaction.atomic
def _seen(item: Item, finding: Finding, *, now: datetime) -> None:
    if record_sight(item, finding, by=CHECKER, now=now):
        follow_on(item, now=now)


def follow_on(item: Item, *, now: datetime, url: str = "") -> None:
    """Promise the look that comes after the one just written down. `url`: the address, when it was just read."""
    item = Item.objects.get(pk=item.pk)
    follow(item, at=next_look_at(standing_of(item), now=now), now=now, url=url)


@transaction.atomic
def follow(item: Item, *, at: datetime, now: datetime, turn_at: datetime | None = None, url: str = "") -> None:
    """Promise one look at `at`; whatever was promised for this item before is overtaken.

    In a case that rests nothing is promised. Where looks had ended, and with them the checker's copy, they begin
    again only for who reads the address.
    """
    if Case.objects.filter(items=item.pk, paused_at__isnull=False).exists():
        return  # she lets it rest: looks begin again when she lets it go on
    copy = item.checker_url or (checker_copy(item, url) if url else None)
    if copy is None:
        return
    Item.objects.filter(pk=item.pk).update(check_due_at=at, turn_at=turn_at, checker_url=copy)
    promise(check_item, item, now=now, run_after=at)


def end_looks(case: Case) -> int:
    """Plan no look in this case any more, and forget the checker's copies. Returns how many there were."""
    return case.items.exclude(check_due_at=None).update(check_due_at=None, turn_at=None, checker_url=None)
