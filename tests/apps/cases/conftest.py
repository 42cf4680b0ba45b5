import hashlib
from dataclasses import replace
from typing import Any

import pytest

from amparo.apps.cases import actions
from amparo.core.fingerprint import ImageFingerprint
from amparo.core.law import Age, NonConsent, NoticeFacts


def fingerprint(name: str = "cat", quality: int = 90) -> ImageFingerprint:
    """A fingerprint of its own for each name: the cases never look inside."""
    return ImageFingerprint(code=hashlib.sha256(name.encode()).digest(), quality=quality)


def facts(**changes: Any) -> NoticeFacts:
    """What Hana knows of the case, enough for a TAKE IT DOWN request."""
    return replace(
        NoticeFacts(
            age_in_picture=Age.ADULT,
            signatory="case worker 4",
            authority="A-2026-12",
            service="Example Forum",
            offered_in=frozenset({"US"}),
            covered_platform=True,
            intimate=True,
            non_consent=NonConsent(sharing=True),
            good_faith=True,
            signed=True,
        ),
        **changes,
    )


@pytest.fixture
def notice(case, item, hana, now):
    return actions.send_notice(
        case=case,
        items=[item],
        regime="us_tida",
        facts=facts(),
        recipient="abuse@forum.example.org",
        by=hana,
        now=now,
    )


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
