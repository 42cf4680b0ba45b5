"""The segments of an index as one process sees them, with the rows that have died since they were made."""

import numpy as np

from ._input import Ids
from ._matcher import Matcher
from ._rows import Bits, RowNumbers, Rows, bury, is_dead, no_dead
from ._segment import Segment, rows_of


class Shelf:
    """Segments, oldest first. What `rows` and `parts` have given out stays as it is."""

    def __init__(self, segments: tuple[Segment, ...], matcher: Matcher) -> None:
        self.segments = segments
        self._matcher = matcher
        self._dead: list[Bits | None] = [None] * len(segments)
        self._given_out = [False] * len(segments)
        self._dead_rows = [0] * len(segments)
        self._parts: list[object] = [None] * len(segments)

    def __len__(self) -> int:
        """Rows alive."""
        return sum(map(self.alive, range(len(self.segments))))

    def __contains__(self, key: int) -> bool:
        keys = np.array([key], dtype=np.uint64)
        for at, segment in enumerate(self.segments):
            rows, dead = rows_of(segment.ids, keys), self._dead[at]
            if len(rows) and not (dead is not None and is_dead(dead, rows)[0]):
                return True
        return False

    def alive(self, at: int) -> int:
        """How many rows of the segment at this place are alive."""
        return len(self.segments[at].ids) - self._dead_rows[at]

    def remove(self, keys: Ids) -> None:
        """Whatever row holds one of these ids is dead from now on."""
        for at, segment in enumerate(self.segments):
            self.bury(at, rows_of(segment.ids, keys))

    def bury(self, at: int, rows: RowNumbers) -> None:
        """These rows of the segment at this place are dead from now on."""
        dead = self._dead[at]
        fresh = np.unique(rows if dead is None else rows[~is_dead(dead, rows)])
        if not len(fresh):
            return
        if dead is None:
            dead = no_dead(len(self.segments[at].ids))
        elif self._given_out[at]:
            dead = dead.copy()
        bury(dead, fresh)
        self._dead[at], self._given_out[at], self._parts[at] = dead, False, None
        self._dead_rows[at] += len(fresh)

    def rows(self, at: int) -> Rows:
        """The segment at this place, as it is now."""
        self._given_out[at] = True
        segment = self.segments[at]
        return Rows(segment.ids, segment.codes, self._dead[at], segment.ring)

    def parts(self) -> tuple[object, ...]:
        """All segments as the matcher takes them."""
        for at, part in enumerate(self._parts):
            if part is None:
                self._parts[at] = self._matcher.prepare(self.rows(at))
        return tuple(self._parts)
