"""Reading the guide's files: what is wrong is named with the file, the entry and the field."""

from collections.abc import Mapping
from dataclasses import MISSING, fields
from importlib.resources import files
from typing import Any, TypeVar

import msgspec
import yaml

T = TypeVar("T")


class BadGuide(ValueError):
    """A file of the guide does not hold what the code needs. The message names file, entry and field."""


def read_root(file: str) -> dict[str, Any]:  # what YAML holds is of any kind until `read` has looked at it
    """The parsed file of the package's data folder, by the safe loader."""
    return mapping(yaml.safe_load((files("amparo.core.guide") / "data" / file).read_text("utf-8")), file)


def mapping(raw: object, where: str) -> dict[str, Any]:  # see read_root
    if not isinstance(raw, dict):
        raise BadGuide(f"{where}: is a {type(raw).__name__}, but a mapping is wanted")
    return raw


def listed(raw: Mapping[str, object], field: str, where: str) -> list[object]:
    found = raw.get(field)
    if not isinstance(found, list) or not found:
        raise BadGuide(f"{where}: {field}: is missing or empty, but a list is wanted")
    return found


def read(raw: object, kind: type[T], where: str) -> T:
    """One frozen dataclass out of one mapping: no field too many, none missing, each of its type."""
    given = mapping(raw, where)
    wanted = {field.name: field for field in fields(kind)}  # type: ignore[arg-type]  # only dataclasses are given
    strange = sorted(set(given) - set(wanted))
    if strange:
        raise BadGuide(f"{where}: {strange[0]}: is not a field; the fields are {', '.join(wanted)}")
    for name, field in wanted.items():
        required = field.default is MISSING and field.default_factory is MISSING
        if required and given.get(name) in (None, ""):
            raise BadGuide(f"{where}: {name}: is missing or empty, but it is wanted")
    try:
        return msgspec.convert(given, kind)
    except msgspec.ValidationError as wrong:
        raise BadGuide(f"{where}: {wrong}") from None
