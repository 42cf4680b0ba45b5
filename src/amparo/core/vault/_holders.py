"""A holder's key pair: locked with a password for years, with a session's secret for hours."""

import struct
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from secrets import token_bytes

from argon2.exceptions import HashingError
from argon2.low_level import Type, hash_secret_raw
from nacl import bindings

from amparo.core.vault._binding import Identifier, bound
from amparo.core.vault._digest import _pool
from amparo.core.vault._envelope import PASSWORD, XCHACHA, Sealed, head, read_form, refusal, seal, unseal
from amparo.core.vault._secret import Unstorable, checked, new_secret, subkey
from amparo.core.vault._words import plain


class NoPassword(ValueError):
    """There is nothing to derive a key from."""


class BadCost(ValueError):
    """A cost outside of what this program is willing to spend."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one guess at a password costs: Argon2id passes, memory in KiB, lanes. Stored with every wrapped key."""

    passes: int
    memory_kib: int
    lanes: int = 1

    def __post_init__(self) -> None:
        if not (
            1 <= self.passes <= _MOST_PASSES
            and 1 <= self.lanes <= _MOST_LANES
            and 8 * self.lanes <= self.memory_kib <= _MOST_MEMORY_KIB
        ):
            raise BadCost(
                f"Argon2id here takes 1 to {_MOST_PASSES} passes, 1 to {_MOST_LANES} lanes, "
                f"and 8 KiB a lane to {_MOST_MEMORY_KIB} KiB"
            )


# A row may be written by somebody who wants the next login to take all memory: what is above this is refused unread.
# 256 MiB is libsodium's MEMLIMIT_MODERATE; nothing in use comes near ten passes.
_MOST_PASSES, _MOST_LANES, _MOST_MEMORY_KIB = 10, 4, 256 * 1024
# RFC 9106 section 4, second recommended option: 3 passes over 64 MiB, 16-byte salt, 32-byte tag. It has 4 lanes; one
# lane does the same work, and a house of two cores has none to spare.
COST = Cost(passes=3, memory_kib=64 * 1024)

# format, algorithm, passes, memory, lanes, salt, public half.
_HEAD = struct.Struct(">BBIIB16s32s")


@dataclass(frozen=True, slots=True)
class HolderKey(Unstorable):
    """An X25519 pair of a worker, a survivor or the recovery. `private` is left out of `repr` and cannot be pickled."""

    private: bytes = field(repr=False)
    public: bytes = field(init=False)

    def __post_init__(self) -> None:
        private = bytearray(checked(self.private, "a private key"))
        # RFC 7748 section 5 fixes five bits before every use. Fixed at once, one key has one form and not 32.
        private[0] &= 248
        private[31] = private[31] & 127 | 64
        object.__setattr__(self, "private", bytes(private))
        object.__setattr__(self, "public", bindings.crypto_scalarmult_base(self.private))


def new_holder_key() -> HolderKey:
    """Draw a pair from the operating system's randomness."""
    return HolderKey(private=new_secret())


def words_as_password(words: Sequence[str]) -> str:
    """The words of a survivor's code as the password of her key: the same however she writes accents and case."""
    return " ".join(plain(word) for word in words)


def _key_of(password: str, salt: bytes, cost: Cost) -> bytes:
    # NFKC so that the same keys pressed on two systems are the same password (NIST SP 800-63B section 5.1.1.2).
    secret = unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")
    if not secret:
        raise NoPassword("a password is wanted: an empty one locks nothing")
    with _pool:
        return hash_secret_raw(secret, salt, cost.passes, cost.memory_kib, cost.lanes, 32, Type.ID)


def _place(holder: Identifier) -> bytes:
    return bound("amparo wrapped key", holder=holder)


def wrap(key: HolderKey, password: str, *, holder: Identifier, cost: Cost = COST) -> bytes:
    """Lock `key` with `password`, for the row of `holder`. Takes the time of one Argon2id at `cost`.

    Returns 131 bytes that name their own salt and cost. The public half is in them, in the clear.
    Raises NoPassword when the password is empty, BadPlace when the holder has no id.
    """
    place, salt = _place(holder), token_bytes(16)
    start = _HEAD.pack(*head(PASSWORD), cost.passes, cost.memory_kib, cost.lanes, salt, key.public)
    return seal(_key_of(password, salt, cost), key.private, start=start, place=place)


def _read(wrapped: Sealed) -> tuple[bytes, Cost, bytes, bytes]:
    whole, _ = read_form(wrapped, PASSWORD)
    if len(whole) < _HEAD.size:
        raise refusal()
    _, _, passes, memory_kib, lanes, salt, public = _HEAD.unpack(whole[: _HEAD.size])
    try:
        return whole, Cost(passes, memory_kib, lanes), salt, public
    except BadCost:
        raise refusal() from None


def unwrap(wrapped: Sealed, password: str, *, holder: Identifier) -> HolderKey:
    """The key that `wrap` locked. CannotOpen when the password is another, or the bytes, or the holder."""
    whole, cost, salt, public = _read(wrapped)
    try:
        secret = _key_of(password, salt, cost)
    except HashingError:
        raise refusal() from None
    key = HolderKey(private=unseal(secret, whole, start=_HEAD.size, place=_place(holder)))
    if key.public != public:
        raise refusal()
    return key


def public_half(wrapped: Sealed) -> bytes:
    """The public half that stands in `wrapped` in the clear, to grant to. Until it was unwrapped this is a claim."""
    _, _, _, public = _read(wrapped)
    return public


def needs_rewrap(wrapped: Sealed, *, cost: Cost = COST) -> bool:
    """Whether `wrapped` was made at less than `cost`, and is to be made anew while the password is at hand."""
    _, found, _, _ = _read(wrapped)
    return found.passes < cost.passes or found.memory_kib < cost.memory_kib


def rewrap(wrapped: Sealed, old: str, new: str, *, holder: Identifier, cost: Cost = COST) -> bytes:
    """The same key under a changed password, or under the same one at a raised cost. Grants stay as they are."""
    return wrap(unwrap(wrapped, old, holder=holder), new, holder=holder, cost=cost)


def new_session_secret() -> bytes:
    """32 random bytes for one session: for the HttpOnly cookie, and for nowhere else."""
    return new_secret()


def _session_key(session_secret: bytes) -> bytes:
    return subkey(checked(session_secret, "a session secret"), b"session")


def lock_for_session(key: HolderKey, session_secret: bytes, *, holder: Identifier) -> bytes:
    """`key` as the session's row may hold it: 74 bytes that open only with the cookie's secret. Microseconds."""
    place = bound("amparo session key", holder=holder)
    return seal(_session_key(session_secret), key.private, start=head(XCHACHA), place=place)


def open_from_session(locked: Sealed, session_secret: bytes, *, holder: Identifier) -> HolderKey:
    """The key that `lock_for_session` locked. CannotOpen with another secret or for another holder."""
    whole, _ = read_form(locked, XCHACHA)
    place = bound("amparo session key", holder=holder)
    return HolderKey(private=unseal(_session_key(session_secret), whole, start=len(head(XCHACHA)), place=place))
