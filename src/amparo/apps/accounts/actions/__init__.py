"""Everything that changes organisations, people, their keys and their sessions."""

from amparo.apps.accounts.actions._api_keys import KEY_PREFIX, UnknownScope, digest_of, issue_key, revoke_key
from amparo.apps.accounts.actions._people import (
    CannotUnlock,
    WrongPassword,
    add_organisation,
    add_user,
    change_password,
    disable_user,
    reset_password,
    unlock,
)
from amparo.apps.accounts.actions._sessions import end_sessions
from amparo.apps.accounts.actions._sign_in import record_refused_sign_in, record_sign_in

__all__ = [
    "KEY_PREFIX",
    "CannotUnlock",
    "UnknownScope",
    "WrongPassword",
    "add_organisation",
    "add_user",
    "change_password",
    "digest_of",
    "disable_user",
    "end_sessions",
    "issue_key",
    "record_refused_sign_in",
    "record_sign_in",
    "reset_password",
    "revoke_key",
    "unlock",
]
