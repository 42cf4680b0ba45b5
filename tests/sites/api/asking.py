"""Ask a WSGI callable as a server would, checked against the standard by wsgiref's validator."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from wsgiref.types import WSGIApplication
from wsgiref.util import setup_testing_defaults
from wsgiref.validate import validator

BOUNDARY = "a-boundary"
MULTIPART = f"multipart/form-data; boundary={BOUNDARY}"


@dataclass(frozen=True, slots=True)
class Told:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def code(self) -> str:
        """The error's code; an error without a message is none of ours."""
        assert self.json["message"]
        return self.json["code"]


def environ_of(path: str, body: bytes, headers: Mapping[str, str]) -> dict[str, Any]:
    environ: dict[str, Any] = {"REQUEST_METHOD": "POST", "PATH_INFO": path, "SCRIPT_NAME": "", "QUERY_STRING": ""}
    setup_testing_defaults(environ)
    environ |= {"wsgi.input": BytesIO(body), "CONTENT_LENGTH": str(len(body))}
    for name, value in headers.items():
        key = name.upper().replace("-", "_")
        environ[key if key in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{key}"] = value
    return environ


def call(application: WSGIApplication, environ: dict[str, Any]) -> Told:
    begun: list[Any] = []

    def start_response(status: str, headers: list[tuple[str, str]], *_: Any) -> Any:
        begun.append((int(status[:3]), dict(headers)))

    parts: Iterable[bytes] = application(environ, start_response)
    try:
        body = b"".join(parts)
    finally:
        if hasattr(parts, "close"):
            parts.close()
    [(status, headers)] = begun
    return Told(status, headers, body)


def ask(
    path: str,
    body: bytes = b"",
    kind: str = "image/jpeg",
    *,
    secret: str = "",
    method: str = "POST",
    changes: Mapping[str, Any] | None = None,
    **headers: str,
) -> Told:
    """Ask the gate. `kind` is the content type; `changes` go into the environ as they are, None takes a key out."""
    from amparo.sites.api.gate import application

    given = {"content_type": kind} | ({"authorization": f"Bearer {secret}"} if secret else {}) | headers
    environ = environ_of(path, body, given) | {"REQUEST_METHOD": method} | dict(changes or {})
    return call(validator(application), {name: value for name, value in environ.items() if value is not None})


def form(*files: tuple[str, str, bytes], fields: Mapping[str, str] | None = None) -> bytes:
    """A multipart body of (field, filename, content) and plain fields."""
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in (fields or {}).items()
    ]
    for name, filename, content in files:
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"; filename="{filename}"\r\n\r\n'
        parts.append(head.encode() + content + b"\r\n")
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()
