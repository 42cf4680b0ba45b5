"""Boxes against slow, obvious twins, and on pictures whose answer is known."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from PIL import Image

from amparo.core.fingerprint._boxes import SAME_LEVELS, Box, cells, content, is_near, layers, trimmed

sides = st.integers(0, 12)
seeds = st.integers(0, 2**32 - 1)


def noise(height, width, seed):
    return np.random.default_rng(seed).integers(0, 256, (height, width)).astype(np.float32)


def framed(inner, border, level):
    left, top, right, bottom = border
    return np.pad(inner, ((top, bottom), (left, right)), constant_values=np.float32(level))


def plain_lines(lines, start, share):
    """The twin of trimming: one line at a time, in words."""
    if start >= len(lines):
        return 0
    colour = sorted(lines[start])[len(lines[start]) // 2]

    def like(line):
        return sum(abs(float(level) - float(colour)) <= SAME_LEVELS for level in line) / len(line)

    if like(lines[start]) < 0.97:
        return 0
    count = start
    while count < len(lines) and like(lines[count]) >= share:
        count += 1
    return count


def slow_trim(levels):
    height, width = levels.shape
    top, bottom, left, right = 0, 0, 0, 0

    def lines(some):
        found = plain_lines(some, 0, 0.97)
        return found if found > 2 else max(found, plain_lines(some, 2, 0.97))

    top, bottom = lines(levels), lines(levels[::-1])
    if top + bottom > height - 8:
        top, bottom = 0, 0
    rest = levels[top : height - bottom].T
    left, right = lines(rest), lines(rest[::-1])
    if left + right > width - 8:
        left, right = 0, 0
    return Box(left, top, width - right, height - bottom)


@settings(max_examples=60, deadline=None)
@given(border=st.tuples(sides, sides, sides, sides), level=st.integers(0, 255), seed=seeds)
def test_a_border_of_one_colour_goes_to_the_pixel(border, level, seed):
    left, top, _, _ = border
    levels = framed(noise(40, 50, seed), border, level)
    assert trimmed(levels, Box(0, 0, *levels.shape[::-1])) == Box(left, top, left + 50, top + 40)


@settings(max_examples=60, deadline=None)
@given(
    inner=st.tuples(st.integers(1, 30), st.integers(1, 30)),
    border=st.tuples(sides, sides, sides, sides),
    level=st.integers(0, 255),
    spread=st.integers(0, 30),
    seed=seeds,
)
def test_trimming_agrees_with_going_line_by_line(inner, border, level, spread, seed):
    random = np.random.default_rng(seed)
    levels = framed(random.integers(60, 60 + 4 * spread + 1, inner).astype(np.float32), border, level)
    levels += random.integers(0, spread + 1, levels.shape)
    assert trimmed(levels, Box(0, 0, *levels.shape[::-1])) == slow_trim(levels)


@pytest.mark.parametrize("size", [(1, 1), (1, 50), (50, 1), (8, 8), (100, 100)])
def test_a_picture_of_one_colour_stays_whole(size):
    whole = Box(0, 0, size[1], size[0])
    assert trimmed(np.full(size, 90, dtype=np.float32), whole) == whole
    assert set(layers(np.full(size, 90, dtype=np.float32), whole)) == {whole}


def test_each_side_may_have_its_own_colour_and_a_frame_may_lie_in_a_frame():
    picture = noise(60, 80, 1)
    inner = framed(framed(picture, (5, 0, 0, 0), 200), (0, 7, 0, 0), 10)
    outer = framed(inner, (9, 9, 9, 9), 255)
    found = layers(outer, Box(0, 0, *outer.shape[::-1]))
    assert found[0] == Box(9, 9, 9 + 85, 9 + 67)
    assert found[-1] == Box(9 + 5, 9 + 7, 9 + 85, 9 + 67)


def test_a_band_with_words_goes_with_its_words():
    picture = noise(120, 200, 2)
    band = np.full((40, 200), 255, dtype=np.float32)
    band[12:28, 10:80:3] = 0
    for levels, expected in (
        (np.vstack([band, picture]), Box(0, 40, 200, 160)),
        (np.vstack([picture, band]), Box(0, 0, 200, 120)),
    ):
        assert expected in layers(levels, Box(0, 0, 200, 160))


def test_a_blended_outermost_line_does_not_keep_the_border():
    levels = framed(framed(noise(60, 60, 3), (10, 10, 10, 10), 0), (1, 1, 1, 1), 120)
    assert trimmed(levels, Box(0, 0, 82, 82)) == Box(11, 11, 71, 71)


def slow_content(levels):
    counts = [sum(int(level) == grey for level in levels.ravel()) for grey in range(256)]
    near = [sum(counts[max(0, grey - 2) : grey + 3]) for grey in range(256)]
    background = near.index(max(near))

    def longest(shares):
        best, here = (0, 0), 0
        for place, share in enumerate([*shares, 0.0]):
            if share > 1 - 0.55:
                continue
            if place - here > best[1] - best[0]:
                best = (here, place)
            here = place + 1
        return best if best[1] > best[0] else None

    other = np.abs(levels - background) > SAME_LEVELS
    rows = longest([row.mean() for row in other])
    if rows is None:
        return None
    columns = longest([column.mean() for column in other[rows[0] : rows[1]].T])
    return None if columns is None else Box(columns[0], rows[0], columns[1], rows[1])


@settings(max_examples=60, deadline=None)
@given(height=st.integers(1, 30), width=st.integers(1, 30), top=st.integers(0, 20), rows=st.integers(0, 15), seed=seeds)
def test_content_agrees_with_counting_background_line_by_line(height, width, top, rows, seed):
    random = np.random.default_rng(seed)
    levels = (240 + random.integers(0, 4, (height, width))).astype(np.float32)
    part = levels[top : top + rows]
    part[:] = np.where(random.random(part.shape) < 0.7, random.integers(0, 256, part.shape), part)
    assert content(levels) == slow_content(levels)


@pytest.mark.parametrize("paper", [16, 250])
def test_the_picture_in_a_screenshot_is_found_between_lines_of_text(photos, paper):
    picture = np.asarray(Image.open(photos / "coffee.png").convert("L"), dtype=np.float32)
    page = np.full((900, 600), paper, dtype=np.float32)
    page[300:700] = picture
    for line in (40, 90, 140, 190, 760, 820):
        page[line : line + 18, 20:400:5] = 128
    found = content(page)
    assert found is not None
    assert is_near(found, Box(0, 300, 600, 700))


def test_a_page_without_anything_has_no_content():
    assert content(np.full((50, 60), 250, dtype=np.float32)) is None


@settings(max_examples=40, deadline=None)
@given(width=st.integers(6, 900), height=st.integers(6, 900))
def test_halves_quadrants_and_thirds_each_cover_the_picture_once(width, height):
    boxes = cells(width, height)
    for group in (boxes[:2], boxes[2:4], boxes[4:8], boxes[8:11], boxes[11:]):
        covered = np.zeros((height, width), dtype=int)
        for box in group:
            box.within(covered)[:] += 1
        assert (covered == 1).all()


def test_boxes_that_differ_by_less_than_the_step_are_one():
    assert is_near(Box(0, 0, 1000, 500), Box(5, 2, 996, 499))
    assert not is_near(Box(0, 0, 1000, 500), Box(8, 0, 1000, 500))
    assert not is_near(Box(0, 0, 1000, 500), Box(0, 5, 1000, 500))
