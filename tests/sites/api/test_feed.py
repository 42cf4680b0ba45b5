"""GET /feed: what changed in the banks that a platform subscribes to."""

import pytest

from amparo.apps.accounts.actions import issue_key
from amparo.apps.banks.actions import withdraw_entry
from amparo.apps.ledger.actions import record
from amparo.apps.ledger.backup import resume_sharing
from amparo.apps.ledger.models import SYSTEM, Event, Head


@pytest.fixture
def feed(client, secret):
    def read(expect=200, key=secret, **query):
        told = client.get("/feed", query, headers={"authorization": f"Bearer {key}"})
        assert told.status_code == expect
        return told.json()

    return read


def test_an_added_entry_is_told_with_its_fingerprint(known, code, feed):
    entry = known("block", quality=77)
    [record] = feed()["records"]
    assert record == {
        "seq": entry.changes.get().seq,
        "kind": "added",
        "at": "2026-11-21T12:00:00Z",
        "bank": "helpline-bank",
        "entry": entry.pk,
        "fingerprint": code.hex(),
        "algorithm": "pdq-c512",
        "quality": 77,
    }


def test_a_withdrawn_entrys_fingerprint_is_shown_nowhere_not_even_where_it_was_added(known, code, feed, hana, now):
    withdraw_entry(entry=known(), reason="survivor", by=hana, now=now)
    told = feed()
    assert [record["kind"] for record in told["records"]] == ["added", "withdrawn"]
    assert all("fingerprint" not in record and "quality" not in record for record in told["records"])
    assert code.hex() not in str(told)


def test_who_has_the_entry_hears_of_its_withdrawal_after_the_cursor(known, feed, hana, now):
    entry = known()
    cursor = feed()["next"]
    assert feed(after=cursor) == {"records": [], "next": cursor, "more": False}
    withdraw_entry(entry=entry, reason="survivor", by=hana, now=now)
    [record] = feed(after=cursor)["records"]
    assert (record["kind"], record["entry"]) == ("withdrawn", entry.pk)


def test_pages_follow_each_other_without_gap_or_overlap(bank, added, subscribed, given, feed):
    subscribed("block")
    entries = [added(bank, given(bits).code).pk for bits in range(7)]
    read, cursor, more = [], 0, True
    while more:
        page = feed(after=cursor, limit=3)
        read += [record["entry"] for record in page["records"]]
        cursor, more = page["next"], page["more"]
    assert read == entries


def test_a_last_page_that_is_just_full_says_that_there_is_no_more(bank, added, subscribed, given, feed):
    subscribed("block")
    for bits in range(3):
        added(bank, given(bits).code)
    assert feed(limit=3)["more"] is False


def test_a_platform_reads_only_the_banks_it_subscribes_to(known, other_secret, feed):
    known()
    assert feed(key=other_secret)["records"] == []


def test_a_key_without_the_scope_is_403(platform, now, feed):
    _, gate_only = issue_key(organisation=platform, name="g", scopes=["gate"], by=SYSTEM, now=now)
    assert feed(403, key=gate_only)["code"] == "scope_missing"


def test_without_a_key_the_feed_is_401(client, db):
    told = client.get("/feed")
    assert (told.status_code, told.json()["code"]) == (401, "key_missing")
    assert told.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    "query", [{"after": "x"}, {"after": -1}, {"after": 2**63}, {"limit": 0}, {"limit": 1001}, {"limit": "NaN"}]
)
def test_wrong_parameters_are_422_and_named(query, feed):
    told = feed(422, **query)
    assert told["code"] == "wrong_fields"
    assert next(iter(query)) in told["message"]


def test_a_stranger_learns_nothing_about_parameters(client, db):
    assert client.get("/feed", {"after": "x"}).status_code == 401


def test_anything_but_get_is_405_in_json(client, secret):
    told = client.post("/feed", headers={"authorization": f"Bearer {secret}"})
    assert (told.status_code, told.json()["code"], told.headers["Allow"]) == (405, "method_not_allowed", "GET")


def test_a_feed_rests_after_a_restore_until_its_people_let_it_go_on(known, feed, now):
    known()
    record(Event.Kind.BACKUP_RESTORED, Head(pk=1), by=SYSTEM, at=now, held=True)
    told = feed(expect=503)
    assert told["code"] == "held_after_restore"
    assert "records" not in told
    resume_sharing(by=SYSTEM, now=now)
    assert len(feed()["records"]) == 1
