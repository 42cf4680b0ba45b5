"""What processes that share an index agree on: the files, the order of writing, the state read from them."""

import os
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ._delta import Delta, DeltaView
from ._files import LOCK_NAME, append_whole, locked
from ._input import CODE_BYTES, Codes, Ids
from ._log import (
    CHANGES,
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

NO_IDS: Ids = np.empty(0, dtype=np.uint64)
NO_CODES: Codes = np.empty((0, CODE_BYTES), dtype=np.uint8)


class IndexClosed(ValueError):
    """The index was used after close()."""


class IndexExists(FileExistsError):
    """There is something at the path where a new index was to be made."""


@dataclass(frozen=True, slots=True)
class State:
    """All that a search reads. Never changed, only replaced. log_end: bytes of the log that are in it."""

    delta: DeltaView
    position: int
    log_end: int
    living: int


class Store:
    """The files of one index and the newest state read from them.

    The mutex is taken before the lock of the folder, never after it.
    """

    def __init__(self, folder: Path) -> None:
        self.mutex = threading.RLock()
        self._folder = folder
        self._log = -1
        self._moved = False
        self._load()
        try:
            with self.mutex, locked(folder):
                self._catch_up(alone=True)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let go of the files."""
        with self.mutex:
            if self._log >= 0:
                os.close(self._log)
                self._log = -1

    def now(self) -> State:
        """The state with everything any process has written so far. One system call when nothing is new."""
        if self._log < 0:
            raise IndexClosed("this index has been closed: open it again")
        if self._moved or os.lseek(self._log, 0, os.SEEK_END) != self._state.log_end:
            with self.mutex:
                self._catch_up(alone=False)
        return self._state

    def holds(self, key: int) -> bool:
        """Whether the entry `key` is there now."""
        self.now()
        with self.mutex:
            return key in self._delta

    def append(self, ids: Ids, codes: Codes, removed: Ids, *, position: int, sync: bool) -> None:
        """Write one group and apply it. On any failure the files and the state are as before."""
        content = group_bytes(ids, codes, removed, position=position)
        with self.mutex, locked(self._folder):
            self._catch_up(alone=True)
            end = self._state.log_end
            append_whole(self._log, content, end, sync=sync)
            self._apply([Group(CHANGES, ids, codes, removed, position, end + len(content))])

    def _load(self) -> None:
        """Read the manifest and stand at the beginning of its log."""
        manifest, log = _open_log(self._folder)
        if self._log >= 0:
            os.close(self._log)
        self._log, self._manifest, self._moved = log, manifest, False
        self._delta = Delta()
        self._state = State(self._delta.view(), manifest.position, HEADER.size, 0)

    def _catch_up(self, *, alone: bool) -> None:
        """Apply what others have written.

        alone: we hold the lock of the folder, so an unfinished group is nobody's, and is cut off.
        """
        if self._log < 0:
            raise IndexClosed("this index has been closed: open it again")
        try:
            self._follow()
        except IndexCorrupt:
            if alone:
                raise
            # Perhaps a group was being taken back while we read: look again when nobody writes.
            with locked(self._folder):
                self._follow()
        if alone and os.lseek(self._log, 0, os.SEEK_END) > self._state.log_end:
            os.ftruncate(self._log, self._state.log_end)

    def _follow(self) -> None:
        while True:
            start = self._state.log_end
            try:
                self._apply(read_groups(_read_from(self._log, start), start))
            except IndexCorrupt:
                if not self._replaced():
                    raise
            else:
                if not (self._moved and self._replaced()):
                    return
            self._load()

    def _replaced(self) -> bool:
        return read_manifest(self._folder) != self._manifest

    def _apply(self, groups: Iterable[Group]) -> None:
        position, end = self._state.position, self._state.log_end
        try:
            for group in groups:
                self._moved = self._moved or group.kind == MOVED
                self._delta.change(group.ids, group.codes, group.removed)
                position, end = max(position, group.position), group.end
        finally:
            if end != self._state.log_end:
                self._state = State(self._delta.view(), position, end, len(self._delta))


def create_files(folder: Path, *, replace: bool) -> None:
    """The files of an empty index, in the place of an older index if `replace`."""
    folder.mkdir(parents=True, exist_ok=True)
    strange = [one.name for one in folder.iterdir() if not _ours(one.name)]
    if strange:
        raise IndexExists(f"{folder} holds other things ({strange[0]}): choose an empty folder")
    with locked(folder):
        if (folder / NAME).exists() and not replace:
            raise IndexExists(f"there is an index at {folder}: open it, or choose another folder")
        old = [one for one in folder.iterdir() if one.name.startswith("log-")]
        newest = max((int(one.name[4:]) for one in old if one.name[4:].isdigit()), default=0)
        begin(folder, Manifest(newest + 1, 0, ()), old)


def begin(folder: Path, manifest: Manifest, old_logs: list[Path]) -> None:
    """Start the generation of `manifest` with an empty log. The caller holds the lock of the folder."""
    log = folder / manifest.log
    try:
        _write_new(log, log_header(manifest.generation))
        # Said before it is done: who reads an old log looks at the manifest at each search from here on, so
        # that a crash between the two steps leaves nobody behind.
        for one in old_logs:
            with one.open("ab") as file:
                file.write(group_bytes(NO_IDS, NO_CODES, NO_IDS, position=0, kind=MOVED))
        write_manifest(folder, manifest)
    except BaseException:
        log.unlink(missing_ok=True)
        raise
    for one in old_logs:
        one.unlink()


def _write_new(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        append_whole(descriptor, content, 0, sync=True)
    finally:
        os.close(descriptor)


def _open_log(folder: Path) -> tuple[Manifest, int]:
    while True:
        manifest = read_manifest(folder)
        try:
            log = os.open(folder / manifest.log, os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            if read_manifest(folder) == manifest:
                raise IndexCorrupt(f"{manifest.log} is missing: build the index anew") from None
            continue  # somebody moved the index between our two steps
        try:
            check_log_header(os.pread(log, HEADER.size, 0), manifest.generation)
        except BaseException:
            os.close(log)
            raise
        return manifest, log


def _ours(name: str) -> bool:
    return name in {NAME, f"{NAME}.new", LOCK_NAME} or name.startswith(("log-", "segment-"))


def _read_from(descriptor: int, start: int) -> bytes:
    size = os.lseek(descriptor, 0, os.SEEK_END)
    parts = []
    while start < size:
        # One read takes at most 2 GB on Linux.
        part = os.pread(descriptor, min(size - start, 1 << 30), start)
        if not part:
            break
        parts.append(part)
        start += len(part)
    return b"".join(parts)
