"""The sealed file: a head, then a stream. Without the instance key it tells its size and the number of that key."""

import os
import secrets
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from amparo.core.vault import (
    CannotOpen,
    CaseKey,
    RecordKey,
    UnknownFormat,
    file_chunks,
    key_number,
    open_record,
    seal_file,
    seal_record,
)

# The head: 16 bytes that say what this is and in which form, 16 of the file's own name, its key sealed for the
# instance (a record of 32 bytes: 110), and the key of the stream sealed under that one (110; docs/vault.md).
MAGIC = b"amparo backup 1\n"
_NAME = 16
_SEALED_KEY = 110
_HEAD = len(MAGIC) + _NAME + 2 * _SEALED_KEY
_MODEL, _FIELD = "backup", "content"
_PIECE = 256 * 1024


class NotABackup(ValueError):
    """The file is no backup of Amparo, or of a form that this Amparo does not read."""


class OtherInstance(ValueError):
    """The file was sealed under an instance key that is not at hand."""


class Damaged(ValueError):
    """The file was changed or cut off after it was written."""


class _Source:
    """What `seal_file` reads: the pieces of an iterator, as a file. Nothing of them touches the disk unsealed."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces, self._left = pieces, b""

    def read(self, size: int) -> bytes:
        while not self._left:
            piece = next(self._pieces, None)
            if piece is None:
                return b""
            self._left = piece
        taken, self._left = self._left[:size], self._left[size:]
        return taken


def _squeezed(lines: Iterator[bytes]) -> Iterator[bytes]:
    squeeze = zlib.compressobj()
    waiting: list[bytes] = []
    size = 0
    for line in lines:
        waiting.append(line)
        size += len(line)
        if size >= _PIECE:
            yield squeeze.compress(b"".join(waiting))
            waiting, size = [], 0
    yield squeeze.compress(b"".join(waiting)) + squeeze.flush()


def write_lines(path: Path, lines: Iterator[bytes], *, key: RecordKey) -> None:
    """Write `lines` to `path`, squeezed and sealed, readable by this user alone, and on the disk when this returns."""
    name = secrets.token_bytes(_NAME)
    row = name.hex()
    stream_key = CaseKey(case=row, version=1, secret=secrets.token_bytes(32))
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as target:
        target.write(bytes(_HEAD))
        source: BinaryIO = _Source(_squeezed(lines))  # type: ignore[assignment]  # the one method that is called
        sealed = seal_file(
            stream_key, source, target, case=row, model=_MODEL, field=_FIELD, row=row, version=stream_key.version
        )
        target.seek(0)
        target.write(MAGIC + name + seal_record(key, stream_key.secret, model=_MODEL, field="key", row=row) + sealed)
        target.flush()
        os.fsync(target.fileno())


def lines_of(path: Path, *, key: RecordKey) -> Iterator[bytes]:
    """The lines that `write_lines` wrote, each authentic. Raises NotABackup, OtherInstance before, Damaged at once."""
    with path.open("rb") as source:
        try:
            pieces = _opened(source, key=key)
            yield from _split(pieces)
        except (CannotOpen, zlib.error):
            raise Damaged("this backup was changed or cut off after it was made: take another copy of it") from None


def _opened(source: BinaryIO, *, key: RecordKey) -> Iterator[bytes]:
    start = source.read(_HEAD)
    if len(start) < _HEAD or not start.startswith(MAGIC):
        raise NotABackup("this file is no backup of Amparo, or one of a form that this version does not read")
    row = start[len(MAGIC) : len(MAGIC) + _NAME].hex()
    sealed_key, sealed = start[-2 * _SEALED_KEY : -_SEALED_KEY], start[-_SEALED_KEY:]
    try:
        secret = open_record(key, sealed_key, model=_MODEL, field="key", row=row)
    except UnknownFormat:
        raise
    except CannotOpen:
        raise OtherInstance(
            f"this backup opens with the instance key {key_number(sealed_key)} of the instance that made it, and the "
            "key here is another one. Put that key where this instance looks for it (keys/instance-1 under "
            "AMPARO_HOME, or AMPARO_INSTANCE_KEY_FILE; an older one in AMPARO_INSTANCE_KEYS_OLD) and call this again. "
            "Nothing was written"
        ) from None
    stream_key = CaseKey(case=row, version=1, secret=secret)
    return file_chunks(stream_key, sealed, source, case=row, model=_MODEL, field=_FIELD, row=row, version=1)


def _split(pieces: Iterator[bytes]) -> Iterator[bytes]:
    swell = zlib.decompressobj()
    left = b""
    for piece in pieces:
        waiting = piece
        while waiting:
            # Bounded, so that a piece that swells a thousandfold is not held at once.
            left += swell.decompress(waiting, 4 * _PIECE)
            waiting = swell.unconsumed_tail
            *whole, left = left.split(b"\n")
            yield from whole
    if left or not swell.eof:
        raise Damaged("this backup ends in the middle: take another copy of it")
