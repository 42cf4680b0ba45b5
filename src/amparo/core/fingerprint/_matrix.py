"""PDQ as matrices: the eight orientations of any rectangle of grey levels from two banded products.

Area-resizing to 512, both rounds of PDQ's box filter and the choice of 64 points are linear, so along one axis
they are one matrix of 64 rows. PDQ's filter is not symmetric, so a mirrored picture needs its own 64 rows. With
both sets down and across, one product gives the four mirrored 64 x 64 grids; the other four orientations are
their transposes. What this leaves out is the rounding to whole grey levels at 512 x 512 and the order of
float32 sums: the codes differ from the canonical ones by some bits of 256 (docs/robustness.md has the table).
"""

from functools import lru_cache
from typing import Literal

import numpy as np
import numpy.typing as npt

from amparo.core.fingerprint._engine import FORMS_KERNEL
from amparo.core.fingerprint._pdq import DCT, GRID, QUALITY_DIVISOR
from amparo.core.fingerprint._resize import SIDE

Float32 = npt.NDArray[np.float32]

# Of eight orientations so many are mirrored ones, and the others transposes of these.
MIRRORED_WAYS = 4
# PDQ at 512: windows of 4, entered 2 ahead, run twice; points at 4, 12, ..., 508 (hashing.pdf, _pdq.py).
WINDOW = 4
AHEAD = 2
# Points worked on at once. Those of a block look at 8 * 8 + 7 of 512 lines, or 14 % of the picture.
BLOCK = 8
BLOCKS = GRID // BLOCK
# Half the lines kept at a block's edges beyond its own eighth, in 512ths: the filter reaches 3, rounding 1 more.
REACH = 5


def _filter_rows() -> npt.NDArray[np.float64]:
    """(64, 512): what each of the 64 points sees of 512 lines."""
    once = np.zeros((SIDE, SIDE))
    for here in range(SIDE):
        first, last = max(0, here + AHEAD - WINDOW + 1), min(SIDE, here + AHEAD + 1)
        once[here, first:last] = 1 / (last - first)
    points = (2 * np.arange(GRID) + 1) * SIDE // (2 * GRID)
    return (once @ once)[points]


def _running() -> Float32:
    """(514, 128): for each point and each mirrored point, the weight that lies before line 0, 1, ..., 512.

    Columns are in blocks: 8 points, then the 8 mirrored points that look at the same part of the picture.
    """
    rows = _filter_rows()
    mirrored = rows[::-1, ::-1]
    both = np.concatenate([rows.reshape(BLOCKS, BLOCK, SIDE), mirrored.reshape(BLOCKS, BLOCK, SIDE)], axis=1)
    sums = np.cumsum(both.reshape(2 * GRID, SIDE), axis=1)
    # One column of zeros before, and the last one twice, so that position 512 has a right neighbour.
    return np.pad(np.pad(sums, ((0, 0), (1, 0))), ((0, 0), (0, 1)), mode="edge").T.astype(np.float32)


RUNNING = np.ascontiguousarray(_running())
# Between which two rows each column rises from 0 to its last value: a point sees the lines between them.
REACHED = np.stack([(RUNNING == 0).sum(axis=0) - 1, np.not_equal(RUNNING, RUNNING[-1]).sum(axis=0)], axis=1).astype(
    np.int32
)


# Weights for 1,000 lines take 74 kB.
@lru_cache(maxsize=128)
def _weights(length: int, before: int, after: int) -> tuple[tuple[int, int, Float32], ...]:
    """For each block its lines first..last-1 of `length`, and (last - first, 16) weights that sum to 1 a column.

    before, after: so many times the first and the last line are repeated.
    """
    total = before + length + after
    blocks = []
    for block in range(BLOCKS):
        first = (block * SIDE // BLOCKS - REACH) * total // SIDE - before
        last = -(-((block + 1) * SIDE // BLOCKS + REACH) * total // SIDE) - before
        first, last = min(max(0, first), length - 1), max(min(length, last), 1)
        at = (np.arange(first, last + 1) + before) * (SIDE / total)
        # The outermost lines are as thick as their repetitions make them.
        at[0] = 0 if first == 0 else at[0]
        at[-1] = SIDE if last == length else at[-1]
        whole = np.minimum(at.astype(np.intp), SIDE)
        part = (at - whole).astype(np.float32)[:, np.newaxis]
        running = RUNNING[:, block * 2 * BLOCK : (block + 1) * 2 * BLOCK]
        reached = running[whole]
        reached += (running[whole + 1] - reached) * part
        blocks.append((first, last, np.diff(reached, axis=0)))
    return tuple(blocks)


def grids(patch: Float32, *, rim: tuple[int, int, int, int] = (0, 0, 0, 0), ways: Literal[2, 4] = 4) -> Float32:
    """The mirrored 64 x 64 grids that PDQ transforms: as is, mirrored, turned by 180 degrees, flipped.

    patch: (height, width) float32, grey levels 0..255, sides at least 1. rim: how often the outermost line is
    repeated at the left, top, right and bottom first. Returns (ways, 64, 64) float32, the first of the four.
    """
    if FORMS_KERNEL is None:
        return _grids_in_numpy(patch, rim)[:ways]
    found = FORMS_KERNEL.grids(patch, rim, ways, RUNNING, REACHED)
    return np.frombuffer(found, np.float32).reshape(ways, GRID, GRID)


def _grids_in_numpy(patch: Float32, rim: tuple[int, int, int, int]) -> Float32:
    height, width = patch.shape
    left, top, right, bottom = rim
    lines = np.empty((2 * GRID, width), dtype=np.float32)
    for block, (first, last, weights) in enumerate(_weights(height, top, bottom)):
        np.matmul(weights.T, patch[first:last], out=lines[block * 2 * BLOCK : (block + 1) * 2 * BLOCK])
    both = np.empty((2 * GRID, 2 * GRID), dtype=np.float32)
    for block, (first, last, weights) in enumerate(_weights(width, left, right)):
        both[:, block * 2 * BLOCK : (block + 1) * 2 * BLOCK] = lines[:, first:last] @ weights
    # Axes: block, as is or mirrored, point; first down, then across. Mirrored points come last to first.
    parts = both.reshape(BLOCKS, 2, BLOCK, BLOCKS, 2, BLOCK)
    four = np.empty((4, GRID, GRID), dtype=np.float32)
    for way, (down, across) in enumerate(((0, 0), (0, 1), (1, 1), (1, 0))):
        grid = parts[:, down, :, :, across].reshape(GRID, GRID)
        four[way] = grid[:: -1 if down else 1, :: -1 if across else 1]
    return four


def codes_of_grids(four: Float32) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    """PDQ of n pictures in eight orientations each, or in the first two.

    four: (n, 4, 64, 64), as `grids` gives them, n at least 1. Returns codes (n, 8, 32) uint8 in the order of
    ORIENTATIONS, and qualities (n, 8) int64, 0..100: all eight as of the first, from which they differ by one or two.
    Of (n, 2, 64, 64) two orientations each.
    """
    count, ways = four.shape[:2]
    half = four.reshape(-1, GRID) @ DCT.T
    turned = half.reshape(count, ways, GRID, -1).transpose(0, 1, 3, 2)
    coefficients = (np.ascontiguousarray(turned).reshape(-1, GRID) @ DCT.T).reshape(count, ways, len(DCT), len(DCT))
    # (across, down) so far. Turned by 90, by 270, transposed and transversed are transposes of these four.
    found = coefficients.transpose(0, 1, 3, 2)
    if ways == MIRRORED_WAYS:
        found = np.concatenate([found, coefficients[:, [3, 1, 0, 2]]], axis=1)
    flat = found.reshape(count, found.shape[1], -1)
    # The median as PDQ takes it: the 128th smallest of 256.
    median = np.partition(flat, 127, axis=2)[..., 127:128]
    codes = np.packbits((flat > median)[..., ::-1], axis=2)
    return codes, np.repeat(_qualities(four[:, 0])[:, np.newaxis], flat.shape[1], axis=1)


def _qualities(grid: Float32) -> npt.NDArray[np.int64]:
    """PDQ's measure of how much there is to see, (n, 64, 64) to (n,)."""
    total = np.zeros(len(grid), dtype=np.int64)
    for axis in (1, 2):
        steps = np.abs(np.diff(grid, axis=axis))
        steps *= np.float32(100 / 255)
        total += steps.astype(np.int32).sum(axis=(1, 2), dtype=np.int64)
    return np.minimum(total // QUALITY_DIVISOR, 100)
