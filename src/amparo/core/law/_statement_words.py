"""The words of the statement of reasons, read from data/statements.yaml: in each language all of them, or refused."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from ._node import Node, read_root
from ._wording import FALLBACK, slots_in

FILE = "statements.yaml"
# Each paragraph has a title and these sentences; the rest are its words.
PARAGRAPHS = {
    "a": ("block", "hold"),
    "b": ("match", "possible_match", "own_initiative", "notice", "user_report", "trusted_flagger"),
    "c": ("detected", "not_detected", "fully", "partly", "by_person", "compared"),
    "d": ("block", "hold", "none"),
    "e": ("block", "hold", "none", "terms_at"),
    "f": ("complaint", "body", "court"),
}
COMPARED = (
    "whole",
    "negative",
    "framed",
    "widened",
    "seamed",
    "cell",
    "uncovered",
    "stronger",
    "as_given",
    "same_file",
)
TURNED = ("mirrored", "turned_180", "flipped", "turned_90", "turned_270", "transposed", "transversed")
WORDS = (
    "media.image",
    "media.video",
    "territory.everywhere",
    "territory.countries",
    "record.match",
    "record.possible_match",
    "record.notice",
    "record.illegal",
    "record.terms",
    "words.clause",
    "words.complaint_at",
    "compared.frames",
    *(f"compared.{one}" for one in COMPARED),
    *(f"turned.{one}" for one in TURNED),
)
SLOTS = frozenset(
    {
        "clause",
        "codes",
        "compared",
        "complaint_at",
        "content_day",
        "decided_at",
        "law",
        "media",
        "reference",
        "service",
        "terms_at",
        "territory",
    }
)


@dataclass(frozen=True, slots=True)
class StatementWords:
    """All texts of the statement in one language, as "paragraphs.a.block": text."""

    language: str
    name: str
    texts: Mapping[str, str]


def statement_languages() -> tuple[tuple[str, str], ...]:
    """The languages that statements of reasons can be written in: (BCP 47 tag, its own name)."""
    return tuple((one.language, one.name) for one in _all().values())


def statement_language(wanted: Iterable[str]) -> str | None:
    """The first of the wanted BCP 47 tags that statements can be written in, as its tag here; None if none is.

    "de-AT" is looked for as it is, then as "de"; "sr" and every other Serbian is read in Latin script.
    """
    known = {tag.lower(): tag for tag in _all()}
    known |= {tag.partition("-")[0]: known[tag] for tag in tuple(known)}
    for tag in wanted:
        for lower in (tag.lower(), tag.lower().partition("-")[0]):
            if lower in known:
                return known[lower]
    return None


def statement_words(language: str) -> tuple[StatementWords, bool]:
    """The words in that language, or in English; True when it had to be English instead."""
    found = statement_language([language])
    return _all()[found or FALLBACK], found is None


@cache
def _all() -> dict[str, StatementWords]:
    return read_statement_words(read_root(FILE))


def read_statement_words(root: Node) -> dict[str, StatementWords]:
    """The words of a parsed file, by language. Raises BadLawData."""
    root.child("meta").day("checked_on")
    book = root.child("languages")
    if FALLBACK not in book.fields():
        raise book.bad("has no English, which everything falls back to", FALLBACK)
    english = _texts(book.child(FALLBACK))
    return {
        code: StatementWords(code, book.child(code).text("name"), _as_english(book.child(code), english))
        for code in book.fields()
    }


def _as_english(node: Node, english: Mapping[str, str]) -> Mapping[str, str]:
    """The texts, each of which tells what the English one tells: a translation that lost its date is refused."""
    found = _texts(node)
    for key, text in found.items():
        lost = slots_in(node, english[key], field=key) ^ slots_in(node, text, field=key)
        if lost:
            raise node.bad(f"and the English text are not in step about {', '.join(sorted(lost))}", key)
    return found


def _texts(node: Node) -> Mapping[str, str]:
    """None may be missing, none is left over."""
    wanted = {"name", "title", *WORDS}
    for element_id, variants in PARAGRAPHS.items():
        wanted |= {f"paragraphs.{element_id}.{key}" for key in ("title", *variants)}
    found = dict(_flat(node))
    for key in sorted(wanted ^ set(found)):
        raise node.bad("is missing" if key in wanted else "is a text that nothing reads", key)
    for key, text in found.items():
        if slots_in(node, text, field=key) - SLOTS:
            raise node.bad(f"may hold {', '.join(sorted(SLOTS))} in braces and nothing else", key)
    return found


def _flat(node: Node, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Nested texts, each with the path to it."""
    for key in node.fields():
        if node.is_mapping(key):
            yield from _flat(node.child(key), f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", node.text(key)
