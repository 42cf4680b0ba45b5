"""The stronger tier's kernel does not read or write where it may not: it runs once under two sanitizers."""

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

from amparo.core.fingerprint import strong

SOURCES = Path(strong.__file__).parent

EXERCISE = """
import importlib.machinery, importlib.util, sys
import numpy as np

loader = importlib.machinery.ExtensionFileLoader("_kernel", sys.argv[1])
kernel = importlib.util.module_from_spec(importlib.util.spec_from_loader("_kernel", loader))
loader.exec_module(kernel)

random = np.random.default_rng(3)

def side(keys, others, points):
    order = np.argsort(keys, kind="stable")
    starts = np.zeros(2**16 + 1, np.uint32)
    starts[1:] = np.cumsum(np.bincount(keys, minlength=2**16))
    return starts, others[order], points[order]

found = 0
for records, rows, held in ((0, 0, 9), (0, 5, 9), (1, 0, 9), (1, 1, 1), (7, 40, 10**6), (7, 40, 30), (40, 90, 200)):
    # Few codes, so that nearly all are near; the greatest of them are the last of their table.
    codes = random.choice(np.array([0, 1, 2**32 - 1, 2**31, 77777], np.uint32), records * 32)
    points = np.arange(records * 32, dtype=np.uint32)
    points[::9] = 2**32 - 1
    high, low = (codes >> 16).astype(np.uint16), (codes & 0xFFFF).astype(np.uint16)
    kinds = random.integers(256, size=records * 32, dtype=np.uint8)
    asked = random.choice(np.array([0, 3, 2**32 - 1], np.uint32), rows)
    turns, octaves = (random.integers(most, size=rows * 32, dtype=np.uint8) for most in (12, 64))
    told = kernel.voted(*side(high, low, points), *side(low, high, points), kinds, asked, turns, octaves, held)
    found += len(told) // 12
for height, width in ((1, 1), (1, 40), (40, 1), (3, 3), (16, 16), (17, 33), (50, 31)):
    levels = random.normal(0, 9, (height, width)).astype(np.float32)
    for taps in (1, 2, 9, 65):
        assert len(kernel.blur(levels, height, np.ones(taps, np.float32))) == levels.nbytes
    planes = random.normal(0, 9, (3, height, width)).astype(np.float32)
    planes[0, 0, 0] = np.nan
    kernel.peaks(planes, height, 0.6)
print("found", found)
"""


def test_the_kernel_stays_within_its_memory(tmp_path):
    compiler = shutil.which("gcc")
    if compiler is None or strong.engine().startswith("slow"):
        # Where nothing can compile the kernel there is none that could go wrong.
        return
    built = tmp_path / "_kernel.so"
    sources = [str(one) for one in sorted(SOURCES.glob("*.c"))]
    sanitizers = ["-fsanitize=address,undefined,float-cast-overflow", "-fno-sanitize-recover=all"]
    include = f"-I{sysconfig.get_paths()['include']}"
    build = [compiler, "-std=c11", "-O1", "-g", "-shared", "-fPIC", *sanitizers, include, "-o", str(built), *sources]
    subprocess.run([*build, "-lm"], check=True)
    asked = [compiler, "-print-file-name=libasan.so"]
    library = subprocess.run(asked, check=True, capture_output=True, text=True).stdout.strip()
    done = subprocess.run(
        [sys.executable, "-c", EXERCISE, str(built)],
        env={**os.environ, "LD_PRELOAD": library, "ASAN_OPTIONS": "detect_leaks=0", "PYTHONMALLOC": "malloc"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    assert int(done.stdout.split()[1]) > 1000
