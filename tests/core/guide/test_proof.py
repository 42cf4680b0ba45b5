"""Every rule of the guide is proved of the file that ships, and each is seen to break."""

import pytest

from amparo.core.guide import graph, problems, read_graph
from amparo.core.law import countries
from tests.core.guide.given import choice, guide, node


def test_the_guide_that_ships_keeps_every_rule():
    assert problems(graph()) == ()


def found(root) -> str:
    return " | ".join(problems(read_graph(root)))


def test_danger_must_be_asked_first():
    root = guide()
    root["questions"][0], root["questions"][2] = root["questions"][2], root["questions"][0]
    root["first"] = "demand"
    assert "does not ask about danger" in found(root)


def test_age_must_be_asked_second():
    root = guide()
    choice(root, "danger", "no")["leads_to"] = "demand"
    assert "danger=no passes the question about age by" in found(root)
    assert "without the answer about age" in found(root)


@pytest.mark.parametrize("question", ["danger", "age"])
def test_danger_and_age_cannot_be_left_out(question):
    root = guide()
    node(root, question)["skip"] = "demand"
    assert f"{question} can be left out, and must not be" in found(root)


@pytest.mark.parametrize("question", ["demand", "online", "place", "country"])
def test_every_other_question_can_be_left_out(question):
    root = guide()
    del node(root, question)["skip"]
    assert f"{question} cannot be left out, and must be" in found(root)


@pytest.mark.parametrize("answer", ["under_18", "unsure"])
def test_a_minor_answer_that_leads_elsewhere_is_found(answer):
    root = guide()
    choice(root, "age", answer)["leads_to"] = "demand"
    assert f"age={answer} and the page for minors do not belong together" in found(root)
    assert "without the answer about age" in found(root)


def test_nothing_follows_the_page_for_minors():
    root = guide()
    node(root, "young")["goes_on"] = "age"
    assert "young is for minors, so nothing may follow it" in found(root)
    root = guide()
    node(root, "young")["opens_case"] = True
    assert "young is for minors, so nothing may follow it" in found(root)


def test_a_picker_before_the_age_answer_is_found():
    root = guide()
    node(root, "help_now")["opens_case"] = True
    assert "danger=yes offers the file picker without the answer about age" in found(root)


def test_a_circle_is_found():
    root = guide()
    node(root, "place")["skip"] = "demand"
    assert "goes on for more than 12 answers" in found(root)


def test_a_page_that_nothing_leads_to_is_found():
    root = guide()
    node(root, "country")["leads_by_situation"] = {}
    assert "help_threat is never reached" in found(root)


def test_a_page_of_help_without_people_is_found():
    root = guide()
    node(root, "help_threat")["opens_case"] = False
    missing = found(root)
    assert "help_threat names nobody to turn to in an unknown country" in missing
    assert "help_threat names nobody to turn to in IT" not in missing


def test_the_proof_looks_at_every_country():
    assert len(countries()) > 40
