"""What may be seen of cases, and by whom."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from amparo.apps.accounts.instance import address_keys
from amparo.apps.accounts.models import Organisation, User
from amparo.apps.banks.models import Bank
from amparo.apps.cases.keys import blind_addresses
from amparo.apps.cases.models import Case, Consent, Item, Message
from amparo.apps.ledger.models import Actor, Event


def cases_of(user: User) -> models.QuerySet[Case]:
    """The cases that this worker may open: those of the own helpline, and none for other roles."""
    if not user.is_active or user.role not in {User.Role.CASEWORKER, User.Role.ADMIN}:
        return Case.objects.none()
    return Case.objects.select_related("helpline", "assignee").filter(helpline=user.organisation_id)


def case_of(user: User, case_id: UUID) -> Case:
    """One of `cases_of`. Raises Case.DoesNotExist for a case of others as for one that is not there."""
    return cases_of(user).get(pk=case_id)


def known_elsewhere(items: Iterable[Item], user: User) -> dict[bytes, list[Case]]:
    """By blind address of the opened `items`: the other cases of this worker in which the same address is.

    No row is opened for it. Values under the instance's older keys are looked for too: a new key splits nothing.
    """
    rotated = len(address_keys()) > 1
    blinds = {
        value: item for item in items for value in (blind_addresses(item.url) if rotated else [bytes(item.blind_url)])
    }
    same = Item.objects.select_related("case").filter(blind_url__in=list(blinds), case__in=cases_of(user))
    found: dict[bytes, list[Case]] = {}
    for other in same.order_by("case__opened_at"):
        item = blinds[bytes(other.blind_url)]
        if other.case_id != item.case_id:
            found.setdefault(bytes(item.blind_url), []).append(other.case)
    return found


def banks_offered(helpline: Organisation) -> models.QuerySet[Bank]:
    """The banks that a survivor of this helpline may say yes to: the helpline's own."""
    return Bank.objects.filter(owner=helpline, algorithm=Bank.Algorithm.PDQ_C512).order_by("handle")


def live_consents(case: Case) -> models.QuerySet[Consent]:
    """What is shared now: which picture with which bank."""
    return Consent.objects.select_related("bank", "picture").filter(picture__case=case, withdrawn_at=None)


def side_of(case: Case, by: Actor) -> Message.Side:
    """On which side of the talk somebody stands: she alone on hers."""
    return Message.Side.SURVIVOR if by.handle == case.handle else Message.Side.HELPLINE


def unread(case: Case, by: Actor) -> int:
    """How many messages of the other side nobody on the side of `by` has had on a page."""
    return case.messages.filter(read_at=None).exclude(side=side_of(case, by)).count()


class Service(StrEnum):
    """A service that she goes to herself. The value stands in events."""

    STOPNCII = "stopncii"


def handed_over_at(case: Case, service: Service) -> datetime | None:
    """When she noted that she made a fingerprint at this service; None where she did not, or took the note back."""
    kinds = [Event.Kind.HANDED_OVER, Event.Kind.HAND_OVER_UNDONE]
    noted = Event.objects.filter(subject_type="case", subject_id=str(case.pk), kind__in=kinds).order_by("-seq")
    last = next((event for event in noted if event.detail.get("service") == service), None)
    return last.at if last and last.kind == Event.Kind.HANDED_OVER else None


class Who(models.TextChoices):
    """Who did something, as she is told it: a worker stands for the helpline, not with a name."""

    SURVIVOR = "survivor", _("you")
    HELPLINE = "helpline", _("the helpline")
    SOMEBODY = "somebody", _("somebody without the right code")
    AMPARO = "amparo", _("Amparo")


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing that happened in a case. `handle`: the actor's own, for the desk. `subject_id`: the row it is about."""

    at: datetime
    kind: Event.Kind
    says: Promise
    who: Who
    handle: str
    subject_type: str
    subject_id: str


# Daily looks are told by the items themselves; the trail of a case tells what changed.
_SAYS = {
    Event.Kind.CASE_OPENED: _("The case was opened."),
    Event.Kind.CASE_READ_BY_SURVIVOR: _("The case was opened with its code."),
    Event.Kind.CASE_READ_BY_WORKER: _("The helpline read the case."),
    Event.Kind.CASE_CODE_REFUSED: _("A wrong code was tried."),
    Event.Kind.CASE_ASSIGNED: _("The case was given to a case worker."),
    Event.Kind.CASE_CLOSED: _("The case was closed."),
    Event.Kind.CASE_REOPENED: _("The case was opened again."),
    Event.Kind.LOOKS_ENDED: _("Nobody looks at the addresses any more."),
    Event.Kind.CASE_REKEYED: _("The case got a new key, because somebody who could read it left."),
    Event.Kind.CASE_RECOVERED: _("The helpline used its recovery key to open the case."),
    Event.Kind.PART_ALTERED: _("A part of the case was changed outside Amparo, and is not shown."),
    Event.Kind.CASE_FROZEN: _("The case was frozen, and everything in it was deleted."),
    Event.Kind.CASE_PAUSED: _("The case was paused."),
    Event.Kind.CASE_RESUMED: _("The case went on after the pause."),
    Event.Kind.CODE_CHANGED: _("The code was changed."),
    Event.Kind.CODE_ENDED: _("The code was ended. The case goes on without it."),
    Event.Kind.MESSAGE_WRITTEN: _("A message was written."),
    Event.Kind.PICTURE_ADDED: _("A fingerprint was added."),
    Event.Kind.STRONGER_ADDED: _("A stronger fingerprint was added."),
    Event.Kind.STRONGER_FORGOTTEN: _("A stronger fingerprint was taken back."),
    Event.Kind.CONSENT_GIVEN: _("A fingerprint was shared with a bank."),
    Event.Kind.CONSENT_WITHDRAWN: _("A fingerprint was taken out of a bank."),
    Event.Kind.HANDED_OVER: _("A fingerprint was made at StopNCII.org."),
    Event.Kind.HAND_OVER_UNDONE: _("The note about StopNCII.org was taken back."),
    Event.Kind.ITEM_ADDED: _("An address was added."),
    Event.Kind.ITEM_CLOSED: _("An address is gone."),
    Event.Kind.ITEM_REOPENED: _("An address is back."),
    Event.Kind.NOTICE_QUEUED: _("A notice was written and waits to be sent."),
    Event.Kind.NOTICE_SENDING: _("A notice is being handed to the mail server."),
    Event.Kind.NOTICE_SENT: _("A notice was sent."),
    Event.Kind.NOTICE_FAILED: _("A notice could not be sent."),
    Event.Kind.NOTICE_UNCONFIRMED: _("It is not certain that a notice was sent: somebody will check."),
    Event.Kind.NOTICE_SETTLED: _("A notice is confirmed as sent."),
}


def timeline(case: Case) -> list[Moment]:
    """What happened in the case, oldest first."""
    rows = {
        "case": [case.pk],
        "picture": case.pictures.values_list("pk", flat=True),
        "consent": Consent.objects.filter(picture__case=case).values_list("pk", flat=True),
        "item": case.items.values_list("pk", flat=True),
        "message": case.messages.values_list("pk", flat=True),
        "notice": case.notices.values_list("pk", flat=True),
    }
    wanted = models.Q(pk__in=[])
    for subject_type, keys in rows.items():
        wanted |= models.Q(subject_type=subject_type, subject_id__in=[str(key) for key in keys])
    told = Event.objects.filter(wanted, kind__in=list(_SAYS)).order_by("seq")
    return [_moment(event, case) for event in told]


def _moment(event: Event, case: Case) -> Moment:
    kind = Event.Kind(event.kind)
    return Moment(
        at=event.at,
        kind=kind,
        says=_SAYS[kind],
        who=_who(event, case),
        handle=event.by,
        subject_type=event.subject_type,
        subject_id=event.subject_id,
    )


def _who(event: Event, case: Case) -> Who:
    if event.by == case.handle:
        return Who.SURVIVOR
    if event.organisation:
        return Who.HELPLINE
    return Who.SOMEBODY if event.by == "somebody" else Who.AMPARO
