"""Where the index lies. It holds codes as they are, so it is kept in memory, where a stolen disk has nothing of it.

Whoever has the machine's memory has the index too; docs/matching.md says what that means.
"""

import hashlib
import os
import stat
from pathlib import Path

# Linux keeps this folder in memory for programs that share it. XDG_RUNTIME_DIR is memory too, but it differs between a
# service and a login, and is emptied when the user's last session ends.
SHARED_MEMORY = Path("/dev/shm")  # noqa: S108  what is in it is private to this user: see private_folder
# A container's default of 64 MB would be full at 400,000 entries (docs/matching.md: 160 bytes each).
LEAST_BYTES = 256_000_000
MEMORY = frozenset({"tmpfs", "ramfs"})
NAME = "pdq-c512"


class NotPrivate(OSError):
    """The folder of the index belongs to somebody else, or others may write to it."""


def default_path(home: Path, key: bytes) -> Path:
    """In shared memory where there is enough of it, else under `home`.

    The folder's name is that of this instance alone: `home` and its key, of which it tells nothing.
    """
    if not is_in_memory(SHARED_MEMORY) or _bytes_of(SHARED_MEMORY) < LEAST_BYTES:
        return home / "index" / NAME
    told = hashlib.sha256(b"amparo index place" + bytes(home.resolve()) + b"\0" + key).hexdigest()
    return SHARED_MEMORY / f"amparo-{os.geteuid()}-{told[:16]}" / NAME


def is_in_memory(path: Path, mounts: Path = Path("/proc/self/mounts")) -> bool:
    """Whether what is written there never reaches a disk (swap aside)."""
    try:
        lines = mounts.read_text().splitlines()
    except OSError:
        return False
    # A line is: what is mounted, where, its type, options; of several at one place the last one counts.
    kinds = {Path(words[1]): words[2] for words in map(str.split, lines) if len(words) > 2}  # noqa: PLR2004
    resolved = path.resolve()
    return next((kinds[one] for one in (resolved, *resolved.parents) if one in kinds), "") in MEMORY


def private_folder(path: Path) -> None:
    """Make the folder if it is missing. Raises NotPrivate where it is another's: anybody may write to shared memory."""
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o022:
        raise NotPrivate(f"the index's folder {path} is not this user's alone: remove it, or set AMPARO_INDEX_PATH")


def _bytes_of(path: Path) -> int:
    try:
        found = os.statvfs(path)
    except OSError:
        return 0
    return found.f_blocks * found.f_frsize if os.access(path, os.W_OK) else 0
