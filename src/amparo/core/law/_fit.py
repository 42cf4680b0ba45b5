"""Which notice regimes fit a notice, the strongest first; and for every other one, why it is not offered."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from ._entries import Clock, Confidence, Regime, is_stale
from ._facts import Age, Capacity, NoticeFacts
from ._regimes import regimes


class MinorRefused(ValueError):
    """The picture may be of a person under 18: no adult notice, whatever else is known."""


@dataclass(frozen=True, slots=True)
class Fit:
    """A regime that fits, and what the worker must know before sending it."""

    regime: Regime
    cautions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NoFit:
    """A regime that is not offered for this notice, and why."""

    regime: Regime
    reason: str


def refuse_minor(facts: NoticeFacts) -> None:
    """Raise MinorRefused unless the person in the picture is known to have been 18 or older."""
    if facts.age_in_picture is not Age.ADULT:
        raise MinorRefused(
            "no notice is written when the person in the picture was under 18 or the age is not known: "
            "stop, and show routes_for(country, 'minor', age) with the hotline of the country"
        )


def fitting_regimes(facts: NoticeFacts, *, on: date) -> tuple[Fit, ...]:
    """The regimes that Amparo can send for these facts on that day, the strongest first.

    Raises MinorRefused. Elements may still be missing: see `missing`.
    """
    refuse_minor(facts)
    fits = [one for one in regimes() if not why_not(one, facts, on=on)]
    return tuple(Fit(one, cautions(one, facts, on=on)) for one in sorted(fits, key=lambda one: one.rank))


def strongest_regime(facts: NoticeFacts, *, on: date) -> Regime | None:
    """The first of `fitting_regimes`, or None when no notice fits. Raises MinorRefused."""
    fits = fitting_regimes(facts, on=on)
    return fits[0].regime if fits else None


def other_regimes(facts: NoticeFacts, *, on: date) -> tuple[NoFit, ...]:
    """Every regime that is not offered for these facts on that day, each with its reason."""
    refuse_minor(facts)
    reasons = ((one, why_not(one, facts, on=on)) for one in regimes())
    return tuple(NoFit(one, reason) for one, reason in reasons if reason)


def why_not(one: Regime, facts: NoticeFacts, *, on: date) -> str:
    """Why that regime does not fit, in one sentence, or "" when it does."""
    if not one.sends:
        return one.why_not
    if one.applies_from is not None and on < one.applies_from:
        return f"It applies from {one.applies_from.isoformat()} on."
    if one.id not in {"us_tida", "us_dmca_512c3"} and one.offered_in not in facts.offered_in:
        return f"The service is not marked as offered in {one.offered_in}."
    rule = _RULES.get(one.id)
    return rule(one, facts) if rule else ""


def _covered(one: Regime, facts: NoticeFacts) -> str:
    if facts.covered_platform is False:
        return "The service is not a covered platform under the Act."
    if facts.covered_platform is None and facts.service.casefold() not in one.known_services:
        return "It is not said whether the service is a covered platform (users post there, or it hosts such pictures)."
    return "" if "US" in facts.offered_in else "The service is not marked as offered in US."


def _in_india(_: Regime, facts: NoticeFacts) -> str:
    return "" if facts.country.upper() == "IN" else "The person does not live in India."


def _in_brazil(_: Regime, facts: NoticeFacts) -> str:
    return "" if facts.country.upper() == "BR" else "The person does not live in Brazil."


def _by_the_person(_: Regime, facts: NoticeFacts) -> str:
    if facts.capacity is Capacity.PERSON:
        return ""
    return "Only the person depicted may send it, with name and address."


def _own_picture(_: Regime, facts: NoticeFacts) -> str:
    owned = facts.copyright
    if owned is None or not owned.exposure_consent:
        return "It can expose the person, so it needs her or his explicit consent to that."
    return "" if owned.person_took_it else "It is only for pictures that the person took."


_RULES: dict[str, Callable[[Regime, NoticeFacts], str]] = {
    "us_tida": _covered,
    "in_it_rules": _in_india,
    "br_mci21": _in_brazil,
    "jp_act126": _by_the_person,
    "us_dmca_512c3": _own_picture,
}


def cautions(one: Regime, facts: NoticeFacts, *, on: date) -> tuple[str, ...]:
    """What a worker must know before sending a notice of that regime."""
    said = list(one.cautions)
    if one.clock is not Clock.LAW and one.clock_note:
        said.append(one.clock_note)
    unsure = [element.id for element in one.elements if element.confidence is Confidence.KNOWLEDGE]
    if unsure:
        said.append(f"Unconfirmed, from knowledge: element {', '.join(unsure)}.")
    said.extend(f"Depends: {element.text} ({element.basis})." for element in one.elements if element.condition)
    if is_stale(one, on=on):
        said.append(f"Last checked on {one.checked_on.isoformat()}: check the law again before sending.")
    if facts.capacity is Capacity.PERSON:
        said.append("It is sent in the person's own name: the platform will know it.")
    return tuple(said)
