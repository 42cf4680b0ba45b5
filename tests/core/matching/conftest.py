import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from amparo.core.matching import Index, Sizes, matchers

SOURCE = Path(__file__).parents[3] / "src"

# So small that a few entries go all the ways that millions go: log, segment, ring in both layouts, several segments.
TINY = Sizes(in_log=4, in_one_go=7, least_ring=2, apart_ring=6, close_ring=12, most=40)
TINY_IN_CODE = "Sizes(in_log=4, in_one_go=7, least_ring=2, apart_ring=6, close_ring=12, most=40)"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "index"


@pytest.fixture(params=["fastest", "fastest and tiny", "slow", "slow and tiny"])
def index(folder: Path, request: pytest.FixtureRequest) -> Iterator[Index]:
    matcher = matchers()[-1] if "slow" in request.param else matchers()[0]
    sizes = TINY if "tiny" in request.param else Sizes()
    with Index.create(folder, matcher=matcher, sizes=sizes) as made:
        yield made


@pytest.fixture
def code() -> Callable[[int], np.ndarray]:
    """Code number n: random bits, always the same."""

    def numbered(number: int) -> np.ndarray:
        return np.random.default_rng(number).integers(0, 256, 32, dtype=np.uint8)

    return numbered


@pytest.fixture
def run_python() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start Python on a piece of code with some arguments; whatever still runs at the end is killed."""
    started = []

    def run(text: str, *arguments: object) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", text, *map(str, arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={"PYTHONPATH": str(SOURCE), "PATH": "/usr/bin:/bin"},
        )
        started.append(process)
        return process

    yield run
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A place with room for less than 1 MB: a file system of its own, or else a limit on file sizes."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", place]
    if subprocess.run(mount, check=False, capture_output=True).returncode == 0:
        yield place
        subprocess.run(["umount", "-l", place], check=True)
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, hard))
    yield place
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
