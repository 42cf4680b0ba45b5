"""Passkeys and security keys (WebAuthn), bound to this instance's address: a look-alike site gets no signature."""

import json
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from fido2.server import Fido2Server
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from amparo.apps.accounts.models import Factor, User


def _origin() -> str:
    """This instance's address as a browser writes it into what is signed (RFC 6454 section 6.1)."""
    parts = urlsplit(settings.PUBLIC_URL)
    port = "" if parts.port in {None, {"http": 80, "https": 443}[parts.scheme]} else f":{parts.port}"
    return f"{parts.scheme}://{parts.hostname}{port}"


def _server() -> Fido2Server:
    host = urlsplit(settings.PUBLIC_URL).hostname or ""
    origin = _origin()
    return Fido2Server(PublicKeyCredentialRpEntity(id=host, name="Amparo"), verify_origin=lambda asked: asked == origin)


def _credentials(user: User) -> list[AttestedCredentialData]:
    return [AttestedCredentialData(bytes(one.credential or b"")) for one in user.factors.filter(kind="passkey")]


def creation(user: User) -> tuple[str, dict[str, Any]]:
    """What the browser is asked in order to make a passkey, as JSON; and the state to keep until it answers."""
    # A second step after the password: the device may ask for PIN or finger, and keeps no name on a shared key.
    options, state = _server().register_begin(
        PublicKeyCredentialUserEntity(id=user.holder.encode(), name=user.handle, display_name=user.handle),
        _credentials(user),
        resident_key_requirement=ResidentKeyRequirement.DISCOURAGED,
        user_verification=UserVerificationRequirement.PREFERRED,
    )
    return json.dumps(dict(options)["publicKey"]), state


def request(user: User) -> tuple[str, dict[str, Any]]:
    """What the browser is asked in order to sign with one of her passkeys, as JSON; and the state to keep."""
    options, state = _server().authenticate_begin(
        _credentials(user), user_verification=UserVerificationRequirement.PREFERRED
    )
    return json.dumps(dict(options)["publicKey"]), state


def made(state: dict[str, Any], answer: str) -> tuple[bytes, int] | None:
    """The credential that the browser made, with its count of signatures; None when it does not fit what was asked."""
    try:
        found = _server().register_complete(state, json.loads(answer))
    except Exception:  # noqa: BLE001  the library reads a stranger's bytes, and says no by many kinds of error
        return None
    return (bytes(found.credential_data), found.counter) if found.credential_data else None


@transaction.atomic
def take_signature(user: User, state: dict[str, Any], answer: str, *, now: datetime) -> bool:
    """Whether `answer` is one of her passkeys' signature under the challenge in `state`. Its count is kept.

    WebAuthn section 6.1.1: a count that does not grow means that there are two copies of the key; zero means none.
    """
    factors = list(user.factors.select_for_update().filter(kind=Factor.Kind.PASSKEY))
    known = {bytes(one.credential or b""): one for one in factors}
    try:
        parsed = json.loads(answer)
        found = _server().authenticate_complete(state, [AttestedCredentialData(one) for one in known], parsed)
        count = AuthenticationResponse.from_dict(parsed).response.authenticator_data.counter
    except Exception:  # noqa: BLE001  as in `made`
        return False
    factor = known[bytes(found)]
    if (count or factor.signatures) and count <= (factor.signatures or 0):
        return False
    factor.signatures, factor.used_at = count, now
    factor.save(update_fields=["signatures", "used_at"])
    return True
