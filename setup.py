"""The one thing pyproject.toml cannot say: the matching kernel, an extension that may fail to build.

Without it (no compiler, a big-endian processor) the numpy matcher gives the same answers, slower.
"""

import sys

from setuptools import Extension, setup
from setuptools.command.bdist_wheel import bdist_wheel

FOLDER = "src/amparo/core/matching"


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

setup(
    ext_modules=[kernel] if sys.byteorder == "little" else [],
    cmdclass={"bdist_wheel": StableWheel},
)
