"""The kernel does not read or write where it may not: it runs once under two sanitizers."""

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

from amparo.core import fingerprint

SOURCES = Path(fingerprint.__file__).parent

EXERCISE = """
import importlib.machinery, importlib.util, sys
import numpy as np
from PIL import Image

loader = importlib.machinery.ExtensionFileLoader("_kernel", sys.argv[1])
kernel = importlib.util.module_from_spec(importlib.util.spec_from_loader("_kernel", loader))
loader.exec_module(kernel)

random = np.random.default_rng(3)
CHANNELS = {"grey": 1, "rgb": 3, "rgbx": 4, "rgba": 4, "real": 1}

def strips(height, width, kind):
    # Each strip is exactly as long as it has to be, so that one byte more is found.
    for first in range(0, height, 24):
        shape = (min(24, height - first), width, CHANNELS[kind])
        rows = random.integers(0, 256, shape, dtype=np.uint8)
        yield rows.astype(np.float32) if kind == "real" else rows

hashes = 0
for engine in kernel.engines():
    for height, width in ((5, 5), (5, 700), (700, 5), (64, 64), (63, 65), (129, 255), (40, 257), (513, 300), (9, 1031)):
        for kind in CHANNELS:
            begun = kernel.begin(width, height, engine)
            for rows in strips(height, width, kind):
                kernel.feed(begun, rows, kind)
            code, quality = kernel.finish(begun)
            assert len(code) == 32 and 0 <= quality <= 100
            hashes += 1
            if kind == "real":
                continue
            for step in (1, 2, 8):
                for top in range(0, 512, 128):
                    first, last = top * height // (512 * step), -(-(top + 128) * height // (512 * step))
                    shape = (last - first, -(-width // step), CHANNELS[kind])
                    rows = random.integers(0, 256, shape, dtype=np.uint8)
                    area = kernel.area(rows, kind, (width, height, step), first, top, 128, engine)
                    assert len(area) == 128 * 512
    for turns in (1, 8):
        codes, qualities = kernel.square(random.integers(0, 256, (2, 512, 512), dtype=np.uint8), turns, engine)
        assert len(codes) == 64 * turns and len(qualities) == 2 * turns
    for mode, kind in (("L", "grey"), ("RGB", "rgbx"), ("RGBA", "rgba")):
        schema, array = Image.new(mode, (20, 16)).__arrow_c_array__()
        rows = (schema, array, 0, 16)
        kernel.feed(kernel.begin(20, 16, engine), rows, kind)
        kernel.area(rows, kind, (20, 16, 1), 0, 0, 512, engine)
        kernel.large_pages(array, 1 if mode == "L" else 4)
    # No picture, but nothing may break: numbers that no sum can hold, and none at all.
    for strange in (np.nan, np.inf, -np.inf, 3e38, -1e30):
        begun = kernel.begin(70, 70, engine)
        rows = np.full((70, 70), strange, dtype=np.float32)
        rows[::2, ::3] = 7
        kernel.feed(begun, rows, "real")
        kernel.finish(begun)
    kernel.begin(300, 300, engine)  # and never fed
loader = importlib.machinery.ExtensionFileLoader("_forms_kernel", sys.argv[1])
loops = importlib.util.module_from_spec(importlib.util.spec_from_loader("_forms_kernel", loader))
loader.exec_module(loops)
from amparo.core.fingerprint._matrix import REACHED, RUNNING

for height, width in ((1, 1), (1, 9), (9, 1), (2, 3), (64, 64), (40, 257), (513, 300), (5, 1031), (1031, 7)):
    levels = np.ascontiguousarray(random.integers(0, 256, (height, width)), dtype=np.float32)
    strange = np.where(levels < 9, np.float32(np.nan), levels)
    for one in (levels, levels.T, levels[::-1], strange):
        loops.seams(one, 30.0, 1.3, 3.0)
        for start in (0, 2, 2000):
            loops.uniform(one, start, 0.97, 0.55, 14)
        for rim in ((0, 0, 0, 0), (3, 0, 0, 40), (0, 700, 0, 0), (0, 0, 5000, 1)):
            for ways in (2, 4):
                assert len(loops.grids(one, rim, ways, RUNNING, REACHED)) == ways * 64 * 64 * 4
print("hashed", hashes)
"""


def test_the_kernel_stays_within_its_memory(tmp_path):
    compiler = shutil.which("gcc")
    if compiler is None or fingerprint.engine().startswith("slow"):
        # Where nothing can compile the kernel there is none that could go wrong.
        assert fingerprint.engines()[-1] == "numpy"
        return
    built = tmp_path / "_kernel.so"
    subprocess.run(
        [
            *(compiler, "-std=c11", "-O1", "-g", "-shared", "-fPIC", "-ffp-contract=off"),
            *("-fsanitize=address,undefined,float-cast-overflow", "-fno-sanitize-recover=all"),
            *(f"-I{sysconfig.get_paths()['include']}", "-o", str(built)),
            *(str(one) for one in sorted(SOURCES.glob("*.c"))),
            "-lm",
        ],
        check=True,
    )
    library = subprocess.run(
        [compiler, "-print-file-name=libasan.so"], check=True, capture_output=True, text=True
    ).stdout.strip()
    done = subprocess.run(
        [sys.executable, "-c", EXERCISE, str(built)],
        env={**os.environ, "LD_PRELOAD": library, "ASAN_OPTIONS": "detect_leaks=0", "PYTHONMALLOC": "malloc"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    assert int(done.stdout.split()[1]) > 50
