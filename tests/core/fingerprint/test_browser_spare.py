"""Where the browser's own way to the pixels is closed: noise on the canvas, HEIC. Decoders in JavaScript do it then."""

import json

import pytest

from amparo.core.fingerprint import bits_apart, hash_image
from tests.core.fingerprint.test_browser import chromium, opened, page, pick, site
from tests.core.fingerprint.test_vectors import FOLDER, VECTORS

pytestmark = pytest.mark.journey

__all__ = ["chromium", "opened", "page", "site"]
# What a privacy browser does before any page's script runs: of what is read, some values get another lowest bit.
# Firefox changes 20 to 255 pixels of each reading; this browser changes 200.
NOISE = """
const read = OffscreenCanvasRenderingContext2D.prototype.getImageData;
OffscreenCanvasRenderingContext2D.prototype.getImageData = function (...where) {
  const pixels = read.apply(this, where);
  for (let n = 0; n < 200; n += 1) pixels.data[4 * Math.floor(Math.random() * pixels.data.length / 4)] ^= 1;
  return pixels;
};
"""
NO_FRAMES = "delete globalThis.VideoFrame;\n"
LOAD = 'await import("/js/fingerprint/worker.js");\n'
# Bits that the spare decoder of JPEG may move: measured on these pictures, docs/fingerprint.md. PNG may move none.
JPEG_BITS = 4
PICTURES = [row["file"] for row in VECTORS["pictures"]]
PHOTOGRAPHS = ("chelsea.png", "coffee.png", "rocket.jpg", "hubble_deep_field.jpg", "coins.png", "moon.png")


def of_kind(*endings):
    return [FOLDER / "pictures" / name for name in PICTURES if name.endswith(endings)]


@pytest.fixture
def noisy(site, opened):
    """A browser with noise on the canvas whose VideoFrame still gives the pixels."""
    site.scripts["/noisy.js"] = (NOISE + LOAD).encode()
    return opened("/noisy.js")


@pytest.fixture
def closed(site, opened):
    """A browser with noise on the canvas and no VideoFrame."""
    site.scripts["/closed.js"] = (NOISE + NO_FRAMES + LOAD).encode()
    return opened("/closed.js")


def test_the_noise_of_these_tests_is_noticed(page):
    honest = """async () => {
      const { isHonest, readCanvas, readFrame } = await import("/js/fingerprint/read-back.js");
      return [await isHonest(readCanvas), await isHonest(readFrame)];
    }"""
    assert page.evaluate(honest) == [True, True]
    page.evaluate(f"() => {{ {NOISE} }}")
    assert page.evaluate(honest) == [False, True]


def test_with_noise_on_the_canvas_pixels_come_bit_for_bit_another_way(noisy, site):
    requests = []
    noisy.context.on("request", lambda request: requests.append(request.url))
    rows = [row for row in VECTORS["pictures"] if row["browser"] == "agrees"]
    answers = pick(noisy, *(FOLDER / "pictures" / row["file"] for row in rows))
    told = {row["file"]: (answers[row["file"]].get("hex"), answers[row["file"]].get("quality")) for row in rows}
    assert told == {row["file"]: (row["code"], row["quality"]) for row in rows}
    assert requests == []


def test_without_any_honest_way_a_png_is_read_bit_for_bit_by_a_decoder_of_our_own(closed):
    rows = [row for row in VECTORS["pictures"] if row["file"].endswith(".png")]
    answers = pick(closed, *of_kind(".png"))
    told = {row["file"]: (answers[row["file"]].get("hex"), answers[row["file"]].get("quality")) for row in rows}
    assert told == {row["file"]: (row["code"], row["quality"]) for row in rows}


def test_without_any_honest_way_a_jpeg_is_read_within_some_bits_and_offline(closed, photos, tmp_path):
    from PIL import Image

    for name in PHOTOGRAPHS:
        for kind in (False, True):
            path = tmp_path / f"{'progressive' if kind else 'baseline'}-{name}.jpg"
            Image.open(photos / name).convert("RGB").save(path, quality=85, progressive=kind)
    paths = [*of_kind(".jpg"), *sorted(tmp_path.iterdir())]
    closed.context.set_offline(True)
    answers = pick(closed, *paths)
    moved = {path.name: bits_apart(bytes.fromhex(answers[path.name]["hex"]), hash_image(path).code) for path in paths}
    print(json.dumps(moved, indent=1))
    assert max(moved.values()) <= JPEG_BITS, moved


def test_without_any_honest_way_other_kinds_and_broken_files_are_told(closed, tmp_path):
    (tmp_path / "broken.jpg").write_bytes((FOLDER / "pictures/shore-420.jpg").read_bytes()[:-900])
    (tmp_path / "broken.png").write_bytes((FOLDER / "pictures/shore.png").read_bytes()[:-500])
    names = ("shore.gif", "shore-lossy.webp", "shore.avif", "shore.bmp", "shore.tif")
    paths = [*(FOLDER / "pictures" / name for name in names), *sorted(tmp_path.iterdir())]
    answers = pick(closed, *paths)
    assert {name: answer["reason"] for name, answer in answers.items()} == {
        "shore.gif": "canvas-noise",
        "shore-lossy.webp": "canvas-noise",
        "shore.avif": "canvas-noise",
        "shore.bmp": "canvas-noise",
        "shore.tif": "kind-not-read",
        "broken.jpg": "damaged",
        "broken.png": "damaged",
    }


def test_a_heic_is_read_by_a_decoder_that_is_fetched_when_one_was_picked(page, photos, tmp_path):
    from PIL import Image
    from pillow_heif import register_heif_opener

    register_heif_opener()
    for name in PHOTOGRAPHS[:4]:
        Image.open(photos / name).convert("RGB").save(tmp_path / f"{name}.heic", quality=80)
    requests = []
    page.context.on("request", lambda request: requests.append(request.url.rpartition("/js/")[2]))
    paths = [FOLDER / "pictures" / "shore.heic", *sorted(tmp_path.iterdir())]
    answers = pick(page, *paths)
    moved = {path.name: bits_apart(bytes.fromhex(answers[path.name]["hex"]), hash_image(path).code) for path in paths}
    print(json.dumps(moved, indent=1))
    assert max(moved.values()) <= JPEG_BITS, moved
    assert requests == ["vendor/libheif/libheif.js"]


def test_a_heic_picked_offline_is_told_and_read_when_the_device_is_online_again(page, tmp_path):
    heic = (FOLDER / "pictures" / "shore.heic").read_bytes()
    for name in ("first.heic", "again.heic"):
        (tmp_path / name).write_bytes(heic)
    page.context.set_offline(True)
    answers = pick(page, tmp_path / "first.heic")
    assert answers["first.heic"]["reason"] == "kind-not-read"
    page.context.set_offline(False)
    page.set_input_files("input", [str(tmp_path / "again.heic")])
    page.wait_for_function("() => window.answers['again.heic']")
    assert page.evaluate("window.answers['again.heic'].kind") == "done"
