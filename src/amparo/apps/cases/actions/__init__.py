"""Everything that may be done to a case. Refusals are `Refused`, with a message for the person who asked."""

from amparo.apps.cases.actions._access import CaseFrozen, CasePaused, NotYourCase
from amparo.apps.cases.actions._altered import note_altered
from amparo.apps.cases.actions._code import CodeIsHers, RestingStill, end_code, prove_code, set_codes
from amparo.apps.cases.actions._consent import (
    BankNotOffered,
    ConsentIsHers,
    PictureTooPlain,
    forget_stronger,
    give_consent,
    withdraw_consent,
    withdraw_everything,
)
from amparo.apps.cases.actions._ending import (
    ItemsStillOpen,
    NotAssignable,
    StillOpen,
    assign,
    close_case,
    freeze_case,
    reopen_case,
    stop_looking,
)
from amparo.apps.cases.actions._erasing import ErasingIsHers, erase_case, keep_erased
from amparo.apps.cases.actions._hand_over import HandOverIsHers, note_hand_over, undo_hand_over
from amparo.apps.cases.actions._items import (
    LookIsForWorkers,
    NoLookPlanned,
    found_back_by_person,
    found_gone_by_person,
    look_at_item,
)
from amparo.apps.cases.actions._keys import KeyWork, disable_worker, do_key_work, worker_left
from amparo.apps.cases.actions._messages import (
    MOST_CHARACTERS,
    EmptyMessage,
    MessageTooLong,
    TooManyMessages,
    read_messages,
    write_message,
)
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
from amparo.apps.cases.actions._pausing import PauseIsHers, pause_case, resume_case
from amparo.apps.cases.actions._reading import CodeRefused, TryLater, open_by_code, read_case
from amparo.apps.cases.keys import Altered, Locked
from amparo.apps.cases.refusal import Refused

__all__ = [
    "MOST_CHARACTERS",
    "Altered",
    "BadAddress",
    "BadCountry",
    "BadRecipient",
    "BankNotOffered",
    "CaseFrozen",
    "CasePaused",
    "CodeIsHers",
    "CodeRefused",
    "ConsentIsHers",
    "EmptyMessage",
    "ErasingIsHers",
    "HandOverIsHers",
    "ItemsStillOpen",
    "KeyWork",
    "Locked",
    "LookIsForWorkers",
    "MessageTooLong",
    "NoItems",
    "NoLookPlanned",
    "NotAssignable",
    "NotInDoubt",
    "NotYourCase",
    "Opened",
    "PauseIsHers",
    "PictureTooPlain",
    "Refused",
    "RestingStill",
    "StillOpen",
    "TooMany",
    "TooManyMessages",
    "TryLater",
    "add_item",
    "add_picture",
    "add_to_case",
    "assign",
    "close_case",
    "confirm_delivered",
    "disable_worker",
    "do_key_work",
    "end_code",
    "erase_case",
    "forget_stronger",
    "found_back_by_person",
    "found_gone_by_person",
    "freeze_case",
    "give_consent",
    "keep_erased",
    "look_at_item",
    "note_altered",
    "note_hand_over",
    "open_by_code",
    "open_case",
    "pause_case",
    "prove_code",
    "queue_again",
    "read_case",
    "read_messages",
    "reopen_case",
    "resume_case",
    "send_notice",
    "set_codes",
    "stop_looking",
    "undo_hand_over",
    "withdraw_consent",
    "withdraw_everything",
    "worker_left",
    "write_message",
]
