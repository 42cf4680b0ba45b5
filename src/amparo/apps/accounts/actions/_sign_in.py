"""Signing in, in two steps: name and password; then what she has beside them."""

import threading
from datetime import datetime
from typing import Any

from django.contrib.auth import authenticate
from django.db import transaction
from django.utils.translation import gettext as _

from amparo.apps.accounts.actions import _codes, _passkeys
from amparo.apps.accounts.actions._devices import counted_as
from amparo.apps.accounts.actions._people import unlock
from amparo.apps.accounts.actions._tries import SignInRefused, count_try, forget_tries, wrong_pair
from amparo.apps.accounts.models import Factor, User
from amparo.apps.ledger.actions import record
from amparo.apps.ledger.models import Event, NamedActor

SOMEBODY = NamedActor("somebody")
# Django's Argon2 takes 100 MiB a password: two at once in a process, as in the vault, however many people knock.
_AT_ONCE = threading.BoundedSemaphore(2)


class WrongFactor(SignInRefused):
    """The password was right and the second step was not."""


def check_password(*, handle: str, password: str, mark: str = "", now: datetime) -> User:
    """The worker of this name and password, with `key` unlocked; she is not signed in yet.

    mark: what this browser keeps from a sign-in before (`device_mark`), if anything: a pause that strangers caused for
    the name does not hold there.
    Raises SignInRefused and TryLater: the same, after the same work, whether or not there is somebody of that name.
    """
    name = counted_as(handle, mark)
    count_try(name, now=now)
    with _AT_ONCE:
        user = authenticate(None, username=handle, password=password)
    if not isinstance(user, User):
        record_refused_sign_in(now=now)
        raise wrong_pair()
    forget_tries(name)
    return unlock(user=user, password=password, now=now)


def check_code(*, user: User, code: str, now: datetime) -> None:
    """The second step with six digits of an app or with a recovery code. Raises WrongFactor, TryLater."""
    count_try(f"factor:{user.pk}", now=now)
    typed = "".join(code.replace("-", "").split())
    if not (_codes.take_app_code(user, typed, now=now) or _take_recovery_code(user, typed, now=now)):
        _refuse(user, now=now)
    forget_tries(f"factor:{user.pk}")


def check_passkey(*, user: User, state: dict[str, Any], answer: str, now: datetime) -> None:
    """The second step with a passkey. state: of `passkey_request`, used once. Raises WrongFactor, TryLater."""
    count_try(f"factor:{user.pk}", now=now)
    if not _passkeys.take_signature(user, state, answer, now=now):
        _refuse(user, now=now)
    forget_tries(f"factor:{user.pk}")


def asks_second_step(user: User) -> bool:
    """Whether something besides the password is asked of her: a factor, or, after a reset, the code that she was told.

    Nothing is asked of a new worker, who adds her first factor.
    """
    return user.factors.exists() or user.recovery_codes.filter(used_at=None).exists()


def check_enrolment_code(*, user: User, code: str, now: datetime) -> None:
    """After a reset: the code that the worker was told. It is good until she has added a factor, and then gone.

    Raises WrongFactor, TryLater.
    """
    count_try(f"factor:{user.pk}", now=now)
    if not _codes.is_recovery_code(user, "".join(code.replace("-", "").split())):
        _refuse(user, now=now)
    forget_tries(f"factor:{user.pk}")


@transaction.atomic
def _take_recovery_code(user: User, typed: str, *, now: datetime) -> bool:
    taken = _codes.take_recovery_code(user, typed, now=now)
    if taken:
        left = user.recovery_codes.filter(used_at=None).count()
        record(Event.Kind.RECOVERY_CODE_USED, user, by=user, at=now, left=left)
    return taken


def _refuse(user: User, *, now: datetime) -> None:
    """The worker is named in the trail: somebody knows this password."""
    with transaction.atomic():
        record(Event.Kind.SIGN_IN_REFUSED, user, by=SOMEBODY, at=now, step="second")
    if Factor.objects.filter(user=user, kind=Factor.Kind.APP).exists():
        raise WrongFactor(_("This is not today's code. Wait for the next one in your app, and write all six digits."))
    raise WrongFactor(_("This passkey or code is not one of yours. Try once more, or use a recovery code."))


@transaction.atomic
def record_sign_in(*, user: User, now: datetime) -> None:
    record(Event.Kind.SIGNED_IN, user, by=user, at=now)


@transaction.atomic
def record_refused_sign_in(*, now: datetime) -> None:
    """Somebody was refused. What was typed stays out of the trail: it may be a password in the wrong field."""
    record(Event.Kind.SIGN_IN_REFUSED, User(pk=0), by=SOMEBODY, at=now)
