"""The statement of reasons names what the platform told, in the uploader's language, and stays as it was given."""

import pytest
from django.core.exceptions import ValidationError

from amparo.apps.accounts.actions import NotAPlatform, UnknownStatementLanguage, set_terms
from amparo.apps.accounts.models import ApiKey
from amparo.apps.gate.actions import check_fingerprints
from amparo.apps.gate.queries import decision_of
from amparo.apps.ledger.models import SYSTEM, Event
from amparo.core.law import BadFact

TERMS = {
    "terms_clause": "section 4.2, intimate pictures without consent",
    "terms_url": "https://forum.example.org/terms",
    "complaint_url": "https://forum.example.org/complaints",
}


@pytest.fixture
def ask(known, given, key, now):
    """Ask about a known picture. The key is read again, as it is a second later."""
    known("block")

    def ask_in(language=""):
        by = ApiKey.objects.select_related("organisation").get(pk=key.pk)
        [answer] = check_fingerprints(fingerprints=[given(2)], by=by, now=now, language=language)
        return answer

    return ask_in


@pytest.fixture
def tell(platform, now):
    return lambda **told: set_terms(organisation=platform, by=SYSTEM, now=now, **told)


def paragraph(answer, element):
    return next(one["text"] for one in answer.reasons["paragraphs"] if one["element"] == element)


def test_the_statement_names_the_clause_the_terms_and_where_to_complain(ask, tell):
    tell(**TERMS)
    answer = ask()
    assert "terms of service: section 4.2, intimate pictures without consent." in paragraph(answer, "e")
    assert "https://forum.example.org/terms" in paragraph(answer, "e")
    assert "https://forum.example.org/complaints" in paragraph(answer, "f")
    assert answer.appeal["to"] == "https://forum.example.org/complaints"


def test_a_platform_that_told_nothing_has_general_words_in_the_same_language(ask, platform):
    answer = ask("de")
    assert "die Regel gegen intime Bilder" in paragraph(answer, "e")
    wanted = platform.mailbox or f"das Beschwerdeformular oder die Kontaktadresse von {platform.name}"
    assert wanted in paragraph(answer, "f")
    assert answer.appeal["to"] == wanted


def test_the_uploaders_language_goes_before_the_platforms_and_english_comes_last(ask, tell):
    assert ask().reasons["language"] == "en"
    tell(language="IT")
    assert (ask().reasons["language"], ask("sq").reasons["language"], ask("ja").reasons["language"]) == (
        "it",
        "sq",
        "it",
    )


def test_a_statement_once_given_stays_word_for_word(ask, tell, platform):
    tell(**TERMS, language="fr")
    first = ask()
    tell(terms_clause="another clause", terms_url="", complaint_url="", language="de", out_of_court=False)
    second = ask()
    assert decision_of(platform, first.reference).statement == first.reasons
    assert decision_of(platform, second.reference).statement == second.reasons != first.reasons


@pytest.mark.parametrize("language", ["en", "hr"])
def test_the_exempt_offer_no_out_of_court_settlement_and_everybody_the_courts(ask, tell, language):
    assert "2022/2065" in paragraph(ask(language), "f")
    tell(out_of_court=False)
    exempt = paragraph(ask(language), "f")
    assert "2022/2065" not in exempt
    assert ("sudu" if language == "hr" else "court") in exempt


@pytest.mark.parametrize(
    ("told", "refusal"),
    [
        ({"terms_url": "forum.example.org/terms"}, ValidationError),
        ({"complaint_url": "javascript:alert(1)"}, ValidationError),
        ({"terms_clause": "two\nlines"}, BadFact),
        ({"terms_clause": "§" * 201}, BadFact),
        ({"language": "tlh"}, UnknownStatementLanguage),
    ],
)
def test_what_could_not_stand_in_a_statement_is_refused_when_it_is_told(told, refusal, ask, tell, platform):
    with pytest.raises(refusal):
        tell(**told)
    platform.refresh_from_db()
    assert all(not getattr(platform, name) for name in told)
    assert ask().reasons


def test_only_a_platform_has_terms_and_the_trail_says_what_was_changed(tell, helpline, now):
    with pytest.raises(NotAPlatform):
        set_terms(organisation=helpline, language="it", by=SYSTEM, now=now)
    tell(**TERMS)
    told = Event.objects.get(kind=Event.Kind.ORGANISATION_CHANGED).detail
    assert told["fields"] == "terms_clause terms_url complaint_url"
