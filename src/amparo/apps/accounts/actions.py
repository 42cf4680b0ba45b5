"""Add organisations and people, issue and revoke keys."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.contrib.sessions.models import Session
from django.db import transaction

from amparo.apps.accounts.models import ApiKey, Organisation, User
from amparo.apps.ledger.actions import record
from amparo.apps.ledger.models import Actor, Event, NamedActor

KEY_PREFIX = "amparo_"
SOMEBODY = NamedActor("somebody")


class UnknownScope(ValueError):
    """A key was asked for with a scope that does not exist."""


@transaction.atomic
def add_organisation(*, handle: str, name: str, kind: str, mailbox: str = "", by: Actor, now: datetime) -> Organisation:
    organisation = Organisation(handle=handle, name=name, kind=kind, mailbox=mailbox, created_at=now)
    organisation.full_clean()
    organisation.save(force_insert=True)
    record(Event.Kind.ORGANISATION_ADDED, organisation, by=by, at=now, handle=handle, kind=kind)
    return organisation


@transaction.atomic
def add_user(*, handle: str, organisation: Organisation, role: str, password: str, by: Actor, now: datetime) -> User:
    user = User(handle=handle, organisation=organisation, role=role, created_at=now)
    validate_password(password, user)
    user.set_password(password)
    user.full_clean()
    user.save(force_insert=True)
    record(Event.Kind.USER_ADDED, user, by=by, at=now, handle=handle, role=role)
    return user


@transaction.atomic
def disable_user(*, user: User, by: Actor, now: datetime) -> None:
    """From now on the password opens nothing, and every session of theirs has ended."""
    user.disabled_at = now
    user.save(update_fields=["disabled_at"])
    theirs = [
        session.pk
        for session in Session.objects.iterator()
        if session.get_decoded().get("_auth_user_id") == str(user.pk)
    ]
    Session.objects.filter(pk__in=theirs).delete()
    record(Event.Kind.USER_DISABLED, user, by=by, at=now, sessions=len(theirs))


@transaction.atomic
def record_sign_in(*, user: User, now: datetime) -> None:
    record(Event.Kind.SIGNED_IN, user, by=user, at=now)


@transaction.atomic
def record_refused_sign_in(*, now: datetime) -> None:
    """Somebody was refused. What was typed stays out of the trail: it may be a password in the wrong field."""
    record(Event.Kind.SIGN_IN_REFUSED, User(pk=0), by=SOMEBODY, at=now)


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
