"""What the log holds, in memory: rows in the order they came, some of them dead."""

import numpy as np

from ._input import CODE_BYTES, Codes, Ids
from ._rows import Bits, Rows, bury, no_dead

FIRST_CAPACITY = 64


class Delta:
    """Rows of the log. Adding a known id kills the row that held it before.

    It grows, but Rows that it has given out stay as they are, so that a search needs no lock.
    """

    def __init__(self) -> None:
        self._codes: Codes = np.empty((FIRST_CAPACITY, CODE_BYTES), dtype=np.uint8)
        self._ids: Ids = np.empty(FIRST_CAPACITY, dtype=np.uint64)
        self._dead: Bits | None = None
        self._dead_given_out = False
        self._row_of: dict[int, int] = {}
        self.rows = 0

    def __len__(self) -> int:
        """Rows alive."""
        return len(self._row_of)

    def __contains__(self, key: int) -> bool:
        return key in self._row_of

    def change(self, ids: Ids, codes: Codes, removed: Ids) -> None:
        """Take `removed` out, then put `ids` with `codes` in."""
        row_of = self._row_of
        killed = [row_of.pop(key) for key in removed.tolist() if key in row_of] if row_of else []
        killed += [row_of.pop(key) for key in ids.tolist() if key in row_of] if row_of else []
        first, self.rows = self.rows, self.rows + len(ids)
        self._reserve(self.rows)
        self._codes[first : self.rows] = codes
        self._ids[first : self.rows] = ids
        row_of.update(zip(ids.tolist(), range(first, self.rows), strict=True))
        if killed:
            self._bury(killed)

    def view(self) -> Rows:
        """The rows as they are now."""
        self._dead_given_out = True
        dead = None if self._dead is None else self._dead[: -(-self.rows // 8)]
        return Rows(self._ids[: self.rows], self._codes[: self.rows], dead)

    def _bury(self, killed: list[int]) -> None:
        if self._dead is None:
            self._dead = no_dead(len(self._ids))
        elif self._dead_given_out:
            self._dead = self._dead.copy()
        self._dead_given_out = False
        bury(self._dead, np.array(killed, dtype=np.int64))

    def _reserve(self, rows: int) -> None:
        if rows <= len(self._ids):
            return
        kept, capacity = len(self._ids), max(rows, 2 * len(self._ids))
        self._codes = np.concatenate([self._codes, np.empty((capacity - kept, CODE_BYTES), dtype=np.uint8)])
        self._ids = np.concatenate([self._ids, np.empty(capacity - kept, dtype=np.uint64)])
        if self._dead is not None:
            self._dead = np.concatenate([self._dead, np.zeros(-(-capacity // 8) - len(self._dead), np.uint8)])
