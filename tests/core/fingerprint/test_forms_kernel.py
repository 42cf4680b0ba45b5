"""The loops of the forms in C and in numpy are one; and without a compiler the forms are nearly the same."""

import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from amparo.core.fingerprint import engines, forms
from amparo.core.fingerprint._boxes import SAME_LEVELS, SAME_SHARE, _uniform_from, _uniform_in_numpy
from amparo.core.fingerprint._engine import FORMS_KERNEL
from amparo.core.fingerprint._matrix import REACHED, RUNNING, _grids_in_numpy, grids
from amparo.core.fingerprint._seams import _running, _running_in_numpy

seeds = st.integers(0, 2**32 - 1)
sides = st.integers(1, 60)
# Ways to look at an array without copying it.
VIEWS = (
    lambda levels: levels,
    lambda levels: levels.T,
    lambda levels: levels[::-1],
    lambda levels: levels.T[::-1],
    lambda levels: levels[:, 2:],
)


def levels_like(height, width, seed):
    """Few grey levels in long stretches, so that lines of one colour are common."""
    random = np.random.default_rng(seed)
    levels = np.full((height, width), random.integers(0, 256), dtype=np.float32)
    levels += random.normal(0, 5, levels.shape)
    top, left = random.integers(0, height), random.integers(0, width)
    levels[top:, left:] = random.integers(0, 256, (height - top, width - left))
    return levels.astype(np.float32)


@settings(max_examples=150, deadline=None)
@given(
    height=sides, width=st.integers(3, 60), seed=seeds, view=st.sampled_from(VIEWS), share=st.sampled_from([0.55, 0.97])
)
def test_lines_of_one_colour_are_counted_alike(height, width, seed, view, share):
    lines = view(levels_like(height, width, seed))
    for start in range(min(3, len(lines))):
        assert _uniform_from(lines, start, share) == _uniform_in_numpy(lines, start, share)


@settings(max_examples=60, deadline=None)
@given(height=sides, width=sides, seed=seeds)
def test_gains_of_seams_are_the_same_numbers(height, width, seed):
    levels = levels_like(height, width, seed)
    for found, expected in zip(_running(levels), _running_in_numpy(levels), strict=True):
        assert np.array_equal(found, expected)


@settings(max_examples=60, deadline=None)
@given(
    size=st.tuples(st.integers(1, 700), st.integers(1, 700)),
    rim=st.tuples(*[st.integers(0, 60)] * 4),
    seed=seeds,
    view=st.sampled_from(VIEWS[:4]),
)
def test_grids_are_the_same_but_for_the_order_of_sums(size, rim, seed, view):
    levels = view(np.random.default_rng(seed).integers(0, 256, size).astype(np.float32))
    found = grids(levels, rim=rim)
    assert np.allclose(found, _grids_in_numpy(levels, rim), atol=2e-2)
    assert np.array_equal(grids(levels, rim=rim, ways=2), found[:2])


LEVELS = np.zeros((4, 5), dtype=np.float32)
NO_RIM = (0, 0, 0, 0)


@pytest.mark.parametrize(
    "call",
    [
        lambda kernel: kernel.seams(LEVELS[0], 30, 1.3, 3),
        lambda kernel: kernel.seams(LEVELS.astype(np.uint8), 30, 1.3, 3),
        lambda kernel: kernel.seams(LEVELS[:, :0], 30, 1.3, 3),
        lambda kernel: kernel.uniform(LEVELS[:0], 0, SAME_SHARE, 0.5, SAME_LEVELS),
        lambda kernel: kernel.uniform(LEVELS, -1, SAME_SHARE, 0.5, SAME_LEVELS),
        lambda kernel: kernel.grids(LEVELS, (0, 0, -1, 0), 4, RUNNING, REACHED),
        lambda kernel: kernel.grids(LEVELS, NO_RIM, 3, RUNNING, REACHED),
        lambda kernel: kernel.grids(LEVELS, NO_RIM, 4, RUNNING[1:], REACHED),
        lambda kernel: kernel.grids(LEVELS, NO_RIM, 4, RUNNING, REACHED[1:]),
        lambda kernel: kernel.grids(LEVELS, NO_RIM, 4, RUNNING, REACHED + 513),
        lambda kernel: kernel.grids(LEVELS.astype(np.float64), NO_RIM, 4, RUNNING, REACHED),
    ],
)
def test_what_is_no_array_of_levels_is_refused(call):
    if FORMS_KERNEL is None:
        # Where nothing can compile the loops there is nothing to hand a wrong array to.
        assert engines() == ("numpy",)
        return
    with pytest.raises(ValueError, match="wanted"):
        call(FORMS_KERNEL)


WITHOUT_KERNEL = """
import sys
sys.modules["amparo.core.fingerprint._forms_kernel"] = None  # as where nothing could compile it
from amparo.core.fingerprint import forms
from amparo.core.fingerprint._engine import FORMS_KERNEL
assert FORMS_KERNEL is None
found = forms(sys.argv[1])
print(found.codes.tobytes().hex(), repr(found.boxes.tolist()))
"""


def test_where_nothing_could_compile_the_loops_the_boxes_are_the_same_and_the_codes_nearly(photos):
    path = photos / "coffee.png"
    run = subprocess.run(
        [sys.executable, "-c", WITHOUT_KERNEL, str(path)],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    codes, boxes = run.stdout.split(" ", 1)
    found = forms(path)
    assert boxes.strip() == repr(found.boxes.tolist())
    apart = np.bitwise_count(np.frombuffer(bytes.fromhex(codes), np.uint8) ^ found.codes.ravel())
    assert apart.reshape(found.codes.shape).sum(axis=1).max() <= 4


def test_the_loops_are_there_wherever_the_kernel_is():
    assert (FORMS_KERNEL is None) == (engines() == ("numpy",))
