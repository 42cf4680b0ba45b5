"""A sentence that has no translation is shown in English, and says so: a reader's voice and her browser must know.

`scripts/messages.sh` compiles such a sentence between two marks, which no text of ours holds otherwise. Here they
become a `<span lang="en">`; in attributes and titles, which cannot hold one, they are taken away.
"""

import re
from collections.abc import Callable, Iterator

from django.http import HttpRequest, HttpResponseBase
from django.http.response import HttpResponse

# From Unicode's private use area: no language writes them.
OPEN, CLOSE = "\ue000", "\ue001"
# What may hold text alone.
_TEXT_ALONE = re.compile(r"<(/?)(title|option|textarea|script|style)\b", re.IGNORECASE)


def mark_fallbacks(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Turns the marks of untranslated sentences into `lang`, on every page that has any."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if isinstance(response, HttpResponse) and OPEN.encode() in response.content:
            response.content = "".join(_pieces(response.content.decode())).encode()
            if response.has_header("Content-Length"):
                response.headers["Content-Length"] = str(len(response.content))
        return response

    return answer


def _pieces(page: str) -> Iterator[str]:
    text_alone = False
    for piece in re.split(r"(<[^>]*>)", page):
        if piece.startswith("<"):
            found = _TEXT_ALONE.match(piece)
            if found:
                text_alone = not found[1]
            yield without_marks(piece)
        elif text_alone:
            yield without_marks(piece)
        else:
            yield piece.replace(OPEN, '<span lang="en" dir="ltr">').replace(CLOSE, "</span>")


def without_marks(text: str) -> str:
    return text.replace(OPEN, "").replace(CLOSE, "")
