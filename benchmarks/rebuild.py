"""How long an index takes that is made anew from sealed entries, as after a restart of the machine.

    python benchmarks/rebuild.py                      200,000 entries: half a minute
    python benchmarks/rebuild.py --entries 1000000    the whole: two minutes

Every entry is read from the database (SQLite, in a temporary folder) and opened with the instance's key.
"""

import argparse
import os
import shutil
import tempfile
import time
from pathlib import Path

import numpy as np

HOME = Path(tempfile.mkdtemp(prefix="amparo-bench-"))
os.environ |= {"AMPARO_HOME": str(HOME), "DJANGO_SETTINGS_MODULE": "amparo.conf.settings", "DATABASE_URL": ""}
os.environ["AMPARO_INDEX_PATH"] = str(HOME / "memory" / "pdq-c512")

SEED = 20261121
AT_ONCE = 10_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--entries", type=int, default=200_000)
    asked = parser.parse_args()
    try:
        measure(asked.entries)
    finally:
        shutil.rmtree(HOME, ignore_errors=True)


def measure(entries: int) -> None:
    import django

    django.setup()
    from django.core.management import call_command

    from amparo.apps.banks import index

    call_command("migrate", verbosity=0)
    sealing = -time.process_time()
    fill(entries)
    sealing += time.process_time()
    clock, processor = time.perf_counter(), time.process_time()
    held = index.rebuild()
    took, worked = time.perf_counter() - clock, time.process_time() - processor
    print(f"{entries:,} entries sealed and written in {sealing:,.1f} s of processor time")
    each = 1e6 * worked / held
    print(f"index of {held:,} made anew in {took:,.1f} s, {worked:,.1f} s of processor time: {each:,.1f} us each")


def fill(entries: int) -> None:
    from django.db import transaction
    from django.utils import timezone

    from amparo.apps.accounts.actions import add_organisation
    from amparo.apps.banks.actions import open_bank
    from amparo.apps.banks.models import Entry
    from amparo.apps.banks.sealing import seal_entry
    from amparo.apps.ledger.models import SYSTEM

    now = timezone.now()
    owner = add_organisation(
        handle="helpline", name="Helpline", kind="helpline", mailbox="notices@helpline.example.org", by=SYSTEM, now=now
    )
    bank = open_bank(handle="helpline-bank", title="Helpline bank", owner=owner, by=SYSTEM, now=now)
    chance = np.random.default_rng(SEED)
    for start in range(0, entries, AT_ONCE):
        codes = chance.integers(0, 256, (min(AT_ONCE, entries - start), 32), dtype=np.uint8)
        rows = [
            Entry(
                pk=number,
                bank=bank,
                sealed=seal_entry(code.tobytes(), row=number),
                quality=90,
                added_at=now,
                added_by="bench",
            )
            for number, code in enumerate(codes, start=start + 1)
        ]
        with transaction.atomic():
            Entry.objects.bulk_create(rows, batch_size=500)


if __name__ == "__main__":
    main()
