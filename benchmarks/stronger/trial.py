"""Uploads against records: how many points agree with the right one, and how many with strangers."""

import time
from dataclasses import dataclass, field

import numpy as np
from robustness.corpus import Sample
from robustness.measure import MATCH_BITS

from amparo.core.fingerprint.strong import PointIndex
from amparo.core.fingerprint.strong._find import ENOUGH_INLIERS, StrongBank, candidates, gather
from amparo.core.fingerprint.strong._record import (
    FEWEST_POINTS,
    RECORD_PIXELS,
    STANDARD,
    Recipe,
    StrongRecord,
    _levels,
    record_of,
)
from stronger.uploads import Upload

# Points that agree are counted up to this in tables of strangers.
MOST = 40


@dataclass(frozen=True, slots=True)
class Registered:
    """bank: a record a picture, then parts of pictures, which count as strangers only. owners: for each record the
    place of its picture in the corpus. filled: whether it has points; what is too plain to be registered is no
    stranger that could match. whole: for each such place the number of its record. index: the same records where
    there are parts; it finds the same matches.
    """

    bank: StrongBank = field(repr=False)
    owners: np.ndarray
    filled: np.ndarray
    whole: dict[int, int]
    index: PointIndex | None = None


@dataclass(slots=True)
class Row:
    """One edit. agreed: for each upload, how many points agree with its own record. strangers: how many pairs with
    others had so many.
    """

    edit: str
    agreed: list[int] = field(default_factory=list)
    q_bits: list[int] = field(default_factory=list)
    strangers: np.ndarray = field(default_factory=lambda: np.zeros(MOST, dtype=int))
    closest: list[tuple[int, int, int]] = field(default_factory=list)
    pairs: int = 0
    seconds: list[float] = field(default_factory=list)
    finding: list[float] = field(default_factory=list)

    def recall(self, enough: int) -> float:
        return float(np.mean(np.array(self.agreed) >= enough))

    def recall_q(self) -> float:
        return float(np.mean(np.array(self.q_bits) <= MATCH_BITS))

    def recall_both(self, enough: int) -> float:
        return float(np.mean((np.array(self.agreed) >= enough) | (np.array(self.q_bits) <= MATCH_BITS)))


def register(
    samples: list[Sample], *, recipe: Recipe = STANDARD, parts: bool = False, places: list[int] | None = None
) -> Registered:
    """Every picture (or those at `places`), and where asked nine parts of each as pictures of their own."""
    owners = list(places or range(len(samples)))
    whole = {place: number for number, place in enumerate(owners)}
    records = [_registered(samples[place].image, recipe) for place in owners]
    if parts:
        for place in whole:
            some = [_registered(part, recipe) for part in _parts(samples[place].image)]
            records += some
            owners += [place] * len(some)
    filled = np.array([len(record) > 0 for record in records])
    index = None
    if parts:
        index = PointIndex()
        index.add(range(len(records)), records)
    return Registered(gather(records), np.array(owners), filled, whole, index)


def _registered(image, recipe: Recipe) -> StrongRecord:
    """Without its points where a picture is too plain to be registered: what is not stored is not found."""
    record = record_of(_levels(image, RECORD_PIXELS, partial=False, max_pixels=10**9, max_bytes=1), recipe=recipe)
    enough = len(record) >= min(FEWEST_POINTS, record.recipe.points)
    return record if enough else StrongRecord(*(part[:0] for part in _columns(record)), record.recipe)


def _columns(record: StrongRecord) -> tuple[np.ndarray, ...]:
    return record.codes, record.places, record.angles, record.scales


def _parts(image):
    """Its quarters, its middle, and what lies halfway between them: windows of half its sides."""
    w, h = image.size
    corners = [(x * w // 4, y * h // 4) for y in range(3) for x in range(3)]
    return [image.crop((x, y, x + w // 2, y + h // 2)) for x, y in corners]


def _agreed(upload: Upload, registered: Registered, within: int) -> dict[int, int]:
    if registered.index is not None:
        found = registered.index.candidates(upload.points)
    else:
        found = candidates(upload.points, registered.bank, within=within)
    return {match.record: match.inliers for match in found}


def try_edit(name: str, uploads: list[Upload], registered: Registered, *, within: int) -> Row:
    row = Row(name)
    for upload in uploads:
        begun = time.process_time()
        agreed = _agreed(upload, registered, within)
        row.finding.append(time.process_time() - begun)
        row.seconds.append(upload.seconds)
        row.agreed.append(agreed.get(registered.whole[upload.own], 0))
        row.q_bits.append(upload.q_bits)
        in_it = {upload.own, *upload.related}
        for record, count in agreed.items():
            owner = int(registered.owners[record])
            if owner not in in_it:
                row.strangers[min(count, MOST - 1)] += 1
                if count >= ENOUGH_INLIERS:
                    row.closest.append((count, upload.own, owner))
        row.pairs += int(np.count_nonzero(registered.filled & ~np.isin(registered.owners, list(in_it))))
    return row
