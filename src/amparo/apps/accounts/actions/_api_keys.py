"""The keys of an organisation's programs."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from amparo.apps.accounts.models import ApiKey, Organisation
from amparo.apps.ledger.actions import record
from amparo.apps.ledger.models import Actor, Event

KEY_PREFIX = "amparo_"


class UnknownScope(ValueError):
    """A key was asked for with a scope that does not exist."""


def digest_of(key: str) -> bytes:
    return hashlib.sha256(key.encode()).digest()


@transaction.atomic
def issue_key(
    *, organisation: Organisation, name: str, scopes: Sequence[str], by: Actor, now: datetime
) -> tuple[ApiKey, str]:
    """Make a key. Returns the row and the key itself, which is nowhere kept: show it once."""
    unknown = set(scopes) - set(ApiKey.Scope.values)
    if unknown or not scopes:
        raise UnknownScope(f"a key needs one or more of: {', '.join(ApiKey.Scope.values)}")
    secret = KEY_PREFIX + secrets.token_urlsafe(32)
    key = ApiKey(
        organisation=organisation,
        name=name,
        digest=digest_of(secret),
        hint=secret[len(KEY_PREFIX) : len(KEY_PREFIX) + 6],
        scopes=sorted(scopes),
        issued_at=now,
        issued_by=by.handle,
    )
    key.full_clean()
    key.save(force_insert=True)
    record(Event.Kind.KEY_ISSUED, key, by=by, at=now, hint=key.hint)
    return key, secret


@transaction.atomic
def revoke_key(*, key: ApiKey, by: Actor, now: datetime) -> None:
    if key.revoked_at is not None:
        return
    key.revoked_at, key.revoked_by = now, by.handle
    key.save(update_fields=["revoked_at", "revoked_by"])
    record(Event.Kind.KEY_REVOKED, key, by=by, at=now, hint=key.hint)
