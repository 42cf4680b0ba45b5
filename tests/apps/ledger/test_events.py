from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import given, settings as hypothesis_settings, strategies as st

from amparo.apps.ledger.actions import DetailRefused, record
from amparo.apps.ledger.models import GENESIS, SYSTEM, Event, Head, NamedActor
from amparo.apps.ledger.queries import events_of, verify, verify_chain


@pytest.fixture
def three_events(helpline, now):
    for handle in ("one", "two"):
        record(Event.Kind.BANK_OPENED, helpline, by=NamedActor("hana", "helpline"), at=now, handle=handle)
    return list(Event.objects.all())


def test_an_untouched_trail_verifies(three_events):
    verdict = verify()
    assert verdict.holds
    assert verdict.events == len(three_events) == 3
    assert verdict.head == three_events[-1].hash


def test_an_empty_trail_verifies(db):
    assert verify().holds
    assert verify().head == GENESIS


def test_the_database_refuses_to_change_an_event(three_events):
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Event.objects.filter(seq=2).update(by="omar")


def test_the_database_refuses_to_delete_an_event(three_events):
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Event.objects.filter(seq=2).delete()


@pytest.mark.parametrize("seq", [1, 2, 3])
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("by", "omar"),
        ("subject_id", "77"),
        ("detail", {"handle": "three"}),
        ("kind", "entry_added"),
        ("organisation", "x"),
        ("subject_type", "bank"),
        ("at", datetime(2026, 11, 21, 12, 0, 0, 1, tzinfo=UTC)),
    ],
)
def test_a_changed_field_is_found_at_its_event(three_events, seq, field, value):
    setattr(three_events[seq - 1], field, value)
    verdict = verify_chain(three_events, Head.objects.get())
    assert verdict.broken_at == seq
    assert "changed" in verdict.reason


@hypothesis_settings(max_examples=60)
@given(position=st.integers(0, 63), seq=st.integers(1, 3), mask=st.integers(1, 15))
def test_one_changed_hex_digit_of_any_hash_is_found(position, seq, mask):
    events = _chain(3)
    old = events[seq - 1].hash
    digit = f"{int(old[position], 16) ^ mask:x}"
    events[seq - 1].hash = old[:position] + digit + old[position + 1 :]
    assert not verify_chain(events, Head(seq=3, hash=_chain(3)[-1].hash)).holds


def _chain(length):
    from tests.conftest import NOW

    events, head = [], GENESIS
    for seq in range(1, length + 1):
        event = Event(
            seq=seq,
            at=NOW,
            kind="entry_added",
            by="hana",
            subject_type="entry",
            subject_id="1",
            previous_hash=head,
        )
        event.hash = head = event.computed_hash()
        events.append(event)
    return events


def test_a_missing_event_in_the_middle_is_found(three_events):
    del three_events[1]
    assert verify_chain(three_events, Head.objects.get()).broken_at == 2


def test_missing_last_events_are_found(three_events):
    verdict = verify_chain(three_events[:2], Head.objects.get())
    assert "last events are missing" in verdict.reason


def test_a_whole_chain_written_anew_is_found_with_a_head_noted_earlier(three_events):
    noted = three_events[-1].hash
    forged = _chain(3)
    head = Head(seq=3, hash=forged[-1].hash)
    assert verify_chain(forged, head).holds
    assert not verify_chain(forged, head, anchor=noted).holds


def test_an_event_and_its_change_stand_or_fall_together(helpline, now):
    before = Event.objects.count()
    with pytest.raises(RuntimeError), transaction.atomic():
        record(Event.Kind.BANK_OPENED, helpline, by=SYSTEM, at=now)
        raise RuntimeError
    assert Event.objects.count() == before
    assert verify().holds


def test_free_text_is_refused_in_an_event(helpline, now):
    with pytest.raises(DetailRefused, match="not a short word"):
        record(Event.Kind.BANK_OPENED, helpline, by=SYSTEM, at=now, note="x" * 81)
    with pytest.raises(DetailRefused):
        record(Event.Kind.BANK_OPENED, helpline, by=SYSTEM, at=now, note=["a", "b"])


def test_the_events_of_a_subject_are_found(three_events, helpline, platform):
    assert [event.seq for event in events_of(helpline)] == [1, 2, 3]
    assert [event.subject_id for event in events_of(platform)] == [str(platform.pk)]


def test_there_is_one_head_only(three_events):
    with pytest.raises(DatabaseError), transaction.atomic():
        Head.objects.create(pk=2, seq=0, hash=GENESIS)


def test_the_ledger_has_no_foreign_keys():
    assert not [field for field in Event._meta.get_fields() if field.is_relation]
    assert connection.vendor in {"sqlite", "postgresql"}
