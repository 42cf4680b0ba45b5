"""Searching: the hits are those that counting bits one by one gives, in their order, whatever the codes."""

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from amparo.core.matching import BadCodes, BadWithin, Hit, Index, IndexClosed, engine

CODE = st.binary(min_size=32, max_size=32)
# One value in each of the 16 chunks, so that every posting list is as long as the bank.
EQUAL_CHUNKS = st.binary(min_size=2, max_size=2).map(lambda chunk: chunk * 16)
FEW_BITS = st.sets(st.integers(0, 255), max_size=12).map(
    lambda bits: sum(1 << bit for bit in bits).to_bytes(32, "big")
)
MANY_BITS = FEW_BITS.map(lambda code: bytes(byte ^ 255 for byte in code))
HALF_BITS = st.permutations(range(256)).map(
    lambda bits: sum(1 << bit for bit in bits[:128]).to_bytes(32, "big")
)


@st.composite
def near_duplicates(draw):
    middle = int.from_bytes(draw(CODE), "big")
    flips = st.sets(st.integers(0, 255), max_size=40).map(lambda bits: sum(1 << bit for bit in bits))
    return [(middle ^ flip).to_bytes(32, "big") for flip in draw(st.lists(flips, min_size=1, max_size=20))]


BANK = st.one_of(
    st.lists(CODE, max_size=20),
    st.lists(EQUAL_CHUNKS, max_size=20),
    st.lists(st.one_of(FEW_BITS, MANY_BITS), max_size=20),
    st.lists(HALF_BITS, max_size=4),
    near_duplicates(),
)


def counted_one_by_one(bank: dict[int, bytes], query: bytes, within: int) -> list[Hit]:
    wanted = int.from_bytes(query, "big")
    hits = [Hit(key, (int.from_bytes(code, "big") ^ wanted).bit_count()) for key, code in bank.items()]
    return sorted((hit for hit in hits if hit.distance <= within), key=lambda hit: (hit.distance, hit.id))


def rows(codes: list[bytes]) -> np.ndarray:
    return np.frombuffer(b"".join(codes), dtype=np.uint8).reshape(-1, 32)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(bank=BANK, strangers=st.lists(CODE, max_size=2), within=st.integers(0, 64), where=st.data())
def test_search_agrees_with_counting_bits_one_by_one(bank, strangers, within, where):
    keys = where.draw(
        st.lists(st.integers(0, 2**64 - 1), min_size=len(bank), max_size=len(bank), unique=True)
    )
    queries = [*bank[:4], *strangers]
    with TemporaryDirectory() as folder, Index.create(Path(folder)) as index:
        index.add(rows(bank), keys)
        limits, ids, distances = index.search_many(rows(queries), within)
        for at, query in enumerate(queries):
            expected = counted_one_by_one(dict(zip(keys, bank, strict=True)), query, within)
            assert index.search(query, within) == expected
            found = slice(limits[at], limits[at + 1])
            assert list(zip(ids[found].tolist(), distances[found].tolist(), strict=True)) == [
                (hit.id, hit.distance) for hit in expected
            ]


@settings(deadline=None, max_examples=30)
@given(
    steps=st.lists(
        st.tuples(
            st.sampled_from(["add", "remove"]), st.lists(st.integers(0, 12), unique=True), st.randoms()
        ),
        max_size=12,
    ),
    within=st.sampled_from([0, 31, 140]),
)
def test_after_any_steps_the_index_holds_what_a_dictionary_would(steps, within):
    held: dict[int, bytes] = {}
    with TemporaryDirectory() as folder, Index.create(Path(folder)) as index:
        for verb, keys, random in steps:
            if verb == "add":
                codes = [random.randbytes(32) for _ in keys]
                index.add(rows(codes), keys)
                held |= dict(zip(keys, codes, strict=True))
            else:
                index.remove(keys)
                held = {key: code for key, code in held.items() if key not in keys}
        query = next(iter(held.values()), bytes(32))
        with Index.open(folder) as again:
            for one in (index, again):
                assert len(one) == len(held)
                assert [key for key in range(13) if key in one] == sorted(held)
                assert one.search(query, within) == counted_one_by_one(held, query, within)


def test_within_the_radius_means_at_most_that_many_bits(index):
    flipped = np.zeros(32, dtype=np.uint8)
    flipped[:4] = (255, 255, 255, 254)  # 31 bits
    index.add(flipped, [7])
    assert index.search(bytes(32), 31) == [Hit(7, 31)]
    assert index.search(bytes(32), 30) == []


def test_hits_come_nearest_first_and_then_by_id(index):
    codes = np.zeros((4, 32), dtype=np.uint8)
    codes[0, 0] = 3
    codes[1, 0] = 1
    codes[2, 9] = 1
    index.add(codes, [1, 30, 20, 9])
    assert index.search(bytes(32)) == [Hit(9, 0), Hit(20, 1), Hit(30, 1), Hit(1, 2)]


def test_the_whole_range_of_ids_and_distances_is_possible(index):
    index.add(np.full((2, 32), 255, dtype=np.uint8), [0, 2**64 - 1])
    assert index.search(bytes(32), 256) == [Hit(0, 256), Hit(2**64 - 1, 256)]


def test_an_empty_index_finds_nothing(index):
    limits, ids, distances = index.search_many(np.zeros((3, 32), dtype=np.uint8))
    assert index.search(bytes(32), 256) == []
    assert limits.tolist() == [0, 0, 0, 0]
    assert (limits.dtype, ids.dtype, distances.dtype) == (np.int64, np.uint64, np.uint16)
    assert len(index) == len(ids) == len(distances) == 0


def test_no_queries_give_no_answers(index):
    index.add(bytes(32), [1])
    limits, ids, distances = index.search_many(np.empty((0, 32), dtype=np.uint8))
    assert (limits.tolist(), len(ids), len(distances)) == ([0], 0, 0)


@pytest.mark.parametrize("code", [b"", bytes(31), bytes(33), np.zeros(32), np.zeros((2, 32), np.uint8)])
def test_a_query_that_is_not_one_code_is_refused(index, code):
    with pytest.raises(BadCodes):
        index.search(code)


@pytest.mark.parametrize("within", [-1, 257, 1.5, "31", None])
def test_a_radius_that_is_not_0_to_256_bits_is_refused(index, within):
    with pytest.raises(BadWithin):
        index.search(bytes(32), within)


def test_a_closed_index_says_that_it_is_closed(index):
    index.close()
    index.close()
    with pytest.raises(IndexClosed):
        index.search(bytes(32))
    with pytest.raises(IndexClosed):
        index.add(bytes(32), [1])


def test_the_engine_has_a_name():
    assert "(" in engine()
