"""The courier's copies: what is handed to the mail server, sealed for the running service, while it is to be handed."""

import json
from dataclasses import asdict, dataclass
from typing import Any

from amparo.apps.accounts.instance import records
from amparo.apps.cases.models import Letter, Notice
from amparo.core import vault


class NoLetter(Exception):
    """The courier's copy is missing, or does not open with this instance's keys."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the mail server is told of a notice."""

    recipient: str
    subject: str
    body: str


_PLACE: dict[str, Any] = {"model": "cases.letter", "field": "sealed"}  # named arguments of the vault


def write(notice: Notice) -> None:
    """Make the copy of an opened notice that is to go out."""
    sheet = Sheet(recipient=notice.recipient, subject=notice.subject, body=notice.body)
    text = json.dumps(asdict(sheet), ensure_ascii=False).encode()
    sealed = vault.seal_record(records("outbox"), text, **_PLACE, row=notice.pk)
    Letter.objects.update_or_create(notice=notice, defaults={"sealed": sealed})


def read(notice: Notice) -> Sheet:
    """The copy of `notice`. Raises NoLetter."""
    letter = Letter.objects.filter(notice=notice).first()
    if letter is None:
        raise NoLetter
    try:
        text = vault.open_record(records("outbox"), letter.sealed, **_PLACE, row=notice.pk)
    except vault.CannotOpen:
        raise NoLetter from None
    return Sheet(**json.loads(text))


def drop(notice: Notice) -> None:
    Letter.objects.filter(notice=notice).delete()
