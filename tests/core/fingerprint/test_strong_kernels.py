"""The parts of the stronger tier against slow twins, and against what must hold of any picture."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from PIL import Image

from amparo.core.fingerprint import strong
from amparo.core.fingerprint.strong._codes import codes_of, lowest, mask, waves_of
from amparo.core.fingerprint.strong._engine import KERNEL, engines
from amparo.core.fingerprint.strong._find import near_codes
from amparo.core.fingerprint.strong._geometry import Matches, inliers
from amparo.core.fingerprint.strong._points import blur, peaks
from amparo.core.fingerprint.strong._record import found_points
from amparo.core.fingerprint.strong._waves import WAVES


def levels(photos, name, size=(360, 270)):
    return np.asarray(Image.open(photos / name).convert("L").resize(size), dtype=np.float32)


def with_codes(picture):
    octaves, points = found_points(picture, most=400, two_directions=True)
    return points, codes_of(waves_of(octaves, points))


# -- codes


@settings(deadline=None)
@given(
    some=st.lists(st.integers(0, 2**32 - 1), max_size=12),
    others=st.lists(st.integers(0, 2**32 - 1), max_size=12),
    within=st.integers(0, 32),
)
def test_near_codes_are_those_that_counting_one_by_one_gives(some, others, within):
    rows, places, apart = near_codes(np.array(some, np.uint32), np.array(others, np.uint32), within=within)
    slow = [
        (i, j, (one ^ other).bit_count())
        for i, one in enumerate(some)
        for j, other in enumerate(others)
        if (one ^ other).bit_count() <= within
    ]
    assert list(zip(rows.tolist(), places.tolist(), apart.tolist(), strict=True)) == slow


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("negative", [False, True])
def test_the_mask_gives_the_codes_of_the_changed_picture(photos, mirrored, negative):
    picture = levels(photos, "coffee.png")
    changed = picture[:, ::-1] if mirrored else picture
    changed = np.ascontiguousarray(255 - changed if negative else changed)
    points, codes = with_codes(picture)
    others, theirs = with_codes(changed)
    x = picture.shape[1] - 1 - others.x if mirrored else others.x
    theirs = theirs ^ mask(mirrored=mirrored, negative=negative, bits=64)
    best = []
    for row in range(len(points)):
        here = np.flatnonzero(np.hypot(x - points.x[row], others.y - points.y[row]) < 0.5)
        best += [int(np.bitwise_count(theirs[here] ^ codes[row]).min())] if len(here) else []
    assert len(best) > 0.9 * len(points)
    assert np.mean(np.array(best) <= 4) > 0.9


@given(mirrored=st.booleans(), negative=st.booleans(), bits=st.integers(1, 64))
def test_masks_are_prefixes_and_negatives_of_mirrors_are_both(mirrored, negative, bits):
    whole = mask(mirrored=mirrored, negative=negative, bits=64)
    assert mask(mirrored=mirrored, negative=negative, bits=bits) == lowest(np.array([whole]), bits=bits)[0]
    apart = mask(mirrored=mirrored, negative=False, bits=bits) ^ mask(mirrored=False, negative=negative, bits=bits)
    assert apart == mask(mirrored=mirrored, negative=negative, bits=bits)


def test_a_wave_that_turns_has_its_middle_at_zero():
    assert len(set(WAVES)) == 64
    for wave in WAVES:
        assert wave.middle == 0 or not (wave.turns_in_mirror or wave.turns_in_negative)


def test_codes_do_not_see_brightness_and_contrast(photos):
    picture = levels(photos, "rocket.jpg")
    points, codes = with_codes(picture)
    others, theirs = with_codes(picture * np.float32(0.6) + 40)
    best = []
    for row in range(len(points)):
        here = np.flatnonzero(np.hypot(others.x - points.x[row], others.y - points.y[row]) < 0.1)
        best += [int(np.bitwise_count(theirs[here] ^ codes[row]).min())] if len(here) else []
    assert len(best) > 20
    assert np.mean(np.array(best) <= 2) > 0.95


# -- points


@settings(max_examples=15, deadline=None)
@given(height=st.integers(1, 12), width=st.integers(1, 12), deviation=st.sampled_from([0.5, 1.2, 3.1]))
def test_blur_is_the_weighted_mean_of_all_around(height, width, deviation):
    picture = np.random.default_rng(height * 13 + width).uniform(0, 255, (height, width)).astype(np.float32)
    reach = int(np.ceil(3 * deviation))
    place = np.arange(-reach, reach + 1)
    taps = np.exp(-(place**2) / (2 * deviation**2))
    taps /= taps.sum()
    wide = np.pad(picture.astype(float), reach, mode="edge")
    slow = [
        [taps @ wide[y : y + 2 * reach + 1, x : x + 2 * reach + 1] @ taps for x in range(width)] for y in range(height)
    ]
    assert np.allclose(blur(picture, deviation), slow, atol=1e-2)


@settings(max_examples=25, deadline=None)
@given(
    height=st.integers(1, 40),
    width=st.integers(1, 70),
    deviation=st.sampled_from([0.3, 1.2, 3.1]),
    rough=st.floats(0.01, 300),
)
def test_engines_blur_to_the_same_bits(height, width, deviation, rough):
    picture = np.random.default_rng(height * 71 + width).normal(128, rough, (height, width)).astype(np.float32)
    first, *others = (blur(picture, deviation, engine=name) for name in engines())
    assert all(first.tobytes() == other.tobytes() for other in others)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6), height=st.integers(3, 20), width=st.integers(3, 20), most=st.integers(1, 9))
def test_peaks_are_what_no_neighbour_exceeds(seed, height, width, most):
    planes = np.random.default_rng(seed).integers(-most, most + 1, (3, height, width)).astype(np.float32)
    slow = []
    for y in range(1, height - 1):
        for x in range(1, width - 1):
            here, around = planes[1, y, x], planes[:, y - 1 : y + 2, x - 1 : x + 2]
            if (here > 0 and here >= around.max()) or (here < 0 and here <= around.min()):
                slow.append((y, x))
    for name in engines():
        rows, columns = peaks(planes, engine=name)
        assert list(zip(rows.tolist(), columns.tolist(), strict=True)) == slow


def test_the_kernel_refuses_what_is_no_picture():
    levels, taps = np.zeros((4, 5), np.float32), np.ones(2, np.float32)
    for wrong in (
        lambda: KERNEL.blur(levels, 3, taps),
        lambda: KERNEL.blur(levels, 0, taps),
        lambda: KERNEL.peaks(levels, 4, 1),
    ):
        with pytest.raises(ValueError, match="no levels of so many rows"):
            wrong()
    for taps in (np.ones(0, np.float32), np.ones(66, np.float32)):
        with pytest.raises(ValueError, match="1 to 65 taps"):
            KERNEL.blur(levels, 4, taps)


WITHOUT_KERNEL = """
import sys
sys.modules["amparo.core.fingerprint.strong._kernel"] = None
from amparo.core.fingerprint import strong
print(strong.engine(), strong.record(sys.argv[1]).to_bytes().hex())
"""


def test_where_no_kernel_was_built_numpy_makes_the_same_record(photos):
    picture = str(photos / "coffee.png")
    done = subprocess.run([sys.executable, "-c", WITHOUT_KERNEL, picture], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["slow", "(numpy)", strong.record(picture).to_bytes().hex()]


def test_points_stay_where_they_were_when_the_picture_is_scaled(photos):
    small, _ = with_codes(levels(photos, "chelsea.png", (300, 200)))
    large, _ = with_codes(levels(photos, "chelsea.png", (600, 400)))
    found = 0
    for row in range(len(small)):
        near = np.hypot(large.x / 2 - small.x[row], large.y / 2 - small.y[row]) < 1.5
        found += bool(np.any(near & (np.abs(np.log2(large.scale / 2 / small.scale[row])) < 0.4)))
    assert found > 0.6 * len(small)


@pytest.mark.parametrize("shape", [(1, 1), (19, 19), (20, 400), (64, 64)])
def test_a_plain_picture_of_any_shape_has_no_points(shape):
    points, codes = with_codes(np.full(shape, 128, dtype=np.float32))
    assert len(points) == len(codes) == 0


# -- geometry

ANGLES = st.floats(-3, 3)


def matches(seed, *, true, false, turn, stretch, size):
    """`true` points moved by one map, each a little off, and `false` ones anywhere."""
    chance = np.random.default_rng(seed)
    place = chance.uniform(0, 1, (true + false, 2)) * (1, 0.75)
    there = place[:, 0] + 1j * place[:, 1]
    a, b = size * np.exp(1j * turn), size * stretch
    here = a * there + b * np.conj(there) + 300 + 200j
    here += chance.normal(0, 0.004 * size, (true + false, 2)) @ (1, 1j)
    here[true:] = chance.uniform(0, 1000, (false, 2)) @ (1, 1j)
    scales, angles = chance.uniform(0.003, 0.01, true + false), chance.uniform(-3, 3, true + false)
    record = np.column_stack([place, scales, angles])
    theirs = angles + turn
    theirs[true:] = chance.uniform(-3, 3, false)
    upload = np.column_stack([here.real, here.imag, scales * size, theirs])
    order = chance.permutation(true + false)
    return Matches(upload[order], record[order], chance.integers(0, 6, true + false)[order])


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6), turn=ANGLES, stretch=st.floats(-0.12, 0.12), size=st.floats(150, 1500))
def test_points_that_moved_together_are_counted_among_strangers(seed, turn, stretch, size):
    made = matches(seed, true=14, false=20, turn=turn, stretch=stretch, size=size)
    assert 10 <= inliers(made) <= 20


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_points_that_lie_anywhere_hardly_ever_agree(seed):
    assert inliers(matches(seed, true=0, false=30, turn=0, stretch=0, size=500)) < strong.ENOUGH_INLIERS


def test_one_point_counts_once_however_often_it_matched():
    made = matches(5, true=6, false=0, turn=0.3, stretch=0, size=500)
    often = Matches(np.repeat(made.upload, 3, 0), np.repeat(made.record, 3, 0), np.repeat(made.bits, 3))
    assert inliers(often) == inliers(made) <= 6


@pytest.mark.parametrize("count", [0, 1, 3])
def test_too_few_points_agree_on_nothing(count):
    assert inliers(matches(1, true=count, false=0, turn=0, stretch=0, size=500)) == 0
