"""A helpline's recovery key: made, used and ended in ceremonies that the ledger and the survivors see.

The key is a holder like a worker, but its private half is on three papers, of which two give it back (core.vault).
Cases are granted to it as they are opened, and older ones as their holders sign in (`actions.do_key_work`).
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog
from django.conf import settings
from django.db import models, transaction
from django.utils.translation import gettext as _, ngettext

from amparo.apps.accounts.models import Organisation, User
from amparo.apps.cases.holding import held_by
from amparo.apps.cases.keys import CASE_ROLES, Altered, altered_refusal, grant_to, helpline_holders, recovery_holder
from amparo.apps.cases.models import Case, Grant
from amparo.apps.cases.refusal import Refused
from amparo.apps.ledger.actions import record
from amparo.apps.ledger.models import Actor, Event
from amparo.apps.ledger.queries import events_of
from amparo.core import vault
from amparo.core.vault import CannotOpen, HolderKey

log = structlog.get_logger("amparo.cases")


class RecoveryOff(Refused):
    """Whoever runs this instance has switched recovery off."""


class RecoveryExists(Refused):
    """The helpline has a recovery key already."""


class NoRecovery(Refused):
    """The helpline has no recovery key."""


class NotForThem(Refused):
    """The cases were to be given to somebody who may not work them, or has no key pair yet."""


class HeldByNobodyElse(Refused):
    """Cases would be left that no worker can open. `count` says how many."""

    def __init__(self, count: int) -> None:
        super().__init__(
            ngettext(
                "%(count)d case is held by the recovery key and by no worker: use the key before you end it.",
                "%(count)d cases are held by the recovery key and by no worker: use the key before you end it.",
                count,
            )
            % {"count": count}
        )
        self.count = count


@dataclass(frozen=True, slots=True)
class Recovery:
    """How it stands. cases: those of the helpline that are not frozen; held: of these, those the key opens today."""

    allowed: bool
    since: datetime | None
    held: int
    cases: int
    moments: tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class Recovered:
    """opened: cases given to the colleague now; had: those they could open already; missing: not held by the key.

    altered: held by the key, but what is stored of their keys was changed and does not open.
    """

    opened: int
    had: int
    missing: int
    altered: int = 0


_MOMENTS = (Event.Kind.RECOVERY_BEGUN, Event.Kind.RECOVERY_USED, Event.Kind.RECOVERY_ENDED)


def recovery_of(helpline: Organisation) -> Recovery:
    cases = _cases(helpline)
    return Recovery(
        allowed=settings.RECOVERY,
        since=helpline.recovery_since,
        held=held_by(cases, _pair(helpline)).count() if helpline.recovery_public else 0,
        cases=cases.count(),
        moments=tuple(events_of(helpline).filter(kind__in=_MOMENTS).order_by("seq")),
    )


def _cases(helpline: Organisation) -> models.QuerySet[Case]:
    return Case.objects.filter(helpline=helpline).exclude(state=Case.State.FROZEN)


def _pair(helpline: Organisation) -> dict[str, bytes]:
    return {recovery_holder(helpline): bytes(helpline.recovery_public or b"")}


def colleagues(helpline: Organisation) -> list[User]:
    """To whom cases may be given: they work cases here and have a key pair."""
    return list(
        User.objects.filter(
            organisation=helpline, disabled_at=None, role__in=CASE_ROLES, public_key__isnull=False
        ).order_by("handle")
    )


def _allowed() -> None:
    if not settings.RECOVERY:
        raise RecoveryOff(_("Recovery is switched off on this instance (AMPARO_RECOVERY)."))


def expect_none(helpline: Organisation) -> None:
    """What `begin` will refuse, said before three people write down papers. Raises RecoveryOff, RecoveryExists."""
    _allowed()
    if helpline.recovery_public is not None:
        raise RecoveryExists(_("This helpline has a recovery key already. End that one before you make another."))


def public_of(helpline: Organisation) -> bytes:
    """What two papers are compared with (core.vault.combine). Raises RecoveryOff, NoRecovery."""
    _allowed()
    if helpline.recovery_public is None:
        raise NoRecovery(_("This helpline has no recovery key."))
    return bytes(helpline.recovery_public)


@transaction.atomic
def begin(*, helpline: Organisation, public: bytes, by: Actor, now: datetime) -> None:
    """Take `public` as the recovery key's public half. The private half is on paper by now, and nowhere else.

    Raises RecoveryOff, RecoveryExists.
    """
    held = Organisation.objects.select_for_update().get(pk=helpline.pk)
    expect_none(held)
    held.recovery_public, held.recovery_since = public, now
    held.save(update_fields=["recovery_public", "recovery_since"])
    record(Event.Kind.RECOVERY_BEGUN, held, by=by, at=now)


@transaction.atomic
def end(*, helpline: Organisation, by: Actor, now: datetime) -> int:
    """The papers open nothing from now on that is written later: each case the key held waits for a new key.

    Returns how many. Raises NoRecovery, HeldByNobodyElse.
    """
    held = Organisation.objects.select_for_update().get(pk=helpline.pk)
    if held.recovery_public is None:
        raise NoRecovery(_("This helpline has no recovery key."))
    theirs = held_by(_cases(held), _pair(held))
    workers = {holder: public for holder, public in helpline_holders(held).items() if holder.startswith("worker:")}
    alone = theirs.count() - held_by(theirs, workers).count()
    if alone:
        raise HeldByNobodyElse(alone)
    grants = Grant.objects.filter(holder=recovery_holder(held))
    cases = list(grants.values_list("case_id", flat=True))
    grants.delete()
    Case.objects.filter(pk__in=cases, rekey_due_at=None).exclude(state=Case.State.FROZEN).update(rekey_due_at=now)
    held.recovery_public = held.recovery_since = None
    held.save(update_fields=["recovery_public", "recovery_since"])
    record(Event.Kind.RECOVERY_ENDED, held, by=by, at=now, cases=len(cases))
    return len(cases)


def use(*, helpline: Organisation, key: HolderKey, to: User, by: Actor, now: datetime) -> Recovered:
    """Give `to` every case that the recovery key holds. Each is one transaction, with its event; call again to go on.

    key: what two papers gave (core.vault.combine). That it was used stands in the ledger before the first case opens.
    Raises RecoveryOff, NoRecovery, NotForThem.
    """
    helpline = Organisation.objects.get(pk=helpline.pk)
    if public_of(helpline) != key.public:
        raise NoRecovery(_("This helpline has no such recovery key."))
    if to not in colleagues(helpline):
        raise NotForThem(_("Choose somebody who works cases of this helpline and has signed in once."))
    with transaction.atomic():
        record(Event.Kind.RECOVERY_USED, helpline, by=by, at=now, worker=to.handle)
    every = _cases(helpline).order_by("opened_at", "pk")
    holds, has = held_by(every, _pair(helpline)), held_by(every, {to.holder: bytes(to.public_key or b"")})
    had, missing = has.count(), every.count() - (holds | has).distinct().count()
    due = list(holds.exclude(pk__in=has.values("pk")).values_list("pk", flat=True))
    opened = altered = 0
    for case_id in due:
        try:
            opened += _give(case_id, key, to=to, by=by, now=now)
        except Altered:
            # One case that was tampered with must not keep the others from being recovered.
            log.error("case_altered", case=str(case_id))
            altered += 1
    return Recovered(opened=opened, had=had, missing=missing, altered=altered)


@transaction.atomic
def _give(case_id: UUID, key: HolderKey, *, to: User, by: Actor, now: datetime) -> bool:
    """Whether the case was given now: a colleague's session may have renewed its key meanwhile."""
    case = Case.objects.select_for_update(of=("self",)).select_related("helpline").filter(pk=case_id).first()
    if case is None:
        return False
    holder = recovery_holder(case.helpline)
    granted = Grant.objects.filter(case=case, holder=holder, version=case.version).first()
    if granted is None or bytes(granted.public) != key.public:
        return False
    try:
        case_key = vault.open_grant(
            granted.sealed, key, case=case.pk, holder=holder, version=case.version, public=case.public
        )
    except CannotOpen:
        raise altered_refusal() from None
    grant_to(case_key, case, {to.holder: bytes(to.public_key or b"")}, now=now)
    record(Event.Kind.CASE_RECOVERED, case, by=by, at=now, worker=to.handle)
    return True
