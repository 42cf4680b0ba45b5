"""Some records, laid out so that the codes near a given one are found without reading all.

Two codes that are five bits apart have one half of 16 bits in which they are at most two apart. So every point stands
under each half of its code, and the 137 keys near an upload's half are looked up on either side.
"""

from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from amparo.core.fingerprint.strong._arrays import Float64, Int64
from amparo.core.fingerprint.strong._engine import FASTEST, KERNEL, NUMPY
from amparo.core.fingerprint.strong._find import (
    BINS_AN_OCTAVE,
    MIN_VOTES,
    SCALE_BINS,
    TURN_BINS,
    WITHIN_BITS,
    votes,
)
from amparo.core.fingerprint.strong._record import STANDARD, StrongRecord, geometry_of

UInt8 = npt.NDArray[np.uint8]
UInt16 = npt.NDArray[np.uint16]
UInt32 = npt.NDArray[np.uint32]

POINTS = STANDARD.points
KEYS = 2**16
KEY_WITHIN = 2
# A point of which nothing is known any more; and the id of a record that is gone.
GONE = 2**32 - 1
NOBODY = -1
# Near codes that the kernel holds at a time, 48 MB. A hundred times as many as strangers have.
MOST_HELD = 4_000_000
# Rows of an upload that numpy looks up at a time.
ROWS = 100


@dataclass(frozen=True, slots=True)
class Near:
    """Near codes of an upload and of records. Row i: a point of the upload, a point of the block, bits apart."""

    rows: Int64
    points: Int64
    apart: Int64

    def take(self, which: Int64 | npt.NDArray[np.bool_]) -> "Near":
        return Near(self.rows[which], self.points[which], self.apart[which])

    def owners(self) -> Int64:
        return self.points // POINTS


@dataclass(frozen=True, slots=True)
class Side:
    """Points sorted by one half of their code. Those of key k stand at starts[k] to starts[k + 1] - 1."""

    starts: UInt32
    others: UInt16
    points: UInt32


@dataclass(frozen=True, slots=True)
class Block:
    """Some records. A record has 32 places for points: point i is of record i // 32.

    ids: (n,) NOBODY once it is gone. codes: (32 n,). kinds: (32 n,) direction and scale, four bits each. places:
    (32 n, 2). has: (32 n,) whether the record has the point. What is told of a record is wiped when it goes.
    """

    ids: Int64
    codes: UInt32 = field(repr=False)
    kinds: UInt8 = field(repr=False)
    places: UInt8 = field(repr=False)
    has: npt.NDArray[np.bool_] = field(repr=False)
    high: Side = field(repr=False)
    low: Side = field(repr=False)

    def __len__(self) -> int:
        """How many records are alive."""
        return int(np.count_nonzero(self.ids != NOBODY))

    def wipe(self, ids: Int64) -> None:
        """Forget these records. Whoever is searching meanwhile may still find them, or garbage of no known record."""
        gone = np.isin(self.ids, ids)
        points = np.repeat(gone, POINTS)
        self.ids[gone] = NOBODY
        for side in (self.high, self.low):
            here = np.flatnonzero((side.points != GONE) & points[np.minimum(side.points, len(points) - 1)])
            side.others[here], side.points[here] = 0, GONE
        self.codes[points], self.kinds[points], self.places[points], self.has[points] = 0, 0, 0, False

    def geometry(self, points: Int64) -> Float64:
        kinds = self.kinds[points].astype(np.int64)
        return geometry_of(self.places[points].astype(np.int64), kinds >> 4, kinds & 15)

    @property
    def bytes(self) -> int:
        """How much memory it takes."""
        flat = (self.ids, self.codes, self.kinds, self.places, self.has)
        sides = (part for side in (self.high, self.low) for part in (side.starts, side.others, side.points))
        return sum(part.nbytes for part in (*flat, *sides))


@dataclass(frozen=True, slots=True)
class Raw:
    """Records as arrays, before they are laid out."""

    ids: Int64
    codes: UInt32
    kinds: UInt8
    places: UInt8
    has: npt.NDArray[np.bool_]

    @classmethod
    def of_records(cls, ids: Int64, records: list[StrongRecord]) -> "Raw":
        has = np.arange(POINTS) < np.array([len(record) for record in records])[:, None]
        flat = has.ravel()
        codes, kinds = np.zeros(flat.shape, np.uint32), np.zeros(flat.shape, np.uint8)
        places = np.zeros((*flat.shape, 2), np.uint8)
        if records:
            codes[flat] = np.concatenate([record.codes for record in records])
            kinds[flat] = np.concatenate([record.angles << 4 | record.scales for record in records])
            places[flat] = np.concatenate([record.places for record in records])
        return cls(ids, codes, kinds, places, flat)

    @classmethod
    def of_block(cls, block: Block) -> "Raw":
        """What is alive of it."""
        alive = block.ids != NOBODY
        points = np.repeat(alive, POINTS)
        return cls(block.ids[alive], block.codes[points], block.kinds[points], block.places[points], block.has[points])

    def and_then(self, other: "Raw") -> "Raw":
        return Raw(
            np.concatenate([self.ids, other.ids]),
            np.concatenate([self.codes, other.codes]),
            np.concatenate([self.kinds, other.kinds]),
            np.concatenate([self.places, other.places]),
            np.concatenate([self.has, other.has]),
        )

    def part(self, start: int, end: int) -> "Raw":
        """Records start to end - 1. Copies: what is wiped in one block must be wiped for good."""
        points = slice(start * POINTS, end * POINTS)
        return Raw(
            self.ids[start:end].copy(),
            self.codes[points].copy(),
            self.kinds[points].copy(),
            self.places[points].copy(),
            self.has[points].copy(),
        )

    def laid_out(self) -> Block:
        points = np.flatnonzero(self.has).astype(np.uint32)
        codes = self.codes[points]
        high, low = (codes >> 16).astype(np.uint16), (codes & 0xFFFF).astype(np.uint16)
        sides = _side(high, low, points), _side(low, high, points)
        return Block(self.ids, self.codes, self.kinds, self.places, self.has, *sides)


def _side(keys: UInt16, others: UInt16, points: UInt32) -> Side:
    order = np.argsort(keys, kind="stable")
    starts = np.zeros(KEYS + 1, np.uint32)
    starts[1:] = np.cumsum(np.bincount(keys, minlength=KEYS))
    return Side(starts, others[order], points[order])


def voted(block: Block, codes: UInt32, geometry: Float64, *, engine: str = FASTEST, held: int = MOST_HELD) -> Near:
    """The near codes of the records of which enough agree roughly in turn and scale, in no order.

    held: near codes that are held at a time; where there are more, half of the records are asked at a time.
    """
    if engine == NUMPY:
        return _by_numpy(block, codes, geometry)
    high, low = block.high, block.low
    turns, octaves = _bins(geometry)
    found = KERNEL.voted(
        *(high.starts, high.others, high.points, low.starts, low.others, low.points),
        *(block.kinds, codes, turns, octaves, held),
    )
    points, rows, apart = np.frombuffer(found, np.uint32).reshape(-1, 3).T.astype(np.int64)
    return Near(rows, points, apart)


def _bins(geometry: Float64) -> tuple[UInt8, UInt8]:
    """(rows, 16, 2) each: the bins of `_find.votes`, of each point of the upload against each direction and scale."""
    every = np.arange(16)
    registered = geometry_of(np.zeros((16, 2), np.int64), every, every)
    turn = (geometry[:, 3, None] - registered[:, 3]) * (TURN_BINS / (2 * np.pi))
    octave = (np.log2(geometry[:, 2, None]) - np.log2(registered[:, 2])) * BINS_AN_OCTAVE
    shifts = np.array([0, 0.5])
    turns = np.floor(turn[:, :, None] + shifts).astype(np.int64) % TURN_BINS
    octaves = np.floor(octave[:, :, None] + shifts).astype(np.int64) % SCALE_BINS
    return turns.astype(np.uint8), octaves.astype(np.uint8)


def _by_numpy(block: Block, codes: UInt32, geometry: Float64) -> Near:
    parts = [_near_of(block, codes[start : start + ROWS], start) for start in range(0, len(codes), ROWS)]
    joined = [np.concatenate(column) for column in zip(*parts, strict=True)] or [np.zeros(0, np.int64)] * 3
    near = Near(*joined)
    owners = near.owners()
    got = votes(geometry[near.rows], block.geometry(near.points), owners, len(block.ids))
    return near.take(got[owners] >= MIN_VOTES)


def _near_of(block: Block, codes: UInt32, first: int) -> tuple[Int64, Int64, Int64]:
    high, low = codes >> np.uint32(16), codes & np.uint32(0xFFFF)
    parts = [
        _on_side(block.high, high, low, least=0),
        # What is this near in its high half was found there.
        _on_side(block.low, low, high, least=KEY_WITHIN + 1),
    ]
    rows, points, apart = (np.concatenate(column) for column in zip(*parts, strict=True))
    return rows + first, points, apart


def _on_side(side: Side, keys: UInt32, others: UInt32, *, least: int) -> tuple[Int64, Int64, Int64]:
    near, bits = _near_keys()
    buckets = (keys[:, None] ^ near).ravel()
    begin = side.starts[buckets].astype(np.int64)
    counts = side.starts[buckets + 1].astype(np.int64) - begin
    place = np.repeat(begin - np.cumsum(counts) + counts, counts) + np.arange(counts.sum())
    which = np.repeat(np.arange(len(buckets)), counts)
    rows = which // len(near)
    half = np.bitwise_count(side.others[place] ^ others[rows].astype(np.uint16)).astype(np.int64)
    apart = half + bits[which % len(near)]
    points = side.points[place]
    kept = (half >= least) & (apart <= WITHIN_BITS) & (points != GONE)
    return rows[kept], points[kept].astype(np.int64), apart[kept]


@lru_cache(maxsize=1)
def _near_keys() -> tuple[UInt32, Int64]:
    """All keys with at most two bits, and how many each has."""
    every = np.arange(KEYS, dtype=np.uint32)
    bits = np.bitwise_count(every).astype(np.int64)
    kept = bits <= KEY_WITHIN
    return every[kept], bits[kept]
