"""What processes that share an index agree on: the files, the order of writing, the state read from them."""

import os
import secrets
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ._delta import Delta
from ._files import LOCK_NAME, append_whole, locked, write_behind
from ._input import CODE_BYTES, Codes, Ids
from ._log import (
    CHANGES,
    DEAD,
    HEADER,
    MOVED,
    Group,
    IndexCorrupt,
    check_log_header,
    group_bytes,
    log_header,
    read_groups,
)
from ._manifest import NAME, Manifest, read_manifest, write_manifest
from ._matcher import Matcher
from ._segment import Segment, Sizes, open_segment
from ._shelf import Shelf

NO_IDS: Ids = np.empty(0, dtype=np.uint64)
NO_CODES: Codes = np.empty((0, CODE_BYTES), dtype=np.uint8)


class IndexClosed(ValueError):
    """The index was used after close()."""


class IndexExists(FileExistsError):
    """There is something at the path where a new index was to be made."""


class OpenLog:
    """A descriptor of a log, closed when the last one who uses it lets go of it."""

    def __init__(self, path: Path) -> None:
        self.descriptor = -1
        self.descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)

    def __del__(self) -> None:
        if self.descriptor >= 0:
            os.close(self.descriptor)

    def size(self) -> int:
        """Bytes in the file now."""
        return os.lseek(self.descriptor, 0, os.SEEK_END)

    def read_from(self, start: int) -> bytes:
        """All bytes from `start` on."""
        parts = []
        # One read takes at most 2 GB on Linux.
        while part := os.pread(self.descriptor, 1 << 30, start):
            parts.append(part)
            start += len(part)
        return b"".join(parts)


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """All that a search reads. Never changed, only replaced.

    parts: rows as the matcher takes them; log_end: bytes of the log that are in them; living: entries.
    """

    parts: tuple[object, ...]
    position: int
    log: OpenLog
    log_end: int
    living: int


class Store:
    """The files of one index, and the newest state read from them.

    Locks are taken in this order: that for merging, the mutex, that of the folder.
    """

    def __init__(self, folder: Path, matcher: Matcher, sizes: Sizes) -> None:
        self.folder, self.matcher, self.sizes = folder, matcher, sizes
        self.mutex = threading.RLock()
        self._held: State | None = None
        self._closed = False
        self._load({}, verify=True)
        with self.mutex, locked(folder):
            self.catch_up(alone=True)

    def close(self) -> None:
        """Let go of the files, as soon as the searches that go on are done."""
        with self.mutex:
            self._held, self._closed = None, True

    def now(self) -> State:
        """The state with everything any process has written so far. One system call when nothing is new."""
        state = self._held
        if state is None:
            raise IndexClosed("this index has been closed: open it again")
        if self._moved or state.log.size() != state.log_end:
            with self.mutex:
                return self.catch_up(alone=False)
        return state

    def holds(self, key: int) -> bool:
        """Whether the entry `key` is there now."""
        self.now()
        with self.mutex:
            return key in self.delta or key in self.shelf

    def append(self, ids: Ids, codes: Codes, removed: Ids, *, position: int, sync: bool) -> None:
        """Write one group and apply it. On any failure the files and the state are as before."""
        content = group_bytes(ids, codes, removed, position=position)
        with self.mutex, locked(self.folder):
            state = self.catch_up(alone=True)
            append_whole(state.log.descriptor, content, state.log_end, sync=sync)
            self._apply([Group(CHANGES, ids, codes, removed, position, state.log_end + len(content))])
            self._show()

    def catch_up(self, *, alone: bool) -> State:
        """Apply what others have written, and show it to searches. We hold the mutex.

        alone: we hold the lock of the folder too, so an unfinished group is nobody's, and is cut off.
        """
        if self._closed:
            raise IndexClosed("this index has been closed: open it again")
        try:
            self._follow(look=alone)
        except IndexCorrupt:
            if alone:
                raise
            # Perhaps a group was being taken back while we read: look again when nobody writes.
            with locked(self.folder):
                self._follow(look=True)
        if alone and self._log.size() > self._log_end:
            os.ftruncate(self._log.descriptor, self._log_end)
        return self._show()

    def _load(self, known: dict[str, tuple[Segment, ...]], *, verify: bool) -> None:
        """Read the manifest, open its segments, and stand at the beginning of its log. known: as in _open_files."""
        self.manifest, self._log, segments = _open_files(self.folder, self.matcher, known, verify=verify)
        self.shelf, self.delta = Shelf(segments, self.matcher), Delta()
        self._position, self._log_end, self._moved = self.manifest.position, HEADER.size, False

    def _follow(self, *, look: bool) -> None:
        """Read the log to its end, and go on in the next one if there is one. look: in any case."""
        while True:
            start = self._log_end
            tail = self._log.read_from(start)
            try:
                self._apply(read_groups(tail, start))
            except IndexCorrupt:
                if not self._replaced():
                    raise
            else:
                unfinished = start + len(tail) != self._log_end
                if not ((look or self._moved or unfinished) and self._replaced()):
                    return
            self._load({self.manifest.made: self.shelf.segments}, verify=False)

    def _replaced(self) -> bool:
        return read_manifest(self.folder) != self.manifest

    def _apply(self, groups: Iterable[Group]) -> None:
        for group in groups:
            if group.kind == CHANGES:
                self.shelf.remove(np.concatenate([group.ids, group.removed]))
                self.delta.change(group.ids, group.codes, group.removed)
            elif group.kind == DEAD:
                self.shelf.bury(int(group.removed[0]), group.removed[1:].astype(np.int64))
            self._moved = self._moved or group.kind == MOVED
            self._position, self._log_end = max(self._position, group.position), group.end

    def _show(self) -> State:
        """Let searches see what we have."""
        if self._held and (self._held.log, self._held.log_end) == (self._log, self._log_end):
            return self._held
        parts = self.shelf.parts()
        if self.delta.rows:
            parts = (*parts, self.matcher.prepare(self.delta.view()))
        living = len(self.shelf) + len(self.delta)
        self._held = State(parts, self._position, self._log, self._log_end, living)
        return self._held


def create_files(folder: Path, *, replace: bool) -> None:
    """The files of an empty index, in the place of an older index if `replace`."""
    # Fingerprints are secrets: a picture can be guessed from one.
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    strange = [one.name for one in folder.iterdir() if not _ours(one.name)]
    if strange:
        raise IndexExists(f"{folder} holds other things ({strange[0]}): choose an empty folder")
    with locked(folder):
        if (folder / NAME).exists() and not replace:
            raise IndexExists(f"there is an index at {folder}: open it, or choose another folder")
        numbers = [one.name[4:] for one in folder.iterdir() if one.name.startswith("log-")]
        newest = max((int(number) for number in numbers if number.isdigit()), default=0)
        begin(folder, Manifest(secrets.token_hex(8), newest + 1, 0, ()), b"", sync=False)


def begin(folder: Path, manifest: Manifest, groups: bytes, *, sync: bool) -> None:
    """Start the generation of `manifest`, with `groups` in its log. The caller holds the lock of the folder."""
    log = folder / manifest.log
    log.unlink(missing_ok=True)  # of somebody who was killed before the manifest named it
    old_logs = [one for one in folder.iterdir() if one.name.startswith("log-")]
    moved = group_bytes(NO_IDS, NO_CODES, NO_IDS, position=0, kind=MOVED)
    try:
        write_behind(log, os.O_CREAT | os.O_EXCL, log_header(manifest.generation) + groups, sync=sync)
        # Said before it is done: who reads an old log looks at the manifest at each search from here on, so
        # that a crash between the two steps leaves nobody behind.
        for one in old_logs:
            write_behind(one, 0, moved, sync=False)
        write_manifest(folder, manifest, sync=sync)
    except BaseException:
        log.unlink(missing_ok=True)
        raise
    for one in folder.iterdir():
        mine = one.name in {manifest.log, *manifest.segments} or one.suffix == ".new"
        if one.name.startswith(("log-", "segment-")) and not mine:
            one.unlink(missing_ok=True)


def _open_files(
    folder: Path, matcher: Matcher, known: dict[str, tuple[Segment, ...]], *, verify: bool
) -> tuple[Manifest, OpenLog, tuple[Segment, ...]]:
    """The manifest, its log, and its segments. known: segments that are open already, by the index's `made`."""
    while True:
        manifest = read_manifest(folder)
        open_already = {segment.name: segment for segment in known.get(manifest.made, ())}
        try:
            log = OpenLog(folder / manifest.log)
            check_log_header(os.pread(log.descriptor, HEADER.size, 0), manifest.generation)
            segments = tuple(
                open_already.get(name) or open_segment(folder, name, matcher, verify=verify)
                for name in manifest.segments
            )
        except FileNotFoundError as failure:
            if read_manifest(folder) == manifest:
                missing = Path(str(failure.filename)).name
                raise IndexCorrupt(f"{missing} is missing: build the index anew") from None
            continue  # somebody began a new generation between our two steps
        return manifest, log, segments


def _ours(name: str) -> bool:
    return name in {NAME, f"{NAME}.new", LOCK_NAME, "MERGE"} or name.startswith(("log-", "segment-"))
