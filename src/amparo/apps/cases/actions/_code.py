"""Her code: new words for it, a second one, and its end."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from amparo.apps.cases import codes
from amparo.apps.cases.actions._access import workable
from amparo.apps.cases.actions._keys import renew_key
from amparo.apps.cases.actions._reading import proved_words
from amparo.apps.cases.keys import open_case_key
from amparo.apps.cases.models import Case
from amparo.apps.cases.refusal import Refused
from amparo.apps.ledger.actions import record
from amparo.apps.ledger.models import Actor, Event
from amparo.core.vault import HolderKey, new_holder_key


class CodeIsHers(Refused):
    """Somebody else was to change or end her code."""


class RestingStill(Refused):
    """The code of a paused case was to be ended: the case would rest for ever."""


def prove_code(*, case: Case, text: str, by: Actor, now: datetime) -> tuple[str, ...]:
    """The words of her code, once they were typed again: a page that was left open is not enough to change them.

    Wrong words count as at the door. Raises CodeRefused, TryLater.
    """
    _hers(case, by)
    return proved_words(Case.objects.get(pk=case.pk), text, now=now)


def set_codes(*, case: Case, words: Sequence[str], second: Sequence[str] | None, by: Actor, now: datetime) -> Case:
    """From now on `words` open the case, and `second` the empty page; without `second`, nothing opens that.

    Her pair and the case's key are new afterwards, so old words open nothing, not even together with an old backup and
    today's database. Returns the case with her new pair on it.
    """
    _hers(case, by)
    hers = new_holder_key()
    codes.set_locks(case, hers, words, second)  # slow, so outside the transaction
    with transaction.atomic():
        held = _renewed(case, by=by, now=now)
        record(Event.Kind.CODE_CHANGED, held, by=by, at=now, version=held.version)
    return _with(held, hers)


def end_code(*, case: Case, text: str, by: Actor, now: datetime) -> Case:
    """Nobody opens the case by a code again; it goes on with the helpline.

    Raises CodeRefused, TryLater, RestingStill.
    """
    prove_code(case=case, text=text, by=by, now=now)
    codes.set_locks(case, new_holder_key(), None, None)
    with transaction.atomic():
        held = _renewed(case, by=by, now=now)
        if held.paused_at is not None:
            raise RestingStill(_("Your case rests. Let it go on first: without your code nobody could."))
        held.code_ended_at = now
        held.save(update_fields=["code_ended_at"])
        record(Event.Kind.CODE_ENDED, held, by=by, at=now, version=held.version)
    return held


def _renewed(case: Case, *, by: Actor, now: datetime) -> Case:
    """The case with the locks that are set on `case`, and under a new key, granted to today's holders alone."""
    held = workable(case, by=by)
    key = open_case_key(held, by)
    held.wrapped_key, held.second_key = case.wrapped_key, case.second_key
    held.save(update_fields=["wrapped_key", "second_key"])
    renew_key(held, key, now=now)
    return held


def _with(case: Case, key: HolderKey) -> Case:
    case.key = key
    return case


def _hers(case: Case, by: Actor) -> None:
    if by.handle != case.handle:
        raise CodeIsHers(_("Only the person herself can change or end her code."))
