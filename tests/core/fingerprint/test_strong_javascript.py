"""The stronger fingerprint made in JavaScript, in Node, over pixels: Python finds by it what it finds by its own."""

import json
from io import BytesIO

import numpy as np
import pytest
from PIL import Image, ImageDraw

from amparo.core.fingerprint import TooPlain, strong
from amparo.core.fingerprint._decode import MAX_BYTES, MAX_PIXELS
from amparo.core.fingerprint.strong._record import RECORD_PIXELS, _levels
from amparo.core.fingerprint.strong._waves import WAVES
from tests.core.fingerprint.test_javascript import MODULES, run_module
from tests.core.fingerprint.test_strong import drawn

NAMES = [
    "chelsea.png",
    "coffee.png",
    "coins.png",
    "rocket.jpg",
    "hubble_deep_field.jpg",
    "moon.png",
    "brick.png",
    "grass.png",
    "gravel.png",
    "motorcycle_left.png",
    "motorcycle_right.png",
]
# Of 32: measured were 32 of each of these pictures, all to the bit. Another machine's arithmetic may round otherwise.
SHARED = 28
RECORDS = """
import { readFileSync } from "node:fs";
import { Levels } from LEVELS;
for (const [path, width, height] of PICTURES) {
  const levels = new Levels(width, height);
  levels.add(new Uint8Array(readFileSync(path)));
  try {
    console.log(Buffer.from(recordOf(levels.finish(1))).toString("hex"));
  } catch (error) {
    console.log(error.reason);
  }
}
"""


def records(folder, images):
    """What JavaScript makes of each picture: the record's bytes in hex, or why there is none."""
    told = []
    for number, image in enumerate(images):
        path = folder / f"{number}.rgba"
        path.write_bytes(image.convert("RGBA").tobytes())
        told.append([str(path), *image.size])
    levels = json.dumps((MODULES / "fingerprint/strong/levels.js").as_uri())
    script = RECORDS.replace("PICTURES", json.dumps(told)).replace("LEVELS", levels)
    return run_module("fingerprint/strong/record.js", "recordOf", script, pixels=folder).split()


@pytest.fixture(scope="module")
def made(photos, tmp_path_factory):
    """The record of each photograph, as a device makes it."""
    images = [Image.open(photos / name) for name in NAMES]
    told = records(tmp_path_factory.mktemp("pixels"), images)
    return [strong.StrongRecord.from_bytes(bytes.fromhex(one)) for one in told]


def shared(one, other):
    """How many points stand in both records: at most a step of each measure apart, and two bits of 32."""
    left, count = set(range(len(other))), 0
    for row in range(len(one)):
        turn = (other.angles - one.angles[row]) % 16
        near = (np.abs(other.places - one.places[row]).max(axis=1) <= 1) & (np.minimum(turn, 16 - turn) <= 1)
        near &= (np.abs(other.scales - one.scales[row]) <= 1) & (np.bitwise_count(other.codes ^ one.codes[row]) <= 2)
        mine = left & set(np.flatnonzero(near).tolist())
        if mine:
            left.remove(min(mine))
            count += 1
    return count


def test_a_device_and_python_hold_on_to_the_same_points(photos, made):
    for name, record in zip(NAMES, made, strict=True):
        own = strong.record(photos / name)
        assert len(own) == len(record) == 32
        assert shared(own, record) >= SHARED, name


def crop(image):
    """70 % of the picture, from its middle: 84 % of each side."""
    width, height = (round(side * 0.7**0.5) for side in image.size)
    left, top = (image.width - width) // 2, (image.height - height) // 2
    return image.crop((left, top, left + width, top + height))


def tilted(image):
    return image.rotate(10, Image.Resampling.BICUBIC, expand=True)


def stickered(image):
    size = round(0.4 * min(image.size))
    copy = image.copy()
    ImageDraw.Draw(copy).ellipse((40, 30, 40 + size, 30 + size), fill="yellow", outline="black", width=6)
    return copy


@pytest.mark.parametrize("edit", [crop, tilted, stickered])
def test_copies_are_found_by_the_record_of_a_device(photos, made, edit):
    bank = strong.gather(made)
    for number, name in enumerate(NAMES[:4]):
        upload = BytesIO()
        edit(Image.open(photos / name).convert("RGB")).save(upload, "JPEG", quality=80)
        first = strong.find(upload.getvalue(), bank)[0]
        assert first.record == number, name
        assert first.inliers >= strong.ENOUGH_INLIERS


def test_strangers_are_not_found_by_the_record_of_a_device(photos, made):
    assert strong.find(photos / "chelsea.png", made[1:4]) == []


def test_a_drawing_keeps_its_points_and_a_plain_picture_is_refused(photos, tmp_path):
    clock = Image.open(photos / "clock_motion.png")
    with pytest.raises(TooPlain):
        strong.record(photos / "clock_motion.png")
    told, *refused = records(tmp_path, [drawn(), clock, Image.new("RGB", (400, 300), "white")])
    assert shared(strong.record(drawn()), strong.StrongRecord.from_bytes(bytes.fromhex(told))) >= SHARED
    assert refused == ["too-plain", "too-plain"]


LEVELS = """
import { readFileSync } from "node:fs";
const rgba = new Uint8Array(readFileSync(PATH));
const levels = new Levels(WIDTH, HEIGHT);
for (let row = 0; row < HEIGHT; row += 100) levels.add(rgba.subarray(row * WIDTH * 4, (row + 100) * WIDTH * 4));
const { values, width, height } = levels.finish(TURN);
console.log(JSON.stringify([width, height, ...values]));
"""


@pytest.mark.parametrize(
    ("size", "turn"),
    [((2603, 1702), 1), ((61, 200), 1), ((900, 333), 6), ((400, 400), 3), ((5, 700), 8), ((640, 90), 5)],
)
def test_the_grey_levels_are_those_of_python(photos, tmp_path, size, turn):
    """Reduced, enlarged, turned as a camera says, and half transparent: laid on white."""
    image = Image.open(photos / "coffee.png").resize(size).convert("RGBA")
    image.putalpha(Image.linear_gradient("L").resize(size))
    (path := tmp_path / "picture.rgba").write_bytes(image.tobytes())
    script = LEVELS.replace("PATH", json.dumps(str(path))).replace("TURN", str(turn))
    script = script.replace("WIDTH", str(size[0])).replace("HEIGHT", str(size[1]))
    width, height, *values = json.loads(run_module("fingerprint/strong/levels.js", "Levels", script, pixels=tmp_path))
    exif = Image.Exif()
    exif[0x0112] = turn
    file = BytesIO()
    image.save(file, "PNG", exif=exif)
    own = _levels(file.getvalue(), RECORD_PIXELS, partial=False, max_pixels=MAX_PIXELS, max_bytes=MAX_BYTES)
    assert own.shape == (height, width)
    assert np.abs(own.ravel() - values).max() < 0.01


def test_the_waves_and_their_middles_are_those_of_python(tmp_path):
    told = run_module("fingerprint/strong/waves.js", "WAVES", "console.log(JSON.stringify(WAVES))", pixels=tmp_path)
    assert json.loads(told) == [wave._asdict() for wave in WAVES[:32]]
