from datetime import timedelta

import pytest
from hypothesis import given, strategies as st

from amparo.apps.cases.models import Item
from amparo.apps.cases.standing import Standing, after_person, after_sight, next_look_at
from tests.conftest import NOW

State = Item.State
PERSON = "a person found it gone"


def seen(*sights):
    """The standing after sights given as (state, hours from now)."""
    standing = Standing()
    for state, hours in sights:
        at = NOW + timedelta(hours=hours)
        if state == PERSON:
            standing = after_person(standing, Item.ClosedBy.A_PERSON_LOOKED, at=at)
        else:
            standing = after_sight(standing, state, at=at)
    return standing


def at(hours):
    return NOW + timedelta(hours=hours)


def slowly_seen(*sights):
    """The twin: read the whole history again, after the last sight of it alive."""
    taken = []
    for state, hours in sights:
        latest = max((hour for _, hour in taken), default=hours)
        if state == PERSON:
            taken.append((state, max(hours, latest)))
        elif hours >= latest:
            taken.append((state, hours))
    if not taken:
        return Standing()
    alive = [place for place, (state, _) in enumerate(taken) if state == State.ALIVE]
    run = taken[alive[-1] + 1 :] if alive else taken
    gone = [(state, hours) for state, hours in run if state in {State.GONE, PERSON}]
    closing = [
        (hours, Item.ClosedBy.A_PERSON_LOOKED if state == PERSON else Item.ClosedBy.SEEN_GONE_TWICE)
        for state, hours in gone
        if state == PERSON or hours - gone[0][1] >= 24
    ]
    last_state = taken[-1][0]
    return Standing(
        state=State.GONE if last_state == PERSON else last_state,
        last_alive_at=at(taken[alive[-1]][1]) if alive else None,
        gone_since=at(gone[0][1]) if gone else None,
        checked_at=at(taken[-1][1]),
        closed_at=at(closing[0][0]) if closing else None,
        closed_by=closing[0][1] if closing else "",
    )


STATES = st.sampled_from([*State, State.GONE, State.GONE, PERSON])
SIGHTS = st.lists(st.tuples(STATES, st.integers(0, 30)), max_size=12)


@given(SIGHTS)
def test_the_standing_is_that_of_reading_the_whole_history_again(sights):
    later, total = [], 0
    for state, step in sights:
        total += step
        later.append((state, total))
    assert seen(*later) == slowly_seen(*later)


@given(st.lists(st.tuples(STATES, st.integers(-10, 80)), max_size=12))
def test_sights_that_come_out_of_order_change_nothing_of_what_was_seen_later(sights):
    assert seen(*sights) == slowly_seen(*sights)


@given(SIGHTS)
def test_an_item_is_never_closed_and_alive_and_a_close_says_why(sights):
    standing = seen(*sights)
    assert (standing.closed_at is None) == (standing.closed_by == "")
    assert not (standing.state == State.ALIVE and (standing.closed_at or standing.gone_since))


def test_gone_once_does_not_close():
    assert seen((State.GONE, 0)).closed_at is None


def test_gone_twice_within_a_day_does_not_close():
    assert seen((State.GONE, 0), (State.GONE, 23)).closed_at is None


def test_gone_twice_a_day_apart_closes():
    standing = seen((State.ALIVE, 0), (State.GONE, 1), (State.GONE, 25))
    assert (standing.closed_at, standing.closed_by) == (at(25), "seen_gone_twice")


def test_alive_in_between_begins_the_count_again():
    sights = [(State.GONE, 0), (State.ALIVE, 12), (State.GONE, 13)]
    assert seen(*sights, (State.GONE, 24)).closed_at is None
    assert seen(*sights, (State.GONE, 37)).closed_at == at(37)


@pytest.mark.parametrize("state", [State.BLOCKED, State.ERROR, State.RESTRICTED, State.GONE_SUSPECTED, State.UNKNOWN])
def test_what_says_nothing_never_closes_however_often_it_is_seen(state):
    assert seen(*[(state, hours) for hours in range(0, 2000, 24)]).closed_at is None
    assert seen((State.GONE, 0), *[(state, hours) for hours in range(24, 2000, 24)]).closed_at is None


def test_a_person_who_looked_closes_at_once():
    standing = seen((State.ALIVE, 0), (PERSON, 1))
    assert (standing.state, standing.closed_at, standing.closed_by) == (State.GONE, at(1), "a_person_looked")


def test_alive_again_opens_what_was_closed():
    for closing in ([(State.GONE, 0), (State.GONE, 24)], [(PERSON, 0)]):
        standing = seen(*closing, (State.ALIVE, 100))
        assert (standing.closed_at, standing.gone_since, standing.closed_by) == (None, None, "")


def test_blocked_after_closing_does_not_open_it_again():
    assert seen((PERSON, 0), (State.BLOCKED, 200)).closed_at == at(0)


def looks_after(standing, days):
    """When the checker looks in the given number of days, in whole days."""
    found, now = [], NOW
    while (now := next_look_at(standing, now=now)) <= NOW + timedelta(days=days):
        found.append((now - NOW).days)
    return found


def test_an_open_item_is_looked_at_every_day():
    assert looks_after(seen((State.ALIVE, 0)), 5) == [1, 2, 3, 4, 5]


def test_a_closed_item_is_looked_at_after_a_week_then_1_3_6_and_12_months_then_every_year():
    assert looks_after(seen((PERSON, 0)), 1500) == [7, 30, 91, 182, 365, 730, 1095, 1460]


@given(st.integers(0, 5000))
def test_the_next_look_is_always_later(days):
    now = NOW + timedelta(days=days)
    for standing in (seen((PERSON, 0)), seen((State.GONE, 0))):
        assert now < next_look_at(standing, now=now) <= now + timedelta(days=366)
