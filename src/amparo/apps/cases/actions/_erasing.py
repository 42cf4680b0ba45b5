"""Erase a case: its keys first, then its rows, then what the disk still holds of them."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from amparo.apps.accounts.actions import end_sessions
from amparo.apps.accounts.models import User
from amparo.apps.cases import erased
from amparo.apps.cases.actions._access import locked
from amparo.apps.cases.models import Case, Consent
from amparo.apps.cases.refusal import Refused
from amparo.apps.cases.wiping import finish_erasing, forget_rows
from amparo.apps.ledger.actions import promise, record
from amparo.apps.ledger.models import SYSTEM, Actor, Event


class ErasingIsHers(Refused):
    """Somebody asked to erase a case who may only work it."""


def erase_case(*, case: Case, by: Actor, now: datetime) -> None:
    """Erase the case for good: nobody can read it any more when this returns, and nothing of it comes back.

    By the person herself, an admin of her helpline, or the instance. Each step is committed before the next begins, so
    a kill between two of them leaves less of the case than before, never more, and a worker does the rest.
    Raises NotYourCase, ErasingIsHers.
    """
    _may_erase(case, by)
    # Before anything else: what follows may be killed at any moment, and this is what a restored backup is held to.
    erased.note([case.pk])
    with transaction.atomic(durable=True):
        _drop_keys(case.pk, by=by, now=now)
    with transaction.atomic(durable=True):
        forget_rows(case.pk, now=now)


def _may_erase(case: Case, by: Actor) -> None:
    locked_out = isinstance(by, User) and by.role != User.Role.ADMIN
    with transaction.atomic():
        locked(case, by=by)
    if locked_out:
        raise ErasingIsHers(_("Only the person herself, or an admin of the helpline, can erase a case."))


@transaction.atomic
def _drop_keys(case_id: UUID, *, by: Actor, now: datetime) -> None:
    """Step one: without grants and without her locked pairs, every sealed row is noise. The rest is promised."""
    case = Case.objects.select_for_update(of=("self",)).select_related("helpline").filter(pk=case_id).first()
    if case is None or not bytes(case.wrapped_key):
        return  # done already
    case.grants.all().delete()
    counts = {
        "pictures": case.pictures.count(),
        "items": case.items.count(),
        "notices": case.notices.count(),
        "consents": Consent.objects.filter(picture__case=case).count(),
    }
    # Frozen is the state in which nothing is sent, looked at or handed out; the row itself goes in the next step.
    case.wrapped_key = case.second_key = case.public_record = b""
    case.state, case.closed_at, case.rekey_due_at = Case.State.FROZEN, case.closed_at or now, None
    case.save(update_fields=["wrapped_key", "second_key", "public_record", "state", "closed_at", "rekey_due_at"])
    end_sessions(holder=case.holder)
    record(Event.Kind.CASE_ERASED, case, by=by, at=now, opened_on=case.opened_at.date().isoformat(), **counts)
    promise(finish_erasing, case, now=now)


def keep_erased(*, now: datetime, also: frozenset[UUID] = frozenset()) -> int:
    """Erase again what a restored backup brought back, before anybody is served. Returns how many cases that were.

    also: ids that are known from elsewhere, such as the trail of the database that is being replaced.
    Raises erased.BadList.
    """
    ids = erased.listed() | erased.in_trail() | also
    erased.note(sorted(ids - erased.listed()))
    cases = erased.standing(ids)
    for case in cases:
        _drop_keys(case.pk, by=SYSTEM, now=now)
        forget_rows(case.pk, now=now)
    return len(cases)
