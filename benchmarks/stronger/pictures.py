"""The pictures of docs/strong.md: edits that the stronger tier finds, and some that it does not.

`python benchmarks/stronger/pictures.py` writes docs/robustness/strong-found.jpg and strong-not-found.jpg from
scikit-image's cat, coffee and rocket. An edit that is not what its sheet says is not drawn.
"""

import importlib.util
import sys
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter

sys.path.insert(0, str(Path(__file__).parent.parent))

from robustness.edits import EDITS, Draw, as_posted, cut
from robustness.frames import FRAMES, pasted
from robustness.pictures import _sheet

from amparo.core.fingerprint import strong

FOUND = {
    name: (EDITS | FRAMES)[name]
    for name in (
        "random crop",
        "centre crop 80 %",
        "tilted 5 degrees",
        "tilted 10 degrees",
        "perspective",
        "photo of a screen, hard",
        "large text",
        "sticker 40 %",
        "pasted at 35 %",
        "collage of 4",
    )
}
NOT_FOUND = {
    "a third of each side": lambda image, draw: cut(image, draw, kept=0.33, centred=False),
    "pasted at 15 %": lambda image, draw: pasted(image, draw, share=0.15),
    "blur, 2 % of the side": lambda image, _: image.filter(ImageFilter.GaussianBlur(0.02 * min(image.size))),
}


def main() -> None:
    folder = Path(importlib.util.find_spec("skimage").submodule_search_locations[0]) / "data"
    photos = [Image.open(folder / name).convert("RGB") for name in ("chelsea.png", "coffee.png", "rocket.jpg")]
    records = [strong.record(photo) for photo in photos]
    target = Path(__file__).parents[2] / "docs" / "robustness"
    for name, edits, wanted in (("strong-found", FOUND, True), ("strong-not-found", NOT_FOUND, False)):
        tiles = [_tile(edit, number, photos, records, wanted=wanted) for number, edit in enumerate(edits.items())]
        _sheet(tiles, list(edits)).save(target / f"{name}.jpg", quality=68, optimize=True)


def _tile(named, number: int, photos: list, records: list, *, wanted: bool) -> Image.Image:
    name, edit = named
    for seed in range(12):
        own = (number + seed) % 3
        draw = Draw(np.random.default_rng([seed, number]), [other for other in photos if other is not photos[own]])
        upload = as_posted(edit(photos[own], draw), draw)
        if any(match.record == own for match in strong.find(upload, records)) == wanted:
            print(f"{name}: attempt {seed + 1}")
            return Image.open(BytesIO(upload))
    raise SystemExit(f"{name} is never {'found' if wanted else 'missed'}: the sheet would say what is not so")


if __name__ == "__main__":
    main()
