"""Second factors for tests: a drawer full of phones with a code app, for people who sign in every few seconds."""

import base64
import hashlib
import time

import pyotp

# A code is taken once, and three are in reach at a time: twelve phones are 36 sign-ins in half a minute.
PHONES = 12
STEP_SECONDS = 30


def secret_of(handle: str, phone: int) -> str:
    """The same in every process: what the server was told, the test can compute."""
    return base64.b32encode(hashlib.sha256(f"{handle} {phone}".encode()).digest()[:20]).decode()


def code_of(secret: str, *, at: float) -> str:
    return pyotp.TOTP(secret).at(int(at))


# Gives the workers of an instance their phones; for `Instance.python`, after the accounts are there. An hour ago, so
# that no code of today is taken by it.
GIVE_PHONES = f"""
from datetime import timedelta
from django.utils import timezone
from amparo.apps.accounts.actions import add_app
from amparo.apps.accounts.models import User
from tests.servers.second_factor import code_of, secret_of
then = timezone.now() - timedelta(hours=1)
for user in User.objects.all():
    for phone in range({PHONES}):
        secret = secret_of(user.handle, phone)
        add_app(user=user, secret=secret, code=code_of(secret, at=then.timestamp()), name=f"phone {{phone}}", now=then)
"""

_taken: dict[str, set[tuple[int, int]]] = {}


def next_code(site: str, handle: str) -> str:
    """A code of one of the worker's phones that this test run has not used at `site` yet; waits when there is none."""
    taken = _taken.setdefault(f"{site} {handle}", set())
    while True:
        now = int(time.time()) // STEP_SECONDS
        # The step before is not used: it may be over by the time the page is sent. A later one ends the earlier ones.
        for phone in range(PHONES):
            used = max((step for one, step in taken if one == phone), default=0)
            step = max(now, used + 1)
            if step <= now + 1:
                taken.add((phone, step))
                return code_of(secret_of(handle, phone), at=step * STEP_SECONDS)
        time.sleep(1)
