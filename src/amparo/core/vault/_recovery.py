"""The organisation's recovery key, whose private half three people keep on paper: any two of them give it back."""

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field

from amparo.core.vault._envelope import Sealed
from amparo.core.vault._holders import HolderKey
from amparo.core.vault._secret import SECRET_BYTES, Unstorable
from amparo.core.vault._shamir import join_bytes, split_bytes

THRESHOLD = 2
SHARES = 3
_FORMAT = 1
_SET = 4
_CHECK = 4
_WHOLE = 2 + _SET + SECRET_BYTES + _CHECK
# Three lines of 24 characters: 14 bytes and one that checks them, so that a slip of the pen is found in its line.
_LINES = 3
_LINE_BYTES = _WHOLE // _LINES
_LINE_CHARACTERS = (_LINE_BYTES + 1) * 8 // 5
_GROUP = 6
# Crockford's base 32: without I, L, O (read as 1, 1, 0) and without U.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_READ_AS = str.maketrans("ILO", "110")


class BadShare(ValueError):
    """This is not a share, or it was mistyped. The message never quotes it."""


class WrongShares(ValueError):
    """Shares that do not belong together, are too few, or do not give the key."""


@dataclass(frozen=True, slots=True)
class Share(Unstorable):
    """One person's part of the recovery key. `number` is 1, 2 or 3; `split` says which cutting it is from."""

    number: int
    split: bytes
    part: bytes = field(repr=False)

    @property
    def text(self) -> str:
        """The share as it is written down: three lines of four groups of six characters."""
        start = bytes([_FORMAT, self.number]) + self.split + self.part
        whole = start + _digest(b"share", start)[:_CHECK]
        lines = []
        for line in range(_LINES):
            taken = whole[line * _LINE_BYTES : (line + 1) * _LINE_BYTES]
            letters = _letters(taken + _line_check(line, taken))
            lines.append(" ".join(letters[at : at + _GROUP] for at in range(0, len(letters), _GROUP)))
        return "\n".join(lines)


def _digest(label: bytes, content: bytes) -> bytes:
    return hashlib.sha256(b"amparo recovery " + label + b"\0" + content).digest()


def _line_check(line: int, content: bytes) -> bytes:
    return _digest(b"line %d" % (line + 1), content)[:1]


def _letters(content: bytes) -> str:
    number, size = int.from_bytes(content, "big"), len(content) * 8 // 5
    return "".join(_ALPHABET[number >> (5 * place) & 31] for place in reversed(range(size)))


def _bytes(letters: str) -> bytes:
    number = 0
    for letter in letters:
        number = number << 5 | _ALPHABET.index(letter)
    return number.to_bytes(len(letters) * 5 // 8, "big")


def split_recovery(key: HolderKey) -> tuple[Share, Share, Share]:
    """Cut the private half of `key` into three shares of which any two give it back, and one alone says nothing.

    Every call cuts anew: shares of two cuttings do not fit together.
    """
    split = secrets.token_bytes(_SET)
    parts = split_bytes(key.private, threshold=THRESHOLD, count=SHARES)
    first, second, third = (Share(number=number, split=split, part=part) for number, part in parts.items())
    return first, second, third


def read_share(text: str) -> Share:
    """Read a typed share. Case, spaces, hyphens and line breaks make no difference; I and L are read as 1, O as 0.

    Raises BadShare, which names the line with the slip.
    """
    typed = "".join(text.split()).replace("-", "").upper().translate(_READ_AS)
    if len(typed) != _LINES * _LINE_CHARACTERS or not set(typed) <= set(_ALPHABET):
        raise BadShare(
            f"a share is {_LINES} lines of {_LINE_CHARACTERS} digits and letters without U, "
            f"and this has {len(typed)} characters in all: type it again"
        )
    whole = b""
    for line in range(_LINES):
        content = _bytes(typed[line * _LINE_CHARACTERS : (line + 1) * _LINE_CHARACTERS])
        if content[-1:] != _line_check(line, content[:-1]):
            raise BadShare(f"line {line + 1} of this share does not add up: compare its letters with the paper")
        whole += content[:-1]
    return _checked_share(whole)


def _checked_share(whole: bytes) -> Share:
    start, check = whole[:-_CHECK], whole[-_CHECK:]
    if check != _digest(b"share", start)[:_CHECK]:
        raise BadShare("the three lines do not belong together: are they all from one paper, in their order?")
    if start[0] != _FORMAT or not 1 <= start[1] <= SHARES:
        raise BadShare(f"this share is of a form that this Amparo does not know; it reads form {_FORMAT}")
    return Share(number=start[1], split=start[2 : 2 + _SET], part=start[2 + _SET :])


def combine(shares: Iterable[Share], *, public: Sealed) -> HolderKey:
    """The recovery key from two or three different shares of one cutting.

    public: the public half that the instance granted its cases to; what does not give exactly this key is refused.
    Raises WrongShares.
    """
    given = list(shares)
    parts = {share.number: share.part for share in given}
    if len(parts) < len(given):
        raise WrongShares("the same share was given twice: two different people bring theirs")
    if len(parts) < THRESHOLD:
        raise WrongShares(f"{THRESHOLD} of the {SHARES} shares are wanted, and here is {len(parts)}")
    if len({share.split for share in given}) > 1:
        raise WrongShares("these shares were cut on different days: take those that were made together")
    enough = dict(list(parts.items())[:THRESHOLD])
    private = join_bytes(enough)
    key = HolderKey(private=private)
    fit = all(join_bytes(enough, at=number) == part for number, part in parts.items())
    if not fit or key.private != private or key.public != bytes(public):
        raise WrongShares("these shares do not give this organisation's recovery key: one of them was altered")
    return key
