"""The slow matcher: count the bits of every code with numpy. Oracle of the fast one, and its stand-in."""

import numpy as np
import numpy.typing as npt

from ._input import Codes

# Rows compared at a time: 8,192 rows are 256 KB, so that the differences stay in a core's own cache.
BLOCK_ROWS = 8192


def distances(codes: Codes, query: Codes) -> npt.NDArray[np.uint16]:
    """Hamming distance of `query` to each row of `codes`.

    codes: (n, 32) uint8, C order; query: (32,) uint8.
    Returns (n,) uint16, in bits, 0..256; n = 0 gives an empty array.
    """
    words = codes.view(np.uint64)
    wanted = query.view(np.uint64)
    out = np.empty(len(codes), dtype=np.uint16)
    for start in range(0, len(codes), BLOCK_ROWS):
        different = np.bitwise_count(words[start : start + BLOCK_ROWS] ^ wanted)
        out[start : start + BLOCK_ROWS] = different.sum(axis=1, dtype=np.uint16)
    return out


def scan(codes: Codes, query: Codes, within: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.uint16]]:
    """Rows of `codes` within `within` bits of `query`, in the order of rows, and their distances in bits."""
    counted = distances(codes, query)
    rows = np.flatnonzero(counted <= within)
    return rows, counted[rows]
