"""What a record of the stronger tier gives away: `python benchmarks/strong_inversion.py`.

He knows the code and has other photographs (the tuning half); the victims are of the other half. Printed for several
recipes, beside PDQ: how much his picture is like the true one (correlation at 24 x 24), and how often the true picture
is the most alike of all. --sheet draws harmless pictures beside what he gets.
"""

import argparse
import importlib.util
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from robustness.corpus import load
from stronger.attack import likeness, pdq_inverted, pdq_sizes, record_of, shape_of, trained, truth

from amparo.core.fingerprint.strong._record import STANDARD, Recipe

# The record in use; half of it; the same with points of every size; and what local features usually are.
RECIPES = (STANDARD, Recipe(16), Recipe(largest=1.0), Recipe(300, 64, 8, 6, 4, largest=1.0))
TILE = 190


def main() -> None:
    asked = _arguments()
    samples = load(asked.cache)
    photographs = [sample for sample in samples if sample.photograph]
    known = [sample.image for sample in photographs if not sample.judging][: asked.known]
    victims = [sample.image for sample in photographs if sample.judging][: asked.victims]
    print(f"{len(known)} photographs to learn from, {len(victims)} to invert")
    print("\n| fingerprint | bits | painted | copied | smoothed | true one is most alike |\n|---|---|---|---|---|---|")
    truths = [truth(image) for image in victims]
    sizes = pdq_sizes(known)
    _print_row("one PDQ code", 256, [[pdq_inverted(image, sizes) for image in victims]], truths)
    attackers = []
    for recipe in RECIPES:
        attacker = trained(known, recipe)
        attackers.append(attacker)
        records = [record_of(image, recipe) for image in victims]
        shapes = [shape_of(image) for image in victims]
        made = [
            [attacker.paint(each, shape) for each, shape in zip(records, shapes, strict=True)],
            [attacker.paint(each, shape, copied=True) for each, shape in zip(records, shapes, strict=True)],
            [attacker.smoothed(each, shape) for each, shape in zip(records, shapes, strict=True)],
        ]
        name = _name(recipe)
        _print_row(name, recipe.points * recipe.bits_a_point, made, truths)
    if asked.sheet:
        _sheet(attackers, sizes).save(asked.sheet, quality=70, optimize=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Invert records of the stronger tier")
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "amparo-robustness")
    parser.add_argument("--known", type=int, default=60)
    parser.add_argument("--victims", type=int, default=50)
    parser.add_argument("--sheet", type=Path, help="where to draw pictures beside what the attacker gets (JPEG)")
    return parser.parse_args()


def _print_row(name: str, bits: int, ways: list, truths: list) -> None:
    alike = [np.mean([likeness(made, true) for made, true in zip(way, truths, strict=True)]) for way in ways]
    best = max(range(len(ways)), key=lambda way: alike[way])
    first = np.mean(
        [np.argmax([likeness(made, true) for true in truths]) == number for number, made in enumerate(ways[best])]
    )
    cells = [f"{value:.2f}" for value in alike] + ["-"] * (3 - len(alike))
    print(f"| {name} | {bits:,} | " + " | ".join(cells) + f" | {first:.2f} |", flush=True)


def _name(recipe: Recipe) -> str:
    size = "" if recipe.largest < 1 else " of any size"
    return f"{recipe.points} points{size}, {recipe.points * recipe.bits_a_point:,} bits"


def _sheet(attackers: list, sizes: np.ndarray) -> Image.Image:
    folder = Path(importlib.util.find_spec("skimage").submodule_search_locations[0]) / "data"
    photos = [Image.open(folder / name).convert("RGB") for name in ("chelsea.png", "coffee.png", "rocket.jpg")]
    heads = ["picture", "from PDQ, 256 bits", *(_name(each.recipe) for each in attackers)]
    sheet = Image.new("RGB", (TILE * len(heads), 24 + 140 * len(photos)), "white")
    pen = ImageDraw.Draw(sheet)
    for column, head in enumerate(heads):
        pen.text((column * TILE + 4, 4), head, fill="black", font=ImageFont.load_default(11))
    for row, photo in enumerate(photos):
        made = [truth(photo), pdq_inverted(photo, sizes)]
        made += [each.smoothed(record_of(photo, each.recipe), shape_of(photo)) for each in attackers]
        for column, picture in enumerate(made):
            spread = np.clip(128 + 48 * picture / (picture.std() + 1e-9), 0, 255).astype(np.uint8)
            height = round((TILE - 8) * photo.height / photo.width)
            tile = Image.fromarray(spread).resize((TILE - 8, height), Image.Resampling.BICUBIC)
            sheet.paste(tile, (column * TILE + 4, 24 + 140 * row))
    return sheet


if __name__ == "__main__":
    main()
