"""PDQ as matrices against PDQ step by step."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from PIL import Image

from amparo.core.fingerprint import grey_512, pdq_stack
from amparo.core.fingerprint._matrix import codes_of_grids, grids

seeds = st.integers(0, 2**32 - 1)
PHOTOS = ("chelsea.png", "coffee.png", "rocket.jpg", "coins.png", "hubble_deep_field.jpg", "gravel.png")


def eight(grey):
    """Really turned, in the order of ORIENTATIONS."""
    half = grey[::-1, ::-1]
    ways = [grey, grey[:, ::-1], half, grey[::-1], np.rot90(grey, -1), np.rot90(grey), grey.T, half.T]
    return np.stack([np.ascontiguousarray(way) for way in ways])


def bits_off(some, others):
    return np.unpackbits(some ^ others, axis=-1).sum(axis=-1)


@pytest.mark.parametrize("name", PHOTOS)
def test_of_a_canonical_picture_the_eight_codes_are_the_canonical_ones(photos, name):
    grey = grey_512(np.asarray(Image.open(photos / name).convert("RGB")))
    codes, qualities = codes_of_grids(grids(grey.astype(np.float32))[np.newaxis])
    expected, wanted = pdq_stack(eight(grey))
    assert bits_off(codes[0], expected).max() <= 2
    assert qualities[0, 0] == wanted[0]
    assert np.abs(qualities[0] - wanted).max() <= 2


@pytest.mark.parametrize("name", PHOTOS)
def test_straight_from_the_pixels_the_codes_are_within_a_few_bits(photos, name):
    pixels = np.asarray(Image.open(photos / name).convert("RGB"))
    levels = (pixels @ np.array([0.299, 0.587, 0.114])).astype(np.float32)
    codes, _ = codes_of_grids(grids(levels)[np.newaxis])
    expected, _ = pdq_stack(eight(grey_512(pixels)))
    assert bits_off(codes[0], expected).max() <= 4


@settings(max_examples=25, deadline=None)
@given(height=st.integers(5, 700), width=st.integers(5, 700), seed=seeds)
def test_of_noise_of_any_size_the_codes_are_within_a_few_bits(height, width, seed):
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width), dtype=np.uint8)
    codes, _ = codes_of_grids(grids(pixels.astype(np.float32))[np.newaxis])
    expected, _ = pdq_stack(eight(grey_512(pixels)))
    assert bits_off(codes[0], expected).max() <= 12
    assert bits_off(codes[0], expected).mean() <= 5


@settings(max_examples=40, deadline=None)
@given(
    size=st.tuples(st.integers(1, 300), st.integers(1, 300)),
    rim=st.tuples(*[st.integers(0, 40)] * 4),
    seed=seeds,
)
def test_a_guessed_rim_is_the_outermost_line_repeated(size, rim, seed):
    levels = np.random.default_rng(seed).integers(0, 256, size).astype(np.float32)
    left, top, right, bottom = rim
    padded = np.pad(levels, ((top, bottom), (left, right)), mode="edge")
    assert np.allclose(grids(levels, rim=rim), grids(padded), atol=1e-2)


@settings(max_examples=20, deadline=None)
@given(count=st.integers(1, 5), seed=seeds)
def test_many_at_once_give_what_each_gives_alone(count, seed):
    four = np.random.default_rng(seed).integers(0, 256, (count, 4, 64, 64)).astype(np.float32)
    codes, qualities = codes_of_grids(four)
    assert codes.shape == (count, 8, 32)
    assert qualities.shape == (count, 8)
    for number in range(count):
        alone, quality = codes_of_grids(four[number : number + 1])
        assert bits_off(codes[number], alone[0]).max() <= 2
        assert np.array_equal(qualities[number], quality[0])
