"""The notice regimes, read from data/notices.yaml once and checked."""

from functools import cache

from ._entries import Clock, Confidence, Element, Regime
from ._node import Node, read_root

FILE = "notices.yaml"
# Fields of a regime that are shown to people and never read by code.
REMARKS = (
    "addressee",
    "scope",
    "effect",
    "applies_when",
    "relevance",
    "text",
    "nature",
    "not_required",
    "not_covered",
    "exceptions",
    "exclusions",
    "window_text",
    "cost",
    "identity_risk",
    "provider_duties",
    "ftc_wishes_beyond_statute",
    "other_osa_duties",
    "other_clocks",
    "previous_deadline_hours",
    "suggested_follow_up_hours",
    "enforcement",
    "examples_seen",
    "old_rule",
    "now",
    "doubt",
    "in_force",
)


class UnknownRegime(KeyError):
    """No regime has that id."""

    def __str__(self) -> str:
        return str(self.args[0])


def regimes() -> tuple[Regime, ...]:
    """All regimes of the data, sent by Amparo or not, in the order of the file."""
    return tuple(_by_id().values())


def regime(regime_id: str) -> Regime:
    """The regime of that id. Raises UnknownRegime, naming the ids there are."""
    found = _by_id().get(regime_id)
    if found is None:
        raise UnknownRegime(f"there is no notice regime {regime_id!r}; there are {', '.join(_by_id())}")
    return found


@cache
def _by_id() -> dict[str, Regime]:
    return read_regimes(read_root(FILE))


def read_regimes(root: Node) -> dict[str, Regime]:
    """The regimes of a parsed file, by id. Raises BadLawData."""
    meta = root.child("meta")
    found: dict[str, Regime] = {}
    for node in root.children("regimes", name="id"):
        one = _read_regime(node, meta)
        if one.id in found:
            raise node.bad(f"{one.id} stands twice; ids are unique", "id")
        found[one.id] = one
    return found


def _read_regime(node: Node, meta: Node) -> Regime:
    review_for = meta.child("review_days_for")
    jurisdiction = node.text("jurisdiction")
    days = review_for.number_or_none(jurisdiction) or meta.number("review_days")
    checked_on = meta.day("checked_on")
    use = node.child("use")
    sends = use.flag("send")
    offered_in = use.text("offered_in") if sends else ""
    source, confidence = node.text("source"), node.one_of("confidence", Confidence)
    elements = tuple(
        Element(
            id=child.text("id"),
            text=child.text("text"),
            basis=child.text_or_empty("basis") or node.text("legal_basis"),
            required=child.remark("required") == "True",
            condition=_condition(child),
            note=" ".join(filter(None, (child.text_or_empty("note"), child.text_or_empty("exception")))),
            confidence=child.one_of("confidence", Confidence),
            source=child.text_or_empty("source") or source,
            checked_on=checked_on,
            review_days=days,
        )
        for child in node.children("elements", name="id")
    )
    _refuse_doubles(node, elements)
    read = Regime(
        id=node.text("id"),
        name=node.text("name"),
        jurisdiction=jurisdiction,
        legal_basis=node.text("legal_basis"),
        status=node.text_or_empty("status"),
        who_may_send=node.text_or_empty("who_may_send"),
        elements=elements,
        law_hours=node.number_or_none("deadline_hours"),
        clock_start=node.text_or_empty("clock_start"),
        cautions=node.texts("cautions"),
        remarks=_remarks(node),
        sends=sends,
        why_not="" if sends else use.text("why_not"),
        rank=use.number("rank") if sends else 0,
        offered_in=offered_in,
        applies_from=use.day_or_none("applies_from"),
        known_services=frozenset(name.casefold() for name in use.texts("known_services")),
        clock=use.one_of("clock", Clock),
        clock_note=use.text_or_empty("clock_note"),
        confidence=confidence,
        source=source,
        checked_on=checked_on,
        review_days=days,
    )
    use.done()
    _check(node, read)
    return read


def _condition(child: Node) -> str:
    """The text that stands where `required` is neither true nor false."""
    raw = child.remark("required")
    if raw in {"True", "False"}:
        return ""
    if raw == "None":
        raise child.bad("is missing, but true, false or a condition is wanted", "required")
    return raw


def _remarks(node: Node) -> tuple[tuple[str, str], ...]:
    return tuple((topic, node.remark(topic)) for topic in REMARKS if node.has(topic))


def _refuse_doubles(node: Node, elements: tuple[Element, ...]) -> None:
    ids = [element.id for element in elements]
    if len(ids) != len(set(ids)):
        raise node.bad("an element id stands twice; ids are unique within a regime", "elements")


def _check(node: Node, read: Regime) -> None:
    if read.sends and not any(element.required for element in read.elements):
        raise node.bad("is sent, but names no required element", "elements")
    if read.clock is Clock.LAW and (read.law_hours is None or not read.clock_start):
        raise node.bad("says that the law fixes hours, but deadline_hours or clock_start is missing", "use.clock")
    if read.clock is Clock.LAW and read.confidence is not Confidence.SEEN:
        raise node.bad("may not be `law` while the regime itself is unconfirmed", "use.clock")
