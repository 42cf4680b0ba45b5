"""Fingerprints as programs send them: JSON, checked field by field."""

from dataclasses import dataclass
from typing import Annotated, TypeVar

import msgspec

from amparo.core.fingerprint import ALGORITHM, CODE_BYTES, BadFingerprint, ImageFingerprint, from_hex
from amparo.sites.api.errors import Refused, sentence

MOST_FINGERPRINTS = 10_000
# A fingerprint takes about 120 bytes, and three times that with generous spacing.
MOST_BYTES_OF_ONE = 16_000
MOST_BYTES_OF_A_BATCH = 4_000_000

LOOKS_LIKE = '{"fingerprint": "64 hex digits", "algorithm": "pdq-c512", "quality": 0 to 100}'


class Given(msgspec.Struct, frozen=True, gc=False):
    """One fingerprint. The quality is that of the picture, as its hash function told it: plain ones count less."""

    fingerprint: str
    algorithm: str
    quality: Annotated[int, msgspec.Meta(ge=0, le=100)]


class One(Given, frozen=True, gc=False):
    possible: bool = False


class Batch(msgspec.Struct, frozen=True, gc=False):
    fingerprints: list[Given]
    possible: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be looked up, in order; `possible` is true where possible matches are asked for too."""

    fingerprints: list[ImageFingerprint]
    possible: bool


Sent = TypeVar("Sent", One, Batch)

_one: msgspec.json.Decoder[One] = msgspec.json.Decoder(One)
_batch: msgspec.json.Decoder[Batch] = msgspec.json.Decoder(Batch)


def one_of(body: bytes) -> Question:
    """A single question. Raises Refused."""
    sent = _read(_one, body, LOOKS_LIKE)
    return Question([_fingerprint(sent, "")], sent.possible)


def batch_of(body: bytes) -> Question:
    """Many. Raises Refused, for all of them when one is wrong."""
    sent = _read(_batch, body, f'{{"fingerprints": [{LOOKS_LIKE}, ...]}}')
    given = sent.fingerprints
    if len(given) > MOST_FINGERPRINTS:
        raise Refused(
            413,
            "too_many",
            f"There are {len(given):,} fingerprints here: send at most {MOST_FINGERPRINTS:,} at a time.",
        )
    read = [_fingerprint(one, f" at fingerprints[{number}]") for number, one in enumerate(given)]
    return Question(read, sent.possible)


def _read(decoder: msgspec.json.Decoder[Sent], body: bytes, looks_like: str) -> Sent:
    """What msgspec says of values names types and places only; what it says of broken JSON is not passed on."""
    try:
        return decoder.decode(body)
    except msgspec.ValidationError as error:
        raise Refused(422, "wrong_fields", f"{error}. Send {looks_like}.") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Refused(400, "bad_json", f"This is no JSON that can be read: send {looks_like}.") from None


def _fingerprint(given: Given, where: str) -> ImageFingerprint:
    if given.algorithm != ALGORITHM:
        raise Refused(
            422,
            "wrong_algorithm",
            f"The gate looks up {ALGORITHM}, and this is another algorithm{where}: make the fingerprint with "
            f"{ALGORITHM}, or send the picture.",
        )
    try:
        code = bytes.fromhex(given.fingerprint)
        if len(code) != CODE_BYTES or len(given.fingerprint) != 2 * CODE_BYTES:
            code = from_hex(given.fingerprint)
    except BadFingerprint as error:
        raise Refused(422, "bad_fingerprint", f"{sentence(error)}{where}.") from None
    except ValueError:
        raise Refused(
            422, "bad_fingerprint", f"A fingerprint is 64 hex digits (0-9, a-f), and this is something else{where}."
        ) from None
    return ImageFingerprint(code=code, quality=given.quality)
