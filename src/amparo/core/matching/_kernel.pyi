from typing import Any, Self, TypeAlias

import numpy.typing as npt

# Any buffer will do; these are the ones that come. Any: of any element type.
Buffer: TypeAlias = npt.NDArray[Any]

VERSION: int

class Damaged(Exception): ...

class Part:
    def __new__(
        cls,
        ids: Buffer,
        codes: Buffer,
        dead: Buffer | None = None,
        ring: Buffer | None = None,
        close: bool = False,
        light_first: bytes = b"",
        parity: int = -1,
    ) -> Self: ...

def search_many(
    parts: tuple[object, ...], queries: Buffer, within: int, engine: str, /
) -> tuple[bytearray, bytearray, bytearray]: ...
def search_one(parts: tuple[object, ...], query: Buffer, within: int, engine: str, /) -> list[tuple[int, int]]: ...
def build(codes: Buffer, ring: Buffer, close: bool, /) -> tuple[bytes, int]: ...
def room_for_ring(rows: int, /) -> int: ...
def ring_is_sound(ring: Buffer, rows: int, /) -> bool: ...
def checksum(content: Buffer, /) -> tuple[int, int]: ...
def engines() -> list[str]: ...
