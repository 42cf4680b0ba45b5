from amparo.apps.accounts.actions import digest_of
from amparo.apps.accounts.models import ApiKey, Organisation


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
