"""Sessions of one holder, found wherever they are open, and ended with the locked keys in them."""

from datetime import datetime

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import transaction

from amparo.apps.accounts.holding import LOCKED_KEYS, half
from amparo.apps.accounts.models import User
from amparo.apps.ledger.actions import record
from amparo.apps.ledger.models import Event


@transaction.atomic
def end_sessions(*, holder: str, but: str | None = None) -> int:
    """Delete every session in which `holder` ("worker:7", "case:...") is at work; `but` is a session key to spare.

    Rows are read one by one: what they hold is signed text, which no query can look into.
    """
    user = holder.partition(":")[2] if holder.startswith("worker:") else None
    theirs = []
    for session in Session.objects.iterator():
        kept = session.get_decoded()
        locked = kept.get(LOCKED_KEYS, {})
        if session.pk != but and (
            holder in locked or half(holder) in locked or (user is not None and kept.get(SESSION_KEY) == user)
        ):
            theirs.append(session.pk)
    Session.objects.filter(pk__in=theirs).delete()
    return len(theirs)


@transaction.atomic
def end_other_sessions(*, user: User, session: str | None, now: datetime) -> int:
    """The worker's own wish: everywhere but in `session`, where she asks, she is signed out."""
    ended = end_sessions(holder=user.holder, but=session)
    record(Event.Kind.SESSIONS_ENDED, user, by=user, at=now, sessions=ended)
    return ended


def forget_ended_sessions(*, now: datetime) -> int:
    """Delete the rows of sessions that ended by time: their locked keys open nothing, and need not lie there."""
    deleted, _ = Session.objects.filter(expire_date__lt=now).delete()
    return deleted
