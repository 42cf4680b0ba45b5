"""How many edited copies are found, and how many strangers: per edit, and as curves over the strength of an edit."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from io import BytesIO

import numpy as np
import pdqhash
from PIL import Image

from amparo.core.fingerprint import GOOD_QUALITY, ORIENTATIONS, Forms, forms, hash_image
from robustness.corpus import Sample
from robustness.edits import Draw, Edit, as_posted

MATCH_BITS = 31
POSSIBLE_BITS = 50
# docs/gate.md: what counts of a box where it or the picture is plain (quality under 50). Of the whole the table shows
# what the fingerprint can do.
PLAIN_BITS = 20
PHASH_BITS = 8
# What each column of the table is.
SCHEMES = ("plain PDQ", "pHash", "pdq-c512", "+ orientations", "Q")

Codes = np.ndarray


def bits(some: Codes, others: Codes) -> np.ndarray:
    """(n, m) Hamming distances of (n, bytes) and (m, bytes) uint8."""
    wide = np.ascontiguousarray(some).view(np.uint64)[:, None] ^ np.ascontiguousarray(others).view(np.uint64)[None]
    return np.bitwise_count(wide).sum(axis=-1, dtype=np.int64)


def counted(found: Forms, apart: np.ndarray, qualities: np.ndarray) -> np.ndarray:
    """The distances (forms, pictures), but 256 where the box or the picture is plain and they are over PLAIN_BITS."""
    plain = (found.qualities < GOOD_QUALITY)[:, None] | (qualities < GOOD_QUALITY)
    plain[: len(ORIENTATIONS) * 2] = False
    return np.where(plain & (apart > PLAIN_BITS), 256, apart)


def plain_pdq(image: Image.Image) -> Codes:
    code, _ = pdqhash.compute(np.asarray(image.convert("RGB")))
    return np.packbits(code)


def phash(image: Image.Image) -> Codes:
    """The usual 64-bit pHash: 32 x 32 grey, DCT, the 8 x 8 low frequencies against their median."""
    small = np.asarray(image.convert("L").resize((32, 32), Image.Resampling.LANCZOS), dtype=float)
    place = np.arange(32)
    cosines = np.cos(np.pi / 32 * (place[None] + 0.5) * place[:8, None])
    low = cosines @ small @ cosines.T
    return np.packbits(low > np.median(low))


@dataclass(frozen=True, slots=True)
class Bank:
    """One fingerprint a picture, of each kind."""

    samples: list[Sample]
    plain: Codes = field(repr=False)
    phash: Codes = field(repr=False)
    canonical: Codes = field(repr=False)
    qualities: np.ndarray = field(repr=False)


def register(samples: list[Sample]) -> Bank:
    canonical = [hash_image(sample.image) for sample in samples]
    return Bank(
        samples=samples,
        plain=np.array([plain_pdq(sample.image) for sample in samples]),
        phash=np.array([phash(sample.image) for sample in samples]),
        canonical=np.array([np.frombuffer(each.code, np.uint8) for each in canonical]),
        qualities=np.array([each.quality for each in canonical]),
    )


@dataclass(slots=True)
class Tally:
    """One row of the table. nearest: for each upload the distance to its own picture, one column a scheme."""

    edit: str
    nearest: list[list[int]] = field(default_factory=list)
    false_match: int = 0
    false_possible: int = 0
    false_plain: int = 0
    false_phash: int = 0
    pairs: int = 0
    form_counts: list[int] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    def recall(self, scheme: str, within: int | None = None) -> float:
        bound = within or (PHASH_BITS if scheme == "pHash" else MATCH_BITS)
        return float(np.mean(np.array(self.nearest)[:, SCHEMES.index(scheme)] <= bound))


def look_up(upload: bytes, *, own: int, related: set[int], bank: Bank, tally: Tally) -> None:
    """Add one upload to the tally. related: pictures that are truly in the upload too, and no stranger."""
    image = Image.open(BytesIO(upload))
    image.load()
    plain = bits(plain_pdq(image)[None], bank.plain)[0]
    begun = time.process_time()
    found = forms(image)
    tally.seconds.append(time.process_time() - begun)
    apart = counted(found, bits(found.codes, bank.canonical), bank.qualities)
    best = apart.min(axis=0)
    near = bits(phash(image)[None], bank.phash)[0]
    tally.nearest.append(
        [int(each) for each in (plain[own], near[own], apart[0, own], apart[:8, own].min(), best[own])]
    )
    strangers = np.delete(best, [own, *related])
    tally.pairs += len(strangers)
    tally.false_match += int(np.count_nonzero(strangers <= MATCH_BITS))
    tally.false_possible += int(np.count_nonzero(strangers <= POSSIBLE_BITS))
    tally.false_plain += int(np.count_nonzero(np.delete(plain, [own, *related]) <= MATCH_BITS))
    tally.false_phash += int(np.count_nonzero(np.delete(near, [own, *related]) <= PHASH_BITS))
    tally.form_counts.append(len(found))


def run_edit(name: str, edit: Edit, uploads: Iterable[int], *, bank: Bank, others: list[int], seed: int) -> Tally:
    """uploads, others: places in the bank. The random numbers depend on seed, edit and picture alone."""
    tally = Tally(name)
    for own in uploads:
        around = [place for place in others if place != own]
        chance = np.random.default_rng([seed, int.from_bytes(name.encode()[:24]) % 2**32, own])
        draw = Draw(chance, [bank.samples[place].image for place in around])
        upload = as_posted(edit(bank.samples[own].image, draw), draw)
        look_up(upload, own=own, related={around[place] for place in draw.used}, bank=bank, tally=tally)
    return tally


def curve(
    make: Callable[[float], Edit],
    strengths: list[float],
    uploads: list[int],
    *,
    bank: Bank,
    others: list[int],
    seed: int,
) -> dict[str, list[float]]:
    """Recall of plain PDQ and of Q, at each strength."""
    rows = [
        run_edit(f"{number}", make(strength), uploads, bank=bank, others=others, seed=seed)
        for number, strength in enumerate(strengths)
    ]
    return {
        "plain PDQ <= 31": [row.recall("plain PDQ") for row in rows],
        "Q <= 31": [row.recall("Q") for row in rows],
        "Q <= 50": [row.recall("Q", POSSIBLE_BITS) for row in rows],
    }
