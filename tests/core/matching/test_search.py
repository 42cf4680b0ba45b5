"""Searching: the hits are those that counting bits one by one gives, in their order, whatever the codes."""

from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from amparo.core.matching import BadCodes, BadWithin, Hit, Index, IndexClosed, Sizes, engine, matchers

from .conftest import TINY

CODE = st.binary(min_size=32, max_size=32)
# One value in each of the 16 chunks, so that every posting list is as long as the bank.
EQUAL_CHUNKS = st.binary(min_size=2, max_size=2).map(lambda chunk: chunk * 16)
FEW_BITS = st.sets(st.integers(0, 255), max_size=12).map(lambda bits: sum(1 << bit for bit in bits).to_bytes(32, "big"))
MANY_BITS = FEW_BITS.map(lambda code: bytes(byte ^ 255 for byte in code))
HALF_BITS = st.permutations(range(256)).map(lambda bits: sum(1 << bit for bit in bits[:128]).to_bytes(32, "big"))


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


def answers(index: Index, queries: list[bytes], within: int) -> list[list[Hit]]:
    limits, ids, distances = index.search_many(rows(queries), within)
    hits = [Hit(*pair) for pair in zip(ids.tolist(), distances.tolist(), strict=True)]
    return [hits[limits[at] : limits[at + 1]] for at in range(len(queries))]


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(
    bank=BANK,
    strangers=st.lists(CODE, max_size=2),
    within=st.integers(0, 80),
    layout=st.integers(0, 2),
    where=st.data(),
)
def test_search_agrees_with_counting_bits_one_by_one(bank, strangers, within, layout, where):
    keys = where.draw(st.lists(st.integers(0, 2**64 - 1), min_size=len(bank), max_size=len(bank), unique=True))
    queries = [*bank[:4], *strangers]
    held = dict(zip(keys, bank, strict=True))
    expected = [counted_one_by_one(held, query, within) for query in queries]
    sizes = Sizes(
        in_log=100, in_one_go=100, least_ring=1, apart_ring=1 if layout else 1000, close_ring=1 if layout == 2 else 1000
    )
    with TemporaryDirectory() as folder:
        with Index.create(Path(folder), sizes=sizes) as index:
            index.add(rows(bank), keys)
            assert answers(index, queries, within) == expected
            index.compact()
        for matcher in matchers():
            with Index.open(Path(folder), matcher=matcher) as index:
                assert answers(index, queries, within) == expected
                assert [index.search(query, within) for query in queries] == expected


@pytest.mark.parametrize("matcher", matchers())
@pytest.mark.parametrize("within", [0, 1, 15, 16, 30, 31, 32, 47, 50, 64, 65, 79, 80, 200, 256])
def test_search_agrees_with_counting_in_a_larger_bank(folder, matcher, within):
    random = np.random.default_rng(within)
    codes = random.integers(0, 256, (3000, 32), dtype=np.uint8)
    # Families of near-duplicates at all distances, and one of 600 around a single code.
    flips = np.packbits(random.random((1600, 256)) < random.uniform(0, 0.3, (1600, 1)), axis=1)
    codes[:1600] = np.concatenate([np.repeat(codes[:20], 50, axis=0), np.repeat(codes[20:21], 600, axis=0)]) ^ flips
    queries = np.concatenate([codes[:40:2], codes[1000:1010], random.integers(0, 256, (30, 32), dtype=np.uint8)])
    different = np.bitwise_count(codes.view(np.uint64)[None] ^ queries.view(np.uint64)[:, None]).sum(axis=2)
    sizes = Sizes(in_one_go=300, least_ring=300, apart_ring=500, close_ring=1200, most=1500)
    with Index.create(folder, matcher=matcher, sizes=sizes) as index:
        # Two segments in the last layout, one in each of the others, and a log. None is merged: they get too large.
        for start, end in ((0, 1500), (1500, 2200), (2200, 2900), (2900, 3000)):
            index.add(codes[start:end], range(start, end))
        index.remove(range(0, 3000, 7))
        for threads in (1, 3):
            limits, ids, distances = index.search_many(queries, within, threads=threads)
            for at in range(len(queries)):
                near = [row for row in np.flatnonzero(different[at] <= within) if row % 7]
                expected = sorted((int(different[at, row]), int(row)) for row in near)
                found = slice(limits[at], limits[at + 1])
                assert list(zip(distances[found].tolist(), ids[found].tolist(), strict=True)) == expected


@settings(deadline=None, max_examples=40)
@given(
    steps=st.lists(
        st.tuples(
            st.sampled_from(["add", "add", "remove", "update", "compact", "open"]),
            st.lists(st.integers(0, 25), unique=True, max_size=12),
            st.randoms(use_true_random=False),
        ),
        max_size=14,
    ),
    matcher=st.sampled_from(matchers()),
)
def test_after_any_steps_the_index_holds_what_a_dictionary_would(steps, matcher):
    held: dict[int, bytes] = {}
    with TemporaryDirectory() as folder, ExitStack() as opened:
        index = opened.enter_context(Index.create(Path(folder), matcher=matcher, sizes=TINY))
        other = opened.enter_context(Index.open(Path(folder)))
        for position, (verb, keys, random) in enumerate(steps, start=1):
            codes = {key: random.randbytes(32) for key in keys}
            gone = [key + 1 for key in keys if key % 2] if verb == "update" else keys
            if verb in {"remove", "update"}:
                held = {key: code for key, code in held.items() if key not in gone}
            if verb in {"add", "update"}:
                held |= codes
                index.update(rows([*codes.values()]), [*codes], gone if verb == "update" else [], position=position)
            elif verb == "remove":
                index.remove(keys, position=position)
            elif verb == "compact":
                index.compact()
            else:
                index.close()
                index = opened.enter_context(Index.open(Path(folder), matcher=matcher, sizes=TINY))
            query = next(iter(held.values()), bytes(32))
            for one in (index, other):
                assert one.search(query, 140) == counted_one_by_one(held, query, 140)
                assert len(one) == len(held)
                assert [key for key in range(27) if key in one] == sorted(held)
        index.verify()


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
