"""What openapi.json says beside what ninja finds out: the gate's raw routes, the two ways to show a key."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from ninja.responses import Response

from amparo.sites.api.bodies import PICTURES, VIDEOS
from amparo.sites.api.fingerprints import MOST_FINGERPRINTS

DESCRIPTION = (
    "The doors for programs. The gate looks uploads up in the banks that your platform subscribes to; publish only "
    "what it answers with `allow` or `record`. Every error is JSON with a `message` and a `code`. docs/gate.md begins "
    "with five minutes of curl."
)

SECURITY: list[dict[str, list[str]]] = [{"Bearer": []}, {"ApiKey": []}]
KEY_NEEDED = {"security": SECURITY}
KEY_WELCOME = {"security": [{}, *SECURITY]}

View = Callable[..., Any]  # Django's callbacks are no more precise than this


def json_errors(view: View) -> View:
    """The view, with ninja's plain-text 405 as JSON."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response: HttpResponseBase = view(request, *args, **kwargs)
        if response.status_code == 405:  # noqa: PLR2004
            allowed = response.headers.get("Allow", "")
            told = {"message": f"This takes {allowed} alone.", "code": "method_not_allowed"}
            return Response(told, status=405, headers={"Allow": allowed})
        return response

    return answered


def describe_gate(schema: dict[str, Any]) -> None:
    """Add the gate to an OpenAPI document."""
    schema["paths"] |= {"/gate/check": {"post": _check()}, "/gate/check/batch": {"post": _batch()}}
    schemas = schema["components"]["schemas"]
    schemas |= {"Fingerprint": _FINGERPRINT, "GateAnswer": _ANSWER, "GateUnavailable": _UNAVAILABLE}
    schema["components"]["securitySchemes"] = {
        "Bearer": {"type": "http", "scheme": "bearer", "description": "The API key."},
        "ApiKey": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
    }


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _json(shape: dict[str, Any], description: str) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": shape}}}


_BINARY = {"type": "string", "format": "binary"}

_FINGERPRINT = {
    "title": "Fingerprint",
    "type": "object",
    "required": ["fingerprint", "algorithm", "quality"],
    "properties": {
        "fingerprint": {"type": "string", "pattern": "^[0-9a-fA-F]{64}$"},
        "algorithm": {"type": "string", "enum": ["pdq-c512"]},
        "quality": {
            "type": "integer",
            "minimum": 0,
            "maximum": 100,
            "description": "As the hash function told it. Below 50 only very near entries count.",
        },
    },
}

# Whether possible matches are asked for: beside the one fingerprint, or beside the many.
_POSSIBLE = {
    "type": "boolean",
    "default": False,
    "description": "true: look for possible matches (32 to 50 bits) too, which a person has to look at. It takes ten "
    "times as long.",
}

_LANGUAGE = {
    "name": "Accept-Language",
    "in": "header",
    "required": False,
    "schema": {"type": "string"},
    "example": "sr-Latn,sr;q=0.8,en;q=0.5",
    "description": "The uploader's languages, as the browser told them to you: the statement of reasons is written in "
    "the first that there is, else in your own (`amparo org set --language`), else in English.",
}

_GROUNDS = [
    "known_picture",
    "possibly_known_picture",
    "known_video",
    "possibly_known_video",
    "not_fully_checked",
]

_ANSWER = {
    "title": "GateAnswer",
    "type": "object",
    "description": "With `allow` there is nothing else. `reasons` and `appeal` come with `block` and `hold`. A video "
    "of which only a part could be read, and in which nothing is known, is `hold` with the ground `not_fully_checked` "
    "and no reference: nothing was decided about it.",
    "required": ["decision"],
    "properties": {
        "decision": {"type": "string", "enum": ["allow", "block", "hold", "record"]},
        "reference": {"type": "string", "examples": ["G-7QKM-3XWF"]},
        "ground": {"type": "string", "enum": _GROUNDS},
        "message": {"type": "string", "description": "What to do; with `not_fully_checked` alone."},
        "bank": {"type": "string", "description": "The handle of the bank whose entry decided."},
        "form": {"type": "string", "examples": ["as is", "mirrored", "as given"]},
        "reasons": {"type": "object", "description": "The statement of reasons for the uploader, as it is stored."},
        "appeal": {
            "type": "object",
            "required": ["to", "until"],
            "properties": {"to": {"type": "string"}, "until": {"type": "string", "format": "date"}},
        },
    },
}

_UNAVAILABLE = {
    "title": "GateUnavailable",
    "type": "object",
    "required": ["decision", "ground", "message", "code"],
    "properties": {
        "decision": {"type": "string", "const": "hold"},
        "ground": {"type": "string", "const": "gate_unavailable"},
        "message": {"type": "string"},
        "code": {"type": "string", "const": "gate_unavailable"},
    },
}

_REFUSALS = {
    "400": "The body is empty, broken off or malformed.",
    "401": "No key, or an unknown or revoked one.",
    "403": "The key is not issued for the gate.",
    "405": "Anything but POST.",
    "411": "Neither a Content-Length nor a chunked body.",
    "413": "Too many bytes, pixels or fingerprints.",
    "415": "Not a kind that the gate takes.",
    "422": "Readable, but not right: a damaged picture or video, a wrong fingerprint.",
}


def _responses(answer: dict[str, Any]) -> dict[str, Any]:
    refusals = {status: _json(_ref("Problem"), description) for status, description in _REFUSALS.items()}
    unavailable = _json(_ref("GateUnavailable"), "The gate cannot look now. Hold the upload back.")
    return {"200": _json(answer, "What to do with the upload."), **refusals, "503": unavailable}


def _check() -> dict[str, Any]:
    form = {"type": "object", "properties": {"file": _BINARY}, "required": ["file"]}
    return {
        "operationId": "gate_check",
        "summary": "What to do with one upload",
        "description": f"A picture ({PICTURES}) or a video ({VIDEOS}) as the one file of a form, under any field name, "
        "or as the body itself; or a fingerprint. Neither the upload nor its fingerprint is kept.",
        "security": SECURITY,
        "parameters": [_LANGUAGE],
        "requestBody": {
            "required": True,
            "content": {
                "multipart/form-data": {"schema": form},
                "image/*": {"schema": _BINARY},
                "video/*": {"schema": _BINARY},
                "application/json": {
                    "schema": {"allOf": [_ref("Fingerprint"), {"properties": {"possible": _POSSIBLE}}]}
                },
            },
        },
        "responses": _responses(_ref("GateAnswer")),
    }


def _batch() -> dict[str, Any]:
    many = {"type": "array", "maxItems": MOST_FINGERPRINTS, "items": _ref("Fingerprint")}
    properties = {"fingerprints": many, "possible": _POSSIBLE}
    asked = {"type": "object", "required": ["fingerprints"], "properties": properties}
    answer = {
        "type": "object",
        "required": ["results"],
        "properties": {"results": {"type": "array", "items": _ref("GateAnswer")}},
    }
    return {
        "operationId": "gate_check_batch",
        "summary": "What to do with many fingerprints",
        "description": "Answers in the order of the questions. Equal fingerprints share one decision. One wrong "
        "fingerprint refuses the whole batch, and says which.",
        "security": SECURITY,
        "parameters": [_LANGUAGE],
        "requestBody": {"required": True, "content": {"application/json": {"schema": asked}}},
        "responses": _responses(answer),
    }
