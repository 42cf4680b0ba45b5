from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase


def quiet_headers(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """No page is stored by a browser or a proxy, found by a search engine, or told to the next site."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if not request.path.startswith(settings.STATIC_URL):
            response.headers.setdefault("Cache-Control", "no-store")
        response.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
        # Other sites learn nothing. `no-referrer` would make browsers send `Origin: null` with our own forms (Fetch
        # standard, "append a request Origin header"), which the check against forged requests rightly refuses.
        response.headers["Referrer-Policy"] = "same-origin"
        response.headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=(), interest-cohort=()"
        return response

    return answer
