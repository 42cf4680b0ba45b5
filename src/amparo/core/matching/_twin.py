"""The slow matcher: count the bits of every code with numpy. Oracle of the fast one, and its stand-in."""

import numpy as np
import numpy.typing as npt

from ._input import Codes

# Rows compared at a time: 8,192 rows are 256 KB, so that the differences stay in a core's own cache.
BLOCK_ROWS = 8192
# As in _ring_build.c. Any odd factor would do: lanes must not be exchangeable.
LANES, LANE_FACTOR = 8, 0x9E3779B97F4A7C15


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


def checksum(content: npt.NDArray[np.uint8]) -> tuple[int, int]:
    """Fletcher's checksum as the kernel's ring_checksum computes it. content: a multiple of 64 bytes."""
    words = content.view("<u8").reshape(-1, LANES)
    lane_sum, lane_sums = np.zeros(LANES, dtype=np.uint64), np.zeros(LANES, dtype=np.uint64)
    for start in range(0, len(words), BLOCK_ROWS):
        block = words[start : start + BLOCK_ROWS]
        left = np.arange(len(block), 0, -1, dtype=np.uint64)[:, None]
        lane_sums += np.uint64(len(block)) * lane_sum + (block * left).sum(axis=0, dtype=np.uint64)
        lane_sum += block.sum(axis=0, dtype=np.uint64)
    one = two = 0
    for lane in range(LANES):
        one = (one * LANE_FACTOR + int(lane_sum[lane])) % 2**64
        two = (two * LANE_FACTOR + int(lane_sums[lane])) % 2**64
    return one, two
