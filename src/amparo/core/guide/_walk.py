"""Walking the guide: one pure function from a state and an answer to the next state."""

from collections.abc import Iterable
from dataclasses import dataclass

from amparo.core.law import Age, Situation, countries

from ._graph import GO_ON, SKIP, STOP, Choice, Graph, Help, HelpKind, Question


class BadAnswer(ValueError):
    """The answer is not one of those that the node offers. The message names the node, never the answer."""


class NotReached(ValueError):
    """The question was not asked on this way."""


@dataclass(frozen=True, slots=True)
class State:
    """Where a conversation stands. answers: (node, answer) in the order in which they were given."""

    at: str
    answers: tuple[tuple[str, str], ...] = ()

    def answer_to(self, question: str) -> str:
        """What was answered to that question, "" if nothing was."""
        return dict(self.answers).get(question, "")


def begin(graph: Graph) -> State:
    """A conversation in which nothing was asked yet."""
    return State(graph.first)


def step(state: State, answer: str, *, graph: Graph) -> State:
    """The conversation after one answer.

    answer: the id of a choice, a country code where the country is asked ("" for none), SKIP where a question may
    be left out, STOP at any question, GO_ON at a help that leads back to the questions. Stopping, and the page
    for people under 18, forget all that was answered. Raises BadAnswer.
    """
    helping = graph.helps.get(state.at)
    if helping is not None:
        if answer != GO_ON or not helping.goes_on:
            raise BadAnswer(f"{state.at} is a page of help: nothing is asked there")
        return State(helping.goes_on, (*state.answers, (state.at, GO_ON)))
    if answer == STOP:
        return State(graph.stop)
    target = _target(state, graph.questions[state.at], answer, graph)
    if target in graph.helps and graph.helps[target].kind is HelpKind.MINOR:
        return State(target)
    return State(target, (*state.answers, (state.at, answer)))


def _target(state: State, question: Question, answer: str, graph: Graph) -> str:
    if answer == SKIP and question.skip:
        return _by_situation(state, question, graph) if question.asks_country else question.skip
    if question.asks_country:
        if answer and answer not in {country.code for country in countries()}:
            raise BadAnswer(f"{question.id} takes the code of a country of the law data, or nothing")
        return _by_situation(state, question, graph)
    for choice in question.choices:
        if choice.id == answer:
            return choice.leads_to
    raise BadAnswer(f"{question.id} takes {', '.join(choice.id for choice in question.choices)}")


def _by_situation(state: State, question: Question, graph: Graph) -> str:
    told = situation(state, graph=graph)
    return question.leads_by_situation.get(told, question.otherwise) if told else question.otherwise


def resume(answers: Iterable[tuple[str, str]], *, graph: Graph) -> State:
    """The conversation of answers that were kept. Raises BadAnswer where they do not fit this graph."""
    state = begin(graph)
    for node, answer in answers:
        if node != state.at:
            raise BadAnswer(f"an answer to {state.at} is wanted here: begin again")
        state = step(state, answer, graph=graph)
    return state


def back_to(state: State, question: str, *, graph: Graph) -> State:
    """The conversation as it stood when that question was asked; what was answered since is forgotten.

    Raises NotReached.
    """
    helping = graph.helps.get(state.at)
    if helping is not None and helping.goes_on == question:
        return step(state, GO_ON, graph=graph)
    if state.at == question:
        return state
    for place, (node, _answer) in enumerate(state.answers):
        if node == question:
            return State(question, state.answers[:place])
    raise NotReached(f"{question} was not asked yet: {state.at} comes first")


def choices_made(state: State, *, graph: Graph) -> tuple[Choice, ...]:
    """The choices behind the answers, in their order; skipped questions and the country give none."""
    return tuple(
        choice
        for node, answer in state.answers
        if node in graph.questions
        for choice in graph.questions[node].choices
        if choice.id == answer
    )


def situation(state: State, *, graph: Graph) -> Situation | None:
    """What the answers tell, the first that tells it; None while none did."""
    return next((one.situation for one in choices_made(state, graph=graph) if one.situation), None)


def is_adult(state: State, *, graph: Graph) -> bool:
    """Whether it was answered that the person in the picture was 18 or older. The file picker asks this."""
    return any(one.age is Age.ADULT for one in choices_made(state, graph=graph))


def country_of(state: State, *, graph: Graph) -> str:
    """The country code that was answered, "" if none was."""
    asked = [one.id for one in graph.questions.values() if one.asks_country]
    found = next((answer for node, answer in state.answers if node in asked), "")
    return "" if found == SKIP else found


def help_of(state: State, *, graph: Graph) -> Help | None:
    """The help that the conversation has reached, None while a question is open."""
    return graph.helps.get(state.at)
