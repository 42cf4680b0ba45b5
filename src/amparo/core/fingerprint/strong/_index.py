"""Records in memory, to be asked about many uploads: the matches of `find`, without reading every record."""

import threading
from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from amparo.core.fingerprint._decode import MAX_BYTES, MAX_PIXELS, Source
from amparo.core.fingerprint.strong._arrays import Int64
from amparo.core.fingerprint.strong._block import NOBODY, Block, Raw, voted
from amparo.core.fingerprint.strong._engine import FASTEST
from amparo.core.fingerprint.strong._find import (
    ENOUGH_INLIERS,
    WAYS,
    StrongMatch,
    UploadPoints,
    read_as,
    surest,
    upload_points,
)
from amparo.core.fingerprint.strong._geometry import Matches, inliers
from amparo.core.fingerprint.strong._record import STANDARD, StrongRecord, upload_levels

# Records of a block: large ones are searched faster, small ones are made anew faster when a record comes.
BLOCK_RECORDS = 2**16


class PointIndex:
    """Records by id, in memory alone. Any thread may search while another changes it; one thread changes at a time."""

    def __init__(self, *, block_records: int = BLOCK_RECORDS, engine: str = FASTEST) -> None:
        """engine: who searches, one of `engines`."""
        self._block_records, self._engine = block_records, engine
        # Never changed, only replaced, so that a search sees one state; a record that goes is wiped within it.
        self._blocks: tuple[Block, ...] = ()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return sum(len(block) for block in self._blocks)

    @property
    def bytes(self) -> int:
        """How much memory the records take."""
        return sum(block.bytes for block in self._blocks)

    def add(self, ids: Sequence[int], records: Sequence[StrongRecord]) -> None:
        """Add records under ids, 0 or above; one that is there already is replaced. Of one id twice the last counts."""
        if any(record.recipe != STANDARD for record in records):
            raise ValueError("only standard records are kept: make the record with strong.record")
        last = dict(zip(ids, records, strict=True))
        if not last:
            return
        if min(last) < 0:
            raise ValueError("an id is 0 or above, and one of these is below")
        fresh = Raw.of_records(np.fromiter(last, np.int64, len(last)), list(last.values()))
        with self._lock:
            self._wipe(fresh.ids)
            blocks = list(self._blocks)
            if blocks and len(blocks[-1]) < self._block_records:
                fresh = Raw.of_block(blocks.pop()).and_then(fresh)
            self._blocks = (*blocks, *self._laid_out(fresh))

    def remove(self, ids: Iterable[int]) -> None:
        """Forget these records. An id that is not there is no matter."""
        with self._lock:
            self._wipe(np.array(list(ids), np.int64))

    def find(self, upload: Source, *, max_pixels: int = MAX_PIXELS, max_bytes: int = MAX_BYTES) -> list[StrongMatch]:
        """What `strong.find` finds in these records; `record` of a match is the id. Errors as there."""
        if not self._blocks:
            return []
        levels = upload_levels(upload, max_pixels=max_pixels, max_bytes=max_bytes)
        return [match for match in self.candidates(upload_points(levels)) if match.inliers >= ENOUGH_INLIERS]

    def candidates(self, points: UploadPoints) -> list[StrongMatch]:
        """All records with at least four points that agree, the most first."""
        blocks = self._blocks
        return surest(match for block in blocks for match in _of_block(block, points, self._engine))

    def _wipe(self, ids: Int64) -> None:
        kept = []
        for block in self._blocks:
            if np.isin(block.ids, ids).any():
                block.wipe(ids)
                alive = len(block)
                if alive > len(block.ids) // 2:
                    kept.append(block)
                elif alive:
                    kept.append(Raw.of_block(block).laid_out())
            else:
                kept.append(block)
        self._blocks = tuple(kept)

    def _laid_out(self, raw: Raw) -> Iterator[Block]:
        for start in range(0, len(raw.ids), self._block_records):
            yield raw.part(start, start + self._block_records).laid_out()


def _of_block(block: Block, points: UploadPoints, engine: str) -> Iterator[StrongMatch]:
    for way in WAYS:
        codes, geometry = read_as(points, way, bits=STANDARD.bits)
        near = voted(block, codes.astype(np.uint32), geometry, engine=engine)
        # Record by record, in the order of the upload's points and then of the record's, as `find` has them.
        near = near.take(np.lexsort((near.points, near.rows, near.owners())))
        owners, starts = np.unique(near.owners(), return_index=True)
        ends = np.append(starts, len(near.rows))[1:]
        for owner, begin, end in zip(owners.tolist(), starts.tolist(), ends.tolist(), strict=True):
            number, mine = int(block.ids[owner]), near.take(np.arange(begin, end))
            count = inliers(Matches(geometry[mine.rows], block.geometry(mine.points), mine.apart))
            if count and number != NOBODY:
                yield StrongMatch(number, count, way.mirrored, way.negative)
