"""A picture of hers as her device sends it: its fingerprint, and below it the stronger one where she asked for that.

pdq-c512 <64 hex digits> <quality>
amparo-points-1 <hex digits of the record>
"""

import re
from dataclasses import dataclass

from amparo.core.fingerprint import (
    ALGORITHM,
    FingerprintError,
    ImageFingerprint,
    VideoFingerprint,
    from_hex,
)
from amparo.core.fingerprint.strong import STRONG_ALGORITHM, StrongRecord

_LINE = re.compile(rf"{ALGORITHM} (?P<code>[0-9a-f]{{64}}) (?P<quality>[0-9]{{1,3}})")
_STRONGER = re.compile(rf"{STRONG_ALGORITHM} (?P<record>(?:[0-9a-f]{{2}})+)")
MOST_QUALITY = 100


class BadPicture(FingerprintError):
    """What was sent is no picture's fingerprint. The message quotes nothing of it."""


@dataclass(frozen=True, slots=True)
class Strengthened:
    """A picture's fingerprint with the stronger one that she asked for (docs/strong.md)."""

    fingerprint: ImageFingerprint
    stronger: StrongRecord


Sent = ImageFingerprint | VideoFingerprint | Strengthened


def parts_of(sent: Sent) -> tuple[ImageFingerprint | VideoFingerprint, StrongRecord | None]:
    return (sent.fingerprint, sent.stronger) if isinstance(sent, Strengthened) else (sent, None)


def text_of_picture(sent: ImageFingerprint | Strengthened) -> str:
    """The text that she is shown and that is sent. `picture_of` reads it."""
    if isinstance(sent, Strengthened):
        return f"{text_of_picture(sent.fingerprint)}\n{STRONG_ALGORITHM} {sent.stronger.to_bytes().hex()}"
    return f"{ALGORITHM} {sent.hex} {sent.quality}"


def picture_of(text: str) -> ImageFingerprint | Strengthened:
    """The fingerprints in a text. Raises BadPicture, BadStrongRecord."""
    first, below, rest = text.replace("\r\n", "\n").partition("\n")
    line = _LINE.fullmatch(first)
    if not line or int(line["quality"]) > MOST_QUALITY:
        raise BadPicture(f"a picture is a line of: {ALGORITHM}, 64 hex digits, quality from 0 to {MOST_QUALITY}")
    fingerprint = ImageFingerprint(code=from_hex(line["code"]), quality=int(line["quality"]))
    if not below:
        return fingerprint
    record = _STRONGER.fullmatch(rest)
    if not record:
        raise BadPicture(f"below it stands nothing, or one line of: {STRONG_ALGORITHM}, hex digits of the record")
    return Strengthened(fingerprint, StrongRecord.from_bytes(bytes.fromhex(record["record"])))
