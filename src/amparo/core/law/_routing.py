"""Where a person is sent: by danger, age in the picture, situation and country."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

from ._entries import Confidence, Country, Entry, Helpline, Question, Route, ToolRule
from ._facts import Age
from ._jurisdictions import jurisdictions_of
from ._node import Node, read_root

FILE = "routing.yaml"


class Situation(StrEnum):
    """What a person comes with."""

    IMMEDIATE_DANGER = "immediate_danger"
    MINOR = "minor"
    SEXTORTION = "sextortion"
    ADULT_ONLINE = "adult_online"
    ADULT_THREAT = "adult_threat"


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice(Entry):
    """What to do first in one situation."""

    situation: Situation
    headline: str
    steps: tuple[str, ...]
    reassure: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Emergency(Entry):
    """The emergency number of a country; "" where none was confirmed, and then text says what to do."""

    number: str
    text: str


@dataclass(frozen=True, slots=True)
class Routes:
    """Everything to show on one screen. minor: the screen is the one for under-18s, whatever was asked."""

    country: str
    situation: Situation
    minor: bool
    emergency: Emergency
    advice: tuple[Advice, ...]
    routes: tuple[Route, ...]
    helplines: tuple[Helpline, ...]


@dataclass(frozen=True, slots=True)
class _Routing:
    countries: tuple[Country, ...]
    questions: tuple[Question, ...]
    advice: dict[Situation, Advice]
    emergency_eu: Emergency
    emergency_elsewhere: Emergency
    everywhere: dict[bool, tuple[Route, ...]]  # by: is it the route for minors
    by_country: dict[bool, dict[str, tuple[Route, ...]]]
    tool_rules: tuple[ToolRule, ...]


def countries() -> tuple[Country, ...]:
    """The countries for a select box, by English name. A country that is not here gets the routes for all."""
    return _routing().countries


def questions() -> tuple[Question, ...]:
    """The questions of the guided start, in the order in which they must be asked."""
    return _routing().questions


def tool_rules() -> tuple[ToolRule, ...]:
    """What the tool itself must never do with suspected material of minors."""
    return _routing().tool_rules


def emergency(country: str) -> Emergency:
    """The emergency number to show: 112 in the EU (unconfirmed), no number elsewhere.

    country: ISO 3166 code, also of a part such as "GB-SCT"; unknown codes give the answer without a number.
    """
    code = _code(country)
    in_eu = any(one.eu for one in countries() if one.code == code) or code == "EU"
    return _routing().emergency_eu if in_eu else _routing().emergency_elsewhere


def routes_for(country: str, situation: Situation | str, age: Age | str) -> Routes:
    """Helplines, hotlines and services for one person.

    country: ISO 3166 code, or a code of the law data ("GB-SCT"); unknown or "" gives what helps everywhere.
    age: of the person in the picture when it was made; UNDER_18 and UNSURE always give the route for minors,
    and so does Situation.MINOR. Raises ValueError for a situation or an age that there is not.
    """
    wanted, years = Situation(situation), Age(age)
    minor = years is not Age.ADULT or wanted is Situation.MINOR
    code, data = _code(country), _routing()
    return Routes(
        country=country.upper(),
        situation=wanted,
        minor=minor,
        emergency=emergency(country),
        advice=tuple(data.advice[one] for one in _advice_order(wanted, minor=minor)),
        routes=data.by_country[minor].get(code, ()) + data.everywhere[minor],
        helplines=_helplines(country, audiences={"minors", "all"} if minor else {"adults", "all"}),
    )


def _advice_order(wanted: Situation, *, minor: bool) -> tuple[Situation, ...]:
    if minor:
        return (wanted, Situation.MINOR) if wanted is Situation.IMMEDIATE_DANGER else (Situation.MINOR,)
    return (wanted,)


def _helplines(country: str, *, audiences: set[str]) -> tuple[Helpline, ...]:
    """The helplines of a country and of its parts, each address once."""
    found: dict[str, Helpline] = {}
    for place in jurisdictions_of(country):
        for one in place.helplines:
            if one.audience in audiences:
                found.setdefault(one.url or one.name, one)
    return tuple(found.values())


def _code(country: str) -> str:
    return country.upper().partition("-")[0]


@cache
def _routing() -> _Routing:
    return read_routing(read_root(FILE))


def read_routing(root: Node) -> _Routing:
    """The routing of a parsed file. Raises BadLawData."""
    meta = root.child("meta")
    checked_on, days, days_for = meta.day("checked_on"), meta.number("review_days"), meta.child("review_days_for")

    def known(node: Node, country: str = "") -> dict[str, Any]:  # keyword arguments of any Entry
        return {
            "confidence": node.one_of("confidence", Confidence),
            "source": node.text("source"),
            "checked_on": checked_on,
            "review_days": (days_for.number_or_none(country) if country else None) or days,
        }

    minors, adults = root.child("minor_routes"), root.child("adult_routes")
    number = root.child("emergency")
    here = Emergency(number=number.text("eu_number"), text=number.text("text"), **known(number))
    return _Routing(
        countries=_countries(root),
        questions=_questions(root, known),
        advice=_advice(root.child("situations"), known),
        emergency_eu=here,
        emergency_elsewhere=Emergency(number="", text=number.text("elsewhere"), **known(number)),
        everywhere={True: _routes(minors, "everywhere", known), False: _routes(adults, "everywhere", known)},
        by_country={True: _by_country(minors, known), False: _by_country(adults, known)},
        tool_rules=tuple(
            ToolRule(id=child.text("id"), rule=child.text("rule"), why=child.text_or_empty("why"), **known(child))
            for child in root.children("tool_rules", name="id")
        ),
    )


def _countries(root: Node) -> tuple[Country, ...]:
    found = [
        Country(
            code=child.text("code"),
            name=child.text("name"),
            eu=child.flag("eu", default=False),
            inhope=child.flag("inhope", default=False),
        )
        for child in root.children("countries", name="code")
    ]
    if len({one.code for one in found}) != len(found):
        raise root.bad("a country code stands twice; codes are unique", "countries")
    return tuple(sorted(found, key=lambda one: one.name))


def _questions(root: Node, known: Any) -> tuple[Question, ...]:  # known: see read_routing
    found = tuple(
        Question(
            n=child.number("n"),
            id=child.text("id"),
            ask=child.text("ask"),
            why=child.text("why"),
            answers=child.pairs("answers"),
            **known(child),
        )
        for child in root.children("questions", name="id")
    )
    for one in found:
        for _, target in one.answers:
            if target not in tuple(Situation):
                raise root.bad(f"{one.id} leads to {target!r}, which is not a situation", "questions")
    return tuple(sorted(found, key=lambda one: one.n))


def _advice(node: Node, known: Any) -> dict[Situation, Advice]:  # known: see read_routing
    found = {}
    for situation in Situation:
        child = node.child(situation)
        found[situation] = Advice(
            situation=situation,
            headline=child.text("headline"),
            steps=child.texts("steps"),
            reassure=child.text_or_empty("reassure"),
            **known(child),
        )
        child.done()
    return found


def _by_country(node: Node, known: Any) -> dict[str, tuple[Route, ...]]:  # known: see read_routing
    places = node.child("by_country")
    return {code: _routes(places, code, known) for code in places.fields()}


def _routes(node: Node, field: str, known: Any) -> tuple[Route, ...]:  # known: see read_routing
    return tuple(
        Route(
            name=child.text("name"),
            url=child.text_or_empty("url"),
            who=child.text_or_empty("who"),
            how=child.text_or_empty("how"),
            conditions=child.texts("conditions"),
            **known(child, "" if field == "everywhere" else field),
        )
        for child in node.children(field, name="name")
    )
