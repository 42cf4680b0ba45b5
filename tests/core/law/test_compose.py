"""A notice says what its regime asks for, sentence by sentence, and is refused while something is missing."""

import json
from dataclasses import replace
from datetime import date, datetime

import pytest
from hypothesis import given, strategies as st

from amparo.core.law import (
    Age,
    Ask,
    Capacity,
    Confidence,
    ElementMissing,
    Kind,
    Location,
    MinorRefused,
    NaiveTime,
    NameInText,
    NonConsent,
    RegimeRefused,
    UnconfirmedLaw,
    UnknownOffence,
    UnknownRegime,
    compose,
    fitting_regimes,
    jurisdictions,
    missing,
    offences_for,
    other_regimes,
    regime,
    strongest_regime,
)

from .given import AT, NEEDED, NOT_SENT, ON, SENDERS, SENT, facts, needed, owned, unhurried, without

kinds = st.sampled_from(Kind)
every_sender = [(one, capacity) for one in SENT for capacity in SENDERS[one]]


@pytest.mark.parametrize(("regime_id", "capacity"), every_sender)
@pytest.mark.parametrize("kind", Kind)
def test_every_required_element_has_a_sentence_and_every_sentence_an_element(regime_id, capacity, kind):
    draft = compose(regime_id, facts(regime_id, capacity=capacity, kind=kind, earlier=("T-1",)), at=AT)
    said = {one.element_id for one in draft.sentences}
    assert {element.id for element in regime(regime_id).elements if element.required} <= said
    assert said <= {element.id for element in regime(regime_id).elements} | {"request", "earlier"}
    assert all(one.text in draft.body for one in draft.sentences)
    for one in draft.sentences:
        if one.element_id not in {"request", "earlier"}:
            assert one.basis == regime(regime_id).element(one.element_id).basis
    assert "{" not in draft.body


@unhurried
@given(sender=st.sampled_from(every_sender), kind=kinds, data=st.data())
def test_removing_facts_names_exactly_the_elements_that_need_them(sender, kind, data):
    regime_id, capacity = sender
    needs = needed(regime_id, capacity)
    gone = data.draw(st.sets(st.sampled_from(sorted(set().union(*needs.values())))))
    left = facts(regime_id, capacity=capacity, kind=kind)
    for fact in gone:
        left = without(left, fact)
    wanted = [element.id for element in regime(regime_id).elements if needs.get(element.id, set()) & gone]
    assert [one.id for one in missing(regime_id, left)] == wanted
    if not wanted:
        assert compose(regime_id, left, at=AT).body
        return
    with pytest.raises(ElementMissing) as refused:
        compose(regime_id, left, at=AT)
    assert [one.id for one in refused.value.missing] == wanted
    for one in refused.value.missing:
        assert one.what_to_do
        assert f"({one.id}) {one.basis}: {one.what_to_do}" in str(refused.value)
        assert one.basis == regime(regime_id).element(one.id).basis


def test_the_table_of_needed_facts_covers_every_required_element():
    for regime_id in SENT:
        required = {element.id for element in regime(regime_id).elements if element.required}
        assert set(NEEDED[regime_id]) == required


@pytest.mark.parametrize("regime_id", SENT + NOT_SENT)
@pytest.mark.parametrize("age", [Age.UNDER_18, Age.UNSURE])
def test_a_picture_of_a_minor_or_of_unknown_age_is_refused_always(regime_id, age):
    hers = facts(regime_id, age_in_picture=age)
    for ask in (
        lambda: compose(regime_id, hers, at=AT),
        lambda: missing(regime_id, hers),
        lambda: fitting_regimes(hers, on=ON),
        lambda: other_regimes(hers, on=ON),
        lambda: strongest_regime(hers, on=ON),
    ):
        with pytest.raises(MinorRefused, match="routes_for"):
            ask()


@pytest.mark.parametrize("regime_id", NOT_SENT)
def test_a_regime_that_is_not_ours_to_send_is_refused_with_its_reason(regime_id):
    with pytest.raises(RegimeRefused) as refused:
        compose(regime_id, facts(), at=AT)
    assert regime(regime_id).why_not in str(refused.value)
    with pytest.raises(RegimeRefused):
        missing(regime_id, facts())


def test_an_unknown_regime_is_refused_and_the_known_ones_are_named():
    with pytest.raises(UnknownRegime, match="us_tida"):
        compose("us_other", facts(), at=AT)


def test_take_it_down_is_refused_before_its_first_day():
    early = datetime(2026, 5, 18, 23, 59, tzinfo=AT.tzinfo)
    with pytest.raises(RegimeRefused, match="2026-05-19"):
        compose("us_tida", facts("us_tida"), at=early)


def test_a_moment_without_time_zone_is_refused():
    with pytest.raises(NaiveTime, match="time zone"):
        compose("us_tida", facts("us_tida"), at=AT.replace(tzinfo=None))


WORDS = st.text(st.characters(categories=("Ll", "Lu")), min_size=2, max_size=12)
PRINTED = ["organisation", "signatory", "authority", "service", "note", "law_text", "reference"]


@unhurried
@given(name=WORDS, around=st.tuples(WORDS, WORDS), field=st.sampled_from(PRINTED), change=st.sampled_from([0, 1, 2]))
def test_a_protected_name_in_any_printed_fact_is_refused(name, around, field, change):
    written = (name, name.upper(), name.swapcase())[change]
    hers = facts(**{field: f"{around[0]} {written}, {around[1]}"}, protected=frozenset({name}))
    with pytest.raises(NameInText) as refused:
        compose("eu_dsa_art16", hers, at=AT)
    assert field in refused.value.fields
    assert field in str(refused.value)


def test_a_protected_name_is_found_without_its_accents_and_between_signs():
    hers = facts(note="Posted as SAM-EXÁMPLE by the uploader.", protected=frozenset({"Sam Example"}))
    with pytest.raises(NameInText, match="note"):
        compose("eu_dsa_art16", hers, at=AT)


def test_a_protected_name_is_refused_in_hints_references_and_the_copyright_facts():
    names = frozenset({"Sam"})
    held = (
        facts(locations=(Location("https://forum.example/t/1", "picture of Sam"),), protected=names),
        facts(earlier=("T-1", "Sam"), protected=names),
        facts("us_dmca_512c3", copyright=owned(work="photograph by Sam"), protected=names),
    )
    for one in held:
        with pytest.raises(NameInText):
            compose("us_dmca_512c3" if one.copyright else "eu_dsa_art16", one, at=AT)


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Sam Đurđ", "sam djurdj"),
        ("Sam Đurđ", "Sam Durd"),
        ("IŞIL", "\u0131ş\u0131l"),
        ("サム", "投稿者はサムと書いた"),
    ],
)
def test_a_protected_name_is_found_in_the_spellings_of_its_language(name, written):
    with pytest.raises(NameInText):
        compose("eu_dsa_art16", facts(note=f"It says {written}.", protected=frozenset({name})), at=AT)


def test_a_part_of_another_word_is_not_a_protected_name():
    assert compose("eu_dsa_art16", facts(note="The same upload.", protected=frozenset({"Sam"})), at=AT).body


def test_a_protected_name_in_an_address_is_kept_and_the_worker_is_told():
    hers = facts(locations=(Location("https://forum.example/sam/1"),), protected=frozenset({"Sam"}))
    assert any("protected name" in one for one in compose("eu_dsa_art16", hers, at=AT).cautions)


def test_braces_in_a_fact_stay_braces():
    draft = compose("eu_dsa_art16", facts(note="{mailbox} {0}"), at=AT)
    assert "{mailbox} {0}" in draft.body


def test_only_what_was_asked_is_asked():
    draft = compose("us_tida", facts("us_tida", asks=frozenset({Ask.REMOVE})), at=AT)
    assert "remove the material" in draft.body
    assert "preserve" not in draft.body


def test_only_the_stated_reasons_are_stated():
    stated = NonConsent(altering=True, threatened=True)
    body = compose("us_tida", facts("us_tida", non_consent=stated, kind=Kind.SYNTHETIC), at=AT).body
    assert "generation or alteration" in body
    assert "threatened" in body
    assert "withdrawn" not in body
    assert "digital forgery" in body


def test_the_earlier_references_and_the_first_day_stand_in_the_text():
    draft = compose("eu_dsa_art16", facts(earlier=("T-1", "T-2"), since=date(2026, 9, 1)), at=AT)
    assert "T-1, T-2" in draft.body
    assert "2026-09-01" in draft.body


def test_the_hours_of_the_law_stand_in_the_text_only_while_they_are_confirmed():
    assert "within 48 hours" in compose("us_tida", facts("us_tida"), at=AT).body
    late = datetime(2027, 6, 1, tzinfo=AT.tzinfo)
    draft = compose("us_tida", facts("us_tida"), at=late)
    assert "48 hours" not in draft.body
    assert any("check the law again" in one for one in draft.cautions)
    for other in SENT:
        if other != "us_tida":
            assert "hours" not in compose(other, facts(other), at=AT).body


def test_a_wished_language_that_is_not_there_gives_english_and_says_so():
    draft = compose("eu_dsa_art16", facts(language="sq"), at=AT)
    assert (draft.language, draft.fallback) == ("en", True)
    assert not compose("eu_dsa_art16", facts(language="en-GB"), at=AT).fallback


def test_what_is_kept_of_a_draft_is_plain_json():
    kept = compose("eu_dsa_art16", facts(reference="C-7"), at=AT).to_dict()
    assert kept["subject"].endswith("[C-7]")
    first = kept["body"].split("Forum.")[0] + "Forum."
    assert kept["sentences"][0] == {"element": "a", "basis": "Art. 16(2)(a)", "text": first}
    assert json.loads(json.dumps(kept)) == kept


def test_the_draft_knows_when_its_answer_is_due():
    assert compose("us_tida", facts("us_tida"), at=AT).due_at(AT).hours == 48


def test_an_unconfirmed_law_is_never_cited():
    unsure = [one for place in jurisdictions() for one in place.offences if not one.citable(ON)]
    assert any(one.confidence is Confidence.KNOWLEDGE for one in unsure)
    for one in unsure:
        with pytest.raises(UnconfirmedLaw, match=one.id):
            compose("eu_dsa_art16", facts(offences=(one.id,)), at=AT)


def test_every_law_that_may_be_cited_is_named_with_its_place():
    for place in jurisdictions():
        for one in offences_for(place.code, on=ON):
            body = compose("eu_dsa_art16", facts(offences=(one.id,)), at=AT).body
            assert one.instrument in body
            assert place.name in body


def test_the_law_may_be_written_by_the_sender():
    assert "Example Act s. 1" in compose("eu_dsa_art16", facts(offences=(), law_text="Example Act s. 1"), at=AT).body


def test_an_offence_that_there_is_not_is_refused():
    with pytest.raises(UnknownOffence, match="offences_for"):
        compose("eu_dsa_art16", facts(offences=("it-0",)), at=AT)


def test_the_person_signs_alone_when_she_sends_it_herself():
    hers = facts("us_tida", capacity=Capacity.PERSON, organisation="", authority="", signatory="S.")
    body = compose("us_tida", hers, at=AT).body
    assert "/S./, the individual depicted" in body
    assert "authorised" not in body


@pytest.mark.parametrize("regime_id", SENT)
def test_a_stale_law_is_said_to_be_checked_again(regime_id):
    late = datetime(2027, 6, 1, tzinfo=AT.tzinfo)
    cautions = compose(regime_id, facts(regime_id), at=late).cautions
    assert any("2026-11-21" in one for one in cautions)


def test_removed_facts_do_not_leak_into_another_draft():
    whole = facts("us_tida")
    assert compose("us_tida", replace(whole, note="Only here."), at=AT).body != compose("us_tida", whole, at=AT).body
