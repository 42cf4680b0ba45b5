"""Everything that may be done to a case. Refusals are `Refused`, with a message for the person who asked."""

from amparo.apps.cases.actions._access import CaseFrozen, NotYourCase
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
from amparo.apps.cases.actions._hand_over import HandOverIsHers, note_hand_over, undo_hand_over
from amparo.apps.cases.actions._items import (
    LookIsForWorkers,
    NoLookPlanned,
    found_back_by_person,
    found_gone_by_person,
    look_at_item,
)
from amparo.apps.cases.actions._keys import KeyWork, disable_worker, do_key_work, worker_left
from amparo.apps.cases.actions._notices import (
    BadRecipient,
    NoItems,
    NotInDoubt,
    confirm_delivered,
    queue_again,
    send_notice,
)
from amparo.apps.cases.actions._opening import (
    BadAddress,
    BadCountry,
    Opened,
    TooMany,
    add_item,
    add_picture,
    add_to_case,
    open_case,
)
from amparo.apps.cases.actions._reading import CodeRefused, TryLater, open_by_code, read_case
from amparo.apps.cases.keys import Altered, Locked
from amparo.apps.cases.refusal import Refused

__all__ = [
    "Altered",
    "BadAddress",
    "BadCountry",
    "BadRecipient",
    "BankNotOffered",
    "CaseFrozen",
    "CodeRefused",
    "ConsentIsHers",
    "HandOverIsHers",
    "ItemsStillOpen",
    "KeyWork",
    "Locked",
    "LookIsForWorkers",
    "NoItems",
    "NoLookPlanned",
    "NotAssignable",
    "NotInDoubt",
    "NotYourCase",
    "Opened",
    "PictureTooPlain",
    "Refused",
    "TooMany",
    "TryLater",
    "add_item",
    "add_picture",
    "add_to_case",
    "assign",
    "close_case",
    "confirm_delivered",
    "disable_worker",
    "do_key_work",
    "found_back_by_person",
    "found_gone_by_person",
    "freeze_case",
    "give_consent",
    "look_at_item",
    "note_hand_over",
    "open_by_code",
    "open_case",
    "queue_again",
    "read_case",
    "reopen_case",
    "send_notice",
    "undo_hand_over",
    "withdraw_consent",
    "withdraw_everything",
    "worker_left",
]
