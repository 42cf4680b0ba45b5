"""Messages between her and her helpline, inside the case and nowhere else."""

import unicodedata
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from amparo.apps.cases.actions._access import locked, workable
from amparo.apps.cases.keys import pen_of
from amparo.apps.cases.models import Case, Message
from amparo.apps.cases.queries import side_of
from amparo.apps.cases.refusal import Refused
from amparo.apps.ledger.actions import record
from amparo.apps.ledger.models import Actor, Event

# About two pages. Longer ones can be sent in parts.
MOST_CHARACTERS = 4_000
# A bound against floods: ten a day for half a year.
MOST_MESSAGES = 2_000


class EmptyMessage(Refused):
    """Nothing was written."""


class MessageTooLong(Refused):
    """More than MOST_CHARACTERS were written."""


class TooManyMessages(Refused):
    """The case has as many messages as one may have."""


@transaction.atomic
def write_message(*, case: Case, text: str, by: Actor, now: datetime) -> Message:
    """Keep a message for the other side, sealed. Nothing leaves: it is there when the other side opens the case.

    Raises EmptyMessage, MessageTooLong, TooManyMessages.
    """
    plain = plain_text(text)
    if not plain:
        raise EmptyMessage(_("Write a few words first."))
    if len(plain) > MOST_CHARACTERS:
        raise MessageTooLong(
            _("This is longer than %(most)s characters. Send it in two parts.") % {"most": f"{MOST_CHARACTERS:,}"}
        )
    held = workable(case, by=by)
    count = held.messages.count()
    if count >= MOST_MESSAGES:
        raise TooManyMessages(_("One case holds at most %(most)s messages.") % {"most": f"{MOST_MESSAGES:,}"})
    message = Message(case=held, number=count + 1, side=side_of(held, by), written_by=by.handle, written_at=now)
    pen_of(held, by).write(message, text=plain).save(force_insert=True)
    record(Event.Kind.MESSAGE_WRITTEN, message, by=by, at=now)
    return message


@transaction.atomic
def read_messages(*, case: Case, by: Actor, now: datetime) -> int:
    """The other side's messages stood on a page before `by`. Returns how many of them had not been read."""
    held = locked(case, by=by)
    unread = held.messages.filter(read_at=None, written_at__lte=now).exclude(side=side_of(held, by))
    count = unread.update(read_at=now)
    if count:
        record(Event.Kind.MESSAGES_READ, held, by=by, at=now, count=count)
    return count


def plain_text(text: str) -> str:
    """Without what no page shows: other line ends, and signs that steer a terminal or turn the line around."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = (sign for sign in lines if sign in "\n\t" or not _steers(sign))
    return "".join(kept).strip()


# Embeddings, overrides and isolates of the bidirectional algorithm (Unicode Standard Annex 9): they can make a line
# read as another one. What joins letters and emoji stays.
_TURNS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def _steers(sign: str) -> bool:
    return sign in _TURNS or unicodedata.category(sign) in {"Cc", "Cs"}
