"""The moments of a case as a page lists them: the latest first, the same thing in a row once."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from amparo.apps.cases.models import Case
from amparo.apps.cases.queries import Moment, timeline
from amparo.apps.ledger.models import Event


@dataclass(frozen=True, slots=True)
class Line:
    """`times`: how often in a row, the last time at `at`."""

    at: datetime
    says: str
    who: str
    times: int = 1


def lines(case: Case, *, who: Callable[[Moment], str]) -> list[Line]:
    """What happened in the case; of each worker's readings only the last one."""
    found: list[Line] = []
    readers: set[str] = set()
    for moment in reversed(timeline(case)):
        if moment.kind == Event.Kind.CASE_READ_BY_WORKER:
            if moment.handle in readers:
                continue
            readers.add(moment.handle)
        line = Line(moment.at, str(moment.says), who(moment))
        last = found[-1] if found else None
        if last and (last.says, last.who) == (line.says, line.who):
            found[-1] = replace(last, times=last.times + 1)
        else:
            found.append(line)
    return found
