"""The matchers: one for each engine of the kernel, and the slow one. They give the same answers."""

import sys
from collections.abc import Generator
from typing import Any, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from . import _twin
from ._input import Codes, Ids
from ._log import IndexCorrupt
from ._rows import BARE, Rows, is_dead

try:
    from . import _kernel
except ImportError:  # no compiler was there when Amparo was installed
    _kernel = None  # type: ignore[assignment]  # None says that

# The numbers by which kernel and Python agree on arguments and on what a ring is; see VERSION in _kernel.c.
KERNEL_VERSION = 3
# As in _ring.h.
CHUNKS, POSTING_BYTES = 16, 3

Limits: TypeAlias = npt.NDArray[np.int64]
Distances: TypeAlias = npt.NDArray[np.uint16]
Found: TypeAlias = tuple[Limits, Ids, Distances]


class Matcher(Protocol):
    """Finds all rows near a query. `parts` are what `prepare` made of rows, in any order."""

    name: str
    makes_rings: bool

    def prepare(self, rows: Rows) -> object: ...
    def one(self, parts: tuple[object, ...], query: Codes, within: int) -> list[tuple[int, int]]: ...
    def many(self, parts: tuple[object, ...], queries: Codes, within: int) -> Found: ...


class SlowMatcher:
    """Counts the bits of every row with numpy."""

    name = "slow matcher (numpy)"
    makes_rings = False

    def prepare(self, rows: Rows) -> object:
        """Rows are searched as they are."""
        return rows

    def one(self, parts: tuple[object, ...], query: Codes, within: int) -> list[tuple[int, int]]:
        """(id, distance in bits) of each row alive within `within` bits, by distance, then id."""
        ids, distances = self._near(parts, query, within)
        return list(zip(ids.tolist(), distances.tolist(), strict=True))

    def many(self, parts: tuple[object, ...], queries: Codes, within: int) -> Found:
        """As `one` for each query: limits, ids and distances as in Index.search_many."""
        found = [self._near(parts, query, within) for query in queries]
        limits = np.zeros(len(found) + 1, dtype=np.int64)
        np.cumsum([len(ids) for ids, _ in found], out=limits[1:])
        ids = np.concatenate([np.empty(0, dtype=np.uint64), *(ids for ids, _ in found)])
        return limits, ids, np.concatenate([np.empty(0, dtype=np.uint16), *(far for _, far in found)])

    def _near(self, parts: tuple[object, ...], query: Codes, within: int) -> tuple[Ids, Distances]:
        all_ids, all_distances = [np.empty(0, dtype=np.uint64)], [np.empty(0, dtype=np.uint16)]
        for part in parts:
            assert isinstance(part, Rows)
            rows, distances = _twin.scan(part.codes, query, within)
            if part.dead is not None:
                alive = ~is_dead(part.dead, rows)
                rows, distances = rows[alive], distances[alive]
            all_ids.append(part.ids[rows])
            all_distances.append(distances)
        ids, distances = np.concatenate(all_ids), np.concatenate(all_distances)
        order = np.lexsort((ids, distances))
        return ids[order], distances[order]


class RingMatcher:
    """The kernel, with one of its engines."""

    makes_rings = True

    def __init__(self, engine: str) -> None:
        self.name = f"ring ({engine})"
        self._engine = engine

    def prepare(self, rows: Rows) -> object:
        """The rows as the kernel takes them: pointers into the arrays, which it keeps."""
        if rows.ring is None:
            return _kernel.Part(rows.ids, rows.codes, rows.dead)
        ring = rows.ring
        return _kernel.Part(rows.ids, rows.codes, rows.dead, ring.content, ring.layout, ring.light_first, ring.parity)

    def one(self, parts: tuple[object, ...], query: Codes, within: int) -> list[tuple[int, int]]:
        """As SlowMatcher.one."""
        try:
            return _kernel.search_one(parts, query, within, self._engine)
        except _kernel.Damaged as damage:
            raise _damaged(damage) from None

    def many(self, parts: tuple[object, ...], queries: Codes, within: int) -> Found:
        """As SlowMatcher.many."""
        try:
            limits, ids, distances = _kernel.search_many(parts, queries, within, self._engine)
        except _kernel.Damaged as damage:
            raise _damaged(damage) from None
        return (
            np.frombuffer(limits, dtype=np.int64),
            np.frombuffer(ids, dtype=np.uint64),
            np.frombuffer(distances, dtype=np.uint16),
        )


def ring_bytes(rows: int, layout: int) -> int:
    """Bytes that the ring of so many rows takes."""
    return _kernel.lay_out_ring(rows, layout)[3]


def ring_pieces(codes: Codes, layout: int) -> Generator[tuple[int, npt.NDArray[Any]], None, tuple[bytes, int]]:
    """Make a ring piece by piece: the offset of each piece and its bytes, good until the next one is asked for.

    Returns light_first and parity, as in Ring. Needs about 50 bytes a row of memory, less than the ring itself.
    """
    rows = len(codes)
    starts_at, sketches_at, postings_at, _ = _kernel.lay_out_ring(rows, layout)
    values = np.empty((CHUNKS, rows), dtype=np.uint16)
    parity = _kernel.spread(codes, values)
    starts = np.empty((sketches_at - starts_at) // CHUNKS, dtype=np.uint8).view(np.uint32)
    sketches = np.empty(rows if layout == BARE else 2 * rows, dtype=np.uint16)
    postings = np.empty(POSTING_BYTES * rows, dtype=np.uint8)
    weights = []
    for chunk in range(CHUNKS):
        weights.append(_kernel.build(values, chunk, layout, starts, sketches, postings))
        yield starts_at + chunk * starts.nbytes, starts
        yield sketches_at + chunk * sketches.nbytes, sketches
        yield postings_at + chunk * postings.nbytes, postings
    return bytes(sorted(range(CHUNKS), key=weights.__getitem__)), parity


def ring_is_sound(content: npt.NDArray[np.uint8], rows: int, layout: int) -> bool:
    """Whether every posting list lies within the ring, so that no search reads outside it."""
    return len(content) >= ring_bytes(rows, layout) and _kernel.ring_is_sound(content, rows)


def checksum(content: npt.NDArray[np.uint8]) -> tuple[int, int]:
    """Fletcher's checksum over 64-bit words in eight lanes; `content` is a multiple of 64 bytes."""
    return _kernel.checksum(content) if HAS_KERNEL else _twin.checksum(content)


def matchers() -> list[Matcher]:
    """Those that work here, the fastest first; the slow one is always the last."""
    return [*RINGS, SlowMatcher()]


def matcher_named(name: str | None) -> Matcher:
    """The fastest, or the one with this name."""
    for matcher in matchers():
        if name in {None, matcher.name}:
            return matcher
    raise ValueError(f"there is no {name} here: choose one of {[one.name for one in matchers()]}")


def _damaged(damage: Exception) -> IndexCorrupt:
    return IndexCorrupt(f"a segment is damaged ({damage}): build the index anew from the database")


HAS_KERNEL = _kernel is not None and sys.byteorder == "little" and getattr(_kernel, "VERSION", 0) == KERNEL_VERSION
RINGS = [RingMatcher(engine) for engine in _kernel.engines()] if HAS_KERNEL else []
