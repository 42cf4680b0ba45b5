"""The grey levels of an upload, upright, read once and no larger than boxes need.

Boxes are in pixels of the upload as it is shown (EXIF orientation applied). A large upload is reduced by a whole
factor; a box that would then be under 512 pixels on its short side is read again from the decoded picture.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from amparo.core.fingerprint._boxes import Box
from amparo.core.fingerprint._decode import Picture
from amparo.core.fingerprint._resize import SIDE

Float32 = npt.NDArray[np.float32]
Level = TypeVar("Level", np.float32, np.uint8)

# 16 MB of float32; 512 pixels on the short side unless a picture is 15 times as long as it is wide.
BASE_PIXELS = 4_000_000
# Seams and borders are found at this long side at most, at half of it at least: one pixel there is 0.1 to 0.2 per cent
# of the picture, and of a copy that takes a third of it up to 0.7; PDQ stands about 2. At 640 more was missed.
MAP_SIDE = 900
# Source pixels read at once: little enough to stay in the cache, and not to be given fresh memory each time.
STRIPE_PIXELS = 100_000
# ITU-R BT.601 luminance, as in _resize.py.
LUMINANCE = np.array([0.299, 0.587, 0.114], dtype=np.float32)
# EXIF 2.32, tag 0x0112: orientations 5 to 8 swap rows and columns.
FIRST_SIDEWAYS = 5
# Too few lines to find seams in.
MIN_MAP_SIDE = 64


@dataclass(frozen=True, slots=True)
class Levels:
    """The upload in grey, upright.

    base: (height, width) float32, reduced by `factor`.
    """

    picture: Picture
    base: Float32
    factor: int

    def patch(self, box: Box) -> Float32:
        """The grey levels under `box` (pixels of the upload): from the base, or finer where the base is too coarse."""
        short = min(box.width, box.height)
        if self.factor == 1 or short >= SIDE * self.factor:
            k = self.factor
            return self.base[box.y0 // k : max(box.y1 // k, box.y0 // k + 1), box.x0 // k : max(box.x1 // k, 1)]
        stored = _as_stored(box, self.picture)
        factor = max(short // SIDE, _bounding(box.width, box.height))
        return turned(read(self.picture, stored, factor), self.picture.orientation)


def shown(picture: Picture) -> Box:
    """The whole upload as it is shown."""
    sideways = picture.orientation >= FIRST_SIDEWAYS
    return Box(0, 0, picture.height, picture.width) if sideways else Box(0, 0, picture.width, picture.height)


def levels_of(picture: Picture) -> Levels:
    """Grey levels of a decoded picture, reduced so that the base has BASE_PIXELS at most."""
    factor = _bounding(picture.width, picture.height)
    whole = Box(0, 0, picture.width, picture.height)
    base = turned(read(picture, whole, factor), picture.orientation)
    return Levels(picture=picture, base=base, factor=factor)


def _bounding(width: int, height: int) -> int:
    """The smallest factor that leaves BASE_PIXELS at most."""
    factor = 1
    while (width // factor) * (height // factor) > BASE_PIXELS:
        factor += 1
    return factor


def read(picture: Picture, box: Box, factor: int) -> Float32:
    """Grey levels of a box of the picture as stored, each the mean of factor x factor pixels; a rest of less than
    `factor` lines or columns is left out.
    """
    rows, columns = box.height // factor, box.width // factor
    levels = np.empty((rows, columns), dtype=np.float32)
    stripe = max(1, STRIPE_PIXELS // (picture.width * factor))
    for first in range(0, rows, stripe):
        last = min(rows, first + stripe)
        part = Box(box.x0, box.y0 + first * factor, box.x0 + columns * factor, box.y0 + last * factor)
        levels[first:last] = _read_part(picture, part, factor)
    return levels


def _read_part(picture: Picture, part: Box, factor: int) -> Float32:
    """A part whose sides are multiples of `factor`. Pillow's "F" is the same luminance in float32 (libImaging's
    Convert.c: 299, 587 and 114 thousandths), in a tenth of numpy's time.
    """
    if picture.image.mode not in ("L", "RGB") or picture.image.has_transparency_data:
        pixels = picture.rows(part.y0, part.y1)
        return reduced(_luminance(pixels[:, part.x0 : part.x1]), factor)
    grey = picture.image.crop(part).convert("F")
    return np.asarray(grey if factor == 1 else grey.reduce(factor))


def reduced(levels: Float32, factor: int) -> Float32:
    """Means of factor x factor pixels; a rest of less than `factor` lines or columns is left out."""
    if factor == 1:
        return levels
    rows, columns = levels.shape[0] // factor, levels.shape[1] // factor
    # Down first, whole rows at a time; then across, as a product that numpy hands to BLAS.
    down = levels[: rows * factor].reshape(rows, factor, -1).mean(axis=1)
    return np.asarray(down[:, : columns * factor].reshape(rows, columns, factor) @ _share(factor), dtype=np.float32)


def for_map(levels: Float32) -> tuple[Float32, int]:
    """The levels reduced to MAP_SIDE pixels on the long side, or more where the short one would have too few; and the
    factor. Never more than MAP_SIDE * MAP_SIDE pixels.
    """
    factor = max(1, -(-max(levels.shape) // MAP_SIDE))
    while factor > 1 and min(levels.shape) // factor < MIN_MAP_SIDE and levels.size <= (MAP_SIDE * (factor - 1)) ** 2:
        factor -= 1
    return np.ascontiguousarray(reduced(levels, factor)), factor


@lru_cache(maxsize=64)
def _share(factor: int) -> Float32:
    return np.full(factor, 1 / factor, dtype=np.float32)


def _luminance(pixels: npt.NDArray[np.uint8]) -> Float32:
    if pixels.shape[2] == 1:
        return pixels[..., 0].astype(np.float32)
    return pixels.astype(np.float32) @ LUMINANCE


def turned(levels: npt.NDArray[Level], orientation: int) -> npt.NDArray[Level]:
    """Apply an EXIF orientation, 1..8 (EXIF 2.32, tag 0x0112)."""
    if orientation >= FIRST_SIDEWAYS:
        levels = levels.T
    mirrored = orientation in (2, 3, 6, 7)
    flipped = orientation in (3, 4, 7, 8)
    return np.ascontiguousarray(levels[:: -1 if flipped else 1, :: -1 if mirrored else 1])


def _as_stored(box: Box, picture: Picture) -> Box:
    """The box of the stored pixels that `box` of the shown picture is."""
    x0, y0, x1, y1 = box
    _, _, width, height = shown(picture)
    if picture.orientation in (2, 3, 6, 7):
        x0, x1 = width - x1, width - x0
    if picture.orientation in (3, 4, 7, 8):
        y0, y1 = height - y1, height - y0
    return Box(y0, x0, y1, x1) if picture.orientation >= FIRST_SIDEWAYS else Box(x0, y0, x1, y1)
