"""Whose case it is; closing, reopening, and freezing it."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _, ngettext

from amparo.apps.accounts.models import User
from amparo.apps.cases.actions._access import has_part, locked, workable
from amparo.apps.cases.actions._consent import end_consents
from amparo.apps.cases.jobs import end_looks
from amparo.apps.cases.models import Case
from amparo.apps.cases.refusal import Refused
from amparo.apps.cases.sighting import reopen
from amparo.apps.ledger.actions import record
from amparo.apps.ledger.models import Actor, Event


class ItemsStillOpen(Refused):
    """The case has places that are not gone. `count` says how many."""

    def __init__(self, count: int) -> None:
        super().__init__(
            ngettext(
                "%(count)d address is still open: the case closes when it is gone.",
                "%(count)d addresses are still open: the case closes when they are gone.",
                count,
            )
            % {"count": count}
        )
        self.count = count


class StillOpen(Refused):
    """Looks were to end in a case that is not closed."""


class NotAssignable(Refused):
    """The case was to be given to somebody who may not open it."""


@transaction.atomic
def assign(*, case: Case, to: User | None, by: Actor, now: datetime) -> Case:
    """Give the case to a worker of its helpline, or to nobody."""
    case = workable(case, by=by)
    if to is not None and not has_part(case, by=to):
        raise NotAssignable(_("This person does not work cases of this helpline: choose somebody who does."))
    case.assignee = to
    case.save(update_fields=["assignee"])
    record(Event.Kind.CASE_ASSIGNED, case, by=by, at=now, to=to.handle if to else "")
    return case


@transaction.atomic
def close_case(*, case: Case, by: Actor, now: datetime) -> Case:
    """Close the case. Its fingerprints stay in the banks she chose. Raises ItemsStillOpen."""
    case = workable(case, by=by)
    if case.state == Case.State.CLOSED:
        return case
    still_open = case.items.filter(closed_at=None).count()
    if still_open:
        raise ItemsStillOpen(still_open)
    case.state, case.closed_at = Case.State.CLOSED, now
    case.save(update_fields=["state", "closed_at"])
    record(Event.Kind.CASE_CLOSED, case, by=by, at=now)
    return case


@transaction.atomic
def stop_looking(*, case: Case, by: Actor, now: datetime) -> Case:
    """End the rounds after closing too: no look is planned any more, and the checker forgets the addresses.

    They are read by those who hold the case, as before. Opening an address again begins its looks anew.
    """
    case = workable(case, by=by)
    if case.state != Case.State.CLOSED:
        raise StillOpen(_("This case is open, so its addresses are looked at: close it first."))
    if ended := end_looks(case):
        record(Event.Kind.LOOKS_ENDED, case, by=by, at=now, items=ended)
    return case


@transaction.atomic
def reopen_case(*, case: Case, by: Actor, now: datetime) -> Case:
    """Open a closed case again. A frozen one stays frozen."""
    case = workable(case, by=by)
    reopen(case, by=by, now=now)
    return case


@transaction.atomic
def freeze_case(*, case: Case, by: Actor, now: datetime) -> Case:
    """The case is about a minor after all: end everything, forget everything, keep the way to the hotline.

    Consents end and their entries are withdrawn; fingerprints, addresses, checks and notices are deleted, and with
    them everything that a waiting job could do, and with them the case's keys. The row stays, so that the code still
    leads to the referral.
    """
    case = locked(case, by=by)
    if case.state == Case.State.FROZEN:
        return case
    ended = end_consents(case, by=by, now=now)
    counts = {"pictures": case.pictures.count(), "items": case.items.count(), "notices": case.notices.count()}
    for rows in (case.grants, case.notices, case.items, case.pictures, case.messages, case.openings):
        rows.all().delete()
    case.state, case.closed_at, case.rekey_due_at = Case.State.FROZEN, now, None
    case.save(update_fields=["state", "closed_at", "rekey_due_at"])
    record(Event.Kind.CASE_FROZEN, case, by=by, at=now, consents=ended, **counts)
    return case
