"""What a restored backup cannot know: which notices have left since, and what was taken back since."""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime

from django.db import transaction

from amparo.apps.accounts.actions import end_sessions, revoke_key
from amparo.apps.accounts.models import ApiKey, Organisation, User
from amparo.apps.banks.actions import unsubscribe, withdraw_entry
from amparo.apps.banks.models import Entry, Subscription
from amparo.apps.cases import codes
from amparo.apps.cases.actions import disable_worker, freeze_case
from amparo.apps.cases.actions._consent import end_consent
from amparo.apps.cases.models import Case, Consent, Notice, Picture
from amparo.apps.ledger import ended
from amparo.apps.ledger.actions import record
from amparo.apps.ledger.models import SYSTEM, Event
from amparo.core.vault import new_holder_key

_WAITED = (Notice.State.QUEUED, Notice.State.SENDING)
Kind = Event.Kind
# Hashes in one question to the database: SQLite takes so many values.
_AT_ONCE = 500
# If these last lines are known here and have ended, so have those before them: the database is not older than the list.
_LAST_LINES = 100


@transaction.atomic
def doubt_waiting_notices(*, now: datetime) -> int:
    """Let a person decide about each: sent again by itself, a host would be asked twice. Returns how many."""
    waited = list(Notice.objects.select_for_update().filter(state__in=_WAITED))
    for notice in waited:
        notice.state = Notice.State.UNCONFIRMED
        notice.save(update_fields=["state"])
        record(Event.Kind.NOTICE_UNCONFIRMED, notice, by=SYSTEM, at=now, attempt=notice.attempts)
    return len(waited)


def keep_ended(*, now: datetime, since: Iterable[Event] = ()) -> Counter[str]:
    """End again what a database from before brought back, before anybody is served. Returns how much, by kind of event.

    since: events of a newer trail that goes on from this one. Besides, what the list outside the database tells.
    Each is one transaction, and done once: call again to go on. Raises ended.BadEndings.
    """
    told = ended.listed()
    last = told[-_LAST_LINES:]
    ends = [found for event in since if (found := ended.ending_of(event))]
    done = _end_all(dict.fromkeys([*last, *ends]), now=now)
    if done or not _all_began_here(last):
        done += _end_all(dict.fromkeys(told), now=now)
    return done


def _all_began_here(endings: Iterable[ended.Ending]) -> bool:
    """Whether this database knows the beginnings of all these: one from before the list was written does not."""
    wanted = {one.began for one in endings}
    return Event.objects.filter(hash__in=list(wanted)).count() == len(wanted)


def _end_all(endings: Iterable[ended.Ending], *, now: datetime) -> Counter[str]:
    wanted, done = list(endings), Counter[str]()
    for start in range(0, len(wanted), _AT_ONCE):
        batch = wanted[start : start + _AT_ONCE]
        begun = {event.hash: event for event in Event.objects.filter(hash__in=[one.began for one in batch])}
        for one in batch:
            if one.began in begun and _end(Kind(one.kind), begun[one.began], now=now):
                done[one.kind] += 1
    return done


@transaction.atomic
def _end(kind: Kind, began: Event, *, now: datetime) -> bool:
    """End what `began`; False where it has ended, or is gone."""
    return _HOW[kind](began, now)


def _entry(began: Event, now: datetime) -> bool:
    entry = Entry.objects.filter(pk=began.subject_id, withdrawn_at=None).first()
    if entry:
        withdraw_entry(entry=entry, reason="withdrawn before a restore", by=SYSTEM, now=now)
    return entry is not None


def _consent(began: Event, now: datetime) -> bool:
    consent = Consent.objects.filter(pk=began.subject_id, withdrawn_at=None).first()
    if consent:
        end_consent(consent, by=SYSTEM, now=now)
    return consent is not None


def _stronger(began: Event, now: datetime) -> bool:
    """Her stronger fingerprint goes. What it was shared with ends by lines of its own: nobody shares in her name."""
    picture = Picture.objects.filter(pk=began.subject_id, sealed_stronger__isnull=False).first()
    if picture is None or not _is_last(began, (Kind.STRONGER_ADDED, Kind.STRONGER_FORGOTTEN)):
        return False
    picture.sealed_stronger = None
    picture.save(update_fields=["sealed_stronger"])
    record(Kind.STRONGER_FORGOTTEN, picture, by=SYSTEM, at=now)
    return True


def _worker(began: Event, now: datetime) -> bool:
    user = User.objects.select_related("organisation").filter(pk=began.subject_id, disabled_at=None).first()
    if user:
        disable_worker(user=user, by=SYSTEM, now=now)
    return user is not None


def _api_key(began: Event, now: datetime) -> bool:
    key = ApiKey.objects.select_related("organisation").filter(pk=began.subject_id, revoked_at=None).first()
    if key:
        revoke_key(key=key, by=SYSTEM, now=now)
    return key is not None


def _subscription(began: Event, now: datetime) -> bool:
    handle = str(began.detail["organisation"])
    if not _is_last(began, (Kind.BANK_SUBSCRIBED, Kind.BANK_UNSUBSCRIBED), organisation=handle):
        return False
    found = Subscription.objects.filter(bank=int(began.subject_id), organisation__handle=handle).first()
    if found:
        unsubscribe(bank=found.bank, organisation=Organisation.objects.get(handle=handle), by=SYSTEM, now=now)
    return found is not None


def _frozen(began: Event, now: datetime) -> bool:
    case = Case.objects.filter(pk=began.subject_id).exclude(state=Case.State.FROZEN).first()
    if case:
        freeze_case(case=case, by=SYSTEM, now=now)
    return case is not None


def _code(began: Event, now: datetime) -> bool:
    """A code that she had given up opens nothing again. The newer one is not known here: her helpline goes on."""
    case = Case.objects.select_for_update(of=("self",)).filter(pk=began.subject_id, code_ended_at=None).first()
    newest = _is_last(began, (Kind.CASE_OPENED, Kind.CODE_CHANGED, Kind.CODE_ENDED))
    if case is None or not newest or case.state == Case.State.FROZEN:
        return False
    codes.set_locks(case, new_holder_key(), None, None)
    case.grants.filter(holder=case.holder).delete()
    case.code_ended_at, case.rekey_due_at = now, case.rekey_due_at or now
    case.save(update_fields=["wrapped_key", "second_key", "code_ended_at", "rekey_due_at"])
    end_sessions(holder=case.holder)
    record(Kind.CODE_ENDED, case, by=SYSTEM, at=now, version=case.version)
    return True


def _is_last(began: Event, kinds: tuple[Kind, ...], *, organisation: str | None = None) -> bool:
    """Whether nothing of these kinds came after `began` for its subject (and organisation)."""
    later = Event.objects.filter(
        subject_type=began.subject_type, subject_id=began.subject_id, kind__in=kinds, seq__gt=began.seq
    )
    return not any(organisation is None or event.detail.get("organisation") == organisation for event in later)


_HOW: dict[Kind, Callable[[Event, datetime], bool]] = {
    Kind.ENTRY_WITHDRAWN: _entry,
    Kind.CONSENT_WITHDRAWN: _consent,
    Kind.STRONGER_FORGOTTEN: _stronger,
    Kind.USER_DISABLED: _worker,
    Kind.KEY_REVOKED: _api_key,
    Kind.BANK_UNSUBSCRIBED: _subscription,
    Kind.CASE_FROZEN: _frozen,
    Kind.CODE_CHANGED: _code,
    Kind.CODE_ENDED: _code,
}
