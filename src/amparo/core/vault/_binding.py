"""Where a sealed value belongs, as bytes that no other place has."""

from uuid import UUID

# What an app has at hand: a primary key in whatever type the database gives it.
_TYPES = (str, int, UUID)
Identifier = str | int | UUID


class BadPlace(ValueError):
    """A part of the place is missing or has no text form, so that the seal would not be bound to anything."""


def name(part: Identifier, what: str) -> str:
    """The text of one identifier. 5 and "5" are the same row. Nothing, an empty text or a truth value is refused.

    This refusal is the point: a row that is not saved yet has the key None, and all such rows would share a place.
    """
    if isinstance(part, bool) or not isinstance(part, _TYPES) or part == "":
        raise BadPlace(f"{what} is a text, a number or a UUID: save the row, or draw its id, before sealing for it")
    return str(part)


def bound(label: str, **parts: Identifier) -> bytes:
    """`label` and then every part, each as four bytes of length and UTF-8: no two lists give the same bytes."""
    texts = [label, *[name(part, what) for what, part in parts.items()]]
    try:
        encoded = [text.encode() for text in texts]
    except UnicodeEncodeError:
        raise BadPlace("an identifier holds half a surrogate pair, which has no UTF-8 form") from None
    return b"".join([len(text).to_bytes(4, "big") + text for text in encoded])
