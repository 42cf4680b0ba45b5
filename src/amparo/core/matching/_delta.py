"""What the log holds, in memory: rows in the order they came, some of them dead.

A Delta grows; a DeltaView is a picture of it that never changes, so that a search needs no lock.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ._input import CODE_BYTES, Codes, Ids

FIRST_CAPACITY = 64


@dataclass(frozen=True, slots=True)
class DeltaView:
    """codes: (n, 32) uint8; ids: (n,) uint64; dead: (n,) bool, or None while every row is alive."""

    codes: Codes
    ids: Ids
    dead: npt.NDArray[np.bool_] | None


class Delta:
    """Rows of the log. Adding a known id kills the row that held it before."""

    def __init__(self) -> None:
        self._codes: Codes = np.empty((FIRST_CAPACITY, CODE_BYTES), dtype=np.uint8)
        self._ids: Ids = np.empty(FIRST_CAPACITY, dtype=np.uint64)
        self._dead: npt.NDArray[np.bool_] | None = None
        self._row_of: dict[int, int] = {}
        self._rows = 0

    def __len__(self) -> int:
        """Rows alive."""
        return len(self._row_of)

    def __contains__(self, key: int) -> bool:
        return key in self._row_of

    def change(self, ids: Ids, codes: Codes, removed: Ids) -> None:
        """Take `removed` out, then put `ids` with `codes` in. Views taken before stay as they are."""
        killed = [self._row_of.pop(key) for key in removed.tolist() if key in self._row_of]
        killed += [self._row_of.pop(key) for key in ids.tolist() if key in self._row_of]
        first = self._rows
        self._reserve(first + len(ids))
        self._codes[first : first + len(ids)] = codes
        self._ids[first : first + len(ids)] = ids
        self._rows = first + len(ids)
        self._row_of.update(zip(ids.tolist(), range(first, self._rows), strict=True))
        self._bury(killed)

    def view(self) -> DeltaView:
        """The rows as they are now."""
        rows = self._rows
        dead = None if self._dead is None else self._dead[:rows]
        return DeltaView(self._codes[:rows], self._ids[:rows], dead)

    def _bury(self, killed: list[int]) -> None:
        if not killed and self._dead is None:
            return
        # A fresh array each time: the one before may be in the hands of a search.
        dead = np.zeros(self._rows, dtype=np.bool_)
        if self._dead is not None:
            dead[: len(self._dead)] = self._dead
        dead[killed] = True
        self._dead = dead

    def _reserve(self, rows: int) -> None:
        capacity = len(self._ids)
        if rows <= capacity:
            return
        capacity = max(rows, 2 * capacity)
        codes: Codes = np.empty((capacity, CODE_BYTES), dtype=np.uint8)
        ids: Ids = np.empty(capacity, dtype=np.uint64)
        codes[: self._rows] = self._codes[: self._rows]
        ids[: self._rows] = self._ids[: self._rows]
        self._codes, self._ids = codes, ids
