"""Sealing at rest with a key that the running instance holds outside its database."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from amparo.core.vault._binding import Identifier, bound, name
from amparo.core.vault._envelope import (
    NUMBERED_HEAD,
    XCHACHA,
    Sealed,
    WrongVersion,
    head,
    key_number,
    read_form,
    refusal,
    seal,
    unseal,
)
from amparo.core.vault._padding import BadFrame, pad, unpad
from amparo.core.vault._secret import BadSecret, Unstorable, checked, subkey

# 32 random bytes hold about 30 different values. Fewer than 17 are a placeholder, a passphrase, or hex digits taken for
# bytes; that chance does it has a probability below 2^-49 (counted exactly, not estimated).
_LEAST_DIFFERENT = 17
_LAST_NUMBER = 255


@dataclass(frozen=True, slots=True)
class InstanceKey(Unstorable):
    """One key of this instance, from outside the database. `number` (0..255) stands in all it seals."""

    number: int
    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        checked(self.secret, "an instance key")
        if not 0 <= self.number <= _LAST_NUMBER:
            raise BadSecret(f"instance keys are numbered 0 to {_LAST_NUMBER}: count on from the newest")
        if len(set(self.secret)) < _LEAST_DIFFERENT:
            raise BadSecret("this instance key is not random: draw 32 bytes from the system's randomness")


@dataclass(frozen=True, slots=True)
class RecordKey(Unstorable):
    """The subkeys of the instance's keys for one purpose: all that the part of the program with that purpose needs."""

    purpose: str
    current: int
    subkeys: Mapping[int, bytes] = field(repr=False)


def record_key(purpose: str, current: InstanceKey, *older: InstanceKey) -> RecordKey:
    """The key for one purpose ("banks", "outbox", "checker"): seals with `current`, opens what older keys sealed.

    From a RecordKey neither the instance key nor the key of another purpose can be computed.
    Raises BadSecret when two keys have one number.
    """
    keys = (current, *older)
    label = bound("amparo record", purpose=purpose)
    subkeys = {key.number: subkey(key.secret, label) for key in keys}
    if len(subkeys) < len(keys):
        raise BadSecret("two instance keys have one number: what they sealed could not be told apart")
    return RecordKey(purpose=name(purpose, "purpose"), current=current.number, subkeys=MappingProxyType(subkeys))


def _place(key: RecordKey, model: str, field: str, row: Identifier, revision: int) -> bytes:
    return bound("amparo record", purpose=key.purpose, model=model, field=field, row=row, revision=revision)


def seal_record(key: RecordKey, text: bytes, *, model: str, field: str, row: Identifier, revision: int = 0) -> bytes:
    """Seal one field of one row for the running instance. text: 0 to 1,048,572 bytes, padded to a bucket.

    Raises TooLong, BadPlace.
    """
    place = _place(key, model, field, row, revision)
    return seal(key.subkeys[key.current], pad(text), start=head(XCHACHA, key.current), place=place)


def open_record(key: RecordKey, sealed: Sealed, *, model: str, field: str, row: Identifier, revision: int = 0) -> bytes:
    """The text that `seal_record` sealed in exactly this place for this purpose.

    Raises WrongVersion when it names an instance key that is not at hand, CannotOpen for all else.
    """
    whole, _ = read_form(sealed, XCHACHA)
    number = key_number(whole)
    if number not in key.subkeys:
        raise WrongVersion(f"sealed under instance key {number}, which is not at hand: give it as an older key")
    place = _place(key, model, field, row, revision)
    try:
        return unpad(unseal(key.subkeys[number], whole, start=NUMBERED_HEAD, place=place))
    except BadFrame:
        raise refusal() from None


def record_head(key: RecordKey) -> bytes:
    """With what all begins that is sealed under today's key: by it a database finds what is under an older one."""
    return head(XCHACHA, key.current)


def needs_reseal(key: RecordKey, sealed: Sealed) -> bool:
    """Whether `sealed` is under an older instance key, which can be given up when nothing is any more."""
    return key_number(sealed) != key.current


def index_key(instance: InstanceKey) -> bytes:
    """The 32-byte key of the blind index. Values under two instance keys do not compare: see docs/vault.md."""
    return subkey(instance.secret, bound("amparo blind index"))


def blind_value(index_key: bytes, value: bytes, *, purpose: str) -> bytes:
    """HMAC-SHA256 of `value` under the purpose's own subkey, 32 bytes: equal for equal bytes, and says nothing else.

    index_key: as `blind` takes it. purpose: what is compared ("picture", "turn"); values of two purposes never compare.
    """
    key = subkey(checked(index_key, "an index key"), bound("amparo blind value", purpose=purpose))
    return hmac.digest(key, value, "sha256")
