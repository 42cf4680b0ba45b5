"""The statement of reasons of DSA Art. 17 for a decision of the gate.

The uploader reads it. It says what, why and what next; it never says who stands in the list, how near the
match was, or who sent a notice.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from ._deadlines import as_utc
from ._entries import Element
from ._facts import BadFact, Kind, one_line
from ._notice import law_cited, refuse_doubtful_law
from ._regimes import regime
from ._statement_words import COMPARED, TURNED, statement_words
from ._wording import fill

REGIME_ID = "eu_dsa_art17"
# Of a video everything else is compared frame by frame.
SAME_FILE = "same_file"
# The reference is also the unique id in the EU database, which takes letters, digits, - and _ only.
_REFERENCE = re.compile(r"[A-Za-z0-9_-]{1,200}")


class StatementIncomplete(ValueError):
    """An element of Art. 17(3) has no facts. The message names the element and what to fill in."""

    def __init__(self, element: Element, what_to_do: str) -> None:
        self.element = element
        super().__init__(f"({element.id}) {element.basis}, {element.text}: {what_to_do}")


class Decision(StrEnum):
    """What the gate did with an upload."""

    BLOCK = "block"
    HOLD = "hold"


class Ground(StrEnum):
    """What a decision rests on."""

    ILLEGAL = "illegal"
    TERMS = "terms"
    BOTH = "both"


class Origin(StrEnum):
    """How the content came to the platform's notice."""

    OWN_INITIATIVE = "own_initiative"
    NOTICE = "notice"
    USER_REPORT = "user_report"
    TRUSTED_FLAGGER = "trusted_flagger"


class Automation(StrEnum):
    """Who took the decision."""

    FULLY = "fully"
    PARTLY = "partly"
    BY_PERSON = "by_person"


class Media(StrEnum):
    """What was uploaded."""

    IMAGE = "image"
    VIDEO = "video"


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionFacts:
    """The facts of one decision: a known intimate image or video was blocked or held.

    reference: letters, digits, - and _; it goes to the uploader and never says anything about the content.
    content_on: day of the upload; decided_at: aware datetime. offences, law_text: the legal ground, as in a
    notice. clause: the terms of service. complaint_at: where a complaint goes (address or mailbox).
    countries: where the decision applies (ISO 3166), () = wherever the service is offered.
    against_women: only for the category of the EU database, and only when the notice said so.
    possible: the upload only resembles an entry, so a person has to compare them.
    out_of_court: False for micro and small platforms, which Art. 19 exempts from out-of-court settlement.
    terms_at: where the terms are. compared, turned: what the search compared, as data/statements.yaml names it.
    """

    reference: str
    service: str
    decision: Decision
    media: Media
    content_on: date
    decided_at: datetime
    ground: Ground = Ground.BOTH
    offences: tuple[str, ...] = ()
    law_text: str = ""
    clause: str = ""
    origin: Origin = Origin.OWN_INITIATIVE
    detected_automatically: bool = True
    automation: Automation = Automation.FULLY
    complaint_at: str = ""
    countries: tuple[str, ...] = ()
    kind: Kind = Kind.UNKNOWN
    against_women: bool = False
    out_of_court: bool = True
    possible: bool = False
    terms_at: str = ""
    compared: str = ""
    turned: str = ""

    def __post_init__(self) -> None:
        for name in ("reference", "service", "law_text", "clause", "complaint_at", "terms_at"):
            one_line(name, getattr(self, name))
        for name, words in (("compared", COMPARED), ("turned", TURNED)):
            if getattr(self, name) not in {"", *words}:
                raise BadFact(f"{name} is none of {', '.join(words)}, and nothing else has words")
        as_utc(self.decided_at)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One element of Art. 17(3). confirmed: whether the element itself was read in a source."""

    element_id: str
    title: str
    text: str
    basis: str
    confirmed: bool


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement of reasons, to be stored exactly as it was sent. fallback: English for want of the language."""

    reference: str
    service: str
    title: str
    paragraphs: tuple[Paragraph, ...]
    language: str
    fallback: bool
    decided_at: datetime
    issued_at: datetime

    @property
    def text(self) -> str:
        """The statement as plain text."""
        head = f"{self.title} {self.reference}\n{self.service}, {self.issued_at:%Y-%m-%d %H:%M} UTC"
        return "\n\n".join([head, *(f"{one.title}\n{one.text}" for one in self.paragraphs)]) + "\n"

    def to_dict(self) -> dict[str, object]:
        """The statement as JSON can hold it."""
        return {
            "reference": self.reference,
            "service": self.service,
            "title": self.title,
            "language": self.language,
            "fallback": self.fallback,
            "decided_at": self.decided_at.isoformat(),
            "issued_at": self.issued_at.isoformat(),
            "paragraphs": [
                {
                    "element": one.element_id,
                    "title": one.title,
                    "text": one.text,
                    "basis": one.basis,
                }
                for one in self.paragraphs
            ],
            "text": self.text,
        }


def statement_of_reasons(facts: DecisionFacts, *, at: datetime, language: str = "en") -> Statement:
    """The statement for one decision, with the six elements of Art. 17(3) in their order.

    at: when it is issued, an aware datetime, not before the decision. language: BCP 47 tag; one that is not
    there gives English with fallback=True.
    Raises StatementIncomplete, UnconfirmedLaw, UnknownOffence, NaiveTime, ValueError (at before decided_at).
    """
    issued_at, decided_at = as_utc(at), as_utc(facts.decided_at)
    if issued_at < decided_at:
        raise ValueError("the statement is issued before its decision: give the time of issue as `at`")
    refuse_incomplete(facts)
    book, fallback = statement_words(language)
    return Statement(
        reference=facts.reference,
        service=facts.service,
        title=book.texts["title"],
        paragraphs=tuple(_paragraphs(facts, book.texts)),
        language=book.language,
        fallback=fallback,
        decided_at=decided_at,
        issued_at=issued_at,
    )


def refuse_incomplete(facts: DecisionFacts) -> None:
    """Raise StatementIncomplete or UnconfirmedLaw unless every element of Art. 17(3) has its facts."""
    one = regime(REGIME_ID)
    if not facts.service.strip():
        raise StatementIncomplete(one.element("a"), "fill in the name of the service")
    if facts.ground is not Ground.TERMS and not (facts.offences or facts.law_text.strip()):
        raise StatementIncomplete(one.element("d"), "choose the offence, write the law, or decide on the terms alone")
    if facts.ground is not Ground.ILLEGAL and not facts.clause.strip():
        raise StatementIncomplete(one.element("e"), "fill in the clause of the terms, or decide on the law alone")
    if not facts.complaint_at.strip():
        raise StatementIncomplete(one.element("f"), "fill in where a complaint goes")
    if not _REFERENCE.fullmatch(facts.reference):
        raise StatementIncomplete(one.element("f"), "give a reference of letters, digits, - and _ (1 to 200)")
    if facts.ground is not Ground.TERMS:
        refuse_doubtful_law(facts.offences, on=as_utc(facts.decided_at).date())


def _paragraphs(facts: DecisionFacts, book: Mapping[str, str]) -> Iterator[Paragraph]:
    known = slots(facts, book)
    for element in regime(REGIME_ID).elements:
        texts = (book[f"paragraphs.{element.id}.{variant}"] for variant in _variants(facts)[element.id])
        yield Paragraph(
            element_id=element.id,
            title=book[f"paragraphs.{element.id}.title"],
            text=" ".join(fill(text, known) for text in texts),
            basis=element.basis,
            confirmed=not element.unconfirmed,
        )


def _variants(facts: DecisionFacts) -> dict[str, tuple[str, ...]]:
    """Which sentences of each paragraph are said."""
    return {
        "a": (facts.decision,),
        "b": ("possible_match" if facts.possible else "match", facts.origin),
        "c": (
            "detected" if facts.detected_automatically else "not_detected",
            facts.automation,
            *(("compared",) if facts.compared else ()),
        ),
        "d": ("none" if facts.ground is Ground.TERMS else facts.decision,),
        "e": ("none",)
        if facts.ground is Ground.ILLEGAL
        else (facts.decision, *(("terms_at",) if facts.terms_at else ())),
        "f": ("complaint", "body", "court") if facts.out_of_court else ("complaint", "court"),
    }


def slots(facts: DecisionFacts, book: Mapping[str, str]) -> dict[str, str]:
    """What fills the sentences of the statement. Nothing about the list, the match or the notifier."""
    everywhere = book["territory.everywhere"]
    codes = ", ".join(sorted(facts.countries))
    return {
        "service": facts.service,
        "media": book[f"media.{facts.media}"],
        "content_day": facts.content_on.isoformat(),
        "decided_at": f"{as_utc(facts.decided_at):%Y-%m-%d %H:%M}",
        "territory": fill(book["territory.countries"], {"codes": codes}) if codes else everywhere,
        "law": law_cited(facts.offences, facts.law_text),
        "clause": facts.clause,
        "complaint_at": facts.complaint_at,
        "reference": facts.reference,
        "terms_at": facts.terms_at,
        "compared": _compared(facts, book),
    }


def _compared(facts: DecisionFacts, book: Mapping[str, str]) -> str:
    if not facts.compared:
        return ""
    turned = f" ({book[f'turned.{facts.turned}']})" if facts.turned else ""
    what = book[f"compared.{facts.compared}"] + turned
    is_frames = facts.media is Media.VIDEO and facts.compared != SAME_FILE
    return fill(book["compared.frames"], {"compared": what}) if is_frames else what


@dataclass(frozen=True, slots=True)
class GeneralWords:
    """What stands in the statement of a platform that named no clause of its terms, and no place for complaints."""

    clause: str
    complaint_at: str


def general_words(*, service: str, language: str = "en") -> GeneralWords:
    """In that language, or in English."""
    texts = statement_words(language)[0].texts
    return GeneralWords(
        clause=texts["words.clause"], complaint_at=fill(texts["words.complaint_at"], {"service": service})
    )
