"""Search in what is sealed: everything that this worker may open is opened once, in memory, and compared."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from amparo.apps.accounts.models import User
from amparo.apps.cases.keys import Altered, Locked, granted_key, holder_key, opened_or_marked
from amparo.apps.cases.models import Case, Grant, Item, Message, Notice
from amparo.apps.cases.queries import cases_of
from amparo.core.vault import CaseKey

Row = TypeVar("Row", Item, Notice, Message)
Rows = tuple[list[Item], list[Notice], list[Message]]

# A page of answers; and how many cases one request opens at most: 2,000 take about half a second of one core.
HITS_A_PAGE = 50
MOST_CASES = 2_000
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Hit:
    """A case in which the words stand, and where: in which addresses, notices and messages."""

    case: Case
    items: list[Item]
    notices: list[Notice]
    messages: list[Message]


@dataclass(frozen=True, slots=True)
class Found:
    """hits: newest cases first. sealed: cases that this worker could not open (yet). after: where the next page begins,
    counted in cases, or None at the end. altered: texts that were changed outside Amparo, and were not searched.
    """

    hits: list[Hit]
    searched: int
    sealed: int
    after: int | None
    altered: int = 0


def search(
    *, by: User, words: str, after: int = 0, most_hits: int = HITS_A_PAGE, most_cases: int = MOST_CASES
) -> Found:
    """The cases of `by` whose addresses, services, notice texts or messages hold each of the words. Raises Locked.

    Nothing is kept of it: no index, no row, no log.
    """
    wanted = words.casefold().split()
    holder_key(by)
    hits: list[Hit] = []
    searched = sealed = altered = 0
    cases = list(cases_of(by)[after : after + most_cases + 1]) if wanted else []
    for start in range(0, min(len(cases), most_cases), _AT_ONCE):
        for case, key, rows in _batch(cases[start : min(start + _AT_ONCE, most_cases)], by):
            searched += 1
            altered += sum(row.altered for kind in rows for row in kind)
            if key is None:
                sealed += 1
            elif hit := _hit(case, rows, wanted):
                hits.append(hit)
                if len(hits) == most_hits:
                    more = searched < len(cases)
                    return Found(hits, searched, sealed, after + searched if more else None, altered)
    return Found(hits, searched, sealed, after + most_cases if len(cases) > most_cases else None, altered)


def _batch(cases: list[Case], by: User) -> Iterator[tuple[Case, CaseKey | None, Rows]]:
    """Each case with its key, or None where there is no grant that opens, and its opened rows."""
    ids = [case.pk for case in cases]
    grants = {granted.case_id: granted for granted in Grant.objects.filter(holder=by.holder, case__in=ids)}
    items = _by_case(Item.objects.filter(case__in=ids).only("case", "number", "by_door", "sealed_url"))
    notices = _by_case(
        Notice.objects.filter(case__in=ids).only(
            "case", "by_door", "written_at", "sealed_service", "sealed_subject", "sealed_body"
        )
    )
    messages = _by_case(Message.objects.filter(case__in=ids).only("case", "by_door", "number", "side", "sealed_text"))
    for case in cases:
        try:
            key = granted_key(grants.get(case.pk), case, by)
            told = opened_or_marked(key, messages[case.pk])
            yield (
                case,
                key,
                (opened_or_marked(key, items[case.pk]), opened_or_marked(key, notices[case.pk]), told),
            )
        except (Locked, Altered):
            yield case, None, ([], [], [])


def _by_case(rows: Iterable[Row]) -> defaultdict[UUID, list[Row]]:
    found = defaultdict[UUID, list[Row]](list)
    for row in rows:
        found[row.case_id].append(row)
    return found


def _hit(case: Case, rows: Rows, wanted: list[str]) -> Hit | None:
    items, notices, messages = rows
    found = Hit(
        case,
        [item for item in items if not item.altered and _holds(item.url, wanted)],
        [one for one in notices if not one.altered and _holds(f"{one.service}\n{one.subject}\n{one.body}", wanted)],
        [one for one in messages if not one.altered and _holds(one.text, wanted)],
    )
    return found if found.items or found.notices or found.messages else None


def _holds(text: str, wanted: list[str]) -> bool:
    folded = text.casefold()
    return all(word in folded for word in wanted)
