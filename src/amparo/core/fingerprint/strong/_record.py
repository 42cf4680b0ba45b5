"""What is stored of a picture in the stronger tier: some points, coarse, and 32 bits of what each looks like.

A record of 32 points is 213 bytes. It gives more of the picture away than one PDQ code does (docs/strong.md
shows what), so it is made only by her choice, kept sealed, and never exported.
"""

from dataclasses import dataclass, field
from typing import Self

import numpy as np
import numpy.typing as npt
from PIL import Image

from amparo.core.fingerprint._code import FingerprintError, TooPlain
from amparo.core.fingerprint._decode import MAX_BYTES, MAX_PIXELS, Source, open_picture
from amparo.core.fingerprint._levels import levels_of
from amparo.core.fingerprint.strong._arrays import Float32, Float64, Int64, UInt64
from amparo.core.fingerprint.strong._codes import codes_of, lowest, waves_of
from amparo.core.fingerprint.strong._points import Octave, Points, octaves_of, points_of

STRONG_ALGORITHM = "amparo-points-1"
# First bytes of every record; the last of them is the version.
MAGIC = b"ASR\x01"

# Pictures are brought to this many pixels, to be enlarged twice at most: a registered one small, since what counts must
# outlive being pasted small, an upload larger, since the picture may be a small part of it.
RECORD_PIXELS = 400 * 400
UPLOAD_PIXELS = 800 * 800
MOST_ENLARGED = 2.0
# Points looked at before the record takes the best.
CANDIDATES = 800
# Two points of a record of nearly one scale (a factor of two) keep apart by this share of their mean distance.
APART = 0.45
# A picture with fewer points cannot be told apart from others: a match takes 7 (_find.py).
FEWEST_POINTS = 10


class BadStrongRecord(FingerprintError):
    """Bytes that are no record of the stronger tier, or of a version that this program does not know."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """How much a record tells. Only STANDARD is ever stored; the others are for measuring (benchmarks/strong.py).

    points: at most so many. bits: of each point's code, 1..64. place_bits: of x and of y, as shares of the long side.
    angle_bits: of the direction. scale_bits: of the scale, in steps of half an octave. largest: the largest scale
    taken, as a share of the long side: a large point shows the layout of the whole, and small ones find as well.
    """

    points: int = 32
    bits: int = 32
    place_bits: int = 6
    angle_bits: int = 4
    scale_bits: int = 4
    largest: float = 0.01

    @property
    def bits_a_point(self) -> int:
        return self.bits + 2 * self.place_bits + self.angle_bits + self.scale_bits


STANDARD = Recipe()
# The finest scale there is, log2 of its share of the long side; scales go up from there in half octaves.
FINEST = -9.5


@dataclass(frozen=True, slots=True)
class StrongRecord:
    """A picture's points, sorted by their code so that their order tells nothing.

    codes: (n,) uint64, 32 bits used. places: (n, 2) int64, x and y in 64ths of the picture's long side. angles: (n,)
    int64 in 16ths of a turn. scales: (n,) int64 in half octaves. A secret, as every fingerprint: `repr` shows only how
    many points there are.
    """

    codes: UInt64 = field(repr=False)
    places: Int64 = field(repr=False)
    angles: Int64 = field(repr=False)
    scales: Int64 = field(repr=False)
    recipe: Recipe = field(default=STANDARD, repr=False)

    def __len__(self) -> int:
        return len(self.codes)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, StrongRecord) and self._columns().tolist() == other._columns().tolist()

    def __hash__(self) -> int:
        return hash(self._columns().tobytes())

    def __repr__(self) -> str:
        return f"StrongRecord(<{len(self)} points>)"

    def geometry(self) -> Float64:
        """(n, 4): x, y, scale as shares of the long side, and angle in radians."""
        return geometry_of(self.places, self.angles, self.scales, recipe=self.recipe)

    def to_bytes(self) -> bytes:
        """The record as bytes: magic and version, number of points, then 52 bits a point, filled up with zeros."""
        return MAGIC + bytes([len(self)]) + np.packbits(_to_bits(self._columns(), STANDARD).ravel()).tobytes()

    @classmethod
    def from_bytes(cls, content: bytes) -> Self:
        """The record of these bytes. Raises BadStrongRecord, which tells sizes and never content."""
        start = len(MAGIC)
        if content[:start] != MAGIC:
            raise BadStrongRecord("these bytes are no strong record of version 1: make the record anew")
        count = content[start] if len(content) > start else 0
        wanted = start + 1 + -(-count * STANDARD.bits_a_point // 8)
        if not FEWEST_POINTS <= count <= STANDARD.points or len(content) != wanted:
            raise BadStrongRecord(
                f"a strong record of {count} points has {wanted} bytes and {FEWEST_POINTS} to {STANDARD.points} points,"
                f" but this has {len(content)} bytes: make the record anew"
            )
        bits = np.unpackbits(np.frombuffer(content[start + 1 :], np.uint8))
        if bits[count * STANDARD.bits_a_point :].any():
            raise BadStrongRecord("a strong record ends in zeros, but this does not: make the record anew")
        codes, x, y, angles, scales = _from_bits(bits[: count * STANDARD.bits_a_point].reshape(count, -1), STANDARD)
        whole = [part.astype(np.int64) for part in (x, y, angles, scales)]
        return cls(codes, np.column_stack(whole[:2]), whole[2], whole[3])

    def _columns(self) -> UInt64:
        return np.column_stack(
            [self.codes, self.places.astype(np.uint64), self.angles.astype(np.uint64), self.scales.astype(np.uint64)]
        )


def geometry_of(places: Int64, angles: Int64, scales: Int64, *, recipe: Recipe = STANDARD) -> Float64:
    """(n, 4): x, y, scale as shares of the long side, and angle in radians, of points as a record holds them."""
    steps = 2 ** (FINEST + np.arange(2**recipe.scale_bits) / 2)
    turns = angles * (2 * np.pi / 2**recipe.angle_bits)
    return np.column_stack([(places + 0.5) / 2**recipe.place_bits, steps[scales], turns])


def record(source: Source, *, max_pixels: int = MAX_PIXELS, max_bytes: int = MAX_BYTES) -> StrongRecord:
    """The record of a picture: the content of a file (bytes), a path, or a Pillow image.

    Raises TooPlain where the picture has fewer than 10 points to hold on to; TooLarge (from the header), TooSmall,
    NotAPicture, Truncated; OSError for a path that cannot be read.
    """
    levels = _levels(source, RECORD_PIXELS, partial=False, max_pixels=max_pixels, max_bytes=max_bytes)
    made = record_of(levels, recipe=STANDARD)
    if len(made) < FEWEST_POINTS:
        raise TooPlain(
            f"this picture has {len(made)} points to hold on to and {FEWEST_POINTS} are wanted: it is too plain for the"
            " stronger fingerprint, use the usual one alone"
        )
    return made


def upload_levels(source: Source, *, max_pixels: int, max_bytes: int) -> Float32:
    """Grey levels of an upload, at the size in which its points are looked for. Errors as `forms`."""
    return _levels(source, UPLOAD_PIXELS, partial=True, max_pixels=max_pixels, max_bytes=max_bytes)


def _levels(source: Source, pixels: int, *, partial: bool, max_pixels: int, max_bytes: int) -> Float32:
    picture = open_picture(source, partial=partial, max_pixels=max_pixels, max_bytes=max_bytes)
    base = levels_of(picture).base
    height, width = base.shape
    factor = min(MOST_ENLARGED, float(np.sqrt(pixels / (width * height))))
    size = max(1, round(width * factor)), max(1, round(height * factor))
    resized = Image.fromarray(base).resize(size, Image.Resampling.LANCZOS)
    return np.clip(np.asarray(resized, dtype=np.float32), 0, 255)


def record_of(levels: Float32, *, recipe: Recipe) -> StrongRecord:
    """The record of grey levels at their record size; of a plain picture it may have no point at all."""
    octaves, points = found_points(levels, most=CANDIDATES, two_directions=False)
    points = points.take(np.flatnonzero(points.scale <= recipe.largest * max(levels.shape)))
    points = points.take(_best(points, recipe.points, levels.shape[0] * levels.shape[1]))
    codes = lowest(codes_of(waves_of(octaves, points)), bits=recipe.bits)
    long_side = max(levels.shape)
    across = 2**recipe.place_bits
    places = np.column_stack([points.x, points.y]) * (across / long_side)
    turns = np.rint(points.angle * (2**recipe.angle_bits / (2 * np.pi))).astype(np.int64) % 2**recipe.angle_bits
    octave = np.rint(2 * (np.log2(np.maximum(points.scale, 1e-9) / long_side) - FINEST)).astype(np.int64)
    columns = (
        np.clip(places.astype(np.int64), 0, across - 1),
        turns,
        np.clip(octave, 0, 2**recipe.scale_bits - 1),
    )
    order = np.lexsort((columns[2], columns[1], columns[0][:, 1], columns[0][:, 0], codes))
    return StrongRecord(codes[order], columns[0][order], columns[1][order], columns[2][order], recipe)


def found_points(levels: Float32, *, most: int, two_directions: bool) -> tuple[list[Octave], Points]:
    """The scale space of a picture and its points."""
    octaves = octaves_of(levels)
    return octaves, points_of(octaves, most=most, two_directions=two_directions)


def _best(points: Points, count: int, pixels: int) -> Int64:
    """Rows of the strongest points, spread over the picture; those too near to others only where points are few."""
    # Coarse points outlive scaling down.
    strength = points.contrast * np.sqrt(points.scale)
    order = np.argsort(-strength, kind="stable")
    reach = APART * np.sqrt(pixels / count)
    taken: list[int] = []
    free = np.ones(len(order), dtype=np.bool_)
    for row in order:
        if len(taken) == count:
            break
        if free[row]:
            taken.append(int(row))
            near = np.hypot(points.x - points.x[row], points.y - points.y[row]) < reach
            free &= ~(near & (np.abs(np.log2(points.scale / points.scale[row])) < 1))
    chosen = set(taken)
    taken += [int(row) for row in order if int(row) not in chosen][: count - len(taken)]
    return np.array(taken, dtype=np.int64)


def _widths(recipe: Recipe) -> tuple[int, ...]:
    return recipe.bits, recipe.place_bits, recipe.place_bits, recipe.angle_bits, recipe.scale_bits


def _to_bits(columns: UInt64, recipe: Recipe) -> npt.NDArray[np.uint8]:
    """(n, bits_a_point) of 0 and 1, the highest bit of each number first."""
    parts = [
        (columns[:, place, None] >> np.arange(width - 1, -1, -1, dtype=np.uint64)) & np.uint64(1)
        for place, width in enumerate(_widths(recipe))
    ]
    return np.concatenate(parts, axis=1).astype(np.uint8)


def _from_bits(bits: npt.NDArray[np.uint8], recipe: Recipe) -> list[UInt64]:
    columns, start = [], 0
    for width in _widths(recipe):
        values = np.uint64(1) << np.arange(width - 1, -1, -1, dtype=np.uint64)
        columns.append(np.asarray(bits[:, start : start + width].astype(np.uint64) @ values, dtype=np.uint64))
        start += width
    return columns
