"""Making segments: which rows go into a new one, and their way there.

Building takes seconds for millions of rows and holds no lock. What changes meanwhile is carried over in the moment
when the new manifest is written: at no time does a search miss an entry or see one twice.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ._files import locked
from ._input import Codes, Ids
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
    """Rows of which those in `taken` go into a new segment."""

    rows: Rows
    taken: RowNumbers


@dataclass(frozen=True, slots=True, eq=False)
class _Change:
    """What a new generation brings: files of new segments, ids that are gone, and what stays in the log."""

    fresh: list[Path]
    gone_from_kept: Ids
    gone_from_fresh: Ids
    rest: tuple[Ids, Codes]
    position: int


def to_merge(alive: list[int], total: list[int], fresh: int, most: int) -> list[int]:
    """Which segments are to be merged with `fresh` new rows, by place.

    alive, total: rows of each segment. Merged are those that are small beside the new rows, and those of which a
    quarter is dead, but nothing that would make the result larger than `most` rows.
    """
    chosen = []
    for at in sorted(range(len(alive)), key=alive.__getitem__):
        wanted = alive[at] <= RATIO * fresh or (total[at] - alive[at]) * 4 > total[at]
        if wanted and fresh + alive[at] <= most:
            chosen.append(at)
            fresh += alive[at]
    return sorted(chosen)


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
            places = list(range(len(shelf.segments)))
            if not everything:
                totals = [len(segment.ids) for segment in shelf.segments]
                places = to_merge([shelf.alive(at) for at in places], totals, len(delta), store.sizes.most)
            before = [*(shelf.rows(at) for at in places), delta.view()]
        if not len(before[-1].ids) and len(places) < 2 and not everything:  # noqa: PLR2004 -- one alone is no merge
            return
        fresh = _write(store, [Source(rows, rows.alive()) for rows in before], sync=sync)
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
        places = list(range(len(shelf.segments)))
        totals = [len(segment.ids) for segment in shelf.segments]
        fresh_rows = len(ids) + len(store.delta)
        places = to_merge([shelf.alive(at) for at in places], totals, fresh_rows, store.sizes.most)
        sources = [_without(rows, gone) for rows in (*(shelf.rows(at) for at in places), delta)]
        sources.append(Source(Rows(ids, codes), np.arange(len(ids))))
        fresh = _write(store, sources, sync=sync)
        _switch(
            store, places, _Change(fresh, gone, NO_IDS, (NO_IDS, NO_CODES), max(state.position, position)), sync=sync
        )


def _without(rows: Rows, gone: Ids) -> Source:
    taken = rows.alive()
    return Source(rows, taken[~np.isin(rows.ids[taken], gone)])


def _write(store: Store, sources: list[Source], *, sync: bool) -> list[Path]:
    """Write the rows of all sources into as many new segments as they need; returns their files."""
    for left in store.folder.glob("segment-*.new"):
        left.unlink()  # of a merge that was killed: we hold its lock
    ids, places = _in_order(sources)
    fresh: list[Path] = []
    try:
        for start in range(0, len(ids), store.sizes.most):
            end = min(start + store.sizes.most, len(ids))
            path = store.folder / f"segment-{secrets.token_hex(4)}.new"
            fill = _filler(sources, places, ids[start:end], start)
            write_segment(path, end - start, fill, store.matcher, store.sizes, sync=sync)
            fresh.append(path)
    except BaseException:
        _discard(fresh)
        raise
    return fresh


def _in_order(sources: list[Source]) -> tuple[Ids, list[RowNumbers]]:
    """The ids of all sources, ascending, and for each source the places where its rows come to stand."""
    ids = np.concatenate([source.rows.ids[source.taken] for source in sources])
    places = np.arange(len(ids))
    if not np.all(ids[:-1] < ids[1:]):
        order = np.argsort(ids, kind="stable")
        ids, places[order] = ids[order], places.copy()
    return ids, np.split(places, np.cumsum([len(source.taken) for source in sources])[:-1])


def _filler(sources: list[Source], places: list[RowNumbers], in_order: Ids, start: int) -> Callable[[Ids, Codes], None]:
    """What puts the rows into two arrays whose places are from `start` on, as many as there is room for."""

    def fill(ids: Ids, codes: Codes) -> None:
        ids[:] = in_order
        for source, at in zip(sources, places, strict=True):
            for first in range(0, len(at), BLOCK_ROWS):
                block = slice(first, first + BLOCK_ROWS)
                there = at[block] - start
                inside = (there >= 0) & (there < len(ids))
                codes[there[inside]] = source.rows.codes[source.taken[block][inside]]

    return fill


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
