"""Verdicts: distinct frames count, never a share of the whole; an index and a direct comparison agree."""

import numpy as np
import pytest
from hypothesis import given, strategies as st

from amparo.core.fingerprint import (
    RegisteredFrame,
    UploadFrames,
    VideoFingerprint,
    VideoTally,
    find_videos,
    frames_match,
    hash_video,
    matches_from_hits,
    sample_upload,
    score,
)
from amparo.core.matching import Index
from tests.core.fingerprint.videos import encoded, pan

RNG = np.random.default_rng(20)
BASE = np.packbits(RNG.integers(0, 2, (6, 256), dtype=np.uint8), axis=1)


def off(code, bits):
    """The code with its first `bits` bits changed."""
    changed = np.unpackbits(code)
    changed[:bits] ^= 1
    return np.packbits(changed)


def registered(codes, qualities=None):
    count = len(codes)
    return VideoFingerprint(
        codes=np.array(codes, dtype=np.uint8).reshape(count, 32),
        qualities=np.array(qualities or [100] * count, dtype=np.uint8),
        times=np.arange(count) / 2,
        md5=bytes(16),
        sha256=bytes(32),
        seconds=count / 2,
    )


def upload(codes, qualities=None, frames=None):
    count = len(codes)
    return UploadFrames(
        codes=np.array(codes, dtype=np.uint8).reshape(count, 32),
        qualities=np.array(qualities or [100] * count, dtype=np.uint8),
        frames=np.array(frames or range(count), dtype=np.int64),
        times=np.arange(count, dtype=np.float64),
        forms=("as is",) * count,
        stage="all frames",
    )


VIDEO = registered(BASE)


@pytest.mark.parametrize(
    ("codes", "verdict"),
    [
        ([off(BASE[0], 20)], "match"),
        ([off(BASE[0], 21)], "possible"),
        ([off(BASE[0], 31)], "possible"),
        ([off(BASE[0], 32)], "none"),
        ([off(BASE[0], 31), off(BASE[1], 31)], "match"),
        ([off(BASE[0], 31), off(BASE[0], 30)], "possible"),
        ([off(BASE[0], 31), off(BASE[1], 32)], "possible"),
        ([], "none"),
    ],
)
def test_two_distinct_frames_within_31_or_one_within_20(codes, verdict):
    assert score(upload(codes), VIDEO).verdict == verdict


def test_one_frame_of_the_upload_that_is_near_two_registered_ones_is_one_frame():
    near = registered([BASE[0], off(BASE[0], 18)])
    between = np.unpackbits(BASE[0])
    between[:9] ^= 1
    between[100:115] ^= 1
    one = np.packbits(between)
    assert score(upload([one]), near).verdict == "possible"
    assert score(upload([one, one], frames=[4, 4]), near).verdict == "possible"
    assert score(upload([one, one], frames=[4, 5]), near).verdict == "match"


def test_a_small_part_of_a_long_video_is_enough():
    many = registered(np.packbits(RNG.integers(0, 2, (2000, 256), dtype=np.uint8), axis=1))
    found = score(upload([off(many.codes[900], 30), off(many.codes[901], 30)]), many)
    assert found.verdict == "match"
    assert found.frames == 2


@pytest.mark.parametrize(("quality", "other"), [(49, 100), (100, 49), (30, 30)])
def test_a_plain_frame_counts_only_within_20_and_not_alone(quality, other):
    plain = registered(BASE[:2], [other, other])
    one, two = [off(BASE[0], 20)], [off(BASE[0], 20), off(BASE[1], 20)]
    assert score(upload(one, [quality]), plain).verdict == "possible"
    assert score(upload(two, [quality] * 2), plain).verdict == "match"
    assert score(upload([off(BASE[0], 21), off(BASE[1], 21)], [quality] * 2), plain).verdict == "none"


def test_blank_frames_never_count():
    codes = [off(BASE[0], 0), off(BASE[1], 0)]
    assert score(upload(codes, [9, 9]), VIDEO).verdict == "none"
    assert score(upload(codes), registered(BASE[:2], [9, 9])).verdict == "none"


def test_a_video_of_one_picture_counts_as_a_picture():
    assert score(upload([off(BASE[0], 31)]), registered(BASE[:1])).verdict == "match"
    assert score(upload([off(BASE[0], 20)], [40]), registered(BASE[:1])).verdict == "possible"


def test_the_same_file_needs_no_frame():
    assert score(upload([]), VIDEO, md5=VIDEO.md5).verdict == "exact"
    assert score(VIDEO, VIDEO).verdict == "exact"


def test_two_fingerprints_can_be_compared(photos):
    frames = pan(photos / "coffee.png")
    one, other = hash_video(encoded(frames)), hash_video(encoded(frames, crf="36"))
    assert one.md5 != other.md5
    assert score(other, one).verdict == "match"


def test_a_match_says_where_and_how_near():
    codes = [off(BASE[3], 40), off(BASE[0], 12), off(BASE[3], 40), off(BASE[1], 8), off(BASE[4], 50)]
    found = score(upload(codes), VIDEO)
    assert (found.frames, found.bits, found.start, found.stop, found.form) == (2, 8, 1.0, 3.0, "as is")


codes_of_few_bits = st.lists(
    st.lists(st.integers(0, 39), max_size=40).map(
        lambda flips: np.packbits(np.bincount(np.array(flips, dtype=int), minlength=256).astype(np.uint8) % 2)
    ),
    max_size=70,
)


@given(codes_of_few_bits, codes_of_few_bits, st.integers(0, 40))
def test_frames_match_agrees_with_counting_bits_one_by_one(codes, others, within):
    rows, columns, bits = frames_match(upload(codes).codes, upload(others).codes, within=within)
    found = list(zip(rows.tolist(), columns.tolist(), bits.tolist(), strict=True))
    expected = []
    for row, code in enumerate(codes):
        for column, other in enumerate(others):
            apart = (int.from_bytes(code.tobytes()) ^ int.from_bytes(other.tobytes())).bit_count()
            if apart <= within:
                expected.append((row, column, apart))
    assert sorted(found) == sorted(expected)
    assert found == sorted(found, key=lambda pair: (pair[0], pair[2], pair[1]))


def hits_of(part, codes, ids):
    rows, columns, bits = frames_match(part.codes, codes)
    limits = np.searchsorted(rows, np.arange(len(part) + 1))
    return limits, np.array(ids, dtype=np.uint64)[columns], bits


KNOWN = {
    10: RegisteredFrame(video=1, quality=100),
    11: RegisteredFrame(video=1, quality=100),
    20: RegisteredFrame(video=2, quality=100),
    30: RegisteredFrame(video=3, quality=100, alone=True),
}
IDS = [10, 11, 20, 30, 40, 41]


def test_hits_of_an_index_become_matches_the_strongest_first():
    part = upload([off(BASE[0], 24), off(BASE[1], 24), off(BASE[2], 24), off(BASE[3], 30)])
    matches = matches_from_hits(part, hits_of(part, BASE, IDS), KNOWN)
    assert [(match.video, match.verdict) for match in matches] == [(1, "match"), (3, "match"), (2, "possible")]


def test_frames_that_the_bank_does_not_name_do_not_count():
    part = upload([BASE[4], BASE[5]])
    assert matches_from_hits(part, hits_of(part, BASE, IDS), KNOWN) == []
    part = upload([off(BASE[0], 24), off(BASE[1], 24)])
    without = {key: frame for key, frame in KNOWN.items() if key != 11}
    assert [match.verdict for match in matches_from_hits(part, hits_of(part, BASE, IDS), without)] == ["possible"]


def test_frames_found_in_different_parts_add_up():
    tally = VideoTally()
    for number, code in enumerate((off(BASE[0], 24), off(BASE[1], 24))):
        part = upload([code], frames=[number])
        tally.add(part, hits_of(part, BASE, IDS), KNOWN)
    assert [match.verdict for match in tally.matches()] == ["match"]


def test_a_video_is_found_through_the_index_and_the_rest_is_not_decoded(photos, tmp_path):
    names = ("motorcycle_left.png", "coffee.png", "rocket.jpg")
    videos = [hash_video(encoded(pan(photos / name, count=30))) for name in names]
    known, codes, ids = {}, [], []
    for video, fingerprint in enumerate(videos):
        for number, (code, quality) in enumerate(zip(fingerprint.codes, fingerprint.qualities, strict=True)):
            frame = 1000 * video + number
            known[frame] = RegisteredFrame(video=video, quality=int(quality))
            codes.append(code)
            ids.append(frame)
    asked = []

    def search(some):
        asked.append(len(some))
        return index.search_many(some)

    content = encoded([*pan(photos / "coffee.png", count=30), *pan(photos / "hubble_deep_field.jpg", count=30, step=8)])
    with Index.create(tmp_path / "index") as index:
        index.add(np.array(codes), ids)
        with sample_upload(content) as sampling:
            parts = sum(1 for _ in sampling)
        with sample_upload(content) as sampling:
            found = find_videos(sampling, search=search, registered=lambda some: {key: known[key] for key in some})
    assert found[0].video == 1
    assert found[0].verdict == "match"
    assert len(asked) == 1 < parts


def test_where_nothing_is_near_nothing_is_found(photos):
    def search(some):
        return np.zeros(len(some) + 1, dtype=np.int64), np.empty(0, np.uint64), np.empty(0, np.uint16)

    with sample_upload(encoded(pan(photos / "coffee.png"))) as sampling:
        assert find_videos(sampling, search=search, registered=lambda _: {}) == []
