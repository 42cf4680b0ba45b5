"""Any picture to 512 x 512 grey, by area, in integers: what every port must get exactly right.

Think of a line of `length` source pixels, each 512 units long, laid along 512 target pixels, each `length`
units long. A source pixel counts in a target pixel with the units they share. Both directions together weigh
`width * height` units, luminance counts in thousandths of a grey level, so the exact mean is an integer over
`1000 * width * height`. It is rounded once, at the end. Nothing depends on the order of steps, so turning or
mirroring the picture turns or mirrors the result exactly, and the kernel may do it in another order than numpy here.
"""

import numpy as np
import numpy.typing as npt

from amparo.core.fingerprint._engine import FASTEST, KERNEL, NUMPY, Pixels, Rows, for_kernel

SIDE = 512
# ITU-R BT.601, in thousandths: grey (v, v, v) weighs exactly 1000 v.
LUMINANCE = np.array([299.0, 587.0, 114.0])
# Sums down a column reach 255 * height; to stay exact in float32 (24 bits) a side may have 65,793 pixels.
# 65,535 is also what JPEG can hold.
MAX_SIDE = 65_535
# Target rows worked on at once: bounds memory to 1/64 of the picture.
BLOCK = 8


def grey_512(pixels: Pixels, *, engine: str = FASTEST) -> Pixels:
    """The canonical 512 x 512 grey picture of a pixel array: what `pdq` is applied to.

    pixels: (height, width) grey or (height, width, 3) RGB, uint8, sides 1..65,535. engine: one of `engines()`.
    Returns (512, 512) uint8. Exact: the same for every port, every engine and every order of summation.
    """
    deep = pixels if pixels.ndim == 3 else pixels[..., np.newaxis]  # noqa: PLR2004 - rows, columns, channels
    height, width = deep.shape[:2]
    return grey_512_of_rows(lambda first, last: deep[first:last], width=width, height=height, engine=engine)


def grey_512_of_rows(rows: Rows, *, width: int, height: int, step: int = 1, engine: str = FASTEST) -> Pixels:
    """As `grey_512`, for a picture that is handed out a few rows at a time.

    width, height: of the picture. step: 1..8; each pixel handed out covers step x step of the picture, those at the
    right and lower border what is left. To take their number for the picture's size would stretch it by up to 0.2 per
    cent, which moves up to 18 bits.
    """
    if not (1 <= width <= MAX_SIDE and 1 <= height <= MAX_SIDE):
        raise ValueError(f"sides must be 1..{MAX_SIDE} pixels, but this is {width} x {height}")
    if engine == NUMPY:
        return _grey_512_of_rows(rows, width, height, step)
    grey = bytearray()
    for top in range(0, SIDE, BLOCK):
        first, last = _under(top, height, step)
        lines, kind = for_kernel(rows(first, last))
        grey += KERNEL.area(lines, kind, (width, height, step), first, top, BLOCK, engine)
    return np.frombuffer(grey, dtype=np.uint8).reshape(SIDE, SIDE)


def _under(start: int, length: int, step: int) -> tuple[int, int]:
    """The source pixels first..last-1 under targets start..start+BLOCK-1."""
    return start * length // (SIDE * step), -(-(start + BLOCK) * length // (SIDE * step))


def _grey_512_of_rows(rows: Rows, width: int, height: int, step: int) -> Pixels:
    across = [_weights(left, width, step) for left in range(0, SIDE, BLOCK)]
    sums = np.empty((SIDE, SIDE))
    for top in range(0, SIDE, BLOCK):
        first, last, weights = _weights(top, height, step)
        lines = rows(first, last)
        luminance = _sum_down(lines if isinstance(lines, np.ndarray) else lines.pixels(), weights)
        # Integers below 2^53: float64 products and sums are exact in any order.
        parts = [luminance[:, left:right] @ shares.T for left, right, shares in across]
        sums[top : top + BLOCK] = np.concatenate(parts, axis=1)
    return _round(sums.astype(np.int64), 1000 * width * height)


def _sum_down(lines: Pixels, weights: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Rows (n, width, channels) weighed to (BLOCK, width), in thousandths of a grey level."""
    count, width, channels = lines.shape
    # Integers below 2^24: float32 products and sums are exact in any order.
    sums = weights.astype(np.float32) @ lines.reshape(count, -1).astype(np.float32)
    colours = sums.reshape(BLOCK, width, channels).astype(np.float64)
    return colours[..., 0] * 1000.0 if channels == 1 else colours @ LUMINANCE


def _weights(start: int, length: int, step: int) -> tuple[int, int, npt.NDArray[np.float64]]:
    """The source pixels under targets start..start+BLOCK-1, and the units shared.

    Returns first, last (exclusive), and (BLOCK, last - first).
    """
    first, last = _under(start, length, step)
    whole = SIDE * step
    targets = np.arange(start, start + BLOCK)[:, np.newaxis] * length
    sources = np.arange(first, last)[np.newaxis, :] * whole
    shared = np.minimum(targets + length, sources + whole) - np.maximum(targets, sources)
    return first, last, np.maximum(shared, 0).astype(np.float64)


def _round(sums: npt.NDArray[np.int64], unit: int) -> Pixels:
    """Divide, to the nearest grey level; an exact half goes towards the middle of the scale (127.5).

    That makes the negative of a picture the exact negative here too, which rounding halves up would not.
    """
    dark = (2 * sums + unit) // (2 * unit)
    light = 255 - (2 * (255 * unit - sums) + unit) // (2 * unit)
    return np.where(2 * sums < 255 * unit, dark, light).astype(np.uint8)
