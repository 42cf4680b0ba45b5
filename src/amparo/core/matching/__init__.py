"""Exact search for all 256-bit codes within a Hamming radius: live, durable, shared by processes.

    with Index.open(folder) as index:
        index.add(codes, ids, position=change.seq)
        for hit in index.search(code, within=31): ...

docs/matching.md tells how it works, what it promises and what it was measured at.
"""

from ._files import NoSpace
from ._index import WITHIN_BITS, Hit, Index
from ._input import BadCodes, BadIds, BadPosition, BadWithin
from ._log import IndexCorrupt, IndexVersion
from ._manifest import NotAnIndex
from ._matcher import matcher_named as _matcher_named, matchers as _matchers
from ._segment import Sizes
from ._store import IndexClosed, IndexExists


def engine() -> str:
    """Which matcher serves this process, in words for a status page."""
    return _matcher_named(None).name


def matchers() -> list[str]:
    """The names of all matchers that work here, the fastest first. They give the same answers."""
    return [one.name for one in _matchers()]


__all__ = [
    "WITHIN_BITS",
    "BadCodes",
    "BadIds",
    "BadPosition",
    "BadWithin",
    "Hit",
    "Index",
    "IndexClosed",
    "IndexCorrupt",
    "IndexExists",
    "IndexVersion",
    "NoSpace",
    "NotAnIndex",
    "Sizes",
    "engine",
    "matchers",
]
