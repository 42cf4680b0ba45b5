"""The committed pictures give the committed fingerprints. JavaScript reads the same file."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pdqhash
import pytest
from PIL import Image

from amparo.core.fingerprint import grey_512, hash_image
from amparo.core.fingerprint._decode import open_picture
from tests.vectors.draw_pdq_c512 import pattern

FOLDER = Path(__file__).parents[2] / "vectors"
VECTORS = json.loads((FOLDER / "pdq-c512.json").read_text("ascii"))
RULE = ("rule", "width", "height", "seed")


@pytest.mark.parametrize("row", VECTORS["pictures"], ids=lambda row: row["file"])
def test_a_picture_gives_its_fingerprint(row):
    fingerprint = hash_image(FOLDER / "pictures" / row["file"])
    assert (fingerprint.hex, fingerprint.quality) == (row["code"], row["quality"])
    assert fingerprint.sha256.hex() == row["sha256"]
    assert fingerprint.algorithm == VECTORS["algorithm"]


@pytest.mark.parametrize("row", VECTORS["pictures"], ids=lambda row: row["file"])
def test_the_steps_between_are_the_written_ones_and_pdqhash_agrees_on_the_last(row):
    picture = open_picture(FOLDER / "pictures" / row["file"])
    seen = np.asarray(turned(Image.fromarray(rgb(picture)), picture.orientation))
    assert seen.shape == (row["height"], row["width"], 3)
    if row["lossless"]:
        assert hashlib.sha256(seen.tobytes()).hexdigest() == row["on_white_sha256"]
    grey = grey_512(seen)
    assert hashlib.sha256(grey.tobytes()).hexdigest() == row["grey_512_sha256"]
    bits, quality = pdqhash.compute(np.repeat(grey[..., np.newaxis], 3, axis=2))
    assert (np.packbits(bits).tobytes().hex(), quality) == (row["code"], row["quality"])


@pytest.mark.parametrize("row", VECTORS["patterns"], ids=lambda row: "-".join(str(row[key]) for key in RULE))
def test_a_formula_gives_its_fingerprint(row):
    fingerprint = hash_image(Image.fromarray(pattern(**{key: row[key] for key in RULE})))
    assert (fingerprint.hex, fingerprint.quality) == (row["code"], row["quality"])


def test_every_picture_in_the_folder_is_in_the_file():
    listed = [row["file"] for row in VECTORS["pictures"]]
    assert listed == sorted(path.name for path in (FOLDER / "pictures").iterdir())


def rgb(picture):
    rows = picture.rows(0, picture.height)
    return np.repeat(rows, 3, axis=2) if rows.shape[2] == 1 else rows


def turned(image, orientation):
    """Pillow's own way of turning, as a second opinion on ours."""
    moves = {2: 0, 3: 3, 4: 1, 5: 5, 6: 4, 7: 6, 8: 2}
    return image if orientation == 1 else image.transpose(Image.Transpose(moves[orientation]))
