"""What the trail keeps of signing in."""

from datetime import datetime

from django.db import transaction

from amparo.apps.accounts.models import User
from amparo.apps.ledger.actions import record
from amparo.apps.ledger.models import Event, NamedActor

SOMEBODY = NamedActor("somebody")


@transaction.atomic
def record_sign_in(*, user: User, now: datetime) -> None:
    record(Event.Kind.SIGNED_IN, user, by=user, at=now)


@transaction.atomic
def record_refused_sign_in(*, now: datetime) -> None:
    """Somebody was refused. What was typed stays out of the trail: it may be a password in the wrong field."""
    record(Event.Kind.SIGN_IN_REFUSED, User(pk=0), by=SOMEBODY, at=now)
