"""POST /gate/check and /gate/check/batch, as a platform's program asks them."""

import json

import pytest

from amparo.apps.banks.actions import withdraw_entry
from amparo.apps.gate.models import Decision
from tests.apps.gate.pictures import mirrored, re_encoded, resized, saved
from tests.sites.api.asking import MULTIPART, ask, form


def fingerprint_json(fingerprint):
    return {"fingerprint": fingerprint.hex, "algorithm": "pdq-c512", "quality": fingerprint.quality}


@pytest.mark.parametrize("field", ["photo", "file", "upload[0]", "bild"])
def test_a_form_with_one_file_under_any_field_name_is_answered(field, entry, cat, secret):
    told = ask("/gate/check", form((field, "holiday.jpg", re_encoded(cat))), MULTIPART, secret=secret)
    assert (told.status, told.json["decision"]) == (200, "block")


def test_the_block_tells_reference_ground_bank_form_reasons_and_appeal_and_no_more(entry, cat, secret):
    told = ask("/gate/check", mirrored(cat), "image/jpeg", secret=secret).json
    assert set(told) == {"decision", "reference", "ground", "bank", "form", "reasons", "appeal"}
    assert (told["decision"], told["ground"], told["bank"], told["form"]) == (
        "block",
        "known_picture",
        "helpline-bank",
        "mirrored",
    )
    assert told["reasons"] == Decision.objects.get(reference=told["reference"]).statement
    assert set(told["appeal"]) == {"to", "until"}


def test_no_answer_tells_the_distance_the_entry_or_its_fingerprint(entry, cat, secret):
    told = ask("/gate/check", resized(cat), "image/jpeg", secret=secret)
    assert bytes(entry.code).hex().encode() not in told.body
    assert b"distance" not in told.body
    assert b"entry_id" not in told.body


def test_another_picture_is_allowed_in_one_word(entry, photos, secret):
    body = (photos / "coffee.png").read_bytes()
    told = ask("/gate/check", body, "image/png", secret=secret)
    assert (told.status, told.json) == (200, {"decision": "allow"})


def test_fields_beside_the_file_are_passed_over(entry, cat, secret):
    body = form(("photo", "a.jpg", re_encoded(cat)), fields={"room": "general", "note": "plain words"})
    assert ask("/gate/check", body, MULTIPART, secret=secret).json["decision"] == "block"


def test_a_key_may_be_shown_in_its_own_header(entry, cat, secret):
    told = ask("/gate/check", re_encoded(cat), "image/jpeg", x_api_key=secret)
    assert told.json["decision"] == "block"


def test_what_a_picture_is_decides_and_not_what_it_is_called(entry, cat, secret):
    body = form(("photo", "notes.txt", saved(cat, "PNG")))
    assert ask("/gate/check", body, MULTIPART, secret=secret).json["decision"] == "block"


def test_a_fingerprint_is_answered_like_a_picture(known, given, secret):
    known("hold")
    body = json.dumps(fingerprint_json(given(6))).encode()
    told = ask("/gate/check", body, "application/json; charset=utf-8", secret=secret).json
    assert (told["decision"], told["form"]) == ("hold", "as given")
    assert "reviews it" in told["reasons"]["text"]


def test_a_recorded_match_says_record_and_gives_no_reasons(known, given, secret):
    known("record")
    body = json.dumps(fingerprint_json(given())).encode()
    told = ask("/gate/check", body, "application/json", secret=secret).json
    assert set(told) == {"decision", "reference", "ground", "bank", "form"}
    assert told["decision"] == "record"


def test_a_batch_is_answered_in_order(known, given, secret):
    known("block")
    asked = [given(of=bytes([0xAA]) * 32), given(2), given(36)]
    body = json.dumps({"fingerprints": [fingerprint_json(one) for one in asked], "possible": True}).encode()
    told = ask("/gate/check/batch", body, "application/json", secret=secret)
    assert [one["decision"] for one in told.json["results"]] == ["allow", "block", "hold"]
    assert told.json["results"][0] == {"decision": "allow"}


def test_an_empty_batch_has_no_results(secret):
    told = ask("/gate/check/batch", b'{"fingerprints": []}', "application/json", secret=secret)
    assert (told.status, told.json) == (200, {"results": []})


def test_a_withdrawn_entry_is_allowed_at_the_next_check(entry, cat, secret, hana, now):
    asked = {"secret": secret}
    assert ask("/gate/check", re_encoded(cat), **asked).json["decision"] == "block"
    withdraw_entry(entry=entry, reason="survivor", by=hana, now=now)
    assert ask("/gate/check", re_encoded(cat), **asked).json == {"decision": "allow"}


def test_another_platform_is_answered_by_its_own_banks(entry, cat, other_secret):
    told = ask("/gate/check", re_encoded(cat), "image/jpeg", secret=other_secret)
    assert told.json == {"decision": "allow"}


def test_answers_are_not_kept_by_anyone_on_the_way(entry, photos, secret):
    body = (photos / "coffee.png").read_bytes()
    told = ask("/gate/check", body, "image/png", secret=secret)
    assert told.headers["Cache-Control"] == "no-store"
    assert told.headers["Content-Type"] == "application/json"
    assert told.headers["Content-Length"] == str(len(told.body))


def test_possible_matches_of_a_fingerprint_are_told_to_who_asks_for_them(known, given, secret):
    known("block")
    one = fingerprint_json(given(40))
    for asked, path in ((one, "/gate/check"), ({"fingerprints": [one]}, "/gate/check/batch")):
        decisions = []
        for wish in ({"possible": True}, {"possible": False}, {}):
            body = json.dumps(asked | wish).encode()
            told = ask(path, body, "application/json", secret=secret).json
            decisions += [told.get("results", [told])[0]["decision"]]
        assert decisions == ["hold", "allow", "allow"]
