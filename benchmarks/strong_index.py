"""A lookup in the stronger tier beside reading every record: `python benchmarks/strong_index.py`.

One upload (skimage's coffee, tilted) against so many records: the records of scikit-image's photographs of things and
animals, and made-up ones whose codes are real codes with bits turned, so that they crowd as real ones do. Both ways in
the same run, processor time, best of three; where both are run, their answers are compared. Beside it what a record
and an upload's points take to make.
"""

import argparse
import importlib.util
import platform
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from amparo.core.fingerprint import strong
from amparo.core.fingerprint.strong._engine import engines
from amparo.core.fingerprint.strong._find import WITHIN_BITS, candidates, upload_points
from amparo.core.fingerprint.strong._record import upload_levels

REAL = ("chelsea.png", "coffee.png", "rocket.jpg", "coins.png", "brick.png", "gravel.png", "grass.png")
MOST = 10**9
POINTS = 32
# Records added at a time, and the most that numpy's way is tried with.
BATCH, NUMPY = 20_000, 100_000
# Bits of a real code that are drawn anew for a made-up one: about half of them change.
DRAWN = 10


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--records", type=int, nargs="*", default=[1_000, 10_000, 100_000])
    parser.add_argument("--linear", type=int, default=10_000, help="read every record of at most so many")
    asked = parser.parse_args()
    folder = Path(importlib.util.find_spec("skimage").submodule_search_locations[0]) / "data"
    real = [strong.record(folder / name) for name in REAL]
    upload = Image.open(folder / "coffee.png").convert("RGB").resize((1200, 800)).rotate(10)
    levels = upload_levels(upload, max_pixels=MOST, max_bytes=MOST)
    points = upload_points(levels)
    print(f"{platform.machine()}, engines {', '.join(engines())}; {len(points.codes)} codes of the upload")
    print(f"a record: {_seconds(lambda: strong.record(folder / 'coffee.png')) * 1000:.0f} ms with decoding; ", end="")
    print(f"an upload's points: {_seconds(lambda: upload_points(levels)) * 1000:.0f} ms")
    heads = ["records", "filling", "bytes a record", *(f"index, {name}" for name in engines()), "every record"]
    print(f"\n| {' | '.join(heads)} |\n|{'---|' * len(heads)}")
    for count in asked.records:
        print(f"| {' | '.join(_row(count, real, points, linear=count <= asked.linear))} |", flush=True)


def _row(count: int, real: list, points, *, linear: bool) -> list[str]:
    some, chance = [*real], np.random.default_rng(count)
    indexes = {name: strong.PointIndex(engine=name) for name in engines() if name == engines()[0] or count <= NUMPY}
    filling, bank = 0.0, []
    for begin in range(0, count, BATCH):
        some += [_made(chance, real) for _ in range(min(BATCH, count - begin) - len(some))]
        ids = range(begin, begin + len(some))
        for name, index in indexes.items():
            begun = time.process_time()
            index.add(ids, some)
            filling += time.process_time() - begun if name == engines()[0] else 0
        bank, some = [*bank, *some] if linear else [], []
    first = indexes[engines()[0]]
    ways = {name: lambda index=index: index.candidates(points) for name, index in indexes.items()}
    if linear:
        gathered = strong.gather(bank)
        ways["every"] = lambda: candidates(points, gathered, within=WITHIN_BITS)
    answers = [way() for way in ways.values()]
    assert all(one == answers[0] for one in answers), "two ways, two answers"
    assert answers[0][0].inliers >= strong.ENOUGH_INLIERS
    times = [f"{_seconds(ways[name]):.3f} s" if name in ways else "" for name in (*engines(), "every")]
    return [f"{len(first):,}", f"{filling:.1f} s", f"{first.bytes / len(first):.0f}", *times]


def _made(chance: np.random.Generator, real: list) -> strong.StrongRecord:
    codes = np.concatenate([record.codes for record in real])
    turned = np.zeros(POINTS, np.uint64)
    for _ in range(DRAWN):
        turned ^= np.uint64(1) << chance.integers(32, size=POINTS).astype(np.uint64)
    some = np.sort(codes[chance.integers(len(codes), size=POINTS)] ^ turned)
    places, angles, scales = (chance.integers(most, size=size) for most, size in _SHAPES)
    return strong.StrongRecord(some, places, angles, scales)


_SHAPES = ((64, (POINTS, 2)), (16, POINTS), (16, POINTS))


def _seconds(work: Callable[[], object]) -> float:
    """Processor time, best of three."""
    times = []
    for _ in range(3):
        begun = time.process_time()
        work()
        times.append(time.process_time() - begun)
    return min(times)


if __name__ == "__main__":
    main()
