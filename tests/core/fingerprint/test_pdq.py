"""PDQ against the library of its publishers."""

import math

import numpy as np
import pdqhash
import pytest
from hypothesis import given, settings, strategies as st

from amparo.core.fingerprint import TooSmall, pdq, pdq_stack
from amparo.core.fingerprint._pdq import COEFFICIENTS, DCT, GRID


def oracle(pixels):
    """pdqhash's code and quality. It takes RGB only; equal channels give it the grey value exactly."""
    rgb = pixels if pixels.ndim == 3 else np.repeat(pixels[..., np.newaxis], 3, axis=2)
    bits, quality = pdqhash.compute(np.ascontiguousarray(rgb))
    return np.packbits(bits).tobytes(), quality


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
    assert pdq(pixels) == oracle(pixels)


@settings(max_examples=60, deadline=None)
@given(height=sides, width=sides, seed=seeds)
def test_code_and_quality_of_smooth_pictures_agree_with_pdqhash(height, width, seed):
    pixels = waves(height, width, seed)
    assert pdq(pixels) == oracle(pixels)


@settings(max_examples=60, deadline=None)
@given(height=st.integers(5, 70), width=st.integers(5, 70), seed=seeds)
def test_small_pictures_agree_with_pdqhash(height, width, seed):
    pixels = noise(height, width, seed)
    assert pdq(pixels) == oracle(pixels)


@pytest.mark.parametrize(
    "size", [(5, 5), (5, 700), (700, 5), (64, 64), (64, 65), (128, 129), (512, 512), (1000, 7), (1024, 513)]
)
def test_sizes_at_the_edges_of_the_rule_agree_with_pdqhash(size):
    for pixels in (noise(*size, seed=1), waves(*size, seed=2), noise(*size, seed=3, grey=True)):
        assert pdq(pixels) == oracle(pixels)


@pytest.mark.parametrize("level", [0, 7, 127, 200, 255])
@pytest.mark.parametrize("size", [(64, 64), (100, 100), (512, 512)])
def test_flat_pictures_agree_with_pdqhash_although_everything_ties(level, size):
    pixels = np.full(size, level, dtype=np.uint8)
    assert pdq(pixels) == oracle(pixels)


def test_two_flat_halves_agree_with_pdqhash():
    pixels = np.zeros((80, 100), dtype=np.uint8)
    pixels[:, 50:] = 255
    assert pdq(pixels) == oracle(pixels)


def test_photographs_agree_with_pdqhash(photos):
    from PIL import Image

    for name in ("chelsea.png", "coffee.png", "rocket.jpg", "coins.png"):
        pixels = np.asarray(Image.open(photos / name).convert("RGB"))
        assert pdq(pixels) == oracle(pixels)


@settings(max_examples=20, deadline=None)
@given(count=st.integers(1, 9), height=st.integers(5, 200), width=st.integers(5, 200), seed=seeds)
def test_a_stack_gives_what_its_pictures_give_alone(count, height, width, seed):
    stack = np.random.default_rng(seed).integers(0, 256, (count, height, width), dtype=np.uint8)
    codes, qualities = pdq_stack(stack)
    assert codes.shape == (count, 32)
    assert [(code.tobytes(), quality) for code, quality in zip(codes, qualities, strict=True)] == [
        pdq(picture) for picture in stack
    ]


@pytest.mark.parametrize("size", [(4, 100), (100, 4), (1, 1)])
def test_a_side_under_five_pixels_is_refused(size):
    with pytest.raises(TooSmall, match="at least 5 pixels"):
        pdq(np.zeros(size, dtype=np.uint8))


@pytest.mark.parametrize(
    "pixels", [np.zeros((9, 9), dtype=np.float64), np.zeros((9, 9, 4), dtype=np.uint8), np.zeros(9, dtype=np.uint8)]
)
def test_an_array_of_another_kind_is_refused(pixels):
    with pytest.raises(TypeError, match="pixels must be"):
        pdq(pixels)


def test_any_good_cosine_gives_the_same_table():
    """No entry lies so near the middle between two float32 that a cosine off by 1e-12 would round elsewhere."""
    scale = float(np.float32(math.sqrt(2 / GRID)))
    for row in range(1, COEFFICIENTS + 1):
        for column in range(GRID):
            exact = scale * math.cos(math.pi / 2 / GRID * row * (2 * column + 1))
            assert np.float32(exact - 1e-12) == np.float32(exact + 1e-12) == DCT[row - 1, column]
