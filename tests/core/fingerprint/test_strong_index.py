"""The index of the stronger tier finds what reading every record finds, and forgets what it is told to forget."""

import threading

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from PIL import Image, ImageOps

from amparo.core.fingerprint import strong
from amparo.core.fingerprint.strong import PointIndex, StrongRecord
from amparo.core.fingerprint.strong._block import Raw, voted
from amparo.core.fingerprint.strong._engine import KERNEL, engines
from amparo.core.fingerprint.strong._find import UploadPoints, candidates, upload_points
from amparo.core.fingerprint.strong._record import Recipe, record_of, upload_levels

NAMES = ["chelsea.png", "coffee.png", "rocket.jpg", "coins.png"]
MANY = {"max_pixels": 10**9, "max_bytes": 10**9}

each_engine = pytest.mark.parametrize("engine", engines())


def turned(chance, codes, most):
    """Codes with up to `most` bits the other way round."""
    bits = [np.bitwise_or.reduce([1 << int(bit) for bit in chance.integers(32, size=most)]) for _ in codes]
    return codes ^ np.array(bits, dtype=np.uint64)


def made(chance, codes):
    """A record of these codes, anywhere."""
    count = len(codes)
    places, angles, scales = (
        chance.integers(most, size=size) for most, size in ((64, (count, 2)), (16, count), (16, count))
    )
    return StrongRecord(np.sort(codes), places, angles, scales)


def crowd(seed, records, rows):
    """Records and an upload with few codes, so that far more are near than by chance; some lie in it as they should."""
    chance = np.random.default_rng(seed)
    few = chance.integers(2**32, size=6, dtype=np.uint64)
    true = made(chance, turned(chance, few[chance.integers(6, size=24)], 4))
    some = []
    for number in range(records):
        kept = np.sort(chance.permutation(24)[: 4 * number % 25])
        other = made(chance, turned(chance, few[chance.integers(6, size=32 - len(kept))], 4))
        parts = [(one[kept], another) for one, another in zip(columns(true), columns(other), strict=True)]
        some.append(StrongRecord(*(np.concatenate(pair) for pair in parts)))
    x, y, scale, angle = true.geometry()[chance.integers(24, size=rows)].T
    size, turn = chance.uniform(100, 900), chance.uniform(-3, 3)
    place = (x + 1j * y) * size * np.exp(1j * turn)
    geometry = np.column_stack([place.real, place.imag, scale * size, angle + turn])
    picked = np.array(
        [np.argmin(np.hypot(*(true.geometry()[:, :2] - at).T)) for at in zip(x, y, strict=True)], np.int64
    )
    return some, UploadPoints(turned(chance, true.codes[picked], 2), geometry)


def columns(record):
    return record.codes, record.places, record.angles, record.scales


def filled(records, engine, block_records):
    index = PointIndex(block_records=block_records, engine=engine)
    index.add(range(len(records)), records)
    return index


@pytest.fixture(scope="module")
def registered(photos):
    """Real records, and many that share codes with them."""
    real = [strong.record(photos / name) for name in NAMES]
    chance = np.random.default_rng(11)
    alike = [made(chance, turned(chance, real[number % len(real)].codes, 6)) for number in range(60)]
    return [*alike[:30], *real, *alike[30:]]


@pytest.fixture(scope="module")
def uploads(photos):
    coffee = Image.open(photos / "coffee.png").convert("RGB")
    width, height = coffee.size
    pictures = [
        coffee.rotate(10),
        coffee.crop((width // 10, height // 10, width * 9 // 10, height * 9 // 10)),
        ImageOps.invert(ImageOps.mirror(Image.open(photos / "chelsea.png").convert("RGB"))),
        Image.open(photos / "moon.png"),
    ]
    return [upload_points(upload_levels(picture, **MANY)) for picture in pictures]


@each_engine
def test_pictures_are_found_as_by_reading_every_record(registered, uploads, engine):
    index = filled(registered, engine, block_records=25)
    for upload, own in zip(uploads, (31, 31, 30, None), strict=True):
        found = index.candidates(upload)
        assert found == candidates(upload, strong.gather(registered), within=5)
        assert own is None or found[0].record == own
        assert own is None or found[0].inliers >= strong.ENOUGH_INLIERS


@each_engine
@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), records=st.integers(0, 12), rows=st.integers(0, 25), size=st.integers(1, 13))
def test_any_codes_are_found_as_by_reading_every_record(engine, seed, records, rows, size):
    some, upload = crowd(seed, records, rows)
    assert filled(some, engine, size).candidates(upload) == candidates(upload, strong.gather(some), within=5)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), held=st.integers(1, 60))
def test_too_many_near_codes_for_the_memory_are_found_all_the_same(seed, held):
    some, upload = crowd(seed, 9, 25)
    block = Raw.of_records(np.arange(9), some).laid_out()
    codes = upload.codes.astype(np.uint32)
    ways = [voted(block, codes, upload.geometry, engine=engine, held=held) for engine in engines()]
    ways.append(voted(block, codes, upload.geometry))
    told = [sorted(zip(near.rows, near.points, near.apart, strict=True)) for near in ways]
    assert all(one == told[0] for one in told)


@each_engine
@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), steps=st.lists(st.tuples(st.booleans(), st.integers(0, 5)), max_size=12))
def test_added_removed_and_replaced_in_any_order_it_holds_what_was_said_last(engine, seed, steps):
    some, upload = crowd(seed, 12, 20)
    index, kept = PointIndex(block_records=3, engine=engine), {}
    for at, (add, number) in enumerate(steps):
        if add:
            index.add([number], [some[at]])
            kept[number] = some[at]
        else:
            index.remove([number, number + 100])
            kept.pop(number, None)
    assert len(index) == len(kept)
    numbers = sorted(kept)
    slow = candidates(upload, strong.gather([kept[number] for number in numbers]), within=5)
    told = [(numbers[match.record], match.inliers) for match in slow]
    assert [(match.record, match.inliers) for match in index.candidates(upload)] == told


def test_what_is_removed_stands_nowhere_in_memory_of_the_index(registered):
    index = filled(registered, engines()[0], block_records=100)
    gone = registered[31]
    index.remove([31])
    [block] = index._blocks
    sides = [part for side in (block.high, block.low) for part in (side.others, side.points)]
    assert np.isin(block.codes.reshape(-1, 32), gone.codes).sum(axis=1).max() < len(gone) / 2
    assert not block.codes[31 * 32 : 32 * 32].any()
    assert not block.places[31 * 32 : 32 * 32].any()
    assert not block.kinds[31 * 32 : 32 * 32].any()
    assert sum(int((part == 2**32 - 1).sum()) for part in sides) == 2 * len(gone)
    assert len(index) == len(registered) - 1


def test_find_takes_a_file_and_leaves_out_what_too_few_points_say(photos, registered):
    index = filled(registered, engines()[0], block_records=100)
    [found] = index.find(photos / "coffee.png", max_bytes=10**9)
    assert (found.record, found.mirrored, found.negative) == (31, False, False)
    assert found.inliers >= strong.ENOUGH_INLIERS
    assert PointIndex().find(photos / "coffee.png") == []


def test_a_record_that_goes_during_a_search_harms_no_search(registered, uploads):
    index = filled(registered, engines()[0], block_records=20)
    ended, trouble = threading.Event(), []

    def change():
        for turn in range(40):
            index.remove([turn % 30])
            index.add([turn % 30], [registered[turn % 30]])
        ended.set()

    def search():
        while not ended.is_set():
            if index.candidates(uploads[0])[0].record != 31:
                trouble.append("the cup was not found")

    threads = [threading.Thread(target=work) for work in (change, search)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not trouble


def test_only_standard_records_under_numbers_are_taken(photos, registered):
    other = record_of(upload_levels(photos / "coffee.png", **MANY), recipe=Recipe(points=8))
    with pytest.raises(ValueError, match="standard records"):
        PointIndex().add([1], [other])
    with pytest.raises(ValueError, match="0 or above"):
        PointIndex().add([-1], registered[:1])


def test_the_crowd_of_these_tests_has_what_is_to_be_found():
    some, upload = crowd(1, 12, 25)
    assert len(candidates(upload, strong.gather(some), within=5)) >= 4


def test_the_kernel_refuses_what_is_no_block():
    block = Raw.of_records(np.arange(3), crowd(1, 3, 1)[0]).laid_out()
    high, low = block.high, block.low
    whole = [high.starts, high.others, high.points, low.starts, low.others, low.points, block.kinds]
    rows = [np.zeros(2, np.uint32), np.zeros(64, np.uint8), np.zeros(64, np.uint8)]
    assert KERNEL.voted(*whole, *rows, 5) == b""
    wrong_starts = high.starts.copy()
    wrong_starts[7] = 2**31
    for place, wrong in [(0, wrong_starts), (0, high.starts[:-1]), (1, high.others[:-1]), (6, block.kinds[:-1])]:
        broken = [*whole[:place], wrong, *whole[place + 1 :]]
        with pytest.raises(ValueError, match="are not those of a block"):
            KERNEL.voted(*broken, *rows, 5)
    with pytest.raises(ValueError, match="are not those of a block"):
        KERNEL.voted(*whole, rows[0], np.full(64, 12, np.uint8), rows[2], 5)
    with pytest.raises(TypeError):
        KERNEL.voted(*whole)
