"""Recall of the stronger tier, its false pairs, and what fewer bits would find: `python benchmarks/strong.py`.

The photographs, edits and seeds of benchmarks/robustness.py: the constants were chosen on the half of the photographs
that is not measured here, with another seed, and on none of the frames that are held back. Points of uploads are kept
in --cache, so that a second run takes a fraction. --parts registers nine parts of each picture too, as strangers;
--curve tries records with fewer points and bits, inverts them, and draws what each finds and gives away.
"""

import argparse
import platform
import tempfile
from math import lgamma
from pathlib import Path

import numpy as np
from robustness.corpus import Sample, load
from stronger.attack import likeness, record_of, shape_of, trained, truth
from stronger.drawing import Spot, spots_svg
from stronger.trial import MOST, Row, register, try_edit
from stronger.uploads import GOAL, OTHERS, TUNED, uploads_of

from amparo.core.fingerprint.strong._find import ENOUGH_INLIERS, WITHIN_BITS
from amparo.core.fingerprint.strong._geometry import MIN_INLIERS
from amparo.core.fingerprint.strong._record import STANDARD, Recipe

JUDGING_SEED, TUNING_SEED = 2026, 7
CERTAIN = 0.95
# For the curve: name of the group, and its recipes.
GROUPS = {
    "points of every size": [Recipe(points, largest=1.0) for points in (8, 16, 32)],
    "small points only": [Recipe(points) for points in (8, 12, 16, 24, 32, 48)],
    "small points, 16 bits": [Recipe(points, 16) for points in (24, 48)],
}
# Codes of equal points are within so many bits in nine of ten cases (benchmarks/strong_waves.py).
WITHIN = {16: 1, 24: 3, 32: WITHIN_BITS}
CURVE_UPLOADS, CURVE_PICTURES = 6, 16


def main() -> None:
    asked = _arguments()
    samples = load(asked.cache)
    print(
        f"{len(samples)} pictures, {asked.pictures} of them uploaded under each edit; {platform.machine()}", flush=True
    )
    if asked.curve:
        asked.curve.write_text(spots_svg(_curve(samples, asked)))
        return
    edits = {"Families of the goal": GOAL, "Others": TUNED if asked.tuning else OTHERS}
    uploads = {name: _uploads(name, edit, samples, asked) for some in edits.values() for name, edit in some.items()}
    own = register(samples, places=sorted({upload.own for some in uploads.values() for upload in some}))
    rows = {name: try_edit(name, some, own, within=WITHIN_BITS) for name, some in uploads.items()}
    for title, some in edits.items():
        _print_table(title, [rows[name] for name in some])
    if not asked.strangers:
        return
    everybody = register(samples, parts=asked.parts)
    points = np.bincount(everybody.bank.owners).mean()
    print(f"\n{np.count_nonzero(everybody.filled)} records, {points:.1f} points each on average; ", end="")
    print(f"{np.count_nonzero(~everybody.filled)} more were too plain", flush=True)
    strangers = []
    for name, some in uploads.items():
        strangers.append(try_edit(name, some[: asked.strangers], everybody, within=WITHIN_BITS))
        for count, own, other in strangers[-1].closest:
            print(f"  {name}: {count} points of {samples[other].name} in {samples[own].name}", flush=True)
        print(f"  {name}: {sum(row.pairs for row in strangers):,} pairs so far", flush=True)
    goal = [row for name, row in rows.items() if name in GOAL]
    _print_strangers(strangers, goal)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="The stronger tier: recall, false pairs, bits against recall")
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "amparo-robustness")
    parser.add_argument("--pictures", type=int, default=6, help="uploads an edit; docs/strong.md: 24")
    parser.add_argument("--strangers", type=int, default=8, help="uploads an edit that are compared with all records")
    parser.add_argument("--tuning", action="store_true", help="the half that constants were chosen on")
    parser.add_argument("--parts", action="store_true", help="nine parts of each picture as strangers")
    parser.add_argument("--curve", type=Path, help="where to draw what fewer bits find (SVG)")
    asked = parser.parse_args()
    asked.seed = TUNING_SEED if asked.tuning else JUDGING_SEED
    return asked


def _uploads(name, edit, samples: list[Sample], asked: argparse.Namespace) -> list:
    wanted = {"tuning": asked.tuning, "count": asked.pictures, "seed": asked.seed, "kept": asked.cache / "strong"}
    return uploads_of(name, edit, samples, **wanted)


def _print_table(title: str, rows: list[Row]) -> None:
    heads = ("edit", "Q <= 31", "stronger tier", "either", "points that agree, median")
    print(f"\n**{title}**\n\n| {' | '.join(heads)} |\n|{'---|' * len(heads)}")
    table = []
    for row in rows:
        table.append((row.recall_q(), row.recall(ENOUGH_INLIERS), row.recall_both(ENOUGH_INLIERS)))
        cells = [row.edit, *(f"{value:.2f}" for value in table[-1]), f"{np.median(row.agreed):.0f}"]
        print(f"| {' | '.join(cells)} |")
    print("| **mean** | " + " | ".join(f"**{value:.3f}**" for value in np.mean(table, axis=0)) + " | |", flush=True)


def _print_strangers(rows: list[Row], of_the_goal: list[Row]) -> None:
    pairs = sum(row.pairs for row in rows)
    strangers = sum(row.strangers for row in rows)
    print(f"\nof {pairs:,} pairs of different pictures so many had at least so many points that agree:")
    for enough in range(MIN_INLIERS, 12):
        mean = np.mean([row.recall(enough) for row in of_the_goal])
        count = int(strangers[enough:MOST].sum())
        print(f"  {enough}: {count}, at most one in {pairs / _at_most(count):,.0f} pairs (95 % certain),", end="")
        print(f" recall over the families of the goal {mean:.3f}")
    seconds = [each for row in rows for each in row.seconds]
    finding = [each for row in rows for each in row.finding]
    print(f"processor time: points of an upload {1000 * np.median(seconds):.0f} ms at the median, ", end="")
    print(f"lookup in all records {1000 * np.median(finding):.0f} ms")


def _at_most(count: int) -> float:
    """The largest expected number of which so few as `count` are seen once in 20 times (Poisson): 3.0 for none."""
    low, high = 0.0, 10.0 * count + 10
    while high - low > 1e-6 * high:
        middle = (low + high) / 2
        # P(X <= count), summed from logarithms, which do not overflow.
        terms = [k * np.log(middle) - middle - lgamma(k + 1) for k in range(count + 1)]
        low, high = (middle, high) if np.exp(terms).sum() > 1 - CERTAIN else (low, middle)
    return high


def _curve(samples: list[Sample], asked: argparse.Namespace) -> dict[str, list[Spot]]:
    """Recall where 7 points agree, and how like the true picture an attacker's is, for each recipe."""
    uploads = {name: _uploads(name, edit, samples, asked)[:CURVE_UPLOADS] for name, edit in GOAL.items()}
    own = sorted({upload.own for some in uploads.values() for upload in some})
    photographs = [sample for sample in samples if sample.photograph]
    known = [sample.image for sample in photographs if not sample.judging][:CURVE_PICTURES]
    victims = [sample.image for sample in photographs if sample.judging][:CURVE_PICTURES]
    lines: dict[str, list[Spot]] = {}
    for group, recipes in GROUPS.items():
        for recipe in recipes:
            registered = register(samples, recipe=recipe, places=own)
            rows = [try_edit(name, some, registered, within=WITHIN[recipe.bits]) for name, some in uploads.items()]
            attacker = trained(known, recipe, smoothing=False)
            alike = [likeness(attacker.paint(record_of(each, recipe), shape_of(each)), truth(each)) for each in victims]
            bits = recipe.points * recipe.bits_a_point
            recall = float(np.mean([row.recall(ENOUGH_INLIERS) for row in rows]))
            spot = Spot(bits=bits, recall=recall, alike=float(np.mean(alike)), chosen=recipe == STANDARD)
            lines.setdefault(group, []).append(spot)
            print(f"{group}: {spot}", flush=True)
    return lines


if __name__ == "__main__":
    main()
