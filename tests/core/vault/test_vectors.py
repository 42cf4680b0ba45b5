"""What was sealed once opens for ever: tests/vectors/vault.json holds one of each form, drawn when the format was."""

import base64
import io
import itertools
import json
from pathlib import Path

from amparo.core import vault

DRAWN = json.loads((Path(__file__).parents[2] / "vectors" / "vault.json").read_text(encoding="utf-8"))
HANA = vault.HolderKey(private=bytes.fromhex(DRAWN["holder"]["private"]))
CASE = vault.CaseKey(case="3f0c", version=2, secret=bytes.fromhex(DRAWN["case"]["secret"]))
INSTANCE = vault.InstanceKey(number=3, secret=bytes.fromhex(DRAWN["instance"]["secret"]))
TEXT = bytes.fromhex(DRAWN["text"])


def drawn(*path):
    found = DRAWN
    for part in path:
        found = found[part]
    return bytes.fromhex(found)


def test_the_vectors_are_of_this_format():
    assert DRAWN["format"] == 1
    assert {drawn(name)[0] for name in ("wrapped", "grant", "field", "door", "record")} == {1}


def test_public_halves_are_derived_as_they_were():
    assert HANA.public == drawn("holder", "public")
    assert CASE.public == drawn("case", "public")


def test_a_wrapped_key_opens():
    assert vault.unwrap(drawn("wrapped"), DRAWN["password"], holder="hana") == HANA


def test_a_sessions_key_opens():
    assert vault.open_from_session(drawn("session", "locked"), drawn("session", "secret"), holder="hana") == HANA


def test_a_grant_opens():
    found = vault.open_grant(drawn("grant"), HANA, case="3f0c", holder="hana", version=2, public=CASE.public)
    assert found == CASE


def test_a_field_opens():
    assert vault.open_field(CASE, drawn("field"), **DRAWN["place"]) == TEXT


def test_what_the_door_sealed_opens():
    assert vault.open_in(CASE, drawn("door"), **DRAWN["place"]) == TEXT


def test_a_file_opens():
    place = {name: part for name, part in DRAWN["place"].items() if name != "revision"}
    stored = io.BytesIO(base64.b64decode(DRAWN["file"]["stored_base64"]))
    assert b"".join(vault.file_chunks(CASE, drawn("file", "key"), stored, **place)) == TEXT


def test_a_record_opens():
    records = vault.record_key("banks", INSTANCE)
    assert vault.open_record(records, drawn("record"), **DRAWN["record_place"]) == TEXT


def test_an_address_is_found_under_the_value_it_was_stored_with():
    assert vault.canonical_url(DRAWN["url"]["typed"]) == DRAWN["url"]["canonical"]
    assert vault.index_key(INSTANCE) == drawn("instance", "index_key")
    assert vault.blind(vault.index_key(INSTANCE), DRAWN["url"]["typed"]) == drawn("url", "blind")


def test_shares_on_paper_give_the_key():
    shares = [vault.read_share(text) for text in DRAWN["shares"]]
    assert [share.text for share in shares] == DRAWN["shares"]
    for pair in itertools.combinations(shares, 2):
        assert vault.combine(pair, public=HANA.public) == HANA
