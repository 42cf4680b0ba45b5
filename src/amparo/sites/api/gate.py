"""The gate over HTTP: a plain WSGI callable that answers before Django's request cycle would begin (ADR 4).

Whatever goes wrong in here is answered with "hold": a gate that cannot look has not looked.
"""

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from wsgiref.types import StartResponse, WSGIEnvironment

import structlog
from django.conf import settings
from django.utils import timezone

from amparo.apps.accounts.models import ApiKey
from amparo.apps.gate.actions import Answer, NotRecognised, UnreadableVideo, check, check_fingerprints
from amparo.core.fingerprint import FingerprintError, TooLarge
from amparo.sites.api import fingerprints
from amparo.sites.api.answers import answer_json, batch_json, json_of
from amparo.sites.api.bodies import Body, media_type, upload_of
from amparo.sites.api.errors import RETRY_AFTER, UNAVAILABLE, Refused, sentence
from amparo.sites.api.keys import key_of
from amparo.sites.api.languages import language_of

log = structlog.get_logger("amparo.gate")

PREFIX = "/gate/check"
JSON = "application/json"

Answered = tuple[int, bytes, Mapping[str, str]]


def answers(path: str) -> bool:
    """Whether a path is this callable's to answer."""
    return path == PREFIX or path.startswith(PREFIX + "/")


def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Answer one request for /gate/check or /gate/check/batch. Never raises; always JSON."""
    status, body, headers = _answered(environ)
    start_response(
        f"{status} {HTTPStatus(status).phrase}",
        [
            ("Content-Type", JSON),
            ("Content-Length", str(len(body))),
            ("Cache-Control", "no-store"),
            ("X-Content-Type-Options", "nosniff"),
            *headers.items(),
        ],
    )
    return [b"" if environ.get("REQUEST_METHOD") == "HEAD" else body]


def _answered(environ: WSGIEnvironment) -> Answered:
    try:
        return 200, _decided(environ), {}
    except Refused as refused:
        return refused.status, json_of(refused.body()), refused.headers
    except Exception as error:  # noqa: BLE001  fail closed, whatever it was
        log.error("gate_unavailable", error=type(error).__name__)
        return 503, json_of(UNAVAILABLE), RETRY_AFTER


def _decided(environ: WSGIEnvironment) -> bytes:
    """The answer's JSON. The key comes before the body, so that strangers cannot make this process read."""
    path = environ.get("PATH_INFO")
    if path not in {PREFIX, f"{PREFIX}/batch"}:
        raise Refused(404, "not_found", f"There is nothing here: the gate is at POST {PREFIX} and {PREFIX}/batch.")
    if environ.get("REQUEST_METHOD") != "POST":
        raise Refused(405, "method_not_allowed", "The gate is asked with POST.", {"Allow": "POST"})
    key = key_of(
        authorization=environ.get("HTTP_AUTHORIZATION", ""),
        x_api_key=environ.get("HTTP_X_API_KEY", ""),
        scope=ApiKey.Scope.GATE,
    )
    if path == PREFIX:
        return _one(environ, key)
    return _batch(environ, key)


def _one(environ: WSGIEnvironment, key: ApiKey) -> bytes:
    if media_type(environ) == JSON:
        question = fingerprints.one_of(Body(environ, most=fingerprints.MOST_BYTES_OF_ONE).whole())
        [answer] = _looked_up(question, key, language_of(environ))
        return answer_json(answer)
    upload = upload_of(environ, most=settings.GATE_MAX_UPLOAD_BYTES)
    try:
        return answer_json(check(upload=upload, by=key, now=timezone.now(), language=language_of(environ)))
    except NotRecognised as error:
        raise Refused(415, "unsupported_type", f"{sentence(error)}.") from None
    except TooLarge as error:
        raise Refused(413, "too_large", f"{sentence(error)}.") from None
    except UnreadableVideo as error:
        raise Refused(422, "unreadable_video", f"{sentence(error)}.") from None
    except FingerprintError as error:
        raise Refused(422, "unreadable_picture", f"{sentence(error)}.") from None


def _batch(environ: WSGIEnvironment, key: ApiKey) -> bytes:
    if media_type(environ) != JSON:
        raise Refused(
            415,
            "unsupported_type",
            f"A batch is application/json: send pictures and videos one by one to POST {PREFIX}.",
        )
    question = fingerprints.batch_of(Body(environ, most=fingerprints.MOST_BYTES_OF_A_BATCH).whole())
    return batch_json(_looked_up(question, key, language_of(environ)))


def _looked_up(question: fingerprints.Question, key: ApiKey, language: str) -> list[Answer]:
    return check_fingerprints(
        fingerprints=question.fingerprints,
        by=key,
        now=timezone.now(),
        possible=question.possible,
        language=language,
    )
