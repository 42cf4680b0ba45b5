"""A browser in which somebody signed in before: strangers' wrong tries at her name do not make it wait.

It keeps a mark that we signed: whose name, by its HMAC, and a number of its own. With it, tries are counted for this
browser alone; without it, or with another's, for the name. It opens nothing.
"""

import secrets
from datetime import timedelta

from django.core import signing

from amparo.apps.accounts.actions._tries import subject_of
from amparo.apps.accounts.models import User

SALT = "amparo.accounts.device"
KNOWN_FOR = timedelta(days=180)


def device_mark(user: User) -> str:
    """A new mark for the browser in which `user` has just passed both steps."""
    return signing.dumps({"name": subject_of(f"name:{user.handle}"), "device": secrets.token_hex(16)}, salt=SALT)


def counted_as(handle: str, mark: str) -> str:
    """What tries at `handle` count for: this browser if its mark is for that name, else the name."""
    name = f"name:{handle}"
    try:
        told = signing.loads(mark, salt=SALT, max_age=KNOWN_FOR)
    except signing.BadSignature:
        return name
    return f"device:{told['device']}" if told["name"] == subject_of(name) else name
