from typing import Any, TypeAlias

import numpy.typing as npt

# Any buffer will do; these are the ones that come. Any: of any element type.
Buffer: TypeAlias = npt.NDArray[Any]

VERSION: int

def voted(
    high_starts: Buffer,
    high_others: Buffer,
    high_points: Buffer,
    low_starts: Buffer,
    low_others: Buffer,
    low_points: Buffer,
    kinds: Buffer,
    codes: Buffer,
    turns: Buffer,
    octaves: Buffer,
    most: int,
    /,
) -> bytearray: ...
def blur(levels: Buffer, height: int, taps: Buffer, /) -> bytearray: ...
def peaks(planes: Buffer, height: int, least: float, /) -> bytearray: ...
