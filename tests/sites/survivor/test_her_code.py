"""Her code on her page: typed back, changed, a second one, ended. All of it without scripts."""

import re

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from amparo.apps.cases import actions, slips
from amparo.apps.cases.models import Case
from amparo.apps.ledger.models import Event
from amparo.core.vault import new_code
from tests.sites.reading import elements, text
from tests.sites.survivor.conftest import URL, line

pytestmark = pytest.mark.django_db


def slip_of(answer) -> str:
    return next(one.attributes["value"] for one in elements(answer, "input") if one.attributes.get("name") == "slip")


def words_of(answer) -> list[str]:
    """The code on the page: the locator, then the seven words."""
    return [one.text.strip() for one in elements(answer, "li") if "ol" in one.inside]


def asked_of(answer) -> list[int]:
    label = next(one for one in elements(answer, "label") if one.attributes.get("for") == "id_words")
    return [int(number) for number in re.findall(r"\d", label.text)]


def ask(client, page):
    return client.post("/mine/words", {"slip": slip_of(page)})


def type_back(client, page):
    """Sam types the two words that are asked for."""
    asked = ask(client, page)
    two = " ".join(words_of(page)[number] for number in asked_of(asked))
    return client.post("/mine/words", {"slip": slip_of(asked), "words": two})


def opens(code: str, path: str = "/mine") -> str:
    """What a fresh browser reads after this code."""
    browser = Client()
    answer = browser.post("/open", {"code": code})
    return text(browser.get(path)) if answer.status_code == 302 else ""


@pytest.fixture
def code_page(answered):
    return answered.post("/form", {"urls": URL, "country": ""})


@pytest.fixture
def with_second(inside, opened):
    """Sam's browser after she made a second code, and that code."""
    page = inside.post("/mine/code/second", {"code": opened.code.text})
    words = " ".join(words_of(page))
    assert type_back(inside, page).headers["Location"] == "/mine"
    return inside, words


# -- typed back


def test_after_a_new_case_two_of_the_seven_words_are_asked_and_then_it_goes_on(answered, code_page):
    asked = ask(answered, code_page)
    first, second = asked_of(asked)
    assert 1 <= first < second <= 7
    assert type_back(answered, code_page).headers["Location"] == "/mine"
    assert "Your code opens this page whenever you come back" in text(answered.get("/mine"))


def test_neither_the_page_that_asks_nor_the_session_has_the_words(answered, code_page):
    words = words_of(code_page)[1:]
    asked = ask(answered, code_page)
    assert not [word for word in words if re.search(rf">\s*{word}\s*<", asked.content.decode())]
    kept = "".join(str(one.get_decoded()) for one in Session.objects.all())
    assert slip_of(asked) not in kept
    assert not [word for word in words if f" {word} " in kept]


@pytest.mark.parametrize("typed", ["whole", "seven", "capitals", "commas"])
def test_the_whole_code_may_be_pasted_and_spelling_is_forgiven(answered, code_page, typed):
    words = words_of(code_page)
    asked = ask(answered, code_page)
    two = [words[number] for number in asked_of(asked)]
    told = {
        "whole": " ".join(words),
        "seven": "\n".join(words[1:]),
        "capitals": " ".join(two).upper(),
        "commas": ", ".join(two),
    }[typed]
    answer = answered.post("/mine/words", {"slip": slip_of(asked), "words": told})
    assert answer.headers["Location"] == "/mine"


@pytest.mark.parametrize("typed", ["", "about about", "one", "x" * 500, "<b>"])
def test_other_words_are_asked_again_kindly_and_the_code_can_be_seen_once_more(answered, code_page, typed):
    asked = ask(answered, code_page)
    answer = answered.post("/mine/words", {"slip": slip_of(asked), "words": typed})
    assert answer.status_code == 422
    assert asked_of(answer) == asked_of(asked)
    again = answered.post("/mine/words", {"slip": slip_of(answer), "words": typed, "do": "show"})
    assert words_of(again) == words_of(code_page)
    assert type_back(answered, again).headers["Location"] == "/mine"


def test_a_slip_of_another_case_a_false_one_or_an_old_one_is_no_slip(answered, code_page, inside, opened):
    made_at = timezone.now() - slips.GOOD_FOR
    late = slips.new_slip(
        slips.Use.CHANGED, locator=opened.code.locator, words=new_code("en").words, language="en", now=made_at
    )
    for slip in ("", "x", "AAAA", slip_of(code_page), "é", slips.sealed(late, opened.case)):
        assert inside.post("/mine/words", {"slip": slip}).headers["Location"] == "/mine"
        assert "are not used" in text(inside.get("/mine"))
    assert Client().post("/mine/words", {"slip": slip_of(code_page)}).headers["Location"] == "/open"


# -- new words


def test_new_words_count_once_two_of_them_were_typed_back_and_not_before(inside, opened):
    page = inside.post("/mine/code/new", {"code": opened.code.text})
    new = " ".join(words_of(page))
    assert words_of(page)[0] == opened.code.locator
    assert "Your page" in opens(opened.code.text)
    assert opens(new) == ""
    assert type_back(inside, page).headers["Location"] == "/mine"
    assert "files.example.org" in text(inside.get("/mine"))
    assert "files.example.org" in opens(new)
    assert opens(opened.code.text) == ""


def test_a_page_left_open_is_not_enough_to_change_or_end_the_code(inside, opened):
    wrong = f"{opened.code.locator} " + "about " * 7
    for path in ("/mine/code/new", "/mine/code/second", "/mine/code/second/end", "/mine/code/end"):
        answer = inside.post(path, {"code": wrong})
        assert answer.status_code == 422
        assert "does not open a case" in text(answer)
        assert inside.post(path, {"code": ""}).status_code == 422
        actions.open_by_code(text=opened.code.text, now=Case.objects.get().read_at)


def test_another_browser_that_still_has_the_old_pair_sees_nothing_any_more(inside, opened):
    other = Client()
    other.post("/open", {"code": opened.code.text})
    type_back(inside, inside.post("/mine/code/new", {"code": opened.code.text}))
    assert "files.example.org" not in text(other.get("/mine"))


# -- the second code


def test_the_second_code_opens_an_empty_page(with_second):
    shown = opens(with_second[1])
    assert "There is nothing on this page" in shown
    assert "example.org" not in shown


def test_her_own_code_opens_her_page_as_before(with_second, opened):
    assert "files.example.org" in opens(opened.code.text)
    assert "files.example.org" in text(with_second[0].get("/mine"))


def at_the_door(code):
    """Everything that a watcher of the door sees of one opening: status, headers, cookies by form, page."""
    browser = Client()
    answer = browser.post("/open", {"code": code})
    cookies = {
        name: (len(one.value), {key: one[key] for key in ("httponly", "samesite", "secure", "path", "max-age")})
        for name, one in answer.cookies.items()
    }
    session = {
        name: re.sub(r"[A-Za-z0-9+/=]{80,}|\d{9,}\.\d+", lambda found: f"{len(found[0]) // 90}", str(value))
        for name, value in browser.session.items()
    }
    return answer.status_code, dict(answer.headers), cookies, answer.content, session


def test_the_door_answers_both_codes_alike_and_the_session_has_the_same_form(with_second, opened):
    assert at_the_door(with_second[1]) == at_the_door(opened.code.text)


def test_every_other_page_of_hers_is_as_if_nobody_had_opened_it(with_second, opened):
    browser = Client()
    browser.post("/open", {"code": with_second[1]})
    item = opened.case.items.get()
    for path in ("/mine/address", "/mine/notes", "/mine/rest", "/mine/code", "/mine/code/end", "/mine/take-back"):
        assert browser.get(path).headers["Location"] == "/open", path
    for path in (f"/mine/address/{item.pk}/back", "/mine/rest", "/mine/rest/end", "/mine/notes", "/mine/words"):
        assert browser.post(path, {"text": "x", "lists": "go"}).headers["Location"] == "/open", path
    links = [link.attributes.get("href") for link in elements(browser.get("/"), "a")]
    assert "/mine" in links
    assert "/open" not in links


def test_a_picture_that_is_sent_from_the_empty_page_opens_a_case_of_its_own(with_second, opened):
    browser = Client()
    browser.post("/open", {"code": with_second[1]})
    browser.post("/start", {"danger": "no"})
    browser.post("/next", {"age": "adult"})
    page = browser.post("/form", {"picture": line("coffee"), "urls": ""})
    assert words_of(page)[0] != opened.code.locator
    assert opened.case.pictures.count() == 1


def test_she_is_told_with_her_own_code_when_the_second_one_was_used(with_second, opened):
    assert "second code was last used" not in opens(opened.code.text)
    assert "second" not in opens(with_second[1]).lower()
    assert "Your second code was last used" in opens(opened.code.text)
    assert "When a second code was used" in opens(opened.code.text, "/mine/code")


def test_a_second_code_is_ended_and_nothing_says_whether_there_was_one(inside, opened, with_second):
    assert inside.post("/mine/code/second/end", {"code": opened.code.text}).headers["Location"] == "/mine/code"
    inside.get("/mine/code")  # what was said on the way is said once
    once = text(inside.get("/mine/code"))
    assert opens(with_second[1]) == ""
    inside.post("/mine/code/second/end", {"code": opened.code.text})
    inside.get("/mine/code")
    assert text(inside.get("/mine/code")) == once


def test_no_page_of_the_desk_tells_of_a_second_code(with_second, hana):
    from tests.sites.desk.conftest import at_desk

    opens(with_second[1])
    page = text(at_desk("hana").get(f"/desk/cases/{Case.objects.get().pk}"))
    assert "second" not in page.lower().replace("seconds", "")


# -- the end


def test_an_ended_code_opens_nothing_and_her_visit_ends_with_it(inside, opened):
    said = text(inside.get("/mine/code/end"))
    assert "Nobody opens your page again" in said
    assert "The helpline goes on with your case" in said
    assert inside.post("/mine/code/end", {"code": opened.code.text}).headers["Location"] == "/"
    assert inside.get("/mine").headers["Location"] == "/open"
    assert opens(opened.code.text) == ""
    assert Event.objects.filter(kind="code_ended").count() == 1


def test_before_the_end_she_is_offered_to_take_back_what_is_shared(inside, shared):
    assert "/mine/take-back" in [link.attributes.get("href") for link in elements(inside.get("/mine/code/end"), "a")]


def test_a_resting_case_goes_on_before_its_code_is_ended(inside, opened, now):
    actions.pause_case(case=opened.case, take_back=False, by=opened.case, now=now)
    answer = inside.post("/mine/code/end", {"code": opened.code.text})
    assert answer.status_code == 422
    assert "Let it go on first" in text(answer)


# -- everything


def test_everything_is_erased_after_her_code_and_one_page_that_says_what_stays(inside, opened, shared):
    said = text(inside.get("/mine/end"))
    assert "cannot be undone" in said
    assert "What went out to websites stays with them" in said
    assert inside.post("/mine/end", {"code": f"{opened.code.locator} " + "about " * 7}).status_code == 422
    assert Case.objects.count() == 1
    assert inside.post("/mine/end", {"code": opened.code.text}).headers["Location"] == "/"
    assert Case.objects.count() == 0
    assert inside.get("/mine").headers["Location"] == "/open"
    assert opens(opened.code.text) == ""


def test_a_visit_whose_case_was_erased_meanwhile_shows_nothing(inside, opened):
    Case.objects.update(wrapped_key=b"", second_key=b"")
    assert "example.org" not in text(inside.get("/mine"))
    assert opens(opened.code.text) == ""
