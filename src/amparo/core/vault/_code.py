"""A code: a public locator, which finds the case, and seven secret words, which open it."""

import math
import re
import secrets
from dataclasses import dataclass, field

from amparo.core.vault._words import KNOWN, WORDS, plain

SECRET_WORDS = 7
LOCATOR_DIGITS = 4
# design/vault.md: refuse less. One locator guessed a second, without any throttle, would need 4,800 million years.
LEAST_BITS = 77
LANGUAGES = tuple(WORDS)


class WeakCodes(RuntimeError):
    """A word list is too short for codes that nobody can guess. Raised when the package is imported."""


class BadCode(ValueError):
    """What was typed does not have the form of a code. The message never quotes it."""


def _bits(words: tuple[str, ...]) -> float:
    """Bits of secret in a code drawn from `words`: words that look the same once plain count once."""
    return SECRET_WORDS * math.log2(len({plain(word) for word in words}))


def _least_bits(lists: dict[str, tuple[str, ...]]) -> float:
    weakest = min(lists, key=lambda language: _bits(lists[language]))
    bits = _bits(lists[weakest])
    if bits < LEAST_BITS:
        raise WeakCodes(
            f"seven words of the list {weakest!r} give {bits:.1f} bits, and {LEAST_BITS} are wanted: "
            "install the pinned release of `mnemonic`, and Amparo whole"
        )
    return bits


BITS = _least_bits(dict(WORDS))


@dataclass(frozen=True, slots=True)
class Code:
    """A new code. `words` are secret and are left out of `repr`; `language` is that of the list they come from."""

    locator: str
    words: tuple[str, ...] = field(repr=False)
    language: str
    bits: float

    @property
    def text(self) -> str:
        """The whole code as she writes it down: "maple-4821 word word ..."."""
        return " ".join((self.locator, *self.words))


@dataclass(frozen=True, slots=True)
class TypedCode:
    """A code as it came back from a keyboard, in plain form (see `parse_code`)."""

    locator: str
    words: tuple[str, ...] = field(repr=False)


def new_code(language: str) -> Code:
    """Draw a code from the operating system's randomness.

    language: a BCP 47 tag; its first part chooses the list. A language without one gets the English list;
    `Code.language` says which it was.
    The locator (one word and four digits, about 20 million) is not unique by itself: the caller draws again.
    """
    wanted = re.split(r"[-_]", language.casefold())[0]
    chosen = wanted if wanted in WORDS else "en"
    words = WORDS[chosen]
    digits = secrets.randbelow(10**LOCATOR_DIGITS)
    return Code(
        locator=f"{plain(secrets.choice(words))}-{digits:0{LOCATOR_DIGITS}}",
        words=tuple(secrets.choice(words) for _ in range(SECRET_WORDS)),
        language=chosen,
        bits=_bits(words),
    )


def parse_code(text: str) -> TypedCode:
    """Read a typed or pasted code. Case, accents, and whatever stands between the words make no difference.

    Raises BadCode when it is not a word, four digits and seven words, or when a word is in none of the lists. This
    tells about the form alone: nothing here knows which cases exist.
    """
    parts = re.findall(r"[^\W\d_]+|\d+", plain(text))
    if len(parts) != SECRET_WORDS + 2:
        raise BadCode(
            f"a code is a word, {LOCATOR_DIGITS} digits and {SECRET_WORDS} words, but this has {len(parts)} parts"
        )
    word, digits, *words = parts
    if not (digits.isascii() and digits.isdigit() and len(digits) == LOCATOR_DIGITS):
        raise BadCode(f"after the first word of a code come {LOCATOR_DIGITS} digits: check the first line")
    for place, part in enumerate((word, *words), start=1):
        if part not in KNOWN:
            raise BadCode(f"word {place} is not a word that codes are made of: check its letters")
    return TypedCode(locator=f"{word}-{digits}", words=tuple(words))
