"""The guide's pages: one question each, a reason beside it, a way past it, and help at every end."""

import pytest
from django.contrib.sessions.models import Session

from amparo.apps.ledger.models import Event
from amparo.core import guide, law
from tests.sites.reading import elements, text, title
from tests.sites.survivor.conftest import URL

pytestmark = pytest.mark.django_db
GRAPH = guide.graph()
# demand, online, place, country
OPTIONAL = [3, 4, 5, 6]


def go(client, *answers: str) -> str:
    """Answer the optional questions in the order in which they come; gives the path that is reached."""
    path = "/next/3"
    for answer in answers:
        question = list(GRAPH.questions.values())[int(path.rpartition("/")[2]) - 1]
        posted = {"do": answer} if answer in {"skip", "stop"} else {question.id: answer}
        path = client.post(path, posted).headers["Location"]
    return path


def buttons(page) -> set[str]:
    return {one.attributes.get("value", "") for one in elements(page, "button")}


def test_after_the_age_answer_the_guide_goes_on_and_the_form_is_one_step_away(answered):
    assert client_location(answered, "/next", {"age": "adult"}) == "/next/3"
    assert "/form" in [link.attributes.get("href") for link in elements(answered.get("/next/3"), "a")]


def client_location(client, path, posted) -> str:
    return client.post(path, posted).headers["Location"]


@pytest.mark.parametrize("number", range(1, 7))
def test_every_question_says_why_and_who_sees_it_and_offers_to_go_back_and_to_stop(answered, number):
    go(answered, *["skip"] * (number - 3 if number > 3 else 0))
    page = answered.get({1: "/start", 2: "/next"}.get(number, f"/next/{number}"))
    question = list(GRAPH.questions.values())[number - 1]
    assert title(page) == f"Question {number}"
    for told in (question.text, question.hint, question.why, question.seen_by, "Back"):
        assert told in text(page)
    assert "stop" in buttons(page)
    assert ("skip" in buttons(page)) == (number > 2)
    assert len(elements(page, "fieldset")) + len(elements(page, "select")) == 1


@pytest.mark.parametrize("path", ["/start", "/next"])
def test_danger_and_age_cannot_be_skipped(client, path):
    client.post("/start", {"danger": "no"})
    assert client.post(path, {"do": "skip"}).status_code == 422


@pytest.mark.parametrize("number", OPTIONAL)
def test_a_question_that_was_not_reached_leads_to_the_one_that_was(client, number):
    assert client.get(f"/next/{number}").headers["Location"] == "/start"
    client.post("/start", {"danger": "no"})
    assert client.get(f"/next/{number}").headers["Location"] == "/next"
    assert client.post(f"/next/{number}", {"demand": "yes"}).headers["Location"] == "/next"
    assert client.get("/steps").headers["Location"] == "/next"


def test_numbers_without_a_question_lead_to_the_one_that_is_open(answered):
    for number in (0, 7, 99, 10**20):
        assert answered.get(f"/next/{number}").headers["Location"] == "/next/3"


WAYS = {
    "demand": (["yes", "chat", "IT"], "Somebody demands something", "Do not pay and do not negotiate"),
    "threat": (["no", "threat", "skip", "IT"], "Somebody threatens to share it", "Save the threats"),
    "shared": (["no", "shared", "website", "IT"], "The picture was shared", "Save proof without the picture"),
}


@pytest.mark.parametrize(("answers", "heading", "step"), WAYS.values(), ids=WAYS)
def test_each_situation_has_its_own_steps_people_and_laws(answered, answers, heading, step):
    assert go(answered, *answers) == "/steps"
    page = answered.get("/steps")
    shown = text(page)
    assert heading in elements(page, "h1")[0].text
    assert step in shown
    assert "StopNCII" in shown
    assert [one.name for one in law.routes_for("IT", "adult_online", "adult").helplines if one.name not in shown] == []
    assert "612-ter" in shown
    assert "Checked on 21 November 2026" in shown
    assert "/form" in [link.attributes.get("href") for link in elements(page, "a")]


def test_what_is_not_confirmed_is_shown_as_such(answered):
    go(answered, "no", "shared", "skip", "IT")
    assert law.routes_for("IT", "adult_online", "adult").advice[0].unconfirmed
    assert "Not confirmed yet" in text(answered.get("/steps"))


def test_the_place_she_named_brings_its_own_advice(answered):
    go(answered, "no", "shared", "search", "skip")
    assert "Search engines can take results away" in text(answered.get("/steps"))


def test_whoever_skips_everything_still_reaches_people_and_the_form(answered):
    assert go(answered, "skip", "skip", "skip", "skip") == "/steps"
    shown = text(answered.get("/steps"))
    assert "StopNCII" in shown
    assert "Choose your country" in shown
    assert answered.get("/form").status_code == 200


@pytest.mark.parametrize("country", [one.code for one in law.countries()])
def test_the_steps_of_every_country_name_people_and_lead_to_the_form(answered, country):
    go(answered, "no", "shared", "skip", country)
    page = answered.get("/steps")
    found = law.routes_for(country, "adult_online", "adult")
    shown = text(page)
    missing = [one.name for one in (*found.helplines, *found.routes) if " ".join(one.name.split()) not in shown]
    assert missing == []
    assert "/form" in [link.attributes.get("href") for link in elements(page, "a")]


def test_the_country_goes_on_to_the_form(answered):
    go(answered, "skip", "skip", "skip", "RS")
    chosen = [
        one.attributes["value"] for one in elements(answered.get("/form"), "option") if "selected" in one.attributes
    ]
    assert chosen == ["RS"]


@pytest.mark.parametrize("length", range(4))
def test_stopping_keeps_nothing_and_shows_people(answered, length):
    assert go(answered, *["skip"] * length, "stop") == "/done"
    assert Session.objects.count() == 0
    page = answered.get("/done")
    assert "We kept none of your answers" in text(page)
    assert "StopNCII" in text(page)
    assert answered.get("/form").headers["Location"] == "/next"


def test_stopping_does_not_close_the_page_her_code_opened(inside):
    inside.post("/start", {"danger": "no"})
    inside.post("/next", {"do": "stop"})
    assert inside.get("/mine").status_code == 200
    assert "answers" not in inside.session


def test_going_back_to_age_and_answering_unsure_forgets_everything(answered):
    go(answered, "yes", "chat", "IT")
    assert client_location(answered, "/next", {"age": "unsure"}) == "/people"
    assert Session.objects.count() == 0
    assert answered.get("/steps").headers["Location"] == "/start"


def test_an_earlier_answer_is_chosen_when_she_goes_back(answered):
    go(answered, "no", "threat")
    chosen = [
        one.attributes["value"] for one in elements(answered.get("/next/4"), "input") if "checked" in one.attributes
    ]
    assert chosen == ["threat"]


def test_from_the_danger_page_she_goes_on_to_age(client):
    client.post("/start", {"danger": "yes"})
    assert client.get("/next").status_code == 200
    assert client_location(client, "/next", {"age": "adult"}) == "/next/3"


def test_a_session_that_fits_no_graph_begins_anew(client):
    session = client.session
    for kept in ([["age", "adult"]], [["danger", "perhaps"]], "broken", [1, 2], [["danger"]]):
        session["answers"] = kept
        session.save()
        assert client.get("/form").headers["Location"] == "/next"
        assert client.get("/next").headers["Location"] == "/start"


def test_the_guide_writes_no_row_but_the_session(answered):
    events = Event.objects.count()
    go(answered, "no", "shared", "website", "IT")
    answered.get("/steps")
    assert Event.objects.count() == events


def test_her_answers_stand_in_no_address(answered):
    for answers in (["yes", "chat", "IT"], ["no", "threat", "skip", "stop"]):
        answered.post("/start", {"danger": "no"})
        answered.post("/next", {"age": "adult"})
        assert go(answered, *answers) in {"/steps", "/done"}


def ask(client, words: str):
    return client.post("/ask", {"words": words})


def test_a_question_in_her_own_words_finds_vetted_answers(client):
    page = ask(client, "Can I get my photo off Google?")
    assert page.status_code == 200
    answer = next(one for one in guide.answers().answers if one.id == "remove_search")
    assert answer.body in text(page)


def test_what_she_typed_is_nowhere_afterwards(answered, caplog, capfd):
    typed = "zebrafish google results"
    events, kept = Event.objects.count(), dict(answered.session)
    page = ask(answered, typed)
    assert "zebrafish" not in page.content.decode()
    assert dict(answered.session) == kept
    assert Event.objects.count() == events
    assert "zebrafish" not in caplog.text + "".join(capfd.readouterr())
    assert "zebrafish" not in str(page.headers)


def test_typed_text_is_taken_from_no_address(client):
    page = client.get("/ask", {"words": "suicide"})
    assert page.status_code == 200
    assert elements(page, "textarea")[0].text.strip() == ""
    assert {form.attributes.get("method") for form in elements(page, "form")} == {"post"}


@pytest.mark.parametrize("typed", ["I want to die", "there is a man at my door", "voglio morire"])
def test_words_of_danger_lead_to_the_fixed_page(client, typed):
    assert ask(client, typed).headers["Location"] == "/help-now"


def test_words_about_an_age_under_18_lead_to_the_page_for_minors_and_nothing_stays(answered):
    assert ask(answered, "I was 15 in it").headers["Location"] == "/people"
    assert Session.objects.count() == 0
    assert answered.get("/form").headers["Location"] == "/next"


def test_where_nothing_fits_all_answers_are_shown_and_none_is_made_up(client):
    page = ask(client, "qwertz")
    assert "We have no answer to that yet" in text(page)
    for one in guide.answers().answers:
        assert one.title in text(page)


@pytest.mark.parametrize("typed", ["", "   ", "word " * 200])
def test_an_empty_or_very_long_question_is_asked_again(client, typed):
    answer = ask(client, typed)
    assert answer.status_code == 422
    assert elements(answer, "textarea")


def test_the_page_for_questions_always_shows_the_way_for_people_under_18(client):
    for page in (client.get("/ask"), ask(client, "google"), ask(client, "qwertz")):
        links = [link.attributes.get("href") for link in elements(page, "a")]
        assert {"/people", "/help-now", "/exit"} <= set(links)


def test_no_page_of_the_guide_holds_a_file_input(answered):
    go(answered, "skip", "skip", "skip")
    paths = ["/next/3", "/next/4", "/next/5", "/next/6", "/done", "/ask"]
    pages = [answered.get(path) for path in paths]
    assert client_location(answered, "/next/6", {"country": "IT"}) == "/steps"
    pages.append(answered.get("/steps"))
    assert [page.status_code for page in pages] == [200] * 7
    assert [one for page in pages for one in elements(page) if one.attributes.get("type") == "file"] == []


def test_after_the_case_is_open_the_guide_begins_anew(answered):
    go(answered, "no", "shared", "skip", "IT")
    answered.post("/form", {"urls": URL})
    assert answered.get("/steps").headers["Location"] == "/start"
