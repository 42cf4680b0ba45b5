"""Organisations and the people who work in them: their passwords, and the key pairs that the passwords lock."""

from datetime import datetime

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.db import transaction

from amparo.apps.accounts.actions._sessions import end_sessions
from amparo.apps.accounts.actions._tries import count_try, forget_tries
from amparo.apps.accounts.models import Organisation, User
from amparo.apps.ledger.actions import record
from amparo.apps.ledger.models import Actor, Event
from amparo.core.vault import CannotOpen, needs_rewrap, new_holder_key, rewrap, unwrap, wrap


class WrongPassword(ValueError):
    """A password was to be changed, and the one given as today's is not it."""


class NotYourColleague(PermissionError):
    """Only an admin of the same organisation, or the operator, does this, and not to herself."""


class CannotUnlock(RuntimeError):
    """The password is right and does not open the worker's key: the two were not written together."""


def check_is_admin_of(by: User, user: User) -> None:
    """Raises NotYourColleague unless `by` is an admin where `user` works, and somebody else."""
    if by.role != User.Role.ADMIN or by.organisation_id != user.organisation_id or by.pk == user.pk:
        raise NotYourColleague("this takes an admin of the same organisation, and somebody else than herself")


@transaction.atomic
def add_organisation(*, handle: str, name: str, kind: str, mailbox: str = "", by: Actor, now: datetime) -> Organisation:
    organisation = Organisation(handle=handle, name=name, kind=kind, mailbox=mailbox, created_at=now)
    organisation.full_clean()
    organisation.save(force_insert=True)
    record(Event.Kind.ORGANISATION_ADDED, organisation, by=by, at=now, handle=handle, kind=kind)
    return organisation


@transaction.atomic
def add_user(*, handle: str, organisation: Organisation, role: str, password: str, by: Actor, now: datetime) -> User:
    """Add a worker, with a key pair already: a case opened before the first sign-in can be granted to her."""
    user = User(handle=handle, organisation=organisation, role=role, created_at=now)
    validate_password(password, user)
    user.set_password(password)
    user.full_clean()
    user.save(force_insert=True)
    _make_pair(user, password)
    record(Event.Kind.USER_ADDED, user, by=by, at=now, handle=handle, role=role)
    return user


def _make_pair(user: User, password: str) -> None:
    """A new pair, locked with `password`. What was granted to an older one cannot be opened any more."""
    key = new_holder_key()
    user.public_key = key.public
    user.wrapped_key = wrap(key, password, holder=user.holder, cost=settings.KEY_COST)
    user.save(update_fields=["public_key", "wrapped_key"])
    user.key = key


@transaction.atomic
def unlock(*, user: User, password: str, now: datetime) -> User:
    """Set `user.key` with the password of a sign-in that was just checked.

    Locks the key anew where today's cost is higher than its own, and makes a pair for a row from before there were any.
    Raises CannotUnlock.
    """
    if user.wrapped_key is None:
        _make_pair(user, password)
        record(Event.Kind.WORKER_KEY_MADE, user, by=user, at=now)
        return user
    try:
        user.key = unwrap(user.wrapped_key, password, holder=user.holder)
    except CannotOpen:
        raise CannotUnlock(
            "the password is right and does not open the key that was locked with it: set a new password with "
            "`amparo staff password`, and let a colleague share the cases anew"
        ) from None
    if needs_rewrap(user.wrapped_key, cost=settings.KEY_COST):
        user.wrapped_key = wrap(user.key, password, holder=user.holder, cost=settings.KEY_COST)
        user.save(update_fields=["wrapped_key"])
    return user


def change_password(*, user: User, old: str, new: str, session: str | None = None, now: datetime) -> User:
    """The worker's own change. The pair stays, so does what was granted to it; every other session ends.

    session: the key of the session to spare, in which the change is made. Raises WrongPassword, TryLater (as at the
    sign-in: a desk left open is no place to guess at), ValidationError.
    """
    count_try(f"change:{user.pk}", now=now)
    if not user.check_password(old):
        raise WrongPassword("this is not today's password: write the one you signed in with")
    forget_tries(f"change:{user.pk}")
    validate_password(new, user)
    return _change_password(user, old, new, session, now=now)


@transaction.atomic
def _change_password(user: User, old: str, new: str, session: str | None, *, now: datetime) -> User:
    user.set_password(new)
    if user.wrapped_key is not None:
        user.wrapped_key = rewrap(user.wrapped_key, old, new, holder=user.holder, cost=settings.KEY_COST)
    user.save(update_fields=["password", "wrapped_key"])
    ended = end_sessions(holder=user.holder, but=session)
    record(Event.Kind.PASSWORD_CHANGED, user, by=user, at=now, sessions=ended)
    return user


@transaction.atomic
def reset_password(*, user: User, password: str, by: Actor, now: datetime) -> User:
    """Set by somebody else, who cannot open her key: she gets a new pair, and her cases have to be granted anew."""
    validate_password(password, user)
    user.set_password(password)
    user.save(update_fields=["password"])
    _make_pair(user, password)
    user.key = None
    ended = end_sessions(holder=user.holder)
    record(Event.Kind.PASSWORD_RESET, user, by=by, at=now, sessions=ended)
    return user


@transaction.atomic
def disable_user(*, user: User, by: Actor, now: datetime) -> None:
    """From now on the password opens nothing, and every session of theirs has ended.

    Done by the operator, or by an admin of the same organisation. Raises NotYourColleague.
    """
    if isinstance(by, User):
        check_is_admin_of(by, user)
    user.disabled_at = now
    user.save(update_fields=["disabled_at"])
    ended = end_sessions(holder=user.holder)
    record(Event.Kind.USER_DISABLED, user, by=by, at=now, sessions=ended)
