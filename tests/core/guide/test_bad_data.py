"""A slip in the guide's files is found when they are read, and named."""

import pytest

from amparo.core.guide import BadGuide, read_answers, read_graph
from tests.core.guide.given import answers, choice, guide, node

GUIDE = {
    "a field nobody reads": (lambda r: r.update(extra=1), "extra"),
    "no questions": (lambda r: r.update(questions=[]), "questions"),
    "a question that is a word": (lambda r: r["questions"].append("age"), "mapping is wanted"),
    "a question without a reason": (lambda r: node(r, "age").pop("why"), "age: why: is missing"),
    "a misspelt field": (lambda r: node(r, "age").update(whi="x"), "age: whi: is not a field"),
    "a misspelt field of a choice": (lambda r: choice(r, "age", "adult").update(agee="x"), "adult: agee"),
    "choices that are no list": (lambda r: node(r, "age").update(choices="x"), "age: choices: is a str"),
    "a number for a text": (lambda r: node(r, "age").update(text=18), "age: Expected `str`, got `int`"),
    "an unknown situation": (lambda r: node(r, "help").update(situation="other"), "help: Invalid enum value"),
    "an id twice": (lambda r: r["questions"].append(dict(node(r, "age"))), "an id stands twice"),
    "a choice twice": (lambda r: node(r, "age")["choices"].append(choice(r, "age", "adult")), "an id stands twice"),
    "a question and a help of one id": (lambda r: node(r, "help").update(id="age"), "is a question and a help"),
    "a choice that leads nowhere": (lambda r: choice(r, "age", "adult").update(leads_to="x"), "leads to 'x'"),
    "a skip that leads nowhere": (lambda r: node(r, "place").update(skip="x"), "leads to 'x'"),
    "a help that goes on to nowhere": (lambda r: node(r, "help_now").update(goes_on="x"), "is not a question"),
    "a first that is none": (lambda r: r.update(first="help"), "first"),
    "a stop that is none": (lambda r: r.update(stop="age"), "stop"),
    "a question without choices": (lambda r: node(r, "age").pop("choices"), "never both"),
    "choices beside countries": (lambda r: node(r, "age").update(asks_country=True), "never both"),
    "a country that leads nowhere": (lambda r: node(r, "country").pop("otherwise"), "otherwise"),
    "a choice called stop": (lambda r: choice(r, "age", "adult").update(id="stop"), "word of the guide itself"),
}
ANSWERS = {
    "no answers": (lambda r: r.update(answers=[]), "answers"),
    "an answer without a body": (lambda r: r["answers"][0].pop("body"), "first_steps: body: is missing"),
    "an answer without a situation": (lambda r: r["answers"][0].pop("situation"), "first_steps: situation"),
    "an unknown situation": (lambda r: r["answers"][0].update(situation="x"), "is not one of"),
    "an answer twice": (lambda r: r["answers"].append(r["answers"][0]), "an id stands twice"),
    "no danger words": (lambda r: r.pop("danger"), "danger: is a NoneType"),
    "an empty danger word": (lambda r: r["danger"]["en"].append("!"), "danger: en: holds an entry without words"),
    "no words for the young": (lambda r: r["young"].update(en=[]), "young"),
}


@pytest.mark.parametrize(("breaks", "told"), GUIDE.values(), ids=GUIDE)
def test_a_broken_guide_is_refused_by_name(breaks, told):
    root = guide()
    breaks(root)
    with pytest.raises(BadGuide, match=r"guide\.yaml") as refused:
        read_graph(root)
    assert told in str(refused.value)


@pytest.mark.parametrize(("breaks", "told"), ANSWERS.values(), ids=ANSWERS)
def test_broken_answers_are_refused_by_name(breaks, told):
    root = answers()
    breaks(root)
    with pytest.raises(BadGuide, match=r"answers\.yaml") as refused:
        read_answers(root)
    assert told in str(refused.value)
