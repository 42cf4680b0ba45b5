"""Which waves become bits of the stronger tier: `benchmarks/strong_waves.py --whole` prints the rows of _waves.py.

Points of the tuning half of the photographs are matched with those of edited copies of them (another seed than the one
that judges), by all 143 signs and by geometry. Then, one at a time, that wave is taken which, with those before it,
best parts equal points from different ones: the mean gap in bits over the deviations of both. Without --whole two
uploads an edit are matched instead of eight, which shows the way and chooses somewhat other waves.
"""

import argparse
import tempfile
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image
from robustness.corpus import Sample, load
from robustness.edits import Draw, as_posted
from stronger.attack import levels_of
from stronger.uploads import GOAL, TUNED, split

from amparo.core.fingerprint import MAX_BYTES, MAX_PIXELS
from amparo.core.fingerprint.strong._codes import ORDERS, TURNS, all_waves_of
from amparo.core.fingerprint.strong._record import found_points, upload_levels
from amparo.core.fingerprint.strong._waves import Wave

SEED, UPLOADS, FEW_UPLOADS, POINTS = 7, 8, 2, 200
CHOSEN = 64
# Equal points differ in fewer of the 143 signs than this, before anything is known about single waves.
ROUGHLY = 44
# These change signs by design.
LEFT_OUT = {"negative", "mirrored", "flipped"}

ALL = [
    Wave(across, down, turn, sine, 0.0)
    for turn in range(TURNS)
    for sine in ((False, True) if turn else (False,))
    for down in range(ORDERS)
    for across in range(ORDERS)
]


def main() -> None:
    parser = argparse.ArgumentParser(description="Choose the waves of the stronger tier")
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "amparo-robustness")
    parser.add_argument("--whole", action="store_true", help="eight uploads an edit: some minutes")
    asked = parser.parse_args()
    samples = load(asked.cache)
    own, half = split(samples, tuning=True, count=UPLOADS if asked.whole else FEW_UPLOADS)
    known = {place: _points(levels_of(samples[place].image), two=False) for place in half}
    every = np.concatenate([waves for waves, _ in known.values()])
    middles = np.median(every, axis=0)
    middles[[wave.turns_in_mirror or wave.turns_in_negative for wave in ALL]] = 0
    pairs = [
        _equal_points(name, place, half, samples, known=known[place], middles=middles)
        for name in _edits()
        for place in own
    ]
    one, other = (np.concatenate(side) for side in zip(*pairs, strict=True))
    for place in _chosen(one > middles, other > middles, every > middles):
        print(f"    Wave({', '.join(str(part) for part in ALL[place][:4])}, {round(float(middles[place]), 3):g}),")


def _edits() -> list[str]:
    return [name for name in GOAL | TUNED if name not in LEFT_OUT]


def _points(levels: np.ndarray, *, two: bool) -> tuple[np.ndarray, np.ndarray]:
    octaves, points = found_points(levels, most=1500 if two else POINTS, two_directions=two)
    return all_waves_of(octaves, points), points.x + 1j * points.y


def _equal_points(name: str, place: int, half: list[int], samples: list[Sample], *, known, middles) -> tuple:
    """Waves of points of the picture, and of the same points in its edited copy."""
    around = [other for other in half if other != place]
    chance = np.random.default_rng([SEED, int.from_bytes(name.encode()[:24]) % 2**32, place])
    draw = Draw(chance, [samples[other].image for other in around])
    content = as_posted((GOAL | TUNED)[name](samples[place].image, draw), draw)
    levels = upload_levels(Image.open(BytesIO(content)), max_pixels=MAX_PIXELS, max_bytes=MAX_BYTES)
    (there_waves, there), (here_waves, here) = known, _points(levels, two=True)
    apart = ((there_waves > middles)[:, None] != (here_waves > middles)[None]).sum(axis=2)
    rows, columns = np.nonzero(apart <= ROUGHLY)
    keep = _agreeing(there[rows], here[columns])
    return there_waves[rows[keep]], here_waves[columns[keep]]


def _agreeing(there: np.ndarray, here: np.ndarray) -> np.ndarray:
    """Rows that agree on one likeness: the best of 300 guesses from two rows each."""
    best = np.zeros(0, dtype=int)
    if len(there) < 12:
        return best
    guesses = np.random.default_rng(1).integers(0, len(there), (300, 2))
    for one, other in guesses[np.abs(there[guesses[:, 0]] - there[guesses[:, 1]]) > 40]:
        turn = (here[other] - here[one]) / (there[other] - there[one])
        if 0.2 < abs(turn) < 8:
            off = np.abs(turn * (there - there[one]) + here[one] - here) / abs(turn)
            agreeing = np.flatnonzero(off < 6)
            best = agreeing if len(agreeing) > len(best) else best
    return best if len(best) >= 12 else best[:0]


def _chosen(one: np.ndarray, other: np.ndarray, every: np.ndarray) -> list[int]:
    chance = np.random.default_rng(2)
    same = (one != other).astype(float)
    left, right = chance.integers(0, len(every), (2, 20_000))
    different = (every[left] != every[right]).astype(float)
    gap = different.mean(axis=0) - same.mean(axis=0)
    spread, noise = np.cov(different.T), np.cov(same.T)
    taken: list[int] = []
    while len(taken) < CHOSEN:
        scores = []
        for wave in range(1, len(ALL)):
            some = [*taken, wave]
            corner = np.ix_(some, some)
            deviation = np.sqrt(spread[corner].sum()) + 0.5 * np.sqrt(noise[corner].sum())
            scores.append(-1.0 if wave in taken else gap[some].sum() / deviation)
        taken.append(1 + int(np.argmax(scores)))
    return taken


if __name__ == "__main__":
    main()
