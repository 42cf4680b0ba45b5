"""The second factor: added, removed, reset by somebody else; and the recovery codes on paper."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from amparo.apps.accounts.actions import _codes, _passkeys
from amparo.apps.accounts.actions._people import NotYourColleague, check_is_admin_of
from amparo.apps.accounts.actions._sessions import end_sessions
from amparo.apps.accounts.models import Factor, User
from amparo.apps.ledger.actions import record
from amparo.apps.ledger.models import Actor, Event


class FactorRefused(ValueError):
    """A factor cannot be added or removed. The message is for the page."""


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A factor that was added. recovery_codes: ten with the first factor, to be shown once; none later."""

    factor: Factor
    recovery_codes: tuple[str, ...]


@transaction.atomic
def add_app(*, user: User, secret: str, code: str, name: str, now: datetime) -> Enrolled:
    """Add an app that was given `secret`, proven by a code it shows. Raises FactorRefused."""
    step = _codes.step_of(secret, "".join(code.split()), now=now, after=0)
    if step is None:
        raise FactorRefused(_("This is not the code that the app shows now. Wait for the next one and write it here."))
    factor = Factor(user=user, kind=Factor.Kind.APP, name=name, added_at=now, last_step=step)
    factor.save(force_insert=True)
    factor.sealed_secret = _codes.sealed(factor, secret)
    factor.save(update_fields=["sealed_secret"])
    return _added(factor, now=now)


@transaction.atomic
def add_passkey(*, user: User, state: dict[str, Any], answer: str, name: str, now: datetime) -> Enrolled:
    """Add the passkey that the browser made. state: of `passkey_creation`, used once. Raises FactorRefused."""
    made = _passkeys.made(state, answer)
    if made is None or Factor.objects.filter(credential=made[0]).exists():
        raise FactorRefused(_("The browser made no new passkey. Try once more, or use an app."))
    credential, count = made
    factor = Factor(user=user, kind=Factor.Kind.PASSKEY, name=name, added_at=now, credential=credential)
    factor.signatures = count
    factor.save(force_insert=True)
    return _added(factor, now=now)


def _added(factor: Factor, *, now: datetime) -> Enrolled:
    user = factor.user
    first = not user.factors.exclude(pk=factor.pk).exists()
    record(Event.Kind.FACTOR_ADDED, user, by=user, at=now, factor=factor.kind)
    return Enrolled(factor=factor, recovery_codes=tuple(_codes.draw_codes(user, now=now)) if first else ())


@transaction.atomic
def remove_factor(*, factor: Factor, by: User, now: datetime) -> None:
    """The worker's own removal. One factor stays: without any she could not be told from a stolen password."""
    if factor.user_id != by.pk:
        raise NotYourColleague("a worker removes her own factors: reset a colleague's instead")
    # The worker's row is held, so that two removals at once do not each spare the other's factor.
    user = User.objects.select_for_update().get(pk=by.pk)
    if not user.factors.exclude(pk=factor.pk).exists():
        raise FactorRefused(_("This is your only second step. Add another one first."))
    factor.delete()
    record(Event.Kind.FACTOR_REMOVED, user, by=by, at=now, factor=factor.kind)


@transaction.atomic
def draw_recovery_codes(*, user: User, now: datetime) -> tuple[str, ...]:
    """Ten new codes, to be shown once; the earlier ones open nothing any more."""
    drawn = tuple(_codes.draw_codes(user, now=now))
    record(Event.Kind.RECOVERY_CODES_DRAWN, user, by=user, at=now, count=len(drawn))
    return drawn


@transaction.atomic
def reset_factors(*, user: User, by: Actor, now: datetime) -> str:
    """Every factor and recovery code of a colleague goes, and her sessions end: she enrols at the next sign-in.

    Returns the code without which she cannot: to be told to her in person, and shown once. So a password that is
    known to others does not become a whole sign-in by asking for a reset.
    """
    if isinstance(by, User):
        check_is_admin_of(by, user)
    count = user.factors.count()
    user.factors.all().delete()
    user.recovery_codes.all().delete()
    ended = end_sessions(holder=user.holder)
    [code] = _codes.draw_codes(user, now=now, count=1)
    record(Event.Kind.FACTORS_RESET, user, by=by, at=now, factors=count, sessions=ended)
    return code
