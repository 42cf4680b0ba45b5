"""A statement of reasons has the six elements of Art. 17(3), and tells nothing about the list or the notifier."""

import json
from dataclasses import replace
from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import given, strategies as st

from amparo.core.law import (
    COMPARED,
    TURNED,
    Automation,
    BadFact,
    Decision,
    Ground,
    Kind,
    Media,
    NaiveTime,
    NotForTheDatabase,
    Origin,
    StatementIncomplete,
    UnconfirmedLaw,
    countries,
    regime,
    statement_language,
    statement_languages,
    statement_of_reasons,
    transparency_record,
)

from .given import AT, decision, unhurried

decisions = st.builds(
    decision,
    decision=st.sampled_from(Decision),
    media=st.sampled_from(Media),
    ground=st.sampled_from(Ground),
    origin=st.sampled_from(Origin),
    automation=st.sampled_from(Automation),
    detected_automatically=st.booleans(),
    kind=st.sampled_from(Kind),
    against_women=st.booleans(),
    countries=st.sampled_from([(), ("IT",), ("IT", "US")]),
)


@unhurried
@given(facts=decisions)
def test_every_statement_has_the_six_elements_in_order(facts):
    found = statement_of_reasons(facts, at=AT, language="en")
    assert [one.element_id for one in found.paragraphs] == list("abcdef")
    assert [one.basis for one in found.paragraphs] == [one.basis for one in regime("eu_dsa_art17").elements]
    assert all(one.title and one.text and "{" not in one.text for one in found.paragraphs)
    assert all(one.text in found.text for one in found.paragraphs)
    assert json.loads(json.dumps(found.to_dict()))["text"] == found.text


@unhurried
@given(facts=decisions)
def test_the_uploader_is_told_nothing_about_the_match_or_the_notifier(facts):
    text = statement_of_reasons(facts, at=AT).text.lower()
    for word in ("distance", "bits", "pdq", "entry id", "helpline", "@"):
        assert word not in text
    if facts.origin is not Origin.OWN_INITIATIVE:
        assert "we do not name" in text


def test_a_hold_is_said_to_be_a_hold():
    text = statement_of_reasons(decision(decision=Decision.HOLD), at=AT).text
    assert "holds back" in text
    assert "may be illegal" in text
    assert "may be" not in statement_of_reasons(decision(), at=AT).text


def test_the_way_back_is_named_with_the_reference():
    redress = statement_of_reasons(decision(), at=AT).paragraphs[-1].text
    for word in ("D-2026-0007", "https://forum.example/complaints", "six months", "Article 21", "court"):
        assert word in redress


def test_a_platform_that_is_exempt_names_no_out_of_court_body():
    redress = statement_of_reasons(decision(out_of_court=False), at=AT).paragraphs[-1].text
    assert "Article 21" not in redress
    assert "court at any time" in redress


@pytest.mark.parametrize(("ground", "silent"), [(Ground.TERMS, "d"), (Ground.ILLEGAL, "e")])
def test_a_ground_that_is_not_used_is_said_not_to_be(ground, silent):
    found = {one.element_id: one.text for one in statement_of_reasons(decision(ground=ground), at=AT).paragraphs}
    assert "does not rest" in found[silent]


@pytest.mark.parametrize(
    ("changes", "element"),
    [
        ({"service": ""}, "a"),
        ({"offences": ()}, "d"),
        ({"clause": " "}, "e"),
        ({"complaint_at": ""}, "f"),
        ({"reference": "a b"}, "f"),
        ({"reference": ""}, "f"),
    ],
)
def test_a_statement_without_an_element_is_refused_and_the_element_named(changes, element):
    for build in (lambda facts: statement_of_reasons(facts, at=AT), transparency_record):
        with pytest.raises(StatementIncomplete) as refused:
            build(decision(**changes))
        assert refused.value.element.id == element
        assert f"Art. 17(3)({element})" in str(refused.value)


def test_the_ground_alone_decides_what_is_needed():
    assert statement_of_reasons(decision(ground=Ground.TERMS, offences=()), at=AT).text
    assert statement_of_reasons(decision(ground=Ground.ILLEGAL, clause=""), at=AT).text


def test_an_unconfirmed_law_is_no_ground():
    with pytest.raises(UnconfirmedLaw):
        statement_of_reasons(decision(offences=("it-615-bis",)), at=AT)


def test_a_wished_language_that_is_not_there_gives_english_and_says_so():
    found = statement_of_reasons(decision(), at=AT, language="ja")
    assert (found.language, found.fallback) == ("en", True)


DOOR = ("en", "it", "fr", "de", "sr-Latn", "hr", "sq", "es")


def test_statements_are_written_in_the_languages_of_the_door():
    assert tuple(tag for tag, _ in statement_languages()) == DOOR


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (["de-AT"], "de"),
        (["DE"], "de"),
        (["sr"], "sr-Latn"),
        (["sr-Cyrl-RS"], "sr-Latn"),
        (["ja", "sq-AL", "en"], "sq"),
        (["", "*", "tlh"], None),
    ],
)
def test_the_first_wanted_language_that_is_there_is_taken(wanted, found):
    assert statement_language(wanted) == found


@unhurried
@given(
    facts=decisions,
    compared=st.sampled_from(["", *COMPARED]),
    turned=st.sampled_from(["", *TURNED]),
    language=st.sampled_from(DOOR),
)
def test_every_language_tells_the_same_facts(facts, compared, turned, language):
    whole = replace(facts, compared=compared, turned=turned, terms_at="https://forum.example/terms")
    found, english = (statement_of_reasons(whole, at=AT, language=one) for one in (language, "en"))
    assert (found.language, found.fallback) == (language, False)
    assert [one.basis for one in found.paragraphs] == [one.basis for one in english.paragraphs]
    for one, other in zip(found.paragraphs, english.paragraphs, strict=True):
        assert "{" not in one.text
        assert language == "en" or one.text != other.text
        for fact in (whole.service, whole.reference, whole.complaint_at, whole.clause, whole.terms_at, "2026-11-21"):
            assert (fact in one.text) == (fact in other.text)
    assert transparency_record(facts, language=language)["puid"] == facts.reference


def test_what_was_compared_is_said_in_the_language_of_the_statement():
    facts = decision(media=Media.VIDEO, compared="framed", turned="mirrored")
    means = statement_of_reasons(facts, at=AT, language="de").paragraphs[2]
    assert means.element_id == "c"
    assert means.text.endswith(
        "Übereingestimmt hat: Einzelbilder des Videos: das Bild in einem Rand, einem Streifen oder einem "
        "Bildschirmfoto (gespiegelt)."
    )
    file = statement_of_reasons(replace(facts, compared="same_file", turned=""), at=AT).paragraphs[2].text
    assert file.endswith("What matched is the file itself, bit for bit.")


def test_what_has_no_words_is_refused_when_the_facts_are_written():
    with pytest.raises(BadFact, match="compared"):
        decision(compared="guessed")
    with pytest.raises(BadFact, match="terms_at"):
        decision(terms_at="https://forum.example/a\nb")


def test_time_is_checked():
    with pytest.raises(NaiveTime):
        decision(decided_at=AT.replace(tzinfo=None))
    with pytest.raises(ValueError, match="before its decision"):
        statement_of_reasons(decision(), at=AT - timedelta(seconds=1))


# The required fields of the database, as its documentation lists them.
REQUIRED = {
    "decision_visibility",
    "decision_facts",
    "decision_ground",
    "content_type",
    "category",
    "territorial_scope",
    "content_date",
    "application_date",
    "source_type",
    "automated_detection",
    "automated_decision",
    "puid",
}


@unhurried
@given(facts=decisions)
def test_a_record_has_every_required_field_and_no_personal_data(facts):
    record = transparency_record(facts)
    assert set(record) >= REQUIRED
    assert all(record[field] for field in REQUIRED)
    pair = "incompatible_content" if facts.ground is Ground.TERMS else "illegal_content_legal"
    assert f"{pair}_ground" in record
    assert record["decision_ground"].startswith(
        "DECISION_GROUND_INCOMPATIBLE" if facts.ground is Ground.TERMS else "DECISION_GROUND_ILLEGAL"
    )
    text = json.dumps(record)
    assert "http" not in text
    assert "@" not in text
    assert ("DEEPFAKE" in text) == (facts.kind is Kind.SYNTHETIC)
    assert ("AGAINST_WOMEN" in record["category"]) == facts.against_women


def test_a_record_names_only_countries_of_the_area():
    area = {one.code for one in countries() if one.eu} | {"IS", "LI", "NO"}
    assert set(transparency_record(decision())["territorial_scope"]) == area
    assert transparency_record(decision(countries=("IT", "US")))["territorial_scope"] == ["IT"]
    with pytest.raises(NotForTheDatabase, match="EEA"):
        transparency_record(decision(countries=("US",)))


def test_a_record_keeps_to_the_limits_of_the_database():
    with pytest.raises(NotForTheDatabase, match="2000"):
        transparency_record(decision(content_on=date(1999, 12, 31)))
    with pytest.raises(NotForTheDatabase, match="500"):
        transparency_record(decision(offences=("it-612-ter",) * 5))


def test_each_origin_and_each_automation_has_its_own_code():
    codes = {
        (transparency_record(decision(origin=origin, automation=automation))[field])
        for origin, automation in product(Origin, Automation)
        for field in ("source_type", "automated_decision")
    }
    assert len(codes) == len(Origin) + len(Automation)


def test_what_only_resembles_an_entry_is_never_said_to_match_it():
    told = statement_of_reasons(decision(possible=True, decision=Decision.HOLD), at=AT)
    assert "It may be another one: a person compares them." in told.text
    assert "matches an entry" not in told.text


def test_the_uploader_is_told_nothing_of_our_own_marks():
    told = statement_of_reasons(decision(), at=AT).to_dict()
    assert "confirmed" not in str(told)
