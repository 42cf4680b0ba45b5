"""What may be seen of banks: the index's answer, a platform's subscriptions, the feed."""

import numpy as np
from django.db import models
from numpy.typing import NDArray

from amparo.apps.accounts.models import Organisation
from amparo.apps.banks import index
from amparo.apps.banks.models import Bank, Change, Entry, Subscription


def lookup(
    codes: NDArray[np.uint8], *, within: int
) -> tuple[NDArray[np.int64], NDArray[np.uint64], NDArray[np.uint16]]:
    """Entry ids near each of `codes` ((n, 32) uint8), of all banks, in the form of `Index.search_many`."""
    index.follow_if_due()
    with index.current() as opened:
        return opened.search_many(codes, within=within)


def subscriptions_of(organisation: Organisation) -> dict[int, Subscription]:
    """By bank id."""
    found = Subscription.objects.select_related("bank").filter(organisation=organisation)
    return {subscription.bank_id: subscription for subscription in found}


def feed(organisation: Organisation, *, after: int, limit: int) -> list[Change]:
    """The changes after `after` of the banks that `organisation` subscribes to, oldest first, at most `limit`."""
    readable = Change.objects.filter(seq__gt=after, entry__bank__subscriptions__organisation=organisation)
    return list(readable.select_related("entry__bank").order_by("seq")[:limit])


def live_entries(bank: Bank | None = None) -> models.QuerySet[Entry]:
    entries = Entry.objects.filter(withdrawn_at=None)
    return entries.filter(bank=bank) if bank else entries
