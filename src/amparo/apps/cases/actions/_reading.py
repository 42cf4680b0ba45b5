"""Come back with the code; read a case at the desk."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _, ngettext

from amparo.apps.accounts.models import User
from amparo.apps.cases.actions._access import Refused
from amparo.apps.cases.models import Case, WrongCode
from amparo.apps.cases.queries import case_of
from amparo.apps.ledger.actions import record
from amparo.apps.ledger.models import Event, NamedActor
from amparo.core.vault import (
    BadCode,
    TypedCode,
    code_matches,
    digest_code,
    needs_new_digest,
    parse_code,
    spend_the_same,
)

# Wrong tries before the first pause; then 1, 2, 4 ... minutes, never more than an hour, so that somebody who knows
# only the locator cannot keep her out for long.
FREE_TRIES = 5
LONGEST_PAUSE = timedelta(hours=1)
FORGOTTEN_AFTER = timedelta(days=1)
SOMEBODY = NamedActor("somebody")


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
    """The case that the typed code opens. Its `read_before_at` is when the code was used before this time.

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
    if case is None:
        spend_the_same(typed.words)
    elif code_matches(case.code_digest, typed.words):
        return _read(case, typed, now=now)
    _count_wrong(typed.locator, case, now=now)
    raise _refused()


def _refused() -> CodeRefused:
    return CodeRefused(
        _("This code does not open a case. It is a word with four digits, then seven words: check each of them.")
    )


@transaction.atomic
def _read(case: Case, typed: TypedCode, *, now: datetime) -> Case:
    case = Case.objects.select_for_update(of=("self",)).select_related("helpline").get(pk=case.pk)
    case.read_before_at = case.read_at
    case.read_at = max(now, case.read_at or now)
    if needs_new_digest(case.code_digest):
        case.code_digest = digest_code(typed.words)
    case.save(update_fields=["read_before_at", "read_at", "code_digest"])
    WrongCode.objects.filter(locator=case.locator).delete()
    record(Event.Kind.CASE_READ_BY_SURVIVOR, case, by=case, at=now)
    return case


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
