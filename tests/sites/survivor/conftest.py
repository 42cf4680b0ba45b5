import hashlib

import pytest

from amparo.apps.banks.actions import subscribe
from amparo.apps.cases import actions
from amparo.apps.ledger.models import SYSTEM
from amparo.core.fingerprint import ImageFingerprint

URL = "https://files.example.org/gallery/1"


def line(name: str = "cat", quality: int = 90) -> str:
    """What Sam's device makes of a picture, as the page shows it and as it is sent."""
    return f"pdq-c512 {hashlib.sha256(name.encode()).hexdigest()} {quality}"


@pytest.fixture
def answered(client, helpline):
    """Sam's browser after both questions: nobody is in danger, and the person in the picture was an adult."""
    client.post("/start", {"danger": "no"})
    client.post("/next", {"age": "adult"})
    return client


@pytest.fixture
def used_bank(bank, platform, now):
    subscribe(bank=bank, organisation=platform, on_match="block", by=SYSTEM, now=now)
    return bank


@pytest.fixture
def opened(helpline, hana, now):
    code = hashlib.sha256(b"cat").digest()
    return actions.open_case(
        helpline=helpline,
        language="en",
        country="IT",
        fingerprints=[ImageFingerprint(code=code, quality=90)],
        urls=[URL],
        now=now,
    )


@pytest.fixture
def shared(opened, used_bank, now):
    """Her yes to the helpline's bank."""
    return actions.give_consent(picture=opened.case.pictures.get(), bank=used_bank, by=opened.case, now=now)


@pytest.fixture
def inside(client, opened):
    """Sam's browser on her page, opened with the code."""
    answer = client.post("/open", {"code": opened.code.text})
    assert answer.status_code == 302
    return client
