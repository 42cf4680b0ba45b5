import hashlib
import time
from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.utils import timezone

from amparo.apps.accounts.actions import add_app, unlock
from amparo.apps.accounts.models import User
from amparo.apps.cases import actions
from amparo.core.fingerprint import ImageFingerprint
from amparo.ui import unlocked
from tests.conftest import NOW, PASSWORD
from tests.servers.second_factor import code_of, secret_of

URL = "https://files.example.org/gallery/1"


def at_desk(handle: str) -> Client:
    """The browser of a worker who is signed in, with her key unlocked. test_entry and test_second_step sign in."""
    user, browser, request = User.objects.get(handle=handle), Client(), RequestFactory().get("/")
    unlock(user=user, password=PASSWORD, now=NOW)
    browser.force_login(user)
    request.session = browser.session
    unlocked.remember(request, user.holder, user.key)
    request.session.save()
    answer = HttpResponse()
    unlocked.tell_browser(request, answer)
    browser.cookies.update(answer.cookies)
    return browser


def give_phone(user: User, *, ago: timedelta = timedelta(hours=1)) -> str:
    """Let her have an app for codes; gives its secret, which `code_of` turns into today's code."""
    secret, then = secret_of(user.handle, user.factors.count()), timezone.now() - ago
    add_app(user=user, secret=secret, code=code_of(secret, at=then.timestamp()), name="phone", now=then)
    return secret


def through_second_step(browser: Client, user: User) -> HttpResponse:
    """After name and password: today's code of a new phone."""
    code = code_of(give_phone(user), at=time.time())
    return browser.post("/desk/sign-in/second", {"code": code})


@pytest.fixture
def hanas(hana):
    return at_desk("hana")


@pytest.fixture
def omars(omar):
    return at_desk("omar")


@pytest.fixture
def pias(pia):
    return at_desk("pia")


@pytest.fixture
def case(helpline, hana, now):
    """Sam's case: one picture, two addresses, living in Italy."""
    code = hashlib.sha256(b"cat").digest()
    return actions.open_case(
        helpline=helpline,
        language="en",
        country="IT",
        fingerprints=[ImageFingerprint(code=code, quality=90)],
        urls=[URL, f"{URL}/2"],
        now=now,
    ).case


@pytest.fixture
def item(case):
    return case.items.first()


def told(case, **changes) -> dict:
    """What Hana writes into the form: enough for a TAKE IT DOWN request."""
    return {
        "items": [str(case.items.first().pk)],
        "service": "Example Forum",
        "recipient": "abuse@forum.example.org",
        "offered_in": ["US"],
        "covered": "yes",
        "age": "adult",
        "kind": "authentic",
        "intimate": "on",
        "reasons": ["sharing"],
        "signatory": "case worker 4",
        "authority": "A-2026-12",
        "good_faith": "on",
        "signed": "on",
        "language": "en",
        "regime": "us_tida",
    } | changes
