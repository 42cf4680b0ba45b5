"""What may be seen of banks: the index's answer, a platform's subscriptions, the feed."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from django.db import models
from numpy.typing import NDArray

from amparo.apps.accounts.models import Organisation
from amparo.apps.banks import index, points
from amparo.apps.banks.models import FRAME_IDS, Bank, Change, Entry, Frame, Subscription
from amparo.apps.banks.sealing import blind_md5s
from amparo.core.fingerprint.strong import StrongMatch

# Entries asked for in one query: SQLite takes at least 999 values.
BATCH = 900


@dataclass(frozen=True, slots=True)
class Known:
    """What the index found, of an entry that counts for who asks. on_match: as subscribed.

    of_many: it is one of several frames of a video.
    """

    entry: int
    quality: int
    bank: str
    on_match: str
    of_many: bool = False


def lookup(
    codes: NDArray[np.uint8], *, within: int
) -> tuple[NDArray[np.int64], NDArray[np.uint64], NDArray[np.uint16]]:
    """Entry ids near each of `codes` ((n, 32) uint8), of all banks, in the form of `Index.search_many`."""
    index.follow_if_due()
    points.follow_if_due()  # what was withdrawn is forgotten there too, though nobody asks for it
    with index.current() as opened:
        return opened.search_many(codes, within=within)


def known(ids: list[int], subscriptions: Mapping[int, Subscription]) -> dict[int, Known]:
    """By the index's number. The database says what counts: a withdrawn entry does not, even if the index held it."""
    banks = list(subscriptions)
    pictures = Entry.objects.filter(
        pk__in=[one for one in ids if one < FRAME_IDS], withdrawn_at=None, bank_id__in=banks
    )
    found = {
        pk: Known(pk, quality, subscriptions[bank].bank.handle, subscriptions[bank].on_match)
        for pk, bank, quality in pictures.values_list("pk", "bank_id", "quality")
    }
    frames = [one - FRAME_IDS for one in ids if one >= FRAME_IDS]
    if not frames:
        return found
    rows = Frame.objects.filter(pk__in=frames, entry__withdrawn_at=None, entry__bank_id__in=banks)
    told = rows.values_list("pk", "entry_id", "entry__bank_id", "quality", "entry__frame_count")
    return found | {
        FRAME_IDS + pk: Known(
            entry, quality, subscriptions[bank].bank.handle, subscriptions[bank].on_match, of_many=count > 1
        )
        for pk, entry, bank, quality, count in told
    }


def read_records() -> None:
    """Have the stronger tier's records at hand: seconds at the first question of a process, nothing afterwards."""
    points.ready()


def strongly_known(
    upload: bytes, subscriptions: Mapping[int, Subscription], *, max_bytes: int
) -> list[tuple[Known, StrongMatch]]:
    """Entries whose picture the stronger tier finds in an upload, the surest first.

    Only of the banks whose subscription allows it; where none does nothing is read. The database says what counts.
    """
    banks = [bank for bank, subscription in subscriptions.items() if subscription.stronger]
    if not banks:
        return []
    found = {match.record: match for match in points.find(upload, max_bytes=max_bytes)}
    live = Entry.objects.filter(sealed_stronger__isnull=False, withdrawn_at=None, bank_id__in=banks)
    numbers, known = list(found), dict[int, Known]()
    for start in range(0, len(numbers), BATCH):
        rows = live.filter(pk__in=numbers[start : start + BATCH]).values_list("pk", "bank_id", "quality")
        known |= {
            pk: Known(pk, quality, subscriptions[bank].bank.handle, subscriptions[bank].on_match)
            for pk, bank, quality in rows
        }
    return [(known[number], match) for number, match in found.items() if number in known]


def videos_with(md5: bytes, subscriptions: Mapping[int, Subscription]) -> list[Known]:
    """The live videos whose file has this MD5, in the banks that were subscribed to."""
    rows = live_entries().filter(blind_md5__in=blind_md5s(md5), bank_id__in=list(subscriptions)).order_by("pk")
    return [
        Known(pk, quality, subscriptions[bank].bank.handle, subscriptions[bank].on_match)
        for pk, bank, quality in rows.values_list("pk", "bank_id", "quality")
    ]


def subscriptions_of(organisation: Organisation) -> dict[int, Subscription]:
    """By bank id."""
    found = Subscription.objects.select_related("bank").filter(organisation=organisation)
    return {subscription.bank_id: subscription for subscription in found}


def feed(organisation: Organisation, *, after: int, limit: int) -> list[Change]:
    """The changes after `after` of the banks that `organisation` subscribes to, oldest first, at most `limit`."""
    readable = Change.objects.filter(seq__gt=after, entry__bank__subscriptions__organisation=organisation)
    return list(readable.select_related("entry__bank").order_by("seq")[:limit])


def affordable(changes: list[Change], *, frames: int) -> list[Change]:
    """The first of `changes` whose live videos have so many frames together; at least one change."""
    seen = 0
    for count, change in enumerate(changes):
        seen += change.entry.frame_count if change.entry.withdrawn_at is None else 0
        if seen > frames and count:
            return changes[:count]
    return changes


def live_entries(bank: Bank | None = None) -> models.QuerySet[Entry]:
    entries = Entry.objects.filter(withdrawn_at=None)
    return entries.filter(bank=bank) if bank else entries
