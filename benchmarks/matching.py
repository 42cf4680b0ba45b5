"""What a lookup costs: Amparo's index against faiss's flat scan and python-threatexchange's PDQIndex, in one run.

    python benchmarks/matching.py             100,000 and 1,000,000 entries, two minutes
    python benchmarks/matching.py --large     10,000,000 entries as well, 2.5 GB of memory
    python benchmarks/matching.py --chunks    only what rows, columns and diagonals as chunks would have to read

Two banks: codes of random bits, and codes of pieces of scikit-image's sample photographs as PDQ would make them (each
has 128 ones). One query in eight is an entry with up to 30 bits changed: of the 160 forms of an upload few are near
anything. Costs are processor time of one thread, the best of several runs, so that other programs on the machine count
little. The p50 of a single search is by the clock. Every answer is compared with faiss's, hit by hit. Prints a table.
"""

import argparse
import importlib.util
import platform
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import faiss
import numpy as np
from PIL import Image
from threatexchange.signal_type.pdq.pdq_index import PDQIndex

from amparo.core.matching import Index, engine, matchers

PHOTOS = (
    *("chelsea.png", "coffee.png", "coins.png", "rocket.jpg", "hubble_deep_field.jpg", "moon.png", "brick.png"),
    *("grass.png", "gravel.png", "clock_motion.png", "motorcycle_left.png", "motorcycle_right.png"),
)
SEED = 20261121
QUERIES = 4096
PIECE = 1_000_000
CROPS = 100_000  # of photographs; more entries are made from these
# faiss scans for several queries at a time; it gets the size that suits it best.
PEER_BATCHES = (1, 16, 64, 256)
OUR_BATCHES = (160, 1024, 4096)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--large", action="store_true", help="10 million entries as well")
    parser.add_argument("--chunks", action="store_true", help="compare ways of cutting a code into chunks")
    parser.add_argument("--entries", type=int, action="append", help="these numbers of entries instead")
    parser.add_argument("--bank", choices=["uniform", "photos"], action="append", help="only this bank")
    parser.add_argument("--skip-threatexchange", action="store_true")
    parser.add_argument("--folder", type=Path, help="where the index is made; a temporary folder otherwise")
    asked = parser.parse_args()
    if asked.chunks:
        compare_chunks()
        return
    faiss.omp_set_num_threads(1)
    sizes = asked.entries or [100_000, 1_000_000, *([10_000_000] if asked.large else [])]
    print(f"{processor()}; Python {platform.python_version()}, faiss {faiss.__version__}, engine: {engine()}\n")
    print(
        "| bank | entries | way | us a query | times faiss flat | p50 of one, us | bytes an entry | build s | open s |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    for bank in asked.bank or ["uniform", "photos"]:
        for entries in sizes:
            folder = Path(tempfile.mkdtemp(prefix="amparo-bench-", dir=asked.folder))
            try:
                compare(bank, entries, folder, with_threatexchange=not asked.skip_threatexchange)
            finally:
                shutil.rmtree(folder)


def compare(bank: str, entries: int, folder: Path, *, with_threatexchange: bool) -> None:
    rng = np.random.default_rng(SEED)
    codes = uniform(rng, entries) if bank == "uniform" else photographed(rng, entries)
    strangers = (uniform if bank == "uniform" else photographed)(rng, QUERIES - QUERIES // 8)
    queries = np.concatenate([near(rng, codes[rng.integers(0, entries, QUERIES // 8)]), strangers])
    queries = queries[rng.permutation(QUERIES)]
    flat = faiss.IndexBinaryFlat(256)
    flat.add(codes)
    name = f"| {bank} | {entries:,} "

    built = float("inf")
    # Twice: on a virtual machine the first use of a page of memory costs the host's time as well.
    for _ in range(2):
        with Index.create(folder / "index", replace=True) as index:
            began = time.process_time()
            index.add(codes, np.arange(entries, dtype=np.uint64))
            built = min(built, time.process_time() - began)
    size = sum(one.stat().st_size for one in (folder / "index").iterdir()) / entries
    began = time.perf_counter()
    index = Index.open(folder / "index")
    opened = time.perf_counter() - began

    few = max(32, min(256, 2 * 10**8 // entries))
    for within in (31, 50):
        peer, alone = flat_costs(flat, queries[:few], within)
        if entries > PIECE:
            # What the cache cannot hold costs faiss up to three times as much an entry: it gets the bank in pieces.
            piece = faiss.IndexBinaryFlat(256)
            piece.add(codes[:PIECE])
            peer = min(peer, flat_costs(piece, queries[:256], within)[0] * entries / PIECE)
        print(f"{name}| faiss IndexBinaryFlat, within {within} | {peer:.1f} | 1 | {alone:.0f} | 32 | | |", flush=True)
        check(flat, index, queries[:few], within)
        many = queries if within == 31 else queries[: QUERIES // 16]
        batch, size_of = ours(index, many, within)
        one = p50(lambda code, within=within: index.search(code, within), many[:2000])
        costs = f"{batch:.2f} (batches of {size_of}) | {peer / batch:.0f} | {one:.1f}"
        print(f"{name}| Amparo, within {within} | {costs} | {size:.0f} | {built:.1f} | {opened:.2f} |", flush=True)
        if within == 31:
            for other in matchers()[1:-1]:
                with Index.open(folder / "index", matcher=other) as slower:
                    batch, size_of = ours(slower, many[:1024], within)
                print(f"{name}| the same, {other} | {batch:.2f} (batches of {size_of}) | {peer / batch:.0f} | | | | |")
            changes(name, index, codes, rng)
            if with_threatexchange and entries <= 1_000_000:
                threatexchange(name, codes, queries[:200], peer)
    index.close()


def compare_chunks() -> None:
    """How many of 100,000 entries a query has to look at, within 31, however good the code that does it."""
    rng = np.random.default_rng(SEED)
    row, column = np.divmod(np.arange(256), 16)
    ways = {"rows": (row, column), "columns": (column, row), "diagonals": ((column - row) % 16, row)}
    print("| bank | chunks | postings a query, mean | 99 % of queries at most | longest list |\n|---|---|---|---|---|")
    for bank, make in (("uniform", uniform), ("photos", photographed)):
        codes, queries = make(rng, CROPS), make(rng, 300)
        for way, (chunk, bit) in ways.items():
            lists, asked = as_chunks(codes, chunk, bit), as_chunks(queries, chunk, bit)
            counts = np.stack([np.bincount(lists[:, c], minlength=65536) for c in range(16)])
            probes = asked[:, :, None] ^ np.array([0, *(1 << np.arange(16))])
            read = counts[np.arange(16)[None, :, None], probes].sum(axis=(1, 2))
            print(f"| {bank} | {way} | {read.mean():,.0f} | {np.percentile(read, 99):,.0f} | {counts.max():,} |")


def as_chunks(codes: np.ndarray, chunk: np.ndarray, bit: np.ndarray) -> np.ndarray:
    """(n, 16) chunk values: bit k of a code is bit `bit[k]` of chunk `chunk[k]`."""
    values = np.zeros((len(codes), 16), dtype=np.int64)
    for k, bits in enumerate(np.unpackbits(codes, axis=1).T):
        values[:, chunk[k]] |= bits.astype(np.int64) << int(bit[k])
    return values


def changes(name: str, index: Index, codes: np.ndarray, rng: np.random.Generator) -> None:
    """Add an entry and find it; remove one and miss it: until the next search knows."""
    added, removed = [], []
    for number in range(100):
        code = rng.integers(0, 256, 32, dtype=np.uint8)
        began = time.perf_counter()
        index.add(code, [len(codes) + number])
        assert index.search(code, 0)
        added.append(time.perf_counter() - began)
        began = time.perf_counter()
        index.remove([len(codes) + number])
        assert not index.search(code, 0)
        removed.append(time.perf_counter() - began)
    added_us, removed_us = statistics.median(added) * 1e6, statistics.median(removed) * 1e6
    print(f"{name}| Amparo: add and find, remove and miss | | | {added_us:.0f}, {removed_us:.0f} | | | |", flush=True)


def threatexchange(name: str, codes: np.ndarray, queries: np.ndarray, peer: float) -> None:
    began = time.process_time()
    index = PDQIndex((code.tobytes().hex(), number) for number, code in enumerate(codes))
    built = time.process_time() - began
    texts = [query.tobytes().hex() for query in queries]
    took = min(processor_time(lambda: [index.query(text) for text in texts]) for _ in range(2)) / len(texts) * 1e6
    one = p50(lambda query: index.query(query.tobytes().hex()), queries)
    print(
        f"{name}| threatexchange PDQIndex | {took:.0f} | {peer / took:.1f} | {one:.0f} | | {built:.1f} | |", flush=True
    )


def flat_costs(flat: faiss.IndexBinaryFlat, queries: np.ndarray, within: int) -> tuple[float, float]:
    """Microseconds of processor time a query at the best size of a batch, and the median of a single one."""
    best = float("inf")
    for size in PEER_BATCHES:
        batch = queries[:size]
        took = min(processor_time(lambda batch=batch: flat.range_search(batch, within + 1)) for _ in range(3))
        best = min(best, took / len(batch) * 1e6)
    return best, p50(lambda query: flat.range_search(query[None], within + 1), queries[:32])


def ours(index: Index, queries: np.ndarray, within: int) -> tuple[float, int]:
    """Microseconds of processor time a query, and the size of a batch that gave it."""
    best = []
    for size in OUR_BATCHES:
        if size > len(queries):
            continue
        for start in range(0, len(queries) - size + 1, max(size, len(queries) // 12)):
            batch = queries[start : start + size]
            took = min(processor_time(lambda batch=batch: index.search_many(batch, within)) for _ in range(2))
            best.append((took / size * 1e6, size))
    return min(best)


def check(flat: faiss.IndexBinaryFlat, index: Index, queries: np.ndarray, within: int) -> None:
    """The same hits as faiss: recall 1, nothing more."""
    limits, distances, ids = flat.range_search(queries, within + 1)
    our_limits, our_ids, our_distances = index.search_many(queries, within)
    for at in range(len(queries)):
        theirs = sorted(zip(distances[limits[at] : limits[at + 1]], ids[limits[at] : limits[at + 1]], strict=True))
        found = slice(our_limits[at], our_limits[at + 1])
        assert theirs == list(zip(our_distances[found], our_ids[found], strict=True)), "faiss found other hits"


def p50(search: Callable[[np.ndarray], object], queries: np.ndarray) -> float:
    times = []
    for query in queries:
        began = time.perf_counter()
        search(query)
        times.append(time.perf_counter() - began)
    return statistics.median(times) * 1e6


def processor_time(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def uniform(rng: np.random.Generator, count: int) -> np.ndarray:
    return rng.integers(0, 256, (count, 32), dtype=np.uint8)


def near(rng: np.random.Generator, codes: np.ndarray) -> np.ndarray:
    """Each code with 0 to 30 bits changed: as many ones go as come, as between two PDQ codes."""
    bits = np.unpackbits(codes, axis=1)
    for row in bits:
        pairs = int(rng.integers(0, 16))
        row[rng.choice(np.flatnonzero(row), pairs, replace=False)] = 0
        row[rng.choice(np.flatnonzero(row == 0), pairs, replace=False)] = 1
    return np.packbits(bits, axis=1)


def photographed(rng: np.random.Generator, count: int) -> np.ndarray:
    """PDQ-like codes of random pieces of the photographs, mirrored or not; beyond 100,000 of them, with bits exchanged.

    As PDQ: 64 x 64 grey values, the 16 x 16 lowest frequencies without the constant ones, 1 where above the median.
    """
    folder = Path(importlib.util.find_spec("skimage").submodule_search_locations[0]) / "data"
    photos = [np.asarray(Image.open(folder / name).convert("L"), dtype=np.float64) for name in PHOTOS]
    sums = [np.pad(photo.cumsum(0).cumsum(1), ((1, 0), (1, 0))) for photo in photos]
    waves = np.cos(np.pi / 128 * np.arange(1, 17)[:, None] * (2 * np.arange(64) + 1))
    codes = np.empty((min(count, CROPS), 32), dtype=np.uint8)
    for number in range(len(codes)):
        grey = piece(rng, sums[rng.integers(len(sums))])
        table = (waves @ grey @ waves.T).ravel()
        codes[number] = np.packbits(table > np.partition(table, 127)[127])
    if count == len(codes):
        return codes
    more = [codes]
    for block in blocks(count - len(codes)):
        bits = np.unpackbits(codes[rng.integers(0, len(codes), block)], axis=1)
        # About 60 bits change place, so that most of these are no longer near the picture they come from.
        for _ in range(60):
            one, two = rng.integers(0, 256, block), rng.integers(0, 256, block)
            row = np.arange(block)
            bits[row, one], bits[row, two] = bits[row, two], bits[row, one]
        more.append(np.packbits(bits, axis=1))
    return np.concatenate(more)


def blocks(count: int) -> Iterator[int]:
    while count:
        yield min(count, 100_000)
        count -= min(count, 100_000)


def piece(rng: np.random.Generator, sums: np.ndarray) -> np.ndarray:
    """64 x 64 mean grey values of a random piece of a photograph, of which we have the sums over rectangles."""
    height, width = sums.shape[0] - 1, sums.shape[1] - 1
    tall, wide = rng.integers(96, height + 1), rng.integers(96, width + 1)
    rows = rng.integers(0, height - tall + 1) + np.arange(65) * tall // 64
    columns = rng.integers(0, width - wide + 1) + np.arange(65) * wide // 64
    at = sums[np.ix_(rows, columns)]
    grey = (at[1:, 1:] - at[:-1, 1:] - at[1:, :-1] + at[:-1, :-1]) / np.outer(np.diff(rows), np.diff(columns))
    return grey[:, ::-1] if rng.random() < 0.5 else grey


def processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.processor()


if __name__ == "__main__":
    main()
