"""What she did herself at a service beside Amparo: a note in her case, and its end. Nothing is sent from here."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from amparo.apps.cases.actions._access import workable
from amparo.apps.cases.models import Case
from amparo.apps.cases.queries import Service, handed_over_at
from amparo.apps.cases.refusal import Refused
from amparo.apps.ledger.actions import record
from amparo.apps.ledger.models import Actor, Event


class HandOverIsHers(Refused):
    """Somebody else said for her what she did."""


@transaction.atomic
def note_hand_over(*, case: Case, service: Service, by: Actor, now: datetime) -> None:
    """She says that she made a fingerprint at this service. A second time changes nothing."""
    case = _hers(case, by=by)
    if handed_over_at(case, service) is None:
        record(Event.Kind.HANDED_OVER, case, by=by, at=now, service=service.value)


@transaction.atomic
def undo_hand_over(*, case: Case, service: Service, by: Actor, now: datetime) -> None:
    """She takes the note back. Where there is none, nothing changes."""
    case = _hers(case, by=by)
    if handed_over_at(case, service) is not None:
        record(Event.Kind.HAND_OVER_UNDONE, case, by=by, at=now, service=service.value)


def _hers(case: Case, *, by: Actor) -> Case:
    case = workable(case, by=by)
    if by.handle != case.handle:
        raise HandOverIsHers(_("Only the person herself can note what she did elsewhere, with her code."))
    return case
