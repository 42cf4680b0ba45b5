"""Everything that changes organisations, people, their keys, their second factors and their sessions."""

from amparo.apps.accounts.actions._api_keys import KEY_PREFIX, UnknownScope, digest_of, issue_key, revoke_key
from amparo.apps.accounts.actions._codes import new_app_secret, open_new_secret, seal_new_secret
from amparo.apps.accounts.actions._devices import KNOWN_FOR, device_mark
from amparo.apps.accounts.actions._factors import (
    Enrolled,
    FactorRefused,
    add_app,
    add_passkey,
    draw_recovery_codes,
    remove_factor,
    reset_factors,
)
from amparo.apps.accounts.actions._passkeys import creation as passkey_creation, request as passkey_request
from amparo.apps.accounts.actions._people import (
    CannotUnlock,
    NotYourColleague,
    WrongPassword,
    add_organisation,
    add_user,
    change_password,
    check_is_admin_of,
    disable_user,
    reset_password,
    unlock,
)
from amparo.apps.accounts.actions._platforms import (
    NotAPlatform,
    PlatformTerms,
    UnknownStatementLanguage,
    set_terms,
)
from amparo.apps.accounts.actions._sessions import end_other_sessions, end_sessions, forget_ended_sessions
from amparo.apps.accounts.actions._sign_in import (
    WrongFactor,
    asks_second_step,
    check_code,
    check_enrolment_code,
    check_passkey,
    check_password,
    record_refused_sign_in,
    record_sign_in,
)
from amparo.apps.accounts.actions._tries import SignInRefused, TryLater

__all__ = [
    "KEY_PREFIX",
    "KNOWN_FOR",
    "CannotUnlock",
    "Enrolled",
    "FactorRefused",
    "NotAPlatform",
    "NotYourColleague",
    "PlatformTerms",
    "SignInRefused",
    "TryLater",
    "UnknownScope",
    "UnknownStatementLanguage",
    "WrongFactor",
    "WrongPassword",
    "add_app",
    "add_organisation",
    "add_passkey",
    "add_user",
    "asks_second_step",
    "change_password",
    "check_code",
    "check_enrolment_code",
    "check_is_admin_of",
    "check_passkey",
    "check_password",
    "device_mark",
    "digest_of",
    "disable_user",
    "draw_recovery_codes",
    "end_other_sessions",
    "end_sessions",
    "forget_ended_sessions",
    "issue_key",
    "new_app_secret",
    "open_new_secret",
    "passkey_creation",
    "passkey_request",
    "record_refused_sign_in",
    "record_sign_in",
    "remove_factor",
    "reset_factors",
    "reset_password",
    "revoke_key",
    "seal_new_secret",
    "set_terms",
    "unlock",
]
