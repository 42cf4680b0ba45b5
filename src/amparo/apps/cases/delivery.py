"""Hand a notice to the mail server so that it leaves at most once, and never falls under the table.

QUEUED -> SENDING is committed before the first byte to the mail server, SENDING -> SENT after its yes. A worker that
died in between leaves SENDING behind: nobody knows whether the notice left, so it becomes UNCONFIRMED and a person
decides. A refusal that came before the mail server took the text is known to have sent nothing.
"""

import smtplib
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from email.utils import format_datetime
from uuid import UUID

import structlog
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction

from amparo.apps.cases import letters
from amparo.apps.cases.letters import Sheet
from amparo.apps.cases.models import Case, Notice
from amparo.apps.ledger.actions import LEASE, MOST_ATTEMPTS, Retry, claimed, record
from amparo.apps.ledger.models import Event, Job, NamedActor
from amparo.core import law

log = structlog.get_logger("amparo.cases")
COURIER = NamedActor("courier")
# Nobody hands a notice over for longer than this: claims are lost after LEASE, and a mail server has 30 s an answer.
ABANDONED_AFTER = 5 * LEASE
# SMTP: 4xx is "not now", 5xx is "no" (RFC 5321, 4.2.1).
PERMANENT = 500


class TurnedAway(Exception):
    """The mail server did not take the notice, for certain. `lasting`: it will not take it later either."""

    def __init__(self, cause: str, *, lasting: bool) -> None:
        super().__init__(cause)
        self.cause, self.lasting = cause, lasting


def run(job_id: int, *, clock: Callable[[], datetime]) -> None:
    """Do the delivery job, if it is still to be done."""
    with claimed(job_id, clock=clock) as job:
        if job:
            _deliver(job, clock=clock)


def _deliver(job: Job, *, clock: Callable[[], datetime]) -> None:
    notice = _begun(UUID(job.subject_id), now=clock())
    if notice is None:
        return
    connection = mail.get_connection()
    try:
        _attempt(notice, job, connection, clock=clock)
    finally:
        # Only now: a server that is slow to say goodbye must not put a delivered notice in doubt.
        with suppress(OSError, smtplib.SMTPException):
            connection.close()


def _attempt(notice: Notice, job: Job, connection: BaseEmailBackend, *, clock: Callable[[], datetime]) -> None:
    try:
        _hand_over(notice, letters.read(notice), connection)
    except letters.NoLetter:
        _settle(notice, Notice.State.FAILED, now=clock(), failure="the courier's copy does not open")
    except TurnedAway as refusal:
        if refusal.lasting or job.attempts >= MOST_ATTEMPTS:
            _settle(notice, Notice.State.FAILED, now=clock(), failure=refusal.cause)
            return
        _settle(notice, Notice.State.QUEUED, now=clock())
        raise Retry(refusal.cause) from None
    except Exception as error:  # noqa: BLE001  whatever it was, the notice must not stay SENDING
        # Whether it left is not known. The cause is named by its class: its text may quote an address.
        _settle(notice, Notice.State.UNCONFIRMED, now=clock())
        log.error("notice_unconfirmed", notice=str(notice.pk), error=type(error).__name__)
    else:
        _settle(notice, Notice.State.SENT, now=clock())


@transaction.atomic
def _begun(notice_id: UUID, *, now: datetime) -> Notice | None:
    """Take a queued notice to SENDING. One that is SENDING already was left by a worker that died."""
    # The case first, as every action does: a pause that was asked for before this line keeps the notice here.
    case = Case.objects.select_for_update(of=("self",)).filter(notices=notice_id).first()
    notice = Notice.objects.select_for_update().filter(pk=notice_id).first()
    if case is None or notice is None:
        return None
    if notice.state == Notice.State.SENDING:
        _doubt(notice, now=now)
        return None
    if notice.state != Notice.State.QUEUED or case.paused_at is not None:
        return None  # what waits in a paused case is promised anew when she lets it go on
    notice.state, notice.sending_at, notice.attempts = Notice.State.SENDING, now, notice.attempts + 1
    notice.save(update_fields=["state", "sending_at", "attempts"])
    record(Event.Kind.NOTICE_SENDING, notice, by=COURIER, at=now, attempt=notice.attempts)
    return Notice.objects.select_related("case__helpline").get(pk=notice_id)


def _message(notice: Notice, sheet: Sheet, connection: BaseEmailBackend) -> mail.EmailMessage:
    """Plain text, from the role mailbox, with nothing of the case in the headers beyond the notice's own subject."""
    message = mail.EmailMessage(
        subject=sheet.subject,
        body=sheet.body,
        from_email=notice.case.helpline.mailbox,
        to=[sheet.recipient],
        headers={"Message-ID": notice.message_id, "Date": format_datetime(notice.sending_at or notice.written_at)},
        connection=connection,
    )
    try:
        message.message()
    except ValueError:  # a line break in a header, or an address that mail cannot carry
        raise TurnedAway("it cannot be written as mail", lasting=True) from None
    return message


def _hand_over(notice: Notice, sheet: Sheet, connection: BaseEmailBackend) -> None:
    message = _message(notice, sheet, connection)
    try:
        connection.open()
    except smtplib.SMTPResponseException as error:
        raise TurnedAway(f"mail server said {error.smtp_code}", lasting=error.smtp_code >= PERMANENT) from None
    except smtplib.SMTPNotSupportedError:
        raise TurnedAway("mail server lacks what the settings ask for", lasting=True) from None
    except (OSError, smtplib.SMTPException):
        raise TurnedAway("mail server not reached", lasting=False) from None
    try:
        message.send()
    except smtplib.SMTPRecipientsRefused as error:
        code = max(int(answer[0]) for answer in error.recipients.values())
        raise TurnedAway(f"recipient refused with {code}", lasting=code >= PERMANENT) from None
    except smtplib.SMTPResponseException as error:
        # Refused at MAIL, at DATA, or after the text: in each case the server said that it did not take it.
        raise TurnedAway(f"mail server said {error.smtp_code}", lasting=error.smtp_code >= PERMANENT) from None
    except smtplib.SMTPNotSupportedError:
        raise TurnedAway("mail server cannot take this address", lasting=True) from None


@transaction.atomic
def _settle(notice: Notice, state: Notice.State, *, now: datetime, failure: str = "") -> bool:
    """End this worker's attempt. Nothing happens where the notice went on without it.

    An attempt that was given up as UNCONFIRMED while its slow worker still lived is settled by that worker's answer.
    """
    held = Notice.objects.select_for_update().filter(pk=notice.pk, attempts=notice.attempts).first()
    if held is None or held.state not in {Notice.State.SENDING, Notice.State.UNCONFIRMED}:
        return False
    if state == Notice.State.UNCONFIRMED:
        _doubt(held, now=now)
        return True
    held.state, held.failure = state, failure
    fields = ["state", "failure"]
    if state == Notice.State.SENT:
        mark_sent(held, at=now)
        fields += ["sent_at", "due_at", "due_fixed_by_law"]
    held.save(update_fields=fields)
    if state in {Notice.State.SENT, Notice.State.FAILED}:
        letters.drop(held)
    told = {"attempt": held.attempts} | ({"failure": failure} if failure else {})
    record(_EVENTS[state], held, by=COURIER, at=now, **told)
    return True


_EVENTS = {
    Notice.State.SENT: Event.Kind.NOTICE_SENT,
    Notice.State.FAILED: Event.Kind.NOTICE_FAILED,
    Notice.State.QUEUED: Event.Kind.NOTICE_QUEUED,
}


def mark_sent(notice: Notice, *, at: datetime) -> None:
    """Set what a sent notice has: when it left, and when an answer is due."""
    deadline = law.due_at(notice.regime, at)
    notice.state, notice.sent_at = Notice.State.SENT, at
    notice.due_at, notice.due_fixed_by_law = deadline.due_at, deadline.fixed_by_law


def _doubt(notice: Notice, *, now: datetime) -> None:
    if notice.state != Notice.State.SENDING:
        return
    notice.state = Notice.State.UNCONFIRMED
    notice.save(update_fields=["state"])
    record(Event.Kind.NOTICE_UNCONFIRMED, notice, by=COURIER, at=now, attempt=notice.attempts)


@transaction.atomic
def find_abandoned(*, now: datetime) -> int:
    """Show as UNCONFIRMED what stayed SENDING without anybody: its job ended in an error. Returns how many."""
    left = list(
        Notice.objects.select_for_update().filter(state=Notice.State.SENDING, sending_at__lt=now - ABANDONED_AFTER)
    )
    for notice in left:
        _doubt(notice, now=now)
    return len(left)
