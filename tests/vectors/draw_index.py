"""Draw the index files of the present format: `python -m tests.vectors.draw_index`, once for each format.

A file of a format that has been released is never drawn anew: the test is that it opens as it did.
"""

import tempfile
import zipfile
from pathlib import Path

import numpy as np

from amparo.core.matching import Index, Sizes, engine

FORMAT = 1
TARGET = Path(__file__).parent / "index" / f"format-{FORMAT}.zip"


def codes(count: int) -> np.ndarray:
    """Codes from a generator whose formula is written here: x -> 5x + 3 modulo 2**16, its high bytes."""
    numbers, x = [], 1
    for _ in range(count * 32):
        x = (x * 5 + 3) % 2**16
        numbers.append(x >> 8)
    return np.array(numbers, dtype=np.uint8).reshape(count, 32)


def draw(folder: Path, sizes: Sizes) -> None:
    """A segment of 80 entries, 20 in the log, and every ninth removed; the last change was number 17."""
    with Index.create(folder, sizes=sizes) as index:
        index.add(codes(100)[:80], range(80), position=5)
        index.add(codes(100)[80:], range(80, 100), position=9)
        index.remove(range(0, 100, 9), position=17)


def main() -> None:
    assert engine().startswith("ring"), "the kernel has to be built: without it there are no rings to draw"
    assert not TARGET.exists(), f"{TARGET} has been drawn and stays as it is"
    TARGET.parent.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as place,
        zipfile.ZipFile(TARGET, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive,
    ):
        for kind, sizes in (
            ("bare ring", Sizes(in_one_go=80, least_ring=1)),
            ("ring apart", Sizes(in_one_go=80, least_ring=1, apart_ring=1)),
            ("ring close", Sizes(in_one_go=80, least_ring=1, apart_ring=1, close_ring=1)),
            ("scanned", Sizes(in_one_go=80)),
        ):
            draw(Path(place) / kind, sizes)
            for one in sorted((Path(place) / kind).iterdir()):
                if one.stat().st_size:  # locks are empty
                    archive.write(one, f"{kind}/{one.name}")


if __name__ == "__main__":
    main()
