"""Uploads against records: equal points by their bits, then geometry."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from amparo.core.fingerprint._decode import MAX_BYTES, MAX_PIXELS, Source
from amparo.core.fingerprint.strong._arrays import Float64, Int64, UInt64
from amparo.core.fingerprint.strong._codes import codes_of, lowest, mask, waves_of
from amparo.core.fingerprint.strong._geometry import Matches, inliers
from amparo.core.fingerprint.strong._record import STANDARD, Recipe, StrongRecord, found_points, upload_levels

# So many points that agree make a match: docs/strong.md tells how seldom strangers reach this.
ENOUGH_INLIERS = 8
# Codes of one point of two copies are within so many bits of 32 in nine of ten cases.
WITHIN_BITS = 5
# Points of an upload that are looked up, the strongest first; some have two directions and are looked up twice.
MOST_POINTS = 1500
# Before geometry, so many matches of one record must agree roughly in turn and scale: bins of 30 degrees and of 0.83
# octaves, each shifted by half so that no edge parts what belongs together.
MIN_VOTES = 4
TURN_BINS = 12
BINS_AN_OCTAVE = 1.2
SCALE_BINS = 64
# Codes compared at once: 2 MB, which a second-level cache holds.
BLOCK = 250_000


@dataclass(frozen=True, slots=True)
class StrongMatch:
    """A record that lies in an upload. record: its number among those given. inliers: how many points agree."""

    record: int
    inliers: int
    mirrored: bool
    negative: bool


class Way(NamedTuple):
    """One way in which a picture may lie in an upload."""

    mirrored: bool
    negative: bool


WAYS = (Way(False, False), Way(False, True), Way(True, False), Way(True, True))


@dataclass(frozen=True, slots=True)
class StrongBank:
    """Records made ready for many lookups. Make it with `gather`.

    codes: (n,) of all points. geometry: (n, 4), x, y, scale and angle. owners: (n,) the number of the record.
    """

    codes: npt.NDArray[np.uint32 | np.uint64] = field(repr=False)
    geometry: Float64 = field(repr=False)
    owners: Int64 = field(repr=False)
    size: int
    recipe: Recipe = field(default=STANDARD, repr=False)

    def __len__(self) -> int:
        return self.size


def gather(records: Sequence[StrongRecord]) -> StrongBank:
    """All records in arrays, for `find`."""
    recipe = records[0].recipe if records else STANDARD
    codes = [each.codes for each in records] or [np.zeros(0, np.uint64)]
    geometry = [each.geometry() for each in records] or [np.zeros((0, 4))]
    return StrongBank(
        codes=np.concatenate(codes).astype(_width(recipe.bits)),
        geometry=np.concatenate(geometry),
        owners=np.repeat(np.arange(len(records)), [len(each) for each in records]),
        size=len(records),
        recipe=recipe,
    )


def _width(bits: int) -> type[np.uint32 | np.uint64]:
    return np.uint32 if bits <= 32 else np.uint64  # noqa: PLR2004 - the bits of a uint32


@dataclass(frozen=True, slots=True)
class UploadPoints:
    """What is looked up of an upload. codes: (n,) of 64 bits. geometry: (n, 4), x, y and scale in pixels, angle in
    radians.
    """

    codes: UInt64 = field(repr=False)
    geometry: Float64 = field(repr=False)


def find(
    upload: Source,
    records: Sequence[StrongRecord] | StrongBank,
    *,
    max_pixels: int = MAX_PIXELS,
    max_bytes: int = MAX_BYTES,
) -> list[StrongMatch]:
    """The records that lie in an upload, whole or in part, mirrored or negative, the surest first.

    upload: the content of a file (bytes), a path, or a Pillow image. A match is a candidate for a person to look at.
    Raises TooLarge (from the header), TooSmall, NotAPicture, Truncated; OSError for a path that cannot be read.
    """
    bank = records if isinstance(records, StrongBank) else gather(records)
    points = upload_points(upload_levels(upload, max_pixels=max_pixels, max_bytes=max_bytes))
    found = candidates(points, bank, within=WITHIN_BITS)
    return [match for match in found if match.inliers >= ENOUGH_INLIERS]


def upload_points(levels: npt.NDArray[np.float32]) -> UploadPoints:
    """Points and codes of grey levels at their upload size."""
    octaves, points = found_points(levels, most=MOST_POINTS, two_directions=True)
    return UploadPoints(
        codes=codes_of(waves_of(octaves, points)),
        geometry=np.column_stack([points.x, points.y, points.scale, points.angle]),
    )


def candidates(points: UploadPoints, bank: StrongBank, *, within: int) -> list[StrongMatch]:
    """All records with at least four points that agree, the most first."""
    return surest(match for way in WAYS for match in _one_way(points, bank, way, within=within))


def surest(matches: Iterable[StrongMatch]) -> list[StrongMatch]:
    """Of each record the match with the most points, the first of equals; the surest record first."""
    best: dict[int, StrongMatch] = {}
    for match in matches:
        if match.inliers > (best[match.record].inliers if match.record in best else 0):
            best[match.record] = match
    return sorted(best.values(), key=lambda match: (-match.inliers, match.record))


def _one_way(points: UploadPoints, bank: StrongBank, way: Way, *, within: int) -> Iterator[StrongMatch]:
    codes, geometry = read_as(points, way, bits=bank.recipe.bits)
    rows, places, apart = near_codes(codes.astype(bank.codes.dtype), bank.codes, within=within)
    owners = bank.owners[places]
    here, there = geometry[rows], bank.geometry[places]
    for owner in np.flatnonzero(votes(here, there, owners, bank.size) >= MIN_VOTES):
        mine = np.flatnonzero(owners == owner)
        count = inliers(Matches(here[mine], there[mine], apart[mine]))
        if count:
            yield StrongMatch(int(owner), count, way.mirrored, way.negative)


def read_as(points: UploadPoints, way: Way, *, bits: int) -> tuple[UInt64, Float64]:
    """Codes and geometry of an upload as they would be, were it not mirrored or no negative."""
    codes = lowest(points.codes, bits=bits) ^ mask(mirrored=way.mirrored, negative=way.negative, bits=bits)
    return codes, _as_registered(points.geometry, mirrored=way.mirrored, negative=way.negative)


def _as_registered(geometry: Float64, *, mirrored: bool, negative: bool) -> Float64:
    """The points of the upload as they would be, were it not mirrored or no negative."""
    x, y, scale, angle = geometry.T
    if mirrored:
        x, angle = -x, np.pi - angle
    if negative:
        angle = angle + np.pi
    return np.column_stack([x, y, scale, angle])


def near_codes(
    some: npt.NDArray[np.uint32 | np.uint64], others: npt.NDArray[np.uint32 | np.uint64], *, within: int
) -> tuple[Int64, Int64, Int64]:
    """Rows of `some`, places in `others`, and bits apart, of all pairs within so many bits."""
    step = max(1, BLOCK // max(1, len(others)))
    found = [np.zeros((3, 0), dtype=np.int64)]
    for start in range(0, len(some), step):
        apart = np.bitwise_count(some[start : start + step, None] ^ others)
        rows, places = np.nonzero(apart <= within)
        found.append(np.stack([rows + start, places, apart[rows, places]]))
    rows, places, apart = np.concatenate(found, axis=1)
    return rows, places, apart


def votes(here: Float64, there: Float64, owners: Int64, size: int) -> Int64:
    """For each record the most of its matches that agree roughly in turn and scale."""
    turn = (here[:, 3] - there[:, 3]) * (TURN_BINS / (2 * np.pi))
    octave = (np.log2(here[:, 2]) - np.log2(there[:, 2])) * BINS_AN_OCTAVE
    most = np.zeros(size, dtype=np.int64)
    for half_turn in (0, 0.5):
        for half_octave in (0, 0.5):
            turns = np.floor(turn + half_turn).astype(np.int64) % TURN_BINS
            octaves = np.floor(octave + half_octave).astype(np.int64) % SCALE_BINS
            bins, counts = np.unique((owners * TURN_BINS + turns) * SCALE_BINS + octaves, return_counts=True)
            np.maximum.at(most, bins // (TURN_BINS * SCALE_BINS), counts)
    return most
