"""The jurisdictions, read from data/jurisdictions.yaml once and checked."""

import re
from datetime import date
from functools import cache
from typing import Any

from ._entries import (
    CivilRoute,
    Conduct,
    Confidence,
    Contact,
    Helpline,
    Jurisdiction,
    NoticePointer,
    Offence,
    Penalty,
    Status,
)
from ._node import Node, read_root
from ._regimes import regimes

FILE = "jurisdictions.yaml"
AUDIENCES = ("adults", "minors", "all")
_PARTIAL_DAY = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")


class UnknownJurisdiction(KeyError):
    """No jurisdiction has that code."""

    def __str__(self) -> str:
        return str(self.args[0])


class UnknownOffence(KeyError):
    """No offence has that id."""

    def __str__(self) -> str:
        return str(self.args[0])


def jurisdictions() -> tuple[Jurisdiction, ...]:
    """All jurisdictions of the data, in the order of the file."""
    return tuple(_by_code().values())


def jurisdiction(code: str) -> Jurisdiction:
    """The jurisdiction of that exact code, e.g. "IT" or "GB-SCT". Raises UnknownJurisdiction."""
    found = _by_code().get(code.upper())
    if found is None:
        known = ", ".join(_by_code())
        raise UnknownJurisdiction(f"there is no law data for {code!r}; there is for {known}")
    return found


def jurisdictions_of(country: str) -> tuple[Jurisdiction, ...]:
    """What is known of a country: its own entry, its parts ("GB" has three), or nothing.

    country: ISO 3166 code, or a code of the data such as "GB-SCT". Unknown codes give ().
    """
    code = country.upper()
    exact = _by_code().get(code)
    if exact is not None:
        return (exact,)
    return tuple(one for one in jurisdictions() if one.code.startswith(f"{code}-"))


def offence(offence_id: str) -> Offence:
    """The offence of that id, e.g. "it-612-ter". Raises UnknownOffence."""
    found = _offences().get(offence_id)
    if found is None:
        raise UnknownOffence(f"there is no offence {offence_id!r}; offences_for(country, on=...) lists them")
    return found


def offences_for(country: str, *, on: date, conduct: Conduct | None = None) -> tuple[Offence, ...]:
    """The offences of a country that a notice about an adult may cite on that day.

    Left out: unconfirmed entries, law not yet in force, directives, and offences about minors.
    """
    return tuple(
        one
        for place in jurisdictions_of(country)
        for one in place.offences
        if one.citable(on) and (conduct is None or conduct in one.conduct)
    )


@cache
def _by_code() -> dict[str, Jurisdiction]:
    return read_jurisdictions(read_root(FILE), {one.id for one in regimes()})


@cache
def _offences() -> dict[str, Offence]:
    return {one.id: one for place in jurisdictions() for one in place.offences}


def read_jurisdictions(root: Node, regime_ids: set[str]) -> dict[str, Jurisdiction]:
    """The jurisdictions of a parsed file, by code. regime_ids: what see_notices_id may name."""
    default_days = root.child("meta").number("review_days")
    found: dict[str, Jurisdiction] = {}
    offence_ids: set[str] = set()
    for node in root.children("jurisdictions", name="code"):
        place = _read_place(node, default_days, regime_ids)
        if place.code in found:
            raise node.bad(f"{place.code} stands twice; codes are unique", "code")
        for one in place.offences:
            if one.id in offence_ids:
                raise node.bad(f"{one.id} stands twice; offence ids are unique", "offences")
            offence_ids.add(one.id)
        found[place.code] = place
    return found


def _read_place(node: Node, default_days: int, regime_ids: set[str]) -> Jurisdiction:
    code = node.text("code")
    checked_on = node.day("checked_on")
    days = node.number_or_none("review_days") or default_days

    def known(child: Node) -> dict[str, Any]:  # keyword arguments of any Entry
        return {
            "confidence": child.one_of("confidence", Confidence),
            "source": child.text("source"),
            "checked_on": checked_on,
            "review_days": child.number_or_none("review_days") or days,
        }

    return Jurisdiction(
        code=code,
        name=node.text("name"),
        offences=tuple(_offence(child, code, known(child)) for child in node.children("offences", name="id")),
        civil_routes=tuple(
            CivilRoute(
                name=child.text("name"),
                legal_basis=child.text_or_empty("legal_basis"),
                text=child.text_or_empty("text"),
                **known(child),
            )
            for child in node.children("civil_or_regulatory_routes", name="name")
        ),
        notices=tuple(
            _pointer(child, regime_ids, known(child)) for child in node.children("notice_regime", name="name")
        ),
        contacts=tuple(
            Contact(name=child.text("name"), role=child.text_or_empty("role"), **known(child))
            for child in node.children("contacts", name="name")
        ),
        helplines=tuple(_helpline(child, known(child)) for child in node.children("helplines", name="name")),
        notes=node.texts("notes"),
        checked_on=checked_on,
        review_days=days,
    )


def _offence(child: Node, code: str, known: dict[str, Any]) -> Offence:
    in_force = child.text_or_empty("in_force")
    if in_force and not _PARTIAL_DAY.fullmatch(in_force):
        raise child.bad(f"is {in_force!r}, but YYYY, YYYY-MM, YYYY-MM-DD or null is wanted", "in_force")
    penalty = child.child("penalty")
    read = Offence(
        id=child.text("id"),
        country=code,
        name=child.text("name"),
        instrument=child.text("instrument"),
        status=child.one_of("status", Status),
        in_force=in_force,
        in_force_note=child.text_or_empty("in_force_note"),
        conduct=child.several_of("conduct", Conduct),
        conduct_note=child.text_or_empty("conduct_note"),
        about_minors=child.flag("about_minors", default=False),
        penalty=Penalty(
            prison_months_min=penalty.number_or_none("prison_months_min"),
            prison_months_max=penalty.number_or_none("prison_months_max"),
            fine_min=penalty.number_or_none("fine_min"),
            fine_max=penalty.number_or_none("fine_max"),
            currency=penalty.text_or_empty("currency") or None,
        ),
        detail=child.text_or_empty("detail"),
        field_confidence=child.confidences("field_confidence"),
        **known,
    )
    penalty.done()
    return read


def _pointer(child: Node, regime_ids: set[str], known: dict[str, Any]) -> NoticePointer:
    regime_id = child.text_or_empty("see_notices_id") or None
    if regime_id is not None and regime_id not in regime_ids:
        raise child.bad(f"names {regime_id!r}, which notices.yaml does not have", "see_notices_id")
    return NoticePointer(
        name=child.text("name"),
        legal_basis=child.text_or_empty("legal_basis"),
        text=child.text_or_empty("text"),
        law_hours=child.number_or_none("deadline_hours"),
        regime_id=regime_id,
        **known,
    )


def _helpline(child: Node, known: dict[str, Any]) -> Helpline:
    audience = child.text("audience")
    if audience not in AUDIENCES:
        raise child.bad(f"is {audience!r}, but one of {', '.join(AUDIENCES)} is wanted", "audience")
    return Helpline(
        name=child.text("name"),
        url=child.text_or_empty("url"),
        audience=audience,
        languages=child.texts("languages"),
        note=child.text_or_empty("note"),
        **known,
    )
