"""Where in an upload a registered picture may lie: without its border, inside a screenshot, in a cell of a collage.

Every function takes grey levels as (height, width) float32 and gives boxes in its pixels. All of them guess: a
wrong box costs one lookup that finds nothing, a missed one costs a copy that is not found.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from amparo.core.fingerprint._engine import FORMS_KERNEL

Float32 = npt.NDArray[np.float32]

# A line is one colour when this share of it lies within so many grey levels of the line's own median: JPEG rings
# by about ten levels beside an edge, and a clock or a name in the margin takes some pixels of a line.
SAME_LEVELS = 14
SAME_SHARE = 0.97
# The same in a band with words: letters fill less than half of a line.
CAPTION_SHARE = 0.55
# So many outermost lines may be a blend of two colours, where a picture was scaled.
BLEND = 2
# Trimming leaves at least so many pixels of each side.
MIN_LEFT = 8
# Lines looked at together when a side is trimmed: borders are short, most pictures have none.
STRIDE = 16

# A line of a screenshot shows content where less than this share is background; text fills less than half a line.
BACKGROUND_SHARE = 0.55

# Two boxes whose sides all agree to this share of the box are one: PDQ stands 2 to 3 per cent of misalignment.
NEAR = 0.006


class Box(NamedTuple):
    """Left, top, right, bottom in pixels, right and bottom exclusive."""

    x0: int
    y0: int
    x1: int
    y1: int

    @property
    def width(self) -> int:
        return self.x1 - self.x0

    @property
    def height(self) -> int:
        return self.y1 - self.y0

    def within(self, levels: Float32) -> Float32:
        """That part of a (height, width) array. A view."""
        return levels[self.y0 : self.y1, self.x0 : self.x1]

    def moved(self, x: int, y: int) -> "Box":
        return Box(self.x0 + x, self.y0 + y, self.x1 + x, self.y1 + y)


def is_near(one: Box, other: Box) -> bool:
    """Whether both would give nearly the same fingerprint: each side agrees to 0.6 per cent of the box."""
    across, down = NEAR * one.width, NEAR * one.height
    return (
        abs(one.x0 - other.x0) <= across
        and abs(one.x1 - other.x1) <= across
        and abs(one.y0 - other.y0) <= down
        and abs(one.y1 - other.y1) <= down
    )


def trimmed(levels: Float32, box: Box) -> Box:
    """`box` less the lines of one colour at each of its sides; each side has its own colour.

    Only what has the colour of the outermost line goes: a grey sky under a white border stays. Never smaller than
    8 pixels: a picture that is one colour all over stays as it is.
    """
    return _without_columns(levels, _without_rows(levels, box))


def layers(levels: Float32, box: Box) -> list[Box]:
    """What may be left when borders go: both, rows alone, columns alone, bands with words, and on until nothing is
    one colour.

    A picture with a plain sky or a rim of its own is right at one of the first, a frame in a frame at the last.
    """
    once = trimmed(levels, box)
    found = [once, _without_rows(levels, box), _without_columns(levels, box)]
    found += _without_captions(levels, box)
    while (smaller := trimmed(levels, once)) != once:
        once = smaller
    return [*found, once]


def _without_captions(levels: Float32, box: Box) -> list[Box]:
    """Without a band above that may hold words, and without one below."""
    part = box.within(levels)
    first, last = _uniform_lines(part, CAPTION_SHARE), _uniform_lines(part[::-1], CAPTION_SHARE)
    found = [Box(box.x0, box.y0 + first, box.x1, box.y1), Box(box.x0, box.y0, box.x1, box.y1 - last)]
    return [_without_columns(levels, smaller) for smaller in found if smaller.height >= MIN_LEFT]


def _without_rows(levels: Float32, box: Box) -> Box:
    part = box.within(levels)
    first, last = _uniform_lines(part, SAME_SHARE), _uniform_lines(part[::-1], SAME_SHARE)
    return box if first + last > box.height - MIN_LEFT else Box(box.x0, box.y0 + first, box.x1, box.y1 - last)


def _without_columns(levels: Float32, box: Box) -> Box:
    part = box.within(levels).T
    first, last = _uniform_lines(part, SAME_SHARE), _uniform_lines(part[::-1], SAME_SHARE)
    return box if first + last > box.width - MIN_LEFT else Box(box.x0 + first, box.y0, box.x1 - last, box.y1)


def _uniform_lines(lines: Float32, share: float) -> int:
    """How many of the first lines go: those that show the colour of line 0 along `share` of their length. Where that
    is hardly any, line 0 may be a blend of the border with what lies outside it, and line BLEND is asked instead.
    """
    found = _uniform_from(lines, 0, share)
    return found if found > BLEND else max(found, _uniform_from(lines, BLEND, share))


def _uniform_from(lines: Float32, start: int, share: float) -> int:
    """The lines before `start` and those after it that are like it, or 0 where line `start` is not plain."""
    if len(lines) <= start:
        return 0
    if FORMS_KERNEL is None:
        return _uniform_in_numpy(lines, start, share)
    return int(FORMS_KERNEL.uniform(lines, start, SAME_SHARE, share, SAME_LEVELS))


def _uniform_in_numpy(lines: Float32, start: int, share: float) -> int:
    middle = lines.shape[1] // 2
    colour = np.partition(lines[start], middle)[middle]
    if np.count_nonzero(np.abs(lines[start] - colour) <= SAME_LEVELS) < SAME_SHARE * lines.shape[1]:
        return 0
    for first in range(start, len(lines), STRIDE):
        some = lines[first : first + STRIDE]
        near = np.count_nonzero(np.abs(some - colour) <= SAME_LEVELS, axis=1)
        other = np.flatnonzero(near < share * lines.shape[1])
        if len(other):
            return first + int(other[0])
    return len(lines)


def content(levels: Float32) -> Box | None:
    """The picture in a screenshot: the longest run of lines that are mostly not background, then of columns.

    The background is the commonest grey level. None where nothing stands out.
    """
    counts = np.bincount(levels.astype(np.uint8).ravel(), minlength=256)
    background = int(np.argmax(np.convolve(counts, np.ones(5), mode="same")))
    other = np.abs(levels - background) > SAME_LEVELS
    rows = _longest_run(other.mean(axis=1) > 1 - BACKGROUND_SHARE)
    if rows is None:
        return None
    columns = _longest_run(other[rows[0] : rows[1]].mean(axis=0) > 1 - BACKGROUND_SHARE)
    return None if columns is None else Box(columns[0], rows[0], columns[1], rows[1])


def _longest_run(wanted: npt.NDArray[np.bool_]) -> tuple[int, int] | None:
    edges = np.flatnonzero(np.diff(np.concatenate([[False], wanted, [False]]).astype(np.int8)))
    starts, ends = edges[::2], edges[1::2]
    if not len(starts):
        return None
    longest = int(np.argmax(ends - starts))
    return int(starts[longest]), int(ends[longest])


def cells(width: int, height: int) -> list[Box]:
    """Quadrants, halves and thirds of a picture: the cells of a collage that has no gaps to see."""
    across, down = [0, width // 2, width], [0, height // 2, height]
    quadrants = [Box(across[i], down[j], across[i + 1], down[j + 1]) for j in range(2) for i in range(2)]
    halves = [Box(across[i], 0, across[i + 1], height) for i in range(2)]
    halves += [Box(0, down[j], width, down[j + 1]) for j in range(2)]
    thirds = [Box(i * width // 3, 0, (i + 1) * width // 3, height) for i in range(3)]
    thirds += [Box(0, j * height // 3, width, (j + 1) * height // 3) for j in range(3)]
    return [*halves, *quadrants, *thirds]
