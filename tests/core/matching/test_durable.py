"""What happens to the files when writers die, disks fill up, bytes rot and several write at once."""

import os
import time

import numpy as np
import pytest

from amparo.core.matching import Hit, Index, IndexCorrupt, NoSpace

from .conftest import TINY, TINY_IN_CODE

# Adds groups of 1 to 60 entries, each group with the next position, until it is killed.
ENDLESS_WRITER = """
import sys
import numpy as np
from amparo.core.matching import Index, Sizes

index = Index.open(sys.argv[1], sizes=eval(sys.argv[2]))
group = index.position
while True:
    group += 1
    ids = np.arange(group % 60 + 1) + 100 * group
    codes = np.full((len(ids), 32), group % 256, dtype=np.uint8)
    index.update(codes, ids, [] if group % 3 else ids - 100, position=group)
    print(group, flush=True)
"""

STEADY_WRITER = """
import sys
import numpy as np
from amparo.core.matching import Index, Sizes

first = int(sys.argv[2])
with Index.open(sys.argv[1], sizes=eval(sys.argv[3])) as index:
    for number in range(first, first + 150):
        index.add(np.full((2, 32), number % 256, dtype=np.uint8), [2 * number, 2 * number + 1])
        index.remove([2 * number])
"""

FULL_DISK = """
import resource, sys
import numpy as np
from amparo.core.matching import Index, NoSpace

with Index.open(sys.argv[1]) as index:
    size = max(one.stat().st_size for one in __import__("pathlib").Path(sys.argv[1]).iterdir())
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 2000, resource.RLIM_INFINITY))
    try:
        index.add(np.zeros((500, 32), dtype=np.uint8), range(1000, 1500), position=7)
    except NoSpace as error:
        print("no space:", error, len(index), index.position)
    index.add(np.zeros((3, 32), dtype=np.uint8), range(1000, 1003), position=8)
    print(len(index), index.position)
"""


def log_of(folder):
    [log] = [one for one in folder.iterdir() if one.name.startswith("log-")]
    return log


def ids_of(group):
    return set(range(100 * group, 100 * group + group % 60 + 1))


@pytest.mark.parametrize("sizes", ["Sizes()", TINY_IN_CODE])
def test_a_writer_killed_at_any_moment_leaves_whole_groups_only(folder, run_python, sizes):
    Index.create(folder).close()
    for delay in (0.0, 0.001, 0.003, 0.007, 0.02, 0.05):
        writer = run_python(ENDLESS_WRITER, folder, sizes)
        said = int(writer.stdout.readline())
        time.sleep(delay)
        writer.kill()
        rest = writer.communicate()[0].split()
        said = int(rest[-1]) if rest else said
        with Index.open(folder) as index:
            last = index.position
            assert last >= said
            _, ids, _ = index.search_many(np.zeros((1, 32), dtype=np.uint8), 256)
            expected = set()
            for group in range(1, last + 1):
                expected |= ids_of(group)
                expected -= set() if group % 3 else {key - 100 for key in ids_of(group)}
            assert set(ids.tolist()) == expected
            assert len(index) == len(expected)


def test_a_log_cut_anywhere_in_its_last_group_is_as_if_that_was_never_written(folder, code):
    with Index.create(folder) as index:
        index.add(code(1), [1], position=1)
        before = log_of(folder).stat().st_size
        index.update(np.stack([code(2), code(3)]), [2, 3], [1], position=2)
    whole = log_of(folder).read_bytes()
    for size in range(before, len(whole)):
        log_of(folder).write_bytes(whole[:size])
        with Index.open(folder) as index:
            assert (len(index), index.position, index.search(code(1))) == (1, 1, [Hit(1, 0)])
            assert log_of(folder).stat().st_size == before
            index.add(code(4), [4], position=3)
        with Index.open(folder) as index:
            assert (len(index), index.position) == (2, 3)


def test_zeros_where_the_end_should_be_are_as_if_that_was_never_written(folder, code):
    with Index.create(folder) as index:
        index.add(code(1), [1], position=1)
        before = log_of(folder).stat().st_size
        index.add(code(2), [2], position=2)
    whole = log_of(folder).read_bytes()
    for size in (before, before + 40, len(whole) - 8):
        log_of(folder).write_bytes(whole[:size].ljust(len(whole), b"\0") + bytes(5))
        with Index.open(folder) as index:
            assert (len(index), index.position) == (1, 1)


def test_a_reader_ignores_a_group_that_is_being_written_and_sees_it_when_it_is_whole(folder, code):
    with Index.create(folder) as index:
        index.add(code(1), [1])
        before = log_of(folder).stat().st_size
        index.add(code(2), [2])
    whole = log_of(folder).read_bytes()
    log_of(folder).write_bytes(whole[:before])
    with Index.open(folder) as reader, log_of(folder).open("ab", buffering=0) as writer:
        for at in range(before, len(whole)):
            assert reader.search(code(2)) == []
            writer.write(whole[at : at + 1])
        assert reader.search(code(2)) == [Hit(2, 0)]


def test_a_flipped_bit_anywhere_in_the_log_is_found(folder, code):
    with Index.create(folder) as index:
        index.add(code(1), [1], position=1)
        index.add(code(2), [2], position=2)
    whole = log_of(folder).read_bytes()
    for at in range(len(whole)):
        log_of(folder).write_bytes(whole[:at] + bytes([whole[at] ^ 16]) + whole[at + 1 :])
        with pytest.raises(IndexCorrupt):
            Index.open(folder)


def test_damage_seen_by_a_search_is_an_error_and_not_an_empty_answer(folder, code):
    with Index.create(folder) as reader, Index.open(folder) as writer:
        reader.add(code(1), [1])
        before = log_of(folder).stat().st_size
        writer.add(code(2), [2])
        writer.add(code(3), [3])
        with log_of(folder).open("r+b") as file:
            file.seek(before + 50)
            file.write(b"\xff\xff")
        with pytest.raises(IndexCorrupt, match="build the index anew"):
            reader.search(code(3))


def test_a_full_disk_is_told_and_leaves_the_index_as_it_was(folder, run_python, code):
    with Index.create(folder) as index:
        index.add(code(1), [1], position=6)
        out, err = run_python(FULL_DISK, folder).communicate()
        assert out.splitlines()[0].startswith("no space:"), err
        assert out.splitlines()[0].endswith(" 1 6")
        assert out.splitlines()[1] == "4 8"
        assert (len(index), index.position) == (4, 8)


def test_a_disk_without_room_is_told_and_leaves_the_index_as_it_was(small_disk, code):
    folder = small_disk / "index"
    with Index.create(folder) as index:
        index.add(code(1), [1], position=6)
        before = log_of(folder).read_bytes()
        with pytest.raises(NoSpace, match="free some"):
            index.add(np.zeros((50_000, 32), dtype=np.uint8), np.arange(50_000) + 10, position=7)
        assert log_of(folder).read_bytes() == before
        assert (len(index), index.position, index.search(code(1))) == (1, 6, [Hit(1, 0)])
        index.add(code(2), [2], position=7)
    with Index.open(folder) as index:
        assert (len(index), index.position) == (2, 7)


def test_nobody_else_on_the_machine_may_read_the_files(folder, code):
    with Index.create(folder, sizes=TINY) as index:
        for number in range(30):
            index.add(code(number), [number])
    assert folder.stat().st_mode & 0o077 == 0
    assert [one.name for one in folder.iterdir() if one.stat().st_mode & 0o077] == []


@pytest.mark.parametrize("sizes", ["Sizes()", TINY_IN_CODE])
def test_two_processes_adding_at_once_lose_nothing(folder, run_python, sizes):
    with Index.create(folder) as index:
        writers = [run_python(STEADY_WRITER, folder, first, sizes) for first in (0, 1000)]
        for writer in writers:
            out, err = writer.communicate()
            assert writer.returncode == 0, out + err
        _, ids, _ = index.search_many(np.zeros((1, 32), dtype=np.uint8), 256)
        numbers = [*range(150), *range(1000, 1150)]
        assert sorted(ids.tolist()) == [2 * number + 1 for number in numbers]


def test_what_another_process_adds_or_removes_counts_at_the_next_search(folder, code):
    with Index.create(folder) as here, Index.open(folder) as there:
        there.add(code(1), [1], position=1)
        assert here.search(code(1)) == [Hit(1, 0)]
        assert (1 in here, len(here), here.position) == (True, 1, 1)
        here.remove([1])
        assert there.search(code(1)) == []


def test_a_search_that_finds_nothing_new_leaves_the_files_alone(folder, code):
    with Index.create(folder) as index:
        index.add(code(1), [1])
        stamps = {one: one.stat().st_mtime_ns for one in folder.iterdir()}
        os.sync()
        for _ in range(20):
            index.search(code(1))
        assert {one: one.stat().st_mtime_ns for one in folder.iterdir()} == stamps
