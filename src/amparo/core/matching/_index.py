"""The index: a folder that several processes search and change at once."""

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self, SupportsIndex

import numpy as np

from . import _merge
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
from ._log import IndexCorrupt
from ._manifest import NotAnIndex
from ._matcher import Distances, Found, Limits, matcher_named
from ._segment import USUAL, Sizes
from ._store import NO_CODES, NO_IDS, IndexClosed, Store, create_files

# What PDQ's authors recommend, and python-threatexchange uses as PDQ_CONFIDENT_MATCH_THRESHOLD.
WITHIN_BITS = 31


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
        self._worker: threading.Thread | None = None
        self._retry_at = 0

    @classmethod
    def create(
        cls,
        path: str | os.PathLike[str],
        *,
        replace: bool = False,
        matcher: str | None = None,
        sizes: Sizes = USUAL,
    ) -> Self:
        """Make an empty index in a new folder at `path`, or, with `replace`, empty the one that is there.

        Processes that have a replaced index open go over to the empty one at their next search. matcher and
        sizes as in open. Raises IndexExists when something is there that may not be replaced, NoSpace when
        the disk is full.
        """
        create_files(Path(path), replace=replace)
        return cls.open(path, matcher=matcher, sizes=sizes)

    @classmethod
    def open(cls, path: str | os.PathLike[str], *, matcher: str | None = None, sizes: Sizes = USUAL) -> Self:
        """Open the index at `path`, and compare the checksums of all it holds.

        matcher: the name of one of matchers(), None for the fastest; sizes: other than usual only in tests.
        Raises NotAnIndex, IndexCorrupt (build it anew) or IndexVersion.
        """
        return cls(Store(Path(path), matcher_named(matcher), sizes))

    def close(self) -> None:
        """Let go of the files, when a merge that is going on is done. Closing twice is no error."""
        worker = self._worker
        if worker is not None and worker is not threading.current_thread():
            worker.join()
        self._store.close()

    def verify(self) -> None:
        """Read all files anew and compare their checksums. Raises IndexCorrupt."""
        Store(self._store.folder, self._store.matcher, self._store.sizes).close()

    def compact(self, *, sync: bool = False) -> None:
        """Merge everything into one segment now, and wait for it. Searches and changes go on meanwhile.

        The index does this by itself, part by part; this is for after a large load. Raises NoSpace.
        """
        _merge.flush(self._store, everything=True, wait=True, sync=sync)

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
        if len(rows) >= self._store.sizes.in_one_go:
            _merge.add_in_one_go(self._store, keys, rows, gone, position=told, sync=sync)
        else:
            self._store.append(keys, rows, gone, position=told, sync=sync)
            self._merge_if_due()

    def search(self, code: Codes | bytes, within: SupportsIndex = WITHIN_BITS) -> list[Hit]:
        """Every entry at most `within` bits from `code`, the nearest first, then by id.

        code: 32 bytes or (32,) uint8. within: 0..256. Exact: nothing is left out, nothing is approximate.
        Raises BadCodes, BadWithin, IndexCorrupt.
        """
        query, bits = one_code(code), checked_within(within)
        state = self._store.now()
        return [Hit(*found) for found in self._store.matcher.one(state.parts, query, bits)]

    def search_many(
        self, codes: Codes, within: SupportsIndex = WITHIN_BITS, *, threads: int = 1
    ) -> tuple[Limits, Ids, Distances]:
        """As search, for each row of `codes`, in one pass and against one state of the index.

        codes: (n, 32) uint8. Returns limits (n + 1,) int64, ids uint64 and distances uint16: the hits of
        row i are ids[limits[i]:limits[i + 1]], the nearest first, then by id. n = 0 gives limits [0].
        threads: how many to share the work among; other Python threads run meanwhile in any case.
        """
        queries, bits = many_codes(codes), checked_within(within)
        state, matcher = self._store.now(), self._store.matcher
        if threads <= 1 or len(queries) < threads:
            return matcher.many(state.parts, queries, bits)
        shares = np.array_split(queries, threads)
        with ThreadPoolExecutor(threads) as pool:
            return _joined(list(pool.map(lambda share: matcher.many(state.parts, share, bits), shares)))

    def _merge_if_due(self) -> None:
        """Have the rows of a long log put into a segment, by a thread, unless one is at it."""
        rows, due = self._store.delta.rows, self._store.sizes.in_log
        if rows < due:
            self._retry_at = 0
        elif rows >= self._retry_at and not (self._worker and self._worker.is_alive()):
            # Somebody else may be merging, or the disk be full: not again before the log has grown by so much.
            self._retry_at = rows + max(1, due // 4)
            self._worker = threading.Thread(target=self._merge_quietly, name="amparo-merge")
            self._worker.start()

    def _merge_quietly(self) -> None:
        # When a merge fails (a full disk, damage, a folder that was taken away) the log is as it was, and complete;
        # whoever adds or searches next meets the same error.
        with suppress(OSError, IndexCorrupt, NotAnIndex, IndexClosed):
            _merge.flush(self._store, everything=False, wait=False, sync=True)


def _joined(found: list[Found]) -> Found:
    limits = np.zeros(1 + sum(len(one) - 1 for one, _, _ in found), dtype=np.int64)
    np.cumsum(np.concatenate([np.diff(one) for one, _, _ in found]), out=limits[1:])
    return limits, np.concatenate([one for _, one, _ in found]), np.concatenate([one for _, _, one in found])
