"""What a point looks like, in bits: signs of the lowest waves of the gradients around it.

The gradients of a patch, turned to the point's own direction, are developed along x and y in cosines and along the
direction of the gradient in Fourier waves; a bit is the sign of one coefficient. A mirrored picture and a negative
change the signs of known coefficients, so their codes are the same code with known bits turned: one patch, four ways.
"""

from functools import lru_cache

import numpy as np

from amparo.core.fingerprint.strong._arrays import Float32, UInt64
from amparo.core.fingerprint.strong._points import Octave, Points
from amparo.core.fingerprint.strong._waves import WAVES

# Samples along a side of the patch, and how many of the point's scales the half side is (Lowe: 6).
SIDE = 16
REACH = 7.0
# Orders along x and y, and of direction.
ORDERS = 4
TURNS = 5
# Gradients count by this power of their size: a strong edge does not drown the rest.
POWER = 0.6
# Smooth weight of the samples, in half sides.
WINDOW = 0.75

MIDDLES = np.array([wave.middle for wave in WAVES], dtype=np.float32)
# Where each wave stands among all of a patch: by order of direction, cosine before sine, then down, then across.
COLUMNS = np.array(
    [(max(2 * wave.turn - 1 + wave.sine, 0) * ORDERS + wave.down) * ORDERS + wave.across for wave in WAVES]
)


def codes_of(waves: Float32) -> UInt64:
    """(n,) uint64 from (n, 64) waves: bit i is set where wave i is above its middle.

    The low bits are a shorter code.
    """
    over = np.packbits(waves > MIDDLES, axis=1, bitorder="little")
    return over.view("<u8")[:, 0].astype(np.uint64)


def lowest(codes: UInt64, *, bits: int) -> UInt64:
    """The codes cut down to their first `bits` bits, 1..64."""
    return codes & np.uint64(2**bits - 1)


def mask(*, mirrored: bool, negative: bool, bits: int) -> np.uint64:
    """The bits of a code that are the other way round in a mirrored picture, in a negative, or in both."""
    turned = 0
    for place, wave in enumerate(WAVES[:bits]):
        turned |= ((mirrored and wave.turns_in_mirror) != (negative and wave.turns_in_negative)) << place
    return np.uint64(turned)


def waves_of(octaves: list[Octave], points: Points) -> Float32:
    """(n, 64) float32: the waves of the picture around each point, in shares of the patch's whole gradient."""
    return np.ascontiguousarray(all_waves_of(octaves, points)[:, COLUMNS])


def all_waves_of(octaves: list[Octave], points: Points) -> Float32:
    """(n, 144) float32: the same with those that no code uses; the first is the whole gradient itself, 1."""
    out = np.zeros((len(points), (2 * TURNS - 1) * ORDERS**2), dtype=np.float32)
    for number, octave in enumerate(octaves):
        rows = np.flatnonzero(points.octave == number)
        if len(rows):
            out[rows] = _of_octave(octave, points.take(rows))
    return out


def _of_octave(octave: Octave, points: Points) -> Float32:
    patch = _patches(octave, points)
    gx = (patch[:, 1:-1, 2:] - patch[:, 1:-1, :-2]).reshape(len(points), -1)
    gy = (patch[:, 2:, 1:-1] - patch[:, :-2, 1:-1]).reshape(len(points), -1)
    size = np.hypot(gx, gy) + np.float32(1e-6)
    strength = size ** np.float32(POWER)
    turned = (gx + 1j * gy) / size
    basis = _basis()
    plain = strength @ basis
    parts = [plain]
    wave = strength.astype(np.complex64)
    for _ in range(1, TURNS):
        wave = wave * turned
        parts += [wave.real @ basis, wave.imag @ basis]
    return np.asarray(np.concatenate(parts, axis=1) / (plain[:, :1] + np.float32(1e-6)), dtype=np.float32)


def _patches(octave: Octave, points: Points) -> Float32:
    """(n, SIDE + 2, SIDE + 2): the picture around each point, turned to its direction, from its own blurred copy."""
    place = (np.arange(SIDE + 2) - (SIDE + 1) / 2) * (2 / SIDE)
    v, u = np.meshgrid(place, place, indexing="ij")
    reach = (REACH * points.scale / octave.factor)[:, None, None]
    cos, sin = np.cos(points.angle)[:, None, None], np.sin(points.angle)[:, None, None]
    x = (points.x / octave.factor)[:, None, None] + reach * (cos * u - sin * v)
    y = (points.y / octave.factor)[:, None, None] + reach * (sin * u + cos * v)
    _, height, width = octave.blurred.shape
    x, y = np.clip(x, 0, width - 1.001), np.clip(y, 0, height - 1.001)
    left, top = x.astype(np.int64), y.astype(np.int64)
    fx, fy = (x - left).astype(np.float32), (y - top).astype(np.float32)
    flat = octave.blurred.reshape(-1)
    at = points.step[:, None, None] * (height * width) + top * width + left
    upper = flat[at] * (1 - fx) + flat[at + 1] * fx
    lower = flat[at + width] * (1 - fx) + flat[at + width + 1] * fx
    return np.asarray(upper * (1 - fy) + lower * fy, dtype=np.float32)


@lru_cache(maxsize=1)
def _basis() -> Float32:
    """(SIDE * SIDE, ORDERS * ORDERS): cosines along x and y under a smooth window, the constant first."""
    place = (np.arange(SIDE) + 0.5) / SIDE
    waves = np.cos(np.pi * np.arange(ORDERS)[:, None] * place[None])
    window = np.exp(-((2 * place - 1) ** 2) / (2 * WINDOW**2))
    waves = waves * window
    both = np.einsum("vy,ux->vuyx", waves, waves)
    return np.asarray(both.reshape(ORDERS * ORDERS, SIDE * SIDE).T, dtype=np.float32)
