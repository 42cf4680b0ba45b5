"""Write a notice, and settle one whose delivery is in doubt."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from amparo.apps.cases import jobs, letters
from amparo.apps.cases.actions._access import awake, workable
from amparo.apps.cases.delivery import mark_sent
from amparo.apps.cases.keys import Pen, open_case_key, opened
from amparo.apps.cases.models import Case, Item, Notice
from amparo.apps.cases.refusal import Refused
from amparo.apps.ledger.actions import promise, record
from amparo.apps.ledger.models import Actor, Event
from amparo.core import law


class BadRecipient(Refused):
    """The address that a notice is to go to is no mail address."""


class NoItems(Refused):
    """A notice was to be sent about nothing, or about an item of another case."""


class NotInDoubt(Refused):
    """The notice is in a state in which there is nothing to settle."""


@transaction.atomic
def send_notice(
    *,
    case: Case,
    items: Sequence[Item],
    regime: str,
    facts: law.NoticeFacts,
    recipient: str,
    by: Actor,
    now: datetime,
) -> Notice:
    """Compose the notice of `regime` and queue it. The helpline signs, and the addresses are those of `items`.

    What law.compose refuses comes up as it is (ElementMissing names the element); then nothing is written.
    """
    case = awake(case, by=by)
    wanted = list(case.items.filter(pk__in=[item.pk for item in items]))
    if not wanted or len(wanted) != len({item.pk for item in items}):
        raise NoItems(_("Choose one or more addresses of this case that the notice is about."))
    try:
        validate_email(recipient)
    except ValidationError:
        raise BadRecipient(_("The recipient is not a mail address: give one such as abuse@example.org.")) from None
    key = open_case_key(case, by)
    draft = law.compose(regime, _completed(facts, case, opened(key, wanted)), at=now)
    notice = Notice(case=case, regime=regime, written_by=by.handle, written_at=now)
    Pen(case, key).write(
        notice,
        service=facts.service[:120],
        recipient=recipient,
        subject=draft.subject,
        body=draft.body,
        sentences=[[sentence.element_id, sentence.text] for sentence in draft.sentences],
    ).save(force_insert=True)
    notice.items.set(wanted)
    letters.write(notice)
    record(Event.Kind.NOTICE_QUEUED, notice, by=by, at=now, regime=regime, items=len(wanted))
    promise(jobs.deliver_notice, notice, now=now)
    return notice


def _completed(facts: law.NoticeFacts, case: Case, items: Sequence[Item]) -> law.NoticeFacts:
    hints = {place.url: place for place in facts.locations}
    return replace(
        facts,
        capacity=law.Capacity.AGENT,
        organisation=case.helpline.name,
        mailbox=case.helpline.mailbox,
        locations=tuple(hints.get(item.url) or law.Location(item.url) for item in items),
    )


@transaction.atomic
def queue_again(*, notice: Notice, by: Actor, now: datetime) -> Notice:
    """A person who reads the case decided that a failed or unconfirmed notice is to be sent (again)."""
    awake(notice.case, by=by)
    case, notice = _in_doubt(notice, by=by, states={Notice.State.UNCONFIRMED, Notice.State.FAILED})
    [notice] = opened(open_case_key(case, by), [notice])
    notice.state, notice.failure = Notice.State.QUEUED, ""
    notice.save(update_fields=["state", "failure"])
    letters.write(notice)
    record(Event.Kind.NOTICE_QUEUED, notice, by=by, at=now, attempt=notice.attempts)
    promise(jobs.deliver_notice, notice, now=now)
    return notice


@transaction.atomic
def confirm_delivered(*, notice: Notice, by: Actor, now: datetime) -> Notice:
    """A person made sure that an unconfirmed notice did arrive. Its clock runs from when it was handed over."""
    _case, notice = _in_doubt(notice, by=by, states={Notice.State.UNCONFIRMED})
    mark_sent(notice, at=notice.sending_at or now)
    notice.save(update_fields=["state", "sent_at", "due_at", "due_fixed_by_law"])
    letters.drop(notice)
    record(Event.Kind.NOTICE_SETTLED, notice, by=by, at=now, attempt=notice.attempts)
    return notice


def _in_doubt(notice: Notice, *, by: Actor, states: set[Notice.State]) -> tuple[Case, Notice]:
    case = workable(notice.case, by=by)
    notice = Notice.objects.select_for_update(of=("self",)).select_related("case__helpline").get(pk=notice.pk)
    if notice.state not in states:
        raise NotInDoubt(_("The delivery of this notice is not in doubt: there is nothing to settle."))
    return case, notice
