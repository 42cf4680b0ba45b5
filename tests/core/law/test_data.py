"""The law data itself: unique ids, dates that parse, a source for everything, and nothing unsure called seen."""

from dataclasses import fields, is_dataclass
from datetime import date

import pytest

from amparo.core.law import (
    Confidence,
    Entry,
    UnknownJurisdiction,
    countries,
    emergency,
    jurisdiction,
    jurisdictions,
    jurisdictions_of,
    languages,
    offence,
    offences_for,
    questions,
    regime,
    regimes,
    routes_for,
    tool_rules,
)

from .given import NOT_SENT, ON, SENT

SITUATIONS = ("immediate_danger", "minor", "sextortion", "adult_online", "adult_threat")


def entries(value):
    """Every entry inside a value."""
    if isinstance(value, tuple | list):
        for item in value:
            yield from entries(item)
    elif is_dataclass(value):
        if isinstance(value, Entry):
            yield value
        for one in fields(value):
            yield from entries(getattr(value, one.name))


EVERYTHING = [
    *entries(regimes()),
    *entries(jurisdictions()),
    *entries(questions()),
    *entries(tool_rules()),
    *entries(
        [
            routes_for(one.code, situation, age)
            for one in countries()
            for situation in SITUATIONS
            for age in ("adult", "under_18")
        ]
    ),
    emergency("IT"),
]


def test_the_data_holds_what_the_law_overview_counts():
    assert len(regimes()) == 16
    assert len(jurisdictions()) == 27
    assert sum(len(one.offences) for one in jurisdictions()) == 77
    assert sum(len(one.helplines) for one in jurisdictions()) == 78


def test_every_entry_has_a_source_a_date_and_a_confidence():
    assert len(EVERYTHING) > 400
    for one in EVERYTHING:
        assert one.source
        assert one.checked_on == date(2026, 11, 21)
        assert one.confidence in Confidence
        assert one.review_days in {90, 180}


def test_what_comes_from_knowledge_is_shown_as_unconfirmed():
    for one in EVERYTHING:
        assert one.unconfirmed == (one.confidence is Confidence.KNOWLEDGE)
        if one.source.startswith("from knowledge"):
            assert one.unconfirmed


def test_ids_are_unique():
    for ids in (
        [one.id for one in regimes()],
        [one.code for one in jurisdictions()],
        [one.id for place in jurisdictions() for one in place.offences],
        [one.code for one in countries()],
        [one.id for one in questions()],
    ):
        assert len(ids) == len(set(ids))


def test_each_regime_is_either_sent_or_says_why_not():
    assert {one.id for one in regimes() if one.sends} == set(SENT)
    assert {one.id for one in regimes() if not one.sends} == set(NOT_SENT)
    assert all(bool(one.why_not) != one.sends for one in regimes())
    ranks = [one.rank for one in regimes() if one.sends]
    assert len(ranks) == len(set(ranks))


def test_every_notice_of_a_jurisdiction_points_to_a_regime_or_to_none():
    for place in jurisdictions():
        assert place.notices
        for one in place.notices:
            assert one.regime_id is None or regime(one.regime_id).name
            if one.regime_id and one.law_hours is not None and one.regime_id != "de_netzdg":
                assert one.law_hours == regime(one.regime_id).law_hours


def test_an_offence_about_minors_or_not_in_force_or_unconfirmed_is_never_offered_for_citing():
    offered = {one.id for place in jurisdictions() for one in offences_for(place.code, on=ON)}
    assert "it-612-ter" in offered
    for unfit in ("it-600-ter", "it-615-bis", "us-223-h", "eu-5", "eu-5-1", "xk-1", "gb-eaw-99", "rs-214-215"):
        assert unfit not in offered
        assert offence(unfit).id == unfit


@pytest.mark.parametrize(
    ("offence_id", "before", "after"),
    [
        ("it-612-quater", date(2025, 10, 9), date(2025, 10, 10)),
        ("hr-144-a", date(2021, 7, 30), date(2021, 7, 31)),
        ("me-175a", date(2023, 12, 30), date(2023, 12, 31)),
        ("ca-162-1-2", date(2026, 7, 17), date(2026, 7, 18)),
    ],
)
def test_an_offence_may_be_cited_from_the_day_on_which_it_is_sure_to_be_in_force(offence_id, before, after):
    assert not offence(offence_id).citable(before)
    assert offence(offence_id).citable(after)


def test_offences_can_be_chosen_by_conduct():
    shared = offences_for("IT", on=ON, conduct="deepfakes")
    assert [one.id for one in shared] == ["it-612-quater"]


def test_a_country_with_parts_is_found_as_a_whole():
    assert [one.code for one in jurisdictions_of("gb")] == ["GB-EAW", "GB-SCT", "GB-NIR"]
    assert jurisdictions_of("ZZ") == ()
    with pytest.raises(UnknownJurisdiction, match="GB-SCT"):
        jurisdiction("GB")


def test_helpline_addresses_are_addresses():
    for place in jurisdictions():
        for one in place.helplines:
            assert not one.url or one.url.startswith(("https://", "http://"))


def test_no_phone_number_is_kept_that_is_not_the_name_of_a_service():
    for place in jurisdictions():
        for one in place.helplines:
            assert not any(len(run) > 4 for run in "".join(c if c.isdigit() else " " for c in one.note).split())


def test_english_is_there():
    assert ("en", "English") in languages()


def test_an_unknown_element_is_refused():
    with pytest.raises(KeyError, match="i, ii, iii, iv"):
        regime("us_tida").element("z")
