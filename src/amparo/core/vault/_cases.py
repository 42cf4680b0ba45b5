"""The key of a case: versioned, granted to holders one by one, and a public half for the door."""

import hmac
from dataclasses import dataclass, field

from nacl import bindings

from amparo.core.vault._binding import Identifier, bound, name
from amparo.core.vault._envelope import (
    NUMBERED_HEAD,
    SEALED_BOX,
    Sealed,
    expect_version,
    head,
    read_form,
    refusal,
    seal_to,
    unseal_from,
)
from amparo.core.vault._holders import HolderKey
from amparo.core.vault._secret import SECRET_BYTES, Unstorable, checked, new_secret, subkey

_LAST_VERSION = 2**32 - 1


class WrongKey(ValueError):
    """Something was about to be sealed for one case or version under the key of another."""


@dataclass(frozen=True, slots=True)
class CaseKey(Unstorable):
    """One version of one case's key. `secret` is 32 bytes, left out of `repr`, and cannot be pickled."""

    case: str
    version: int
    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        checked(self.secret, "a case key")
        if not 1 <= self.version <= _LAST_VERSION:
            raise WrongKey(f"versions of a case key count from 1 to {_LAST_VERSION}")

    @property
    def private(self) -> bytes:
        """The X25519 private half that opens what the public door sealed in. Derived, so it needs no row."""
        return subkey(self.secret, b"door")

    @property
    def public(self) -> bytes:
        """The public half, 32 bytes, for the case's row: who has it can add to the case and read nothing."""
        return bindings.crypto_scalarmult_base(self.private)


def new_case_key(case: Identifier) -> CaseKey:
    """Draw the first version of a case's key."""
    return CaseKey(case=name(case, "case"), version=1, secret=new_secret())


def next_version(key: CaseKey) -> CaseKey:
    """A fresh key for the same case, one version on. Nothing of it can be computed from `key`."""
    return CaseKey(case=key.case, version=key.version + 1, secret=new_secret())


def _place(case: Identifier, holder: Identifier, version: int) -> bytes:
    return bound("amparo grant", case=case, holder=holder, version=version)


def grant(key: CaseKey, holder_public: Sealed, *, holder: Identifier) -> bytes:
    """Give `key` to the holder with `holder_public`: only the private half of it opens the grant.

    Returns head | sealed box of (place | case key). Raises BadPublicKey and BadPlace.
    """
    inside = _place(key.case, holder, key.version) + key.secret
    return seal_to(holder_public, inside, start=head(SEALED_BOX, key.version))


def open_grant(
    granted: Sealed, holder_key: HolderKey, *, case: Identifier, holder: Identifier, version: int, public: Sealed
) -> CaseKey:
    """The case key in a grant.

    case, holder, version: what the row of the grant says. public: the public half in the row of the case; a grant that
    somebody else made up for this holder carries another key, and is refused here.
    Raises WrongVersion for a grant of another version, CannotOpen for everything else that differs.
    """
    whole, _ = read_form(granted, SEALED_BOX)
    expect_version(whole, version)
    inside = unseal_from(holder_key.private, holder_key.public, whole, start=NUMBERED_HEAD)
    place, secret = inside[:-SECRET_BYTES], inside[-SECRET_BYTES:]
    if not hmac.compare_digest(place, _place(case, holder, version)):
        raise refusal()
    key = CaseKey(case=name(case, "case"), version=version, secret=secret)
    if not hmac.compare_digest(key.public, bytes(public)):
        raise refusal()
    return key
