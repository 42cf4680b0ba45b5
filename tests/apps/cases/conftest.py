import hashlib

import pytest

from amparo.apps.cases import actions
from amparo.core.fingerprint import ImageFingerprint


def fingerprint(name: str = "cat", quality: int = 90) -> ImageFingerprint:
    """A fingerprint of its own for each name: the cases never look inside."""
    return ImageFingerprint(code=hashlib.sha256(name.encode()).digest(), quality=quality)


@pytest.fixture
def opened(helpline, now):
    """Sam's new case, with one picture and one address."""
    return actions.open_case(
        helpline=helpline,
        language="en",
        country="IT",
        fingerprints=[fingerprint()],
        urls=["https://files.example.org/1"],
        now=now,
    )


@pytest.fixture
def case(opened):
    return opened.case


@pytest.fixture
def picture(case):
    return case.pictures.get()


@pytest.fixture
def item(case):
    return case.items.get()


@pytest.fixture
def consent(case, picture, bank, now):
    return actions.give_consent(picture=picture, bank=bank, by=case, now=now)
