r"""A segment: rows that never change, in one file that is mapped into memory and shared by all processes.

A file is a header of 4,096 bytes and three sections, each on a boundary of 4,096 bytes, little-endian:

    ids    rows x 8 bytes, ascending
    codes  rows x 32 bytes
    ring   what _ring.h calls starts, sketches and postings; empty if there was no kernel, or are few rows

    header 8 s  b"AMPSEG\x00\x01"    4 u version    4 u flags (1: ring, 2 x layout)    8 u rows    4 i parity
           16 s chunks, lightest first
           for each section: 8 u offset, 8 u length, 8 u and 8 u checksum
           4 u  CRC-32 of what stands before it

A segment is written under another name, and renamed when it is whole.
"""

import mmap
import os
import struct
import zlib
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ._files import NO_ROOM, no_space
from ._input import CODE_BYTES, Codes, Ids
from ._log import ID_BYTES, IndexCorrupt, IndexVersion
from ._matcher import Matcher, checksum, ring_bytes, ring_is_sound, ring_pieces
from ._rows import APART, BARE, CLOSE, Ring, RowNumbers

FORMAT_VERSION = 1
MAGIC = b"AMPSEG\x00\x01"
HEADER = struct.Struct("<8sIIQi16s12Q")
HEADER_SUM = struct.Struct("<I")
PAGE = 4096
CHECKED_BYTES = 64
HAS_RING = 1


@dataclass(frozen=True, slots=True)
class Sizes:
    """Where the ways of keeping rows change, in rows. Other numbers than these are for tests."""

    # Rows of the log are scanned one by one: 16,384 codes are 512 KB, about 15 us.
    in_log: int = 1 << 14
    # An addition of so many makes a segment at once, without going through the log.
    in_one_go: int = 1 << 16
    # Fewer are scanned faster than 272 posting lists are looked up.
    least_ring: int = 1 << 14
    # From here on second sketches save more time than they cost memory (32 bytes a row).
    apart_ring: int = 1 << 19
    # A posting list gets longer than a cache line: second sketches are best kept close behind the first.
    close_ring: int = 1 << 21
    # A posting names a row in three bytes.
    most: int = 1 << 24

    def layout(self, rows: int) -> int:
        """How the sketches of a ring of so many rows lie."""
        return BARE if rows < self.apart_ring else APART if rows < self.close_ring else CLOSE


USUAL = Sizes()


@dataclass(frozen=True, slots=True, eq=False)
class Segment:
    """A segment in memory. ids: (n,) uint64, ascending; codes: (n, 32) uint8. Both cannot be written to."""

    name: str
    ids: Ids
    codes: Codes
    ring: Ring | None


def rows_of(ids: Ids, keys: Ids) -> RowNumbers:
    """The rows in ascending `ids` of those of `keys` that are there."""
    places = np.searchsorted(ids, keys)
    inside = places < len(ids)
    places, keys = places[inside], keys[inside]
    found: RowNumbers = places[ids[places] == keys]
    return found


def write_segment(path: Path, ids: Ids, codes: Codes, matcher: Matcher, sizes: Sizes, *, sync: bool) -> None:
    """Make the file of a segment. ids: ascending; codes: in their order.

    Raises NoSpace, and leaves no file, when the disk is full.
    """
    rows = len(ids)
    layout = sizes.layout(rows)
    with_ring = matcher.makes_rings and rows >= sizes.least_ring
    lengths = (rows * ID_BYTES, rows * CODE_BYTES, ring_bytes(rows, layout) if with_ring else 0)
    offsets = (PAGE, PAGE + _pages(lengths[0]), PAGE + _pages(lengths[0]) + _pages(lengths[1]))
    with FileIO(path, "x+", opener=_private) as file:
        try:
            # Taking the room first and writing, not mapping, then: on ext4 either costs ten times less than the other
            # way, and a full disk is met here.
            os.posix_fallocate(file.fileno(), 0, offsets[2] + _pages(lengths[2]))
            _write_at(file, offsets[0], ids.astype("<u8", copy=False))
            _write_at(file, offsets[1], codes)
            made = _write_ring(file, offsets[2], codes, layout) if with_ring else None
            whole = np.frombuffer(mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ), dtype=np.uint8)
            sections = [_section(whole, *at) for at in zip(offsets, lengths, strict=True)]
            _write_at(file, 0, np.frombuffer(_header(rows, made, sections, layout), dtype=np.uint8))
            if sync:
                os.fsync(file.fileno())
        except BaseException as failure:
            path.unlink()
            if isinstance(failure, OSError) and failure.errno in NO_ROOM:
                raise no_space(failure, sum(lengths)) from failure
            raise


def _private(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_CLOEXEC, 0o600)


def _write_ring(file: FileIO, offset: int, codes: Codes, layout: int) -> tuple[bytes, int]:
    pieces = ring_pieces(codes, layout)
    while True:
        try:
            at, piece = next(pieces)
        except StopIteration as end:
            made: tuple[bytes, int] = end.value
            return made
        _write_at(file, offset + at, piece)


def _write_at(file: FileIO, offset: int, content: npt.NDArray[Any]) -> None:
    rest = content.reshape(-1).view(np.uint8).data
    while rest:
        written = os.pwrite(file.fileno(), rest, offset)
        rest, offset = rest[written:], offset + written


def open_segment(folder: Path, name: str, matcher: Matcher, *, verify: bool) -> Segment:
    """Map a segment. `verify` reads all of it to compare the checksums.

    Raises IndexCorrupt, IndexVersion, or FileNotFoundError if it is not there.
    """
    descriptor = os.open(folder / name, os.O_RDONLY | os.O_CLOEXEC)
    try:
        size = os.fstat(descriptor).st_size
        if size < PAGE:
            raise _corrupt(name, f"it has {size} bytes, less than its header")
        whole = np.frombuffer(mmap.mmap(descriptor, 0, prot=mmap.PROT_READ), dtype=np.uint8)
    finally:
        os.close(descriptor)
    head = whole[: HEADER.size].tobytes()
    magic, version, flags, rows, parity, light_first, *sections = HEADER.unpack(head)
    [told] = HEADER_SUM.unpack(whole[HEADER.size : HEADER.size + HEADER_SUM.size].tobytes())
    if magic != MAGIC or zlib.crc32(head) != told:
        raise _corrupt(name, "its header is damaged")
    if version > FORMAT_VERSION:
        raise IndexVersion(f"{name} has format {version} and this program reads up to {FORMAT_VERSION}: update Amparo")
    parts = []
    for at in range(0, len(sections), 4):
        offset, length, *sums = sections[at : at + 4]
        if offset + _pages(length) > size:
            raise _corrupt(name, f"it has {size} bytes, less than its header tells")
        if verify and _section(whole, offset, length)[2:] != tuple(sums):
            raise _corrupt(name, "its checksum is wrong")
        parts.append(whole[offset : offset + length])
    ring = None
    if flags & HAS_RING and matcher.makes_rings:
        if not ring_is_sound(parts[2], rows, flags >> 1):
            raise _corrupt(name, "its posting lists do not fit")
        ring = Ring(parts[2], flags >> 1, light_first, parity)
    return Segment(name, parts[0].view("<u8"), parts[1].reshape(rows, CODE_BYTES), ring)


def _header(rows: int, ring: tuple[bytes, int] | None, sections: list[tuple[int, int, int, int]], layout: int) -> bytes:
    flags = 0 if ring is None else HAS_RING | layout << 1
    light_first, parity = (b"", -1) if ring is None else ring
    numbers = [number for section in sections for number in section]
    head = HEADER.pack(MAGIC, FORMAT_VERSION, flags, rows, parity, light_first, *numbers)
    return head + HEADER_SUM.pack(zlib.crc32(head))


def _section(whole: npt.NDArray[np.uint8], offset: int, length: int) -> tuple[int, int, int, int]:
    # Zeros follow up to the next page, so whole blocks may be summed.
    checked = -(-length // CHECKED_BYTES) * CHECKED_BYTES
    return (offset, length, *checksum(whole[offset : offset + checked]))


def _pages(length: int) -> int:
    return -(-length // PAGE) * PAGE


def _corrupt(name: str, why: str) -> IndexCorrupt:
    return IndexCorrupt(f"{name} is damaged: {why}; build the index anew from the database")
