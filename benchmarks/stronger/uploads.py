"""Edited copies as uploads: what is looked up of each, made once and kept in a folder outside the repository."""

import time
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image
from robustness.corpus import Sample
from robustness.edits import EDITS, FURTHER, Draw, Edit, as_posted
from robustness.frames import FRAMES, HELD_BACK
from robustness.measure import bits

from amparo.core.fingerprint import MAX_BYTES, MAX_PIXELS, forms, hash_image
from amparo.core.fingerprint.strong._find import UploadPoints, upload_points
from amparo.core.fingerprint.strong._record import upload_levels

GOAL = EDITS | FRAMES
OTHERS = FURTHER | HELD_BACK
# Frames that are held back are never run while constants are chosen.
TUNED = FURTHER


@dataclass(frozen=True, slots=True)
class Upload:
    """own: the place of the picture in the corpus. related: other pictures that are in it too. q_bits: how near its
    forms come to the picture's one stored code. seconds: processor time to find the points, without decoding.
    """

    own: int
    related: frozenset[int]
    points: UploadPoints = field(repr=False)
    q_bits: int
    seconds: float


def split(samples: list[Sample], *, tuning: bool, count: int) -> tuple[list[int], list[int]]:
    """Places of the uploads and of what may lie around them, as benchmarks/robustness.py takes them."""
    half = [place for place, sample in enumerate(samples) if sample.photograph and sample.judging != tuning]
    whole = [place for place in half if min(samples[place].image.size) >= 400 and samples[place].fills_its_frame]
    return whole[:count], half


def uploads_of(name: str, edit: Edit, samples: list[Sample], *, tuning: bool, count: int, seed: int, kept: Path):
    """All uploads of one edit; from `kept` where they are there."""
    file = kept / f"{name.replace(' ', '-').replace('%', 'pc').replace(',', '')}-{seed}-{count}-{int(tuning)}.npz"
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        own, half = split(samples, tuning=tuning, count=count)
        _keep([_made(name, edit, each, half, samples, seed=seed) for each in own], file)
    return _kept(file)


def _made(name: str, edit: Edit, own: int, half: list[int], samples: list[Sample], *, seed: int) -> Upload:
    """The same bytes as benchmarks/robustness.py makes: chance depends on seed, edit and picture alone."""
    around = [place for place in half if place != own]
    chance = np.random.default_rng([seed, int.from_bytes(name.encode()[:24]) % 2**32, own])
    draw = Draw(chance, [samples[place].image for place in around])
    content = as_posted(edit(samples[own].image, draw), draw)
    image = Image.open(BytesIO(content))
    image.load()
    begun = time.process_time()
    points = upload_points(upload_levels(image, max_pixels=MAX_PIXELS, max_bytes=MAX_BYTES))
    seconds = time.process_time() - begun
    stored = np.frombuffer(hash_image(samples[own].image).code, np.uint8)[None]
    nearest = int(bits(forms(image).codes, stored).min())
    return Upload(own, frozenset(around[place] for place in draw.used), points, nearest, seconds)


def _keep(some: list[Upload], file: Path) -> None:
    ends = np.cumsum([len(each.points.codes) for each in some])
    related = [[each.own, place] for each in some for place in each.related]
    np.savez(
        file,
        own=[each.own for each in some],
        q_bits=[each.q_bits for each in some],
        seconds=[each.seconds for each in some],
        related=np.array(related, dtype=int).reshape(-1, 2),
        ends=ends,
        codes=np.concatenate([each.points.codes for each in some]),
        geometry=np.concatenate([each.points.geometry for each in some]).astype(np.float32),
    )


def _kept(file: Path) -> list[Upload]:
    with np.load(file) as all_:
        parts = {name: all_[name] for name in all_.files}
    made = []
    for number, own in enumerate(parts["own"].tolist()):
        rows = slice(parts["ends"][number - 1] if number else 0, parts["ends"][number])
        points = UploadPoints(parts["codes"][rows], parts["geometry"][rows].astype(float))
        related = frozenset(place for one, place in parts["related"].tolist() if one == own)
        made.append(Upload(own, related, points, int(parts["q_bits"][number]), float(parts["seconds"][number])))
    return made
