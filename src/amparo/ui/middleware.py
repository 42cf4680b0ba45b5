from collections.abc import Callable, MutableMapping

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone, translation

from amparo.ui import unlocked


def quiet_headers(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """No page is stored by a browser or a proxy, found by a search engine, or told to the next site."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if not request.path.startswith(settings.STATIC_URL):
            response.headers.setdefault("Cache-Control", "no-store")
        response.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
        response.headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=(), interest-cohort=()"
        return response

    return answer


def english_desk(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """The desk is in English only: a page that shares some words with her side would otherwise come half translated."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        if request.path.startswith("/desk/"):
            translation.activate("en")
            request.LANGUAGE_CODE = "en"
        return get_response(request)

    return answer


def keys_of_sessions(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """No session outlives its hours, and the secret that opens its key goes to the browser and nowhere else."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        unlocked.end_when_old(request, now=timezone.now())
        response = get_response(request)
        unlocked.tell_browser(request, response)
        return response

    return answer


def static_headers(headers: MutableMapping[str, str], _path: str, _url: str) -> None:
    """A worker takes its policy from its own script: without one it could connect anywhere."""
    headers["Content-Security-Policy"] = "default-src 'none'; script-src 'self'"
    headers["X-Content-Type-Options"] = "nosniff"
