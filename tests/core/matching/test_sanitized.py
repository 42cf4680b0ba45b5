"""The kernel does not read or write where it may not: it runs once under two sanitizers."""

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

from amparo.core import matching

SOURCES = Path(matching.__file__).parent

EXERCISE = """
import importlib.machinery, importlib.util, sys
import numpy as np

loader = importlib.machinery.ExtensionFileLoader("_kernel", sys.argv[1])
kernel = importlib.util.module_from_spec(importlib.util.spec_from_loader("_kernel", loader))
loader.exec_module(kernel)

random = np.random.default_rng(3)
searches = 0
for rows in (0, 1, 5, 40, 300):
    # Exactly as long as they have to be, so that one byte more is found.
    codes = random.integers(0, 256, (rows, 32), dtype=np.uint8)
    codes[rows // 2 :] = codes[: rows - rows // 2] ^ np.packbits(random.random((rows - rows // 2, 256)) < 0.08, axis=1)
    ids = np.arange(rows, dtype=np.uint64)
    dead = np.packbits(random.random(rows) < 0.2, bitorder="little")
    alive = np.unpackbits(dead, bitorder="little", count=rows) == 0
    queries = np.concatenate([codes[:7], random.integers(0, 256, (9, 32), dtype=np.uint8)])
    far = np.bitwise_count(codes[None] ^ queries[:, None]).sum(axis=2)
    parts = [(kernel.Part(ids, codes, dead),)]
    for layout in (0, 1, 2):
        starts_at, sketches_at, postings_at, size = kernel.lay_out_ring(rows, layout)
        room = np.empty(size // 8, dtype=np.uint64).view(np.uint8)
        values = np.empty((16, rows), dtype=np.uint16)
        parity = kernel.spread(codes, values)
        for chunk in range(16):
            starts, sketches = np.empty(65552, dtype=np.uint32), np.empty((2 if layout else 1) * rows, dtype=np.uint16)
            postings = np.empty(3 * rows, dtype=np.uint8)
            kernel.build(values, chunk, layout, starts, sketches, postings)
            for at, piece in ((starts_at, starts), (sketches_at, sketches), (postings_at, postings)):
                room[at + chunk * piece.nbytes :][: piece.nbytes] = piece.view(np.uint8)
        light_first = bytes(range(16))
        assert kernel.ring_is_sound(room, rows)
        part = kernel.Part(ids, codes, dead, room, layout, light_first, parity)
        parts.append((part, kernel.Part(ids[:0], codes[:0])))
    for engine in kernel.engines():
        for part in parts:
            for within in (0, 20, 31, 50, 64, 79, 80):
                limits, found, distances = kernel.search_many(part, queries, within, engine)
                expected = sum(int(((one <= within) & alive).sum()) for one in far)
                assert len(found) == 8 * expected == 4 * len(distances), (rows, engine, within)
                kernel.search_one(part, queries[0], within, engine)
                searches += 1
    for broken in (b"", b"x" * 31):
        try:
            kernel.Part(ids, broken)
        except ValueError:
            pass
        else:
            assert rows == 0
    # A damaged ring is refused, or found while searching; it is never followed.
    for at in random.integers(0, len(room), 100) if rows == 40 else ():
        damaged = np.empty(len(room) // 8, dtype=np.uint64).view(np.uint8)
        damaged[:] = room
        damaged[int(at)] ^= 255
        if kernel.ring_is_sound(damaged, rows):
            try:
                part = kernel.Part(ids, codes, dead, damaged, 2, light_first, parity)
                kernel.search_many((part,), queries, 31, engine)
            except kernel.Damaged:
                pass
print("searched", searches)
"""


def test_the_kernel_stays_within_its_memory(tmp_path):
    compiler = shutil.which("gcc")
    if compiler is None or not matching.engine().startswith("ring"):
        # Where nothing can compile the kernel there is none that could go wrong.
        assert matching.matchers()[-1] == "slow matcher (numpy)"
        return
    built = tmp_path / "_kernel.so"
    subprocess.run(
        [
            *(compiler, "-std=c11", "-O1", "-g", "-shared", "-fPIC", "-fsanitize=address,undefined"),
            *("-fno-sanitize-recover=all", f"-I{sysconfig.get_paths()['include']}", "-o", str(built)),
            *(str(one) for one in sorted(SOURCES.glob("*.c"))),
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
    assert int(done.stdout.split()[1]) > 100
