"""The one thing pyproject.toml cannot say: the kernels for matching and for fingerprints, which may fail to build.

Without them (no compiler; for matching, a big-endian processor) numpy gives the same answers, slower.
"""

import sys

from setuptools import Extension, setup
from setuptools.command.bdist_wheel import bdist_wheel

FOLDER = "src/amparo/core/matching"
PICTURES = "src/amparo/core/fingerprint"


class StableWheel(bdist_wheel):
    """Tag the wheel for the stable ABI, from Python 3.11 on."""

    def finalize_options(self) -> None:
        self.py_limited_api = "cp311"
        super().finalize_options()


kernel = Extension(
    "amparo.core.matching._kernel",
    sources=[
        f"{FOLDER}/_kernel.c",
        f"{FOLDER}/_ring_build.c",
        f"{FOLDER}/_ring_search.c",
        f"{FOLDER}/_ring_plain.c",
        f"{FOLDER}/_ring_x86.c",
    ],
    depends=[f"{FOLDER}/_ring.h"],
    extra_compile_args=["-std=c11", "-O3", "-fvisibility=hidden"],
    py_limited_api=True,
    optional=True,
)

pictures = Extension(
    "amparo.core.fingerprint._kernel",
    sources=[f"{PICTURES}/_kernel.c", f"{PICTURES}/_lanes_plain.c", f"{PICTURES}/_lanes_avx2.c"],
    depends=[f"{PICTURES}/_{name}.h" for name in ("kernel", "lanes", "luma", "transform", "smooth", "square", "area")],
    # Each float32 operation is rounded by itself (no contraction to a fused one), or other bits come out than PDQ's.
    # Nobody reads floating-point traps, and without them comparisons become vector operations.
    extra_compile_args=["-std=c11", "-O3", "-fvisibility=hidden", "-ffp-contract=off", "-fno-trapping-math"],
    py_limited_api=True,
    optional=True,
)

points = Extension(
    "amparo.core.fingerprint.strong._kernel",
    sources=[f"{PICTURES}/strong/_{name}.c" for name in ("kernel", "near", "scale")],
    depends=[f"{PICTURES}/strong/_strong.h"],
    # Each operation is rounded by itself, as numpy rounds.
    extra_compile_args=["-std=c11", "-O3", "-fvisibility=hidden", "-ffp-contract=off"],
    py_limited_api=True,
    optional=True,
)

forms = Extension(
    "amparo.core.fingerprint._forms_kernel",
    sources=[f"{PICTURES}/_forms_kernel.c"],
    extra_compile_args=["-std=c11", "-O3", "-fvisibility=hidden", "-ffp-contract=off", "-fno-trapping-math"],
    py_limited_api=True,
    optional=True,
)

everywhere = [pictures, points, forms]

setup(
    ext_modules=[kernel, *everywhere] if sys.byteorder == "little" else everywhere,
    cmdclass={"bdist_wheel": StableWheel},
)
