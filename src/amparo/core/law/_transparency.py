"""A decision as a record for the DSA Transparency Database: its required fields, and no personal data.

Field names, allowed values and lengths: the database's API documentation,
https://transparency.dsa.ec.europa.eu/page/api-documentation, and the rules of its published source code.
"""

from datetime import date

from ._deadlines import as_utc
from ._facts import Kind
from ._notice import law_cited
from ._routing import countries
from ._statement import Automation, DecisionFacts, Ground, Media, Origin, refuse_incomplete
from ._statement_words import statement_words

GROUND_MAX = 500
# The EEA is the EU with these three; the database takes EEA codes only.
EFTA_STATES = ("IS", "LI", "NO")
_FIRST_CONTENT_DAY, _FIRST_DECISION_DAY = date(2000, 1, 1), date(2020, 1, 1)
_SOURCES = {
    Origin.OWN_INITIATIVE: "SOURCE_VOLUNTARY",
    Origin.NOTICE: "SOURCE_ARTICLE_16",
    Origin.USER_REPORT: "SOURCE_TYPE_OTHER_NOTIFICATION",
    Origin.TRUSTED_FLAGGER: "SOURCE_TRUSTED_FLAGGER",
}
_AUTOMATED = {
    Automation.FULLY: "AUTOMATED_DECISION_FULLY",
    Automation.PARTLY: "AUTOMATED_DECISION_PARTIALLY",
    Automation.BY_PERSON: "AUTOMATED_DECISION_NOT_AUTOMATED",
}


class NotForTheDatabase(ValueError):
    """The database cannot take this decision. The message says which field, and what is wanted."""


def transparency_record(facts: DecisionFacts, *, language: str = "en") -> dict[str, object]:
    """The body of one statement for the database, JSON-ready.

    It holds our fixed sentences, the law, the clause and dates: never the uploader, the person, the address
    or the list. Up to 100 go in one call, all or nothing (that is the caller's).
    Raises NotForTheDatabase, StatementIncomplete, UnconfirmedLaw, NaiveTime.
    """
    refuse_incomplete(facts)
    book = statement_words(language)[0].texts
    decided_on = as_utc(facts.decided_at).date()
    if facts.content_on < _FIRST_CONTENT_DAY or decided_on < _FIRST_DECISION_DAY:
        raise NotForTheDatabase("content_date is from 2000-01-01 on and application_date from 2020-01-01 on")
    told = book["record.possible_match" if facts.possible else "record.match"]
    if facts.origin is not Origin.OWN_INITIATIVE:
        told = f"{told} {book['record.notice']}"
    return {
        "decision_visibility": ["DECISION_VISIBILITY_CONTENT_DISABLED"],
        "decision_facts": told,
        **_ground(facts, book["record.illegal"], book["record.terms"]),
        "content_type": _content_types(facts),
        **_category(facts),
        "territorial_scope": _territory(facts),
        "content_date": facts.content_on.isoformat(),
        "application_date": decided_on.isoformat(),
        "source_type": _SOURCES[facts.origin],
        "automated_detection": "Yes" if facts.detected_automatically else "No",
        "automated_decision": _AUTOMATED[facts.automation],
        "puid": facts.reference,
    }


def _ground(facts: DecisionFacts, illegal: str, terms: str) -> dict[str, str]:
    """The ground with its pair. The database takes one: the law where there is one."""
    if facts.ground is Ground.TERMS:
        return {
            "decision_ground": "DECISION_GROUND_INCOMPATIBLE_CONTENT",
            "incompatible_content_ground": _short("clause", facts.clause),
            "incompatible_content_explanation": terms,
        }
    return {
        "decision_ground": "DECISION_GROUND_ILLEGAL_CONTENT",
        "illegal_content_legal_ground": _short("offences", law_cited(facts.offences, facts.law_text)),
        "illegal_content_explanation": illegal,
    }


def _short(field: str, text: str) -> str:
    if len(text) > GROUND_MAX:
        raise NotForTheDatabase(
            f"{field} gives {len(text)} signs of ground, at most {GROUND_MAX} are taken: cite fewer"
        )
    return text


def _content_types(facts: DecisionFacts) -> list[str]:
    kind = "CONTENT_TYPE_IMAGE" if facts.media is Media.IMAGE else "CONTENT_TYPE_VIDEO"
    return [kind, "CONTENT_TYPE_SYNTHETIC_MEDIA"] if facts.kind is Kind.SYNTHETIC else [kind]


def _category(facts: DecisionFacts) -> dict[str, object]:
    suffix = "_AGAINST_WOMEN" if facts.against_women else ""
    synthetic = facts.kind is Kind.SYNTHETIC
    keyword = "KEYWORD_NON_CONSENSUAL_MATERIAL_DEEPFAKE" if synthetic else "KEYWORD_NON_CONSENSUAL_IMAGE_SHARING"
    return {
        "category": f"STATEMENT_CATEGORY_CYBER_VIOLENCE{suffix}",
        "category_specification": [f"{keyword}{suffix}"],
    }


def _territory(facts: DecisionFacts) -> list[str]:
    """The EEA countries where the decision applies: all of them when the facts name none."""
    area = {one.code for one in countries() if one.eu} | set(EFTA_STATES)
    scope = area & set(facts.countries) if facts.countries else area
    if not scope:
        raise NotForTheDatabase("countries names no EEA country, and the database is about the EEA only")
    return sorted(scope)
