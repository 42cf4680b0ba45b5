"""Wall hours in UTC, and nothing unconfirmed is called law."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given, strategies as st

from amparo.core.law import (
    FOLLOW_UP_HOURS,
    Clock,
    NaiveTime,
    UnknownRegime,
    due_at,
    is_stale,
    jurisdiction,
    jurisdictions,
    regime,
    regimes,
    routes_for,
)

from .given import AT, unhurried

# Written by hand from the law overview: hours, and whether the law fixes them, in November 2026.
HOURS = {
    "us_tida": (48, True),
    "uk_osa_iicr": (48, False),
    "in_it_rules": (2, False),
    "eu_dsa_art16": (48, False),
    "br_mci21": (48, False),
    "jp_act126": (48, False),
    "us_dmca_512c3": (48, False),
}
zones = st.sampled_from([UTC, timezone(timedelta(hours=5.5)), timezone(timedelta(hours=-8))])
moments = st.builds(
    lambda hours, zone: (datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=hours)).astimezone(zone),
    st.integers(0, 4 * 365 * 24),
    zones,
)


@unhurried
@given(regime_id=st.sampled_from([one.id for one in regimes()]), sent_at=moments)
def test_due_is_sent_plus_wall_hours_in_utc(regime_id, sent_at):
    deadline = due_at(regime_id, sent_at)
    assert deadline.due_at - sent_at == timedelta(hours=deadline.hours)
    assert deadline.due_at.tzinfo is UTC
    assert deadline.hours == HOURS.get(regime_id, (FOLLOW_UP_HOURS, False))[0]


@unhurried
@given(regime_id=st.sampled_from([one.id for one in regimes()]), sent_at=moments)
def test_only_confirmed_hours_in_force_and_freshly_checked_are_called_law(regime_id, sent_at):
    deadline, one = due_at(regime_id, sent_at), regime(regime_id)
    day = sent_at.astimezone(UTC).date()
    law = one.clock is Clock.LAW and one.applies_from <= day and not is_stale(one, on=day)
    assert deadline.fixed_by_law == law
    assert deadline.confirmed or not deadline.fixed_by_law
    if law:
        assert deadline.basis == one.legal_basis
    else:
        assert deadline.basis.startswith(("Unconfirmed", "Our own reminder"))


@pytest.mark.parametrize(("regime_id", "hours", "fixed"), [(one, *HOURS[one]) for one in HOURS])
def test_the_hours_of_each_notice_in_november_2026(regime_id, hours, fixed):
    deadline = due_at(regime_id, AT)
    assert (deadline.hours, deadline.fixed_by_law) == (hours, fixed)


def test_what_is_not_law_says_why():
    assert "start date is to be checked" in due_at("uk_osa_iicr", AT).note
    assert "gazette" in due_at("in_it_rules", AT).note
    assert "no duty" in due_at("jp_act126", AT).note
    assert "2026-05-19" in due_at("us_tida", datetime(2026, 5, 18, tzinfo=UTC)).note
    assert "check again" in due_at("us_tida", datetime(2027, 5, 21, tzinfo=UTC)).note


def test_the_clock_start_is_told():
    assert due_at("us_tida", AT).clock_start == "receipt of a VALID request"
    assert due_at("eu_dsa_art16", AT).clock_start == "sending"


def test_naive_moments_and_unknown_regimes_are_refused():
    with pytest.raises(NaiveTime):
        due_at("us_tida", AT.replace(tzinfo=None))
    with pytest.raises(UnknownRegime):
        due_at("us_other", AT)


@pytest.mark.parametrize("entry", [regime("us_tida"), jurisdiction("IT"), *jurisdiction("IT").offences])
def test_most_entries_are_stale_after_180_days(entry):
    assert not is_stale(entry, on=date(2026, 11, 21) + timedelta(days=180))
    assert is_stale(entry, on=date(2026, 11, 21) + timedelta(days=181))
    assert not is_stale(entry, on=date(2026, 1, 1))


def test_law_that_moves_fast_is_stale_after_90_days():
    day = date(2026, 11, 21) + timedelta(days=91)
    fast = {"DE", "ES", "RS", "AL", "BR", "GB-EAW", "GB-SCT", "GB-NIR"}
    assert {one.code for one in jurisdictions() if is_stale(one, on=day)} == fast
    for place in jurisdictions():
        if place.code in fast:
            assert all(is_stale(one, on=day) for one in (*place.offences, *place.helplines, *place.notices))
    omnibus = [one for one in jurisdiction("EU").offences if "omnibus" in one.instrument]
    assert [one.id for one in jurisdiction("EU").offences if is_stale(one, on=day)] == [one.id for one in omnibus]
    assert {one.id for one in regimes() if is_stale(one, on=day)} == {
        "uk_osa_iicr",
        "de_netzdg",
        "br_mci21",
        "es_aepd_canal",
        "al_akep",
    }
    assert is_stale(routes_for("GB", "minor", "under_18").routes[0], on=day)
    assert not is_stale(routes_for("IT", "minor", "under_18").routes[0], on=day)
