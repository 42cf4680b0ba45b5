"""PDQ of a pixel array, bit for bit what the published C++ gives.

Source: "The TMK+PDQF Video-Hashing Algorithm and the PDQ Image-Hashing Algorithm" (hashing.pdf of the
ThreatExchange repository) for the method; pdqhash 0.2.8 as oracle for what the paper leaves open: luminance
in double precision, everything after it in float32, each sum in index order, no filter for a 64 x 64 input.
What is written here in numpy is the definition; the kernel gives the same bits, and is compared with it in tests.
"""

import math
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from amparo.core.fingerprint._code import CODE_BYTES, FingerprintError
from amparo.core.fingerprint._engine import FASTEST, KERNEL, NUMPY, Pixels, Rows, for_kernel
from amparo.core.fingerprint._resize import SIDE

if TYPE_CHECKING:
    from amparo.core.fingerprint._kernel import Kind, Source

Codes = npt.NDArray[np.uint8]
Qualities = npt.NDArray[np.int64]
Float32 = npt.NDArray[np.float32]

# Below five pixels the reference gives a zero code; a code that every tiny picture shares is worse than none.
MIN_SIDE = 5
GRID = 64
COEFFICIENTS = 16
# hashing.pdf: the filter's window is the side over 128, rounded up, and runs twice (a tent in effect).
WINDOW_DIVISOR = 128
FILTER_ROUNDS = 2
# hashing.pdf: the sum of neighbour differences in per cent of full range, over 90, cut at 100.
QUALITY_DIVISOR = 90

TURNS = 8
# As in _kernel.h: rows come by multiples of this, so that the kernel need not keep any.
FEED_STEP = 8
# Rows handed over at once: 1 MB of Pillow's four bytes a pixel stays in a core's own cache.
STRIP_PIXELS = 250_000


class TooSmall(FingerprintError):
    """A picture with a side under five pixels."""


def _dct_rows() -> Float32:
    """Rows 1..16 of the 64-point DCT-II, (16, 64): without the constant row 0, so brightness does not count.

    The scale is rounded to float32 before the product is, as in the reference. Any cosine good to 1e-12 gives
    the same table (a test proves the margin).
    """
    scale = float(np.float32(math.sqrt(2 / GRID)))
    return np.array(
        [
            [scale * math.cos(math.pi / 2 / GRID * row * (2 * column + 1)) for column in range(GRID)]
            for row in range(1, COEFFICIENTS + 1)
        ],
        dtype=np.float32,
    )


DCT = _dct_rows()


def pdq(pixels: Pixels, *, engine: str = FASTEST) -> tuple[bytes, int]:
    """The plain PDQ code of a picture at its own size, and its quality.

    pixels: (height, width) grey or (height, width, 3) RGB, uint8, each side at least 5. engine: one of `engines()`.
    Returns 32 bytes in the order of the PDQ hex text, and 0..100.
    Raises TooSmall, or TypeError for another kind of array.
    This is not the canonical fingerprint: `hash_image` resizes to 512 x 512 first.
    """
    if pixels.dtype != np.uint8:
        raise TypeError(f"pixels must be uint8, but these are {pixels.dtype}")
    deep = pixels[..., np.newaxis] if pixels.ndim == 2 else pixels  # noqa: PLR2004 - rows and columns
    if deep.ndim != 3 or deep.shape[2] not in (1, 3):  # noqa: PLR2004 - rows, columns, and red, green, blue
        raise TypeError(f"pixels must be (height, width) or (height, width, 3), but these are {pixels.shape}")
    height, width = deep.shape[:2]
    if deep.shape == (SIDE, SIDE, 1):
        codes, qualities = pdq_stack(deep[np.newaxis, ..., 0], engine=engine)
        return codes[0].tobytes(), int(qualities[0])
    return pdq_of_rows(lambda first, last: deep[first:last], width=width, height=height, engine=engine)


def pdq_of_rows(rows: Rows, *, width: int, height: int, engine: str = FASTEST) -> tuple[bytes, int]:
    """As `pdq`, for a picture that is handed out a few rows at a time."""
    _check_sides(width, height)
    if engine == NUMPY:
        whole = rows(0, height)
        codes, qualities = _pdq_stack(
            _luminance(whole if isinstance(whole, np.ndarray) else whole.pixels())[np.newaxis]
        )
        return codes[0].tobytes(), int(qualities[0])
    begun = KERNEL.begin(width, height, engine)
    step = max(1, STRIP_PIXELS // (width * FEED_STEP)) * FEED_STEP
    for first in range(0, height, step):
        KERNEL.feed(begun, *for_kernel(rows(first, min(first + step, height))))
    return KERNEL.finish(begun)


def pdq_stack(grey: Codes | Float32, *, engine: str = FASTEST) -> tuple[Codes, Qualities]:
    """PDQ of n grey pictures of one size.

    grey: (n, height, width), uint8 or float32 in 0..255, each side at least 5; n at least 1. engine: as in `pdq`.
    Returns codes (n, 32) uint8 and qualities (n,) int64, 0..100. Raises TooSmall.
    """
    _, height, width = grey.shape
    _check_sides(width, height)
    if engine == NUMPY:
        return _pdq_stack(grey)
    if grey.dtype == np.uint8 and height == width == SIDE:
        return _from_bytes(*KERNEL.square(np.ascontiguousarray(grey), 1, engine))
    kind: Kind = "grey" if grey.dtype == np.uint8 else "real"
    whole = np.ascontiguousarray(grey, dtype=None if kind == "grey" else np.float32)
    hashes = [_pdq_of_one(picture, kind, width, height, engine) for picture in whole]
    return _from_bytes(b"".join(code for code, _ in hashes), bytes(quality for _, quality in hashes))


def pdq_eight(grey: Codes, *, engine: str = FASTEST) -> tuple[Codes, Qualities]:
    """PDQ of n canonical pictures in eight orientations each, of which they share most of the work.

    grey: (n, 512, 512) uint8, n at least 1. engine: as in `pdq`.
    Returns codes (n, 8, 32) uint8 in the order of `eight_ways`, and qualities (n, 8) int64, 0..100.
    """
    count = len(grey)
    if engine == NUMPY:
        codes, qualities = _pdq_stack(np.concatenate([np.stack(eight_ways(picture)) for picture in grey]))
    else:
        codes, qualities = _from_bytes(*KERNEL.square(np.ascontiguousarray(grey), TURNS, engine))
    return codes.reshape(count, TURNS, CODE_BYTES), qualities.reshape(count, TURNS)


def eight_ways(grey: Codes) -> list[Codes]:
    """A picture as is, mirrored, turned 180, flipped, turned 90, turned 270, transposed, transversed. Views."""
    return [
        grey,
        grey[:, ::-1],
        grey[::-1, ::-1],
        grey[::-1],
        np.rot90(grey, -1),
        np.rot90(grey),
        grey.T,
        grey[::-1, ::-1].T,
    ]


def _check_sides(width: int, height: int) -> None:
    if min(height, width) < MIN_SIDE:
        raise TooSmall(f"each side must be at least {MIN_SIDE} pixels, but this picture is {width} x {height}")


def _pdq_of_one(rows: "Source", kind: "Kind", width: int, height: int, engine: str) -> tuple[bytes, int]:
    begun = KERNEL.begin(width, height, engine)
    KERNEL.feed(begun, rows, kind)
    return KERNEL.finish(begun)


def _from_bytes(codes: bytes, qualities: bytes) -> tuple[Codes, Qualities]:
    return (
        np.frombuffer(codes, dtype=np.uint8).reshape(-1, CODE_BYTES).copy(),
        np.frombuffer(qualities, dtype=np.uint8).astype(np.int64),
    )


def _pdq_stack(grey: Codes | Float32) -> tuple[Codes, Qualities]:
    # One at a time: a picture of 512 x 512 fits the cache, eight do not.
    samples = np.stack([_sample(picture.astype(np.float32)) for picture in grey])
    coefficients = _transform(samples).reshape(len(samples), -1)
    # 128 of 256 bits are set unless coefficients tie: the median is the 128th smallest, not a mean of two.
    median = np.partition(coefficients, 127, axis=1)[:, 127:128]
    bits = coefficients > median
    return np.packbits(bits[:, ::-1], axis=1), _quality(samples)


def _luminance(pixels: Pixels) -> Float32:
    if pixels.shape[2] == 1:
        return pixels[..., 0].astype(np.float32)
    red, green, blue = (pixels[..., channel].astype(np.float64) for channel in range(3))
    return (0.299 * red + 0.587 * green + 0.114 * blue).astype(np.float32)


def _sample(picture: Float32) -> Float32:
    """Smooth and keep 64 x 64 points: (height, width) to (64, 64)."""
    height, width = picture.shape
    if height == width == GRID:
        return picture
    across, down = _window(width), _window(height)
    # The running axis lies first, so that each step of the running sum is one vector operation.
    lines = _box(picture.T, across)
    for _ in range(FILTER_ROUNDS - 1):
        lines = _box(lines.T, down)
        lines = _box(lines.T, across)
    # The last pass runs down the columns, and of those only the 64 that are kept matter.
    return _box(lines[_grid_points(width)].T, down)[_grid_points(height)]


def _grid_points(length: int) -> npt.NDArray[np.int64]:
    return ((2 * np.arange(GRID) + 1) * length) // (2 * GRID)


def _window(length: int) -> int:
    return -(-length // WINDOW_DIVISOR)


def _box(lines: Float32, window: int) -> Float32:
    """Mean of `window` neighbours down each column, by a running float32 sum; shorter windows at both ends.

    The order of additions is the reference's: the new value comes in before the old one goes out, and the
    error this leaves in the sum is part of the answer.
    """
    lines = np.ascontiguousarray(lines)
    length = len(lines)
    ahead = (window + 2) // 2 - 1
    sums = np.empty_like(lines)
    running = np.zeros(lines.shape[1], dtype=np.float32)
    for entering in range(ahead):
        running = running + lines[entering]
    for here in range(length):
        target = sums[here]
        entering, leaving = here + ahead, here + ahead - window
        if entering < length:
            np.add(running, lines[entering], out=target)
            running = target
        if leaving >= 0:
            np.subtract(running, lines[leaving], out=target)
        running = target
    places = np.arange(length)
    counts = np.minimum(places + ahead + 1, length) - np.maximum(places + ahead + 1 - window, 0)
    sums /= counts.astype(np.float32)[:, np.newaxis]
    return sums


def _transform(samples: Float32) -> Float32:
    """The low frequencies: DCT . samples . DCT^T, (n, 64, 64) to (n, 16, 16), each sum in index order."""
    count = len(samples)
    half = np.zeros((count, COEFFICIENTS, GRID), dtype=np.float32)
    for k in range(GRID):
        half += DCT[:, k, np.newaxis] * samples[:, np.newaxis, k, :]
    whole = np.zeros((count, COEFFICIENTS, COEFFICIENTS), dtype=np.float32)
    for k in range(GRID):
        whole += half[:, :, k, np.newaxis] * DCT[:, k]
    return whole


def _quality(samples: Float32) -> npt.NDArray[np.int64]:
    total = np.zeros(len(samples), dtype=np.int64)
    for axis in (1, 2):
        difference = -np.diff(samples, axis=axis) * np.float32(100) / np.float32(255)
        total += np.abs(difference.astype(np.int32)).sum(axis=(1, 2), dtype=np.int64)
    return np.minimum(total // QUALITY_DIVISOR, 100)
