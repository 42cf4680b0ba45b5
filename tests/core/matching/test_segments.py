"""Segments and merging: nothing is missed or seen twice meanwhile, and damage to a file is found."""

import threading
import zipfile
from pathlib import Path

import numpy as np
import pytest

from amparo.core.matching import Hit, Index, IndexCorrupt, NoSpace, Sizes, _merge, engine, matchers
from tests.vectors import draw_index

VECTORS = Path(__file__).parents[2] / "vectors" / "index"
RANDOM = np.random.default_rng(7)
CODES = RANDOM.integers(0, 256, (400, 32), dtype=np.uint8)


def segments_of(folder):
    return sorted(one for one in folder.iterdir() if one.name.startswith("segment-"))


def test_a_merge_takes_what_is_small_beside_the_new_rows_or_is_overdue():
    none, first = [False] * 3, [True, False, False]
    assert _merge.to_merge([1000, 100, 10], none, fresh=3, most=10**6) == [2]
    assert _merge.to_merge([1000, 100, 10], none, fresh=30, most=10**6) == [1, 2]
    assert _merge.to_merge([1000, 100, 10], none, fresh=300, most=10**6) == [0, 1, 2]
    assert _merge.to_merge([1000, 100, 10], first, fresh=1, most=10**6) == [0]
    assert _merge.to_merge([1000, 100, 10], none, fresh=300, most=500) == [1, 2]
    assert _merge.to_merge([], [], fresh=5, most=10) == []


def test_a_large_addition_makes_a_segment_and_many_small_ones_are_merged_into_few(folder):
    sizes = Sizes(in_log=10, in_one_go=50)
    with Index.create(folder, sizes=sizes) as index:
        index.add(CODES[:200], range(200), position=3)
        assert len(segments_of(folder)) == 1
        for number in range(200, 400):
            index.add(CODES[number], [number], position=number)
        index.close()
    assert 1 <= len(segments_of(folder)) <= 5
    with Index.open(folder, sizes=sizes) as index:
        assert (len(index), index.position) == (400, 399)
        assert all(index.search(CODES[number], 0) == [Hit(number, 0)] for number in range(400))
        index.compact()
        assert (len(index), index.position, len(segments_of(folder))) == (400, 399, 1)


def test_the_slow_matcher_makes_segments_that_the_fast_one_completes(folder):
    sizes = Sizes(in_one_go=50, least_ring=50)
    with Index.create(folder, matcher=matchers()[-1], sizes=sizes) as index:
        index.add(CODES, range(400))
    small = segments_of(folder)[0].stat().st_size
    with Index.open(folder, sizes=sizes) as index:
        assert index.search(CODES[5], 0) == [Hit(5, 0)]
        index.compact()
        assert index.search(CODES[5], 0) == [Hit(5, 0)]
    assert (segments_of(folder)[0].stat().st_size > small) == engine().startswith("ring")


def test_more_rows_than_a_segment_may_have_make_several(folder):
    sizes = Sizes(in_one_go=50, most=150)
    with Index.create(folder, sizes=sizes) as index:
        index.add(CODES, RANDOM.permutation(400))
        assert len(segments_of(folder)) == 3
        assert len(index) == 400
        index.remove(range(100, 250))
        index.compact()
        assert (len(index), len(segments_of(folder))) == (250, 2)


def test_searches_and_changes_go_on_while_segments_are_merged(folder):
    """One thread looks for entries that are always there, while others come and go and everything is merged."""
    sizes = Sizes(in_log=20, in_one_go=60, least_ring=30)
    wrong, stop = [], threading.Event()
    with Index.create(folder, sizes=sizes) as index, Index.open(folder, sizes=sizes) as other:
        index.add(CODES[:100], range(100))

        def look(mine):
            while not stop.is_set():
                number = int(RANDOM.integers(100))
                if mine.search(CODES[number], 0) != [Hit(number, 0)] or len(mine) < 100:
                    wrong.append(number)

        readers = [threading.Thread(target=look, args=(one,)) for one in (index, other)]
        merger = threading.Thread(target=lambda: [index.compact() for _ in range(15)])
        for thread in (*readers, merger):
            thread.start()
        for turn in range(300):
            number = 100 + turn % 150
            other.add(CODES[number], [number])
            index.remove([number - 1] if number > 100 else [249])
        merger.join()
        stop.set()
        for reader in readers:
            reader.join()
        assert wrong == []
        assert len(index) == len(other) == 101
    with Index.open(folder) as index:
        assert len(index) == 101
        assert index.search(CODES[249], 0) == [Hit(249, 0)]


def test_what_changes_while_a_segment_is_being_built_is_carried_over(folder):
    codes = RANDOM.integers(0, 256, (60_000, 32), dtype=np.uint8)
    with Index.create(folder) as index:
        index.add(codes[:30_000], range(30_000))
        merger = threading.Thread(target=index.compact)
        merger.start()
        turn = 0
        while merger.is_alive() or turn < 20:
            index.update(codes[30_000 + turn], [30_000 + turn], [turn], position=turn + 1)
            index.add(codes[45_000 + turn], [10_000 + turn])
            turn += 1
        merger.join()
        for one in (index, Index.open(folder)):
            assert (len(one), one.position) == (30_000, turn)
            assert one.search(codes[turn - 1], 0) == []
            assert one.search(codes[10_000], 0) == []
            assert one.search(codes[45_000], 0) == [Hit(10_000, 0)]
            assert one.search(codes[30_000 + turn - 1], 0) == [Hit(30_000 + turn - 1, 0)]


def test_files_that_a_killed_merge_left_are_cleared_away(folder):
    sizes = Sizes(in_one_go=50)
    with Index.create(folder, sizes=sizes) as index:
        for left in ("segment-1234abcd.new", "segment-77-0", "log-78"):
            (folder / left).write_bytes(b"half")
        index.add(CODES, range(400))
        index.compact()
    names = {one.name for one in folder.iterdir()}
    assert not names & {"segment-1234abcd.new", "segment-77-0", "log-78"}
    assert len(segments_of(folder)) == 1


def test_a_flipped_bit_anywhere_in_a_segment_is_found(folder):
    sizes = Sizes(in_one_go=50, least_ring=50)
    with Index.create(folder, sizes=sizes) as index:
        index.add(CODES[:64], range(64))
    [segment] = segments_of(folder)
    whole = bytearray(segment.read_bytes())
    ends = [4096 + 64 * 8, 8192 + 64 * 32, len(whole)]
    places = [*range(132), *RANDOM.integers(4096, ends[0], 10), *RANDOM.integers(8192, ends[1], 10)]
    places += [12288, 12288 + 70_000, 12288 + 16 * 65552 * 4, 12288 + 16 * 65552 * 4 + 64 * 64] * (len(whole) > 20_000)
    for matcher in (matchers()[0], matchers()[-1]):
        for at in map(int, places):
            whole[at] ^= 4
            segment.write_bytes(whole)
            with pytest.raises(IndexCorrupt):
                Index.open(folder, matcher=matcher)
            whole[at] ^= 4


def test_a_segment_that_is_too_short_or_gone_is_found(folder):
    sizes = Sizes(in_one_go=50)
    with Index.create(folder, sizes=sizes) as index:
        index.add(CODES, range(400))
    [segment] = segments_of(folder)
    whole = segment.read_bytes()
    for size in (0, 100, 4096, len(whole) - 1):
        segment.write_bytes(whole[:size])
        with pytest.raises(IndexCorrupt):
            Index.open(folder)
    segment.unlink()
    with pytest.raises(IndexCorrupt, match="missing"):
        Index.open(folder)


def test_damage_that_comes_later_is_found_by_verify(folder):
    sizes = Sizes(in_one_go=50)
    with Index.create(folder, sizes=sizes) as index:
        index.add(CODES, range(400))
        index.verify()
        with segments_of(folder)[0].open("r+b") as file:
            file.seek(9000)
            file.write(bytes([CODES[(9000 - 8192) // 32, (9000 - 8192) % 32] ^ 1]))
        with pytest.raises(IndexCorrupt, match="checksum"):
            index.verify()


def test_a_full_disk_while_a_segment_is_made_leaves_the_index_as_it_was(small_disk):
    folder = small_disk / "index"
    sizes = Sizes(in_one_go=5000, least_ring=5000)
    codes = RANDOM.integers(0, 256, (5000, 32), dtype=np.uint8)
    with Index.create(folder, sizes=sizes) as index:
        index.add(CODES, range(400), position=1)
        index.add(codes[:4999], range(1000, 5999))
        index.add(codes[:4999], range(6000, 10_999))
        for attempt in (
            lambda: index.add(np.repeat(codes, 8, axis=0), range(50_000, 90_000), position=2),
            lambda: [index.add(codes[:4000], RANDOM.integers(10**6, 10**9, 4000)) for _ in range(20)],
            index.compact,
        ):
            with pytest.raises(NoSpace):
                attempt()
            assert index.search(CODES[9], 0) == [Hit(9, 0)]
            assert index.position == 1
            index.verify()
        assert not [one for one in folder.iterdir() if one.suffix == ".new"]


@pytest.mark.parametrize("kind", ["bare ring", "ring apart", "ring close", "scanned"])
def test_an_index_of_format_1_opens_as_it_did(tmp_path, kind):
    codes = draw_index.codes(100)
    with zipfile.ZipFile(VECTORS / "format-1.zip") as archive:
        archive.extractall(tmp_path)
    far = np.bitwise_count(codes ^ codes[3]).sum(axis=1)
    expected = sorted((int(far[key]), key) for key in range(100) if key % 9)
    for matcher in matchers():
        with Index.open(tmp_path / kind, matcher=matcher) as index:
            assert (len(index), index.position) == (88, 17)
            for within in (31, 64, 256):
                found = [(hit.distance, hit.id) for hit in index.search(codes[3], within)]
                assert found == [one for one in expected if one[0] <= within]
