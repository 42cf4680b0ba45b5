"""What was ended for good is told outside the database too, so that an older backup cannot begin it again.

A line names what happened and the hash of the event that had begun it ("user_disabled 5f3a..."). Numbers of rows are
given again after a restore; hashes of the trail are not: a line counts only where that very beginning stands in the
trail. It lies beside the list of erased cases and, like that, says nothing without the database.
"""

import fcntl
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import structlog
from django.conf import settings

from amparo.apps.ledger.models import Event, Head

log = structlog.get_logger("amparo.ledger")

Kind = Event.Kind
_HER_CODE = (Kind.CASE_OPENED, Kind.CODE_CHANGED)
# What ends for good, and what had begun it.
BEGAN = {
    Kind.ENTRY_WITHDRAWN: (Kind.ENTRY_ADDED,),
    Kind.CONSENT_WITHDRAWN: (Kind.CONSENT_GIVEN,),
    Kind.STRONGER_FORGOTTEN: (Kind.STRONGER_ADDED,),
    Kind.USER_DISABLED: (Kind.USER_ADDED,),
    Kind.KEY_REVOKED: (Kind.KEY_ISSUED,),
    Kind.BANK_UNSUBSCRIBED: (Kind.BANK_SUBSCRIBED,),
    Kind.CASE_FROZEN: (Kind.CASE_OPENED,),
    Kind.CODE_CHANGED: _HER_CODE,
    Kind.CODE_ENDED: _HER_CODE,
}
# How far back a start looks for endings that no line tells: a kill between a commit and its line, another machine.
_LAST_EVENTS = 10_000


class BadEndings(ValueError):
    """The list of endings cannot be read. Nothing may be served without it: what was taken back could be live again."""


@dataclass(frozen=True, slots=True)
class Ending:
    """What happened, and the hash of the event that had begun what ended."""

    kind: str
    began: str

    @property
    def line(self) -> str:
        return f"{self.kind} {self.began}"


def ending_of(end: Event) -> Ending | None:
    """What `end` ended, if its beginning stands in this database's trail."""
    begun = Event.objects.filter(
        subject_type=end.subject_type, subject_id=end.subject_id, kind__in=BEGAN[Kind(end.kind)], seq__lt=end.seq
    ).order_by("-seq")
    organisation = end.detail.get("organisation")
    began = next((one for one in begun if one.detail.get("organisation") == organisation), None)
    return Ending(end.kind, began.hash) if began else None


def note(endings: Iterable[Ending]) -> bool:
    """Add lines. False, and a word in the log, where that cannot be: a later start adds them from the trail."""
    path = Path(settings.ENDED_LIST)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600), "r+") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.write(_line_break(file.fileno()) + "".join(f"{one.line}\n" for one in endings))
    except OSError as error:
        log.error("ended_list_not_written", error=type(error).__name__)
        return False
    return True


def _line_break(descriptor: int) -> str:
    """One to begin with, where a crash cut the last line off."""
    size = os.fstat(descriptor).st_size
    return "\n" if size and os.pread(descriptor, 1, size - 1) != b"\n" else ""


def listed() -> list[Ending]:
    """The lines, in the order in which they were written. Raises BadEndings."""
    path = Path(settings.ENDED_LIST)
    try:
        lines = path.read_text().splitlines() if path.exists() else []
    except (OSError, UnicodeDecodeError) as error:
        raise BadEndings(f"{path} cannot be read ({type(error).__name__}): put a copy of it back") from None
    words = [line.split(" ") for line in lines]
    # A line that a crash cut off is not whole; its ending is added from the trail at the next start.
    return [Ending(*two) for two in words if len(two) == 2 and two[0] in BEGAN and len(two[1]) == 64]  # noqa: PLR2004


def complete() -> None:
    """Let the list know the last endings of the trail that it lacks."""
    head = Head.objects.filter(pk=1).first()
    known, since = set(listed()), (head.seq if head else 0) - _LAST_EVENTS
    ends = Event.objects.filter(seq__gt=since, kind__in=list(BEGAN)).order_by("seq")
    missing = [found for end in ends if (found := ending_of(end)) and found not in known]
    if missing:
        note(dict.fromkeys(missing))
