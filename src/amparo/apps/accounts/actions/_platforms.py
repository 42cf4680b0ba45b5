"""What a platform's statements of reasons name beside the platform (DSA Art. 17)."""

from datetime import datetime
from typing import TypedDict, Unpack

from django.db import transaction

from amparo.apps.accounts.models import Organisation
from amparo.apps.ledger.actions import record
from amparo.apps.ledger.models import Actor, Event
from amparo.core import law


class NotAPlatform(ValueError):
    """Terms were told for an organisation that answers no uploader."""


class UnknownStatementLanguage(ValueError):
    """There are no words for statements in the language."""


class PlatformTerms(TypedDict, total=False):
    """What is told, "" where it is taken back; what is not there stays as it is.

    terms_clause: as the platform's readers find it in its terms. out_of_court: False for the micro and small
    enterprises that Art. 19 exempts. language: a BCP 47 tag, kept as core.law writes it.
    """

    terms_clause: str
    terms_url: str
    complaint_url: str
    language: str
    out_of_court: bool


@transaction.atomic
def set_terms(*, organisation: Organisation, by: Actor, now: datetime, **told: Unpack[PlatformTerms]) -> Organisation:
    """What its statements name from the next decision on. Those that were given stay as they are.

    Raises NotAPlatform, UnknownStatementLanguage, law.BadFact, ValidationError.
    """
    if organisation.kind != Organisation.Kind.PLATFORM:
        raise NotAPlatform("only a platform gives statements of reasons: name one of the kind `platform`")
    if told.get("language"):
        told["language"] = _statement_language(told["language"])
    for name, value in told.items():
        if isinstance(value, str):
            law.one_line(name, value)
        setattr(organisation, name, value)
    organisation.full_clean()
    organisation.save(update_fields=[*told])
    record(
        Event.Kind.ORGANISATION_CHANGED, organisation, by=by, at=now, handle=organisation.handle, fields=" ".join(told)
    )
    return organisation


def _statement_language(wanted: str) -> str:
    found = law.statement_language([wanted])
    if found is None:
        known = ", ".join(tag for tag, _ in law.statement_languages())
        raise UnknownStatementLanguage(f"statements of reasons are not written in that language: choose one of {known}")
    return found
