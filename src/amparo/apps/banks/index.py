"""The instance's one index: every live entry of every bank, by entry id. The database is the truth; this follows it."""

import fcntl
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import structlog
from django.conf import settings
from django.db.models import Max

from amparo.apps.banks.models import Change, Entry
from amparo.core.matching import Index, IndexCorrupt, IndexVersion, NoSpace, NotAnIndex

log = structlog.get_logger("amparo.banks")

# Rows that one step of catching up or rebuilding holds in memory.
BATCH = 5_000

# Another process's change that did not reach the index file (it was killed between its commit and the file) is looked
# for in the database this often.
FOLLOW_EVERY_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class _Opened:
    index: Index
    # The folder's identity: another process that rebuilt the index has put a new folder in this one's place.
    inode: int


_lock = threading.RLock()
_open: dict[Path, _Opened] = {}
_followed_at = 0.0  # time.monotonic()


@contextmanager
def current() -> Iterator[Index]:
    """This process's index, opened on first use; made from the database where there is none or it is corrupt."""
    path = Path(settings.INDEX_PATH)
    with _lock:
        opened = _newest(path)
    try:
        yield opened.index
    except IndexCorrupt as error:
        # This answer is lost; the next caller gets an index made anew.
        log.error("index_corrupt", error=type(error).__name__)
        _set_aside(path, opened.inode)
        raise


def close() -> None:
    with _lock:
        while _open:
            _open.popitem()[1].index.close()


def _newest(path: Path) -> _Opened:
    opened = _open.get(path)
    # A missing folder is one that is just being replaced: what is open still answers.
    if opened and _inode(path) in {opened.inode, 0}:
        return opened
    # The old one is only let go of: another thread may be searching it.
    _open[path] = _opened(path)
    return _open[path]


def _inode(path: Path) -> int:
    try:
        return path.stat().st_ino
    except FileNotFoundError:
        return 0


def _opened(path: Path) -> _Opened:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _one_process():
        inode = _inode(path)
        if inode:
            try:
                return _Opened(Index.open(path), inode)
            except (IndexCorrupt, IndexVersion, NotAnIndex) as error:
                log.error("index_unreadable", error=type(error).__name__)
        _rebuild(path)
        return _Opened(Index.open(path), _inode(path))


def _set_aside(path: Path, inode: int) -> None:
    with _lock, _one_process():
        if _inode(path) == inode:
            _replace(path.with_name(f"{path.name}.corrupt"), path)
        _open.pop(path, None)


def _replace(target: Path, source: Path) -> None:
    """Move the folder `source` to `target`, where an older one may lie."""
    shutil.rmtree(target, ignore_errors=True)
    with suppress(FileNotFoundError, NotADirectoryError):
        target.unlink()
    source.rename(target)


def rebuild() -> int:
    """Make the index anew from the database; returns how many entries it holds."""
    with _lock:
        path = Path(settings.INDEX_PATH)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with _one_process():
            return _rebuild(path)


def _rebuild(path: Path) -> int:
    """Made beside its place and moved there whole: a crash leaves the old one or none, and none is made anew."""
    fresh = path.with_name(f"{path.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    position = last_change()
    with Index.create(fresh) as index:
        rows = Entry.objects.filter(withdrawn_at=None).order_by("pk").values_list("pk", "code")
        batch: list[tuple[int, bytes]] = []
        for pk, code in rows.iterator(chunk_size=BATCH):
            batch.append((pk, bytes(code or b"")))
            if len(batch) == BATCH:
                _update(index, batch, [], position=0)
                batch = []
        _update(index, batch, [], position=position)
        entries = len(index)
    if path.exists():
        _replace(path.with_name(f"{path.name}.old"), path)
    fresh.rename(path)
    shutil.rmtree(path.with_name(f"{path.name}.old"), ignore_errors=True)
    log.warning("index_built_from_database", entries=entries, position=position)
    return entries


def _update(index: Index, rows: list[tuple[int, bytes]], gone: list[int], *, position: int) -> None:
    codes = np.frombuffer(b"".join(code for _, code in rows), dtype=np.uint8).reshape(-1, 32)
    ids = np.array([pk for pk, _ in rows], dtype=np.uint64)
    index.update(codes, ids, np.array(gone, dtype=np.uint64), position=position)


def last_change() -> int:
    return Change.objects.aggregate(last=Max("seq"))["last"] or 0


def follow_if_due() -> None:
    """Follow the database, if this process has not done so within `FOLLOW_EVERY_SECONDS`."""
    global _followed_at  # noqa: PLW0603  one clock a process
    if time.monotonic() - _followed_at >= FOLLOW_EVERY_SECONDS:
        _followed_at = time.monotonic()
        try:
            follow()
        except NoSpace:
            # What the index holds still answers; `behind()` tells the operator that it is late.
            log.error("index_has_no_space", error="NoSpace")


def follow() -> int:
    """Bring the index up to the database's last change. Returns how many changes were read.

    One process at a time follows, so that an older reading never lands after a newer one. Changes are read by
    sequence number, which is commit order, and an entry's present state is written: doing it twice does no harm.
    """
    read = 0
    with current() as index:
        if index.position >= last_change():
            return 0
        with _one_process():
            while changes := list(Change.objects.filter(seq__gt=index.position).order_by("seq")[:BATCH]):
                entries = Entry.objects.in_bulk([change.entry_id for change in changes]).values()
                live = [(entry.pk, bytes(entry.code)) for entry in entries if entry.code is not None]
                gone = [entry.pk for entry in entries if entry.code is None]
                _update(index, live, gone, position=changes[-1].seq)
                read += len(changes)
    return read


def behind() -> int:
    """How many changes of the database the index does not hold yet."""
    with current() as index:
        return Change.objects.filter(seq__gt=index.position).count()


@contextmanager
def _one_process() -> Iterator[None]:
    with Path(settings.INDEX_PATH).with_name("follow.lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
