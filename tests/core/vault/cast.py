"""What the tests of sealing share: keys of the cast, one place, and the ways to damage a sealed text."""

from collections.abc import Iterator

from amparo.core import vault

# As little Argon2id as there is: these tests are about what opens, not about what a guess costs.
QUICK = vault.Cost(passes=1, memory_kib=8)
SAM, HANA, OMAR = vault.new_holder_key(), vault.new_holder_key(), vault.new_holder_key()
CASE = vault.new_case_key("sam-1")
PLACE = {"case": "sam-1", "model": "cases.item", "field": "url", "row": 7, "version": 1, "revision": 0}
# The same place with one part changed: another case, table, column, row, key version, and an older text of the row.
ELSEWHERE = [
    {"case": "sam-2"},
    {"model": "cases.note"},
    {"field": "title"},
    {"row": 8},
    {"version": 2},
    {"revision": 1},
]


def with_one_bit_flipped(sealed: bytes) -> Iterator[bytes]:
    for bit in range(len(sealed) * 8):
        flipped = bytearray(sealed)
        flipped[bit // 8] ^= 1 << bit % 8
        yield bytes(flipped)


def cut_or_longer(sealed: bytes) -> Iterator[bytes]:
    yield from (sealed[:length] for length in range(len(sealed)))
    yield from (sealed[length:] for length in range(1, len(sealed)))
    yield from (sealed + more for more in (b"\0", b"\0" * 16, sealed))


def damaged(sealed: bytes) -> Iterator[bytes]:
    """Every single bit flipped, every length cut off at either end, and longer."""
    yield from with_one_bit_flipped(sealed)
    yield from cut_or_longer(sealed)
