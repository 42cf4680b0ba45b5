"""Which notices fit: by service, day, country, sender and consent; and why the others do not."""

from datetime import date, timedelta

import pytest

from amparo.core.law import (
    Capacity,
    ElementMissing,
    RegimeRefused,
    compose,
    fitting_regimes,
    other_regimes,
    regimes,
    strongest_regime,
)

from .given import AT, NOT_SENT, ON, SENT, facts, owned


def ids(fits):
    return [one.regime.id for one in fits]


def reasons(whole, on=ON):
    return {one.regime.id: one.reason for one in other_regimes(whole, on=on)}


def test_every_regime_either_fits_or_has_a_reason():
    for regime_id in SENT:
        whole = facts(regime_id)
        assert sorted(ids(fitting_regimes(whole, on=ON)) + list(reasons(whole))) == sorted(one.id for one in regimes())
        assert all(reasons(whole).values())


@pytest.mark.parametrize("regime_id", SENT)
def test_each_sent_regime_fits_the_facts_made_for_it(regime_id):
    assert regime_id in ids(fitting_regimes(facts(regime_id), on=ON))


@pytest.mark.parametrize("regime_id", NOT_SENT)
def test_what_is_not_ours_to_send_is_never_offered(regime_id):
    for other in SENT:
        assert regime_id not in ids(fitting_regimes(facts(other), on=ON))
        assert reasons(facts(other))[regime_id]


@pytest.mark.parametrize("regime_id", SENT)
def test_what_does_not_fit_is_not_composed_either(regime_id):
    nowhere = facts(regime_id, offered_in=frozenset(), copyright=None)
    with pytest.raises(RegimeRefused):
        compose(regime_id, nowhere, at=AT)


def test_take_it_down_comes_first_from_its_first_day_on():
    day = date(2026, 5, 19)
    assert strongest_regime(facts(), on=day).id == "us_tida"
    assert strongest_regime(facts(), on=day - timedelta(days=1)).id == "eu_dsa_art16"
    assert "2026-05-19" in reasons(facts(), on=day - timedelta(days=1))["us_tida"]


def test_take_it_down_needs_a_covered_platform():
    assert "us_tida" not in ids(fitting_regimes(facts(covered_platform=False), on=ON))
    assert "us_tida" not in ids(fitting_regimes(facts(covered_platform=None), on=ON))
    assert "us_tida" in ids(fitting_regimes(facts(covered_platform=None, service="Reddit"), on=ON))
    assert "us_tida" not in ids(fitting_regimes(facts(covered_platform=False, service="Reddit"), on=ON))
    assert "us_tida" not in ids(fitting_regimes(facts(offered_in=frozenset({"EU"})), on=ON))


def test_the_british_report_says_that_its_start_is_to_be_checked():
    fits = fitting_regimes(facts(), on=ON)
    british = next(one for one in fits if one.regime.id == "uk_osa_iicr")
    assert any("start date is to be checked" in one for one in british.cautions)


def test_a_copyright_notice_needs_her_consent_and_her_own_picture():
    assert "us_dmca_512c3" not in ids(fitting_regimes(facts(), on=ON))
    for missing in ("exposure_consent", "person_took_it"):
        hers = facts("us_dmca_512c3", copyright=owned(**{missing: False}))
        assert "us_dmca_512c3" not in ids(fitting_regimes(hers, on=ON))
    fits = fitting_regimes(facts("us_dmca_512c3"), on=ON)
    assert ids(fits)[-1] == "us_dmca_512c3"
    assert any("Lumen" in one for one in fits[-1].cautions)


def test_india_and_brazil_are_for_people_who_live_there():
    assert {"in_it_rules", "br_mci21"}.isdisjoint(ids(fitting_regimes(facts(), on=ON)))
    assert "India" in reasons(facts())["in_it_rules"]
    assert "Brazil" in reasons(facts())["br_mci21"]


def test_the_japanese_request_is_only_for_the_person():
    assert "jp_act126" not in ids(fitting_regimes(facts("jp_act126", capacity=Capacity.AGENT), on=ON))


def test_what_rests_on_knowledge_is_said():
    indian = next(one for one in fitting_regimes(facts("in_it_rules"), on=ON) if one.regime.id == "in_it_rules")
    assert any("Unconfirmed" in one and "prima_facie" in one for one in indian.cautions)


def test_sending_in_her_own_name_is_said():
    assert all(
        any("own name" in caution for caution in one.cautions)
        for one in fitting_regimes(facts(capacity=Capacity.PERSON), on=ON)
    )


def test_nothing_fits_a_service_that_is_offered_nowhere():
    assert strongest_regime(facts(offered_in=frozenset()), on=ON) is None


def test_a_fitting_regime_may_still_miss_elements():
    with pytest.raises(ElementMissing):
        compose("us_tida", facts("us_tida", mailbox=""), at=AT)
