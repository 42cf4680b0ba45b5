"""Messages, rest, new addresses and "it is back", as Sam does them on her page."""

import pytest
from django.test import Client

from amparo.apps.banks.actions import open_bank
from amparo.apps.banks.models import Entry
from amparo.apps.cases import actions
from amparo.apps.cases.models import Case, Item, Message
from amparo.apps.ledger.models import SYSTEM
from tests.apps.cases.conftest import fingerprint, read
from tests.sites.reading import elements, text
from tests.sites.survivor.conftest import URL

pytestmark = pytest.mark.django_db
WORDS = "They moved it.\nSee https://files.example.org/new and <b>read</b>"


# -- messages


def test_what_she_writes_is_on_her_page_and_at_the_desk(inside, opened, hana):
    assert inside.post("/mine/notes", {"text": WORDS}).headers["Location"] == "/mine/notes"
    assert read(Message.objects.get(), hana).text == WORDS
    assert "They moved it." in text(inside.get("/mine/notes"))


def test_a_message_is_plain_text_and_no_link(inside):
    inside.post("/mine/notes", {"text": WORDS})
    shown = inside.get("/mine/notes")
    assert [one.text for one in elements(shown, "pre")] == [WORDS]
    assert not [link for link in elements(shown, "a") if "files.example.org" in link.attributes.get("href", "")]
    assert not elements(shown, "b")


def test_she_sees_how_many_are_new_and_reading_them_makes_them_old(inside, opened, hana, now):
    for words in ("one", "two"):
        actions.write_message(case=opened.case, text=words, by=hana, now=now)
    assert "2 new messages for you" in text(inside.get("/mine"))
    assert "two" in text(inside.get("/mine/notes"))
    assert "new message" not in text(inside.get("/mine"))
    assert all(Message.objects.values_list("read_at", flat=True))


def test_she_sees_whether_the_helpline_had_it(inside, opened, hana, now):
    inside.post("/mine/notes", {"text": "one"})
    assert "has not seen it yet" in text(inside.get("/mine/notes"))
    actions.read_messages(case=opened.case, by=hana, now=Message.objects.get().written_at)
    assert "The helpline had it on a page" in text(inside.get("/mine/notes"))


@pytest.mark.parametrize("words", ["", "   ", "x" * 4001])
def test_what_is_no_message_is_answered_in_words_and_what_she_wrote_stays(inside, words):
    answer = inside.post("/mine/notes", {"text": words})
    assert answer.status_code == 422
    assert elements(answer, "textarea")[0].text.strip() == words.strip()
    assert not Message.objects.exists()


def test_a_name_of_a_worker_does_not_stand_on_her_page(inside, opened, hana, now):
    actions.write_message(case=opened.case, text="We are there", by=hana, now=now)
    assert "hana" not in text(inside.get("/mine/notes")).lower()


# -- rest


def test_she_lets_it_rest_after_one_question_and_go_on_with_one_press(inside, opened):
    asked = text(inside.get("/mine/rest"))
    assert "What happens" in asked
    assert "What stays" in asked
    assert inside.post("/mine/rest").headers["Location"] == "/mine"
    shown = inside.get("/mine")
    assert "Your case rests since" in text(shown)
    assert "We look at it soon" not in text(shown)
    assert [form for form in elements(shown, "form") if form.attributes.get("action") == "/mine/rest/end"]
    assert Item.objects.get().check_due_at is None
    assert inside.post("/mine/rest/end").headers["Location"] == "/mine"
    assert "rests since" not in text(inside.get("/mine"))
    assert Item.objects.get().check_due_at is not None


@pytest.mark.parametrize(("choice", "stays"), [("stay", True), ("go", False)])
def test_she_chooses_what_becomes_of_her_entries(inside, shared, choice, stays):
    assert inside.post("/mine/rest", {}).status_code == 422
    assert Case.objects.get().paused_at is None
    inside.post("/mine/rest", {"lists": choice})
    assert (Entry.objects.get().code is not None) is stays


# -- addresses


def address(**changes):
    return {"age": "adult", "urls": "files.example.org/2\n\nhttps://files.example.org/3"} | changes


def test_she_adds_addresses_from_her_page(inside, opened):
    assert inside.post("/mine/address", address()).headers["Location"] == "/mine"
    assert opened.case.items.count() == 3


@pytest.mark.parametrize("age", ["minor", "unsure"])
def test_under_18_or_unsure_nothing_is_kept_and_other_help_is_shown(inside, opened, age):
    assert inside.post("/mine/address", address(age=age)).headers["Location"] == "/people"
    assert opened.case.items.count() == 1


@pytest.mark.parametrize("wrong", [{"age": ""}, {"age": "12"}, {"urls": ""}, {"urls": "not an address"}])
def test_what_is_missing_is_said_and_nothing_is_kept(inside, opened, wrong):
    answer = inside.post("/mine/address", address(**wrong))
    assert answer.status_code == 422
    assert opened.case.items.count() == 1


def test_at_most_a_hundred_addresses_at_a_time(inside, opened):
    lines = "\n".join(f"https://files.example.org/{number}" for number in range(101))
    assert inside.post("/mine/address", address(urls=lines)).status_code == 422


def test_a_closed_address_is_back_in_one_tap(inside, opened, hana, now):
    item = opened.case.items.get()
    path = f"/mine/address/{item.pk}/back"
    assert path not in inside.get("/mine").content.decode()
    actions.found_gone_by_person(item=item, by=hana, now=now)
    actions.close_case(case=opened.case, by=hana, now=now)
    assert path in inside.get("/mine").content.decode()
    assert inside.post(path).headers["Location"] == "/mine"
    item.refresh_from_db()
    assert (item.state, item.closed_at, Case.objects.get().state) == ("alive", None, "open")
    assert path not in inside.get("/mine").content.decode()


def test_an_address_of_somebody_else_is_not_there(inside, helpline, now):
    other = actions.open_case(helpline=helpline, language="en", country="", fingerprints=[], urls=[URL], now=now)
    assert inside.post(f"/mine/address/{other.case.items.get().pk}/back").status_code == 404


def test_without_a_code_each_of_these_asks_for_it(client, opened):
    item = opened.case.items.get()
    for path in ("/mine/notes", "/mine/rest", "/mine/address", "/mine/code", "/mine/code/new", "/mine/code/end"):
        assert client.get(path).headers["Location"] == "/open"
    for path in ("/mine/rest/end", f"/mine/address/{item.pk}/back", "/mine/words"):
        assert Client().post(path).headers["Location"] == "/open"
        assert client.get(path).status_code == 405


def test_in_a_frozen_case_nothing_can_be_written(inside, opened, hana, now):
    actions.freeze_case(case=opened.case, by=hana, now=now)
    assert inside.get("/mine/notes").headers["Location"] == "/mine"
    inside.post("/mine/rest")
    assert Case.objects.get().paused_at is None
    assert inside.post("/mine/address", address()).status_code == 422


# -- permissions


def test_a_permission_that_was_taken_back_is_given_again_after_one_question(inside, shared, used_bank):
    inside.post(f"/mine/take-back/{shared.pk}")
    path = f"/mine/allow/{shared.picture_id}/{used_bank.pk}"
    assert path in inside.get("/mine").content.decode()
    asked = text(inside.get(path))
    assert "These services stop uploads that match it: Platform" in asked
    assert Entry.objects.filter(withdrawn_at=None).count() == 0
    assert inside.post(path).headers["Location"] == "/mine"
    assert Entry.objects.filter(withdrawn_at=None).count() == 1
    assert path not in inside.get("/mine").content.decode()


def test_only_her_pictures_and_the_banks_of_her_helpline_can_be_shared(inside, opened, helpline, other_helpline, now):
    other = actions.open_case(
        helpline=helpline, language="en", country="", fingerprints=[fingerprint()], urls=[], now=now
    ).case
    theirs = open_bank(handle="elsewhere-bank", title="Elsewhere", owner=other_helpline, by=SYSTEM, now=now)
    ours = open_bank(handle="ours", title="Ours", owner=helpline, by=SYSTEM, now=now)
    hers = opened.case.pictures.get()
    for picture, bank in ((hers, theirs), (other.pictures.get(), ours)):
        assert inside.post(f"/mine/allow/{picture.pk}/{bank.pk}").status_code == 404
    assert not Entry.objects.exists()


def test_a_picture_that_is_too_plain_is_not_offered(inside, opened, used_bank):
    opened.case.pictures.update(quality=20)
    assert "/mine/allow/" not in inside.get("/mine").content.decode()
