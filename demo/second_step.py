"""A second step for the demo's people, so that somebody without a phone at hand can sign in as them."""

from datetime import timedelta

import pyotp
from django.utils import timezone

from amparo.apps.accounts.actions import add_app, new_app_secret
from amparo.apps.accounts.models import User

SHOWN = 3


def codes_on_paper() -> dict[str, tuple[str, ...]]:
    """By handle: a few of the recovery codes that came with an app whose secret nobody has."""
    then, papers = timezone.now() - timedelta(hours=1), {}
    for user in User.objects.order_by("handle"):
        secret = new_app_secret()
        code = pyotp.TOTP(secret).at(int(then.timestamp()))
        papers[user.handle] = add_app(user=user, secret=secret, code=code, name="demo", now=then).recovery_codes[:SHOWN]
    return papers
