"""The stronger tier: finds copies that are cropped, turned, skewed or covered, and gives more of the picture away.

A record holds up to 32 points of a picture: where they lie, coarsely, and 32 bits of what each looks like. An upload
holds the picture where enough of them lie in it as they do in the record. No weights, nothing to install. Made only by
her choice; sealed, never exported (docs/strong.md: what it finds, what it costs, what it gives away).
"""

from amparo.core.fingerprint.strong._engine import engine
from amparo.core.fingerprint.strong._find import ENOUGH_INLIERS, StrongBank, StrongMatch, find, gather
from amparo.core.fingerprint.strong._index import PointIndex
from amparo.core.fingerprint.strong._record import (
    FEWEST_POINTS,
    STRONG_ALGORITHM,
    BadStrongRecord,
    StrongRecord,
    record,
)

__all__ = [
    "ENOUGH_INLIERS",
    "FEWEST_POINTS",
    "STRONG_ALGORITHM",
    "BadStrongRecord",
    "PointIndex",
    "StrongBank",
    "StrongMatch",
    "StrongRecord",
    "engine",
    "find",
    "gather",
    "record",
]
