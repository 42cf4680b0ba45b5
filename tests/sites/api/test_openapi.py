"""openapi.json: whole, consistent, and true of the raw routes that ninja does not know."""

import json

import pytest
from django.urls import Resolver404, resolve

from amparo.apps.gate.actions import NOT_FULLY_CHECKED
from amparo.apps.gate.models import Decision
from tests.apps.gate.pictures import re_encoded
from tests.sites.api.asking import ask

METHODS = {"get", "post", "put", "delete", "patch"}


@pytest.fixture
def document(client, db):
    told = client.get("/openapi.json")
    assert told.status_code == 200
    return told.json()


def operations(document):
    return [
        (path, method, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if method in METHODS
    ]


def references(node):
    if isinstance(node, dict):
        if "$ref" in node:
            yield node["$ref"]
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def test_it_is_openapi_3_1_and_describes_every_route(document):
    assert document["openapi"].startswith("3.1")
    assert {"title", "version"} <= set(document["info"])
    assert {(path, method) for path, method, _ in operations(document)} == {
        ("/status", "get"),
        ("/feed", "get"),
        ("/gate/decisions/{reference}", "get"),
        ("/gate/check", "post"),
        ("/gate/check/batch", "post"),
    }


def test_every_operation_has_a_name_of_its_own_a_summary_and_described_answers(document):
    names = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(set(names)) == len(names)
    for _, _, operation in operations(document):
        assert operation["summary"]
        assert operation["responses"]
        for status, response in operation["responses"].items():
            assert 200 <= int(status) < 600
            assert response["description"]


def test_every_reference_leads_to_a_schema(document):
    for reference in references(document):
        node = document
        for step in reference.removeprefix("#/").split("/"):
            node = node[step]
        assert node


def test_every_parameter_in_a_path_is_declared(document):
    for path, _, operation in operations(document):
        declared = {one["name"] for one in operation.get("parameters", []) if one["in"] == "path"}
        assert declared == {part[1:-1] for part in path.split("/") if part.startswith("{")}


def test_the_named_ways_to_show_a_key_are_defined_and_needed_everywhere_but_for_the_status(document):
    schemes = document["components"]["securitySchemes"]
    assert {scheme["type"] for scheme in schemes.values()} == {"http", "apiKey"}
    for path, _, operation in operations(document):
        wanted = [set(one) for one in operation["security"]]
        assert all(one <= set(schemes) for one in wanted)
        assert (set() in wanted) is (path == "/status")


def test_the_gates_answers_are_as_described(document, entry, cat, secret):
    described = document["components"]["schemas"]["GateAnswer"]["properties"]
    told = ask("/gate/check", re_encoded(cat), secret=secret).json
    assert set(told) == set(described) - {"message"}
    assert set(described["decision"]["enum"]) == {"allow", *Decision.Answer.values}
    assert set(described["ground"]["enum"]) == {*Decision.Ground.values, NOT_FULLY_CHECKED.ground}


def test_what_is_described_as_a_fingerprint_is_accepted(document, secret):
    schema = document["components"]["schemas"]["Fingerprint"]
    assert set(schema["required"]) == set(schema["properties"])
    [algorithm] = schema["properties"]["algorithm"]["enum"]
    body = json.dumps({"fingerprint": "aB" * 32, "algorithm": algorithm, "quality": 100}).encode()
    assert ask("/gate/check", body, "application/json", secret=secret).json == {"decision": "allow"}


@pytest.mark.parametrize("path", ["/", "/docs"])
def test_the_api_has_no_page_and_leaves_the_root_to_the_survivors_door(path):
    with pytest.raises(Resolver404):
        resolve(path, urlconf="tests.sites.api.urls")
