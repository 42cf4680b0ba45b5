r"""The log: groups of additions and removals, appended one by one, each whole or not there at all.

A file is a header of 32 bytes and then groups. Everything is little-endian.

    header  8 s  b"AMPLOG\x00\x01"   4 u format version   4 u zero   8 u generation
            4 u  zero                4 u CRC-32 of the 28 bytes before it
    group   4 s  b"GRP\n"           4 u kind   4 u ids added   4 u ids removed   8 u position (0: not told)
            4 u  CRC-32 of the body  4 u CRC-32 of the 28 bytes before it
            body: added ids (8 bytes each), their codes (32 bytes each), removed ids (8 bytes each)
            8 s  b"GRPDONE\n"

A writer that is killed leaves a group that the file ends within; a loss of power can leave zeros where the
end of a group should be. Both count as never written. Other damage is IndexCorrupt: something held is lost.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ._input import CODE_BYTES, Codes, Ids

FORMAT_VERSION = 1
HEADER = struct.Struct("<8sIIQII")
GROUP = struct.Struct("<4sIIIQII")
MAGIC = b"AMPLOG\x00\x01"
GROUP_MAGIC = b"GRP\n"
GROUP_END = b"GRPDONE\n"
ID_BYTES = 8

CHANGES = 1
# There is a new manifest, or will be in a moment.
MOVED = 2
# The removed ids are not ids: the first is the place of a segment in the manifest, the others are rows of it.
DEAD = 3


class IndexCorrupt(Exception):
    """Something the index held has been damaged: it must be built anew from the database."""


class IndexVersion(Exception):
    """The index was written by a later version of this program."""


@dataclass(frozen=True, slots=True)
class Group:
    """One all-or-nothing step: `removed` ids go first, then `ids` come in with `codes`."""

    kind: int
    ids: Ids
    codes: Codes
    removed: Ids
    position: int
    end: int


def log_header(generation: int) -> bytes:
    """The first 32 bytes of a log."""
    head = HEADER.pack(MAGIC, FORMAT_VERSION, 0, generation, 0, 0)[:-4]
    return head + struct.pack("<I", zlib.crc32(head))


def check_log_header(head: bytes, generation: int) -> None:
    """Raise IndexCorrupt or IndexVersion unless `head` begins the log of this generation."""
    if len(head) < HEADER.size:
        raise IndexCorrupt(f"the log has {len(head)} bytes, less than its header: build the index anew")
    magic, version, _, written, _, checksum = HEADER.unpack(head)
    if magic != MAGIC or zlib.crc32(head[:-4]) != checksum:
        raise IndexCorrupt("the header of the log is damaged: build the index anew")
    if version > FORMAT_VERSION:
        raise IndexVersion(f"the log has format {version} and this program reads up to {FORMAT_VERSION}: update Amparo")
    if written != generation:
        raise IndexCorrupt(f"the log is of generation {written}, not {generation}: build the index anew")


def group_bytes(ids: Ids, codes: Codes, removed: Ids, *, position: int, kind: int = CHANGES) -> bytes:
    """A group as it stands in the file. ids: (n,), codes: (n, 32), removed: (m,)."""
    body = ids.astype("<u8").tobytes() + codes.tobytes() + removed.astype("<u8").tobytes()
    head = GROUP.pack(GROUP_MAGIC, kind, len(ids), len(removed), position, zlib.crc32(body), 0)[:-4]
    return b"".join((head, struct.pack("<I", zlib.crc32(head)), body, GROUP_END))


def read_groups(tail: bytes, start: int) -> Iterator[Group]:
    """The whole groups in `tail`, which stands in the file from byte `start` to its end.

    Stops without complaint at a group that was never finished; raises IndexCorrupt at a damaged one.
    """
    offset = 0
    while len(tail) - offset >= GROUP.size:
        head = tail[offset : offset + GROUP.size]
        if _only_zeros(tail, offset):
            return  # the power went before this group reached the disk
        magic, kind, added, removed, position, body_sum, head_sum = GROUP.unpack(head)
        if magic != GROUP_MAGIC or zlib.crc32(head[:-4]) != head_sum:
            raise _damaged(start + offset)
        body_at = offset + GROUP.size
        body_end = body_at + added * (ID_BYTES + CODE_BYTES) + removed * ID_BYTES
        end = body_end + len(GROUP_END)
        if len(tail) < end or _only_zeros(tail, body_end):
            return
        body = tail[body_at:body_end]
        if tail[body_end:end] != GROUP_END or zlib.crc32(body) != body_sum:
            raise _damaged(start + offset)
        yield _group(kind, body, added, position, start + end)
        offset = end


def _only_zeros(tail: bytes, start: int) -> bool:
    return tail.count(0, start) == len(tail) - start


def _group(kind: int, body: bytes, added: int, position: int, end: int) -> Group:
    ids_end = added * ID_BYTES
    codes_end = ids_end + added * CODE_BYTES
    return Group(
        kind=kind,
        ids=np.frombuffer(body[:ids_end], dtype="<u8"),
        codes=np.frombuffer(body[ids_end:codes_end], dtype=np.uint8).reshape(added, CODE_BYTES),
        removed=np.frombuffer(body[codes_end:], dtype="<u8"),
        position=position,
        end=end,
    )


def _damaged(offset: int) -> IndexCorrupt:
    return IndexCorrupt(
        f"the log is damaged in the group at byte {offset}, so entries may be missing: build the index anew "
        "from the database"
    )
