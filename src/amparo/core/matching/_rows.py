"""Rows that are searched together, and which of them are dead."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from ._input import Codes, Ids

# One bit a row, the lowest bit of the first byte first; set when the row is dead.
Bits: TypeAlias = npt.NDArray[np.uint8]
RowNumbers: TypeAlias = npt.NDArray[np.int64]


# How sketches lie in a ring; _ring.h tells the difference.
BARE, APART, CLOSE = 0, 1, 2


@dataclass(frozen=True, slots=True, eq=False)
class Ring:
    """What the kernel made of the codes of a segment. _ring.h tells what is in `content`.

    layout: BARE, APART or CLOSE; light_first: the 16 chunks, shortest posting lists first, one byte each;
    parity: of the bits set in every code, 0 or 1, or -1 if they differ.
    """

    content: npt.NDArray[np.uint8]
    layout: int
    light_first: bytes
    parity: int


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """ids: (n,) uint64; codes: (n, 32) uint8; dead: None while all are alive; ring: None if there is none."""

    ids: Ids
    codes: Codes
    dead: Bits | None = None
    ring: Ring | None = None

    def alive(self) -> RowNumbers:
        """The numbers of the rows that are alive, ascending."""
        if self.dead is None:
            return np.arange(len(self.ids))
        return np.flatnonzero(np.unpackbits(self.dead, count=len(self.ids), bitorder="little") == 0)


def no_dead(rows: int) -> Bits:
    """Bits for so many rows, all alive."""
    return np.zeros(-(-rows // 8), dtype=np.uint8)


def bury(dead: Bits, rows: RowNumbers) -> None:
    """Set the bits of `rows`."""
    np.bitwise_or.at(dead, rows >> 3, (1 << (rows & 7)).astype(np.uint8))


def is_dead(dead: Bits, rows: RowNumbers) -> npt.NDArray[np.bool_]:
    """For each of `rows`, whether its bit is set."""
    marked: npt.NDArray[np.bool_] = (dead[rows >> 3] >> (rows & 7).astype(np.uint8) & 1) == 1
    return marked


def died_since(before: Bits | None, now: Bits | None) -> RowNumbers:
    """Rows whose bit is set now and was not before. `before` may have been shorter."""
    if now is None:
        return np.empty(0, dtype=np.int64)
    fresh = now.copy()
    if before is not None:
        fresh[: len(before)] &= ~before[: len(fresh)]
    return np.flatnonzero(np.unpackbits(fresh, bitorder="little"))
