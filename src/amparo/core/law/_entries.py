"""What the law data is made of: frozen values, each with how sure it is, its source and its date."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Protocol


class Confidence(StrEnum):
    """How sure an entry is. Only `seen` may be shown without the word "unconfirmed"."""

    SEEN = "seen"
    KNOWLEDGE = "knowledge"


class Clock(StrEnum):
    """What the hours of a regime are to the helpline that sends the notice."""

    LAW = "law"  # they bind the platform, and that is confirmed
    UNCONFIRMED = "unconfirmed"  # hours were reported, but not that they apply today
    NOT_A_DUTY = "not_a_duty"  # hours of somebody's objection, not of removal
    NOT_OURS = "not_ours"  # hours of an authority, counted from its own act
    NONE = "none"  # the law names no hours


class Status(StrEnum):
    """Where an offence stands."""

    IN_FORCE = "in_force"
    TO_BE_CONFIRMED = "to_be_confirmed"
    DIRECTIVE = "directive"  # binds states, not people
    NONE = "none"  # the entry says that no such offence was found


class Conduct(StrEnum):
    """What an offence punishes."""

    SHARING = "sharing"
    THREATS = "threats"
    CREATION = "creation"
    DEEPFAKES = "deepfakes"
    VOYEURISM = "voyeurism"
    STALKING = "stalking"
    POSSESSION = "possession"
    PERSONAL_DATA = "personal_data"
    CSAM = "csam"


class Dated(Protocol):
    """Anything that was checked on a day and has to be looked at again."""

    @property
    def checked_on(self) -> date: ...
    @property
    def review_days(self) -> int: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One fact of the law data. checked_on is the day it was read; after review_days it is stale."""

    confidence: Confidence
    source: str
    checked_on: date
    review_days: int

    @property
    def unconfirmed(self) -> bool:
        """True when the entry may only be shown with the word "unconfirmed"."""
        return self.confidence is Confidence.KNOWLEDGE


@dataclass(frozen=True, slots=True, kw_only=True)
class Element(Entry):
    """One thing a notice must hold. `condition` is set where the law asks for it only sometimes."""

    id: str
    text: str
    basis: str
    required: bool
    condition: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Regime(Entry):
    """One way to tell a platform. `sends` and what follows it are Amparo's decisions, not facts of law.

    law_hours: wall hours the text of the regime names, or None; `clock` says whose hours they are.
    remarks: (topic, text) pairs for people to read, as the data file has them.
    """

    id: str
    name: str
    jurisdiction: str
    legal_basis: str
    status: str
    who_may_send: str
    elements: tuple[Element, ...]
    law_hours: int | None
    clock_start: str
    cautions: tuple[str, ...]
    remarks: tuple[tuple[str, str], ...]
    sends: bool
    why_not: str
    rank: int
    offered_in: str
    applies_from: date | None
    known_services: frozenset[str]
    clock: Clock
    clock_note: str

    def element(self, element_id: str) -> Element:
        """The element of that id. Raises KeyError with the ids there are."""
        for element in self.elements:
            if element.id == element_id:
                return element
        known = ", ".join(element.id for element in self.elements)
        raise KeyError(f"{self.id} has no element {element_id!r}; it has {known}")


@dataclass(frozen=True, slots=True)
class Penalty:
    """The statutory range of the basic offence. Months and whole currency units; None = not known."""

    prison_months_min: int | None
    prison_months_max: int | None
    fine_min: int | None
    fine_max: int | None
    currency: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Offence(Entry):
    """One offence. in_force is YYYY, YYYY-MM, YYYY-MM-DD or "" where the day is not known."""

    id: str
    country: str
    name: str
    instrument: str
    status: Status
    in_force: str
    in_force_note: str
    conduct: tuple[Conduct, ...]
    conduct_note: str
    about_minors: bool
    penalty: Penalty
    detail: str
    field_confidence: tuple[tuple[str, Confidence], ...]

    def in_force_by(self, on: date) -> bool:
        """Whether it is sure to be in force on that day: a bare year or month counts from its end."""
        if self.status is not Status.IN_FORCE:
            return False
        return not self.in_force or _last_day(self.in_force) <= on

    def citable(self, on: date) -> bool:
        """Whether a notice about an adult may cite it on that day: read in a source, and in force."""
        if self.about_minors or Conduct.CSAM in self.conduct:
            return False
        return self.confidence is Confidence.SEEN and self.in_force_by(on)


def _last_day(partial: str) -> date:
    year, month, day = ([int(part) for part in partial.split("-")] + [0, 0])[:3]
    if day:
        return date(year, month, day)
    after = date(year, month + 1, 1) if month and month < 12 else date(year + 1, 1, 1)  # noqa: PLR2004
    return after - timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class CivilRoute(Entry):
    """A way through a court or a regulator."""

    name: str
    legal_basis: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticePointer(Entry):
    """What a jurisdiction says about notices; regime_id points into the regimes, or is None."""

    name: str
    legal_basis: str
    text: str
    law_hours: int | None
    regime_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact(Entry):
    """An authority: police, regulator, coordinator."""

    name: str
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Helpline(Entry):
    """A helpline. audience: adults, minors or all. url is "" where none was confirmed."""

    name: str
    url: str
    audience: str
    languages: tuple[str, ...]
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Route(Entry):
    """A service that takes a person's report or fingerprint. url is "" where none was confirmed."""

    name: str
    url: str
    who: str
    how: str
    conditions: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question(Entry):
    """One question of the guided start. answers: answer -> situation, in the order of the data."""

    n: int
    id: str
    ask: str
    why: str
    answers: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolRule(Entry):
    """What the tool itself must never do with suspected material of minors."""

    id: str
    rule: str
    why: str


@dataclass(frozen=True, slots=True)
class Country:
    """A country for a select box. eu and inhope as the routing data has them."""

    code: str
    name: str
    eu: bool
    inhope: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Jurisdiction:
    """The law and the helplines of one place. code is ISO 3166 (XK: Kosovo), with -EAW, -SCT, -NIR."""

    code: str
    name: str
    offences: tuple[Offence, ...]
    civil_routes: tuple[CivilRoute, ...]
    notices: tuple[NoticePointer, ...]
    contacts: tuple[Contact, ...]
    helplines: tuple[Helpline, ...]
    notes: tuple[str, ...]
    checked_on: date
    review_days: int


def is_stale(entry: Dated, *, on: date) -> bool:
    """Whether the entry was checked longer ago than its review_days (180, or 90 where law moves fast).

    on: the day that counts as today. A day before checked_on is never stale.
    """
    return on - entry.checked_on > timedelta(days=entry.review_days)
