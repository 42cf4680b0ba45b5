"""The index: a folder that several processes search and change at once."""

import os
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self, SupportsIndex, TypeAlias

import numpy as np
import numpy.typing as npt

from ._input import (
    BadCodes,
    Codes,
    Ids,
    IdsIn,
    checked_position,
    checked_within,
    distinct_ids,
    many_codes,
    many_ids,
    one_code,
)
from ._store import NO_CODES, NO_IDS, State, Store, create_files
from ._twin import scan

# The threshold PDQ's authors recommend and python-threatexchange uses; docs/matching.md has our own table.
WITHIN_BITS = 31

Limits: TypeAlias = npt.NDArray[np.int64]
Distances: TypeAlias = npt.NDArray[np.uint16]


@dataclass(frozen=True, slots=True)
class Hit:
    """An entry near the query. `distance` is in bits, 0..256."""

    id: int
    distance: int


class Index:
    """All entries within a Hamming radius of a 256-bit code: exactly, and as of now.

    Get one with Index.create(path) or Index.open(path). Several threads may use one Index. Several processes
    may have one path open: each sees at its next search what another has added or removed. Open it after a
    fork, not before.
    """

    def __init__(self, store: Store) -> None:
        """Not for callers: use create or open."""
        self._store = store

    @classmethod
    def create(cls, path: str | os.PathLike[str], *, replace: bool = False) -> Self:
        """Make an empty index in a new folder at `path`, or, with `replace`, empty the one that is there.

        Processes that have a replaced index open go over to the empty one at their next search.
        Raises IndexExists when something is there that may not be replaced, NoSpace when the disk is full.
        """
        create_files(Path(path), replace=replace)
        return cls.open(path)

    @classmethod
    def open(cls, path: str | os.PathLike[str]) -> Self:
        """Open the index at `path`. Raises NotAnIndex, IndexCorrupt (build it anew) or IndexVersion."""
        return cls(Store(Path(path)))

    def close(self) -> None:
        """Let go of the files. Closing twice is no error; any other use after it raises IndexClosed."""
        self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __len__(self) -> int:
        """Entries there now."""
        return self._store.now().living

    def __contains__(self, key: object) -> bool:
        return isinstance(key, (int, np.integer)) and self._store.holds(int(key))

    @property
    def position(self) -> int:
        """The sequence number up to which the index holds every Change; 0 if none was ever told."""
        return self._store.now().position

    def add(
        self, codes: Codes | bytes, ids: IdsIn, *, position: SupportsIndex | None = None, sync: bool = False
    ) -> None:
        """Put entries in. An id that is known already gets the new code in place of its old one.

        codes: (n, 32) uint8, or 32 bytes for a single one. ids: (n,) whole numbers below 2**64, each once.
        position: the sequence number up to which the index now holds every Change; it never goes back.
        sync: wait until the disk has it. Without, a loss of power may take the last calls back, and the
        position with them.
        All or nothing. Raises BadCodes, BadIds, BadPosition, NoSpace, IndexCorrupt.
        """
        self.update(codes, ids, NO_IDS, position=position, sync=sync)

    def remove(self, ids: IdsIn, *, position: SupportsIndex | None = None, sync: bool = False) -> None:
        """Take entries out; an id that is not there is no error. position and sync as in add.

        All or nothing. Raises BadIds, BadPosition, NoSpace, IndexCorrupt.
        """
        self.update(NO_CODES, NO_IDS, ids, position=position, sync=sync)

    def mark(self, position: SupportsIndex, *, sync: bool = False) -> None:
        """Say that the index holds every Change up to `position`: the last ones changed nothing in it."""
        self.update(NO_CODES, NO_IDS, NO_IDS, position=position, sync=sync)

    def update(
        self,
        codes: Codes | bytes,
        ids: IdsIn,
        removed: IdsIn,
        *,
        position: SupportsIndex | None = None,
        sync: bool = False,
    ) -> None:
        """Take `removed` out, then put `ids` with `codes` in: others see both or neither."""
        rows, keys, gone = many_codes(codes), distinct_ids(ids), many_ids(removed)
        if len(rows) != len(keys):
            raise BadCodes(f"each code has one id, but there are {len(rows)} codes and {len(keys)} ids")
        told = 0 if position is None else checked_position(position)
        self._store.append(keys, rows, gone, position=told, sync=sync)

    def search(self, code: Codes | bytes, within: SupportsIndex = WITHIN_BITS) -> list[Hit]:
        """Every entry at most `within` bits from `code`, the nearest first, then by id.

        code: 32 bytes or (32,) uint8. within: 0..256. Exact: nothing is left out, nothing is approximate.
        Raises BadCodes, BadWithin, IndexCorrupt.
        """
        ids, distances = _near(self._store.now(), one_code(code), checked_within(within))
        return [Hit(key, bits) for key, bits in zip(ids.tolist(), distances.tolist(), strict=True)]

    def search_many(self, codes: Codes, within: SupportsIndex = WITHIN_BITS) -> tuple[Limits, Ids, Distances]:
        """As search, for each row of `codes`, in one pass and against one state of the index.

        codes: (n, 32) uint8. Returns limits (n + 1,) int64, ids uint64 and distances uint16: the hits of
        row i are ids[limits[i]:limits[i + 1]], the nearest first, then by id. n = 0 gives limits [0].
        """
        queries, bits = many_codes(codes), checked_within(within)
        state = self._store.now()
        found = [_near(state, query, bits) for query in queries]
        limits = np.zeros(len(found) + 1, dtype=np.int64)
        np.cumsum([len(ids) for ids, _ in found], out=limits[1:])
        if not found:
            return limits, NO_IDS, np.empty(0, dtype=np.uint16)
        return limits, np.concatenate([ids for ids, _ in found]), np.concatenate([far for _, far in found])


def _near(state: State, query: Codes, within: int) -> tuple[Ids, Distances]:
    rows, distances = scan(state.delta.codes, query, within)
    if state.delta.dead is not None:
        alive = ~state.delta.dead[rows]
        rows, distances = rows[alive], distances[alive]
    ids = state.delta.ids[rows]
    order = np.lexsort((ids, distances))
    return ids[order], distances[order]
