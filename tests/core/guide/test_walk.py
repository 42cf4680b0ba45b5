"""Walking the guide: what each answer does, and that every walk ends in help."""

import pytest
from hypothesis import given, strategies as st

from amparo.core.guide import (
    GO_ON,
    MOST_STEPS,
    SKIP,
    STOP,
    BadAnswer,
    HelpKind,
    NotReached,
    State,
    answers_of,
    back_to,
    begin,
    choices_made,
    country_of,
    graph,
    has_people,
    help_of,
    is_adult,
    resume,
    situation,
    step,
)

GRAPH = graph()
ADULT = [("danger", "no"), ("age", "adult")]


def walked(*answers: str) -> State:
    state = begin(GRAPH)
    for answer in answers:
        state = step(state, answer, graph=GRAPH)
    return state


@given(st.randoms(use_true_random=False))
def test_every_random_walk_ends_in_help_within_twelve_steps(chance):
    state, taken, shown = begin(GRAPH), 0, []
    while True:
        helping = help_of(state, graph=GRAPH)
        if helping is not None:
            shown.append(helping)
            assert has_people(helping, country_of(state, graph=GRAPH))
            if not helping.goes_on or chance.random() < 0.3:
                break
            state = step(state, GO_ON, graph=GRAPH)
        else:
            state = step(state, chance.choice(answers_of(GRAPH.questions[state.at])), graph=GRAPH)
        taken += 1
        assert taken <= MOST_STEPS
    assert shown
    assert all(not one.opens_case for one in shown) or is_adult(state, graph=GRAPH)


@given(st.randoms(use_true_random=False))
def test_what_was_answered_is_enough_to_go_on_later(chance):
    state = begin(GRAPH)
    while state.at in GRAPH.questions:
        assert resume(state.answers, graph=GRAPH) == state
        state = step(state, chance.choice(answers_of(GRAPH.questions[state.at])), graph=GRAPH)
    if state.answers:
        assert resume(state.answers, graph=GRAPH) == state


@pytest.mark.parametrize("answer", ["under_18", "unsure"])
def test_a_minor_answer_shows_the_page_for_minors_and_forgets_all_the_rest(answer):
    assert walked("no", answer) == State("young", ())
    assert walked("yes", GO_ON, answer) == State("young", ())


def test_stopping_forgets_all_that_was_answered_at_every_question():
    way = ["no", "adult", "no", "shared", "website", "IT"]
    for length in range(len(way)):
        assert walked(*way[:length], STOP) == State("stopped", ())


@pytest.mark.parametrize(
    ("answers", "reached", "told"),
    [
        (["yes", "chat", "IT"], "help_demand", "sextortion"),
        (["no", "threat", "chat", "IT"], "help_threat", "adult_threat"),
        (["no", "shared", "website", ""], "help_shared", "adult_online"),
        (["no", "unsure", SKIP, SKIP], "help_shared", "adult_online"),
        ([SKIP, SKIP, SKIP, SKIP], "help", None),
        ([SKIP, SKIP, SKIP, "FR"], "help", None),
    ],
)
def test_the_answers_choose_the_page_of_help(answers, reached, told):
    state = walked("no", "adult", *answers)
    assert state.at == reached
    assert situation(state, graph=GRAPH) == told
    assert is_adult(state, graph=GRAPH)


def test_danger_leads_to_help_and_from_there_back_to_age():
    state = walked("yes")
    assert help_of(state, graph=GRAPH).kind is HelpKind.DANGER
    assert step(state, GO_ON, graph=GRAPH).at == "age"


def test_the_country_is_remembered_and_leaving_it_out_gives_none():
    assert country_of(walked("no", "adult", "yes", SKIP, "RS"), graph=GRAPH) == "RS"
    assert country_of(walked("no", "adult", "yes", SKIP, SKIP), graph=GRAPH) == ""
    assert country_of(walked("no", "adult", "yes", SKIP, ""), graph=GRAPH) == ""


def test_a_choice_brings_its_advice_to_the_last_page():
    state = walked("no", "adult", "no", "shared", "search", SKIP)
    assert any("Search engines" in one.note for one in choices_made(state, graph=GRAPH))


@pytest.mark.parametrize(
    ("state", "answer"),
    [
        (State("danger"), "maybe"),
        (State("danger"), SKIP),
        (State("age", (("danger", "no"),)), SKIP),
        (State("age", (("danger", "no"),)), ""),
        (State("country", ()), "ZZ"),
        (State("country", ()), "it"),
        (State("young"), "adult"),
        (State("young"), GO_ON),
        (State("stopped"), STOP),
        (State("help_now"), "no"),
    ],
)
def test_an_answer_that_is_not_offered_is_refused_without_repeating_it(state, answer):
    with pytest.raises(BadAnswer) as refused:
        step(state, answer, graph=GRAPH)
    assert state.at in str(refused.value)
    assert "maybe" not in str(refused.value)


def test_going_back_forgets_what_was_answered_since():
    state = walked("no", "adult", "yes", "chat")
    assert back_to(state, "age", graph=GRAPH) == State("age", (("danger", "no"),))
    assert back_to(state, "country", graph=GRAPH) == state


def test_from_the_danger_page_she_goes_on_to_age():
    assert back_to(walked("yes"), "age", graph=GRAPH).at == "age"


def test_a_question_that_was_not_asked_yet_cannot_be_gone_to():
    for question in ("age", "demand", "country"):
        with pytest.raises(NotReached):
            back_to(begin(GRAPH), question, graph=GRAPH)
    with pytest.raises(NotReached):
        back_to(walked("no", "under_18"), "demand", graph=GRAPH)


@pytest.mark.parametrize(
    "kept", [[("age", "adult")], [("danger", "perhaps")], [*ADULT, ("age", "adult")], [("danger", "no"), ("x", "y")]]
)
def test_answers_that_do_not_fit_the_graph_are_refused(kept):
    with pytest.raises(BadAnswer):
        resume(kept, graph=GRAPH)
