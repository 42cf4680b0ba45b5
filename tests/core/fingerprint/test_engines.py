"""The kernel and numpy are one: whoever works, the bits are the same."""

import os
import subprocess
import sys
from io import BytesIO

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from PIL import Image

from amparo.core.fingerprint import engine, engines, hash_image, pdq_stack
from amparo.core.fingerprint._decode import open_picture
from amparo.core.fingerprint._engine import KERNEL
from amparo.core.fingerprint._pdq import eight_ways, pdq_eight, pdq_of_rows
from amparo.core.fingerprint._resize import grey_512_of_rows
from tests.core.fingerprint.test_vectors import FOLDER, VECTORS

SIDE = 512


def canonical(kind, seed):
    """A 512 x 512 picture of a kind that is hard to sum, or hard to tell apart."""
    rng = np.random.default_rng(seed)
    grey = np.full((SIDE, SIDE), rng.integers(0, 256), dtype=np.uint8)
    if kind == "noise":
        grey[:] = rng.integers(0, 256, grey.shape)
    elif kind == "blocks":
        step = int(rng.integers(1, 80))
        grey[:] = np.kron(rng.integers(0, 256, (SIDE // step + 1,) * 2), np.ones((step, step)))[:SIDE, :SIDE]
    elif kind == "border":
        # Only what lies next to the border is rounded before the last run.
        edge = int(rng.integers(1, 6))
        frame = rng.integers(0, 256, grey.shape)
        grey[:edge], grey[-edge:], grey[:, :edge], grey[:, -edge:] = (
            frame[:edge],
            frame[-edge:],
            frame[:, :edge],
            frame[:, -edge:],
        )
    elif kind == "points":
        places = rng.integers(0, SIDE, (2, 40))
        grey[places[0], places[1]] = 255
    return grey


@settings(max_examples=12, deadline=None)
@given(
    kind=st.sampled_from(["flat", "noise", "blocks", "border", "points"]),
    seed=st.integers(0, 2**32 - 1),
)
def test_every_engine_hashes_a_canonical_picture_alike_in_eight_orientations(kind, seed):
    grey = canonical(kind, seed)
    codes, qualities = pdq_stack(np.stack(eight_ways(grey)), engine="numpy")
    for name in engines():
        eight_codes, eight_qualities = pdq_eight(grey[np.newaxis], engine=name)
        assert np.array_equal(eight_codes, codes[np.newaxis])
        assert np.array_equal(eight_qualities, qualities[np.newaxis])
        alone, quality = pdq_stack(grey[np.newaxis], engine=name)
        assert (alone[0].tobytes(), quality[0]) == (codes[0].tobytes(), qualities[0])


def test_many_canonical_pictures_give_what_each_gives_alone():
    grey = np.stack([canonical("blocks", seed) for seed in range(5)])
    for name in engines():
        codes, qualities = pdq_eight(grey, engine=name)
        assert codes.shape == (5, 8, 32)
        assert qualities.shape == (5, 8)
        for one, picture in enumerate(grey):
            assert np.array_equal(codes[one], pdq_eight(picture[np.newaxis], engine=name)[0][0])


def pictures(cat):
    """Files of every way in which Pillow may keep pixels."""
    alpha = cat.copy()
    alpha.putalpha(Image.linear_gradient("L").resize(cat.size))
    deep = Image.fromarray(np.asarray(cat.convert("L")).astype(np.uint16) << 8)
    palette = cat.quantize(16)
    for image, kind, options in (
        (cat, "PNG", {}),
        (cat.convert("L"), "PNG", {}),
        (cat.convert("L").crop((0, 0, 301, 200)), "PNG", {}),
        (cat.convert("1"), "PNG", {}),
        (alpha, "PNG", {}),
        (alpha.convert("LA"), "PNG", {}),
        (palette, "PNG", {}),
        (palette, "PNG", {"transparency": bytes(range(0, 256, 16))}),
        (palette, "GIF", {}),
        (deep, "PNG", {}),
        (cat.convert("CMYK"), "JPEG", {}),
        (cat.convert("YCbCr"), "JPEG", {}),
    ):
        file = BytesIO()
        image.save(file, kind, **options)
        yield open_picture(file.getvalue())


def test_every_engine_reads_every_kind_of_file_alike(photos):
    for picture in pictures(Image.open(photos / "chelsea.png").convert("RGB")):
        size = {"width": picture.width, "height": picture.height}
        expected = grey_512_of_rows(picture.rows, **size, engine="numpy")
        plain = pdq_of_rows(picture.rows, **size, engine="numpy")
        for name in engines():
            assert np.array_equal(grey_512_of_rows(picture.strip, **size, engine=name), expected)
            assert pdq_of_rows(picture.strip, **size, engine=name) == plain


def test_a_large_jpeg_decoded_to_memory_of_our_own_has_the_pixels_that_pillow_gives(photos):
    coffee = Image.open(photos / "coffee.png").convert("RGB").resize((2201, 2003))
    for mode in ("L", "CMYK", "RGB"):
        file = BytesIO()
        coffee.convert(mode).save(file, "JPEG")
        for content in (file.getvalue()[: len(file.getvalue()) // 2], file.getvalue()):
            picture = open_picture(content, partial=True)
            sound = Image.open(BytesIO(content + b"\xff\xd9"))
            assert np.array_equal(np.asarray(picture.image), np.asarray(sound))
    # Pillow's own memory for the last of them is in two pieces.
    in_pieces = open_picture(sound)
    expected = grey_512_of_rows(in_pieces.rows, width=2201, height=2003, engine="numpy")
    for name in engines():
        for one in (picture, in_pieces):
            assert np.array_equal(grey_512_of_rows(one.strip, width=2201, height=2003, engine=name), expected)


def test_every_colour_under_every_transparency_is_laid_on_white_alike():
    colour, alpha = np.meshgrid(np.arange(256), np.arange(256))
    rgba = np.stack([colour, 255 - colour, colour[::-1], alpha], axis=-1).astype(np.uint8)
    picture = open_picture(Image.fromarray(rgba))
    # Twice as large in each direction: every target holds a quarter of one pixel, and shows its grey.
    expected = grey_512_of_rows(picture.rows, width=256, height=256, engine="numpy")
    for name in engines():
        assert np.array_equal(grey_512_of_rows(picture.strip, width=256, height=256, engine=name), expected)


def test_the_engines_are_named_fastest_first_and_numpy_is_always_there():
    assert engines()[-1] == "numpy"
    assert engine() == ("slow (numpy)" if engines() == ("numpy",) else "fast (C)")


WITHOUT_KERNEL = """
import sys
sys.modules["amparo.core.fingerprint._kernel"] = None  # as where nothing could compile it
from amparo.core.fingerprint import engine, engines, hash_image, orientations
for path in sys.argv[1:]:
    fingerprint = hash_image(path)
    print(engine(), engines(), fingerprint.hex, fingerprint.quality, orientations(path).codes.tobytes().hex()[-64:])
"""


def test_where_nothing_could_compile_the_kernel_the_bits_are_the_same():
    rows = VECTORS["pictures"][:3]
    paths = [FOLDER / "pictures" / row["file"] for row in rows]
    run = subprocess.run(
        [sys.executable, "-c", WITHOUT_KERNEL, *map(str, paths)],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    said = [line.rsplit(" ", 3) for line in run.stdout.splitlines()]
    for (words, code, quality, _), row in zip(said, rows, strict=True):
        assert words == "slow (numpy) ('numpy',)"
        assert (
            (code, int(quality))
            == (row["code"], row["quality"])
            == (code, hash_image(FOLDER / "pictures" / row["file"]).quality)
        )


def refusals():
    grey = np.zeros((16, 20), dtype=np.uint8)
    fast = engines()[0]
    yield "no engine named", lambda: KERNEL.begin(20, 16, "abacus")
    yield "sides must be", lambda: KERNEL.begin(0, 16, fast)
    yield "sides must be", lambda: KERNEL.begin(20, 65_536, fast)
    begun = KERNEL.begin(20, 16, fast)
    yield "when all rows were fed", lambda: KERNEL.finish(begun)
    yield "in one piece", lambda: KERNEL.feed(begun, grey[:, ::2], "grey")
    yield "in one piece", lambda: KERNEL.feed(begun, grey[:, :19], "grey")
    yield "in one piece", lambda: KERNEL.feed(begun, grey, "rgb")
    yield "in one piece", lambda: KERNEL.feed(begun, grey, "real")
    yield "no such kind", lambda: KERNEL.feed(begun, grey, "sepia")
    yield "pair", lambda: KERNEL.feed(begun, (), "grey")
    pair = Image.new("L", (20, 3)).__arrow_c_array__()
    yield "no rows of pixels", lambda: KERNEL.feed(begun, (*pair, 0, 3), "rgbx")
    yield "no such rows", lambda: KERNEL.feed(begun, (*pair, 0, 4), "grey")
    yield "no such rows", lambda: KERNEL.feed(begun, (*pair, -1, 3), "grey")
    yield "no such rows", lambda: KERNEL.feed(begun, (*pair, 2, 1), "grey")
    yield "no rows of pixels", lambda: KERNEL.large_pages(pair[1], 4)
    yield "as the picture has", lambda: KERNEL.feed(begun, np.zeros((17, 20), dtype=np.uint8), "grey")
    KERNEL.feed(begun, grey[:3], "grey")
    yield "multiples of 8", lambda: KERNEL.feed(begun, grey[3:], "grey")
    done = KERNEL.begin(20, 16, fast)
    KERNEL.feed(done, grey, "grey")
    KERNEL.finish(done)
    yield "once", lambda: KERNEL.finish(done)
    yield "512 x 512", lambda: KERNEL.square(grey, 1, fast)
    yield "512 x 512", lambda: KERNEL.square(np.zeros((SIDE, SIDE), dtype=np.uint8), 3, fast)
    yield "source rows", lambda: KERNEL.area(grey[:8], "grey", (20, 16, 1), 0, 0, SIDE, fast)
    yield "source rows", lambda: KERNEL.area(grey[1:], "grey", (20, 16, 1), 1, 0, 8, fast)
    yield "source rows", lambda: KERNEL.area(grey.astype(np.float32), "real", (20, 16, 1), 0, 0, 8, fast)
    yield "source rows", lambda: KERNEL.area(grey, "grey", (20, 16, 1), 0, 510, 8, fast)
    yield "source rows", lambda: KERNEL.area(grey, "grey", (40, 33, 2), 0, 0, SIDE, fast)
    yield "no such shape", lambda: KERNEL.area(grey, "grey", (20, 16, 9), 0, 0, 8, fast)
    yield "in one piece", lambda: KERNEL.area(grey, "grey", (42, 32, 2), 0, 0, 8, fast)


def test_the_kernel_refuses_what_would_lead_it_out_of_its_memory():
    if KERNEL is None:
        assert engines() == ("numpy",)
        return
    for words, call in refusals():
        with pytest.raises(ValueError, match=words):
            call()
