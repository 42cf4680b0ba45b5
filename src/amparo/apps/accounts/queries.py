from ipaddress import ip_address
from urllib.parse import urlsplit

import pyotp
from django.db.models import Count, Q, QuerySet

from amparo.apps.accounts.actions import digest_of
from amparo.apps.accounts.models import ApiKey, Organisation, User


class NoHelpline(LookupError):
    """The survivor's door has no helpline to give a case to."""


def key_holder(secret: str, *, scope: str) -> ApiKey | None:
    """The live key behind `secret`, if it may be used for `scope`."""
    found = ApiKey.objects.select_related("organisation").filter(digest=digest_of(secret), revoked_at=None).first()
    return found if found and scope in found.scopes else None


def receiving_helpline(configured: str) -> Organisation:
    """The helpline named by the operator, or the only one there is."""
    helplines = Organisation.objects.filter(kind=Organisation.Kind.HELPLINE)
    if configured:
        helplines = helplines.filter(handle=configured)
    found = list(helplines[:2])
    if len(found) != 1:
        raise NoHelpline(
            "no helpline of that handle exists: add it with `amparo org add`"
            if configured
            else "there is no helpline yet, or more than one: name it in AMPARO_HELPLINE",
        )
    return found[0]


def colleagues_of(user: User) -> QuerySet[User]:
    """Everybody of her organisation who may sign in, with the number of their factors and unused recovery codes."""
    return (
        User.objects.filter(organisation=user.organisation, disabled_at=None)
        .annotate(
            factor_count=Count("factors", distinct=True),
            code_count=Count("recovery_codes", filter=Q(recovery_codes__used_at=None), distinct=True),
        )
        .order_by("handle")
    )


def app_address(user: User, secret: str) -> str:
    """What an app reads from the QR code: the otpauth address of this secret."""
    return pyotp.TOTP(secret).provisioning_uri(name=user.handle, issuer_name="Amparo")


def passkeys_work_at(url: str) -> bool:
    """Whether browsers make passkeys for this address: they are bound to a name, and an IP address is none."""
    try:
        ip_address(urlsplit(url).hostname or "")
    except ValueError:
        return True
    return False
