"""Progressive files made shorter show nearly the same picture, and nothing that calls itself one breaks the reader."""

from io import BytesIO

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from PIL import Image

from amparo.core.fingerprint import bits_apart, hash_image, hash_upload
from amparo.core.fingerprint._scans import without_fine_scans


def progressive(image, **options):
    file = BytesIO()
    image.save(file, "JPEG", quality=85, progressive=True, **options)
    return file.getvalue()


def decoded(content, mode):
    """Its pixels at a quarter of its size."""
    image = Image.open(BytesIO(content))
    image.draft(mode, (image.width // 4, image.height // 4))
    return np.asarray(image.convert(mode)).astype(int)


@pytest.fixture(scope="module")
def large():
    """A drawing of 2100 pixels on the short side, with edges, slopes and colours."""
    y, x = np.mgrid[:2100, :2400]
    waves = [127 + 120 * np.sin(x / (90 + 40 * c) + y / 170) * np.cos(y / (60 + 25 * c)) for c in range(3)]
    pixels = np.stack(waves, axis=-1).astype(np.uint8)
    pixels[600:900, 300:1500] = (200, 40, 90)
    pixels[(x // 7 + y // 9) % 31 == 0] = 255
    return Image.fromarray(pixels)


def test_a_progressive_file_is_looked_at_fast_and_found_near(large):
    for content in (progressive(large), progressive(large.convert("L")), progressive(large, keep_rgb=True)):
        fast, _ = hash_upload(content, fast=True)
        assert bits_apart(fast.code, hash_image(content).code) <= 4
        assert fast.path == "fast"
        assert fast.sha256 == hash_image(content).sha256


def test_a_progressive_file_that_is_cut_short_is_looked_at_too(large):
    content = progressive(large)
    cut, _ = hash_upload(content[: len(content) * 9 // 10], fast=True)
    assert bits_apart(cut.code, hash_image(content).code) <= 4


@pytest.mark.parametrize("options", [{}, {"subsampling": 0}, {"keep_rgb": True}, {"restart_marker_rows": 1}])
def test_what_is_left_out_is_colour_and_the_finest_detail(large, options):
    image = large.crop((100, 100, 900, 700))
    content = progressive(image, **options)
    short = without_fine_scans(content)
    assert len(short) < len(content) * 0.7
    assert short.endswith(b"\xff\xd9")
    assert np.abs(decoded(short, "L") - decoded(content, "L")).mean() < 2
    # Red, green and blue are not luminance and two differences: all three are needed, and kept.
    if "keep_rgb" in options:
        assert np.abs(decoded(short, "RGB") - decoded(content, "RGB")).mean() < 2


def test_a_file_without_scans_to_leave_out_stays_as_it_is(large):
    file = BytesIO()
    large.crop((0, 0, 200, 200)).save(file, "JPEG")
    assert without_fine_scans(file.getvalue()) == file.getvalue()


def test_a_file_of_nothing_but_markers_is_given_up_soon():
    content = b"\xff\xd8" + b"\xff\xe1\x00\x02" * 1_000_000
    assert without_fine_scans(content) is content


@settings(max_examples=200, deadline=None)
@given(
    places=st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 255)), max_size=12),
    length=st.integers(0, 3000),
    noise=st.booleans(),
)
def test_damage_gives_bytes_that_are_no_longer_than_the_file(places, length, noise):
    content = bytearray(np.random.default_rng(length).bytes(3000) if noise else SMALL)
    for place, value in places:
        content[place % len(content)] = value
    content = bytes(content[:length])
    assert len(without_fine_scans(content)) <= len(content)


SMALL = progressive(Image.linear_gradient("L").convert("RGB").resize((40, 30)))
