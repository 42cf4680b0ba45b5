"""Sign in: recorded, refused without a hint, and only onwards to our own pages."""

import pytest

from amparo.apps.accounts.actions import disable_user
from amparo.apps.ledger.models import SYSTEM, Event
from tests.conftest import PASSWORD
from tests.sites.desk.conftest import at_desk, through_second_step
from tests.sites.reading import elements, text

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("who", "first"), [("hana", "/desk/cases"), ("pia", "/desk/decisions")])
def test_each_kind_of_organisation_has_its_first_page(hana, pia, who, first):
    assert at_desk(who).get("/desk/").headers["Location"] == first


def test_a_sign_in_stands_in_the_trail_once_both_steps_are_done(client, hana):
    client.post("/desk/sign-in", {"handle": "hana", "password": PASSWORD})
    assert not Event.objects.filter(kind="signed_in").exists()
    through_second_step(client, hana)
    event = Event.objects.filter(kind="signed_in").get()
    assert (event.by, event.organisation) == ("hana", "helpline")


@pytest.mark.parametrize(("handle", "password"), [("hana", "another passphrase"), ("nobody", PASSWORD)])
def test_a_refusal_gives_no_hint_and_what_was_typed_is_not_recorded(client, hana, handle, password):
    answer = client.post("/desk/sign-in", {"handle": handle, "password": password})
    assert answer.status_code == 422
    assert "do not belong together" in text(answer)
    event = Event.objects.filter(kind="sign_in_refused").get()
    assert (event.by, event.subject_id, event.detail) == ("somebody", "0", {})
    assert PASSWORD not in answer.content.decode()


def test_the_name_stays_and_the_password_does_not(client, hana):
    answer = client.post("/desk/sign-in", {"handle": "hana", "password": "another passphrase"})
    fields = {one.attributes["name"]: one.attributes for one in elements(answer, "input")}
    assert fields["handle"]["value"] == "hana"
    assert "value" not in fields["password"]


@pytest.mark.parametrize(
    "posted", [{}, {"handle": "hana"}, {"password": PASSWORD}, {"handle": "h" * 99, "password": "p"}]
)
def test_an_empty_or_endless_field_is_named(client, hana, posted):
    answer = client.post("/desk/sign-in", posted)
    assert answer.status_code == 422
    assert [one for one in elements(answer, "div") if one.attributes.get("role") == "alert"]


def test_a_disabled_worker_is_refused_and_an_open_session_has_ended(hanas, hana, client, now):
    assert hanas.get("/desk/cases").status_code == 200
    disable_user(user=hana, by=SYSTEM, now=now)
    assert hanas.get("/desk/cases").headers["Location"].startswith("/desk/sign-in")
    assert client.post("/desk/sign-in", {"handle": "hana", "password": PASSWORD}).status_code == 422


@pytest.mark.parametrize(
    "elsewhere", ["https://elsewhere.example/", "//elsewhere.example/desk/", "/exit", "javascript:1"]
)
def test_signing_in_never_leads_to_another_site(client, hana, elsewhere):
    client.post("/desk/sign-in", {"handle": "hana", "password": PASSWORD, "next": elsewhere})
    assert through_second_step(client, hana).headers["Location"] == "/desk/"


def test_signing_in_goes_on_to_the_page_that_was_asked_for(client, hana):
    asked = client.get("/desk/banks").headers["Location"]
    assert asked == "/desk/sign-in?next=/desk/banks"
    client.post("/desk/sign-in", {"handle": "hana", "password": PASSWORD, "next": "/desk/banks"})
    assert through_second_step(client, hana).headers["Location"] == "/desk/banks"


def test_signing_out_ends_the_session_and_takes_a_press(hanas):
    assert hanas.get("/desk/sign-out").status_code == 405
    hanas.post("/desk/sign-out")
    assert hanas.get("/desk/cases").headers["Location"].startswith("/desk/sign-in")


def test_the_desk_is_in_one_language_whatever_the_browser_asks_for(client, db):
    page = client.get("/desk/sign-in", headers={"accept-language": "it-IT,it"}).content.decode()
    assert '<html lang="en"' in page
