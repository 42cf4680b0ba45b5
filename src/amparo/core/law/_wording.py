"""Our own sentences, read from data/wording.yaml: checked when read, filled when used."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from string import Formatter

from ._facts import Ask, Capacity, Kind, NonConsent
from ._node import Node, read_root
from ._regimes import regimes

FILE = "wording.yaml"
FALLBACK = "en"
# What a sentence may name: {slots} that fill its text, and facts that it needs without showing them.
SLOTS = frozenset(
    {
        "addresses",
        "authority",
        "day",
        "earlier",
        "law",
        "law_hours",
        "mailbox",
        "note",
        "postal_address",
        "sender",
        "service",
        "signatory",
        "since",
        "telephone",
        "work",
    }
)
NEEDS = frozenset({"good_faith", "intimate", "non_consent", "own_work", "perjury", "signed"})
# Slots whose absence never makes an element missing, so nobody has to be told what to do about them.
FREE = frozenset({"note", "since", "earlier", "day", "law_hours"})
OWN_PARTS = ("request", "earlier")
REASONS = NonConsent.__slots__
EACH = ("reasons", "asks")


@dataclass(frozen=True, slots=True)
class Template:
    """One sentence of a notice, before the facts: see the head of data/wording.yaml."""

    element_id: str
    text: str
    slots: frozenset[str]
    each: str
    optional: bool
    capacity: str
    kind: str


@dataclass(frozen=True, slots=True)
class NoticeWording:
    """The subject and the sentences of one regime in one language."""

    subject: str
    templates: tuple[Template, ...]


@dataclass(frozen=True, slots=True)
class Wording:
    """All sentences of our notices in one language."""

    language: str
    name: str
    checked_on: date
    parts: Mapping[str, str]
    what_to_do: Mapping[str, str]
    reasons: Mapping[str, str]
    asks: Mapping[str, str]
    notices: Mapping[str, NoticeWording]


def languages() -> tuple[tuple[str, str], ...]:
    """The languages that notices can be written in: (code, name)."""
    return tuple((one.language, one.name) for one in _all().values())


def wording(language: str, *, document: str) -> tuple[Wording, bool]:
    """The sentences of a notice in that language, or in English; True when it had to be English instead.

    language: a BCP 47 tag; "sr-Latn" is looked for as it is, then as "sr". document: the id of a regime.
    A document is never mixed of two languages.
    """
    known = _all()
    for tag in (language, language.partition("-")[0]):
        if tag in known and document in known[tag].notices:
            return known[tag], False
    return known[FALLBACK], True


@cache
def _all() -> dict[str, Wording]:
    return read_wording(read_root(FILE))


def read_wording(root: Node) -> dict[str, Wording]:
    """The wording of a parsed file, by language. Raises BadLawData."""
    checked_on = root.child("meta").day("checked_on")
    book = root.child("languages")
    found = {code: _read_language(book.child(code), code, checked_on) for code in book.fields()}
    if FALLBACK not in found:
        raise book.bad("has no English, which everything falls back to", FALLBACK)
    return found


def _read_language(node: Node, code: str, checked_on: date) -> Wording:
    notices = node.child("notices")
    sent = {one.id for one in regimes() if one.sends}
    here = set(notices.fields())
    unknown = here ^ sent if code == FALLBACK else here - sent
    if unknown:
        raise notices.bad(f"is not in step with notices.yaml about {', '.join(sorted(unknown))}")
    read = Wording(
        language=code,
        name=node.text("name"),
        checked_on=checked_on,
        parts=_texts(node.child("parts"), OWN_PARTS),
        what_to_do=_texts(node.child("what_to_do"), tuple(sorted((SLOTS | NEEDS) - FREE))),
        reasons=_texts(node.child("reasons"), REASONS),
        asks=_texts(node.child("asks"), tuple(Ask)),
        notices={one: _read_notice(notices.child(one), one) for one in notices.fields()},
    )
    node.done()
    return read


def _texts(node: Node, keys: tuple[str, ...]) -> Mapping[str, str]:
    found = {key: node.text(key) for key in keys}
    node.done()
    return found


def _read_notice(node: Node, regime_id: str) -> NoticeWording:
    one = next(known for known in regimes() if known.id == regime_id)
    elements = {element.id for element in one.elements}
    templates = tuple(_read_template(child, elements) for child in node.children("sentences", name="element"))
    subject = node.text("subject")
    node.done()
    for element in one.elements:
        for capacity in Capacity:
            for kind in Kind:
                if element.required and not any(
                    template.element_id == element.id and applies(template, capacity=capacity, kind=kind)
                    for template in templates
                ):
                    raise node.bad(f"has no sentence for element {element.id} ({capacity}, {kind})", "sentences")
    return NoticeWording(subject=subject, templates=templates)


def _read_template(child: Node, elements: set[str]) -> Template:
    element_id, each = child.text("element"), child.text_or_empty("each")
    if element_id not in elements and element_id not in OWN_PARTS:
        raise child.bad(f"is {element_id!r}, which is neither an element of the regime nor a part of ours", "element")
    if each and each not in EACH:
        raise child.bad(f"is {each!r}, but one of {', '.join(EACH)} is wanted", "each")
    text = "" if each else child.text("text")
    slots = slots_in(child, text) | set(child.texts("needs"))
    if each == "reasons":
        slots |= {"non_consent"}
    if slots - SLOTS - NEEDS:
        raise child.bad(f"asks for unknown facts: {', '.join(sorted(slots - SLOTS - NEEDS))}", "needs")
    when = child.child("when") if child.has("when") else None
    return Template(
        element_id=element_id,
        text=text,
        slots=frozenset(slots),
        each=each,
        optional=child.flag("optional", default=False),
        capacity=when.one_of("capacity", Capacity) if when and when.has("capacity") else "",
        kind=when.one_of("kind", Kind) if when and when.has("kind") else "",
    )


def slots_in(child: Node, text: str, *, field: str = "text") -> set[str]:
    found = set()
    for _, name, spec, conversion in Formatter().parse(text):
        if name is None:
            continue
        if spec or conversion or not name.isidentifier():
            raise child.bad(f"holds {{{name}}}, but a slot is one plain name in braces", field)
        found.add(name)
    return found


def applies(template: Template, *, capacity: Capacity, kind: Kind) -> bool:
    """Whether the sentence is used for such a sender and such a picture."""
    return template.capacity in {"", capacity} and template.kind in {"", kind}


def fill(text: str, slots: Mapping[str, str]) -> str:
    """The text with its slots filled. Facts are values only: a brace in a fact stays a brace."""
    return text.format_map(slots)
