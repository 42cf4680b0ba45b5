"""Danger first, then the age in the picture; under 18 leads to hotlines and leaves nothing behind."""

import pytest
from django.contrib.sessions.models import Session

from amparo.apps.cases.models import Case
from amparo.apps.ledger.models import Event
from amparo.core import law
from tests.sites.reading import elements, text

pytestmark = pytest.mark.django_db


def test_the_first_page_asks_for_nothing_and_sets_no_cookie(client):
    answer = client.get("/")
    assert answer.status_code == 200
    assert not answer.cookies
    # The language chooser carries the page to come back to, and nothing of hers.
    assert [one.attributes["type"] for one in elements(answer, "input")] == ["hidden"]


def test_danger_is_asked_before_age(client):
    assert client.get("/next").headers["Location"] == "/start"
    client.post("/start", {"danger": "no"})
    assert client.get("/next").status_code == 200


def test_danger_leads_to_help_at_once(client):
    assert client.post("/start", {"danger": "yes"}).headers["Location"] == "/help-now"


def test_in_the_european_union_the_danger_page_shows_112_and_says_that_it_is_unconfirmed(client):
    shown = client.get("/help-now", {"country": "IT"})
    assert "tel:112" in [link.attributes.get("href") for link in elements(shown, "a")]
    assert "not confirmed" in text(shown)


def test_where_no_number_is_confirmed_none_is_invented(client):
    shown = client.get("/help-now", {"country": "RS"})
    assert not [link for link in elements(shown, "a") if link.attributes.get("href", "").startswith("tel:")]
    assert "emergency number of the place where you are" in text(shown)


@pytest.mark.parametrize("path", ["/start", "/next"])
@pytest.mark.parametrize("posted", [{}, {"danger": "maybe", "age": "old"}])
def test_an_answer_that_is_not_one_of_those_offered_is_asked_again(client, path, posted):
    client.post("/start", {"danger": "no"})
    answer = client.post(path, posted)
    assert answer.status_code == 422
    summary = next(one for one in elements(answer, "div") if one.attributes.get("role") == "alert")
    target = next(href for link in elements(answer, "a") if (href := link.attributes["href"]).startswith("#id_"))
    assert "Choose one" in summary.text
    assert target.removeprefix("#") in {one.attributes.get("id") for one in elements(answer, "input")}


@pytest.mark.parametrize("age", ["under_18", "unsure"])
def test_under_18_or_unsure_leads_to_the_hotlines_and_nothing_stays(client, helpline, age):
    client.post("/start", {"danger": "no"})
    events = Event.objects.count()
    answer = client.post("/next", {"age": age}, follow=True)
    assert answer.redirect_chain == [("/people", 302)]
    assert Session.objects.count() == 0
    assert Case.objects.count() == 0
    assert Event.objects.count() == events


@pytest.mark.parametrize("age", ["under_18", "unsure"])
def test_under_18_or_unsure_never_reaches_the_picker(client, helpline, age):
    client.post("/start", {"danger": "no"})
    client.post("/next", {"age": age})
    assert client.get("/form").headers["Location"] == "/next"


def test_under_18_after_adult_closes_the_picker_again(answered):
    assert answered.get("/form").status_code == 200
    answered.post("/start", {"danger": "no"})
    answered.post("/next", {"age": "unsure"})
    assert answered.get("/form").headers["Location"] == "/next"


@pytest.mark.parametrize("country", [one.code for one in law.countries()])
def test_the_hotlines_of_every_country_stand_on_the_page_for_minors(client, country):
    shown = text(client.get("/people", {"country": country}))
    found = law.routes_for(country, "minor", "unsure")
    # The page joins white space, as a browser does.
    assert [route.name for route in found.routes if " ".join(route.name.split()) not in shown] == []
    assert "NCMEC Take It Down" in shown
    assert "INHOPE" in shown


def test_the_browsers_language_chooses_the_country_and_is_not_kept(client):
    shown = client.get("/people", headers={"Accept-Language": "it-IT,it;q=0.9"})
    assert "Telefono Azzurro" in text(shown)
    assert not shown.cookies


@pytest.mark.parametrize("given", ["", "ZZ", "<script>", "it", "I" * 5000])
def test_a_country_that_we_do_not_know_shows_what_helps_everywhere(client, given):
    shown = client.get("/people", {"country": given}, headers={"Accept-Language": "it-IT"})
    assert shown.status_code == 200
    assert "NCMEC Take It Down" in text(shown)
    assert "Telefono Azzurro" not in text(shown)


def test_no_page_but_the_form_holds_a_file_input(answered, opened):
    for path in ("/", "/start", "/next", "/help-now", "/people", "/open", "/mine", "/nowhere"):
        assert [one for one in elements(answered.get(path)) if one.attributes.get("type") == "file"] == []
