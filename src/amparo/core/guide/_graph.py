"""The guided conversation as a graph: questions, their answers, and the pages that help. Read from data/guide.yaml."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from typing import Any

from amparo.core.law import Age, Situation

from ._read import BadGuide, listed, mapping, read, read_root

FILE = "guide.yaml"
# Answers that no question lists: every question can be stopped at, and each but danger and age left out.
STOP = "stop"
SKIP = "skip"
GO_ON = "go_on"


class HelpKind(StrEnum):
    """What a page of help is. Nothing follows MINOR, and only DANGER leads back into the questions."""

    DANGER = "danger"
    MINOR = "minor"
    STEPS = "steps"
    ROUTES = "routes"
    STOP = "stop"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One answer of a question. age: what it says of the person in the picture; note: advice for the last page."""

    id: str
    text: str
    leads_to: str
    situation: Situation | None = None
    age: Age | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One page of the conversation. skip: where leaving it out leads, "" if it may not be left out.

    asks_country: the answers are the country codes of `law.countries`, and where it leads is
    `leads_by_situation`, or `otherwise` while no answer told the situation.
    """

    id: str
    text: str
    hint: str
    why: str
    seen_by: str
    wanted: str
    skip: str = ""
    choices: tuple[Choice, ...] = ()
    asks_country: bool = False
    leads_by_situation: dict[Situation, str] = field(default_factory=dict)
    otherwise: str = ""

    def leads(self) -> Iterator[str]:
        """Every node that an answer of this question, or leaving it out, can lead to."""
        yield from (choice.leads_to for choice in self.choices)
        yield from self.leads_by_situation.values()
        yield from (one for one in (self.otherwise, self.skip) if one)


@dataclass(frozen=True, slots=True, kw_only=True)
class Help:
    """A page where the conversation ends in help. opens_case: the form with the file picker is offered there."""

    id: str
    kind: HelpKind
    situation: Situation
    title: str
    text: str
    opens_case: bool = False
    goes_on: str = ""


@dataclass(frozen=True, slots=True)
class Graph:
    """All of it. first, stop: ids. The order of questions is that of the file."""

    first: str
    stop: str
    questions: dict[str, Question]
    helps: dict[str, Help]

    def number(self, question: str) -> int:
        """The place of a question, 1 for the first of the file."""
        return list(self.questions).index(question) + 1


@cache
def graph() -> Graph:
    """The guide of this version, read once. Raises BadGuide."""
    return read_graph(read_root(FILE))


def read_graph(root: Mapping[str, Any]) -> Graph:  # a parsed file
    """The graph of a parsed file. Raises BadGuide where a field is missing, strange, or leads nowhere."""
    strange = set(root) - {"first", "stop", "questions", "helps"}
    if strange:
        raise BadGuide(f"{FILE}: {min(strange)}: is not a field; first, stop, questions and helps are")
    questions = _by_id([_question(raw) for raw in listed(root, "questions", FILE)])
    helps = _by_id([read(raw, Help, _where("helps", raw)) for raw in listed(root, "helps", FILE)])
    made = Graph(first=str(root.get("first")), stop=str(root.get("stop")), questions=questions, helps=helps)
    _known(made)
    return made


def _question(raw: object) -> Question:
    where = _where("questions", raw)
    choices = mapping(raw, where).get("choices", [])
    if not isinstance(choices, list):
        raise BadGuide(f"{where}: choices: is a {type(choices).__name__}, but a list is wanted")
    for one in choices:
        read(one, Choice, f"{where}: choices: {mapping(one, f'{where}: choices').get('id', '(no id)')}")
    made = read(raw, Question, where)
    _by_id(list(made.choices), where)
    if made.asks_country == bool(made.choices):
        raise BadGuide(f"{where}: choices: a question has choices, or it asks for the country, and never both")
    if made.asks_country and not made.otherwise:
        raise BadGuide(f"{where}: otherwise: is missing, but without it the answer can lead nowhere")
    reserved = {choice.id for choice in made.choices} & {STOP, SKIP, GO_ON}
    if reserved:
        raise BadGuide(f"{where}: {min(reserved)}: is a word of the guide itself; choose another id")
    return made


def _by_id(found: list[Any], where: str = FILE) -> dict[str, Any]:  # questions, helps or choices
    made = {one.id: one for one in found}
    if len(made) != len(found):
        raise BadGuide(f"{where}: an id stands twice; ids are unique")
    return made


def _where(field_name: str, raw: object) -> str:
    return f"{FILE}: {field_name}: {mapping(raw, f'{FILE}: {field_name}').get('id', '(no id)')}"


def _known(made: Graph) -> None:
    """Whether every id that is named is there, in the right half."""
    ids = set(made.questions) | set(made.helps)
    if made.first not in made.questions:
        raise BadGuide(f"{FILE}: first: is {made.first!r}, which is not a question")
    if made.stop not in made.helps:
        raise BadGuide(f"{FILE}: stop: is {made.stop!r}, which is not a help")
    if set(made.questions) & set(made.helps):
        raise BadGuide(
            f"{FILE}: {min(set(made.questions) & set(made.helps))}: is a question and a help; ids are unique"
        )
    for question in made.questions.values():
        for target in question.leads():
            if target not in ids:
                raise BadGuide(f"{FILE}: questions: {question.id}: leads to {target!r}, which is not there")
    for one in made.helps.values():
        if one.goes_on and one.goes_on not in made.questions:
            raise BadGuide(f"{FILE}: helps: {one.id}: goes_on: is {one.goes_on!r}, which is not a question")
