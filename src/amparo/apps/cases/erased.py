"""Which cases were erased: told by the trail, and by a list outside the database and its backups.

A backup from before holds the case and its grants. The list is what a restored instance knows of the days since then;
it is applied before anything is served. It holds ids alone: they are random, and without that backup they say nothing.
"""

import fcntl
import os
from collections.abc import Iterable
from pathlib import Path
from uuid import UUID

import structlog
from django.conf import settings

from amparo.apps.cases.models import Case
from amparo.apps.ledger.models import Event

log = structlog.get_logger("amparo.cases")


class BadList(ValueError):
    """The list of erased cases cannot be read. Nothing may be served without it: a restored case could be readable."""


def listed() -> set[UUID]:
    """The ids in the list. Raises BadList."""
    path = Path(settings.ERASED_LIST)
    if not path.exists():
        return set()
    found = set()
    # A line that was cut off by a crash has no line break: its case is erased when the trail is read (`in_trail`).
    for number, line in enumerate(path.read_text().split("\n")[:-1], start=1):
        try:
            found.add(UUID(line.strip()))
        except ValueError:
            raise BadList(
                f"line {number} of {path} is no id of a case: take that line out, or a copy of the file"
            ) from None
    return found


def in_trail() -> set[UUID]:
    """The ids of erased cases that this database's own trail knows."""
    told = Event.objects.filter(kind=Event.Kind.CASE_ERASED).values_list("subject_id", flat=True)
    return {UUID(subject_id) for subject_id in told}


def note(ids: Iterable[UUID]) -> bool:
    """Put ids into the list, on the disk when this returns. False, and a word in the log, where that cannot be."""
    path = Path(settings.ERASED_LIST)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600), "r+") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            kept = file.read()
            whole = kept[: kept.rfind("\n") + 1]
            file.truncate(len(whole))  # a crash may have cut the last line off; ids are ASCII
            file.write("".join(f"{one}\n" for one in ids if f"{one}\n" not in whole))
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        log.error("erased_list_not_written", error=type(error).__name__)
        return False
    return True


def complete() -> None:
    """Let the list know what the trail knows: another machine of the same database erased it, or the disk was full."""
    missing = in_trail() - listed()
    if missing:
        note(sorted(missing))


def standing(ids: Iterable[UUID]) -> list[Case]:
    """Those of the cases that are still, or again, in this database."""
    return list(Case.objects.filter(pk__in=list(ids)))
