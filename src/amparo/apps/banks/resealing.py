"""After a new instance key: seal anew what an older one sealed, so that the older one can be given up."""

from django.db import transaction

from amparo.apps.accounts.instance import records
from amparo.apps.banks.models import Entry, Frame
from amparo.apps.banks.sealing import (
    PURPOSE,
    PURPOSE_STRONGER,
    blind_md5,
    open_entry,
    open_frame,
    open_stronger,
    seal_entry,
    seal_frame,
    seal_stronger,
)
from amparo.core.vault import needs_reseal

# Rows of one transaction.
BATCH = 500


def reseal() -> int:
    """Seal every entry, stronger record and frame under the newest instance key. Returns how many were older.

    Broken off, it goes on where it was. Raises core.vault's CannotOpen where a row's key is not at hand.
    """
    return _entries() + _stronger() + _frames()


def _entries() -> int:
    key, done, after = records(PURPOSE), 0, 0
    live = Entry.objects.filter(withdrawn_at=None).order_by("pk")
    while numbers := list(live.filter(pk__gt=after).values_list("pk", flat=True)[:BATCH]):
        with transaction.atomic():
            rows = live.select_for_update().filter(pk__in=numbers)
            old = [entry for entry in rows if entry.sealed and needs_reseal(key, entry.sealed)]
            for entry in old:
                content = open_entry(entry.sealed or b"", row=entry.pk)
                entry.sealed = seal_entry(content, row=entry.pk)
                if entry.kind == Entry.Kind.VIDEO:
                    entry.blind_md5 = blind_md5(content[:16])
            Entry.objects.bulk_update(old, ["sealed", "blind_md5"], batch_size=100)
        done, after = done + len(old), numbers[-1]
    return done


def _stronger() -> int:
    key, done, after = records(PURPOSE_STRONGER), 0, 0
    live = Entry.objects.filter(sealed_stronger__isnull=False).order_by("pk")
    while numbers := list(live.filter(pk__gt=after).values_list("pk", flat=True)[:BATCH]):
        with transaction.atomic():
            rows = live.select_for_update().filter(pk__in=numbers)
            old = [entry for entry in rows if needs_reseal(key, entry.sealed_stronger or b"")]
            for entry in old:
                record = open_stronger(entry.sealed_stronger or b"", row=entry.pk)
                entry.sealed_stronger = seal_stronger(record, row=entry.pk)
            Entry.objects.bulk_update(old, ["sealed_stronger"], batch_size=100)
        done, after = done + len(old), numbers[-1]
    return done


def _frames() -> int:
    key, done, after = records(PURPOSE), 0, 0
    live = Frame.objects.filter(entry__withdrawn_at=None).order_by("pk")
    while numbers := list(live.filter(pk__gt=after).values_list("pk", flat=True)[:BATCH]):
        with transaction.atomic():
            # The entry's row is what a withdrawal locks: a frame that it forgot must not come back.
            videos = Entry.objects.select_for_update().filter(frames__in=numbers, withdrawn_at=None)
            rows = Frame.objects.filter(pk__in=numbers, entry__in=[entry.pk for entry in videos])
            old = [frame for frame in rows if frame.sealed and needs_reseal(key, frame.sealed)]
            for frame in old:
                code = open_frame(frame.sealed or b"", entry=frame.entry_id, number=frame.number)
                frame.sealed = seal_frame(code, entry=frame.entry_id, number=frame.number)
            Frame.objects.bulk_update(old, ["sealed"], batch_size=100)
        done, after = done + len(old), numbers[-1]
    return done
