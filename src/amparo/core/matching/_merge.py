"""Making segments: which rows go into a new one, and their way there.

Building takes seconds for millions of rows and holds no lock. What changes meanwhile is carried over in the moment
when the new manifest is written: at no time does a search miss an entry or see one twice.
"""

import secrets
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ._files import locked
from ._input import CODE_BYTES, Codes, Ids
from ._log import DEAD, group_bytes
from ._rows import RowNumbers, Rows, died_since
from ._segment import open_segment, rows_of, write_segment
from ._store import NO_CODES, NO_IDS, Store, begin

MERGE_LOCK = "MERGE"
# A segment is merged when it is at most so many times as large as all that is merged with it: an entry is written
# anew about once for each power of this number, and a search has few segments to look into.
RATIO = 4
# Rows copied at a time: 65,536 codes are 2 MB.
BLOCK_ROWS = 1 << 16


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """Rows of which those in `taken`, or all, go into a new segment."""

    rows: Rows
    taken: RowNumbers | None

    def __len__(self) -> int:
        return len(self.rows.ids) if self.taken is None else len(self.taken)

    def ids(self) -> Ids:
        """The ids of the rows taken."""
        return self.rows.ids if self.taken is None else self.rows.ids[self.taken]

    def codes(self, start: int, end: int) -> Codes:
        """The codes of the rows taken from number `start` to number `end` of them."""
        return self.rows.codes[start:end] if self.taken is None else self.rows.codes[self.taken[start:end]]


@dataclass(frozen=True, slots=True, eq=False)
class _Change:
    """What a new generation brings: files of new segments, ids that are gone, and what stays in the log."""

    fresh: list[Path]
    gone_from_kept: Ids
    gone_from_fresh: Ids
    rest: tuple[Ids, Codes]
    position: int


def to_merge(alive: list[int], overdue: list[bool], fresh: int, most: int) -> list[int]:
    """Which segments are to be merged with `fresh` new rows, by place.

    alive: rows of each segment; overdue: whether it is to be written anew in any case. Merged are those and what is
    small beside the new rows, but nothing that would make the result larger than `most` rows.
    """
    chosen = []
    for at in sorted(range(len(alive)), key=alive.__getitem__):
        if (overdue[at] or alive[at] <= RATIO * fresh) and fresh + alive[at] <= most:
            chosen.append(at)
            fresh += alive[at]
    return sorted(chosen)


def _due(store: Store, fresh: int) -> list[int]:
    shelf, sizes = store.shelf, store.sizes
    alive = [shelf.alive(at) for at in range(len(shelf.segments))]
    overdue = []
    for at, segment in enumerate(shelf.segments):
        # A quarter is dead, or no kernel was there when it was made.
        lacks_ring = segment.ring is None and store.matcher.makes_rings and len(segment.ids) >= sizes.least_ring
        overdue.append(alive[at] * 4 < len(segment.ids) * 3 or lacks_ring)
    return to_merge(alive, overdue, fresh, sizes.most)


def flush(store: Store, *, everything: bool, wait: bool, sync: bool) -> None:
    """Put the rows of the log, and the segments that are due or `everything`, into a new segment.

    Does nothing if another thread or process is at it and we are not to `wait`. Raises NoSpace.
    """
    with locked(store.folder, MERGE_LOCK, wait=wait) as ours:
        if not ours:
            return
        with store.mutex:
            store.catch_up(alone=False)
            manifest, shelf, delta = store.manifest, store.shelf, store.delta
            places = list(range(len(shelf.segments))) if everything else _due(store, len(delta))
            before = [*(shelf.rows(at) for at in places), delta.view()]
        if not len(before[-1].ids) and len(places) < 2 and not everything:  # noqa: PLR2004 -- one alone is no merge
            return
        fresh = _write(store, [_without(rows, NO_IDS) for rows in before], sync=sync)
        with store.mutex, locked(store.folder):
            state = store.catch_up(alone=True)
            if store.manifest != manifest:
                _discard(fresh)  # the index was replaced under us
                return
            now = [*(shelf.rows(at) for at in places), delta.view()]
            died = np.concatenate(
                [one.ids[died_since(old.dead, one.dead)] for old, one in zip(before, now, strict=True)]
            )
            # Rows that came after our look have not been written.
            came = now[-1].alive()
            came = came[came >= len(before[-1].ids)]
            rest = now[-1].ids[came], now[-1].codes[came]
            _switch(store, places, _Change(fresh, NO_IDS, died, rest, state.position), sync=sync)


def add_in_one_go(store: Store, ids: Ids, codes: Codes, removed: Ids, *, position: int, sync: bool) -> None:
    """As Store.append, for so many rows that they make a segment of their own. Others wait to write meanwhile."""
    with locked(store.folder, MERGE_LOCK), store.mutex, locked(store.folder):
        state = store.catch_up(alone=True)
        shelf, delta = store.shelf, store.delta.view()
        gone = np.concatenate([ids, removed])
        places = _due(store, len(ids) + len(store.delta))
        sources = [_without(rows, gone) for rows in (*(shelf.rows(at) for at in places), delta)]
        sources.append(Source(Rows(ids, codes), None))
        fresh = _write(store, sources, sync=sync)
        _switch(
            store, places, _Change(fresh, gone, NO_IDS, (NO_IDS, NO_CODES), max(state.position, position)), sync=sync
        )


def _without(rows: Rows, gone: Ids) -> Source:
    if rows.dead is None and not len(gone):
        return Source(rows, None)
    taken = rows.alive()
    return Source(rows, taken[~np.isin(rows.ids[taken], gone)] if len(taken) and len(gone) else taken)


def _write(store: Store, sources: list[Source], *, sync: bool) -> list[Path]:
    """Write the rows of all sources into as many new segments as they need; returns their files."""
    for left in store.folder.glob("segment-*.new"):
        left.unlink()  # of a merge that was killed: we hold its lock
    sources = [source for source in sources if len(source)]
    ids, places = _in_order(sources)
    fresh: list[Path] = []
    try:
        for start in range(0, len(ids), store.sizes.most):
            end = min(start + store.sizes.most, len(ids))
            path = store.folder / f"segment-{secrets.token_hex(4)}.new"
            codes = _codes(sources, places, start, end)
            write_segment(path, ids[start:end], codes, store.matcher, store.sizes, sync=sync)
            fresh.append(path)
    except BaseException:
        _discard(fresh)
        raise
    return fresh


def _in_order(sources: list[Source]) -> tuple[Ids, RowNumbers | None]:
    """The ids of all sources, ascending, and the place where each row comes to stand; None if they stand so already."""
    ids = sources[0].ids() if len(sources) == 1 else np.concatenate([NO_IDS, *(source.ids() for source in sources)])
    if bool((ids[:-1] < ids[1:]).all()):
        return ids, None
    order = np.argsort(ids, kind="stable")
    places = np.empty(len(ids), dtype=np.int64)
    places[order] = np.arange(len(ids))
    return ids[order], places


def _codes(sources: list[Source], places: RowNumbers | None, start: int, end: int) -> Codes:
    """The codes of the rows whose places are from `start` to `end`, in that order."""
    pieces, first = [], 0
    codes: Codes = np.empty((end - start if places is not None else 0, CODE_BYTES), dtype=np.uint8)
    for source in sources:
        if places is None:
            pieces.append(source.codes(max(start - first, 0), max(end - first, 0)))
        else:
            for at in range(0, len(source), BLOCK_ROWS):
                behind = min(at + BLOCK_ROWS, len(source))
                there = places[first + at : first + behind] - start
                inside = (there >= 0) & (there < len(codes))
                codes[there[inside]] = source.codes(at, behind)[inside]
        first += len(source)
    if places is not None:
        return codes
    return pieces[0] if len(pieces) == 1 else np.concatenate(pieces)


def _switch(store: Store, merged: list[int], change: _Change, *, sync: bool) -> None:
    """Begin a generation with the segments that were not merged and the new ones. We hold both locks."""
    generation = store.manifest.generation + 1
    kept = [at for at in range(len(store.shelf.segments)) if at not in merged]
    names = [store.shelf.segments[at].name for at in kept]
    fresh = []
    try:
        for number, path in enumerate(change.fresh):
            fresh.append(path.rename(store.folder / f"segment-{generation}-{number}"))
            names.append(fresh[-1].name)
        content = []
        for ordinal, at in enumerate(kept):
            content.append(_dead_group(ordinal, _gone(store.shelf.rows(at), change.gone_from_kept)))
        for ordinal, path in enumerate(fresh, start=len(kept)):
            segment = open_segment(store.folder, path.name, store.matcher, verify=False)
            content.append(_dead_group(ordinal, rows_of(segment.ids, change.gone_from_fresh)))
        ids, codes = change.rest
        content.append(group_bytes(ids, codes, NO_IDS, position=change.position))
        manifest = replace(store.manifest, generation=generation, position=change.position, segments=tuple(names))
        begin(store.folder, manifest, b"".join(content), sync=sync)
    except BaseException:
        _discard(change.fresh + fresh)
        raise
    store.catch_up(alone=True)


def _gone(rows: Rows, ids: Ids) -> RowNumbers:
    return np.union1d(died_since(None, rows.dead), rows_of(rows.ids, ids))


def _dead_group(ordinal: int, rows: RowNumbers) -> bytes:
    """A group that buries rows of the segment number `ordinal`; nothing if there are none."""
    if not len(rows):
        return b""
    return group_bytes(NO_IDS, NO_CODES, np.append(ordinal, rows).astype(np.uint64), position=0, kind=DEAD)


def _discard(paths: list[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)
