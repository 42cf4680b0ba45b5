"""The guide's own file, parsed, so that a test can break one thing in it."""

import copy
from typing import Any

from amparo.core.guide._read import read_root

_GUIDE = read_root("guide.yaml")
_ANSWERS = read_root("answers.yaml")


def guide() -> dict[str, Any]:
    return copy.deepcopy(_GUIDE)


def answers() -> dict[str, Any]:
    return copy.deepcopy(_ANSWERS)


def node(root: dict[str, Any], wanted: str) -> dict[str, Any]:
    return next(one for one in (*root["questions"], *root["helps"]) if one["id"] == wanted)


def choice(root: dict[str, Any], question: str, wanted: str) -> dict[str, Any]:
    return next(one for one in node(root, question)["choices"] if one["id"] == wanted)
