"""Vetted answers to free text: found by the words they share with it, never written by a program.

The ranking is Okapi BM25 (Robertson and Zaragoza, "The Probabilistic Relevance Framework", 2009) over some thirty
short texts that fit into memory, so it is the same on every database and what was typed reaches none.
"""

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

from amparo.core.law import Situation

from ._read import BadGuide, listed, mapping, read, read_root

FILE = "answers.yaml"
# BM25's usual saturation and length weights (ibid., section 3.2).
SATURATION, LENGTH_WEIGHT = 1.2, 0.75
# A word of the title or the keywords says more about an answer than one of its body.
TITLE_COUNTS, KEYWORDS_COUNT = 3, 2
# Below the weight of one word that four of the answers share, an answer would stand there by chance.
LEAST_SCORE = 1.6
APOSTROPHES = "'`\N{RIGHT SINGLE QUOTATION MARK}\N{LEFT SINGLE QUOTATION MARK}"
YOUNG_AGES = range(8, 18)


class Urgency(StrEnum):
    """What words of the typed text ask for before any answer: the page for danger, or the one for minors."""

    NONE = "none"
    DANGER = "danger"
    YOUNG = "young"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One vetted answer. keywords: words people use for it, separated by spaces."""

    id: str
    title: str
    body: str
    keywords: str
    situation: Situation | None


@dataclass(frozen=True, slots=True)
class Answers:
    """All of them, and the phrases that lead to a fixed page, each as words that stand together.

    silent: words that every question holds, so that they tell nothing.
    """

    answers: tuple[Answer, ...]
    danger: frozenset[tuple[str, ...]]
    young: frozenset[tuple[str, ...]]
    silent: frozenset[str]


@cache
def answers() -> Answers:
    """The vetted answers of this version, read once. Raises BadGuide."""
    return read_answers(read_root(FILE))


def read_answers(root: Mapping[str, Any]) -> Answers:  # a parsed file
    """The answers of a parsed file. Raises BadGuide."""
    found = []
    for raw in listed(root, "answers", FILE):
        given = mapping(raw, f"{FILE}: answers")
        where = f"{FILE}: answers: {given.get('id', '(no id)')}"
        # Every situation is written "" in the file: a missing field would be an oversight.
        if "situation" not in given:
            raise BadGuide(f"{where}: situation: is missing; write '' if the answer fits all")
        found.append(read({**given, "situation": given["situation"] or None}, _Loose, where).strict(where))
    if len({one.id for one in found}) != len(found):
        raise BadGuide(f"{FILE}: answers: an id stands twice; ids are unique")
    return Answers(tuple(found), danger=_phrases(root, "danger"), young=_phrases(root, "young"), silent=_silent(root))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Loose:
    id: str
    title: str
    body: str
    keywords: str
    situation: str | None = None

    def strict(self, where: str) -> Answer:
        if self.situation is not None and self.situation not in tuple(Situation):
            raise BadGuide(f"{where}: situation: is not one of {', '.join(Situation)}")
        told = Situation(self.situation) if self.situation else None
        return Answer(id=self.id, title=self.title, body=self.body, keywords=self.keywords, situation=told)


def _phrases(root: Mapping[str, object], field: str) -> frozenset[tuple[str, ...]]:
    by_language = mapping(root.get(field), f"{FILE}: {field}")
    found = set()
    for language in by_language:
        for phrase in listed(by_language, language, f"{FILE}: {field}"):
            if not isinstance(phrase, str) or not words(phrase):
                raise BadGuide(f"{FILE}: {field}: {language}: holds an entry without words")
            ages = YOUNG_AGES if "{age}" in phrase else range(1)
            found |= {words(phrase.replace("{age}", str(age))) for age in ages}
    return frozenset(found)


def _silent(root: Mapping[str, object]) -> frozenset[str]:
    by_language = mapping(root.get("silent"), f"{FILE}: silent")
    return frozenset(word for told in by_language.values() for word in words(str(told)))


def words(text: str) -> tuple[str, ...]:
    """The words of a text in small letters, without accents and apostrophes."""
    plain = unicodedata.normalize("NFKD", text.casefold().replace("đ", "d"))
    kept = "".join(sign for sign in plain if not unicodedata.combining(sign) and sign not in APOSTROPHES)
    return tuple(re.findall(r"[^\W_]+", kept))


def urgency(text: str) -> Urgency:
    """Whether the words of a text lead to a fixed page, in whichever language. Danger comes before age."""
    said = words(text)
    known = answers()
    for phrases, urgent in ((known.danger, Urgency.DANGER), (known.young, Urgency.YOUNG)):
        longest = max(map(len, phrases))
        heard = {said[begin : begin + size] for size in range(1, longest + 1) for begin in range(len(said) - size + 1)}
        if heard & phrases:
            return urgent
    return Urgency.NONE


def search(text: str, *, most: int = 3, translate: Callable[[str], str] = str) -> tuple[Answer, ...]:
    """The vetted answers that fit a text best, best first, none if none fits.

    most: how many at most. translate: the text of an answer in the language of the page; the words of both
    languages are searched. Equal scores keep the order of the file.
    """
    asked = set(_telling(text))
    known = answers().answers
    counted = [_counted(one, translate) for one in known]
    average = sum(counts.total() for counts in counted) / len(counted)
    holding = {word: sum(word in counts for counts in counted) for word in asked}
    scored = [
        (sum(_weight(word, counts, holding[word], len(known), average) for word in asked & counts.keys()), one)
        for one, counts in zip(known, counted, strict=True)
    ]
    scored.sort(key=lambda pair: -pair[0])
    return tuple(one for score, one in scored[:most] if score >= LEAST_SCORE)


def _counted(one: Answer, translate: Callable[[str], str]) -> Counter[str]:
    """How often each telling word stands in an answer, in English and in the language of the page."""
    found: Counter[str] = Counter()
    for text, weight in ((one.title, TITLE_COUNTS), (one.keywords, KEYWORDS_COUNT), (one.body, 1)):
        for word in {text, translate(text)}:
            for telling in _telling(word):
                found[telling] += weight
    return found


def _telling(text: str) -> list[str]:
    return [_stem(word) for word in words(text) if word not in answers().silent]


def _stem(word: str) -> str:
    """Plurals and verb endings off, roughly: the same on both sides, so that "threatens" finds "threat"."""
    for ending in ("ening", "ened", "ens", "en", "ing", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:  # noqa: PLR2004 -- shorter stems collide
            return word.removesuffix(ending)
    return word


def _weight(word: str, counts: Counter[str], holding: int, total: int, average: float) -> float:
    rarity = math.log(1 + (total - holding + 0.5) / (holding + 0.5))
    often = counts[word]
    length = 1 - LENGTH_WEIGHT + LENGTH_WEIGHT * counts.total() / average
    return rarity * often * (SATURATION + 1) / (often + SATURATION * length)
