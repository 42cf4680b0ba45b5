"""From the facts of a case to the text of a notice, sentence by sentence, each tied to an element."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from ._deadlines import Deadline, as_utc, due_at
from ._entries import Regime, is_stale
from ._facts import Ask, Capacity, NoticeFacts, names
from ._fit import cautions, refuse_minor, why_not
from ._jurisdictions import jurisdiction, offence
from ._regimes import regime
from ._wording import FREE, REASONS, Template, Wording, applies, fill, wording


class RegimeRefused(ValueError):
    """That regime is not a notice for these facts. The message says why."""


class ElementMissing(ValueError):
    """A required element of the regime has no facts yet. `missing` lists them."""

    def __init__(self, regime_id: str, elements: "tuple[MissingElement, ...]") -> None:
        self.missing = elements
        listed = " ".join(f"({one.id}) {one.basis}: {one.what_to_do}" for one in elements)
        super().__init__(f"{regime_id} is not complete and is not sent. {listed}")


class UnconfirmedLaw(ValueError):
    """A law that is unconfirmed, not in force, or about minors was to be cited."""


class NameInText(ValueError):
    """A protected name stands in facts that would be printed. It names the fields, never their content."""

    def __init__(self, fields: tuple[str, ...]) -> None:
        self.fields = fields
        super().__init__(
            f"a protected name or handle stands in {', '.join(fields)}: take it out, notices are published"
        )


@dataclass(frozen=True, slots=True)
class MissingElement:
    """A required element that the facts do not fill yet: what it is, its legal basis, what to do."""

    id: str
    text: str
    basis: str
    what_to_do: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of a draft, and what it is there for.

    element_id: of the regime, or "request" / "earlier" (our own parts). basis: the legal basis of the
    element, or what our own part is. listed: printed as a line of a list.
    """

    element_id: str
    text: str
    basis: str
    listed: bool = False


@dataclass(frozen=True, slots=True)
class Draft:
    """A notice ready to be read by a person and sent.

    fallback: the wished language is not there, so the text is in English. cautions: for the worker, not
    part of the text.
    """

    regime: Regime
    subject: str
    sentences: tuple[Sentence, ...]
    language: str
    fallback: bool
    composed_at: datetime
    cautions: tuple[str, ...]

    @property
    def body(self) -> str:
        """The whole text: one paragraph for each run of sentences of one element, listed ones as lines."""
        paragraphs: list[str] = []
        before = ""
        for one in self.sentences:
            text = f"- {one.text}" if one.listed else one.text
            if one.element_id != before:
                paragraphs.append(text)
            else:
                joint = "\n" if one.listed or "\n" in paragraphs[-1] else " "
                paragraphs[-1] += joint + text
            before = one.element_id
        return "\n\n".join(paragraphs) + "\n"

    def due_at(self, sent_at: datetime) -> Deadline:
        """When an answer to this draft is due if it is sent then. Raises NaiveTime."""
        return due_at(self.regime.id, sent_at)

    def to_dict(self) -> dict[str, object]:
        """The draft as JSON can hold it: what is kept as "exactly what went out"."""
        return {
            "regime": self.regime.id,
            "legal_basis": self.regime.legal_basis,
            "checked_on": self.regime.checked_on.isoformat(),
            "language": self.language,
            "fallback": self.fallback,
            "composed_at": self.composed_at.isoformat(),
            "subject": self.subject,
            "sentences": [{"element": one.element_id, "basis": one.basis, "text": one.text} for one in self.sentences],
            "body": self.body,
            "cautions": list(self.cautions),
        }


def missing(regime_id: str, facts: NoticeFacts) -> tuple[MissingElement, ...]:
    """The required elements that these facts do not fill, in the order of the regime.

    Raises UnknownRegime, MinorRefused, and RegimeRefused for a regime that Amparo does not send.
    """
    refuse_minor(facts)
    one = regime(regime_id)
    if not one.sends:
        raise RegimeRefused(f"{one.id} is not a notice that is sent from here. {one.why_not}")
    book, _ = wording(facts.language, document=one.id)
    known = _slots(facts, day=None)
    found = []
    for element in one.elements:
        wanted = _wanted(book, one, element.id, facts) if element.required else set()
        advice = [book.what_to_do[slot] for slot in sorted(wanted) if slot not in known and slot not in FREE]
        if advice:
            found.append(MissingElement(element.id, element.text, element.basis, " ".join(advice)))
    return tuple(found)


def _wanted(book: Wording, one: Regime, element_id: str, facts: NoticeFacts) -> set[str]:
    return {
        slot
        for template in book.notices[one.id].templates
        if template.element_id == element_id and not template.optional and _used(template, facts)
        for slot in template.slots
    }


def _used(template: Template, facts: NoticeFacts) -> bool:
    return applies(template, capacity=facts.capacity, kind=facts.kind)


def compose(regime_id: str, facts: NoticeFacts, *, at: datetime) -> Draft:
    """The notice of that regime for these facts.

    at: when it is written, an aware datetime; its UTC day is the day of the signature.
    Raises MinorRefused, RegimeRefused, ElementMissing, UnconfirmedLaw, NameInText, NaiveTime,
    UnknownRegime, UnknownOffence.
    """
    refuse_minor(facts)
    one, moment = regime(regime_id), as_utc(at)
    reason = why_not(one, facts, on=moment.date())
    if reason:
        raise RegimeRefused(f"{one.id} does not fit this notice. {reason}")
    refuse_doubtful_law(facts.offences, on=moment.date())
    left_out = missing(regime_id, facts)
    if left_out:
        raise ElementMissing(regime_id, left_out)
    _refuse_names(facts)
    book, fallback = wording(facts.language, document=one.id)
    slots = _slots(facts, day=moment.date())
    deadline = due_at(one.id, moment)
    if deadline.fixed_by_law:
        slots["law_hours"] = str(deadline.hours)
    subject = book.notices[one.id].subject
    return Draft(
        regime=one,
        subject=f"{subject} [{facts.reference}]" if facts.reference else subject,
        sentences=tuple(_sentences(one, facts, book, slots)),
        language=book.language,
        fallback=fallback,
        composed_at=moment,
        cautions=cautions(one, facts, on=moment.date()) + _own_cautions(facts, on=moment.date()),
    )


def _sentences(one: Regime, facts: NoticeFacts, book: Wording, slots: Mapping[str, str]) -> Iterator[Sentence]:
    bases = {element.id: element.basis for element in one.elements} | dict(book.parts)
    for template in book.notices[one.id].templates:
        if _used(template, facts):
            for text in _texts(template, facts, book, slots):
                listed = template.element_id == "request"
                yield Sentence(template.element_id, text, bases[template.element_id], listed=listed)


def _texts(template: Template, facts: NoticeFacts, book: Wording, slots: Mapping[str, str]) -> Iterator[str]:
    """What one template says: a sentence for each stated reason or wish, one sentence, or none."""
    if template.each == "reasons":
        yield from (book.reasons[name] for name in REASONS if getattr(facts.non_consent, name))
    elif template.each == "asks":
        yield from (book.asks[ask] for ask in Ask if ask in facts.asks)
    elif template.slots <= slots.keys():
        yield fill(template.text, slots)


def _slots(facts: NoticeFacts, *, day: date | None) -> dict[str, str]:
    """What the facts can fill. A slot that is not there is not known; needs without text hold ""."""
    owned = facts.copyright
    values = {
        "sender": facts.organisation or (facts.signatory if facts.capacity is Capacity.PERSON else ""),
        "mailbox": facts.mailbox,
        "signatory": facts.signatory,
        "authority": facts.authority,
        "service": facts.service,
        "addresses": _addresses(facts),
        "note": facts.note.strip(),
        "since": facts.since.isoformat() if facts.since else "",
        "law": law_cited(facts.offences, facts.law_text),
        "earlier": ", ".join(facts.earlier),
        "day": day.isoformat() if day else "",
        "postal_address": (owned.postal_address if owned else "") or facts.postal_address,
        "work": owned.work if owned else "",
        "telephone": owned.telephone if owned else "",
    }
    known = {name: text for name, text in values.items() if text.strip()}
    stated = {
        "intimate": facts.intimate,
        "non_consent": facts.non_consent.is_stated,
        "good_faith": facts.good_faith,
        "signed": facts.signed,
        "perjury": bool(owned and owned.perjury),
        "own_work": bool(owned and owned.person_took_it),
    }
    return known | {name: "" for name, said in stated.items() if said}


def _addresses(facts: NoticeFacts) -> str:
    lines = (f"{place.url} ({place.hint})" if place.hint else place.url for place in facts.locations)
    return "\n".join(lines)


def law_cited(offences: tuple[str, ...], law_text: str) -> str:
    """The law as a notice or a statement names it: the offences by id, then the sender's own words."""
    cited = [offence(one) for one in offences]
    laws = [f"{one.instrument} ({one.name}; {jurisdiction(one.country).name})" for one in cited]
    return "; ".join([*laws, law_text] if law_text else laws)


def refuse_doubtful_law(offences: tuple[str, ...], *, on: date) -> None:
    """Raise UnconfirmedLaw unless each offence may be cited on that day."""
    for one in map(offence, offences):
        if not one.citable(on):
            raise UnconfirmedLaw(
                f"{one.id} is unconfirmed, not in force on {on.isoformat()}, or about minors, and is not cited: "
                "choose from offences_for(country, on=...), or write the law in law_text after a lawyer saw it"
            )


def _own_cautions(facts: NoticeFacts, *, on: date) -> tuple[str, ...]:
    """What to know about these facts, beside what there is to know about the regime."""
    said = [
        f"{one.id} was last checked on {one.checked_on.isoformat()}: check it again before sending."
        for one in map(offence, facts.offences)
        if is_stale(one, on=on)
    ]
    if any(names(place.url, facts.protected) for place in facts.locations):
        said.append("An address holds a protected name. It cannot be left out: ask the person before sending.")
    return tuple(said)


def _refuse_names(facts: NoticeFacts) -> None:
    """Notices are published (Lumen), so a protected name may stand nowhere but in an address itself."""
    printed = {
        "organisation": facts.organisation,
        "mailbox": facts.mailbox,
        "signatory": facts.signatory,
        "authority": facts.authority,
        "postal_address": facts.postal_address,
        "service": facts.service,
        "note": facts.note,
        "law_text": facts.law_text,
        "reference": facts.reference,
        "earlier": " ".join(facts.earlier),
        "locations.hint": " ".join(place.hint for place in facts.locations),
    }
    if facts.copyright is not None:
        printed["copyright.work"] = facts.copyright.work
        printed["copyright.postal_address"] = facts.copyright.postal_address
    fields = tuple(field for field, text in printed.items() if names(text, facts.protected))
    if fields:
        raise NameInText(fields)
