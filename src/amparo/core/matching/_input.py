"""What callers hand in: codes, ids and radii, checked once at the door and turned into plain arrays."""

from collections.abc import Iterable
from operator import index as as_int
from typing import Any, SupportsIndex, TypeAlias

import numpy as np
import numpy.typing as npt

CODE_BITS = 256
CODE_BYTES = CODE_BITS // 8
LARGEST_ID = 2**64 - 1

Codes: TypeAlias = npt.NDArray[np.uint8]
Ids: TypeAlias = npt.NDArray[np.uint64]
# Any: a signed or unsigned integer of any width.
IdsIn: TypeAlias = npt.NDArray[np.integer[Any]] | Iterable[SupportsIndex]


class BadCodes(ValueError):
    """The codes are not rows of 32 bytes, or not one for each id."""


class BadIds(ValueError):
    """The ids are not distinct whole numbers from 0 to 2**64 - 1."""


class BadWithin(ValueError):
    """The radius is not a whole number of bits from 0 to 256."""


class BadPosition(ValueError):
    """The position is not a whole number from 0 to 2**64 - 1."""


def one_code(code: bytes | bytearray | memoryview | Codes) -> Codes:
    """One 256-bit code as a (32,) uint8 array, C order; raises BadCodes for anything else."""
    if isinstance(code, (bytes, bytearray, memoryview)):
        row = np.frombuffer(code, dtype=np.uint8)
    else:
        row = np.asarray(code)
        if row.shape == (1, CODE_BYTES):
            row = row[0]
    if row.dtype != np.uint8 or row.shape != (CODE_BYTES,):
        raise BadCodes(f"one code is 32 bytes or a (32,) uint8 array, but this is {row.dtype} of shape {row.shape}")
    return np.ascontiguousarray(row)


def many_codes(codes: bytes | bytearray | memoryview | Codes) -> Codes:
    """Codes as an (n, 32) uint8 array, C order; a single code, or 32 bytes, counts as one row."""
    if isinstance(codes, (bytes, bytearray, memoryview)):
        return one_code(codes).reshape(1, CODE_BYTES)
    rows = np.asarray(codes)
    if rows.size == 0 and rows.ndim <= 2:  # noqa: PLR2004 -- an empty list has no dtype to speak of
        return np.empty((0, CODE_BYTES), dtype=np.uint8)
    if rows.ndim == 1:
        rows = rows.reshape(1, -1)
    if rows.dtype != np.uint8 or rows.ndim != 2 or rows.shape[1] != CODE_BYTES:  # noqa: PLR2004
        raise BadCodes(
            f"codes are an (n, 32) uint8 array, one row of 32 bytes for each fingerprint, "
            f"but this is {rows.dtype} of shape {rows.shape}"
        )
    return np.ascontiguousarray(rows)


def many_ids(ids: IdsIn) -> Ids:
    """Ids as an (n,) uint64 array; raises BadIds for anything but whole numbers from 0 to 2**64 - 1."""
    if isinstance(ids, np.ndarray):
        numbers = ids.reshape(-1) if ids.ndim == 0 else ids
        if numbers.size == 0 and numbers.ndim == 1:
            return np.empty(0, dtype=np.uint64)
        if numbers.ndim != 1 or numbers.dtype.kind not in "ui":
            raise BadIds(f"ids are one row of whole numbers, but this is {ids.dtype} of shape {ids.shape}")
        if numbers.dtype.kind == "i" and int(numbers.min()) < 0:
            raise BadIds(f"ids are 0 or more, but one is {int(numbers.min())}")
        return np.ascontiguousarray(numbers, dtype=np.uint64)
    return _ids_one_by_one(ids)


def distinct_ids(ids: IdsIn) -> Ids:
    """As many_ids, and none may come twice: which of its codes would be meant?"""
    numbers = many_ids(ids)
    if bool((numbers[:-1] < numbers[1:]).all()):
        return numbers
    in_order = np.sort(numbers)
    twice = in_order[:-1][in_order[1:] == in_order[:-1]]
    if twice.size:
        raise BadIds(f"id {int(twice[0])} comes more than once in one call: keep the one that counts")
    return numbers


def checked_within(within: SupportsIndex) -> int:
    """A radius in bits, 0..256; raises BadWithin."""
    try:
        bits = as_int(within)
    except TypeError:
        raise BadWithin(f"within is a whole number of bits, but this is {within!r}") from None
    if not 0 <= bits <= CODE_BITS:
        raise BadWithin(f"within is 0 to {CODE_BITS} bits, but this is {bits}")
    return bits


def checked_position(position: SupportsIndex) -> int:
    """The sequence number of a change, 0..2**64 - 1; raises BadPosition."""
    try:
        number = as_int(position)
    except TypeError:
        raise BadPosition(f"a position is the sequence number of a change, not {position!r}") from None
    if not 0 <= number <= LARGEST_ID:
        raise BadPosition(f"a position is 0 to 2**64 - 1, but this is {number}")
    return number


def _ids_one_by_one(ids: Iterable[SupportsIndex]) -> Ids:
    try:
        numbers = [as_int(one) for one in ids]
    except TypeError:
        raise BadIds(f"ids are a list of whole numbers, but this is {type(ids).__name__}") from None
    for number in numbers:
        if not 0 <= number <= LARGEST_ID:
            raise BadIds(f"ids are 0 to 2**64 - 1, but one is {number}")
    return np.array(numbers, dtype=np.uint64)
