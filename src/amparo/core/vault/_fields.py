"""One field of one row, sealed under the key of its case, or to the case by somebody who cannot read it."""

from amparo.core.vault._binding import Identifier
from amparo.core.vault._cases import CaseKey
from amparo.core.vault._envelope import Sealed
from amparo.core.vault._places import Place, open_at, open_in_at, rekey_at, seal_at, seal_in_at

_FIELD = "field"


def seal_field(
    key: CaseKey,
    text: bytes,
    *,
    case: Identifier,
    model: str,
    field: str,
    row: Identifier,
    version: int,
    revision: int = 0,
) -> bytes:
    """Seal one field so that it opens in this place alone. text: 0 to 1,048,572 bytes, padded to a bucket.

    case, model ("cases.item"), field, row: where it is stored; version: of the case key, as the row says it.
    revision: a number that the row raises with every change, for rows whose older text must not come back.
    Raises WrongKey when `key` is not the key of that case and version, TooLong, BadPlace.
    """
    return seal_at(key, text, Place(case, model, field, row, version, revision), label=_FIELD)


def open_field(
    key: CaseKey,
    sealed: Sealed,
    *,
    case: Identifier,
    model: str,
    field: str,
    row: Identifier,
    version: int,
    revision: int = 0,
) -> bytes:
    """The text that `seal_field` sealed in exactly this place.

    Raises WrongVersion when it is sealed under another version than the row or `key` says (a re-key stands open, or an
    old row came back), UnknownFormat for what `seal_in` made, CannotOpen for all else.
    """
    return open_at(key, sealed, Place(case, model, field, row, version, revision), label=_FIELD)


def seal_in(
    public: Sealed,
    text: bytes,
    *,
    case: Identifier,
    model: str,
    field: str,
    row: Identifier,
    version: int,
    revision: int = 0,
) -> bytes:
    """Add to a case without being able to read it: `public` is `CaseKey.public` of `version`, from the case's row.

    The place is sealed in with the text and compared when it is opened. Raises BadPublicKey, TooLong, BadPlace.
    """
    return seal_in_at(public, text, Place(case, model, field, row, version, revision), label=_FIELD)


def open_in(
    key: CaseKey,
    sealed: Sealed,
    *,
    case: Identifier,
    model: str,
    field: str,
    row: Identifier,
    version: int,
    revision: int = 0,
) -> bytes:
    """The text that `seal_in` sealed in exactly this place. Raises as `open_field` does.

    Apart from `open_field`, because anybody who can write to the database can make such a text: what the door brought
    in must not pass for what a worker wrote.
    """
    return open_in_at(key, sealed, Place(case, model, field, row, version, revision), label=_FIELD)


def rekey_field(
    sealed: Sealed, *, old: CaseKey, new: CaseKey, model: str, field: str, row: Identifier, revision: int = 0
) -> bytes:
    """The same text in the same place under the next version of the case's key.

    What the door sealed in stays in its form, so that its origin stays known.
    Raises WrongKey when the keys are of two cases, else as opening does.
    """
    return rekey_at(
        sealed, old=old, new=new, place=Place(old.case, model, field, row, old.version, revision), label=_FIELD
    )
