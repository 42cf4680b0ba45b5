"""docs/gate.md follows the code."""

import ast
import re
from pathlib import Path

import amparo.sites.api
from amparo.apps.gate import matches
from amparo.apps.gate.models import Decision
from amparo.sites.api.fingerprints import MOST_FINGERPRINTS

FOLDER = Path(amparo.sites.api.__file__).parent
DOCUMENT = (Path(__file__).parents[3] / "docs" / "gate.md").read_text()


def codes_of_refusals() -> set[tuple[int, str]]:
    """Status and code of every refusal in the source: of `Refused(...)` and of JSON told beside it."""
    found = set()
    for file in FOLDER.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Refused":
                status, code = node.args[:2]
                if isinstance(status, ast.Constant) and isinstance(code, ast.Constant):
                    found.add((status.value, code.value))
    return found


def documented() -> set[tuple[int, str]]:
    rows = re.findall(r"^\| (\d{3}) \| (.+?) \|", DOCUMENT, re.MULTILINE)
    return {(int(status), code) for status, codes in rows for code in re.findall(r"`(\w+)`", codes)}


def test_every_error_stands_in_the_document_with_its_status():
    refusals = codes_of_refusals()
    assert len(refusals) > 15
    assert refusals <= documented()
    assert {status for status, _ in documented()} >= {405, 500, 503}


def test_every_decision_and_ground_stands_in_the_document():
    for word in ("allow", *Decision.Answer.values, *Decision.Ground.values):
        assert f"`{word}`" in DOCUMENT


def test_the_limits_in_the_document_are_those_of_the_code():
    assert f"up to {MOST_FINGERPRINTS:,}" in DOCUMENT
    assert f"32 to {matches.POSSIBLE_BITS} bits" in DOCUMENT
    assert f"up to {matches.PLAIN_BITS} bits" in DOCUMENT
