"""What sealing costs: fields, grants, logins, files, re-keying, against the same without sealing and libsodium bare.

    python benchmarks/vault.py --cases 2000

One core, no database: this is the price of the engine alone, in processor time. "plain" is the same work on the same
texts without sealing; "libsodium bare" is one call of the same algorithm with no place, padding or subkey. Prints a
Markdown table; exit code 1 when 2,000 fields are not opened, or 2,000 cases not searched, in one second each.
"""

import argparse
import io
import os
import platform
import secrets
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

import nacl
from nacl import bindings
from nacl.secret import Aead

from amparo.core import vault

TEXT = b"https://example.org/a/page/with/an/address/of/usual/length?id=1234567890&page=2"
FIELDS_A_CASE, HOLDERS_A_CASE = 20, 3
PROMISED_S = 1.0


class Row(NamedTuple):
    what: str
    ours: str
    peer: str = ""
    kept: bool = True


class Case(NamedTuple):
    """A case as its rows hold it, and the same text in plain."""

    public: bytes
    granted: bytes
    sealed: bytes
    plain: bytes


def seconds(run: Callable[[], object], repeat: int = 3) -> float:
    """The median of `repeat` runs, in seconds of processor time: other work on the machine is not counted."""
    taken = []
    for _ in range(repeat):
        begun = time.process_time()
        run()
        taken.append(time.process_time() - begun)
    return statistics.median(taken)


def each(run: Callable[[], object], times: int) -> float:
    """Microseconds of one call."""
    return seconds(lambda: [run() for _ in range(times)]) / times * 1e6


def place(row: int, case: str = "c1", version: int = 1) -> dict[str, object]:
    return {"case": case, "model": "cases.item", "field": "url", "row": row, "version": version}


def one_by_one() -> Iterator[Row]:
    key, holder = vault.new_case_key("c1"), vault.new_holder_key()
    records = vault.record_key("banks", vault.InstanceKey(number=1, secret=secrets.token_bytes(32)))
    at, record_at = place(7), {"model": "banks.entry", "field": "code", "row": 7}
    sealed, door = vault.seal_field(key, TEXT, **at), vault.seal_in(key.public, TEXT, **at)
    record, granted = vault.seal_record(records, bytes(32), **record_at), vault.grant(key, holder.public, holder="h")
    secret, public = vault.new_session_secret(), key.public
    locked = vault.lock_for_session(holder, secret, holder="h")
    bare = Aead(bytes(32))
    bare_sealed = bytes(bare.encrypt(TEXT))
    box = bindings.crypto_box_seal(TEXT, holder.public)

    def micro(what: str, run: Callable[[], object], peer: Callable[[], object] | None = None, times: int = 2000) -> Row:
        return Row(what, f"{each(run, times):.0f} us", f"{each(peer, times):.0f} us" if peer else "")

    yield micro("seal a field (79 bytes)", lambda: vault.seal_field(key, TEXT, **at), lambda: bare.encrypt(TEXT))
    yield micro("open a field", lambda: vault.open_field(key, sealed, **at), lambda: bare.decrypt(bare_sealed))
    yield micro(
        "seal at the door",
        lambda: vault.seal_in(public, TEXT, **at),
        lambda: bindings.crypto_box_seal(TEXT, holder.public),
        500,
    )
    yield micro(
        "open what the door sealed",
        lambda: vault.open_in(key, door, **at),
        lambda: bindings.crypto_box_seal_open(box, holder.public, holder.private),
        500,
    )
    yield micro("grant a case", lambda: vault.grant(key, holder.public, holder="h"), times=500)
    yield micro(
        "open a grant",
        lambda: vault.open_grant(granted, holder, case="c1", holder="h", version=1, public=public),
        times=500,
    )
    yield micro("seal a bank's fingerprint", lambda: vault.seal_record(records, bytes(32), **record_at))
    yield micro("open a bank's fingerprint", lambda: vault.open_record(records, record, **record_at))
    yield micro("open a session's key", lambda: vault.open_from_session(locked, secret, holder="h"), times=500)
    yield micro("blind index of an address", lambda: vault.blind(secret, TEXT.decode()))


def logins() -> Iterator[Row]:
    holder = vault.new_holder_key()
    costs = [
        ("at today's cost", vault.COST),
        ("libsodium's interactive", vault.Cost(2, 64 * 1024)),
        ("libsodium's moderate", vault.Cost(3, 256 * 1024)),
    ]
    for name, cost in costs:
        wrapped = vault.wrap(holder, "pass phrase", holder="h", cost=cost)
        taken = seconds(lambda wrapped=wrapped: vault.unwrap(wrapped, "pass phrase", holder="h"))
        yield Row(f"unlock at login, {name} ({cost.passes} x {cost.memory_kib // 1024} MiB)", f"{taken * 1000:.0f} ms")


def cases_of(holder: vault.HolderKey, count: int) -> list[Case]:
    made = []
    for number in range(count):
        key = vault.new_case_key(f"c{number}")
        plain = TEXT + str(number).encode()
        sealed = vault.seal_field(key, plain, **place(number, key.case))
        made.append(Case(key.public, vault.grant(key, holder.public, holder="h"), sealed, plain))
    return made


def searched(cases: list[Case], holder: vault.HolderKey, wanted: bytes) -> list[int]:
    """The cases of `holder` in whose address `wanted` stands: every grant and one field of each case are opened."""
    found = []
    for number, case in enumerate(cases):
        name = f"c{number}"
        key = vault.open_grant(case.granted, holder, case=name, holder="h", version=1, public=case.public)
        if wanted in vault.open_field(key, case.sealed, **place(number, name)):
            found.append(number)
    return found


def many(count: int) -> Iterator[Row]:
    key, holder = vault.new_case_key("c1"), vault.new_holder_key()
    sealed = [vault.seal_field(key, TEXT, **place(row)) for row in range(count)]
    taken = seconds(lambda: [vault.open_field(key, text, **place(row)) for row, text in enumerate(sealed)])
    yield Row(f"{count:,} fields of one case opened", f"{taken:.3f} s", kept=taken * 2000 / count <= PROMISED_S)
    cases = cases_of(holder, count)
    wanted = str(count - 1).encode()
    if searched(cases, holder, wanted) != [number for number, case in enumerate(cases) if wanted in case.plain]:
        raise RuntimeError("the search over sealed cases finds something else than the search over plain ones")
    taken = seconds(lambda: searched(cases, holder, wanted))
    plain = seconds(lambda: [number for number, case in enumerate(cases) if wanted in case.plain])
    yield Row(
        f"{count:,} cases searched, grants and one field each", f"{taken:.3f} s", f"{plain * 1000:.2f} ms (plain)",
        kept=taken * 2000 / count <= PROMISED_S,
    )  # fmt: skip
    few = cases[:50]
    taken, plain = seconds(lambda: searched(few, holder, wanted)), seconds(lambda: [case.plain for case in few])
    yield Row("a page of 50 cases", f"{taken * 1000:.1f} ms", f"{plain * 1000:.3f} ms (plain)")


def rekey_one(old: vault.CaseKey, sealed: list[bytes], holders: list[vault.HolderKey]) -> None:
    new = vault.next_version(old)
    for row, text in enumerate(sealed):
        vault.rekey_field(text, old=old, new=new, model="cases.item", field="url", row=row)
    for number, holder in enumerate(holders):
        vault.grant(new, holder.public, holder=number + 1)


def rekeying(count: int) -> Row:
    """`count` times the same case: the work is that of as many cases, without their rows."""
    old, holders = vault.new_case_key("c1"), [vault.new_holder_key() for _ in range(HOLDERS_A_CASE)]
    sealed = [vault.seal_field(old, TEXT, **place(row)) for row in range(FIELDS_A_CASE)]
    taken = seconds(lambda: [rekey_one(old, sealed, holders) for _ in range(count)], repeat=1)
    what = f"re-key {count:,} cases of {FIELDS_A_CASE} fields and {HOLDERS_A_CASE} holders"
    return Row(what, f"{taken:.2f} s ({taken / count * 1000:.2f} ms a case)")


def files(mebibytes: int) -> Iterator[Row]:
    key, content = vault.new_case_key("c1"), secrets.token_bytes(mebibytes * 2**20)
    stored = io.BytesIO()
    sealed_key = vault.seal_file(key, io.BytesIO(content), stored, **place(1))
    sealing = seconds(lambda: vault.seal_file(key, io.BytesIO(content), io.BytesIO(), **place(1)))
    opening = seconds(
        lambda: vault.open_file(key, sealed_key, io.BytesIO(stored.getvalue()), io.BytesIO(), **place(1))
    )  # fmt: skip
    bare = Aead(bytes(32))
    whole = bytes(bare.encrypt(content))
    rate = [f"{mebibytes / taken:.0f} MiB/s" for taken in (sealing, opening)]
    peers = [
        f"{mebibytes / taken:.0f} MiB/s"
        for taken in (seconds(lambda: bare.encrypt(content)), seconds(lambda: bare.decrypt(whole)))
    ]
    yield Row(f"seal a file of {mebibytes} MiB", rate[0], peers[0])
    yield Row("open it", rate[1], peers[1])


def sizes() -> Iterator[Row]:
    key = vault.new_case_key("c1")
    for length in (10, 79, 600, 3000):
        sealed = len(vault.seal_field(key, bytes(length), **place(1)))
        yield Row(f"bytes of a sealed field of {length}", str(sealed), str(length + Aead.NONCE_SIZE + Aead.MACBYTES))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=2000)
    parser.add_argument("--rekey", type=int, default=1000)
    parser.add_argument("--mebibytes", type=int, default=32)
    asked = parser.parse_args()
    rows = [
        *one_by_one(), *logins(), *many(asked.cases), rekeying(asked.rekey), *files(asked.mebibytes), *sizes()
    ]  # fmt: skip
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, PyNaCl {nacl.__version__}\n"
    )
    print("| what | Amparo's vault | libsodium bare, or plain |\n|---|---|---|")
    for row in rows:
        print(f"| {row.what} | {row.ours} | {row.peer} |{'' if row.kept else ' <- over its promise'}")
    return 0 if all(row.kept for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
