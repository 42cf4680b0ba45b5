"""What a lookup costs from 10 thousand entries up, as a plot: `python benchmarks/matching_curve.py --svg FILE`.

    --most 50000000 --folder DIR    as far as that; DIR needs 160 bytes an entry, best in memory (8 GB), and the program
                                    2.5 GB beside it

Uniform codes, one query in eight with an entry within 30 bits, all of which have to be found. Costs are processor time
of one thread, the best of several runs. Up to 10 million entries faiss's flat scan is measured beside, if it is there.
"""

import argparse
import platform
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from amparo.core.matching import Index, engine

try:
    import faiss
except ImportError:  # then without the peer
    faiss = None

SEED = 20261121
SIZES = (10_000, 30_000, 100_000, 300_000, 1_000_000, 3_000_000, 10_000_000, 20_000_000, 50_000_000)
PEER_MOST = 10_000_000
# A segment's rows: so much is made, and held, at a time.
AT_ONCE = 1 << 24
QUERIES = 2048
Points = dict[str, list[tuple[int, float]]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--most", type=int, default=1_000_000, help="the largest number of entries")
    parser.add_argument("--folder", type=Path, help="where the index is made; a temporary folder otherwise")
    parser.add_argument("--svg", type=Path, help="where to write the plot")
    asked = parser.parse_args()
    if faiss is not None:
        faiss.omp_set_num_threads(1)
    points: Points = {}
    print(f"{engine()}, Python {platform.python_version()}; microseconds of processor time a query\n")
    print("| entries | within 24 | within 31 | within 31, one at a time | within 50 | faiss flat | bytes an entry |")
    print("|---|---|---|---|---|---|---|")
    for entries in (size for size in SIZES if size <= asked.most):
        folder = Path(tempfile.mkdtemp(prefix="amparo-bench-", dir=asked.folder))
        try:
            told, size = measure(entries, folder / "index")
        finally:
            shutil.rmtree(folder)
        for name, value in told.items():
            points.setdefault(name, []).append((entries, value))
        shown = [f"{told[name]:.1f}" if name in told else "" for name in NAMES]
        print(f"| {entries:,} | {' | '.join(shown)} | {size:.0f} |", flush=True)
        if asked.svg:
            asked.svg.parent.mkdir(parents=True, exist_ok=True)
            asked.svg.write_text(drawn(points))


NAMES = ("within 24", "within 31", "within 31, one at a time", "within 50", "faiss flat, within 31")


def measure(entries: int, folder: Path) -> tuple[dict[str, float], float]:
    """Microseconds a query by name, and bytes an entry."""
    rng = np.random.default_rng(SEED)
    planted = []
    flat = faiss.IndexBinaryFlat(256) if faiss is not None and entries <= PEER_MOST else None
    with Index.create(folder) as index:
        for first in range(0, entries, AT_ONCE):
            codes = rng.integers(0, 256, (min(AT_ONCE, entries - first), 32), dtype=np.uint8)
            index.add(codes, np.arange(first, first + len(codes), dtype=np.uint64))
            planted.append(codes[rng.integers(0, len(codes), QUERIES // 8)])
            if flat is not None:
                flat.add(codes)
        near = changed(rng, np.concatenate(planted)[: QUERIES // 8])
        queries = np.concatenate([near, rng.integers(0, 256, (QUERIES - len(near), 32), dtype=np.uint8)])
        limits, _, _ = index.search_many(queries, 31)
        assert (np.diff(limits)[: len(near)] > 0).all(), "a planted neighbour was not found"
        mixed = queries[rng.permutation(QUERIES)]
        told = {
            "within 24": each(lambda: index.search_many(mixed, 24), QUERIES),
            "within 31": each(lambda: index.search_many(mixed, 31), QUERIES),
            "within 31, one at a time": each(lambda: [index.search(code, 31) for code in mixed[:512]], 512),
            "within 50": each(lambda: index.search_many(mixed[:256], 50), 256),
        }
        if flat is not None:
            few = max(16, min(256, 2 * 10**7 // entries))
            told[NAMES[-1]] = each(lambda: flat.range_search(mixed[:few], 32), few, times=2)
        return told, sum(file.stat().st_size for file in folder.iterdir()) / entries


def changed(rng: np.random.Generator, codes: np.ndarray) -> np.ndarray:
    """Each code with 0 to 30 bits turned over."""
    bits = np.unpackbits(codes, axis=1)
    for row in bits:
        row[rng.choice(256, int(rng.integers(0, 31)), replace=False)] ^= 1
    return np.packbits(bits, axis=1)


def each(work: Callable[[], object], count: int, *, times: int = 4) -> float:
    took = []
    for _ in range(times):
        began = time.process_time()
        work()
        took.append(time.process_time() - began)
    return min(took) / count * 1e6


COLOURS = dict(zip(NAMES, ("#5aa9e6", "#0b6e4f", "#7fb069", "#d98e04", "#999999"), strict=True))
WIDTH, HEIGHT, LEFT, TOP = 520, 300, 70, 20


def drawn(points: Points) -> str:
    """Both axes by powers of ten, as a plain SVG."""
    sizes = [size for line in points.values() for size, _ in line]
    costs = [cost for line in points.values() for _, cost in line]
    left, right = np.floor(np.log10(min(sizes))), max(np.log10(max(sizes)), np.log10(min(sizes)) + 1)
    low, high = np.floor(np.log10(min(costs))), np.ceil(np.log10(max(costs)))

    def x(size: float) -> float:
        return float(LEFT + WIDTH * (np.log10(size) - left) / (right - left))

    def y(cost: float) -> float:
        return float(TOP + HEIGHT * (high - np.log10(cost)) / (high - low))

    total = f"{LEFT + WIDTH + 40} {TOP + HEIGHT + 40 + 20 * len(points)}"
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {total}" font-size="12" font-family="sans-serif">']
    parts.append('<rect width="100%" height="100%" fill="#ffffff"/>')
    for power in range(int(low), int(high) + 1):
        at = y(10.0**power)
        parts.append(f'<line x1="{LEFT}" y1="{at:.1f}" x2="{LEFT + WIDTH}" y2="{at:.1f}" stroke="#dddddd"/>')
        parts.append(f'<text x="{LEFT - 6}" y="{at + 4:.1f}" text-anchor="end">{10.0**power:,.10g} us</text>')
    for size in sorted(set(sizes)):
        label = f"{size // 10**6} M" if size >= 10**6 else f"{size // 1000} k"
        parts.append(f'<text x="{x(size):.1f}" y="{TOP + HEIGHT + 18}" text-anchor="middle">{label}</text>')
    for number, (name, line) in enumerate(points.items()):
        path = " ".join(f"{x(size):.1f},{y(cost):.1f}" for size, cost in line)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{COLOURS[name]}" stroke-width="2"/>')
        at = TOP + HEIGHT + 40 + 20 * number
        parts.append(f'<rect x="{LEFT}" y="{at - 6}" width="14" height="4" fill="{COLOURS[name]}"/>')
        parts.append(f'<text x="{LEFT + 22}" y="{at}">{name}</text>')
    return "\n".join([*parts, "</svg>\n"])


if __name__ == "__main__":
    main()
