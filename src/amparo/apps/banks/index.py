"""The instance's one index: every live entry of every bank, by entry id. The database is the truth; this follows it."""

import fcntl
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import structlog
from django.conf import settings
from django.db.models import Max

from amparo.apps.banks.models import Change, Entry
from amparo.core.matching import Index, IndexCorrupt, NotAnIndex

log = structlog.get_logger("amparo.banks")

# Rows a transaction of the index holds while it catches up or is rebuilt.
BATCH = 5_000

# Another process's change that did not reach the index file (it was killed between its commit and the file) is looked
# for in the database this often.
FOLLOW_EVERY_SECONDS = 1.0

_lock = threading.RLock()
_open: dict[Path, Index] = {}
_followed_at = 0.0  # time.monotonic()


@contextmanager
def current() -> Iterator[Index]:
    """This process's index, opened on first use; made from the database where there is none or it is corrupt."""
    path = Path(settings.INDEX_PATH)
    with _lock:
        if path not in _open:
            _open[path] = _opened(path)
        try:
            yield _open[path]
        except IndexCorrupt:
            close()
            _set_aside(path)
            raise


def close() -> None:
    with _lock:
        while _open:
            _open.popitem()[1].close()


def _opened(path: Path) -> Index:
    if path.exists():
        try:
            return Index.open(path)
        except (IndexCorrupt, NotAnIndex) as error:
            log.error("index_corrupt", error=type(error).__name__)
            _set_aside(path)
    return _rebuilt(path)


def _set_aside(path: Path) -> None:
    aside = path.with_name(path.name + ".corrupt")
    shutil.rmtree(aside, ignore_errors=True)
    aside.unlink(missing_ok=True)
    if path.exists():
        path.rename(aside)


def _rebuilt(path: Path) -> Index:
    """A new index from the live entries. Made beside its place and moved there whole, so a crash leaves none or all."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = path.with_name(f"{path.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.unlink(missing_ok=True)
    index = Index.create(fresh)
    position = last_change()
    live = Entry.objects.filter(withdrawn_at=None)
    rows = live.order_by("pk").values_list("pk", "code").iterator(chunk_size=BATCH)
    ids: list[int] = []
    codes: list[bytes] = []
    for pk, code in rows:
        ids.append(pk)
        codes.append(bytes(code))
        if len(ids) == BATCH:
            _add(index, ids, codes)
            ids, codes = [], []
    _add(index, ids, codes)
    index.mark(position)
    entries = len(index)
    index.close()
    fresh.rename(path)
    log.warning("index_built_from_database", entries=entries, position=position)
    return Index.open(path)


def _add(index: Index, ids: list[int], codes: list[bytes]) -> None:
    if ids:
        array = np.frombuffer(b"".join(codes), dtype=np.uint8).reshape(-1, 32)
        index.add(array, np.array(ids, dtype=np.uint64))


def last_change() -> int:
    return Change.objects.aggregate(last=Max("seq"))["last"] or 0


def follow_if_due() -> None:
    """Follow the database, if this process has not done so within `FOLLOW_EVERY_SECONDS`."""
    global _followed_at  # noqa: PLW0603  one clock a process
    if time.monotonic() - _followed_at >= FOLLOW_EVERY_SECONDS:
        _followed_at = time.monotonic()
        follow()


def follow() -> int:
    """Bring the index up to the database's last change. Returns how many changes were read.

    One process at a time follows, so that an older reading never lands after a newer one. Changes are read by
    sequence number, which is commit order, and an entry's present state is what is written: doing it twice does no harm.
    """
    read = 0
    with current() as index, _one_process():
        while changes := list(Change.objects.filter(seq__gt=index.position).order_by("seq")[:BATCH]):
            entries = Entry.objects.in_bulk([change.entry_id for change in changes]).values()
            gone = [entry.pk for entry in entries if entry.code is None]
            if gone:
                index.remove(np.array(gone, dtype=np.uint64))
            live = [entry for entry in entries if entry.code is not None]
            _add(index, [entry.pk for entry in live], [bytes(entry.code or b"") for entry in live])
            index.mark(changes[-1].seq)
            read += len(changes)
    return read


@contextmanager
def _one_process() -> Iterator[None]:
    with Path(settings.INDEX_PATH).with_name("follow.lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
