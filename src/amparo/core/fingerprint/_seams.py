"""Rectangles between long straight seams: where one picture lies beside, on or inside another.

A seam is a line, upright or level, along which neighbouring pixels jump. Texture jumps too, but not along one
line: a seam counts by how much more often it jumps than the lines next to it. Candidate lines are those with the
best stretch; of all rectangles that candidate lines and the picture's own borders make, the best framed are kept.
"""

import numpy as np
import numpy.typing as npt

from amparo.core.fingerprint._boxes import Box
from amparo.core.fingerprint._engine import FORMS_KERNEL

Float32 = npt.NDArray[np.float32]

# Grey levels across a seam above which more says no more: an edge of a thing is as strong as a seam.
CAP = 30.0
# A stretch gains where the jump beats LOCAL times the usual jump around it, and so many grey levels.
LOCAL = 1.3
LEAST = 3.0
# Upright and level candidate lines, without the picture's borders.
LINES = 14
RECTANGLES = 6
# No candidate lies so near the picture's border, or another candidate, that both are one seam.
APART = 2
# Best framed rectangles that are compared with each other; most are shifts of a few.
KEPT = 100
# Rectangles that share this much of their joint area are one.
SAME_AREA = 0.93
# A rectangle has sides of at least this share of the picture.
MIN_SHARE = 0.12
# What each side that is no border of the picture must gain a pixel, as a share of CAP.
MIN_GAIN = 0.04


def rectangles(levels: Float32, *, count: int = RECTANGLES) -> list[Box]:
    """The `count` best framed rectangles, best first.

    levels: (height, width) float32 grey levels, best reduced to about 900 pixels on the long side.
    """
    turned = np.ascontiguousarray(levels.T)
    xs, gain_x = _lines(levels)
    ys, gain_y = _lines(turned)
    return _best(xs, ys, _sides(gain_x, ys), _sides(gain_y, xs), count=count)


def _jumps(levels: Float32) -> Float32:
    """(height, width) float32: what a seam at either border of pixel x gains there, in -LOCAL..1.

    A seam that was resized lies across two borders of pixels, so the jump is taken over both.
    """
    jump = np.zeros_like(levels)
    np.abs(levels[:, 2:] - levels[:, :-2], out=jump[:, 1:-1])
    np.minimum(jump, CAP, out=jump)
    gain = _around(jump)
    gain *= -LOCAL
    gain += jump
    gain -= LEAST
    gain /= CAP
    return gain


def _around(jump: Float32) -> Float32:
    """The mean jump 4 to 9 columns to either side."""
    height, width = jump.shape
    sums = np.zeros((height, width + 19), dtype=np.float32)
    np.cumsum(jump, axis=1, out=sums[:, 10 : 10 + width])
    sums[:, 10 + width :] = sums[:, 9 + width : 10 + width]
    # sums[:, 9 + k] is what columns below k jump; beyond the borders nothing does.
    beside = sums[:, 6 : 6 + width] - sums[:, :width]
    beside += sums[:, 19:]
    beside -= sums[:, 13 : 13 + width]
    at = np.arange(width)
    counts = np.minimum(at - 3, 6).clip(0) + np.minimum(width - 4 - at, 6).clip(0)
    beside /= np.maximum(counts, 1).astype(np.float32)
    return beside


def _running(levels: Float32) -> tuple[Float32, Float32]:
    """(height + 1, width): what a seam gains down to each pixel. (width,): the best stretch of each column, which is
    the largest rise of that sum.
    """
    if FORMS_KERNEL is None:
        return _running_in_numpy(levels)
    running, rise = (np.frombuffer(each, np.float32) for each in FORMS_KERNEL.seams(levels, CAP, LOCAL, LEAST))
    return running.reshape(-1, levels.shape[1]), rise.copy()


def _running_in_numpy(levels: Float32) -> tuple[Float32, Float32]:
    jumps = _jumps(levels)
    running = np.zeros((len(jumps) + 1, jumps.shape[1]), dtype=np.float32)
    np.cumsum(jumps, axis=0, out=running[1:])
    return running, (running - np.minimum.accumulate(running, axis=0)).max(axis=0)


def _lines(levels: Float32) -> tuple[list[int], Float32]:
    """Candidate seams, the picture's two borders among them, in order; and the running gain along each."""
    height, width = levels.shape
    running, rise = _running(levels)
    chosen: list[int] = []
    while len(chosen) < LINES and rise.max(initial=0) > 0:
        best = int(np.argmax(rise))
        chosen.append(best)
        rise[max(0, best - APART) : best + APART + 1] = 0
    columns = sorted(x for x in chosen if APART < x < width - 1 - APART)
    along = np.zeros((height + 1, len(columns) + 2), dtype=np.float32)
    along[:, 1:-1] = running[:, columns]
    # The seam is at the border of pixel x that jumps more.
    return [0, *(x + _after(levels, x) for x in columns), width], along


def _after(levels: Float32, x: int) -> int:
    before, after = (np.minimum(np.abs(levels[:, k] - levels[:, k - 1]), CAP).sum() for k in (x, x + 1))
    return int(after > before)


def _sides(along: Float32, ends: list[int]) -> tuple[Float32, Float32]:
    """Two of (lines, ends, ends): the gain of each line between each two ends, and that a pixel.

    The picture's borders gain nothing, and are good enough.
    """
    at = along[ends]
    gain = (at[np.newaxis] - at[:, np.newaxis]).transpose(2, 0, 1)
    length = np.subtract.outer(ends, ends).T
    share = gain / np.where(length > 0, length, 1)
    share[[0, -1]] = 1
    return gain, np.asarray(share, dtype=np.float32)


def _best(
    xs: list[int], ys: list[int], upright: tuple[Float32, Float32], level: tuple[Float32, Float32], *, count: int
) -> list[Box]:
    """All rectangles of the candidate lines at once: axes are left, right, top, bottom, 16 ** 4 at most."""
    (along_x, share_x), (along_y, share_y) = upright, level
    gain = along_x[:, np.newaxis] + along_x[np.newaxis]
    gain += along_y.transpose(1, 2, 0)[..., np.newaxis] + along_y.transpose(1, 2, 0)[..., np.newaxis, :]
    fits = (share_x > MIN_GAIN)[:, np.newaxis] & (share_x > MIN_GAIN)[np.newaxis]
    steady = (share_y > MIN_GAIN).transpose(1, 2, 0)
    fits &= steady[..., np.newaxis] & steady[..., np.newaxis, :]
    fits &= _long_enough(xs)[..., np.newaxis, np.newaxis] & _long_enough(ys)
    fits[0, -1, 0, -1] = False  # the picture itself
    places = np.argwhere(fits)
    order = np.argsort(-gain[fits], kind="stable")
    return _distinct(
        [Box(xs[left], ys[top], xs[right], ys[bottom]) for left, right, top, bottom in places[order[:KEPT]]], count
    )


def _long_enough(ends: list[int]) -> npt.NDArray[np.bool_]:
    length = np.subtract.outer(ends, ends).T
    return np.asarray(length >= MIN_SHARE * ends[-1])


def _distinct(boxes: list[Box], count: int) -> list[Box]:
    """The first `count` that do not nearly cover one before them."""
    kept: list[Box] = []
    for box in boxes:
        if len(kept) == count:
            break
        if all(_overlap(box, other) < SAME_AREA for other in kept):
            kept.append(box)
    return kept


def _overlap(one: Box, other: Box) -> float:
    """Shared area over joint area."""
    width = min(one.x1, other.x1) - max(one.x0, other.x0)
    height = min(one.y1, other.y1) - max(one.y0, other.y0)
    if width <= 0 or height <= 0:
        return 0.0
    shared = width * height
    return shared / (one.width * one.height + other.width * other.height - shared)
