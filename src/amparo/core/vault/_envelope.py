"""Envelopes: two bytes that say how, a head in the clear, and the sealed rest. docs/vault.md gives the bytes."""

import secrets

from nacl import bindings, exceptions

FORMAT = 1
# The second byte of every envelope.
XCHACHA = 1  # XChaCha20-Poly1305 (IETF), random 24-byte nonce
SEALED_BOX = 2  # libsodium's sealed box: an X25519 key of its own per message
STREAM = 3  # libsodium's secretstream
PASSWORD = 4  # XChaCha20-Poly1305 under Argon2id of a password

NONCE = bindings.crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
TAG = bindings.crypto_aead_xchacha20poly1305_ietf_ABYTES
PUBLIC = 32
_NUMBER = 4
NUMBERED_HEAD = 2 + _NUMBER

# What a database gives back for a column of bytes: psycopg has memoryviews.
Sealed = bytes | bytearray | memoryview


class CannotOpen(Exception):
    """It does not open: changed, cut, moved to another place, or sealed for another key. Never says which bytes."""


class UnknownFormat(CannotOpen):
    """The first two bytes name a form that this version of Amparo does not know, or not here."""


class WrongVersion(CannotOpen):
    """Sealed under another version of the key than the one asked for."""


class BadPublicKey(ValueError):
    """Not a public key that anything may be sealed to."""


def refusal() -> CannotOpen:
    """The one answer to everything that does not open."""
    return CannotOpen("this does not open: it was changed, cut or moved, or it is sealed for another key")


def head(algorithm: int, number: int | None = None) -> bytes:
    """Format and algorithm, and the number of the key (0..2^32-1) where the kind has one."""
    start = bytes([FORMAT, algorithm])
    return start if number is None else start + number.to_bytes(_NUMBER, "big")


def read_form(sealed: Sealed, *algorithms: int) -> tuple[bytes, int]:
    """`sealed` as bytes, and its algorithm, which has to be one of `algorithms`. Else UnknownFormat."""
    whole = bytes(sealed)
    if len(whole) < len(head(XCHACHA)):
        raise refusal()
    if whole[0] != FORMAT:
        raise UnknownFormat(f"sealed in format {whole[0]}, and this Amparo reads {FORMAT}: open it with a newer one")
    if whole[1] not in algorithms:
        raise UnknownFormat(f"sealed with algorithm {whole[1]}, which is not one that belongs here")
    return whole, whole[1]


def key_number(sealed: Sealed) -> int:
    """Which key this is sealed under, as its head says: the version of the case key or the number of the instance
    key. The head is bound to the rest, so a false one does not open; until it has been opened this is a claim.
    """
    whole, _ = read_form(sealed, XCHACHA, SEALED_BOX)
    if len(whole) < NUMBERED_HEAD:
        raise refusal()
    return int.from_bytes(whole[2:NUMBERED_HEAD], "big")


def expect_version(sealed: Sealed, *versions: int) -> None:
    """WrongVersion unless the head says each of `versions`."""
    found = key_number(sealed)
    for version in versions:
        if found != version:
            raise WrongVersion(f"sealed under version {found} of the key, and version {version} was asked for")


def seal(key: bytes, text: bytes, *, start: bytes, place: bytes) -> bytes:
    """The head `start` | nonce | XChaCha20-Poly1305 of `text`, associated data = start | place. `key` is 32 bytes."""
    nonce = secrets.token_bytes(NONCE)
    sealed = bindings.crypto_aead_xchacha20poly1305_ietf_encrypt(text, start + place, nonce, key)
    return start + nonce + sealed


def unseal(key: bytes, whole: bytes, *, start: int, place: bytes) -> bytes:
    """What `seal` sealed, with a head of `start` bytes. CannotOpen when anything differs."""
    if len(whole) < start + NONCE + TAG:
        raise refusal()
    nonce, sealed = whole[start : start + NONCE], whole[start + NONCE :]
    try:
        return bindings.crypto_aead_xchacha20poly1305_ietf_decrypt(sealed, whole[:start] + place, nonce, key)
    except exceptions.CryptoError:
        raise refusal() from None


def seal_to(public: Sealed, text: bytes, *, start: bytes) -> bytes:
    """The head `start` | sealed box of `text` for `public`. What binds it to a place stands inside `text`."""
    key = bytes(public)
    if len(key) != PUBLIC:
        raise BadPublicKey(f"a public key is {PUBLIC} bytes, and this has {len(key)}")
    try:
        return start + bindings.crypto_box_seal(text, key)
    except exceptions.CryptoError:
        # libsodium refuses points of small order: everybody would know the shared key.
        raise BadPublicKey("this is no X25519 public key: every message to it could be read by anybody") from None


def unseal_from(private: bytes, public: bytes, whole: bytes, *, start: int) -> bytes:
    """What `seal_to` sealed. CannotOpen when anything differs."""
    try:
        return bindings.crypto_box_seal_open(whole[start:], public, private)
    except exceptions.CryptoError:
        raise refusal() from None
