"""What sealing costs the whole way, through rows and database: open a case, list and read 50, search, re-key.

    python benchmarks/sealed_cases.py --cases 2000 --rekey 1000

A SQLite database of its own in a temporary folder, one process, processor time. "identity" is the same code with
functions of the vault that seal and open nothing, put in place here: the same rows, columns and queries, and no
cryptography but the locks of her codes at their least cost. Prints a Markdown table; exit code 1 when 2,000 cases are
not searched in one second.
"""

import argparse
import os
import secrets
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

PROMISED_S = 1.0
ADDRESSES, PASSWORD = 3, "a passphrase for measuring"


class Row(NamedTuple):
    what: str
    sealed: float
    identity: float
    kept: bool = True


def seconds(run: Callable[[], object], repeat: int = 3) -> float:
    taken = []
    for _ in range(repeat):
        begun = time.process_time()
        run()
        taken.append(time.process_time() - begun)
    return statistics.median(taken)


@contextmanager
def identity() -> Iterator[None]:
    """Seal nothing: every function of the vault on the way gives back the text it got."""
    from amparo.apps.cases.actions import _keys
    from amparo.core import vault

    keys: dict[str, vault.CaseKey] = {}

    def open_grant(_sealed: object, _pair: object, *, case: object, version: int, **_place: object) -> vault.CaseKey:
        key = keys.get(str(case))
        if key is None or key.version != version:
            key = keys[str(case)] = vault.CaseKey(case=str(case), version=version, secret=bytes(range(32)))
        return key

    def given(_key: object, text: bytes, **_place: object) -> bytes:
        return bytes(text)

    stand_ins: list[tuple[Any, str, Any]] = [
        *((vault, name, given) for name in ("seal_field", "open_field", "seal_in", "open_in")),
        # With the head of a record: by it a case is known to be of before a new instance key.
        (vault, "seal_record", lambda key, text, **_k: vault.record_head(key) + bytes(text)),
        (vault, "open_record", lambda key, sealed, **_k: bytes(sealed)[len(vault.record_head(key)) :]),
        (vault, "grant", lambda *_a, **_k: b""),
        (vault, "open_grant", open_grant),
        (vault, "blind", lambda _key, url: url.encode()[-32:]),
        (vault, "blind_value", lambda _key, value, **_k: value[-32:]),
        (_keys, "rekey_field", lambda sealed, **_k: bytes(sealed)),
        # What is sealed with no key bears the number of none.
        (_keys, "is_behind", lambda _case: False),
    ]
    before = [(module, name, getattr(module, name)) for module, name, _new in stand_ins]
    for module, name, new in stand_ins:
        setattr(module, name, new)
    try:
        yield
    finally:
        for module, name, old in before:
            setattr(module, name, old)


class House:
    """A helpline with Hana and a colleague, and as many cases as are asked for."""

    def __init__(self, handle: str) -> None:
        from django.utils import timezone

        from amparo.apps.accounts.actions import add_organisation, add_user
        from amparo.apps.ledger.models import SYSTEM

        self.now = timezone.now()
        self.helpline = add_organisation(
            handle=handle, name=handle, kind="helpline", mailbox=f"n@{handle}.example.org", by=SYSTEM, now=self.now
        )
        self.hana, self.leaver = (
            add_user(
                handle=f"{handle}-{name}", organisation=self.helpline, role="caseworker", password=PASSWORD,
                by=SYSTEM, now=self.now,
            )
            for name in ("hana", "leaver")
        )  # fmt: skip

    def open(self, count: int) -> None:
        from django.db import transaction

        with transaction.atomic():
            for _ in range(count):
                self.open_one()

    def open_one(self) -> Any:
        from amparo.apps.cases.actions import open_case
        from amparo.core.fingerprint import ImageFingerprint

        host = f"https://host{secrets.randbelow(1000)}.example.org/gallery"
        return open_case(
            helpline=self.helpline, language="en", country="IT",
            fingerprints=[ImageFingerprint(code=secrets.token_bytes(32), quality=90)],
            urls=[f"{host}/{secrets.token_hex(8)}" for _ in range(ADDRESSES)], now=self.now,
        ).case  # fmt: skip

    def read(self, count: int) -> int:
        from amparo.apps.cases.contents import contents
        from amparo.apps.cases.queries import cases_of

        return sum(len(contents(case, self.hana).items) for case in cases_of(self.hana)[:count])

    def list(self, count: int) -> int:
        from amparo.apps.cases.holding import keys_due
        from amparo.apps.cases.queries import cases_of
        from amparo.sites.desk.rows import queue_of, queue_rows

        keys_due(self.helpline)
        return len(queue_rows(queue_of(cases_of(self.hana))[:count], now=self.now))

    def search(self) -> int:
        from amparo.apps.cases.search import search

        found = search(by=self.hana, words="words-that-stand nowhere")
        assert found.sealed == 0
        return found.searched

    def rekey(self, count: int) -> None:
        from amparo.apps.cases.actions import disable_worker, do_key_work
        from amparo.apps.ledger.models import SYSTEM

        disable_worker(user=self.leaver, by=SYSTEM, now=self.now)
        done = do_key_work(by=self.hana, limit=count, now=self.now)
        assert done.rekeyed == count, done


class Figures(NamedTuple):
    opened: float
    listed: float
    read: float
    searched: float
    rekeyed: float


def measured(handle: str, *, cases: int, rekey: int) -> Figures:
    house = House(handle)
    house.open(cases - 20)
    opened = seconds(house.open_one, repeat=20)
    assert house.search() == cases
    return Figures(
        opened=opened,
        listed=seconds(lambda: house.list(50)),
        read=seconds(lambda: house.read(50)),
        searched=seconds(house.search),
        rekeyed=seconds(lambda: house.rekey(rekey), repeat=1),
    )


def table(sealed: Figures, plain: Figures, slow: float, *, cases: int, rekey: int) -> list[Row]:
    per_2000 = sealed.searched / cases * 2000
    return [
        Row(f"open a case of a picture and {ADDRESSES} addresses, Argon2id left out", sealed.opened, plain.opened),
        Row("the same with Argon2id of her words", slow, plain.opened),
        Row(f"the queue's page of 50 among {cases:,} (nothing on it is sealed)", sealed.listed, plain.listed),
        Row(f"50 cases read, all {50 * ADDRESSES} addresses opened", sealed.read, plain.read),
        Row(f"{cases:,} cases with {ADDRESSES} addresses each searched", sealed.searched, plain.searched,
            kept=per_2000 <= PROMISED_S),
        Row(f"re-key {rekey:,} cases, each in a transaction", sealed.rekeyed, plain.rekeyed),
    ]  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=2000)
    parser.add_argument("--rekey", type=int, default=1000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        os.environ.update(AMPARO_HOME=home, DJANGO_SETTINGS_MODULE="amparo.conf.settings", DATABASE_URL="")
        Path(home).chmod(0o700)
        import django

        django.setup()
        from django.conf import settings
        from django.core.management import call_command

        from amparo.core.vault import Cost

        call_command("migrate", "--skip-checks", verbosity=0)
        dear, settings.KEY_COST = settings.KEY_COST, Cost(passes=1, memory_kib=8)
        sealed = measured("sealed", cases=asked.cases, rekey=asked.rekey)
        with identity():
            plain = measured("plain", cases=asked.cases, rekey=asked.rekey)
        settings.KEY_COST = dear
        slow = seconds(House("slow").open_one)
    rows = table(sealed, plain, slow, cases=asked.cases, rekey=asked.rekey)
    print("| what | sealed | identity functions | ratio |\n|---|---|---|---|")
    for row in rows:
        promise = "" if row.kept else " <- over its promise"
        print(
            f"| {row.what} | {row.sealed * 1000:,.1f} ms | {row.identity * 1000:,.1f} ms "
            f"| {row.sealed / row.identity:.1f}x |{promise}"
        )
    return 0 if all(row.kept for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
