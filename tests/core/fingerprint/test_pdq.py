"""PDQ against the library of its publishers."""

import math

import numpy as np
import pdqhash
import pytest
from hypothesis import given, settings, strategies as st

from amparo.core.fingerprint import TooSmall, engines, pdq, pdq_stack
from amparo.core.fingerprint._pdq import COEFFICIENTS, DCT, GRID


def oracle(pixels):
    """pdqhash's code and quality. It takes RGB only; equal channels give it the grey value exactly."""
    rgb = pixels if pixels.ndim == 3 else np.repeat(pixels[..., np.newaxis], 3, axis=2)
    bits, quality = pdqhash.compute(np.ascontiguousarray(rgb))
    return np.packbits(bits).tobytes(), quality


def by_each_engine(pixels):
    """What every engine says, as one answer."""
    answers = {pdq(pixels, engine=engine) for engine in engines()}
    assert len(answers) == 1
    return answers.pop()


def noise(height, width, seed, *, grey=False):
    shape = (height, width) if grey else (height, width, 3)
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


def waves(height, width, seed):
    """Something smooth, of middling quality: quality and median are decided by small differences here."""
    slow, fast, *shift = np.random.default_rng(seed).random(5) * 6
    y, x = np.mgrid[:height, :width]
    layers = [127 + 100 * np.sin(x / 40 * slow + s) * np.cos(y / 50 * fast) for s in shift]
    return np.stack(layers, axis=-1).astype(np.uint8)


sides = st.integers(5, 700)
seeds = st.integers(0, 2**32 - 1)


@settings(max_examples=60, deadline=None)
@given(height=sides, width=sides, seed=seeds, grey=st.booleans())
def test_code_and_quality_of_noise_agree_with_pdqhash(height, width, seed, grey):
    pixels = noise(height, width, seed, grey=grey)
    assert by_each_engine(pixels) == oracle(pixels)


@settings(max_examples=60, deadline=None)
@given(height=sides, width=sides, seed=seeds)
def test_code_and_quality_of_smooth_pictures_agree_with_pdqhash(height, width, seed):
    pixels = waves(height, width, seed)
    assert by_each_engine(pixels) == oracle(pixels)


@settings(max_examples=20, deadline=None)
@given(long=st.integers(700, 3000), short=st.integers(5, 250), seed=seeds, upright=st.booleans(), grey=st.booleans())
def test_long_and_thin_pictures_agree_with_pdqhash(long, short, seed, upright, grey):
    height, width = (long, short) if upright else (short, long)
    pixels = noise(height, width, seed, grey=True) if grey else waves(height, width, seed)
    assert by_each_engine(pixels) == oracle(pixels)


def test_a_large_picture_of_odd_sides_agrees_with_pdqhash():
    """More rows than one strip, more columns than one chunk, windows of 24 and 10."""
    pixels = noise(2999, 1191, seed=5)
    assert by_each_engine(pixels) == oracle(pixels)


@settings(max_examples=60, deadline=None)
@given(height=st.integers(5, 70), width=st.integers(5, 70), seed=seeds)
def test_small_pictures_agree_with_pdqhash(height, width, seed):
    pixels = noise(height, width, seed)
    assert by_each_engine(pixels) == oracle(pixels)


@pytest.mark.parametrize(
    "size", [(5, 5), (5, 700), (700, 5), (64, 64), (64, 65), (128, 129), (512, 512), (1000, 7), (1024, 513)]
)
def test_sizes_at_the_edges_of_the_rule_agree_with_pdqhash(size):
    for pixels in (noise(*size, seed=1), waves(*size, seed=2), noise(*size, seed=3, grey=True)):
        assert by_each_engine(pixels) == oracle(pixels)


@pytest.mark.parametrize("level", [0, 7, 127, 200, 255])
@pytest.mark.parametrize("size", [(64, 64), (100, 100), (512, 512)])
def test_flat_pictures_agree_with_pdqhash_although_everything_ties(level, size):
    pixels = np.full(size, level, dtype=np.uint8)
    assert by_each_engine(pixels) == oracle(pixels)


def test_two_flat_halves_agree_with_pdqhash():
    pixels = np.zeros((80, 100), dtype=np.uint8)
    pixels[:, 50:] = 255
    assert by_each_engine(pixels) == oracle(pixels)


def test_photographs_agree_with_pdqhash(photos):
    from PIL import Image

    for name in ("chelsea.png", "coffee.png", "rocket.jpg", "coins.png"):
        pixels = np.asarray(Image.open(photos / name).convert("RGB"))
        assert by_each_engine(pixels) == oracle(pixels)


def test_pixels_that_lie_scattered_in_memory_are_read_as_they_are_seen():
    pixels = noise(200, 300, seed=8)
    for view in (pixels[::-1], pixels[:, ::-1], pixels[::3, 7:250], pixels.swapaxes(0, 1), pixels[..., 1]):
        assert by_each_engine(view) == oracle(np.ascontiguousarray(view))


@settings(max_examples=20, deadline=None)
@given(count=st.integers(1, 9), height=st.integers(5, 200), width=st.integers(5, 200), seed=seeds)
def test_a_stack_gives_what_its_pictures_give_alone(count, height, width, seed):
    stack = np.random.default_rng(seed).integers(0, 256, (count, height, width), dtype=np.uint8)
    alone = [pdq(picture) for picture in stack]
    for engine in engines():
        codes, qualities = pdq_stack(stack, engine=engine)
        assert codes.shape == (count, 32)
        assert [(code.tobytes(), quality) for code, quality in zip(codes, qualities, strict=True)] == alone


@settings(max_examples=20, deadline=None)
@given(height=st.integers(5, 300), width=st.integers(5, 300), seed=seeds, scale=st.sampled_from([255, 1, 1e-3]))
def test_pictures_in_float32_get_one_answer_from_every_engine(height, width, seed, scale):
    stack = (np.random.default_rng(seed).random((2, height, width)) * scale).astype(np.float32)
    answers = {tuple(part.tobytes() for part in pdq_stack(stack, engine=engine)) for engine in engines()}
    assert len(answers) == 1


@pytest.mark.parametrize("size", [(4, 100), (100, 4), (1, 1)])
def test_a_side_under_five_pixels_is_refused(size):
    for engine in engines():
        with pytest.raises(TooSmall, match="at least 5 pixels"):
            pdq(np.zeros(size, dtype=np.uint8), engine=engine)


@pytest.mark.parametrize(
    "pixels", [np.zeros((9, 9), dtype=np.float64), np.zeros((9, 9, 4), dtype=np.uint8), np.zeros(9, dtype=np.uint8)]
)
def test_an_array_of_another_kind_is_refused(pixels):
    with pytest.raises(TypeError, match="pixels must be"):
        pdq(pixels)


def test_thousandths_over_1000_in_float32_are_the_luminance_added_in_double():
    """For each of the 16,777,216 colours: what the kernel computes, and what the reference does."""
    red, green = np.arange(256)[:, np.newaxis], np.arange(256)
    for blue in range(256):
        reference = (0.299 * red + 0.587 * green + 0.114 * blue).astype(np.float32)
        thousandths = (299 * red + 587 * green + 114 * blue).astype(np.float32)
        assert np.array_equal(thousandths / np.float32(1000), reference)


def test_any_good_cosine_gives_the_same_table():
    """No entry lies so near the middle between two float32 that a cosine off by 1e-12 would round elsewhere."""
    scale = float(np.float32(math.sqrt(2 / GRID)))
    for row in range(1, COEFFICIENTS + 1):
        for column in range(GRID):
            exact = scale * math.cos(math.pi / 2 / GRID * row * (2 * column + 1))
            assert np.float32(exact - 1e-12) == np.float32(exact + 1e-12) == DCT[row - 1, column]
