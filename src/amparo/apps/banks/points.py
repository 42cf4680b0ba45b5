"""Records of the stronger tier, of every live entry that has one, in this process's memory and nowhere else.

The database is the truth; this follows it, change by change, as index.py does. A process that nobody asked holds
nothing: the records are read at the first question.
"""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

import structlog

from amparo.apps.banks.index import FOLLOW_EVERY_SECONDS, batches, changes_after, last_change, told_if_locked
from amparo.apps.banks.models import Change, Entry
from amparo.apps.banks.sealing import open_stronger
from amparo.core.fingerprint.strong import PointIndex, StrongMatch, StrongRecord

log = structlog.get_logger("amparo.banks")

# Records that one step of reading holds beside the index.
BATCH = 10_000


@dataclass(slots=True)
class _Kept:
    index: PointIndex
    # The last change that it holds.
    position: int
    # When it last looked for changes: time.monotonic().
    followed_at: float


_lock = threading.Lock()
_kept: _Kept | None = None


def find(upload: bytes, *, max_bytes: int) -> list[StrongMatch]:
    """The entries whose picture lies in the upload, the surest first, of all banks; `record` is the entry's number.

    Errors as core.fingerprint.strong's `find`; and index.EntriesLocked.
    """
    kept = ready()
    follow_if_due()
    return kept.index.find(upload, max_bytes=max_bytes)


def ready() -> _Kept:
    """What this process holds, read from the database where it holds nothing yet: 50 us a record."""
    with _lock:
        return _kept or _read()


def follow_if_due() -> None:
    """Follow the database, if this process holds records and has not done so within `FOLLOW_EVERY_SECONDS`.

    Nobody waits: where another thread is at it, or reads all records, what is held still answers.
    """
    if not _lock.acquire(blocking=False):
        return
    try:
        if _kept and time.monotonic() - _kept.followed_at >= FOLLOW_EVERY_SECONDS:
            _follow(_kept)
    finally:
        _lock.release()


def follow() -> None:
    """Bring what is held up to the database's last change."""
    with _lock:
        if _kept:
            _follow(_kept)


def close() -> None:
    """Forget all of it: the next question reads it again."""
    global _kept  # noqa: PLW0603  one a process
    with _lock:
        _kept = None


def _read() -> _Kept:
    global _kept  # noqa: PLW0603  one a process
    index, position, now = PointIndex(), last_change(), time.monotonic()
    for rows in batches(_live(), BATCH):
        index.add([pk for pk, _ in rows], [record for _, record in rows])
    _kept = _Kept(index, position, followed_at=now)
    log.info("points_read_from_database", entries=len(index), position=position)
    return _kept


def _live() -> Iterator[tuple[int, StrongRecord]]:
    rows = Entry.objects.filter(sealed_stronger__isnull=False).order_by("pk").values_list("pk", "sealed_stronger")
    with told_if_locked():
        for pk, sealed in rows.iterator(chunk_size=BATCH):
            yield pk, open_stronger(sealed or b"", row=pk)


def _follow(kept: _Kept) -> None:
    kept.followed_at = time.monotonic()
    last = last_change()
    if kept.position > last:  # another database is in the place of the one that was read
        _read()
    if kept.position >= last:
        return
    for changes in changes_after(kept.position):
        _take(kept, changes)


def _take(kept: _Kept, changes: list[Change]) -> None:
    entries = Entry.objects.in_bulk([change.entry_id for change in changes])
    with told_if_locked():
        records = {pk: record for pk, entry in entries.items() if (record := entry.stronger)}
    kept.index.remove(set(entries) - set(records))
    kept.index.add(list(records), list(records.values()))
    kept.position = changes[-1].seq
