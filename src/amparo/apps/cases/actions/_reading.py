"""Come back with the code; read a case at the desk."""

from datetime import datetime, timedelta
from functools import cache
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _, ngettext

from amparo.apps.accounts.models import User
from amparo.apps.cases.models import Case, WrongCode
from amparo.apps.cases.queries import case_of
from amparo.apps.cases.refusal import Refused
from amparo.apps.ledger.actions import record
from amparo.apps.ledger.models import Event, NamedActor
from amparo.core.vault import (
    BadCode,
    CannotOpen,
    HolderKey,
    needs_rewrap,
    new_holder_key,
    new_session_secret,
    parse_code,
    unwrap,
    words_as_password,
    wrap,
)

# Wrong tries before the first pause; then 1, 2, 4 ... minutes, never more than an hour, so that somebody who knows
# only the locator cannot keep her out for long.
FREE_TRIES = 5
LONGEST_PAUSE = timedelta(hours=1)
FORGOTTEN_AFTER = timedelta(days=1)
SOMEBODY = NamedActor("somebody")
NOBODY = "nobody"


class CodeRefused(Refused):
    """The code opens nothing: wrong words, or no such case. The answer and the work are the same for both."""


class TryLater(Refused):
    """Too many wrong codes for this locator, whether or not it has a case. `until` says when it is heard again."""

    def __init__(self, until: datetime, *, now: datetime) -> None:
        minutes = max(1, -(-int((until - now).total_seconds()) // 60))
        super().__init__(
            ngettext(
                "This code was wrong several times and rests now. Try again in %(minutes)d minute.",
                "This code was wrong several times and rests now. Try again in %(minutes)d minutes.",
                minutes,
            )
            % {"minutes": minutes}
        )
        self.until = until


def open_by_code(*, text: str, now: datetime) -> Case:
    """The case that the typed code opens, with her unlocked pair on it: opening the pair is what proves the words.

    Its `read_before_at` is when the code was used before this time.

    Raises CodeRefused and TryLater; neither tells whether the case exists.
    """
    try:
        typed = parse_code(text)
    except BadCode:
        raise _refused() from None
    resting = WrongCode.objects.filter(locator=typed.locator, refuse_until__gt=now).first()
    if resting and resting.refuse_until:
        raise TryLater(resting.refuse_until, now=now)
    case = Case.objects.filter(locator=typed.locator).first()
    words = words_as_password(typed.words)
    try:
        # For a locator without a case, the same work is done on a pair that is kept for this, whose words nobody has.
        wrapped, holder = (case.wrapped_key, case.holder) if case else (_nobodys(), NOBODY)
        key = unwrap(wrapped, words, holder=holder)
    except CannotOpen:
        _count_wrong(typed.locator, case, now=now)
        raise _refused() from None
    assert case is not None
    return _read(case, key, words, now=now)


@cache
def _nobodys() -> bytes:
    """A locked pair of nobody, once a process."""
    return wrap(new_holder_key(), new_session_secret().hex(), holder=NOBODY, cost=settings.KEY_COST)


def _refused() -> CodeRefused:
    return CodeRefused(
        _("This code does not open a case. It is a word with four digits, then seven words: check each of them.")
    )


def _read(case: Case, key: HolderKey, words: str, *, now: datetime) -> Case:
    dear = case.wrapped_key
    if needs_rewrap(dear, cost=settings.KEY_COST):
        dear = wrap(key, words, holder=case.holder, cost=settings.KEY_COST)  # slow, so outside the transaction
    with transaction.atomic():
        fresh = Case.objects.select_for_update(of=("self",)).select_related("helpline").get(pk=case.pk)
        fresh.read_before_at = fresh.read_at
        fresh.read_at = max(now, fresh.read_at or now)
        if bytes(fresh.wrapped_key) == bytes(case.wrapped_key):
            fresh.wrapped_key = dear
        fresh.save(update_fields=["read_before_at", "read_at", "wrapped_key"])
        WrongCode.objects.filter(locator=fresh.locator).delete()
        record(Event.Kind.CASE_READ_BY_SURVIVOR, fresh, by=fresh, at=now)
    fresh.key = key
    return fresh


@transaction.atomic
def _count_wrong(locator: str, case: Case | None, *, now: datetime) -> None:
    WrongCode.objects.filter(last_at__lt=now - FORGOTTEN_AFTER).delete()
    wrong, _made = WrongCode.objects.select_for_update().get_or_create(locator=locator, defaults={"last_at": now})
    wrong.count, wrong.last_at = wrong.count + 1, now
    if wrong.count >= FREE_TRIES:
        doublings = min(wrong.count - FREE_TRIES, 10)
        wrong.refuse_until = now + min(timedelta(minutes=2**doublings), LONGEST_PAUSE)
    wrong.save(update_fields=["count", "last_at", "refuse_until"])
    if case is not None:
        record(Event.Kind.CASE_CODE_REFUSED, case, by=SOMEBODY, at=now, count=wrong.count)


@transaction.atomic
def read_case(*, case_id: UUID, by: User, now: datetime) -> Case:
    """The case for the desk, and the note in the ledger that this worker read it. Raises Case.DoesNotExist."""
    case = case_of(by, case_id)
    record(Event.Kind.CASE_READ_BY_WORKER, case, by=by, at=now)
    return case
