"""GET /gate/decisions/{reference}: what was answered then."""

import pytest

from tests.apps.gate.pictures import re_encoded
from tests.sites.api.asking import ask


@pytest.fixture
def told(entry, cat, secret):
    return ask("/gate/check", re_encoded(cat), secret=secret).json


def read(client, reference, secret):
    return client.get(f"/gate/decisions/{reference}", headers={"x-api-key": secret})


def test_the_decision_is_told_word_for_word_as_it_was(client, told, secret):
    again = read(client, told["reference"], secret)
    assert again.status_code == 200
    assert {name: told[name] for name in ("reference", "decision", "ground", "bank", "form", "reasons")} == {
        name: value for name, value in again.json().items() if name != "at"
    }


def test_a_reference_may_be_written_in_small_letters(client, told, secret):
    assert read(client, told["reference"].lower(), secret).json()["reference"] == told["reference"]


def test_another_platforms_decision_is_not_found_as_one_that_never_was(client, told, other_secret):
    theirs, none = read(client, told["reference"], other_secret), read(client, "G-2222-2222", other_secret)
    assert (theirs.status_code, none.status_code) == (404, 404)
    assert theirs.json() == none.json()
    assert theirs.json()["code"] == "not_found"


def test_it_holds_no_distance_and_no_entry(client, told, secret):
    assert set(read(client, told["reference"], secret).json()) == {
        "reference",
        "decision",
        "ground",
        "bank",
        "form",
        "at",
        "reasons",
    }


def test_what_was_only_recorded_has_no_reasons(client, known, given, secret):
    known("record")
    body = b'{"fingerprint": "%s", "algorithm": "pdq-c512", "quality": 90}' % given(2).hex.encode()
    reference = ask("/gate/check", body, "application/json", secret=secret).json["reference"]
    assert read(client, reference, secret).json()["reasons"] is None


def test_a_stranger_is_401(client, told):
    assert client.get(f"/gate/decisions/{told['reference']}").status_code == 401


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("de-AT,de;q=0.9,en;q=0.5", "de"),
        ("ja,sq;q=0.8,en;q=0.5", "sq"),
        ("en;q=0.3, es;q=0.9", "es"),
        ("sr", "sr-Latn"),
        ("*", "en"),
        ("", "en"),
        ("x" * 100_000, "en"),
        ("de;q=nonsense", "en"),
    ],
)
def test_the_reasons_are_in_the_first_of_the_uploaders_languages_that_there_is(header, language, entry, cat, secret):
    told = ask("/gate/check", re_encoded(cat), secret=secret, accept_language=header)
    assert told.json["reasons"]["language"] == language


def test_a_batch_is_answered_in_the_uploaders_language_too(known, given, secret):
    known("block")
    body = b'{"fingerprints": [{"fingerprint": "%s", "algorithm": "pdq-c512", "quality": 90}]}' % given(2).hex.encode()
    told = ask("/gate/check/batch", body, "application/json", secret=secret, accept_language="hr")
    assert told.json["results"][0]["reasons"]["title"] == "Obrazloženje odluke"
