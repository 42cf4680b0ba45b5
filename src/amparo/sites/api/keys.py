"""Whose program is asking: `Authorization: Bearer amparo_...` or `X-API-Key: amparo_...`."""

import time

from amparo.apps.accounts.actions import KEY_PREFIX, digest_of
from amparo.apps.accounts.models import ApiKey
from amparo.sites.api.errors import Refused

# A key that was good is taken for good this long without asking the database, so a revoked one stops within a second.
TRUSTED_SECONDS = 1.0
# Keys remembered at a time. Only good ones are, so nobody can fill this with guesses.
MOST_KEYS = 1000

_seen: dict[bytes, tuple[ApiKey, float]] = {}


def key_of(*, authorization: str, x_api_key: str, scope: str = "", at: float | None = None) -> ApiKey:
    """The live key that a request shows. scope: what it must be issued for; at: seconds of `time.monotonic`.

    Raises Refused with 401 (no key, unknown or revoked) or 403 (not issued for this).
    """
    key = _live(_shown(authorization, x_api_key), time.monotonic() if at is None else at)
    if scope and scope not in key.scopes:
        raise Refused(
            403,
            "scope_missing",
            f"This key is not issued for {scope}: ask the operator for one with the scope `{scope}`.",
        )
    return key


def _shown(authorization: str, x_api_key: str) -> str:
    scheme, _, token = authorization.strip().partition(" ")
    if scheme and scheme.lower() != "bearer":
        token = ""
    shown = token.strip() or x_api_key.strip()
    if not shown:
        raise _unauthorised(
            "key_missing",
            "There is no key in this request: send `Authorization: Bearer amparo_...` or `X-API-Key: amparo_...`.",
        )
    return shown


def _live(shown: str, at: float) -> ApiKey:
    digest = digest_of(shown)
    key, until = _seen.get(digest, (None, 0.0))
    if key is not None and at < until:
        return key
    _seen.pop(digest, None)
    found = None
    if shown.startswith(KEY_PREFIX):
        found = ApiKey.objects.select_related("organisation").filter(digest=digest, revoked_at=None).first()
    if found is None:
        raise _unauthorised(
            "key_refused",
            "This key is unknown or revoked: check that it was copied whole, or ask the operator for a new one.",
        )
    if len(_seen) >= MOST_KEYS:
        _seen.clear()
    _seen[digest] = (found, at + TRUSTED_SECONDS)
    return found


def _unauthorised(code: str, message: str) -> Refused:
    told = "" if code == "key_missing" else ', error="invalid_token"'
    return Refused(401, code, message, {"WWW-Authenticate": f'Bearer realm="amparo"{told}'})
