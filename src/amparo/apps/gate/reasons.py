"""What the uploader is told: the statement of reasons, and where a complaint goes."""

from datetime import datetime, timedelta

from amparo.apps.accounts.models import Organisation
from amparo.apps.gate.models import Decision
from amparo.core import law

# Art. 20(1) of Regulation (EU) 2022/2065: a complaint is possible for at least six months. 184 is the longest of them.
COMPLAINT = timedelta(days=184)

VIDEOS = {Decision.Ground.KNOWN_VIDEO, Decision.Ground.POSSIBLY_KNOWN_VIDEO}


def statement(
    *,
    answer: Decision.Answer,
    ground: Decision.Ground,
    form: str,
    reference: str,
    organisation: Organisation,
    now: datetime,
    language: str = "",
) -> dict[str, object]:
    """The statement of reasons (DSA Art. 17) for an upload that was blocked or is held, as JSON can hold it.

    language: the uploader's, as the platform told it; without one the platform's own, and English where it has none.
    It rests on the terms: the legal ground depends on where the uploader and the person depicted live, which the gate
    does not know and does not ask.
    """
    language = language_for(organisation, language)
    general = law.general_words(service=organisation.name, language=language)
    compared, turned = compared_as(form)
    facts = law.DecisionFacts(
        reference=reference,
        service=organisation.name,
        decision=law.Decision(answer),
        media=law.Media.VIDEO if ground in VIDEOS else law.Media.IMAGE,
        content_on=now.date(),
        decided_at=now,
        ground=law.Ground.TERMS,
        clause=organisation.terms_clause or general.clause,
        terms_at=organisation.terms_url,
        complaint_at=complaint_at(organisation, language),
        out_of_court=organisation.out_of_court,
        possible=ground in {Decision.Ground.POSSIBLY_KNOWN_PICTURE, Decision.Ground.POSSIBLY_KNOWN_VIDEO},
        compared=compared,
        turned=turned,
    )
    return law.statement_of_reasons(facts, at=now, language=language).to_dict()


def language_for(organisation: Organisation, wanted: str) -> str:
    """The language of a statement, of those that there are words in."""
    return law.statement_language([wanted, organisation.language]) or "en"


def compared_as(form: str) -> tuple[str, str]:
    """What a form such as "framed, mirrored" compared, and how it was turned, by their names among the words."""
    first, _, second = (part.replace(" ", "_") for part in form.replace(", ", ",").partition(","))
    if first not in law.COMPARED:
        first, second = "whole", first
    return first, second if second in law.TURNED else ""


def complaint_at(organisation: Organisation, language: str = "") -> str:
    general = law.general_words(service=organisation.name, language=language_for(organisation, language))
    return organisation.complaint_url or organisation.mailbox or general.complaint_at


def appeal(*, organisation: Organisation, decided_at: datetime, language: str = "") -> dict[str, str]:
    """Where a complaint against the decision goes and until when, for the platform's own page."""
    return {
        "to": complaint_at(organisation, language),
        "until": (decided_at + COMPLAINT).date().isoformat(),
    }
