"""Rows with sealed columns: the plain text is on the instance only after it was opened, and never leaves with it."""

import json
from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, Generic, Self, TypeVar, overload

from django.db import models

T = TypeVar("T")


class NotOpened(RuntimeError):
    """A sealed text was read on a row that nobody opened: open the row with `keys.opened` first."""


class Opened(Generic[T]):
    """The text of the column `sealed_<name>`, once the row was opened. It cannot be set: `keys.Pen` writes it."""

    name: str

    def __init__(self, encode: Callable[[T], bytes], decode: Callable[[bytes], T]) -> None:
        self.encode, self.decode = encode, decode

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @property
    def column(self) -> str:
        return f"sealed_{self.name}"

    @overload
    def __get__(self, row: None, owner: type) -> Self: ...
    @overload
    def __get__(self, row: models.Model, owner: type) -> T: ...
    def __get__(self, row: models.Model | None, owner: type) -> Self | T:
        if row is None:
            return self
        try:
            value: T = row.__dict__["_plain"][self.name]
        except KeyError:
            raise NotOpened(f"{self.name} of this {owner.__name__.lower()} is sealed: open the row first") from None
        return value

    def __set__(self, row: models.Model, value: object) -> None:
        raise NotOpened(f"{self.name} is sealed before it is kept: write it with the pen of its case")


def text() -> Opened[str]:
    return Opened(str.encode, bytes.decode)


def raw() -> Opened[bytes]:
    return Opened(bytes, bytes)


def maybe_raw() -> Opened[bytes | None]:
    """A column in which there may be nothing to seal: it is null then, and so is what is opened."""
    return Opened(lambda value: bytes(value or b""), bytes)


def pairs() -> Opened[list[list[str]]]:
    """[[word, text], ...] as JSON."""
    return Opened(lambda value: json.dumps(value, ensure_ascii=False).encode(), json.loads)


class SealedRow(models.Model):
    """A row of a case with sealed columns. Every such model of the app is re-keyed with its case."""

    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="%(class)ss")
    # What came in without the case's key is in the door's form: whoever wrote to the database could have made it.
    by_door = models.BooleanField(default=False)

    # Set on an instance that did not open in its place (`keys.opened_or_marked`): it has no text, and is shown as such.
    altered: bool = False

    class Meta:
        abstract = True

    def __getstate__(self) -> dict[str, Any]:
        """A copy, and whatever is pickled, is sealed again."""
        state: dict[str, Any] = super().__getstate__()
        state.pop("_plain", None)
        return state

    @classmethod
    @cache
    def texts(cls) -> Mapping[str, Opened[Any]]:  # each of its own type
        return MappingProxyType({name: found for name, found in vars(cls).items() if isinstance(found, Opened)})

    def keep_plain(self, **texts: object) -> None:
        """Hold what was opened, or was just sealed, on this instance."""
        self.__dict__.setdefault("_plain", {}).update(texts)
