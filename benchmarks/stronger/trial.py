"""Uploads against records: how many points agree with the right one, and how many with strangers."""

import time
from dataclasses import dataclass, field

import numpy as np
from robustness.corpus import Sample
from robustness.measure import MATCH_BITS

from amparo.core.fingerprint.strong._find import StrongBank, candidates, gather
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
# Pairs of strangers with so many are told one by one.
CLOSE = 5


@dataclass(frozen=True, slots=True)
class Registered:
    """bank: a record a picture, then parts of pictures, which count as strangers only. owners: for each record the
    place of its picture in the corpus. filled: whether it has points; what is too plain to be registered is no
    stranger that could match. whole: for each such place the number of its record.
    """

    bank: StrongBank = field(repr=False)
    owners: np.ndarray
    filled: np.ndarray
    whole: dict[int, int]


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
    """Every picture (or those at `places`), and where asked five parts of each as pictures of their own."""
    limits = {"partial": False, "max_pixels": 10**9, "max_bytes": 1}
    images = [(place, samples[place].image) for place in (places or range(len(samples)))]
    whole = {place: number for number, (place, _) in enumerate(images)}
    if parts:
        images += [(place, part) for place, image in list(images) for part in _parts(image)]
    records = [_kept(record_of(_levels(image, RECORD_PIXELS, **limits), recipe=recipe)) for _, image in images]
    filled = np.array([len(record) > 0 for record in records])
    return Registered(gather(records), np.array([place for place, _ in images]), filled, whole)


def _kept(record: StrongRecord) -> StrongRecord:
    """Without its points where a picture is too plain to be registered: what is not stored is not found."""
    enough = len(record) >= min(FEWEST_POINTS, record.recipe.points)
    return record if enough else StrongRecord(*(part[:0] for part in _columns(record)), record.recipe)


def _columns(record: StrongRecord) -> tuple[np.ndarray, ...]:
    return record.codes, record.places, record.angles, record.scales


def _parts(image):
    """Its quarters and its middle."""
    w, h = image.size
    boxes = [
        (x * w // 4, y * h // 4, (x + 2) * w // 4, (y + 2) * h // 4)
        for x, y in ((0, 0), (2, 0), (0, 2), (2, 2), (1, 1))
    ]
    return [image.crop(box) for box in boxes]


def try_edit(name: str, uploads: list[Upload], registered: Registered, *, within: int) -> Row:
    row = Row(name)
    for upload in uploads:
        begun = time.process_time()
        found = candidates(upload.points, registered.bank, within=within)
        row.finding.append(time.process_time() - begun)
        row.seconds.append(upload.seconds)
        agreed = {match.record: match.inliers for match in found}
        row.agreed.append(agreed.get(registered.whole[upload.own], 0))
        row.q_bits.append(upload.q_bits)
        in_it = {upload.own, *upload.related}
        for record, count in agreed.items():
            owner = int(registered.owners[record])
            if owner not in in_it:
                row.strangers[min(count, MOST - 1)] += 1
                if count >= CLOSE:
                    row.closest.append((count, upload.own, owner))
        row.pairs += int(np.count_nonzero(registered.filled & ~np.isin(registered.owners, list(in_it))))
    return row
