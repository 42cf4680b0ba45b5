"""Danger first, then the age in the picture; every person gets a way, whatever her country."""

import pytest
from hypothesis import given, strategies as st

from amparo.core.law import (
    Age,
    Confidence,
    Situation,
    countries,
    emergency,
    jurisdictions,
    questions,
    routes_for,
    tool_rules,
)

from .given import unhurried

codes = st.one_of(st.sampled_from([one.code for one in countries()]), st.text(max_size=6))


def test_the_questions_begin_with_danger_and_then_the_age_in_the_picture():
    assert [one.id for one in questions()][:2] == ["danger", "age_in_picture"]
    assert [one.n for one in questions()] == [1, 2, 3, 4, 5]
    assert dict(questions()[1].answers) == {"yes": "minor", "unsure": "minor"}
    assert "when it was made" in questions()[1].ask


@unhurried
@given(country=codes, situation=st.sampled_from(Situation), age=st.sampled_from(Age))
def test_everybody_gets_a_way_and_minors_only_the_one_for_minors(country, situation, age):
    found = routes_for(country, situation, age)
    assert found.minor == (age is not Age.ADULT or situation is Situation.MINOR)
    assert found.advice
    assert found.routes
    assert found.emergency.text
    names = {one.name for one in found.routes}
    assert ("NCMEC Take It Down" in names) == found.minor
    assert ("StopNCII.org" in names) == (not found.minor)
    assert {one.audience for one in found.helplines} <= ({"minors", "all"} if found.minor else {"adults", "all"})


@unhurried
@given(country=codes, age=st.sampled_from(Age))
def test_in_danger_safety_is_said_first(country, age):
    advice = routes_for(country, Situation.IMMEDIATE_DANGER, age).advice
    assert advice[0].situation is Situation.IMMEDIATE_DANGER
    assert (len(advice) == 2) == (age is not Age.ADULT)


@pytest.mark.parametrize("situation", ["sextortion", "adult_online", "adult_threat"])
def test_an_extorted_or_threatened_minor_gets_the_advice_for_minors(situation):
    assert [one.situation for one in routes_for("IT", situation, "unsure").advice] == [Situation.MINOR]


def test_the_number_of_the_union_is_shown_in_the_union_and_as_unconfirmed():
    shown = {one.code for one in countries() if emergency(one.code).number}
    assert shown == {one.code for one in countries() if one.eu}
    assert len(shown) == 27
    assert emergency("it").number == "112"
    assert emergency("it").unconfirmed
    assert emergency("RS").number == ""
    assert "emergency number of the place" in emergency("RS").text
    assert emergency("").number == ""


def test_a_country_with_parts_gives_the_helplines_of_all_each_once():
    urls = [one.url for one in routes_for("GB", "adult_online", "adult").helplines]
    assert len(urls) == len(set(urls))
    assert "https://revengepornhelpline.org.uk" in urls
    assert "https://www.rapecrisisscotland.org.uk" in urls
    assert "https://www.rapecrisisscotland.org.uk" not in [
        one.url for one in routes_for("GB-EAW", "adult_online", "adult").helplines
    ]


def test_the_hotline_of_the_country_comes_before_what_helps_everywhere():
    assert routes_for("RS", "minor", "under_18").routes[0].name == "NetPatrola"
    assert routes_for("GB-SCT", "minor", "under_18").routes[0].name.startswith("Report Remove")


def test_every_country_of_the_law_data_can_be_chosen():
    known = {one.code for one in countries()}
    assert {one.code.partition("-")[0] for one in jurisdictions()} - {"EU"} <= known
    assert [one.name for one in countries()] == sorted(one.name for one in countries())


def test_the_countries_with_a_hotline_that_was_seen():
    without = {one.code for one in countries() if not one.inhope}
    assert {"ME", "XK", "MK", "AL", "IN"} <= without
    assert sum(one.inhope for one in countries()) == 45


def test_a_situation_or_an_age_that_there_is_not_is_refused():
    with pytest.raises(ValueError, match="young"):
        routes_for("IT", "minor", "young")
    with pytest.raises(ValueError, match="bored"):
        routes_for("IT", "bored", "adult")


def test_the_rules_for_the_tool_are_all_there():
    assert [one.id for one in tool_rules()] == [f"C{n}" for n in range(1, 13)]
    assert all(one.source for one in tool_rules())
    assert {one.confidence for one in tool_rules()} == set(Confidence)
