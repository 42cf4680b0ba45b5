"""The direction of a point: where the picture around it rises most (Lowe, IJCV 2004, section 5)."""

from typing import NamedTuple

import numpy as np

from amparo.core.fingerprint.strong._arrays import Float32, Float64, Int64

# The gradients asked lie within so many of the point's scales, under a Gaussian of a third of that; so many
# samples across.
REACH = 4.5
SAMPLES = 15
# Lowe's: bins of 10 degrees, and a second direction where a second peak has this share of the first.
BINS = 36
SECOND_PEAK = 0.8
FLAT = 1e-12


class Places(NamedTuple):
    """Row i: x, y and scale in pixels of an octave, and in which of its blurred copies the point was found."""

    x: Float64
    y: Float64
    scale: Float64
    step: Int64


def directions(blurred: Float32, at: Places, *, two: bool) -> tuple[Float64, Int64]:
    """Angles in radians, -pi..2 pi, and the row of `at` that each belongs to; where asked, up to two or three a row.

    blurred: (steps, height, width) float32.
    """
    if not len(at.x):
        return np.zeros(0), np.zeros(0, dtype=np.int64)
    counts = _histograms(blurred, at)
    before, after = np.roll(counts, 1, 1), np.roll(counts, -1, 1)
    chosen = np.zeros(counts.shape, dtype=np.bool_)
    chosen[np.arange(len(counts)), counts.argmax(axis=1)] = True
    if two:
        chosen |= (counts > before) & (counts >= after) & (counts >= SECOND_PEAK * counts.max(axis=1, keepdims=True))
    which, place = np.nonzero(chosen)
    low, high = before[which, place], after[which, place]
    bend = low + high - 2 * counts[which, place]
    bend[np.abs(bend) < FLAT] = -1
    return (place + 0.5 * (low - high) / bend) * (2 * np.pi / BINS), which


def _histograms(blurred: Float32, at: Places) -> Float64:
    """(n, BINS): how much the picture around each point rises in each direction."""
    line = np.linspace(-1, 1, SAMPLES)
    dy, dx = (grid.ravel() for grid in np.meshgrid(line, line, indexing="ij"))
    inside = np.hypot(dx, dy) <= 1
    dx, dy = dx[inside], dy[inside]
    reach = REACH * at.scale[:, None]
    x, y = np.rint(at.x[:, None] + reach * dx).astype(np.int64), np.rint(at.y[:, None] + reach * dy).astype(np.int64)
    _, height, width = blurred.shape
    within = (x >= 1) & (x < width - 1) & (y >= 1) & (y < height - 1)
    x, y = np.clip(x, 1, width - 2), np.clip(y, 1, height - 2)
    flat = blurred.reshape(-1)
    pixel = (at.step[:, None] * height + y) * width + x
    gx, gy = flat[pixel + 1] - flat[pixel - 1], flat[pixel + width] - flat[pixel - width]
    weight = np.hypot(gx, gy) * np.exp(-4.5 * (dx**2 + dy**2)) * within
    turn = np.rint(np.arctan2(gy, gx) * (BINS / (2 * np.pi))).astype(np.int64) % BINS
    row = np.arange(len(at.x))[:, None] * BINS
    counts = np.bincount((row + turn).ravel(), weights=weight.ravel(), minlength=len(at.x) * BINS)
    smooth: Float64 = counts.reshape(len(at.x), BINS).astype(np.float64)
    for _ in range(2):
        smooth = (np.roll(smooth, 1, 1) + smooth + np.roll(smooth, -1, 1)) / 3
    return smooth
