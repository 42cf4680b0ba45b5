"""Points of a picture that are found again when it is scaled, turned or cut: extrema of differences of Gaussians.

The detector is Lowe's (IJCV 2004, sections 3 to 5), written for whole arrays in numpy; its patent ended in 2020. It
needs no weights and no further package.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from amparo.core.fingerprint.strong._arrays import Float32, Float64, Int64
from amparo.core.fingerprint.strong._directions import Places, directions
from amparo.core.fingerprint.strong._engine import FASTEST, KERNEL, NUMPY

# Lowe's constants: three scales an octave, the blur of the first, and the blur a camera has given already.
STEPS = 3
FIRST_BLUR = 1.6
GIVEN_BLUR = 0.5
# Points with less contrast (of 255 levels, in a difference of Gaussians) are mostly noise of JPEG; Lowe has 7.65, which
# leaves soft pictures without points.
CONTRAST = 1.0
# Points on an edge slide along it: the larger curvature is at most so many times the smaller (Lowe: 10).
EDGE = 10.0
# An octave with a shorter side than this has no room for a patch.
MIN_OCTAVE = 20
# A pixel is tried that has this share of the contrast wanted, since the true extremum lies between pixels; one that
# turns out to lie farther off than a pixel belongs to a neighbour.
ROUGH = 0.6
MOST_SHIFT = 1.0
FLAT = 1e-9
# Columns of what `_extrema` gives.
CONTRAST_AT, OCTAVE_AT, STEP_AT = 3, 4, 5
# A Gaussian is cut at so many standard deviations.
REACH = 3.0


@dataclass(frozen=True, slots=True)
class Octave:
    """Blurred copies of the picture, reduced by `factor`: (STEPS + 3, height, width) float32."""

    blurred: Float32
    factor: int


@dataclass(frozen=True, slots=True)
class Points:
    """Row i: x and y in pixels of the picture given, scale in pixels, angle in radians, contrast; and where its patch
    is read: octave and step. A point with two directions stands here twice.
    """

    x: Float64
    y: Float64
    scale: Float64
    angle: Float64
    contrast: Float64
    octave: Int64
    step: Int64

    def __len__(self) -> int:
        return len(self.x)

    def take(self, rows: Int64) -> "Points":
        return Points(
            self.x[rows],
            self.y[rows],
            self.scale[rows],
            self.angle[rows],
            self.contrast[rows],
            self.octave[rows],
            self.step[rows],
        )


def octaves_of(levels: Float32) -> list[Octave]:
    """Scale space of grey levels 0..255, (height, width) float32."""
    base = blur(levels, float(np.sqrt(FIRST_BLUR**2 - GIVEN_BLUR**2)))
    found, factor = [], 1
    while min(base.shape) >= MIN_OCTAVE:
        steps = [base]
        for step in range(1, STEPS + 3):
            before = FIRST_BLUR * 2 ** ((step - 1) / STEPS)
            steps.append(blur(steps[-1], float(before * np.sqrt(2 ** (2 / STEPS) - 1))))
        found.append(Octave(np.stack(steps), factor))
        base = np.ascontiguousarray(steps[STEPS][::2, ::2])
        factor *= 2
    return found


def blur(levels: Float32, deviation: float, *, engine: str = FASTEST) -> Float32:
    """Gaussian blur; the outermost pixels repeated."""
    taps = _taps(deviation)
    if engine != NUMPY:
        out = KERNEL.blur(np.ascontiguousarray(levels), len(levels), taps)
        return np.frombuffer(out, np.float32).reshape(levels.shape)
    reach = len(taps) - 1
    for _ in range(2):
        wide = np.pad(levels, ((reach, reach), (0, 0)), mode="edge")
        height = levels.shape[0]
        out = wide[reach : reach + height] * taps[0]
        pair = np.empty_like(out)
        for place in range(1, reach + 1):
            np.add(wide[reach - place : reach - place + height], wide[reach + place : reach + place + height], out=pair)
            pair *= taps[place]
            out += pair
        levels = np.ascontiguousarray(out.T)
    return levels


@lru_cache(maxsize=32)
def _taps(deviation: float) -> Float32:
    """The middle of a Gaussian and its right half."""
    place = np.arange(int(np.ceil(REACH * deviation)) + 1)
    half = np.exp(-(place**2) / (2 * deviation**2))
    return np.asarray(half / (2 * half.sum() - half[0]), dtype=np.float32)


def points_of(octaves: list[Octave], *, most: int, two_directions: bool) -> Points:
    """The `most` points with the largest contrast; where asked, those with two directions twice."""
    parts = [_extrema(octave, number) for number, octave in enumerate(octaves)]
    if not parts:
        return _no_points()
    rows = np.concatenate(parts)
    rows = rows[np.argsort(-rows[:, CONTRAST_AT], kind="stable")[:most]]
    return _directed(rows, octaves, two_directions=two_directions)


def _directed(rows: Float64, octaves: list[Octave], *, two_directions: bool) -> Points:
    """Points with the direction in which the picture around them rises most."""
    made = []
    for number, octave in enumerate(octaves):
        mine = rows[rows[:, OCTAVE_AT] == number]
        at = Places(mine[:, 0], mine[:, 1], mine[:, 2], mine[:, STEP_AT].astype(np.int64))
        angles, which = directions(octave.blurred, at, two=two_directions)
        kept = mine[which]
        made.append(np.column_stack([kept[:, :3] * octave.factor, angles, kept[:, 3:]]))
    x, y, scale, angle, contrast, octave_number, step = np.concatenate(made).T
    return Points(x, y, scale, angle, contrast, octave_number.astype(np.int64), step.astype(np.int64))


def _no_points() -> Points:
    none, whole = np.zeros(0), np.zeros(0, dtype=np.int64)
    return Points(none, none, none, none, none, whole, whole)


def _extrema(octave: Octave, number: int) -> Float64:
    """(n, 6): x, y, scale in the octave's pixels, contrast, number of the octave, step."""
    apart = np.diff(octave.blurred, axis=0)
    found = []
    for step in range(1, STEPS + 1):
        rows, columns = peaks(apart[step - 1 : step + 2])
        around = _around(apart, step, rows, columns)
        found.append(_refined(around.astype(np.float64), rows, columns, step))
    rows = np.concatenate(found)
    return np.column_stack([rows[:, :4], np.full(len(rows), number), rows[:, 4]])


def peaks(planes: Float32, *, engine: str = FASTEST) -> tuple[Int64, Int64]:
    """Rows and columns of the middle plane's pixels that no neighbour exceeds. planes: (3, height, width)."""
    _, height, width = planes.shape
    if engine != NUMPY:
        places = np.frombuffer(KERNEL.peaks(np.ascontiguousarray(planes), height, ROUGH * CONTRAST), np.int64)
        return places // width, places % width
    middle = planes[1, 1:-1, 1:-1]
    rows, columns = np.nonzero(np.abs(middle) > ROUGH * CONTRAST)
    for dy, dx in ((0, 1), (0, -1), (1, 0), (-1, 0)):
        here, there = middle[rows, columns], planes[1, rows + 1 + dy, columns + 1 + dx]
        keep = np.where(here > 0, here >= there, here <= there)
        rows, columns = rows[keep], columns[keep]
    around = _around(planes, 1, rows + 1, columns + 1)
    here, flat = around[:, 1, 1, 1], around.reshape(-1, 27)
    keep = np.where(here > 0, here >= flat.max(axis=1), here <= flat.min(axis=1))
    return rows[keep] + 1, columns[keep] + 1


def _around(apart: Float32, step: int, rows: Int64, columns: Int64) -> Float32:
    """(n, 3, 3, 3): each point with its neighbours in scale, y and x."""
    near = np.arange(-1, 2)
    found: Float32 = apart[
        step + near[None, :, None, None],
        rows[:, None, None, None] + near[None, None, :, None],
        columns[:, None, None, None] + near[None, None, None, :],
    ]
    return found


def _refined(around: Float64, rows: Int64, columns: Int64, step: int) -> Float64:
    """(n, 5): x, y, scale, contrast, step of those that are no noise and on no edge; places between the pixels."""
    c = around[:, 1, 1, 1]
    slope = 0.5 * np.stack(
        [
            around[:, 1, 1, 2] - around[:, 1, 1, 0],
            around[:, 1, 2, 1] - around[:, 1, 0, 1],
            around[:, 2, 1, 1] - around[:, 0, 1, 1],
        ],
        axis=1,
    )
    xx = around[:, 1, 1, 2] + around[:, 1, 1, 0] - 2 * c
    yy = around[:, 1, 2, 1] + around[:, 1, 0, 1] - 2 * c
    ss = around[:, 2, 1, 1] + around[:, 0, 1, 1] - 2 * c
    xy = 0.25 * (around[:, 1, 2, 2] - around[:, 1, 2, 0] - around[:, 1, 0, 2] + around[:, 1, 0, 0])
    xs = 0.25 * (around[:, 2, 1, 2] - around[:, 2, 1, 0] - around[:, 0, 1, 2] + around[:, 0, 1, 0])
    ys = 0.25 * (around[:, 2, 2, 1] - around[:, 2, 0, 1] - around[:, 0, 2, 1] + around[:, 0, 0, 1])
    curve = np.stack([np.stack([xx, xy, xs], 1), np.stack([xy, yy, ys], 1), np.stack([xs, ys, ss], 1)], axis=1)
    both = xx * yy - xy**2
    sound = (both > 0) & ((xx + yy) ** 2 * EDGE < (EDGE + 1) ** 2 * both) & (np.abs(np.linalg.det(curve)) > FLAT)
    c, slope, curve, rows, columns = c[sound], slope[sound], curve[sound], rows[sound], columns[sound]
    shift = -np.linalg.solve(curve, slope[:, :, None])[:, :, 0]
    contrast = np.abs(c + 0.5 * (slope * shift).sum(axis=1))
    keep = (np.abs(shift).max(axis=1, initial=0) < MOST_SHIFT) & (contrast > CONTRAST)
    shift, contrast = shift[keep], contrast[keep]
    scale = FIRST_BLUR * 2 ** ((step + shift[:, 2]) / STEPS)
    return np.column_stack(
        [columns[keep] + shift[:, 0], rows[keep] + shift[:, 1], scale, contrast, np.full(len(scale), step)]
    )
