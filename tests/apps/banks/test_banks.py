import dataclasses

import numpy as np
import pytest
from django.db import IntegrityError, transaction

from amparo.apps.banks.actions import WrongAlgorithm, add_entry, open_bank, subscribe, unsubscribe, withdraw_entry
from amparo.apps.banks.models import Change, Entry
from amparo.apps.banks.queries import feed, live_entries, subscriptions_of
from amparo.apps.ledger.models import SYSTEM, Event
from amparo.core.vault import CannotOpen


@pytest.fixture
def entry(bank, fingerprint, hana, now):
    return add_entry(bank=bank, fingerprint=fingerprint, by=hana, now=now)


def test_an_entry_its_change_and_its_event_are_written_together(entry):
    change, event = Change.objects.get(), Event.objects.get(kind="entry_added")
    assert (change.entry, change.kind, change.seq) == (entry, "added", event.seq)
    assert event.by == "hana"


def test_nothing_stays_of_an_entry_whose_transaction_fails(bank, fingerprint, hana, now):
    events = Event.objects.count()
    with pytest.raises(RuntimeError), transaction.atomic():
        add_entry(bank=bank, fingerprint=fingerprint, by=hana, now=now)
        raise RuntimeError
    assert (Entry.objects.count(), Change.objects.count(), Event.objects.count()) == (0, 0, events)


def test_a_bank_refuses_a_fingerprint_of_another_algorithm(bank, fingerprint, hana, now):
    with pytest.raises(WrongAlgorithm, match="pdq-c512"):
        add_entry(bank=bank, fingerprint=dataclasses.replace(fingerprint, algorithm="pdq"), by=hana, now=now)


def test_a_withdrawn_entry_forgets_its_fingerprint_and_stays_on_record(entry, hana, now):
    withdraw_entry(entry=entry, reason="survivor", by=hana, now=now)
    entry.refresh_from_db()
    assert entry.code is None
    assert (entry.withdrawn_by, entry.reason, entry.withdrawn_at) == ("hana", "survivor", now)
    assert not live_entries().exists()


def test_withdrawing_twice_is_withdrawing_once(entry, hana, now):
    withdraw_entry(entry=entry, reason="survivor", by=hana, now=now)
    withdraw_entry(entry=entry, reason="other", by=SYSTEM, now=now)
    assert list(Change.objects.values_list("kind", flat=True)) == ["added", "withdrawn"]
    assert Entry.objects.get().reason == "survivor"


@pytest.mark.parametrize(
    "broken",
    [
        {"withdrawn_at": "2026-11-21T12:00Z"},
        {"withdrawn_by": "hana"},
        {"sealed": None},
        {"withdrawn_at": "2026-11-21T12:00Z", "withdrawn_by": "hana"},
        {"quality": 101},
        {"kind": "video"},
        {"seconds": 1.0},
        {"frame_count": 1},
        {"blind_md5": b"x" * 32},
    ],
)
def test_an_entry_row_that_contradicts_itself_is_refused(entry, broken):
    with pytest.raises(IntegrityError), transaction.atomic():
        Entry.objects.filter(pk=entry.pk).update(**broken)


def test_a_feed_tells_subscribers_the_changes_after_a_cursor(entry, bank, platform, hana, now):
    subscribe(bank=bank, organisation=platform, on_match="block", by=SYSTEM, now=now)
    withdraw_entry(entry=entry, reason="survivor", by=hana, now=now)
    added, withdrawn = feed(platform, after=0, limit=10)
    assert (added.kind, withdrawn.kind) == ("added", "withdrawn")
    assert feed(platform, after=added.seq, limit=10) == [withdrawn]
    assert feed(platform, after=0, limit=1) == [added]


def test_a_feed_tells_nothing_of_a_bank_without_a_subscription(entry, bank, platform, other_helpline, now):
    assert feed(platform, after=0, limit=10) == []
    subscribe(bank=bank, organisation=platform, on_match="block", by=SYSTEM, now=now)
    assert feed(other_helpline, after=0, limit=10) == []
    unsubscribe(bank=bank, organisation=platform, by=SYSTEM, now=now)
    assert feed(platform, after=0, limit=10) == []


def test_subscribing_again_changes_what_a_match_means(bank, platform, now):
    subscribe(bank=bank, organisation=platform, on_match="record", by=SYSTEM, now=now)
    subscribe(bank=bank, organisation=platform, on_match="hold", by=SYSTEM, now=now)
    assert {key: found.on_match for key, found in subscriptions_of(platform).items()} == {bank.pk: "hold"}
    with pytest.raises(ValueError, match="erase"):
        subscribe(bank=bank, organisation=platform, on_match="erase", by=SYSTEM, now=now)


def test_a_bank_handle_is_taken_once(bank, helpline, now):
    with pytest.raises(Exception, match="already exists"):
        open_bank(handle=bank.handle, title="Again", owner=helpline, by=SYSTEM, now=now)


def test_no_code_stands_in_the_database_as_it_is(entry, fingerprint):
    kept = bytes(Entry.objects.values_list("sealed", flat=True).get(pk=entry.pk))
    assert fingerprint.code not in kept
    assert fingerprint.code[:8] not in kept
    assert entry.code == fingerprint.code


def test_a_sealed_code_counts_in_its_own_row_alone(bank, entry, fingerprint, hana, now):
    other = add_entry(bank=bank, fingerprint=fingerprint, by=hana, now=now)
    other.sealed = entry.sealed
    with pytest.raises(CannotOpen):
        _ = other.code


def test_codes_survive_the_database_bit_for_bit(bank, fingerprint, hana, now):
    code = np.random.default_rng(7).bytes(32)
    entry = add_entry(bank=bank, fingerprint=dataclasses.replace(fingerprint, code=code), by=hana, now=now)
    assert bytes(Entry.objects.get(pk=entry.pk).code) == code
