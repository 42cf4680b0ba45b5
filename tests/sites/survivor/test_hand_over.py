"""The guided way to StopNCII: for adults only, told with source and day, and nothing of hers leaves from here."""

import pytest

from amparo.apps.cases import actions
from amparo.core.law import Age, Situation, routes_for
from amparo.sites.survivor.hand_over import ADDRESS, partners
from tests.sites.reading import elements, text

pytestmark = pytest.mark.django_db


def links(answer, url):
    return [link for link in elements(answer, "a") if link.attributes.get("href") == url]


def test_before_the_answer_about_age_there_is_no_way_there(client, helpline):
    answer = client.get("/other", follow=True)
    assert answer.redirect_chain[0][0] == "/next"
    assert links(answer, ADDRESS) == []


def test_an_adult_sees_what_it_is_who_compares_and_when_that_was_checked(answered):
    answer = answered.get("/other")
    shown = text(answer)
    assert "Facebook" in shown
    assert "Checked on" in shown
    assert "Telegram and many websites do not use this list" in shown
    assert not [button for button in elements(answer, "button") if "I did it" in str(button)]


def test_their_website_opens_beside_ours_and_learns_nothing(answered):
    (link,) = links(answered.get("/other"), ADDRESS)
    assert set(link.attributes["rel"].split()) == {"noreferrer", "noopener"}
    assert link.attributes["target"] == "_blank"


def test_sam_notes_it_and_takes_the_note_away(client, opened):
    client.post("/open", {"code": opened.code.text})
    assert "use a list of their own" in text(client.get("/mine"))
    answer = client.post("/other", {"do": "done"}, follow=True)
    assert "Noted. It stands on your page" in text(answer)
    assert "You made a fingerprint at StopNCII.org." in text(client.get("/mine"))
    assert "A fingerprint was made at StopNCII.org." in text(client.get("/mine"))
    assert "You did this." in text(client.get("/other"))
    assert "The note is gone" in text(client.post("/other", {"do": "undo"}, follow=True))
    assert "You did this." not in text(client.get("/other"))


def test_a_note_without_a_case_is_kept_nowhere(answered):
    assert answered.post("/other", {"do": "done"}).status_code == 200
    assert set(answered.session.keys()) <= {"answers"}


def test_a_case_that_turned_out_to_be_about_a_minor_leads_to_the_other_helpers(client, opened, hana, now):
    client.post("/open", {"code": opened.code.text})
    actions.freeze_case(case=opened.case, by=hana, now=now)
    for answer in (client.get("/other"), client.post("/other", {"do": "done"})):
        assert answer.headers["Location"] == "/people"


def test_people_under_18_are_never_sent_there():
    for age in (Age.UNDER_18, Age.UNSURE):
        for situation in Situation:
            assert ADDRESS not in {route.url for route in routes_for("IT", situation, age).routes}


def test_the_partners_come_from_the_law_data_with_its_source():
    service = next(one for one in routes_for("", Situation.ADULT_ONLINE, Age.ADULT).routes if one.url == ADDRESS)
    assert "TikTok" in partners(service)
    assert "partners seen" not in partners(service)
    assert "stopncii.org" in service.source
