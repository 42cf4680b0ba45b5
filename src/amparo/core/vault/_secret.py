"""Secrets: drawn, derived, and kept from resting where they do not belong."""

import hmac
import secrets
from typing import NoReturn

SECRET_BYTES = 32


class BadSecret(ValueError):
    """A secret has the wrong size or cannot be one. The message never quotes it."""


class NotStorable(TypeError):
    """An unlocked key was about to be pickled or copied: into a session, a job, a cache, another process."""


class Unstorable:
    """A value that holds a secret in plain: it lives in memory and refuses to be pickled or copied."""

    __slots__ = ()

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise NotStorable(f"{type(self).__name__} holds an unlocked key and is never stored: store its sealed form")


def new_secret() -> bytes:
    """32 bytes from the operating system's randomness: a session secret, an instance key, a file key."""
    return secrets.token_bytes(SECRET_BYTES)


def checked(secret: bytes, what: str) -> bytes:
    """`secret` when it has 32 bytes; BadSecret that names `what` otherwise."""
    if not isinstance(secret, bytes) or len(secret) != SECRET_BYTES:
        raise BadSecret(f"{what} is {SECRET_BYTES} bytes, and this is not: take it from where it was made")
    return secret


# RFC 5869 section 3.1 advises a salt even when it is no secret. This one keeps our subkeys apart from others'.
_SALT = b"amparo vault 1"


def subkey(secret: bytes, purpose: bytes) -> bytes:
    """HKDF-SHA256 (RFC 5869) of a 32-byte `secret`, info = `purpose`. Returns 32 bytes: one block of the expansion."""
    extracted = hmac.digest(_SALT, secret, "sha256")
    return hmac.digest(extracted, purpose + b"\x01", "sha256")
