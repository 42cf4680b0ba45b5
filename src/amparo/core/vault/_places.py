"""Sealing for one place: a field of a row of a case, under one version of the case's key."""

import hmac
from dataclasses import dataclass, replace

from amparo.core.vault._binding import Identifier, bound, name
from amparo.core.vault._cases import CaseKey, WrongKey
from amparo.core.vault._envelope import (
    NUMBERED_HEAD,
    SEALED_BOX,
    XCHACHA,
    Sealed,
    expect_version,
    head,
    read_form,
    refusal,
    seal,
    seal_to,
    unseal,
    unseal_from,
)
from amparo.core.vault._padding import BadFrame, pad, unpad
from amparo.core.vault._secret import subkey


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sealed text is stored. All of it is bound to the text; none of it is secret."""

    case: Identifier
    model: str
    field: str
    row: Identifier
    version: int
    revision: int = 0

    def under(self, label: str) -> bytes:
        """The place as bytes that no other place has, and no other `label`."""
        return bound(
            f"amparo {label}",
            case=self.case,
            model=self.model,
            field=self.field,
            row=self.row,
            version=self.version,
            revision=self.revision,
        )


def _unpadded(frame: bytes) -> bytes:
    try:
        return unpad(frame)
    except BadFrame:
        raise refusal() from None


def seal_at(key: CaseKey, text: bytes, place: Place, *, label: str) -> bytes:
    """A head, a nonce, the padded `text` under the subkey of `label`. WrongKey unless `key` is that place's."""
    if (key.case, key.version) != (name(place.case, "case"), place.version):
        raise WrongKey("this is the key of another case or of another version than the row names: fetch the right one")
    start = head(XCHACHA, place.version)
    return seal(subkey(key.secret, label.encode()), pad(text), start=start, place=place.under(label))


def open_at(key: CaseKey, sealed: Sealed, place: Place, *, label: str) -> bytes:
    """What `seal_at` sealed, in exactly this place and under this label."""
    whole, _ = read_form(sealed, XCHACHA)
    expect_version(whole, place.version, key.version)
    frame = unseal(subkey(key.secret, label.encode()), whole, start=NUMBERED_HEAD, place=place.under(label))
    return _unpadded(frame)


def seal_in_at(public: Sealed, text: bytes, place: Place, *, label: str) -> bytes:
    """A head and a sealed box of (place | padded `text`)."""
    return seal_to(public, place.under(label) + pad(text), start=head(SEALED_BOX, place.version))


def open_in_at(key: CaseKey, sealed: Sealed, place: Place, *, label: str) -> bytes:
    """What `seal_in_at` sealed, in exactly this place and under this label."""
    whole, _ = read_form(sealed, SEALED_BOX)
    expect_version(whole, place.version, key.version)
    inside = unseal_from(key.private, key.public, whole, start=NUMBERED_HEAD)
    expected = place.under(label)
    if not hmac.compare_digest(inside[: len(expected)], expected):
        raise refusal()
    return _unpadded(inside[len(expected) :])


def rekey_at(sealed: Sealed, *, old: CaseKey, new: CaseKey, place: Place, label: str) -> bytes:
    """The same text in the same place under `new`; what came through the door stays marked as such."""
    if old.case != new.case:
        raise WrongKey("a text is re-keyed within its case: these keys are of two cases")
    _, algorithm = read_form(sealed, XCHACHA, SEALED_BOX)
    before, after = replace(place, version=old.version), replace(place, version=new.version)
    if algorithm == SEALED_BOX:
        return seal_in_at(new.public, open_in_at(old, sealed, before, label=label), after, label=label)
    return seal_at(new, open_at(old, sealed, before, label=label), after, label=label)
