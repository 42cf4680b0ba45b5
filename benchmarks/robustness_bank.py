"""False pairs of forms in a bank of real photographs: `python benchmarks/robustness_bank.py --entries 1000000`.

The bank is made of parts of all pictures of the corpus (a third to the whole of each side, anywhere), each as if it
were a picture that somebody registered. Uploads are those of benchmarks/robustness.py: the half of the photographs
that nothing was chosen on, every edit, the frames that were held back too; --tuning takes the other half and seed.
What is of a picture that is really in the upload does not count, everything else does, at each number of bits.
"""

import argparse
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image
from robustness.corpus import Sample, load
from robustness.edits import EDITS, FURTHER, Draw, Edit, as_posted
from robustness.frames import FRAMES, HELD_BACK
from robustness.measure import MATCH_BITS, PLAIN_BITS

from amparo.core.fingerprint import GOOD_QUALITY, Forms, forms
from amparo.core.fingerprint._matrix import codes_of_grids, grids
from amparo.core.matching import Index

JUDGING_SEED, TUNING_SEED, BANK_SEED = 2026, 7, 11
# Parts are taken of pictures at this long side, and registered from at least so many pixels.
LONG_SIDE, MIN_SIDE = 800, 160
LEAST_SHARE = 0.33
AT_ONCE = 200
# What the gate counts of a form: docs/gate.md.
GATE_BITS = {"whole": 31, "widened": 31, "framed": 24, "seamed": 24, "cell": 24}


@dataclass(frozen=True, slots=True)
class Parts:
    """A bank of parts of `samples`. codes: (n, 32). qualities: (n,) 0..100. owners: (n,) places of their pictures."""

    samples: list[Sample] = field(repr=False)
    codes: np.ndarray = field(repr=False)
    qualities: np.ndarray
    owners: np.ndarray


@dataclass(slots=True)
class Count:
    """hits: by kind of form and bits, pairs of a form and an entry that are not of one picture. uploads: so many have
    a pair that the gate would count. names: which pictures were taken for which, by the gate's bounds.
    """

    hits: Counter = field(default_factory=Counter)
    plain: Counter = field(default_factory=Counter)
    names: Counter = field(default_factory=Counter)
    forms: Counter = field(default_factory=Counter)
    uploads: int = 0
    stopped: int = 0


def main() -> None:
    asked = _arguments()
    samples = load(asked.cache)
    began = time.process_time()
    bank = _bank(samples, asked.entries)
    good = np.count_nonzero(bank.qualities >= GOOD_QUALITY)
    print(f"{len(bank.codes):,} parts of {len(samples)} pictures registered, {good:,} of them of quality 50 and more")
    print(f"  in {time.process_time() - began:.0f} s of processor time", flush=True)
    edits = EDITS | FRAMES | FURTHER | ({} if asked.tuning else HELD_BACK)
    with tempfile.TemporaryDirectory() as folder, Index.create(Path(folder) / "bank") as index:
        for start in range(0, len(bank.codes), 100_000):
            stop = min(start + 100_000, len(bank.codes))
            index.add(bank.codes[start:stop], np.arange(start, stop, dtype=np.uint64))
        index.compact()
        count = Count()
        for name, edit in edits.items():
            for upload, in_it in _uploads(name, edit, samples, asked):
                _look_up(forms(Image.open(BytesIO(upload))), in_it, bank, index, count)
            print(f"  {name}: {count.uploads} uploads so far, {count.stopped} taken for another picture", flush=True)
    _print(count, len(bank.codes))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="False pairs of forms in a bank of real photographs")
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "amparo-robustness")
    parser.add_argument("--entries", type=int, default=100_000, help="registered parts of pictures")
    parser.add_argument("--pictures", type=int, default=4, help="uploads an edit")
    parser.add_argument("--tuning", action="store_true", help="the half that constants were chosen on")
    asked = parser.parse_args()
    asked.seed = TUNING_SEED if asked.tuning else JUDGING_SEED
    return asked


def _bank(samples: list[Sample], entries: int) -> Parts:
    random = np.random.default_rng(BANK_SEED)
    each = -(-entries // len(samples))
    codes, qualities, owners = [], [], []
    for place, sample in enumerate(samples):
        levels = _levels(sample.image)
        for start in range(0, each, AT_ONCE):
            boxes = [_part(levels.shape, random) for _ in range(min(AT_ONCE, each - start))]
            four = np.stack([grids(levels[y0:y1, x0:x1], ways=2) for x0, y0, x1, y1 in boxes])
            found, good = codes_of_grids(four)
            codes.append(found[:, 0])
            qualities.append(good[:, 0])
            owners += [place] * len(boxes)
    return Parts(samples, np.concatenate(codes), np.concatenate(qualities), np.array(owners))


def _levels(image: Image.Image) -> np.ndarray:
    small = image.convert("L")
    small.thumbnail((LONG_SIDE, LONG_SIDE), Image.Resampling.LANCZOS)
    return np.asarray(small, dtype=np.float32)


def _part(shape: tuple[int, int], random: np.random.Generator) -> tuple[int, int, int, int]:
    height, width = shape
    wide, high = (max(min(MIN_SIDE, side), round(side * random.uniform(LEAST_SHARE, 1))) for side in (width, height))
    x0, y0 = int(random.integers(0, width - wide + 1)), int(random.integers(0, height - high + 1))
    return x0, y0, x0 + wide, y0 + high


def _uploads(name: str, edit: Edit, samples: list[Sample], asked) -> Iterator[tuple[bytes, list[int]]]:
    """Files as benchmarks/robustness.py makes them, and the places of the pictures that are in each, its own first."""
    half = [place for place, sample in enumerate(samples) if sample.photograph and sample.judging != asked.tuning]
    whole = [place for place in half if min(samples[place].image.size) >= 400 and samples[place].fills_its_frame]
    for own in whole[: asked.pictures]:
        around = [place for place in half if place != own]
        chance = np.random.default_rng([asked.seed, int.from_bytes(name.encode()[:24]) % 2**32, own])
        draw = Draw(chance, [samples[place].image for place in around])
        upload = as_posted(edit(samples[own].image, draw), draw)
        yield upload, [own, *(around[place] for place in draw.used)]


def _look_up(found: Forms, in_it: list[int], bank: Parts, index: Index, count: Count) -> None:
    limits, ids, bits = index.search_many(found.codes, within=MATCH_BITS)
    rows = np.repeat(np.arange(len(found)), np.diff(limits))
    strangers = ~np.isin(bank.owners[ids], in_it)
    count.uploads += 1
    count.forms.update(_kind(name) for name in found.names)
    stopped = False
    for row, entry, apart in zip(rows[strangers], ids[strangers], bits[strangers].astype(int), strict=True):
        kind = _kind(found.names[row])
        plain = min(found.qualities[row], bank.qualities[entry]) < GOOD_QUALITY
        (count.plain if plain else count.hits)[kind, int(apart)] += 1
        if apart <= (PLAIN_BITS if plain else GATE_BITS[kind]):
            stopped = True
            count.names[kind, bank.samples[in_it[0]].name, bank.samples[bank.owners[entry]].name] += 1
    count.stopped += stopped


def _kind(name: str) -> str:
    kind = name.partition(",")[0]
    return kind if kind in GATE_BITS else "whole"


def _print(count: Count, entries: int) -> None:
    print(f"\n{count.uploads:,} uploads, {sum(count.forms.values()):,} forms of them, {entries:,} entries")
    print("pairs of a form and an entry of another picture, by kind and bits:\n")
    bounds = (16, 20, 24, 28, 31)
    print("| kind | forms an upload | " + " | ".join(f"<= {bound}" for bound in bounds) + " |\n|" + "---|" * 7)
    for kind, bound in GATE_BITS.items():
        cells = [str(_within(count.hits, kind, each)) for each in bounds]
        print(f"| {kind}, counted to {bound} | {count.forms[kind] / count.uploads:.1f} | {' | '.join(cells)} |")
    cells = [str(sum(_within(count.plain, kind, each) for kind in GATE_BITS)) for each in bounds]
    print(f"| one of both plain, counted to {PLAIN_BITS} | | {' | '.join(cells)} |")
    print(f"\nuploads with a pair that the gate counts: {count.stopped} of {count.uploads:,}")
    for (kind, own, other), times in count.names.most_common(20):
        print(f"  {times} times, {kind}: {other} in {own}")


def _within(hits: Counter, kind: str, bound: int) -> int:
    return sum(times for (of, apart), times in hits.items() if of == kind and apart <= bound)


if __name__ == "__main__":
    main()
