import hashlib

import pytest
from django.test import Client

from amparo.apps.cases import actions
from amparo.core.fingerprint import ImageFingerprint
from tests.conftest import PASSWORD

URL = "https://files.example.org/gallery/1"


def at_desk(handle: str) -> Client:
    browser = Client()
    assert browser.post("/desk/sign-in", {"handle": handle, "password": PASSWORD}).status_code == 302
    return browser


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
def case(helpline, now):
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
