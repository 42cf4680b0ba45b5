"""Open a bank, let platforms use it, add and withdraw entries."""

from datetime import datetime

from django.db import transaction

from amparo.apps.accounts.models import Organisation
from amparo.apps.banks import index, points
from amparo.apps.banks.models import Bank, Change, Entry, Frame, Subscription
from amparo.apps.banks.sealing import blind_md5, seal_entry, seal_frame, seal_stronger
from amparo.apps.ledger.actions import record
from amparo.apps.ledger.models import Actor, Event
from amparo.core.fingerprint import VIDEO_ALGORITHM, ImageFingerprint, VideoFingerprint
from amparo.core.fingerprint.strong import StrongRecord

# Frames written at a time: SQLite takes so many values in one statement.
BATCH = 150


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
def subscribe(
    *, bank: Bank, organisation: Organisation, on_match: str, stronger: bool = False, by: Actor, now: datetime
) -> Subscription:
    """Let `organisation` look `bank` up and read its feed. Again with other terms: those count from now.

    stronger: its gate asks the stronger tier too.
    """
    terms = {"on_match": Subscription.OnMatch(on_match), "stronger": stronger}
    subscription, _ = Subscription.objects.update_or_create(
        bank=bank, organisation=organisation, defaults=terms, create_defaults={**terms, "since": now}
    )
    record(
        Event.Kind.BANK_SUBSCRIBED,
        bank,
        by=by,
        at=now,
        organisation=organisation.handle,
        on_match=on_match,
        stronger=stronger,
    )
    return subscription


@transaction.atomic
def unsubscribe(*, bank: Bank, organisation: Organisation, by: Actor, now: datetime) -> None:
    Subscription.objects.filter(bank=bank, organisation=organisation).delete()
    record(Event.Kind.BANK_UNSUBSCRIBED, bank, by=by, at=now, organisation=organisation.handle)


@transaction.atomic
def add_entry(
    *, bank: Bank, fingerprint: ImageFingerprint, stronger: StrongRecord | None = None, by: Actor, now: datetime
) -> Entry:
    """Put a picture's fingerprint into a bank. It counts in the next search of every process.

    stronger: its record of the stronger tier, where whoever answers for the picture chose to give it.
    """
    if fingerprint.algorithm != bank.algorithm:
        raise WrongAlgorithm(f"this bank holds {bank.algorithm}, but the fingerprint is {fingerprint.algorithm}")
    entry = Entry(bank=bank, quality=fingerprint.quality, added_at=now, added_by=by.handle)
    _write(entry, fingerprint.code, stronger)
    return _announced(entry, by)


@transaction.atomic
def add_video(*, bank: Bank, fingerprint: VideoFingerprint, by: Actor, now: datetime) -> Entry:
    """Put a video's fingerprint into a bank, beside the pictures: its frames are compared as they are.

    It counts in the next search of every process, its file by its MD5 too.
    """
    if fingerprint.algorithm != VIDEO_ALGORITHM:
        raise WrongAlgorithm(f"a bank's videos are {VIDEO_ALGORITHM}, but the fingerprint is {fingerprint.algorithm}")
    entry = Entry(
        bank=bank,
        kind=Entry.Kind.VIDEO,
        quality=max(fingerprint.qualities.tolist(), default=0),
        blind_md5=blind_md5(fingerprint.md5),
        seconds=fingerprint.seconds,
        ended=fingerprint.ended,
        frame_count=len(fingerprint.codes),
        added_at=now,
        added_by=by.handle,
    )
    _write(entry, fingerprint.md5 + fingerprint.sha256)
    rows = zip(fingerprint.codes, fingerprint.qualities.tolist(), fingerprint.times.tolist(), strict=True)
    Frame.objects.bulk_create(
        (
            Frame(
                entry=entry,
                number=number,
                sealed=seal_frame(code.tobytes(), entry=entry.pk, number=number),
                quality=quality,
                seconds=seconds,
            )
            for number, (code, quality, seconds) in enumerate(rows)
        ),
        batch_size=BATCH,
    )
    return _announced(entry, by)


def _write(entry: Entry, content: bytes, stronger: StrongRecord | None = None) -> None:
    """The row, with its content sealed. Its number is part of the seal, so it is drawn first."""
    entry.sealed = b""
    entry.save(force_insert=True)
    entry.sealed = seal_entry(content, row=entry.pk)
    entry.sealed_stronger = seal_stronger(stronger, row=entry.pk) if stronger else None
    entry.save(update_fields=["sealed", "sealed_stronger"])


def _announced(entry: Entry, by: Actor) -> Entry:
    event = record(Event.Kind.ENTRY_ADDED, entry, by=by, at=entry.added_at, bank=entry.bank.handle)
    Change.objects.create(seq=event.seq, entry=entry, kind=Change.Kind.ADDED, at=entry.added_at)
    _follow_afterwards()
    return entry


def _follow_afterwards() -> None:
    transaction.on_commit(index.follow, robust=True)
    transaction.on_commit(points.follow, robust=True)


@transaction.atomic
def withdraw_entry(*, entry: Entry, reason: str, by: Actor, now: datetime) -> None:
    """Take an entry out of every later search and feed, and forget its fingerprint. The row stays for partners."""
    entry = Entry.objects.select_for_update().get(pk=entry.pk)
    if entry.withdrawn_at is not None:
        return
    entry.sealed = entry.sealed_stronger = entry.blind_md5 = None
    entry.withdrawn_at, entry.withdrawn_by, entry.reason = now, by.handle, reason
    entry.save(update_fields=["sealed", "sealed_stronger", "blind_md5", "withdrawn_at", "withdrawn_by", "reason"])
    entry.frames.update(sealed=None)
    event = record(Event.Kind.ENTRY_WITHDRAWN, entry, by=by, at=now, reason=reason)
    Change.objects.create(seq=event.seq, entry=entry, kind=Change.Kind.WITHDRAWN, at=now)
    _follow_afterwards()
