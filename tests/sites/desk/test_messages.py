"""Messages at the desk, and what a pause looks like there."""

import pytest

from amparo.apps.cases import actions
from amparo.apps.cases.models import Case, Message
from tests.apps.cases.conftest import read
from tests.sites.desk.conftest import told
from tests.sites.reading import elements, text

pytestmark = pytest.mark.django_db
WORDS = "See https://files.example.org/new and <b>read</b>"


@pytest.fixture
def page(case):
    return f"/desk/cases/{case.pk}"


def test_hana_answers_on_the_case_page(hanas, case, page):
    answer = hanas.post(f"{page}/messages", {"text": "We write to them today"})
    assert answer.headers["Location"] == page
    assert read(Message.objects.get(), case).text == "We write to them today"
    assert "not seen by the person yet" in text(hanas.get(page))


def test_sams_words_are_plain_text_there_and_no_link(hanas, case, page, now):
    actions.write_message(case=case, text=WORDS, by=case, now=now)
    shown = hanas.get(page)
    assert [one.text for one in elements(shown, "pre")] == [WORDS]
    assert not [link for link in elements(shown, "a") if "files.example.org" in link.attributes.get("href", "")]


def test_the_queue_counts_what_nobody_has_read_and_shows_that_case_first(hanas, case, page, now):
    actions.write_message(case=case, text="one", by=case, now=now)
    actions.write_message(case=case, text="two", by=case, now=now)
    assert "2 new messages" in text(hanas.get("/desk/cases"))
    assert "new" in [one.text.strip() for one in elements(hanas.get(page), "span")]
    assert "new message" not in text(hanas.get("/desk/cases"))
    assert "new" not in [one.text.strip() for one in elements(hanas.get(page), "span")]


@pytest.mark.parametrize("words", ["", "  ", "x" * 4001])
def test_what_is_no_message_is_said_and_stays_in_the_form(hanas, page, words):
    answer = hanas.post(f"{page}/messages", {"text": words})
    assert answer.status_code == 422
    assert not Message.objects.exists()


def test_omar_finds_no_such_page(omars, page):
    assert omars.post(f"{page}/messages", {"text": "x"}).status_code == 404
    assert not Message.objects.exists()


def test_the_search_leads_to_the_messages(hanas, case, page, now):
    actions.write_message(case=case, text="the third gallery", by=case, now=now)
    found = hanas.post("/desk/search", {"words": "third gallery"})
    assert f"{page}#messages" in [link.attributes.get("href") for link in elements(found, "a")]


def test_who_writes_to_an_ended_code_is_told_that_nobody_reads_it(hanas, case, page, now):
    Case.objects.update(code_ended_at=now)
    assert "read by nobody" in text(hanas.get(page))


def test_a_pause_is_seen_and_what_it_stops_is_said(hanas, case, item, page, now):
    actions.pause_case(case=case, take_back=False, by=case, now=now)
    shown = hanas.get(page)
    assert "The person paused this case" in text(shown)
    assert "Write a notice" not in text(shown)
    assert "paused by the person" in text(hanas.get("/desk/cases"))
    hanas.post(f"{page}/addresses/{item.pk}/look")
    assert "until the person herself lets it go on" in text(hanas.get(page))
    hanas.post(f"{page}/notices/new", told(case) | {"do": "preview"})
    answer = hanas.post(f"{page}/notices/new", told(case) | {"do": "send"})
    assert "until the person herself lets it go on" in text(answer)
    assert case.notices.count() == 0
