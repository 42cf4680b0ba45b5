"""The key of a case: opened by who holds it, and the pen that seals what is written into the case.

One grant is opened for all rows that are read: `key = open_case_key(case, by)`, then `opened(key, rows)`, or, for
a page that shows what there is, `opened_or_marked(key, rows)`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext as _

from amparo.apps.accounts.instance import address_keys, records
from amparo.apps.accounts.models import Organisation, User
from amparo.apps.cases.models import Case, Grant
from amparo.apps.cases.refusal import Refused
from amparo.apps.cases.sealed import SealedRow
from amparo.apps.ledger.models import Actor
from amparo.core import vault
from amparo.core.vault import CannotOpen, CaseKey, HolderKey

Row = TypeVar("Row", bound=SealedRow)

# The roles that work cases, and to whom cases are granted; moderators and analysts see none.
CASE_ROLES = (User.Role.CASEWORKER, User.Role.ADMIN)


class Locked(Refused):
    """The case's key is not at hand: nobody signed in, or no grant to this holder (yet)."""


class Altered(Refused):
    """What is stored does not open in its place: it was changed, cut, moved, or put back from an older day."""


def holder_key(by: Actor) -> HolderKey:
    """The unlocked pair of whoever acts. The system, the operator, the checker and the courier have none."""
    key: HolderKey | None = by.key if isinstance(by, User | Case) else None
    if key is None:
        raise Locked(_("This part of the case is sealed, and your key is not at hand: sign in again."))
    return key


def open_case_key(case: Case, by: Actor) -> CaseKey:
    """The key of `case`, from the grant to `by`. Raises Locked, and Altered where the grant was tampered with."""
    holder_key(by)
    assert isinstance(by, User | Case)
    return granted_key(Grant.objects.filter(case=case, holder=by.holder).first(), case, by)


def granted_key(granted: Grant | None, case: Case, by: User | Case) -> CaseKey:
    """As `open_case_key`, where the grant was read together with others."""
    pair = holder_key(by)
    if granted is None or bytes(granted.public) != pair.public:
        raise Locked(
            _("This case was not handed to you yet: it will be when a colleague who holds it signs in the next time.")
        )
    return _opened_grant(granted, case, pair)


def _opened_grant(granted: Grant, case: Case, pair: HolderKey) -> CaseKey:
    try:
        return vault.open_grant(
            granted.sealed, pair, case=case.pk, holder=granted.holder, version=case.version, public=case.public
        )
    except CannotOpen:
        raise altered_refusal() from None


def altered_refusal() -> Altered:
    return Altered(
        _("What is stored of this case was changed, and does not open. Tell the people who run this Amparo at once.")
    )


def place(row: SealedRow, name: str) -> dict[str, Any]:  # as the functions of the vault take it
    """Where a sealed text belongs, but for the case and its version."""
    return {"model": row._meta.label_lower, "field": name, "row": row.pk}


def opened(key: CaseKey, rows: Iterable[Row]) -> list[Row]:
    """The rows, with their texts at hand. Raises Altered when one of them does not open in its place."""
    return [_open(key, row) for row in rows]


def opened_or_marked(key: CaseKey, rows: Iterable[Row]) -> list[Row]:
    """The rows in their order: opened, or with `altered` set and no text of theirs at hand, not even of one column."""
    found = []
    for row in rows:
        try:
            found.append(_open(key, row))
        except Altered:
            row.altered = True
            found.append(row)
    return found


def _open(key: CaseKey, row: Row) -> Row:
    open_one = vault.open_in if row.by_door else vault.open_field
    texts: dict[str, object] = {}
    for name, text in row.texts().items():
        # A column that was left out of the query stays sealed.
        if text.column not in row.__dict__:
            continue
        if row.__dict__[text.column] is None:
            texts[name] = None
            continue
        try:
            inside = open_one(key, row.__dict__[text.column], case=key.case, version=key.version, **place(row, name))
        except CannotOpen:
            raise altered_refusal() from None
        texts[name] = text.decode(inside)
    row.keep_plain(**texts)
    return row


@dataclass(frozen=True, slots=True)
class Pen:
    """Seals texts for the rows of one case: with its key, or through the door of who can only add."""

    case: Case
    key: CaseKey | None

    def write(self, row: Row, **texts: Any) -> Row:  # each of its column's own type
        """Set the sealed columns of `row`, which is not saved here."""
        at: dict[str, Any] = {"case": self.case.pk, "version": self.case.version}
        public = b"" if self.key else door_public(self.case)
        for name, text in texts.items():
            column = row.texts()[name]
            if text is None:
                setattr(row, column.column, None)
                continue
            inside = column.encode(text)
            sealed = (
                vault.seal_field(self.key, inside, **at, **place(row, name))
                if self.key
                else vault.seal_in(public, inside, **at, **place(row, name))
            )
            setattr(row, column.column, sealed)
        row.by_door = self.key is None
        row.keep_plain(**texts)
        return row


def pen_of(case: Case, by: Actor) -> Pen:
    """The pen for what `by` adds. Without a person, such as an import by the operator, it goes through the door.

    `case` is held by the caller's transaction, so that what is added is sealed under the version that stays.
    """
    keyed = isinstance(by, User | Case)
    return Pen(case, open_case_key(case, by) if keyed else None)


# -- the public half, for the door

_DOOR: dict[str, Any] = {"model": "cases.case", "field": "public"}


def set_public(case: Case, key: CaseKey) -> None:
    """The version and public half of `key` on the case, and the door's copy of it. Not saved here."""
    case.version, case.public = key.version, key.public
    case.public_record = vault.seal_record(records("doors"), key.public, **_DOOR, row=case.pk, revision=key.version)


def door_public(case: Case) -> bytes:
    """The public half that the door seals to: the instance's copy, not the column that may have been exchanged."""
    try:
        return vault.open_record(records("doors"), case.public_record, **_DOOR, row=case.pk, revision=case.version)
    except CannotOpen:
        raise altered_refusal() from None


def door_fits(case: Case, key: CaseKey) -> bool:
    """Whether the door seals to this key. If not, what came in since may be read by somebody else."""
    try:
        return door_public(case) == key.public
    except Altered:
        return False


# -- holders


def holders_of(case: Case) -> dict[str, bytes]:
    """To whom the case belongs now, with their public halves: herself, her helpline's workers, its recovery key."""
    return {case.holder: vault.public_half(case.wrapped_key)} | helpline_holders(case.helpline)


def helpline_holders(helpline: Organisation) -> dict[str, bytes]:
    """The workers who work cases and have a pair, and the recovery key if there is one."""
    workers = User.objects.filter(
        organisation=helpline, disabled_at=None, role__in=CASE_ROLES, public_key__isnull=False
    ).order_by("pk")
    found = {worker.holder: bytes(worker.public_key or b"") for worker in workers}
    if helpline.recovery_public and settings.RECOVERY:
        found[recovery_holder(helpline)] = bytes(helpline.recovery_public)
    return found


def recovery_holder(helpline: Organisation) -> str:
    return f"recovery:{helpline.pk}"


def grant_to(key: CaseKey, case: Case, holders: Mapping[str, bytes], *, now: datetime) -> None:
    """Give `key` to each of the holders; what they had before is replaced."""
    Grant.objects.filter(case=case, holder__in=list(holders)).delete()
    Grant.objects.bulk_create(
        Grant(
            case=case,
            holder=holder,
            version=key.version,
            public=public,
            sealed=vault.grant(key, public, holder=holder),
            granted_at=now,
        )
        for holder, public in holders.items()
    )


# -- compared without being read


def blind_addresses(url: str) -> list[bytes]:
    """Equal for the same address, in this case and in others. Raises vault.BadUrl.

    Today's value, which is written, and those under the instance's older keys: rows are looked for under all of them.
    """
    return [vault.blind(key, url) for key in address_keys()]


def blind_address(url: str) -> bytes:
    """The value that is written: under today's key."""
    return blind_addresses(url)[0]


def blind_picture(case: Case, code: bytes) -> bytes:
    """The value that is written: under today's key."""
    return blind_pictures(case, code)[0]


def blind_pictures(case: Case, code: bytes) -> list[bytes]:
    """Equal for the same fingerprint in the same case; two cases never compare. Today's value, then older ones."""
    return [vault.blind_value(key, code, purpose=f"picture of {case.pk}") for key in address_keys()]


# -- what workers without a person read


def checker_copy(item: models.Model, url: str) -> bytes:
    return vault.seal_record(records("checker"), url.encode(), model="cases.item", field="checker_url", row=item.pk)


def checker_address(item: models.Model, copy: vault.Sealed) -> str:
    """The address in the checker's copy. Raises vault.CannotOpen."""
    return vault.open_record(records("checker"), copy, model="cases.item", field="checker_url", row=item.pk).decode()
