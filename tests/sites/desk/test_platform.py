"""Pia reads what her gate decided, with the reasons as they were given; and everybody their banks."""

import hashlib

import pytest

from amparo.apps.accounts.actions import issue_key
from amparo.apps.banks.actions import add_entry, subscribe, withdraw_entry
from amparo.apps.gate.actions import check_fingerprints
from amparo.apps.gate.models import Decision
from amparo.apps.ledger.models import SYSTEM
from amparo.core.fingerprint import ImageFingerprint
from tests.sites.reading import text

pytestmark = pytest.mark.django_db

FINGERPRINT = ImageFingerprint(code=hashlib.sha256(b"cat").digest(), quality=90)


@pytest.fixture
def used(bank, platform, now):
    subscribe(bank=bank, organisation=platform, on_match="block", by=SYSTEM, now=now)
    return bank


@pytest.fixture
def entry(used, now):
    return add_entry(bank=used, fingerprint=FINGERPRINT, by=SYSTEM, now=now)


@pytest.fixture
def decision(entry, platform, now):
    key, _secret = issue_key(organisation=platform, name="test", scopes=["gate"], by=SYSTEM, now=now)
    check_fingerprints(fingerprints=[FINGERPRINT], by=key, now=now)
    return Decision.objects.get()


def test_an_empty_list_of_decisions_says_what_would_be_there(pias):
    assert "No upload matched yet" in text(pias.get("/desk/decisions"))


def test_a_decision_is_shown_with_reference_bank_and_reasons(pias, decision):
    assert decision.reference in text(pias.get("/desk/decisions"))
    shown = text(pias.get(f"/desk/decisions/{decision.reference}"))
    assert "blocked" in shown
    assert "Helpline bank" in shown
    for paragraph in decision.statement["paragraphs"]:
        assert " ".join(paragraph["text"].split()) in shown


def test_reasons_in_the_uploaders_language_are_marked_as_such(pias, entry, platform, now):
    key, _secret = issue_key(organisation=platform, name="test", scopes=["gate"], by=SYSTEM, now=now)
    [answer] = check_fingerprints(fingerprints=[FINGERPRINT], by=key, now=now, language="de")
    assert '<div lang="de">' in pias.get(f"/desk/decisions/{answer.reference}").content.decode()


def test_a_decision_about_an_entry_that_was_withdrawn_says_so(pias, decision, entry, now):
    withdraw_entry(entry=entry, reason="test", by=SYSTEM, now=now)
    assert "the entry was withdrawn since" in text(pias.get(f"/desk/decisions/{decision.reference}"))


def test_a_decision_without_reasons_says_why(pias, used, platform, entry, now):
    subscribe(bank=used, organisation=platform, on_match="record", by=SYSTEM, now=now)
    key, _secret = issue_key(organisation=platform, name="test", scopes=["gate"], by=SYSTEM, now=now)
    check_fingerprints(fingerprints=[FINGERPRINT], by=key, now=now)
    assert "no reasons were due" in text(pias.get(f"/desk/decisions/{Decision.objects.get().reference}"))


def test_a_reference_that_is_not_there_is_a_page_that_is_not_there(pias, decision):
    assert pias.get("/desk/decisions/NOSUCHREF").status_code == 404


def test_the_owner_of_a_bank_sees_its_size_and_who_uses_it(hanas, used, entry, now):
    add_entry(bank=used, fingerprint=FINGERPRINT, by=SYSTEM, now=now)
    withdraw_entry(entry=entry, reason="test", by=SYSTEM, now=now)
    shown = text(hanas.get("/desk/banks"))
    assert "Helpline bank helpline-bank 1 1 Platform: Block" in shown


def test_the_user_of_a_bank_sees_it_too(pias, used, entry):
    assert "Helpline bank helpline-bank Helpline 1 Block" in text(pias.get("/desk/banks"))


def test_no_bank_at_all_says_how_one_is_opened(omars):
    assert "amparo bank open" in text(omars.get("/desk/banks"))


def test_no_page_shows_a_fingerprint(pias, hanas, decision):
    for browser, path in (
        (pias, "/desk/decisions"),
        (pias, f"/desk/decisions/{decision.reference}"),
        (hanas, "/desk/banks"),
    ):
        assert FINGERPRINT.hex not in browser.get(path).content.decode()
