"""The routes off the hot path: status, feed, decisions, and the OpenAPI document of all of them."""

import json
from collections.abc import Callable
from typing import Annotated, Any, cast

import structlog
from django.db import Error as DatabaseFailed
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver
from django.utils import timezone
from ninja import NinjaAPI, Query
from ninja.errors import HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema
from ninja.responses import Response

from amparo import __version__
from amparo.apps.accounts.models import ApiKey
from amparo.apps.banks import queries as banks
from amparo.apps.banks.health import Health, health
from amparo.apps.banks.models import Change, Entry
from amparo.apps.gate import queries as decisions
from amparo.apps.gate.models import Decision
from amparo.apps.ledger.backup import sharing_held
from amparo.core.fingerprint import VIDEO_ALGORITHM, VpdqFrame, to_vpdq_json
from amparo.sites.api.answers import decision_fields
from amparo.sites.api.errors import RETRY_AFTER, Refused
from amparo.sites.api.keys import key_of
from amparo.sites.api.openapi import DESCRIPTION, KEY_NEEDED, KEY_WELCOME, describe_gate, json_errors
from amparo.sites.api.schemas import DecisionTold, FeedPage, Problem, Status

log = structlog.get_logger("amparo.api")

MOST_RECORDS = 1000
# Frames of videos on one page, so that it stays under some megabytes: it may hold fewer records than were asked for.
MOST_FRAMES = 20_000


class Api(NinjaAPI):
    """Ninja without its root view, which would stand before the survivor's first page, and with the gate described."""

    def _get_urls(self) -> list[URLResolver | URLPattern]:
        urls = super()._get_urls()
        for one in urls:
            if isinstance(one, URLPattern):
                one.callback = json_errors(one.callback)
        return [one for one in urls if getattr(one, "name", "") != "api-root"]

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenAPISchema:
        schema = super().get_openapi_schema(path_prefix=path_prefix or "", path_params=path_params)
        describe_gate(schema)
        return schema


api = Api(
    title="Amparo",
    version=__version__,
    description=DESCRIPTION,
    docs_url=None,
    openapi_url="openapi.json",
    urls_namespace="api",
)


def _caller(scope: str = "") -> Callable[[HttpRequest], ApiKey]:
    def authenticated(request: HttpRequest) -> ApiKey:
        return key_of(
            authorization=request.META.get("HTTP_AUTHORIZATION", ""),
            x_api_key=request.META.get("HTTP_X_API_KEY", ""),
            scope=scope,
        )

    return authenticated


@api.get(
    "/status",
    response={200: Status, 401: Problem, 503: Status},
    exclude_none=True,
    summary="Is this instance well",
    openapi_extra=KEY_WELCOME,
)
def status(request: HttpRequest) -> HttpResponse:
    """`status` alone without a key, everything with one. As text/plain one word: I-AM-ALIVE when all is well."""
    found = health(now=timezone.now())
    answers = found.status != "down" and found.index_entries is not None
    if request.get_preferred_type(["application/json", "text/plain"]) == "text/plain":
        word = _word(found)
        return HttpResponse(word, content_type="text/plain", status=200 if word == "I-AM-ALIVE" else 503)
    told: dict[str, object] = {"status": found.status}
    shown = "HTTP_AUTHORIZATION" in request.META or "HTTP_X_API_KEY" in request.META
    if shown and found.status != "down":
        _caller()(request)
        told |= {"version": __version__} | found.to_dict()
    return Response(told, status=200 if answers else 503)


def _word(found: Health) -> str:
    """The words that clients of HMA look for."""
    if found.status == "down":
        return "DATABASE-NOT-REACHED"
    if found.index_entries is None:
        return "INDEX-NOT-LOADED"
    return "INDEX-STALE" if found.index_behind else "I-AM-ALIVE"


@api.get(
    "/feed",
    auth=_caller(ApiKey.Scope.FEED),
    response={200: FeedPage, 401: Problem, 403: Problem, 422: Problem, 503: Problem},
    exclude_none=True,
    summary="Changes of the banks you subscribe to",
    openapi_extra=KEY_NEEDED,
)
def feed(
    request: HttpRequest,
    after: Annotated[int, Query(ge=0, le=2**63 - 1, description="The `next` of the page before; 0 at first.")] = 0,
    limit: Annotated[int, Query(ge=1, le=MOST_RECORDS)] = 500,
) -> dict[str, object]:
    """Additions and withdrawals, in the order in which they happened. A withdrawal is to be followed at once.

    When you subscribe to another bank, read again from `after=0`: its earlier entries lie behind your cursor.
    """
    if sharing_held():
        raise Refused(
            503,
            "held_after_restore",
            "This instance was restored from a backup, and its feeds rest until its people have seen to it. Keep what "
            "you have, and your cursor, and ask again in an hour.",
            {"Retry-After": "3600"},
        )
    changes = banks.feed(_key(request).organisation, after=after, limit=limit + 1)
    page = banks.affordable(changes[:limit], frames=MOST_FRAMES)
    return {
        "records": [_record(change) for change in page],
        "next": page[-1].seq if page else after,
        "more": len(changes) > len(page),
    }


def _record(change: Change) -> dict[str, object]:
    entry = change.entry
    told: dict[str, object] = {"seq": change.seq, "kind": change.kind, "at": change.at}
    told |= {"bank": entry.bank.handle, "entry": entry.pk}
    if entry.withdrawn_at is not None:
        return told
    if entry.kind == Entry.Kind.VIDEO:
        return told | _video(entry)
    code = entry.code or b""
    return told | {"fingerprint": code.hex(), "algorithm": entry.bank.algorithm, "quality": entry.quality}


def _video(entry: Entry) -> dict[str, object]:
    frames = [VpdqFrame(one.number, one.quality, one.code or b"", one.seconds) for one in entry.frames.all()]
    return {
        "algorithm": VIDEO_ALGORITHM,
        "quality": entry.quality,
        "frames": json.loads(to_vpdq_json(frames)),
        "md5": (entry.md5 or b"").hex(),
        "seconds": entry.seconds,
        "ended": entry.ended,
    }


@api.get(
    "/gate/decisions/{reference}",
    auth=_caller(ApiKey.Scope.GATE),
    response={200: DecisionTold, 401: Problem, 403: Problem, 404: Problem, 503: Problem},
    summary="A decision of yours, as it was answered",
    openapi_extra=KEY_NEEDED,
)
def decision(request: HttpRequest, reference: str) -> dict[str, object]:
    """The decision with its statement of reasons, word for word. Another platform's is not found, as none is."""
    try:
        return decision_fields(decisions.decision_of(_key(request).organisation, reference.upper()))
    except Decision.DoesNotExist:
        raise Refused(404, "not_found", "You have no decision of this reference: check how it is spelled.") from None


def _key(request: HttpRequest) -> ApiKey:
    """The key that `auth` found; ninja hangs it on the request."""
    return cast("ApiKey", request.auth)  # type: ignore[attr-defined]


@api.exception_handler(Refused)
def _refused(_request: HttpRequest, refused: Refused) -> HttpResponse:
    return Response(refused.body(), status=refused.status, headers=refused.headers)


@api.exception_handler(ValidationError)
def _wrong_parameters(_request: HttpRequest, error: ValidationError) -> HttpResponse:
    told = "; ".join(f"{one['loc'][-1]}: {one['msg']}" for one in error.errors)
    return Response({"message": f"{told}.", "code": "wrong_fields"}, status=422)


@api.exception_handler(Http404)
def _not_found(_request: HttpRequest, _error: Http404) -> HttpResponse:
    return Response({"message": "There is nothing here: see openapi.json.", "code": "not_found"}, status=404)


@api.exception_handler(HttpError)
def _http_error(_request: HttpRequest, error: HttpError) -> HttpResponse:
    return Response({"message": str(error), "code": "refused"}, status=error.status_code)


@api.exception_handler(Exception)
def _failed(_request: HttpRequest, error: Exception) -> HttpResponse:
    log.error("api_failed", error=type(error).__name__)
    if isinstance(error, DatabaseFailed):
        told = {"message": "The database does not answer now: ask again in a second.", "code": "unavailable"}
        return Response(told, status=503, headers=RETRY_AFTER)
    told = {"message": "Something failed here; the operator's log names it.", "code": "failed"}
    return Response(told, status=500)
