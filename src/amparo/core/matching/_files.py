"""Writing that leaves things as they were when it fails, and the lock between processes."""

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LOCK_NAME = "LOCK"
# No room on the disk, over the quota, over the largest file the process may write.
NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class NoSpace(OSError):
    """There was no room to write. What the index held before, it holds still."""


@contextmanager
def locked(folder: Path, name: str = LOCK_NAME, *, wait: bool = True) -> Iterator[bool]:
    """Hold a lock of the index against every other process and thread. True, or False if we were not to wait.

    The file is opened each time: a lock that a forked child inherits would be the parent's too (flock(2)).
    """
    descriptor = os.open(folder / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(descriptor)


def append_whole(descriptor: int, content: bytes, at: int, *, sync: bool) -> None:
    """Write `content` at byte `at`, the end of the file; if that fails, cut it back to there."""
    rest = memoryview(content)
    offset = at
    try:
        while rest:
            written = os.pwrite(descriptor, rest, offset)
            rest, offset = rest[written:], offset + written
        if sync:
            os.fsync(descriptor)
    except BaseException as failure:
        os.ftruncate(descriptor, at)
        if isinstance(failure, OSError) and failure.errno in NO_ROOM:
            raise no_space(failure, len(content)) from failure
        raise


def write_behind(path: Path, flags: int, content: bytes, *, sync: bool) -> None:
    """Write `content` behind what is in the file. flags: for open, besides those for writing."""
    descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC | flags, 0o600)
    try:
        append_whole(descriptor, content, os.lseek(descriptor, 0, os.SEEK_END), sync=sync)
    finally:
        os.close(descriptor)


def no_space(failure: OSError, wanted: int) -> NoSpace:
    """The error to raise for a disk that is full."""
    return NoSpace(
        failure.errno,
        f"no room for {wanted} bytes more ({failure.strerror}): free some, then add again. "
        "The index holds what it held before",
    )
