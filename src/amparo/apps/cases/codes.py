"""Her two codes: the one that opens her case, and the second one, which opens an empty page.

Both are seven words that lock a pair. A case without a second code has a second pair all the same, locked with words
that nobody has. Whenever she changes anything about either, both pairs and the case's key are new, and one event is
written: neither the rows nor what changes in them tell what it was.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.conf import settings

from amparo.apps.cases.keys import Altered, Pen, open_case_key, opened_or_marked
from amparo.apps.cases.models import Case, Opening
from amparo.core.vault import Code, HolderKey, new_code, new_holder_key, new_session_secret, words_as_password, wrap

FIRST, SECOND = "first", "second"
# Those that she may want to see again; a row for each visit of eight years would be of use to nobody.
MOST_OPENINGS = 100


def draw_code(case: Case, language: str) -> Code:
    """New words for the case, in the list of her language. The locator stays: it is how the helpline names the case."""
    return replace(new_code(language), locator=case.locator)


def locked(key: HolderKey, words: Sequence[str] | None, *, holder: str) -> bytes:
    """`key`, locked with the words of a code, or with words that nobody has. Slow on purpose."""
    password = words_as_password(words) if words else new_session_secret().hex()
    return wrap(key, password, holder=holder, cost=settings.KEY_COST)


def set_locks(case: Case, key: HolderKey, words: Sequence[str] | None, second: Sequence[str] | None) -> None:
    """Her pair under `words`, and a fresh second pair under those of the second code, if any. Not saved here."""
    case.wrapped_key = locked(key, words, holder=case.holder)
    case.second_key = locked(new_holder_key(), second, holder=case.second_holder)


def note_opening(case: Case, *, now: datetime) -> None:
    """Keep when a code opened the case, and, sealed through the door, which one. For both the same is written."""
    if case.state == Case.State.FROZEN:
        return
    try:
        row = Pen(case, None).write(Opening(case=case, at=now), code=SECOND if case.is_decoy else FIRST)
    except Altered:
        return  # she is let in all the same, and told of it on her page
    row.save(force_insert=True)
    kept = case.openings.order_by("-at", "-pk").values_list("pk", flat=True)[:MOST_OPENINGS]
    case.openings.exclude(pk__in=list(kept)).delete()


@dataclass(frozen=True, slots=True)
class Openings:
    """seconds: when her second code was used, the last time first. altered: notes that do not say which code it was."""

    seconds: list[datetime] = field(default_factory=list)
    altered: list[Opening] = field(default_factory=list)


def openings(case: Case) -> Openings:
    """How her case was opened, for her own page. Raises Locked, and Altered where her grant does not open."""
    if case.state == Case.State.FROZEN:
        return Openings()
    rows = opened_or_marked(open_case_key(case, case), case.openings.all())
    return Openings(
        seconds=[row.at for row in reversed(rows) if not row.altered and row.code == SECOND],
        altered=[row for row in rows if row.altered],
    )
