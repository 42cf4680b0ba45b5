"""What must hold of every guide, proved by walking all of its ways."""

from collections.abc import Iterator

from amparo.core.law import Age, countries, routes_for

from ._graph import GO_ON, SKIP, STOP, Graph, Help, HelpKind, Question
from ._walk import State, begin, is_adult, step

# Issue 5: "every path reaches help in at most 12 steps".
MOST_STEPS = 12


def problems(graph: Graph) -> tuple[str, ...]:
    """What is wrong with a graph, in words; empty for one that may be used.

    Proved: danger is asked first and age second, and neither can be left out, and every other question can;
    every way ends in help after at most MOST_STEPS answers; a way to a page that offers the file picker holds the
    answer that the person in the picture was an adult; every other answer about age leads to the page for minors,
    from which nothing goes on; every node is reached; every help has people in it, whatever the country.
    """
    found = [*_order(graph), *_ages(graph), *_people(graph)]
    reached = set()
    for way, state in _ways(graph):
        reached |= {node for node, _answer in way} | {state.at}
        helping = graph.helps.get(state.at)
        if helping is None:
            found.append(f"{_told(way)} goes on for more than {MOST_STEPS} answers")
        elif helping.opens_case and not is_adult(state, graph=graph):
            found.append(f"{_told(way)} offers the file picker without the answer about age")
    found += [f"{one} is never reached" for one in (*graph.questions, *graph.helps) if one not in reached]
    return tuple(dict.fromkeys(found))


def answers_of(question: Question) -> tuple[str, ...]:
    """Every answer that a question takes: its choices or countries, leaving it out, and stopping."""
    told = (
        ("", *(one.code for one in countries())) if question.asks_country else tuple(one.id for one in question.choices)
    )
    return (*told, *([SKIP] if question.skip else []), STOP)


def _ways(graph: Graph) -> Iterator[tuple[tuple[tuple[str, str], ...], State]]:
    """Each way through the graph, up to its end or to MOST_STEPS answers, and the state it ends in."""
    waiting: list[tuple[tuple[tuple[str, str], ...], State]] = [((), begin(graph))]
    while waiting:
        way, state = waiting.pop()
        helping = graph.helps.get(state.at)
        if helping is not None or len(way) > MOST_STEPS:
            yield way, state
        if len(way) > MOST_STEPS:
            continue
        waiting += [
            ((*way, (state.at, answer)), step(state, answer, graph=graph)) for answer in _tried(graph, state, helping)
        ]


def _tried(graph: Graph, state: State, helping: Help | None) -> tuple[str, ...]:
    if helping is not None:
        return (GO_ON,) if helping.goes_on else ()
    question = graph.questions[state.at]
    if not question.asks_country:
        return answers_of(question)
    # No country leads elsewhere than another: the first of them stands for all.
    return ("", countries()[0].code, *([SKIP] if question.skip else []), STOP)


def _told(way: tuple[tuple[str, str], ...]) -> str:
    return "the way " + ", ".join(f"{node}={answer}" for node, answer in way)


def _order(graph: Graph) -> Iterator[str]:
    first, second, *others = graph.questions.values()
    if first.id != graph.first or not any(_kind(graph, one) is HelpKind.DANGER for one in first.leads()):
        yield f"{first.id} is asked first, but it does not ask about danger"
    if not any(choice.age for choice in second.choices):
        yield f"{second.id} is asked second, but it does not ask about age"
    for choice in first.choices:
        if choice.leads_to != second.id and _kind(graph, choice.leads_to) is not HelpKind.DANGER:
            yield f"{first.id}={choice.id} passes the question about age by"
    yield from (f"{one.id} can be left out, and must not be" for one in (first, second) if one.skip)
    yield from (f"{one.id} cannot be left out, and must be" for one in others if not one.skip)


def _ages(graph: Graph) -> Iterator[str]:
    for question in graph.questions.values():
        for choice in question.choices:
            minor = _kind(graph, choice.leads_to) is HelpKind.MINOR
            if (choice.age not in {None, Age.ADULT}) != minor:
                yield f"{question.id}={choice.id} and the page for minors do not belong together"
    for one in graph.helps.values():
        if one.kind is HelpKind.MINOR and (one.goes_on or one.opens_case):
            yield f"{one.id} is for minors, so nothing may follow it"


def _people(graph: Graph) -> Iterator[str]:
    for one in graph.helps.values():
        for country in ("", *(known.code for known in countries())):
            if not has_people(one, country):
                yield f"{one.id} names nobody to turn to in {country or 'an unknown country'}"


def has_people(one: Help, country: str) -> bool:
    """Whether people stand behind a help in that country: a helpline that reads the case, a hotline, an emergency
    service, or a helpline of the law data. country: as in `law.routes_for`.
    """
    age = Age.UNSURE if one.kind is HelpKind.MINOR else Age.ADULT
    found = routes_for(country, one.situation, age)
    hotlines = found.routes if found.minor else ()
    emergency = (found.emergency.text,) if one.kind in {HelpKind.DANGER, HelpKind.STOP} else ()
    return one.opens_case or bool(found.helplines or hotlines or emergency)


def _kind(graph: Graph, node: str) -> HelpKind | None:
    return graph.helps[node].kind if node in graph.helps else None
