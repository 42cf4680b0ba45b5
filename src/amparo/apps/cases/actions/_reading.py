"""Come back with the code; read a case at the desk."""

from datetime import datetime, timedelta
from functools import cache
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _, ngettext

from amparo.apps.accounts.models import User
from amparo.apps.cases.codes import note_opening
from amparo.apps.cases.models import Case, WrongCode
from amparo.apps.cases.queries import case_of
from amparo.apps.cases.refusal import Refused
from amparo.apps.ledger.actions import record
from amparo.apps.ledger.models import Event, NamedActor
from amparo.core.vault import (
    BadCode,
    CannotOpen,
    HolderKey,
    Sealed,
    TypedCode,
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

    Its `read_before_at` is when the code was used before this time. With her second code the case is a decoy: the pair
    on it opens nothing, and no action takes it for her.

    Raises CodeRefused and TryLater; neither tells whether the case exists.
    """
    typed = _typed(text, now=now)
    case, words = Case.objects.filter(locator=typed.locator).first(), words_as_password(typed.words)
    key = _unlocked(case, words)
    if case is None or key is None:
        _count_wrong(typed.locator, case, now=now)
        raise _refused()
    return _read(case, key, words, now=now)


def proved_words(case: Case, text: str, *, now: datetime) -> tuple[str, ...]:
    """The words that open `case`, typed once more. Wrong ones count as at the door. Raises CodeRefused, TryLater."""
    typed = _typed(text, now=now)
    hers = case if typed.locator == case.locator else None
    key = _unlocked(hers, words_as_password(typed.words))
    if hers is None or key is None or not hers.is_pair(key):
        _count_wrong(typed.locator, hers, now=now)
        raise _refused()
    return typed.words


def _typed(text: str, *, now: datetime) -> TypedCode:
    try:
        typed = parse_code(text)
    except BadCode:
        raise _refused() from None
    resting = WrongCode.objects.filter(locator=typed.locator, refuse_until__gt=now).first()
    if resting and resting.refuse_until:
        raise TryLater(resting.refuse_until, now=now)
    return typed


def _unlocked(case: Case | None, words: str) -> HolderKey | None:
    """Her pair, or the one of her second code, or None.

    Both locks are tried, whichever opens and also when none does. For a locator without a case, the same work is done
    on a pair that is kept for this, whose words nobody has.
    """
    locks: list[tuple[Sealed, str]] = [(_nobodys(), NOBODY)] * 2
    if case:
        locks = [(case.wrapped_key, case.holder), (case.second_key, case.second_holder)]
    found = [_tried(wrapped, words, holder) for wrapped, holder in locks]
    return found[0] or found[1]


def _tried(wrapped: Sealed, words: str, holder: str) -> HolderKey | None:
    try:
        return unwrap(wrapped, words, holder=holder)
    except CannotOpen:
        return None


@cache
def _nobodys() -> bytes:
    """A locked pair of nobody, once a process."""
    return wrap(new_holder_key(), new_session_secret().hex(), holder=NOBODY, cost=settings.KEY_COST)


def _refused() -> CodeRefused:
    return CodeRefused(
        _("This code does not open a case. It is a word with four digits, then seven words: check each of them.")
    )


def _read(case: Case, key: HolderKey, words: str, *, now: datetime) -> Case:
    """Note the opening. It is the same in every row for both codes; only the sealed note says which it was."""
    dear, hers = case.wrapped_key, case.is_pair(key)
    # The second pair stays as dear as it was: raised, it would tell that somebody has its words.
    if hers and needs_rewrap(dear, cost=settings.KEY_COST):
        dear = wrap(key, words, holder=case.holder, cost=settings.KEY_COST)  # slow, so outside the transaction
    with transaction.atomic():
        fresh = Case.objects.select_for_update(of=("self",)).select_related("helpline").get(pk=case.pk)
        fresh.read_before_at = fresh.read_at
        fresh.read_at = max(now, fresh.read_at or now)
        if bytes(fresh.wrapped_key) == bytes(case.wrapped_key):
            fresh.wrapped_key = dear
        fresh.key = key
        fresh.save(update_fields=["read_before_at", "read_at", "wrapped_key"])
        note_opening(fresh, now=fresh.read_at)
        WrongCode.objects.filter(locator=fresh.locator).delete()
        record(Event.Kind.CASE_READ_BY_SURVIVOR, fresh, by=fresh, at=now)
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
