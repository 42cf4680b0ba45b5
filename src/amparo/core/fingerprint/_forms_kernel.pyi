from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Float32: TypeAlias = npt.NDArray[np.float32]

VERSION: int

def uniform(lines: Float32, start: int, plain: float, share: float, same: float, /) -> int: ...
def seams(levels: Float32, cap: float, local: float, least: float, /) -> tuple[bytes, bytes]: ...
def grids(
    levels: Float32, rim: tuple[int, int, int, int], ways: int, running: Float32, reach: npt.NDArray[np.int32], /
) -> bytes: ...
