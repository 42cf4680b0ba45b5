"""The unlocked keys of a visit: locked in the session's row, under a secret that only the browser's cookie holds.

    remember(request, user.holder, user.key)     # after signing in
    key = key_of(request, user.holder)           # in each later request
    forget(request)                              # the session itself ends with `logout` or `flush`

Neither the database nor a copy of it opens such a key, and the cookie alone opens nothing either.
"""

import base64
import binascii
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone

from amparo.apps.accounts.holding import LOCKED_KEYS
from amparo.core.vault import (
    BadSecret,
    CannotOpen,
    HolderKey,
    UnknownFormat,
    lock_for_session,
    new_session_secret,
    open_from_session,
)

COOKIE = "session_key"
# On the request: a secret that was made in this request, of which the browser is still to be told.
_FRESH = "_fresh_session_secret"


def remember(request: HttpRequest, holder: str, key: HolderKey) -> None:
    """Keep `key` for this visit, under a fresh secret. Keys of other holders in the same browser stay with it."""
    secret = new_session_secret()
    kept: dict[str, Any] = {}
    for other, (_locked, since) in _entries(request).items():
        opened = key_of(request, other)
        if opened is not None and other != holder:
            kept[other] = [_locked_text(opened, secret, other), since]
    kept[holder] = [_locked_text(key, secret, holder), timezone.now().timestamp()]
    request.session[LOCKED_KEYS] = kept
    vars(request)[_FRESH] = secret


def key_of(request: HttpRequest, holder: str) -> HolderKey | None:
    """The key that this visit unlocked for `holder`; None when there is none, or the cookie is not the session's."""
    entry, secret = _entries(request).get(holder), _secret(request)
    if entry is None or secret is None:
        return None
    try:
        return open_from_session(base64.b64decode(entry[0]), secret, holder=holder)
    except (CannotOpen, UnknownFormat, BadSecret):
        return None


def forget(request: HttpRequest, holder: str | None = None) -> None:
    """Drop the key of `holder`, or all of them; the rest of the session stays."""
    kept = {other: entry for other, entry in _entries(request).items() if holder not in {None, other}}
    if kept:
        request.session[LOCKED_KEYS] = kept
    else:
        request.session.pop(LOCKED_KEYS, None)


def end_when_old(request: HttpRequest, *, now: datetime) -> None:
    """End a session whose first key was unlocked SESSION_MOST_AGE ago, however busy it was since."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return
    began = min((since for _locked, since in _entries(request).values()), default=None)
    if began is not None and now.timestamp() - began >= settings.SESSION_MOST_AGE:
        request.session.flush()


def tell_browser(request: HttpRequest, response: HttpResponseBase) -> None:
    """Give the browser a secret that was made in this request; take back one that opens nothing any more."""
    fresh = vars(request).get(_FRESH)
    told = COOKIE in request.COOKIES
    if not fresh and not told:
        return
    if not _entries(request):
        response.delete_cookie(COOKIE, samesite="Strict")
    elif fresh:
        response.set_cookie(
            COOKIE,
            base64.urlsafe_b64encode(fresh).decode(),
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Strict",
        )


def _entries(request: HttpRequest) -> dict[str, Any]:
    """By holder: the locked key as text, and the second it was unlocked at."""
    found = request.session.get(LOCKED_KEYS)
    return found if isinstance(found, dict) else {}


def _secret(request: HttpRequest) -> bytes | None:
    fresh = vars(request).get(_FRESH)
    if fresh:
        return bytes(fresh)
    try:
        return base64.urlsafe_b64decode(request.COOKIES.get(COOKIE, "")) or None
    except (binascii.Error, ValueError):
        return None


def _locked_text(key: HolderKey, secret: bytes, holder: str) -> str:
    return base64.b64encode(lock_for_session(key, secret, holder=holder)).decode()
