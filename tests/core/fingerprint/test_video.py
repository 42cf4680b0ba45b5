"""hash_video: two frames a second, each picture once, upright; bounded; what is broken is said."""

import hashlib
from io import BytesIO

import av
import numpy as np
import pytest
from hypothesis import given, strategies as st
from PIL import Image

from amparo.core.fingerprint import (
    BadFingerprint,
    NotAVideo,
    TooLarge,
    TooSmall,
    Truncated,
    VideoFingerprint,
    grey_512,
    hash_video,
    pdq,
    without_frames,
)
from amparo.core.fingerprint._video import BLANK_QUALITY, SAME_PICTURE_BITS, KeptFrames
from amparo.core.fingerprint._video_frame import sampled
from tests.core.fingerprint.videos import (
    HEIGHT,
    MATRICES,
    WIDTH,
    encoded,
    one_after_the_other,
    pan,
    sound_only,
    with_header_size,
    with_matrix,
)

TURNED = {
    "turned 90": lambda grey: np.rot90(grey, -1),
    "turned 270": np.rot90,
    "turned 180": lambda grey: grey[::-1, ::-1],
    "mirrored": lambda grey: grey[:, ::-1],
    "flipped": lambda grey: grey[::-1],
}


@pytest.fixture(scope="module")
def frames(photos):
    """Four seconds over two photographs."""
    return pan(photos / "coffee.png") + pan(photos / "motorcycle_left.png")


@pytest.fixture(scope="module")
def file(frames):
    return encoded(frames)


@pytest.fixture(scope="module")
def webm_like(frames):
    """Matroska can be cut anywhere: what is there plays."""
    return encoded(frames, kind="matroska", g="5")


def distances(codes, others):
    return np.bitwise_count(codes[:, np.newaxis] ^ others[np.newaxis]).sum(axis=-1)


def grey_frames(content):
    """Every frame's time and grey picture, by PyAV alone: the slow obvious way."""
    with av.open(BytesIO(content)) as container:
        return [(frame.time, frame.reformat(format="gray").to_ndarray()) for frame in container.decode(video=0)]


def as_gif(frames):
    content = BytesIO()
    first, *others = [Image.fromarray(frame).quantize(64) for frame in frames]
    first.save(content, "GIF", save_all=True, append_images=others, duration=500)
    return content.getvalue()


def test_two_frames_a_second_are_hashed_each_as_the_canonical_picture(file):
    fingerprint = hash_video(file)
    expected = {round(time, 3): pdq(grey_512(grey)) for time, grey in grey_frames(file) if round(time * 10) % 5 == 0}
    assert fingerprint.times.tolist() == pytest.approx(sorted(expected))
    assert [code.tobytes() for code in fingerprint.codes] == [code for code, _ in expected.values()]
    assert fingerprint.qualities.tolist() == [quality for _, quality in expected.values()]


def test_what_it_says_of_the_file(file):
    fingerprint = hash_video(file)
    assert fingerprint.algorithm == "vpdq-c512"
    assert fingerprint.seconds == pytest.approx(4.0)
    assert fingerprint.complete
    assert fingerprint.md5 == hashlib.md5(file).digest()
    assert fingerprint.sha256 == hashlib.sha256(file).digest()


def test_bytes_path_and_open_file_give_one_fingerprint_and_the_file_stays_open(file, tmp_path):
    path = tmp_path / "-strange: name.mp4"
    path.write_bytes(file)
    with path.open("rb") as opened:
        found = [hash_video(source) for source in (file, path, str(path), opened)]
        assert not opened.closed
    assert all(np.array_equal(one.codes, found[0].codes) and one.md5 == found[0].md5 for one in found)


def test_no_code_and_no_digest_is_shown(file):
    fingerprint = hash_video(file)
    shown = repr(fingerprint)
    assert fingerprint.codes[0].tobytes().hex()[:6] not in shown
    assert "codes" not in shown
    assert "md5" not in shown
    assert "sha256" not in shown


def test_a_picture_that_stands_still_is_kept_once(frames):
    fingerprint = hash_video(encoded([frames[0]] * 30))
    assert fingerprint.times.tolist() == [0.0]


def test_a_scene_that_comes_back_is_not_kept_again(frames):
    once = hash_video(encoded([frames[0]] * 10 + [frames[30]] * 10))
    back = hash_video(encoded([frames[0]] * 10 + [frames[30]] * 10 + [frames[0]] * 10))
    assert len(once.codes) == len(back.codes) == 2


def test_blank_frames_are_not_kept_and_a_black_video_still_has_its_digests(frames):
    black = [np.zeros((HEIGHT, WIDTH, 3), dtype=np.uint8)] * 10
    assert hash_video(encoded(black + frames[:5])).times.tolist() == [1.0]
    nothing = hash_video(encoded(black))
    assert nothing.codes.shape == (0, 32)
    assert len(nothing.md5) == 16


def test_a_plain_frame_is_flagged(photos):
    plain = hash_video(encoded([frame // 6 for frame in pan(photos / "coffee.png", count=2)]))
    good = hash_video(encoded(pan(photos / "motorcycle_left.png", count=2)))
    assert plain.plain.tolist() == [10 <= quality < 50 for quality in plain.qualities]
    assert plain.plain.all()
    assert not good.plain.any()


codes_and_qualities = st.lists(
    st.tuples(st.integers(0, 3), st.lists(st.integers(0, 255), max_size=30), st.integers(0, 100)), max_size=40
)


@given(codes_and_qualities)
def test_kept_frames_differ_and_what_is_not_kept_is_near_one_that_is(offered):
    kept, rows = KeptFrames(), []
    for number, (base, flips, quality) in enumerate(offered):
        bits = np.zeros(256, dtype=np.uint8)
        bits[base * 64 : base * 64 + 64] = 1
        for flip in flips:
            bits[flip] ^= 1
        rows.append((np.packbits(bits), quality))
        kept.offer(rows[-1][0], quality, float(number))
    apart = distances(kept.codes, kept.codes)
    assert (apart[~np.eye(len(apart), dtype=bool)] > SAME_PICTURE_BITS).all()
    for number, (code, quality) in enumerate(rows):
        earlier = kept.codes[np.array(kept.times) <= number]
        near = (distances(code[np.newaxis], earlier) <= SAME_PICTURE_BITS).any()
        assert near or (quality < BLANK_QUALITY and number not in kept.times)


@pytest.mark.parametrize("name", MATRICES)
def test_a_video_is_hashed_as_it_is_shown(file, name):
    turned = hash_video(with_matrix(file, MATRICES[name]))
    expected = [pdq(TURNED[name](grey_512(grey)))[0] for _, grey in grey_frames(file)[::5]]
    assert [code.tobytes() for code in turned.codes] == expected


@pytest.mark.parametrize(
    ("codec", "kind"), [("mpeg4", "mp4"), ("mpeg4", "avi"), ("libvpx-vp9", "webm"), ("libx264", "mpegts")]
)
def test_the_codec_and_the_container_move_few_bits(file, frames, codec, kind):
    options = {"deadline": "realtime", "cpu-used": "8"} if codec == "libvpx-vp9" else {}
    other = hash_video(encoded(frames, codec=codec, kind=kind, **options))
    assert (distances(other.codes, hash_video(file).codes).min(axis=1) <= 20).all()


@pytest.mark.parametrize("pixels", ["yuv444p", "yuvj420p", "yuv420p10le"])
def test_full_range_more_colour_and_ten_bits_move_few_bits(file, frames, pixels):
    other = hash_video(encoded(frames, pixels=pixels))
    assert len(other.codes) == 8
    assert (distances(other.codes, hash_video(file).codes).min(axis=1) <= 8).all()


def test_an_animated_gif_is_a_video(frames):
    assert len(hash_video(as_gif(frames[::5])).codes) == 8


def test_frames_are_chosen_by_time_where_the_rate_changes(frames):
    slow_then_fast = [1000 * n for n in range(3)] + [3000 + 40 * n for n in range(37)]
    fingerprint = hash_video(encoded(frames, times=slow_then_fast, rate=25))
    assert fingerprint.times.tolist() == pytest.approx([0, 1, 2, 3, 3.52, 4.0], abs=0.03)


def test_where_times_stand_still_frames_are_still_taken():
    still = [(0.0, number) for number in range(1000)]
    assert [number for _, number in sampled(iter(still), 2.0)] == [0, 240, 480, 720, 960]


def test_frames_a_second_can_be_chosen(file):
    assert len(hash_video(file, frames_per_second=1).times) == 4
    with pytest.raises(ValueError, match="frames_per_second is over 0"):
        hash_video(file, frames_per_second=0)


def test_sound_beside_the_pictures_does_not_matter(frames, file):
    assert np.array_equal(hash_video(encoded(frames, sound=True)).codes, hash_video(file).codes)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b"some text, and no video at all" * 40, "no video of a kind we read"),
        (b"\xff\xd8\xff\xe0" + bytes(2000), "no video of a kind we read"),
        (b"\0\0\0\x20ftypheic" + bytes(200), "still picture"),
        (b"RIFF\x24\x08\0\0WAVEfmt " + bytes(2000), "no video of a kind we read"),
    ],
)
def test_what_is_no_video_is_refused(content, says):
    with pytest.raises(NotAVideo, match=says):
        hash_video(content)


def test_sound_alone_is_no_video():
    with pytest.raises(NotAVideo, match="no moving pictures"):
        hash_video(sound_only())


def test_a_codec_that_is_not_read_is_refused(frames):
    with pytest.raises(NotAVideo, match="codec"):
        hash_video(encoded(frames[:2], codec="ffv1", kind="matroska"))


@pytest.mark.parametrize("text", ["#EXTM3U\n#EXTINF:1,\n{path}\n", "ffconcat version 1.0\nfile {path}\n"])
def test_a_playlist_opens_no_other_file(file, tmp_path, text):
    other = tmp_path / "other.mp4"
    other.write_bytes(file)
    with pytest.raises(NotAVideo):
        hash_video(text.format(path=other).encode())


def test_of_a_video_that_breaks_off_the_part_that_plays_is_hashed(webm_like):
    whole, part = hash_video(webm_like), hash_video(webm_like[: len(webm_like) // 2])
    assert part.ended == "damaged"
    assert not part.complete
    assert 0 < len(part.codes) < len(whole.codes)
    assert np.array_equal(part.codes, whole.codes[: len(part.codes)])
    assert part.seconds == pytest.approx(whole.seconds)


def test_an_mp4_that_breaks_off_after_its_index_is_hashed_in_part(frames, tmp_path):
    path = tmp_path / "index first.mp4"
    encoded(frames, to=str(path), container={"movflags": "faststart"})
    whole = path.read_bytes()
    part = hash_video(whole[: len(whole) * 2 // 3])
    assert part.ended == "damaged"
    assert len(part.codes) > 1


def test_an_mp4_without_its_index_is_told_to_be_cut_off(file):
    with pytest.raises(Truncated, match="header"):
        hash_video(file[: file.index(b"moov") - 4])


def test_a_damaged_middle_is_left_out(webm_like):
    damaged = bytearray(webm_like)
    third = len(damaged) // 3
    damaged[third : third + 4000] = bytes(4000)
    part, whole = hash_video(bytes(damaged)), hash_video(webm_like)
    assert part.ended == "damaged"
    assert len(part.codes) > 1
    assert (distances(part.codes, whole.codes).min(axis=1) <= 31).mean() > 0.5


def test_a_file_of_too_many_bytes_is_refused_before_it_is_opened(file, tmp_path):
    path = tmp_path / "video.mp4"
    path.write_bytes(file)
    for source in (file, path):
        with pytest.raises(TooLarge, match="more than 100 bytes"):
            hash_video(source, max_bytes=100)


def test_frames_of_too_many_pixels_are_refused_by_the_header(file):
    with pytest.raises(TooLarge, match="320 x 180"):
        hash_video(file, max_pixels=320 * 180 - 1)
    assert hash_video(file, max_pixels=320 * 180).complete


def test_a_header_that_claims_huge_frames_is_refused(frames):
    """A GIF's size is its header's word (GIF89a, bytes 6 to 9); 65535 x 65535 in eight bits are 4 GB."""
    small = as_gif(frames[:3])
    with pytest.raises(Truncated, match="over 33,177,600 pixels"):
        hash_video(small[:6] + b"\xff\xff\xff\xff" + small[10:])


@pytest.mark.parametrize("size", [(64, 64), (65535, 65535)])
def test_the_size_of_the_frames_counts_and_not_what_the_header_says(file, size):
    content = with_header_size(file, *size)
    with pytest.raises(TooLarge, match="320 x 180"):
        hash_video(content, max_pixels=100 * 100)
    assert np.array_equal(hash_video(content).codes, hash_video(file).codes)


def test_frames_that_grow_on_the_way_are_not_decoded(frames):
    """The decoder itself has the bound: VP9 may change its size at any key frame."""
    options = {"codec": "libvpx-vp9", "kind": "webm", "deadline": "realtime", "cpu-used": "8"}
    small = encoded([frame[:90, :160] for frame in frames[:20]], **options)
    large = encoded([frame.repeat(2, axis=0).repeat(2, axis=1) for frame in frames[20:30]], **options)
    content = one_after_the_other(small, large)
    whole, part = hash_video(content), hash_video(content, max_pixels=160 * 90)
    assert whole.complete
    assert part.ended == "damaged"
    assert len(whole.codes) > len(part.codes) > 0
    assert part.times.max() < 2


def test_frames_of_hardly_any_pixels_are_refused():
    with pytest.raises(TooSmall, match="4 x 64"):
        hash_video(encoded([np.zeros((64, 4, 3), dtype=np.uint8)] * 3, codec="mpeg4"))


def test_a_long_video_is_hashed_so_far_and_says_so(file):
    part = hash_video(file, max_seconds=2)
    assert part.ended == "too long"
    assert part.times.max() <= 2
    assert part.seconds == pytest.approx(4.0)
    assert hash_video(file, max_frames=10).ended == "too long"
    assert len(hash_video(file, max_frames=10).codes) == 2


def test_cards_that_many_videos_share_can_be_left_out(file):
    whole = hash_video(file)
    without = without_frames(whole, whole.codes[1:3])
    assert without.times.tolist() == [time for number, time in enumerate(whole.times) if number not in {1, 2}]
    assert without.md5 == whole.md5
    assert len(without_frames(whole, np.empty((0, 32), dtype=np.uint8)).codes) == len(whole.codes)


def test_a_fingerprint_has_one_quality_and_one_time_for_each_code(file):
    good = hash_video(file)
    with pytest.raises(BadFingerprint, match="one quality and one time"):
        VideoFingerprint(good.codes, good.qualities[:-1], good.times, good.md5, good.sha256, 4.0)
    with pytest.raises(BadFingerprint, match="uint8"):
        VideoFingerprint(good.codes[:, :31], good.qualities, good.times, good.md5, good.sha256, 4.0)
