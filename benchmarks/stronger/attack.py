"""Turning fingerprints back into pictures, as an attacker would who knows this code and has other photographs.

He learns what patches hide behind codes from photographs that are not the victim's, paints them where the record says,
and lets a filter that was learned the same way smooth the whole. From PDQ he takes signs and usual sizes of its waves.
"""

from dataclasses import dataclass, field

import numpy as np

from amparo.core.fingerprint import hash_image
from amparo.core.fingerprint.strong._codes import REACH, SIDE, _patches, codes_of, waves_of
from amparo.core.fingerprint.strong._record import (
    CANDIDATES,
    RECORD_PIXELS,
    Recipe,
    _best,
    _levels,
    found_points,
    record_of as _record_of,
)

CANVAS = 96
# A patch is painted under a Gaussian of this share of its half side.
SOFT = 0.5
# The filter that is learned last looks so many pixels each way, on pictures of FILTERED pixels.
LOOK = 4
FILTERED = 48


def levels_of(image):
    return _levels(image, RECORD_PIXELS, partial=False, max_pixels=10**9, max_bytes=1)


def record_of(image, recipe: Recipe):
    return _record_of(levels_of(image), recipe=recipe)


@dataclass
class Attacker:
    """recipe: what the records hold. patches: (bits + 1, SIDE * SIDE) weights from bits to a patch. book: codes and
    patches of other photographs, for copying the nearest.
    """

    recipe: Recipe
    patches: np.ndarray = field(repr=False)
    book_codes: np.ndarray = field(repr=False)
    book: np.ndarray = field(repr=False)
    filter: np.ndarray | None = field(default=None, repr=False)

    def paint(self, record, shape: tuple[int, int], *, copied: bool = False) -> np.ndarray:
        """A picture of `shape` (its long side CANVAS), zero in the middle, about -2..2. He is told the true shape."""
        canvas, sure = np.zeros(shape), np.zeros(shape)
        patches = self._nearest(record.codes) if copied else self._learned(record.codes)
        geometry = record.geometry()
        for row in np.argsort(-geometry[:, 2]):
            _stamp(canvas, sure, patches[row], geometry[row])
        return canvas

    def smoothed(self, record, shape: tuple[int, int]) -> np.ndarray:
        """The learned filter over what was painted; FILTERED pixels on the long side."""
        small = resized(self.paint(record, shape), FILTERED)
        return (_windows(small) @ self.filter).reshape(small.shape)

    def _learned(self, codes):
        return (signs(codes, self.recipe.bits) @ self.patches).reshape(-1, SIDE, SIDE)

    def _nearest(self, codes):
        apart = np.bitwise_count(codes[:, None] ^ self.book_codes[None])
        return self.book[apart.argmin(axis=1)].astype(float)


def signs(codes, bits: int) -> np.ndarray:
    """(n, bits + 1): -1 and 1, and a constant."""
    each = (codes[:, None] >> np.arange(bits, dtype=np.uint64)) & np.uint64(1)
    return np.column_stack([2.0 * each.astype(float) - 1, np.ones(len(codes))])


def trained(images, recipe: Recipe, *, smoothing: bool = True) -> Attacker:
    """An attacker who has seen these photographs and not the victim's."""
    codes, patches = [], []
    for image in images:
        levels = levels_of(image)
        octaves, points = found_points(levels, most=CANDIDATES, two_directions=False)
        points = points.take(_best(points, 300, levels.size))
        codes.append(codes_of(waves_of(octaves, points)))
        patches.append(_normal_patches(octaves, points))
    all_codes = np.concatenate(codes) & np.uint64(2**recipe.bits - 1)
    all_patches = np.concatenate(patches)
    inputs = signs(all_codes, recipe.bits)
    weights = np.linalg.solve(inputs.T @ inputs + 20 * np.eye(inputs.shape[1]), inputs.T @ all_patches)
    shapes = all_patches.reshape(-1, SIDE, SIDE).astype(np.float32)
    attacker = Attacker(recipe, weights, all_codes, shapes)
    if smoothing:
        attacker.filter = _filter(attacker, images)
    return attacker


def _normal_patches(octaves, points) -> np.ndarray:
    out = np.zeros((len(points), SIDE * SIDE))
    for number, octave in enumerate(octaves):
        rows = np.flatnonzero(points.octave == number)
        if len(rows):
            patch = _patches(octave, points.take(rows))[:, 1:-1, 1:-1].reshape(len(rows), -1).astype(float)
            patch -= patch.mean(axis=1, keepdims=True)
            out[rows] = patch / (patch.std(axis=1, keepdims=True) + 2)
    return out


def _filter(attacker: Attacker, images) -> np.ndarray:
    inputs, targets = [], []
    for image in images:
        shape = shape_of(image)
        small = resized(attacker.paint(record_of(image, attacker.recipe), shape), FILTERED)
        inputs.append(_windows(small))
        targets.append(resized(truth(image), FILTERED).ravel())
    x, y = np.concatenate(inputs), np.concatenate(targets)
    return np.linalg.solve(x.T @ x + 50 * np.eye(x.shape[1]), x.T @ y)


def _windows(picture: np.ndarray) -> np.ndarray:
    """(pixels, window + places): what lies around each pixel, and where it is (sky is above, ground below)."""
    wide = np.pad(picture, LOOK)
    windows = np.lib.stride_tricks.sliding_window_view(wide, (2 * LOOK + 1, 2 * LOOK + 1)).reshape(picture.size, -1)
    y, x = np.mgrid[-1 : 1 : picture.shape[0] * 1j, -1 : 1 : picture.shape[1] * 1j]
    place = np.column_stack([np.ones(picture.size), y.ravel(), x.ravel(), y.ravel() ** 2, x.ravel() ** 2])
    return np.column_stack([windows, place])


def _stamp(canvas, sure, patch, geometry) -> None:
    x, y, scale, angle = geometry[0] * CANVAS, geometry[1] * CANVAS, geometry[2] * CANVAS, geometry[3]
    reach = REACH * scale
    top, bottom = max(0, int(y - 1.5 * reach)), min(canvas.shape[0], int(y + 1.5 * reach) + 2)
    left, right = max(0, int(x - 1.5 * reach)), min(canvas.shape[1], int(x + 1.5 * reach) + 2)
    if top >= bottom or left >= right:
        return
    dy, dx = np.mgrid[top:bottom, left:right] + 0.5
    dy, dx = (dy - y) / reach, (dx - x) / reach
    u, v = np.cos(angle) * dx + np.sin(angle) * dy, np.cos(angle) * dy - np.sin(angle) * dx
    inside = (np.abs(u) < 1) & (np.abs(v) < 1)
    column, row = (
        np.clip(((u + 1) / 2 * SIDE).astype(int), 0, SIDE - 1),
        np.clip(((v + 1) / 2 * SIDE).astype(int), 0, SIDE - 1),
    )
    weight = np.where(inside, np.exp(-(u**2 + v**2) / (2 * SOFT**2)), 0)
    part = canvas[top:bottom, left:right]
    middle = (weight * part).sum() / (weight.sum() + 1e-9)
    part += weight * (middle + patch[row, column] - part)
    sure[top:bottom, left:right] = np.maximum(sure[top:bottom, left:right], weight)


# -- what there is to compare with


def shape_of(image) -> tuple[int, int]:
    factor = CANVAS / max(image.size)
    return max(1, round(image.height * factor)), max(1, round(image.width * factor))


def truth(image) -> np.ndarray:
    """The picture in grey, CANVAS pixels on the long side, mean zero."""
    height, width = shape_of(image)
    grey = np.asarray(image.convert("L").resize((width, height)), dtype=float) / 50
    return grey - grey.mean()


def resized(picture: np.ndarray, long_side: int) -> np.ndarray:
    from PIL import Image

    factor = long_side / max(picture.shape)
    size = max(1, round(picture.shape[1] * factor)), max(1, round(picture.shape[0] * factor))
    return np.asarray(Image.fromarray(picture.astype(np.float32)).resize(size, Image.Resampling.BOX), dtype=float)


def likeness(one: np.ndarray, other: np.ndarray) -> float:
    """Correlation of two pictures at 24 x 24: 1 the same, 0 nothing in common."""
    from PIL import Image

    flat = []
    for each in (one, other):
        small = np.asarray(Image.fromarray(each.astype(np.float32)).resize((24, 24), Image.Resampling.BOX), dtype=float)
        flat.append((small - small.mean()).ravel())
    return float(flat[0] @ flat[1] / (np.linalg.norm(flat[0]) * np.linalg.norm(flat[1]) + 1e-9))


# -- PDQ


def pdq_waves(image) -> np.ndarray:
    """The 16 x 16 waves whose signs (against their median) are the PDQ code."""
    grey = np.asarray(image.convert("L").resize((64, 64)), dtype=float)
    return _cosines() @ (grey - grey.mean()) @ _cosines().T


def _cosines() -> np.ndarray:
    place = np.arange(64)
    return np.sqrt(1 / 32) * np.cos(np.pi * np.arange(1, 17)[:, None] * (2 * place + 1) / 128)


def pdq_sizes(images) -> np.ndarray:
    """How large each wave usually is, in other photographs."""
    return np.mean([np.abs(pdq_waves(image)) for image in images], axis=0)


def pdq_inverted(image, sizes: np.ndarray) -> np.ndarray:
    """The picture that the one PDQ code gives away: 64 x 64."""
    bits = np.unpackbits(np.frombuffer(hash_image(image).code, np.uint8)).reshape(16, 16)[::-1, ::-1]
    return _cosines().T @ ((2.0 * bits - 1) * sizes) @ _cosines() / 50
