"""The value a picture becomes, its text form, and the bound below which it means little."""

import string
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt

ALGORITHM = "pdq-c512"
CODE_BYTES = 32
HEX_DIGITS = 2 * CODE_BYTES

# The bound PDQ's publishers recommend (hashing.pdf, "quality metric"): below it a picture has too little
# structure, and two different plain pictures may be near each other by chance.
GOOD_QUALITY = 50


class FingerprintError(ValueError):
    """What went wrong in making or reading a fingerprint. Base of every error of this package."""


class BadFingerprint(FingerprintError):
    """A text or an array that is no 256-bit fingerprint."""


class TooPlain(FingerprintError):
    """A picture with too little in it to be told apart from others."""


@dataclass(frozen=True, slots=True)
class ImageFingerprint:
    """One picture's fingerprint.

    code: 32 bytes, first byte = first two digits of the PDQ hex text. quality: 0..100, as PDQ defines it.
    sha256: 32 bytes, of the file as given; None where there was no file. algorithm: name and version.
    path: how the pixels were got, "full" or "fast" (see `hash_upload`); store and compare only by the rest.
    A fingerprint is a secret (it can be inverted to a blurred picture): `repr` shows no code and no digest.
    """

    code: bytes = field(repr=False)
    quality: int
    sha256: bytes | None = field(default=None, repr=False)
    algorithm: str = ALGORITHM
    path: Literal["full", "fast"] = "full"

    def __post_init__(self) -> None:
        if len(self.code) != CODE_BYTES:
            raise BadFingerprint(f"a PDQ fingerprint is {CODE_BYTES} bytes, but this has {len(self.code)}")

    @property
    def hex(self) -> str:
        """The code as 64 lower-case hex digits, the text every PDQ bank exchanges."""
        return self.code.hex()


def to_hex(code: bytes) -> str:
    """The 64 lower-case hex digits of `code` (32 bytes). Raises BadFingerprint for another length."""
    if len(code) != CODE_BYTES:
        raise BadFingerprint(f"a PDQ fingerprint is {CODE_BYTES} bytes, but this has {len(code)}")
    return code.hex()


def from_hex(text: str) -> bytes:
    """The 32 bytes of 64 hex digits, upper or lower case; white space around them is allowed, inside is not.

    Raises BadFingerprint, which tells the count found and never the text itself.
    """
    digits = text.strip()
    if len(digits) != HEX_DIGITS:
        raise BadFingerprint(f"a PDQ fingerprint is {HEX_DIGITS} hex digits, but this has {len(digits)} characters")
    strangers = sum(character not in string.hexdigits for character in digits)
    if strangers:
        raise BadFingerprint(
            f"a PDQ fingerprint is {HEX_DIGITS} hex digits, but {strangers} of these are not 0-9 or a-f"
        )
    return bytes.fromhex(digits)


def as_array(codes: Iterable[bytes]) -> npt.NDArray[np.uint8]:
    """Codes of 32 bytes each as one (n, 32) uint8 array, C order; no codes give (0, 32).

    Raises BadFingerprint when one has another length.
    """
    rows = list(codes)
    for row in rows:
        if len(row) != CODE_BYTES:
            raise BadFingerprint(f"a PDQ fingerprint is {CODE_BYTES} bytes, but one here has {len(row)}")
    return np.frombuffer(b"".join(rows), dtype=np.uint8).reshape(len(rows), CODE_BYTES).copy()


def bits_apart(one: bytes, other: bytes) -> int:
    """Hamming distance of two codes of 32 bytes, 0..256. Raises BadFingerprint for another length."""
    for code in (one, other):
        if len(code) != CODE_BYTES:
            raise BadFingerprint(f"a PDQ fingerprint is {CODE_BYTES} bytes, but one here has {len(code)}")
    return (int.from_bytes(one) ^ int.from_bytes(other)).bit_count()


def require_quality(fingerprint: ImageFingerprint, *, at_least: int = GOOD_QUALITY) -> ImageFingerprint:
    """The fingerprint itself when its quality (0..100) is `at_least` that; else raises TooPlain."""
    if fingerprint.quality < at_least:
        raise TooPlain(
            f"quality {fingerprint.quality} is below {at_least}, so matches would be chance: choose a less flat picture"
        )
    return fingerprint


def describe_quality(quality: int) -> tuple[str, str]:
    """Quality (0..100) in plain words: a key for translation, "good" or "plain", and the English text."""
    if quality >= GOOD_QUALITY:
        return "good", "good: edited copies can be found"
    return "plain", "too plain to find edited copies; exact copies are still found"
