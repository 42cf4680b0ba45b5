"""The pictures of docs/robustness.md: what is found and what is not, from scikit-image's cat, coffee and rocket.

`python benchmarks/robustness/pictures.py` writes docs/robustness/found.jpg and not-found.jpg, and prints for each
edit whether the one stored hash found it: a sheet that says otherwise than the code does is not written.
"""

import importlib.util
import sys
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

sys.path.insert(0, str(Path(__file__).parent.parent))

from amparo.core.fingerprint import bits_apart, forms, hash_image
from robustness.edits import EDITS, FURTHER, Draw, as_posted
from robustness.frames import FRAMES
from robustness.measure import MATCH_BITS, POSSIBLE_BITS

TILE = 170
ACROSS = 5
FOUND = [
    "compression",
    "grey",
    "colour",
    "mirrored",
    "turned 90",
    "negative",
    "border",
    "letterbox",
    "blurred side bars",
    "caption band",
    "screenshot, dark",
    "phone frame",
    "collage of 4",
    "pasted at 60 %",
    "centre crop 95 %",
]
NOT_FOUND = [
    "random crop",
    "centre crop 80 %",
    "tilted 5 degrees",
    "tilted 10 degrees",
    "perspective",
    "photo of a screen, hard",
    "large text",
    "sticker 40 %",
]


def main() -> None:
    found = importlib.util.find_spec("skimage")
    folder = Path(found.submodule_search_locations[0]) / "data"
    photos = [Image.open(folder / name).convert("RGB") for name in ("chelsea.png", "coffee.png", "rocket.jpg")]
    target = Path(__file__).parents[2] / "docs" / "robustness"
    target.mkdir(exist_ok=True)
    for name, edits, wanted in (("found", FOUND, True), ("not-found", NOT_FOUND, False)):
        tiles = [_tile(edit, number, photos, wanted=wanted) for number, edit in enumerate(edits)]
        _sheet(tiles, edits).save(target / f"{name}.jpg", quality=68, optimize=True)


def _tile(name: str, number: int, photos: list[Image.Image], *, wanted: bool) -> Image.Image:
    edit = (EDITS | FRAMES | FURTHER)[name]
    for seed in range(20):
        photo = photos[(number + seed) % 3]
        draw = Draw(np.random.default_rng([seed, number]), [other for other in photos if other is not photo])
        upload = as_posted(edit(photo, draw), draw)
        code = hash_image(photo).code
        bits = min(bits_apart(row.tobytes(), code) for row in forms(upload).codes)
        if bits <= MATCH_BITS if wanted else bits > POSSIBLE_BITS:
            print(f"{name}: {bits} bits, attempt {seed + 1}")
            return Image.open(BytesIO(upload))
    raise SystemExit(f"{name} is never {'found' if wanted else 'missed'}: the sheet would say what is not so")


def _sheet(tiles: list[Image.Image], names: list[str]) -> Image.Image:
    rows = -(-len(tiles) // ACROSS)
    sheet = Image.new("RGB", (ACROSS * TILE, rows * TILE), "white")
    pen = ImageDraw.Draw(sheet)
    for number, (tile, name) in enumerate(zip(tiles, names, strict=True)):
        tile.thumbnail((TILE - 12, TILE - 34), Image.Resampling.LANCZOS)
        x, y = number % ACROSS * TILE, number // ACROSS * TILE
        pen.text((x + 6, y + 4), name, fill="black", font=ImageFont.load_default(14))
        sheet.paste(tile, (x + 6, y + 26))
    return sheet


if __name__ == "__main__":
    main()
