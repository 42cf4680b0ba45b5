import hashlib
from dataclasses import replace
from typing import Any

import pytest

from amparo.apps.cases import actions, keys
from amparo.apps.cases.models import Notice
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


def read(row, by):
    """The row as the database has it now, opened with the key of `by`: Sam's case, or a worker who holds it."""
    fresh = type(row).objects.select_related("case__helpline").get(pk=row.pk)
    return keys.opened(keys.open_case_key(fresh.case, by), [fresh])[0]


def plain_rows(rows, by):
    """All of them, opened."""
    return [read(row, by) for row in rows]


def kept_notice(case, by, *, written_at, **fields):
    """A notice in any state, as if it had been written long ago."""
    texts = {
        "service": "Example Forum",
        "recipient": "abuse@example.org",
        "subject": "s",
        "body": "b",
        "sentences": [],
    } | {name: fields.pop(name) for name in ("service", "recipient", "subject", "body") if name in fields}
    notice = Notice(case=case, regime="us_tida", written_by="hana", written_at=written_at, **fields)
    keys.Pen(case, keys.open_case_key(case, by)).write(notice, **texts).save()
    return notice


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
def opened(helpline, hana, now):
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
