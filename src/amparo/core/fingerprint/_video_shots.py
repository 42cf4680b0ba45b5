"""Sampled frames in groups that show one scene: what is true of the scene is found once for all of them."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from amparo.core.fingerprint._boxes import Box, trimmed
from amparo.core.fingerprint._resize import SIDE

Grey = npt.NDArray[np.uint8]

WHOLE = Box(0, 0, SIDE, SIDE)
# Points a side to which a frame is reduced where little is needed of it.
THUMB, COARSE = 128, 32
# 16 frames of 512 x 512 are 4 MB; a longer scene comes in several groups.
MOST_FRAMES = 16
# Mean difference of two frames at 32 x 32, in grey levels: over the first they are of two scenes, up to the second
# (noise and compression) they are one picture that stands still.
CUT_LEVELS, STILL_LEVELS = 24.0, 0.75
# A border that leaves less than this of a side is a dark or empty frame.
LEAST_SIDE = 128


@dataclass(frozen=True, slots=True)
class Frame:
    """A sampled frame. grey: (512, 512) uint8, upright. thumb: (128, 128) uint8, the same reduced. time: seconds."""

    time: float
    grey: Grey
    thumb: Grey


@dataclass(frozen=True, slots=True)
class Shot:
    """Up to 16 frames of one scene. box: all of them without their border. begins: the first group of its scene."""

    frames: tuple[Frame, ...]
    box: Box
    begins: bool


def shots(greys: Iterator[tuple[float, Grey]]) -> Iterator[Shot]:
    """Frames (time, (512, 512) uint8) in groups. A frame that looks like the one before it is left out."""
    group: list[Frame] = []
    begins = True
    last: npt.NDArray[np.float32] | None = None
    for time, grey in greys:
        small = np.rint(_means(grey, THUMB)).astype(np.uint8)
        coarse = _means(small, COARSE)
        moved = CUT_LEVELS if last is None else float(np.abs(coarse - last).mean())
        if moved <= STILL_LEVELS:
            continue
        last = coarse
        if group and (moved > CUT_LEVELS or len(group) == MOST_FRAMES):
            yield Shot(tuple(group), _box(group), begins)
            group, begins = [], moved > CUT_LEVELS
        group.append(Frame(time, grey, small))
    if group:
        yield Shot(tuple(group), _box(group), begins)


def _means(grey: Grey, side: int) -> npt.NDArray[np.float32]:
    """A square picture reduced to (side, side)."""
    step = len(grey) // side
    means: npt.NDArray[np.float32] = grey.reshape(side, step, side, step).mean(axis=(1, 3), dtype=np.float32)
    return means


def _box(frames: list[Frame]) -> Box:
    """Without the border that all frames have; a dark frame, of which nothing would be left, is not asked."""
    found = [trimmed(frame.grey.astype(np.float32), WHOLE) for frame in frames]
    inner = [box for box in found if min(box.width, box.height) >= LEAST_SIDE]
    return around(inner) if inner else WHOLE


def around(boxes: list[Box]) -> Box:
    """The smallest box that holds all of `boxes`, at least one."""
    return Box(
        min(box.x0 for box in boxes),
        min(box.y0 for box in boxes),
        max(box.x1 for box in boxes),
        max(box.y1 for box in boxes),
    )
