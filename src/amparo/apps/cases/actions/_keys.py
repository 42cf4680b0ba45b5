"""Somebody leaves, somebody comes: new keys for cases and new grants, one case at a time."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog
from django.db import transaction

from amparo.apps.accounts.actions import disable_user
from amparo.apps.accounts.models import User
from amparo.apps.cases.aside import set_aside, set_aside_of
from amparo.apps.cases.blinds import is_behind, reblind
from amparo.apps.cases.holding import cases_due, held_by, rows_of, sealed_models
from amparo.apps.cases.keys import (
    Altered,
    Locked,
    altered_refusal,
    grant_to,
    holder_key,
    holders_of,
    open_case_key,
    place,
    set_public,
)
from amparo.apps.cases.models import Case, Grant
from amparo.apps.cases.sealed import SealedRow
from amparo.apps.ledger.actions import record
from amparo.apps.ledger.models import Actor, Event
from amparo.core.vault import CannotOpen, CaseKey, next_version, rekey_field

log = structlog.get_logger("amparo.cases")


@dataclass(frozen=True, slots=True)
class KeyWork:
    """What one call did: cases with a new key, cases with new grants, and how many are left for this holder.

    altered: cases that were passed over, now or since an earlier call, because their keys were changed and do not open.
    reblinded: cases whose blind values were made anew under the instance's key of today.
    """

    rekeyed: int
    granted: int
    left: int
    altered: int = 0
    reblinded: int = 0


@transaction.atomic
def disable_worker(*, user: User, by: Actor, now: datetime) -> int:
    """Somebody leaves: sign-in and sessions end, and so does what they held. Returns how many cases need a new key."""
    disable_user(user=user, by=by, now=now)
    return worker_left(user=user, by=by, now=now)


@transaction.atomic
def worker_left(*, user: User, by: Actor, now: datetime) -> int:
    """Take every grant of `user` away, and let each of those cases wait for a new key."""
    held = Grant.objects.filter(holder=user.holder)
    cases = list(held.values_list("case_id", flat=True))
    held.delete()
    Case.objects.filter(pk__in=cases, rekey_due_at=None).exclude(state=Case.State.FROZEN).update(rekey_due_at=now)
    record(Event.Kind.GRANTS_ENDED, user, by=by, at=now, cases=len(cases))
    return len(cases)


def do_key_work(*, by: User | Case, limit: int, now: datetime) -> KeyWork:
    """Renew keys, make grants and make blind values anew in at most `limit` of the cases that `by` holds.

    The rest waits for the next call. Each case is one transaction, so a call that dies leaves every case either as it
    was or done. A case whose keys do not open is set aside for a while: the others pass. Raises Locked.
    """
    mine = held_by(cases_due(by.helpline if isinstance(by, Case) else by.organisation), _pair(by))
    if isinstance(by, Case):
        mine = mine.filter(pk=by.pk)
    due = list(mine.values_list("pk", flat=True))
    resting = set_aside_of(due, by, now=now)
    wanted = [case_id for case_id in due if case_id not in resting]
    did: Counter[Event.Kind] = Counter()
    altered = len(resting)
    for case_id in wanted[:limit]:
        try:
            did.update(_work_on(case_id, by=by, now=now))
        except (Altered, CannotOpen):
            # Rolled back. One case that was tampered with must not keep the others from their keys.
            log.error("case_altered", case=str(case_id))
            set_aside(case_id, by=by, now=now)
            altered += 1
    return KeyWork(
        rekeyed=did[Event.Kind.CASE_REKEYED],
        granted=did[Event.Kind.CASE_GRANTED],
        left=max(0, len(wanted) - limit),
        altered=altered,
        reblinded=did[Event.Kind.CASE_REBLINDED],
    )


def _pair(by: User | Case) -> dict[str, bytes]:
    return {by.holder: holder_key(by).public}


@transaction.atomic
def _work_on(case_id: UUID, *, by: User | Case, now: datetime) -> list[Event.Kind]:
    """Do what the case still waits for; nothing when another session was first."""
    case = Case.objects.select_for_update(of=("self",)).select_related("helpline").filter(pk=case_id).first()
    if case is None:
        return []
    try:
        key = open_case_key(case, by)
    except Locked:  # taken away between the two looks
        return []
    did: list[Event.Kind | None] = [_reblind(case, key, by=by, now=now)]
    if case.rekey_due_at is not None:
        did.append(_rekey(case, key, by=by, now=now))
    else:
        did.append(_grant_missing(case, key, by=by, now=now))
    return [kind for kind in did if kind]


def _reblind(case: Case, key: CaseKey, *, by: User | Case, now: datetime) -> Event.Kind | None:
    if not is_behind(case):
        return None
    count = reblind(case, key)
    record(Event.Kind.CASE_REBLINDED, case, by=by, at=now, values=count)
    return Event.Kind.CASE_REBLINDED


def _rekey(case: Case, old: CaseKey, *, by: User | Case, now: datetime) -> Event.Kind | None:
    holders = renew_key(case, old, now=now)
    if not holders:
        return None
    record(Event.Kind.CASE_REKEYED, case, by=by, at=now, version=case.version, holders=holders)
    return Event.Kind.CASE_REKEYED


def renew_key(case: Case, old: CaseKey, *, now: datetime) -> int:
    """A new key for the held case and whatever is sealed in it, and grants to whom it belongs now; gives how many.

    0 where another session was first: then nothing was changed. A row that was altered stays as it is and opens for
    nobody, as before: it must not keep the case under the key of who left, or her under an old code. Where more rows
    do not open than do, something else is wrong, and the old key is not given up. Raises Altered.
    """
    if is_behind(case):
        reblind(case, old)
    new, holders = next_version(old), holders_of(case)
    set_public(case, new)
    changed = Case.objects.filter(pk=case.pk, version=old.version).update(
        version=case.version, public=case.public, public_record=case.public_record, rekey_due_at=None
    )
    if not changed:
        return 0
    resealed = [_reseal(model, case, old, new) for model in sealed_models()]
    altered = sum(one.altered for one in resealed)
    if altered > sum(one.sound for one in resealed):
        raise altered_refusal()
    if altered:
        log.error("case_altered", case=str(case.pk), count=altered)
    Grant.objects.filter(case=case).delete()
    grant_to(new, case, holders, now=now)
    return len(holders)


@dataclass(frozen=True, slots=True)
class _Resealed:
    sound: int
    altered: int


def _reseal(model: type[SealedRow], case: Case, old: CaseKey, new: CaseKey) -> _Resealed:
    """Every sealed column of the case's rows of `model`, under the new key; what is null or altered stays as it is."""
    columns = {name: text.column for name, text in model.texts().items()}
    rows = list(rows_of(model).filter(case=case).only("pk", *columns.values()))
    sound = []
    for row in rows:
        try:
            resealed = {
                column: rekey_field(sealed, old=old, new=new, **place(row, name))
                for name, column in columns.items()
                if (sealed := getattr(row, column)) is not None
            }
        except CannotOpen:
            continue
        for column, value in resealed.items():
            setattr(row, column, value)
        sound.append(row)
    rows_of(model).bulk_update(sound, list(columns.values()), batch_size=100)
    return _Resealed(sound=len(sound), altered=len(rows) - len(sound))


def _grant_missing(case: Case, key: CaseKey, *, by: User | Case, now: datetime) -> Event.Kind | None:
    have = {
        granted.holder: bytes(granted.public)
        for granted in Grant.objects.filter(case=case, version=key.version).defer("sealed")
    }
    missing = {holder: public for holder, public in holders_of(case).items() if have.get(holder) != public}
    if not missing:
        return None
    grant_to(key, case, missing, now=now)
    record(Event.Kind.CASE_GRANTED, case, by=by, at=now, holders=len(missing))
    return Event.Kind.CASE_GRANTED
