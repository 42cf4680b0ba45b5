"""Everything that may be done to a case. Refusals are `Refused`, with a message for the person who asked."""

from amparo.apps.cases.actions._access import CaseFrozen, NotYourCase, Refused
from amparo.apps.cases.actions._consent import (
    BankNotOffered,
    ConsentIsHers,
    PictureTooPlain,
    give_consent,
    withdraw_consent,
    withdraw_everything,
)
from amparo.apps.cases.actions._ending import (
    ItemsStillOpen,
    NotAssignable,
    assign,
    close_case,
    freeze_case,
    reopen_case,
)
from amparo.apps.cases.actions._opening import (
    BadAddress,
    BadCountry,
    Opened,
    TooMany,
    add_item,
    add_picture,
    open_case,
)
from amparo.apps.cases.actions._reading import CodeRefused, TryLater, open_by_code, read_case

__all__ = [
    "BadAddress",
    "BadCountry",
    "BankNotOffered",
    "CaseFrozen",
    "CodeRefused",
    "ConsentIsHers",
    "ItemsStillOpen",
    "NotAssignable",
    "NotYourCase",
    "Opened",
    "PictureTooPlain",
    "Refused",
    "TooMany",
    "TryLater",
    "add_item",
    "add_picture",
    "assign",
    "close_case",
    "freeze_case",
    "give_consent",
    "open_by_code",
    "open_case",
    "read_case",
    "reopen_case",
    "withdraw_consent",
    "withdraw_everything",
]
