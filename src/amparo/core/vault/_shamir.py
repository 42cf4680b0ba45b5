"""Shamir's secret sharing over GF(256), byte by byte.

Tables, so the time depends on the secret. That is all right here and only here: shares are made and joined by hand,
on a machine that nobody else uses at that moment, a few times in the life of an organisation.
"""

import secrets
from collections.abc import Mapping, Sequence

# The field of AES (FIPS 197 section 4.2): x^8 + x^4 + x^3 + x + 1, with 3 as a generator of all 255 units.
_POLYNOMIAL = 0x11B


def _tables() -> tuple[list[int], list[int]]:
    powers, logs, value = [], [0] * 256, 1
    for exponent in range(255):
        powers.append(value)
        logs[value] = exponent
        value ^= value << 1
        value ^= _POLYNOMIAL if value > 255 else 0  # noqa: PLR2004 - past one byte
    return powers, logs


_POWERS, _LOGS = _tables()


def multiply(a: int, b: int) -> int:
    """The product of a and b in GF(256); 0 <= a, b <= 255."""
    return _POWERS[(_LOGS[a] + _LOGS[b]) % 255] if a and b else 0


def divide(a: int, b: int) -> int:
    """The quotient of a and b in GF(256); 0 <= a <= 255, 1 <= b <= 255."""
    return _POWERS[(_LOGS[a] - _LOGS[b]) % 255] if a else 0


def _value(coefficients: Sequence[int], x: int) -> int:
    total = 0
    for coefficient in reversed(coefficients):
        total = multiply(total, x) ^ coefficient
    return total


def split_bytes(secret: bytes, *, threshold: int, count: int) -> dict[int, bytes]:
    """`count` shares by their numbers 1..count, each as long as `secret`; any `threshold` of them give it back.

    Each byte is the value at 0 of a polynomial of its own, whose other coefficients are drawn at random: fewer shares
    than `threshold` fit every secret equally well (Shamir 1979).
    """
    polynomials = [(byte, *secrets.token_bytes(threshold - 1)) for byte in secret]
    return {x: bytes(_value(polynomial, x) for polynomial in polynomials) for x in range(1, count + 1)}


def join_bytes(shares: Mapping[int, bytes], *, at: int = 0) -> bytes:
    """The polynomials through `shares`, at `at` (0 is the secret): Lagrange. Numbers 1..255, all of one length."""
    weights = {}
    for x in shares:
        weight = 1
        for other in shares:
            if other != x:
                weight = multiply(weight, divide(other ^ at, other ^ x))
        weights[x] = weight
    joined = bytearray(len(next(iter(shares.values()))))
    for x, share in shares.items():
        for place, byte in enumerate(share):
            joined[place] ^= multiply(byte, weights[x])
    return bytes(joined)
