"""Seams against slow, obvious twins, and planted rectangles that must be among the best."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from PIL import Image

from amparo.core.fingerprint._boxes import Box, is_near
from amparo.core.fingerprint._seams import CAP, LEAST, LOCAL, RECTANGLES, _jumps, _overlap, rectangles

seeds = st.integers(0, 2**32 - 1)


def slow_jumps(levels):
    height, width = levels.shape
    jump = np.zeros((height, width))
    for y in range(height):
        for x in range(1, width - 1):
            jump[y, x] = min(CAP, abs(float(levels[y, x + 1]) - float(levels[y, x - 1])))
    gain = np.zeros((height, width))
    for y in range(height):
        for x in range(width):
            beside = [jump[y, k] for k in (*range(x - 9, x - 3), *range(x + 4, x + 10)) if 0 <= k < width]
            usual = sum(beside) / len(beside) if beside else 0.0
            gain[y, x] = (jump[y, x] - LOCAL * usual - LEAST) / CAP
    return gain


@settings(max_examples=40, deadline=None)
@given(height=st.integers(1, 12), width=st.integers(3, 40), seed=seeds)
def test_the_gain_of_a_seam_agrees_with_looking_pixel_by_pixel(height, width, seed):
    levels = np.random.default_rng(seed).integers(0, 256, (height, width)).astype(np.float32)
    assert np.allclose(_jumps(levels), slow_jumps(levels), atol=1e-4)


@settings(max_examples=40, deadline=None)
@given(
    left=st.integers(12, 120),
    top=st.integers(12, 90),
    width=st.integers(60, 150),
    height=st.integers(50, 130),
    seed=seeds,
)
def test_a_rectangle_planted_in_texture_is_the_best(left, top, width, height, seed):
    random = np.random.default_rng(seed)
    levels = random.normal(120, 6, (240, 300)).astype(np.float32)
    levels[top : top + height, left : left + width] = random.normal(80, 6, (height, width))
    best = rectangles(levels)[0]
    assert max(abs(np.subtract(best, (left, top, left + width, top + height)))) <= 1


@pytest.mark.parametrize("back", ["brick.png", "gravel.png", "coffee.png"])
def test_a_photograph_on_a_photograph_is_among_the_rectangles(photos, back):
    levels = np.asarray(Image.open(photos / back).convert("L").resize((600, 460)), dtype=np.float32).copy()
    levels[100:285, 210:480] = np.asarray(Image.open(photos / "chelsea.png").convert("L").resize((270, 185)))
    assert any(is_near(box, Box(210, 100, 480, 285)) for box in rectangles(levels))


def test_the_seams_between_four_photographs_are_sides_of_rectangles(photos):
    names = ("chelsea.png", "coffee.png", "rocket.jpg", "hubble_deep_field.jpg")
    parts = [np.asarray(Image.open(photos / name).convert("L").resize((300, 210)), dtype=np.float32) for name in names]
    found = rectangles(np.block([parts[:2], parts[2:]]))
    assert {300, 210} <= {side for box in found for side in box}
    assert any(is_near(box, Box(0, 0, 300, 210)) for box in found)


@settings(max_examples=40, deadline=None)
@given(height=st.integers(1, 90), width=st.integers(1, 90), seed=seeds, smooth=st.booleans())
def test_rectangles_lie_in_the_picture_are_few_and_not_the_picture_itself(height, width, seed, smooth):
    levels = np.random.default_rng(seed).integers(0, 256, (height, width)).astype(np.float32)
    if smooth:
        levels = np.cumsum(levels - 127, axis=1).astype(np.float32)
    found = rectangles(levels)
    assert len(found) <= RECTANGLES
    for box in found:
        assert 0 <= box.x0 < box.x1 <= width
        assert 0 <= box.y0 < box.y1 <= height
        assert box != Box(0, 0, width, height)
    assert found == rectangles(levels)


def test_a_picture_of_one_colour_has_no_rectangles():
    assert rectangles(np.full((200, 300), 77, dtype=np.float32)) == []


@settings(max_examples=60, deadline=None)
@given(a=st.tuples(*[st.integers(0, 12)] * 4), b=st.tuples(*[st.integers(0, 12)] * 4))
def test_the_shared_area_agrees_with_counting_pixels(a, b):
    one = Box(min(a[0], a[2]), min(a[1], a[3]), max(a[0], a[2]) + 1, max(a[1], a[3]) + 1)
    other = Box(min(b[0], b[2]), min(b[1], b[3]), max(b[0], b[2]) + 1, max(b[1], b[3]) + 1)
    seen = np.zeros((2, 14, 14), dtype=bool)
    one.within(seen[0])[:] = True
    other.within(seen[1])[:] = True
    assert _overlap(one, other) == pytest.approx((seen[0] & seen[1]).sum() / (seen[0] | seen[1]).sum())
