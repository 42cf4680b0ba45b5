"""Many entries at once, sealed as an action seals one."""

import numpy as np

from amparo.apps.banks.models import Entry
from amparo.apps.banks.sealing import seal_entry
from amparo.core.fingerprint.strong import StrongRecord


def write_entries(entries: list[Entry], codes: list[bytes]) -> list[Entry]:
    """Write entries of pictures with these codes; no event, no change."""
    for entry in entries:
        entry.sealed = b""
    Entry.objects.bulk_create(entries)
    for entry, code in zip(entries, codes, strict=True):
        entry.sealed = seal_entry(code, row=entry.pk)
    Entry.objects.bulk_update(entries, ["sealed"], batch_size=100)
    return entries


def made_record(seed: int) -> StrongRecord:
    """A record of the stronger tier of no picture at all."""
    drawn = np.random.default_rng(seed)
    codes = np.sort(drawn.integers(2**32, size=32, dtype=np.uint64))
    places, angles, scales = (drawn.integers(most, size=size) for most, size in ((64, (32, 2)), (16, 32), (16, 32)))
    return StrongRecord(codes, places, angles, scales)
