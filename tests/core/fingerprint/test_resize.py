"""The area resize against a twin that lays every pixel out."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from amparo.core.fingerprint import engines, grey_512
from amparo.core.fingerprint._resize import grey_512_of_rows


def shares(length):
    """For each of the 512 targets: (source, share of the target it covers), as fractions."""
    return [
        [
            (source, Fraction(covered, length))
            for source in range(length)
            if (covered := min((source + 1) * 512, (target + 1) * length) - max(source * 512, target * length)) > 0
        ]
        for target in range(512)
    ]


def slow_mean(pixels, down, across):
    """The exact mean luminance under one target pixel."""
    return sum(
        up * side * (Fraction(299 * int(r) + 587 * int(g) + 114 * int(b), 1000))
        for y, up in down
        for x, side in across
        for r, g, b in [pixels[y, x]]
    )


def slow_round(mean):
    """The nearest whole level; a half goes towards 127.5, and the half at 127.5 itself down."""
    low = mean.numerator // mean.denominator
    rest = mean - low
    if rest == Fraction(1, 2):
        return low + 1 if mean < Fraction(255, 2) else low
    return low + (rest > Fraction(1, 2))


def by_each_engine(pixels):
    """What every engine says, as one answer."""
    results = [grey_512(pixels, engine=engine) for engine in engines()]
    for result in results:
        assert np.array_equal(result, results[0])
    return results[0]


@settings(max_examples=8, deadline=None)
@given(
    height=st.integers(1, 1100),
    width=st.integers(1, 1100),
    seed=st.integers(0, 2**32 - 1),
    points=st.lists(st.tuples(st.integers(0, 511), st.integers(0, 511)), min_size=5, max_size=5),
)
def test_resizing_agrees_with_the_exact_mean_at_any_point(height, width, seed, points):
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    result = by_each_engine(pixels)
    down, across = shares(height), shares(width)
    for row, column in [*points, (0, 0), (511, 511), (255, 256)]:
        assert result[row, column] == slow_round(slow_mean(pixels, down[row], across[column]))


@settings(max_examples=25, deadline=None)
@given(
    height=st.integers(1, 3000),
    width=st.integers(1, 400),
    seed=st.integers(0, 2**32 - 1),
    grey=st.booleans(),
    upright=st.booleans(),
)
def test_every_engine_gives_the_same_levels(height, width, seed, grey, upright):
    shape = (height, width) if upright else (width, height)
    shape = shape if grey else (*shape, 3)
    by_each_engine(np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8))


@settings(max_examples=25, deadline=None)
@given(
    height=st.integers(1, 1500),
    width=st.integers(1, 1500),
    step=st.integers(1, 8),
    seed=st.integers(0, 2**32 - 1),
)
def test_shrunk_pixels_count_as_what_they_cover_of_the_picture(height, width, step, seed):
    shrunk = np.random.default_rng(seed).integers(0, 256, (-(-height // step), -(-width // step), 1), dtype=np.uint8)
    picture = shrunk.repeat(step, axis=0).repeat(step, axis=1)[:height, :width, 0]
    expected = grey_512(np.ascontiguousarray(picture))
    for engine in engines():
        result = grey_512_of_rows(
            lambda first, last: shrunk[first:last], width=width, height=height, step=step, engine=engine
        )
        assert np.array_equal(result, expected)


def test_levels_next_to_a_half_are_rounded_alike_by_every_engine():
    """Two source pixels a target: half of all means are halves, and a reciprocal alone would miss some."""
    for shape in ((512, 1024), (1024, 512), (1536, 512), (1000, 1000)):
        by_each_engine(np.random.default_rng(6).integers(120, 136, shape, dtype=np.uint8))


@settings(max_examples=25, deadline=None)
@given(height=st.integers(1, 900), width=st.integers(1, 900), seed=st.integers(0, 2**32 - 1))
def test_resizing_commutes_with_flips_turns_and_the_negative(height, width, seed):
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    result = grey_512(pixels)
    assert np.array_equal(grey_512(pixels[:, ::-1]), result[:, ::-1])
    assert np.array_equal(grey_512(pixels[::-1]), result[::-1])
    assert np.array_equal(grey_512(np.rot90(pixels)), np.rot90(result))
    different = grey_512(255 - pixels) != 255 - result
    # Only the exact middle, 127.5, cannot have its negative on the scale.
    assert set(np.unique(result[different])) <= {127}


def test_halves_go_towards_the_middle():
    columns = np.zeros((512, 1024), dtype=np.uint8)
    columns[:, 0::2], columns[:, 1::2] = 10, 11
    assert set(np.unique(by_each_engine(columns))) == {11}
    assert set(np.unique(by_each_engine(255 - columns))) == {244}
    columns[:, 0::2], columns[:, 1::2] = 127, 128
    assert set(np.unique(by_each_engine(columns))) == {127}


def test_a_grey_picture_of_the_right_size_stays_as_it_is():
    pixels = np.random.default_rng(4).integers(0, 256, (512, 512), dtype=np.uint8)
    assert np.array_equal(grey_512(pixels), pixels)
    assert np.array_equal(grey_512(np.repeat(pixels[..., np.newaxis], 3, axis=2)), pixels)


@pytest.mark.parametrize("shape", [(5, 65_535), (65_535, 5)])
def test_the_longest_side_of_white_is_exactly_white(shape):
    """The largest sums there are: white to the last bit, or a float was not exact."""
    assert np.all(by_each_engine(np.full(shape, 255, dtype=np.uint8)) == 255)
    assert np.all(by_each_engine(np.full(shape, 254, dtype=np.uint8)) == 254)


@pytest.mark.parametrize("shape", [(5, 65_536), (65_536, 5), (0, 5)])
def test_a_side_that_sums_cannot_hold_is_refused(shape):
    for engine in engines():
        with pytest.raises(ValueError, match=r"sides must be 1\.\.65535"):
            grey_512(np.zeros(shape, dtype=np.uint8), engine=engine)
