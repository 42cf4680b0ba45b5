"""Open a bank, let platforms use it, add and withdraw entries."""

from datetime import datetime

from django.db import transaction

from amparo.apps.accounts.models import Organisation
from amparo.apps.banks import index
from amparo.apps.banks.models import Bank, Change, Entry, Subscription
from amparo.apps.ledger.actions import record
from amparo.apps.ledger.models import Actor, Event
from amparo.core.fingerprint import ImageFingerprint


class WrongAlgorithm(ValueError):
    """A fingerprint of one algorithm was offered to a bank of another."""


@transaction.atomic
def open_bank(*, handle: str, title: str, owner: Organisation, by: Actor, now: datetime) -> Bank:
    bank = Bank(handle=handle, title=title, owner=owner, opened_at=now)
    bank.full_clean()
    bank.save(force_insert=True)
    record(Event.Kind.BANK_OPENED, bank, by=by, at=now, handle=handle)
    return bank


@transaction.atomic
def subscribe(*, bank: Bank, organisation: Organisation, on_match: str, by: Actor, now: datetime) -> Subscription:
    """Let `organisation` look `bank` up and read its feed. Again with another `on_match`: that one counts from now."""
    subscription, _ = Subscription.objects.update_or_create(
        bank=bank,
        organisation=organisation,
        defaults={"on_match": Subscription.OnMatch(on_match)},
        create_defaults={"on_match": Subscription.OnMatch(on_match), "since": now},
    )
    record(Event.Kind.BANK_SUBSCRIBED, bank, by=by, at=now, organisation=organisation.handle, on_match=on_match)
    return subscription


@transaction.atomic
def unsubscribe(*, bank: Bank, organisation: Organisation, by: Actor, now: datetime) -> None:
    Subscription.objects.filter(bank=bank, organisation=organisation).delete()
    record(Event.Kind.BANK_UNSUBSCRIBED, bank, by=by, at=now, organisation=organisation.handle)


@transaction.atomic
def add_entry(*, bank: Bank, fingerprint: ImageFingerprint, by: Actor, now: datetime) -> Entry:
    """Put a fingerprint into a bank. It counts in the next search of every process."""
    if fingerprint.algorithm != bank.algorithm:
        raise WrongAlgorithm(f"this bank holds {bank.algorithm}, but the fingerprint is {fingerprint.algorithm}")
    entry = Entry.objects.create(
        bank=bank,
        code=fingerprint.code,
        quality=fingerprint.quality,
        added_at=now,
        added_by=by.handle,
    )
    event = record(Event.Kind.ENTRY_ADDED, entry, by=by, at=now, bank=bank.handle)
    Change.objects.create(seq=event.seq, entry=entry, kind=Change.Kind.ADDED, at=now)
    transaction.on_commit(index.follow, robust=True)
    return entry


@transaction.atomic
def withdraw_entry(*, entry: Entry, reason: str, by: Actor, now: datetime) -> None:
    """Take an entry out of every later search and feed, and forget its fingerprint. The row stays for partners."""
    entry = Entry.objects.select_for_update().get(pk=entry.pk)
    if entry.withdrawn_at is not None:
        return
    entry.code, entry.withdrawn_at, entry.withdrawn_by, entry.reason = None, now, by.handle, reason
    entry.save(update_fields=["code", "withdrawn_at", "withdrawn_by", "reason"])
    event = record(Event.Kind.ENTRY_WITHDRAWN, entry, by=by, at=now, reason=reason)
    Change.objects.create(seq=event.seq, entry=entry, kind=Change.Kind.WITHDRAWN, at=now)
    transaction.on_commit(index.follow, robust=True)
