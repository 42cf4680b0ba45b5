"""Her page: opened by the code alone, everything can be taken back, wrong words tell nothing."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from amparo.apps.banks.models import Entry
from amparo.apps.cases import actions
from amparo.apps.cases.models import Case, Consent, Item, Notice
from amparo.apps.ledger.models import SYSTEM
from tests.apps.cases.conftest import kept_notice
from tests.sites.reading import elements, text
from tests.sites.survivor.conftest import URL, line

pytestmark = pytest.mark.django_db


def test_without_a_code_her_page_asks_for_it(client):
    for path in ("/mine", "/mine/take-back", "/mine/take-back/1"):
        assert client.get(path).headers["Location"] == "/open"


def test_pasted_words_open_her_page(client, opened):
    pasted = opened.code.text.upper().replace(" ", "\n  ")
    assert client.post("/open", {"code": pasted}).headers["Location"] == "/mine"
    assert "Your page" in text(client.get("/mine"))


def test_wrong_words_and_a_case_that_is_not_there_get_the_same_answer(client, opened):
    wrong_words = f"{opened.code.locator} " + " ".join(reversed(opened.code.words))
    no_such_case = f"abandon-0000 {' '.join(opened.code.words)}"
    pages = [Client().post("/open", {"code": code}) for code in (wrong_words, no_such_case)]
    assert {page.status_code for page in pages} == {422}
    said = {text(page).replace(wrong_words, "").replace(no_such_case, "") for page in pages}
    assert len(said) == 1


@pytest.mark.parametrize("code", ["", "   ", "one", "maple-4821 a b c d e f g", "x" * 5000, "<script>"])
def test_what_is_not_a_code_is_answered_in_words(client, opened, code):
    answer = client.post("/open", {"code": code})
    assert answer.status_code == 422
    assert elements(answer, "textarea")
    assert client.get("/mine").headers["Location"] == "/open"


def test_many_wrong_codes_rest_and_the_answer_is_no_other_for_a_case_that_is_not_there(client, opened):
    wrong = " ".join(reversed(opened.code.words))
    for locator in (opened.code.locator, "abandon-0000"):
        for _ in range(6):
            answer = client.post("/open", {"code": f"{locator} {wrong}"})
        assert answer.status_code == 422
        assert "wrong several times and rests now" in text(answer)


def test_the_session_key_is_a_new_one_when_the_code_was_right(client, opened):
    client.post("/start", {"danger": "no"})
    before = client.session.session_key
    client.post("/open", {"code": opened.code.text})
    assert client.session.session_key != before


def test_she_is_told_when_her_code_was_used_before(opened):
    first, second = Client(), Client()
    first.post("/open", {"code": opened.code.text})
    assert "was not used before now" in text(first.get("/mine"))
    second.post("/open", {"code": opened.code.text})
    shown = second.get("/mine")
    assert "last used before now" in text(shown)
    assert elements(shown, "time")


@pytest.mark.parametrize("state", Item.State.values)
def test_every_state_of_an_address_has_a_word_and_a_shape(inside, opened, state):
    Item.objects.filter(case=opened.case).update(state=state)
    shown = inside.get("/mine")
    label = next(one for one in elements(shown, "span") if one.attributes.get("class", "").startswith("state"))
    assert label.text.strip()
    assert [one for one in elements(shown, "svg") if "span" in one.inside]


@pytest.mark.parametrize("state", Notice.State.values)
def test_every_state_of_a_request_has_words(inside, opened, now, state):
    is_sent = state == "sent"
    kept_notice(
        opened.case, opened.case, state=state, written_at=now,
        sent_at=now if is_sent else None, due_at=now + timedelta(hours=48) if is_sent else None,
        due_fixed_by_law=is_sent, failure="refused" if state == "failed" else "",
    )  # fmt: skip
    shown = text(inside.get("/mine"))
    assert "To Example Forum" in shown
    assert ("The law gives them until 23 November 2026, 12:00 UTC" in shown) == is_sent


def test_the_path_of_an_address_is_behind_one_step(inside):
    shown = inside.get("/mine")
    whole = next(one for one in elements(shown, "code") if one.text == URL)
    assert "details" in whole.inside


def test_a_permission_is_taken_back_after_one_question(inside, shared):
    path = f"/mine/take-back/{shared.pk}"
    asked = text(inside.get(path))
    assert "What happens" in asked
    assert "What stays" in asked
    assert Consent.objects.get().withdrawn_at is None
    assert inside.post(path).headers["Location"] == "/mine"
    assert Entry.objects.get().code is None
    assert "you took your permission back" in text(inside.get("/mine"))
    assert inside.post(path).status_code == 404


def test_everything_is_taken_back_after_one_question(inside, shared):
    assert "1 permission" in text(inside.get("/mine/take-back"))
    assert Entry.objects.get().code is not None
    inside.post("/mine/take-back")
    assert Entry.objects.get().code is None
    assert "You took 1 permission back" in text(inside.get("/mine"))


def test_the_permissions_of_somebody_else_are_not_there(shared, helpline, now):
    other = actions.open_case(helpline=helpline, language="en", country="", fingerprints=[], urls=[URL], now=now)
    elsewhere = Client()
    elsewhere.post("/open", {"code": other.code.text})
    assert elsewhere.post(f"/mine/take-back/{shared.pk}").status_code == 404
    assert Consent.objects.get().withdrawn_at is None


def test_a_frozen_case_shows_the_hotlines_and_nothing_else(inside, opened, shared, hana, now):
    actions.freeze_case(case=opened.case, by=hana, now=now)
    shown = inside.get("/mine")
    assert "/people?country=IT" in [link.attributes.get("href") for link in elements(shown, "a")]
    assert "Take it back" not in text(shown)


def test_nothing_can_be_added_to_a_frozen_case(inside, opened, hana, now):
    actions.freeze_case(case=opened.case, by=hana, now=now)
    inside.post("/start", {"danger": "no"})
    inside.post("/next", {"age": "adult"})
    answer = inside.post("/form", {"picture": line("coffee"), "urls": URL})
    assert answer.status_code == 422
    assert opened.case.pictures.count() == 0


def test_a_closed_case_says_how_it_begins_again(inside, opened, hana, now):
    actions.found_gone_by_person(item=opened.case.items.get(), by=hana, now=now)
    actions.close_case(case=opened.case, by=hana, now=now)
    assert "If the picture comes back, say so at the address below" in text(inside.get("/mine"))


def test_signing_out_ends_the_visit(inside):
    assert inside.get("/out").status_code == 405
    inside.post("/out")
    assert inside.get("/mine").headers["Location"] == "/open"


def test_a_page_of_a_case_that_is_gone_asks_for_the_code(inside):
    Case.objects.all().delete()
    assert inside.get("/mine").headers["Location"] == "/open"


def test_nobody_reads_her_page_later_than_twenty_minutes_after_she_left(inside):
    age = (inside.session.get_expiry_date() - timezone.now()).total_seconds()
    assert age <= 20 * 60 + 1


def test_a_session_without_its_cookies_secret_opens_nothing_of_hers(inside, opened):
    assert URL in inside.get("/mine").content.decode()
    del inside.cookies["session_key"]
    assert inside.get("/mine").headers["Location"] == "/open"


def test_her_texts_that_were_changed_are_said_to_be_and_the_page_stays(inside, opened):
    Item.objects.update(sealed_url=b"x" * 200)
    shown = inside.get("/mine")
    assert shown.status_code == 200
    assert "was changed outside Amparo, so it is not shown" in text(shown)


def test_her_visit_gives_the_case_a_new_key_after_somebody_left(client, opened, hana, now):
    actions.disable_worker(user=hana, by=SYSTEM, now=now)
    client.post("/open", {"code": opened.code.text})
    assert Case.objects.get().version == 2
    assert URL in client.get("/mine").content.decode()
