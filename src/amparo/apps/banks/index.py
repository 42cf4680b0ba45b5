"""The instance's one index: every live entry of every bank, by entry id. The database is the truth; this follows it.

A picture is under its entry's number, each frame of a video under its own number above FRAME_IDS. The index holds codes
as they are, because a search needs them: so it lies in memory and on no disk, where it can (conf/memory.py).
"""

import fcntl
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TypeVar

import numpy as np
import structlog
from django.conf import settings
from django.db.models import Max, QuerySet

from amparo.apps.banks import place
from amparo.apps.banks.models import FRAME_IDS, Change, Entry, Frame
from amparo.apps.banks.sealing import open_entry, open_frame
from amparo.core.matching import Index, IndexCorrupt, IndexVersion, NoSpace, NotAnIndex
from amparo.core.vault import CannotOpen

log = structlog.get_logger("amparo.banks")

T = TypeVar("T")

# Codes that one step of rebuilding holds in memory, and changes that one step of catching up does: one of a video may
# mean thousands of frames.
BATCH, CHANGES = 5_000, 500

# Another process's change that did not reach the index file (it was killed between its commit and the file) is looked
# for in the database this often.
FOLLOW_EVERY_SECONDS = 1.0


class EntriesLocked(RuntimeError):
    """The database's entries were sealed under another instance key than those at hand, or were changed."""


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
    with _lock, _one_process():
        return _rebuild(Path(settings.INDEX_PATH))


def _rebuild(path: Path) -> int:
    """Made beside its place and moved there whole: a crash leaves the old one or none, and none is made anew."""
    fresh = path.with_name(f"{path.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    position = last_change()
    with Index.create(fresh) as index:
        with told_if_locked():
            for rows in batches(_all_codes(), BATCH):
                _update(index, rows, [], position=0)
        index.mark(position)
        entries = len(index)
    if path.exists():
        _replace(path.with_name(f"{path.name}.old"), path)
    fresh.rename(path)
    shutil.rmtree(path.with_name(f"{path.name}.old"), ignore_errors=True)
    log.warning("index_built_from_database", entries=entries, position=position)
    if not place.is_in_memory(path):
        log.warning("index_is_on_a_disk")
    _forget_earlier_place(path)
    return entries


def _forget_earlier_place(path: Path) -> None:
    """An index from when it lay in the home would stay there, with codes that nobody looks after."""
    earlier = Path(settings.HOME) / "index" / place.NAME
    if earlier != path and earlier.is_dir():
        shutil.rmtree(earlier)
        log.warning("earlier_index_removed")


@contextmanager
def told_if_locked() -> Iterator[None]:
    """Entries that do not open are told to the operator."""
    try:
        yield
    except CannotOpen:
        log.error("entries_locked", error="CannotOpen")
        raise EntriesLocked(
            "the banks' entries do not open: give this instance the key that they were sealed under "
            "(AMPARO_INSTANCE_KEY, AMPARO_INSTANCE_KEYS_OLD). Until then the gate says hold"
        ) from None


def _all_codes() -> Iterator[tuple[int, bytes]]:
    """Number and code of all that is live, opened one by one."""
    live = Entry.objects.filter(withdrawn_at=None, kind=Entry.Kind.PICTURE).order_by("pk").values_list("pk", "sealed")
    for pk, sealed in live.iterator(chunk_size=BATCH):
        yield pk, open_entry(sealed or b"", row=pk)
    yield from _codes_of_frames(Frame.objects.filter(entry__withdrawn_at=None))


def _codes_of_frames(frames: QuerySet[Frame]) -> Iterator[tuple[int, bytes]]:
    rows = frames.order_by("pk").values_list("pk", "entry_id", "number", "sealed")
    for pk, entry, number, sealed in rows.iterator(chunk_size=BATCH):
        yield FRAME_IDS + pk, open_frame(sealed or b"", entry=entry, number=number)


def batches(rows: Iterator[T], size: int) -> Iterator[list[T]]:
    while batch := list(islice(rows, size)):
        yield batch


def _update(index: Index, rows: list[tuple[int, bytes]], gone: list[int], *, position: int) -> None:
    codes = np.frombuffer(b"".join(code for _, code in rows), dtype=np.uint8).reshape(-1, 32)
    ids = np.array([pk for pk, _ in rows], dtype=np.uint64)
    index.update(codes, ids, np.array(gone, dtype=np.uint64), position=position)


def last_change() -> int:
    return Change.objects.aggregate(last=Max("seq"))["last"] or 0


def changes_after(position: int) -> Iterator[list[Change]]:
    """The changes since, in commit order, some at a time: what is done of one lot is done before the next is read."""
    while changes := list(Change.objects.filter(seq__gt=position).order_by("seq")[:CHANGES]):
        yield changes
        position = changes[-1].seq


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
    """Bring the index up to the database's last change. Returns how many changes were read, or entries if built anew.

    One process at a time follows, so that an older reading never lands after a newer one. Changes are read by
    sequence number, which is commit order, and an entry's present state is written: doing it twice does no harm.
    """
    read = 0
    with current() as index:
        if index.position == last_change():
            return 0
        with _one_process():
            path = Path(settings.INDEX_PATH)
            # Under the lock nobody is replacing the folder: it was taken away, as memory is. And an index ahead of the
            # database is another database's.
            if not _inode(path) or index.position > last_change():
                return _rebuild(path)
            for changes in changes_after(index.position):
                numbers = [change.entry_id for change in changes]
                with told_if_locked():
                    _update(index, *_present(numbers), position=changes[-1].seq)
                read += len(changes)
    return read


def _present(numbers: list[int]) -> tuple[list[tuple[int, bytes]], list[int]]:
    """What the index should hold of these entries now, and which of its numbers should be gone."""
    live: list[tuple[int, bytes]] = []
    gone: list[int] = []
    for entry in Entry.objects.in_bulk(numbers).values():
        if entry.kind == Entry.Kind.VIDEO and entry.withdrawn_at is None:
            live += _codes_of_frames(entry.frames.all())
        elif entry.kind == Entry.Kind.VIDEO:
            gone += [FRAME_IDS + pk for pk in entry.frames.values_list("pk", flat=True)]
        elif entry.sealed is not None:
            live.append((entry.pk, open_entry(entry.sealed, row=entry.pk)))
        else:
            gone.append(entry.pk)
    return live, gone


def behind() -> int:
    """How many changes of the database the index does not hold yet."""
    with current() as index:
        return Change.objects.filter(seq__gt=index.position).count()


@contextmanager
def _one_process() -> Iterator[None]:
    path = Path(settings.INDEX_PATH)
    place.private_folder(path.parent)
    with path.with_name("follow.lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
