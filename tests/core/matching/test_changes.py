"""Adding, removing, marking, creating and opening."""

import json

import numpy as np
import pytest

from amparo.core.matching import (
    BadCodes,
    BadIds,
    BadPosition,
    Hit,
    Index,
    IndexCorrupt,
    IndexExists,
    IndexVersion,
    NotAnIndex,
)


def test_what_was_added_is_found_at_once_and_after_opening_again(folder, code):
    with Index.create(folder) as index:
        index.add(code(1), [11], position=1)
        assert index.search(code(1)) == [Hit(11, 0)]
    with Index.open(folder) as index:
        assert index.search(code(1)) == [Hit(11, 0)]
        assert 11 in index
        assert (len(index), index.position) == (1, 1)


def test_a_removed_entry_is_not_found(index, code):
    index.add(np.stack([code(1), code(2)]), [11, 12])
    index.remove([11])
    assert index.search(code(1)) == []
    assert index.search(code(2)) == [Hit(12, 0)]
    assert 11 not in index
    assert len(index) == 1


def test_adding_a_known_id_puts_the_new_code_in_the_place_of_the_old(index, code):
    index.add(code(1), [11])
    index.add(code(2), [11])
    assert index.search(code(1)) == []
    assert index.search(code(2)) == [Hit(11, 0)]
    assert len(index) == 1


def test_an_entry_may_come_back_after_it_was_removed(index, code):
    index.add(code(1), [11])
    index.remove([11])
    index.add(code(1), [11])
    assert index.search(code(1)) == [Hit(11, 0)]


def test_an_update_takes_out_first_and_puts_in_then(index, code):
    index.add(code(1), [11], position=1)
    index.update(code(2), [12], [11, 12], position=2)
    assert index.search(code(1)) == []
    assert index.search(code(2)) == [Hit(12, 0)]
    assert index.position == 2


def test_removing_what_is_not_there_is_no_error(index):
    index.remove([99], position=4)
    assert (len(index), index.position) == (0, 4)


def test_a_position_is_kept_by_every_kind_of_change_and_never_goes_back(index, folder, code):
    seen = [index.position]
    index.add(code(1), [1], position=5)
    seen.append(index.position)
    index.remove([1], position=6)
    seen.append(index.position)
    index.mark(9)
    seen.append(index.position)
    index.add(code(1), [1], position=7)
    index.add(code(2), [2])
    seen.append(index.position)
    assert seen == [0, 5, 6, 9, 9]
    with Index.open(folder) as again:
        assert again.position == 9


def test_sync_waits_for_the_disk_and_changes_nothing_else(index, code):
    index.add(code(1), [1], sync=True)
    index.remove([1], sync=True)
    index.mark(3, sync=True)
    assert (len(index), index.position) == (0, 3)


def test_many_rounds_of_growing_keep_every_row(index, code):
    for number in range(300):
        index.add(code(number), [number])
    assert all(index.search(code(number), 0) == [Hit(number, 0)] for number in range(300))


@pytest.mark.parametrize(
    ("codes", "ids"),
    [
        (np.zeros((2, 31), dtype=np.uint8), [1, 2]),
        (np.zeros((2, 32), dtype=np.int64), [1, 2]),
        (np.zeros((2, 32), dtype=np.uint8), [1]),
        (np.zeros((1, 2, 32), dtype=np.uint8), [1]),
        (bytes(31), [1]),
    ],
)
def test_codes_that_are_not_rows_of_32_bytes_with_an_id_each_are_refused(index, codes, ids):
    with pytest.raises(BadCodes):
        index.add(codes, ids)
    assert len(index) == 0


@pytest.mark.parametrize("ids", [[-1], [2**64], [1.5], ["1"], 7, np.array([-1]), np.array([0.5]), np.array([[1]])])
def test_ids_that_are_not_whole_numbers_of_64_bits_are_refused(index, ids):
    with pytest.raises(BadIds):
        index.add(bytes(32), ids)
    with pytest.raises(BadIds):
        index.remove(ids)


def test_the_same_id_twice_in_one_call_is_refused(index):
    with pytest.raises(BadIds, match="id 5 comes more than once"):
        index.add(np.zeros((2, 32), dtype=np.uint8), [5, 5])


@pytest.mark.parametrize("ids", [np.array([5], dtype=np.int32), (5,), {5}, np.array([5], dtype=np.uint64)])
def test_ids_may_be_any_kind_of_whole_numbers(index, ids):
    index.add(bytes(32), ids)
    assert 5 in index
    assert np.uint64(5) in index
    assert "5" not in index


@pytest.mark.parametrize("position", [-1, 2**64, 1.5, "1"])
def test_a_position_that_is_not_a_sequence_number_is_refused(index, position):
    with pytest.raises(BadPosition):
        index.mark(position)


def test_an_index_is_not_made_over_another_nor_over_other_things(folder, tmp_path):
    Index.create(folder).close()
    with pytest.raises(IndexExists, match="there is an index"):
        Index.create(folder)
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "to-hana.txt").write_text("hello")
    with pytest.raises(IndexExists, match="to-hana"):
        Index.create(tmp_path / "letters", replace=True)


def test_who_has_a_replaced_index_open_goes_over_to_the_new_one(folder, code):
    with Index.create(folder) as old:
        old.add(code(1), [1], position=8)
        with Index.create(folder, replace=True) as new:
            new.add(code(2), [2], position=1)
            assert old.search(code(1)) == []
            assert old.search(code(2)) == [Hit(2, 0)]
            assert (old.position, len(old)) == (1, 1)
            old.add(code(3), [3])
            assert new.search(code(3)) == [Hit(3, 0)]


def test_a_folder_without_an_index_is_told_from_a_damaged_one(tmp_path, folder):
    with pytest.raises(NotAnIndex):
        Index.open(tmp_path / "nowhere")
    with pytest.raises(NotAnIndex):
        Index.open(tmp_path)
    Index.create(folder).close()
    next(folder.glob("log-*")).unlink()
    with pytest.raises(IndexCorrupt, match="missing"):
        Index.open(folder)


def test_a_damaged_manifest_is_found_whatever_byte_it_is(folder):
    Index.create(folder).close()
    whole = (folder / "MANIFEST").read_bytes()
    fields = json.loads(whole)
    for at in range(len(whole)):
        (folder / "MANIFEST").write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        try:
            Index.open(folder).close()
        except IndexCorrupt:
            continue
        # Only the white space between the members may change without harm.
        assert json.loads((folder / "MANIFEST").read_bytes()) == fields


def test_a_manifest_of_a_later_version_is_refused_in_so_many_words(folder):
    from amparo.core.matching import _manifest

    Index.create(folder).close()
    fields = json.loads((folder / "MANIFEST").read_text())
    del fields["checksum"]
    fields["format"] = 99
    fields["checksum"] = _manifest.checksum(fields)
    (folder / "MANIFEST").write_text(json.dumps(fields))
    with pytest.raises(IndexVersion, match="update Amparo"):
        Index.open(folder)


def test_a_damaged_index_can_be_replaced(folder, code):
    with Index.create(folder) as index:
        index.add(code(1), [1])
    (folder / "MANIFEST").write_bytes(b"{}")
    with pytest.raises(IndexCorrupt):
        Index.open(folder)
    with Index.create(folder, replace=True) as index:
        assert len(index) == 0
