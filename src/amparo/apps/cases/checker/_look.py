"""From an address to a state: redirects by hand, each vetted, and the answer weighed with care.

Only an answer that says "gone" in its status counts as gone. What a page merely says in words is a suspicion, and a
host that turns us away has told us nothing.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from amparo.apps.cases.checker._address import NotReached, Resolve, addresses_of, vetted
from amparo.apps.cases.checker._connection import Answer, ask
from amparo.apps.cases.checker._page import headings, says_gone, says_restricted
from amparo.apps.cases.models import Item

TOTAL_SECONDS = 20.0
MOST_REDIRECTS = 3
State = Item.State

_GONE = frozenset({404, 410, 451})
_RESTRICTED = frozenset({401, 402})
_BY_STATUS = (
    dict.fromkeys(_GONE, (State.GONE, "status"))
    | dict.fromkeys((403, 429, 503), (State.BLOCKED, "turned_away"))
    | dict.fromkeys(_RESTRICTED, (State.RESTRICTED, "sign_in_wanted"))
)
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_SIGN_IN = ("login", "log-in", "signin", "sign-in", "sign_in", "accounts", "auth", "checkpoint")


@dataclass(frozen=True, slots=True)
class Finding:
    """What one look found. reason: a word or two of ours, never the site's text. status_code: HTTP, if any."""

    state: Item.State
    reason: str
    status_code: int | None = None


def look(
    url: str,
    *,
    agent: str,
    allowed: frozenset[str] = frozenset(),
    resolve: Resolve = addresses_of,
    seconds: float = TOTAL_SECONDS,
) -> Finding:
    """Look at `url` once, for at most `seconds`. Never raises for what a host does: that is a Finding too.

    agent: our User-Agent. allowed: "host:port" texts that may be private. resolve: name and port to addresses.
    """
    deadline = time.monotonic() + seconds

    def question(method: str, address: str) -> Answer:
        place = vetted(address, allowed=allowed, resolve=resolve, seconds=deadline - time.monotonic())
        return ask(method, place, agent=agent, deadline=deadline)

    try:
        return _followed(url, question)
    except NotReached as failure:
        return Finding(State.ERROR, failure.reason)


def _followed(url: str, question: Callable[[str, str], Answer]) -> Finding:
    address, method, redirects = url, "HEAD", 0
    while True:
        answer = question(method, address)
        target = answer.headers.get("location", "")
        if answer.status in _REDIRECTS and target:
            address = _joined(address, target)
            redirects += 1
            finding = _of_redirect(url, address, answer.status)
            if finding:
                return finding
            if redirects > MOST_REDIRECTS:
                return Finding(State.ERROR, "too_many_redirects", answer.status)
        elif method == "HEAD":
            finding = _of_head(answer)
            if finding:
                return finding
            method = "GET"
        else:
            return _of_get(answer)


def _joined(address: str, target: str) -> str:
    try:
        joined = urljoin(address, target)
        urlsplit(joined)
    except ValueError:
        raise NotReached("redirect_unreadable") from None
    return joined


def _of_redirect(url: str, target: str, status: int) -> Finding | None:
    before, after = urlsplit(url), urlsplit(target)
    if before.path.strip("/") and not after.path.strip("/") and not after.query:
        return Finding(State.GONE_SUSPECTED, "redirect_to_front_page", status)
    if after.path.strip("/").lower().split("/")[0] in _SIGN_IN:
        return Finding(State.RESTRICTED, "redirect_to_sign_in", status)
    return None


def _of_head(answer: Answer) -> Finding | None:
    """What the headers alone settle; None when the page has to be asked for."""
    if _challenged(answer) or answer.status in {429, 503}:
        return Finding(State.BLOCKED, "challenge" if _challenged(answer) else "turned_away", answer.status)
    if answer.status in _RESTRICTED:
        return Finding(State.RESTRICTED, "sign_in_wanted", answer.status)
    if answer.status in _GONE and (answer.status != 404 or _is_media(answer)):  # noqa: PLR2004
        return Finding(State.GONE, "status", answer.status)
    if _is_good(answer) and answer.content_type not in {"", "text/html"}:
        return Finding(State.ALIVE, "media" if _is_media(answer) else "file", answer.status)
    # Some servers answer HEAD with 403, 404 or 405 where they answer GET: they are asked again.
    return None


def _of_get(answer: Answer) -> Finding:
    status = answer.status
    if _challenged(answer):
        return Finding(State.BLOCKED, "challenge", status)
    if status in _BY_STATUS:
        return Finding(*_BY_STATUS[status], status)
    if not _is_good(answer):
        return Finding(State.ERROR, "status", status)
    if answer.content_type != "text/html":
        return Finding(State.ALIVE, "media" if _is_media(answer) else "file", status)
    return Finding(*_of_page(answer), status)


def _of_page(answer: Answer) -> tuple[Item.State, str]:
    found = headings(answer.page, answer.charset)
    if says_gone(found):
        return State.GONE_SUSPECTED, "page_says_gone"
    if says_restricted(found):
        return State.RESTRICTED, "page_wants_sign_in"
    return State.ALIVE, "page"


def _challenged(answer: Answer) -> bool:
    # Cloudflare marks its challenge pages so: "Detect a Challenge Page response" in its documentation.
    return answer.headers.get("cf-mitigated", "").lower() == "challenge"


def _is_good(answer: Answer) -> bool:
    return 200 <= answer.status < 300  # noqa: PLR2004


def _is_media(answer: Answer) -> bool:
    return answer.content_type.startswith(("image/", "video/", "audio/"))
