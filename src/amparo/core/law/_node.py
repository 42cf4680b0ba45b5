"""Reading a law file field by field. What is wrong is named with the file, the entry and the field."""

from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from importlib.resources import files
from typing import Any, TypeVar

import yaml

from ._entries import Confidence

E = TypeVar("E", bound=StrEnum)

# libyaml reads the files ten times faster where PyYAML was built with it; both loaders are the safe one.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class BadLawData(ValueError):
    """A law file does not hold what the code needs. The message names file, entry and field."""


class Node:
    """One mapping of a law file.

    Every field is asked for by name and type; `done` refuses fields that nobody asked for, so that a
    misspelt key is found when the file is read and not when somebody relies on it.
    """

    def __init__(self, raw: object, *, file: str, where: str) -> None:
        self.file = file
        self.where = where
        self._asked: set[str] = set()
        if not isinstance(raw, dict):
            raise self.bad(f"is a {type(raw).__name__}, but a mapping is wanted")
        # The values of a YAML mapping are of any kind until a reader below has looked at them.
        self._raw: dict[Any, Any] = raw

    def bad(self, problem: str, field: str = "") -> BadLawData:
        place = f"{self.file}: {self.where}" + (f": {field}" if field else "")
        return BadLawData(f"{place}: {problem}")

    def _get(self, field: str) -> object:
        self._asked.add(field)
        return self._raw.get(field)

    def has(self, field: str) -> bool:
        return self._raw.get(field) is not None

    def text(self, field: str) -> str:
        """A text that must be there and not be empty."""
        text = self.text_or_empty(field)
        if not text:
            raise self.bad("is missing or empty, but a text is wanted", field)
        return text

    def text_or_empty(self, field: str) -> str:
        value = self._get(field)
        if value is None:
            return ""
        if not isinstance(value, str):
            raise self.bad(f"is a {type(value).__name__}, but a text is wanted (quote it)", field)
        return value.strip()

    def texts(self, field: str) -> tuple[str, ...]:
        return tuple(item if isinstance(item, str) else self._not_a_text(field, item) for item in self._list(field))

    def _not_a_text(self, field: str, item: object) -> str:
        raise self.bad(f"holds a {type(item).__name__}, but texts are wanted", field)

    def number_or_none(self, field: str) -> int | None:
        value = self._get(field)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise self.bad(f"is {value!r}, but a whole number from 0 on is wanted", field)
        return value

    def number(self, field: str) -> int:
        value = self.number_or_none(field)
        if value is None:
            raise self.bad("is missing, but a whole number is wanted", field)
        return value

    def flag(self, field: str, *, default: bool | None = None) -> bool:
        value = self._get(field)
        if value is None and default is not None:
            return default
        if not isinstance(value, bool):
            raise self.bad(f"is {value!r}, but true or false is wanted", field)
        return value

    def day_or_none(self, field: str) -> date | None:
        value = self._get(field)
        if value is None:
            return None
        if type(value) is date:
            return value
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            raise self.bad(f"is {value!r}, but a day as YYYY-MM-DD is wanted", field) from None

    def day(self, field: str) -> date:
        value = self.day_or_none(field)
        if value is None:
            raise self.bad("is missing, but a day as YYYY-MM-DD is wanted", field)
        return value

    def one_of(self, field: str, kind: type[E]) -> E:
        return self._word(field, self._get(field), kind)

    def several_of(self, field: str, kind: type[E]) -> tuple[E, ...]:
        return tuple(self._word(field, item, kind) for item in self._list(field))

    def _word(self, field: str, value: object, kind: type[E]) -> E:
        try:
            return kind(str(value))
        except ValueError:
            raise self.bad(f"is {value!r}, but one of {', '.join(kind)} is wanted", field) from None

    def confidences(self, field: str) -> tuple[tuple[str, Confidence], ...]:
        raw = self._get(field)
        pairs = raw.items() if isinstance(raw, dict) else ()
        if raw is not None and not isinstance(raw, dict):
            raise self.bad("is not a mapping of field to confidence", field)
        return tuple((str(name), self._word(field, value, Confidence)) for name, value in pairs)

    def pairs(self, field: str) -> tuple[tuple[str, str], ...]:
        """A mapping of text to text, in its order."""
        raw = self._get(field)
        if not isinstance(raw, dict) or not all(isinstance(x, str) for pair in raw.items() for x in pair):
            raise self.bad("is not a mapping of text to text (quote yes and no)", field)
        return tuple(raw.items())

    def child(self, field: str) -> "Node":
        raw = self._get(field)
        if raw is None:
            raise self.bad("is missing, but a mapping is wanted", field)
        return Node(raw, file=self.file, where=f"{self.where}.{field}")

    def children(self, field: str, *, name: str) -> Iterator["Node"]:
        """The mappings of a list, each named in messages by its field `name`, and `done` after its turn."""
        for place, raw in enumerate(self._list(field)):
            label = raw.get(name, place) if isinstance(raw, dict) else place
            child = Node(raw, file=self.file, where=f"{self.where}.{field}[{label}]")
            yield child
            child.done()

    def fields(self) -> tuple[str, ...]:
        return tuple(str(key) for key in self._raw)

    def is_mapping(self, field: str) -> bool:
        return isinstance(self._raw.get(field), dict)

    def remark(self, field: str) -> str:
        """Any other value as one line for people: texts, numbers, dates, lists of texts or of mappings."""
        return _line(self._get(field))

    def _list(self, field: str) -> list[Any]:  # items are checked one by one by the caller
        value = self._get(field)
        if value is None:
            return []
        if not isinstance(value, list):
            raise self.bad(f"is a {type(value).__name__}, but a list is wanted", field)
        return value

    def done(self) -> None:
        """Refuse fields that were not asked for."""
        left = sorted(str(key) for key in self._raw if key not in self._asked)
        if left:
            raise self.bad(f"has fields that nothing reads: {', '.join(left)}; correct or remove them")


def _line(value: object) -> str:
    if isinstance(value, list):
        return "; ".join(_line(item) for item in value)
    if isinstance(value, dict):
        rest = ", ".join(f"{key} {_line(item)}" for key, item in value.items() if key != "text")
        return f"{value['text']} ({rest})" if "text" in value else rest
    return str(value)


def read_root(name: str) -> Node:
    """The whole of one data file of this package."""
    text = files(__package__).joinpath("data", name).read_bytes()
    raw = yaml.load(text, Loader=_Loader)  # noqa: S506 - it is the safe loader, or its C twin
    return Node(raw, file=name, where="file")
