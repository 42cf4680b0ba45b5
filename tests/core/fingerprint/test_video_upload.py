"""sample_upload: what people do to a video before they upload it is undone; long ones are seen by key frames first."""

import itertools
import math
import struct
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, strategies as st
from PIL import Image

from amparo.core.fingerprint import NotAVideo, Truncated, hash_video, sample_upload, score
from amparo.core.fingerprint._boxes import Box
from amparo.core.fingerprint._video_overlay import painted_over, still_points
from amparo.core.fingerprint._video_shots import MOST_FRAMES, WHOLE, shots
from amparo.core.fingerprint._video_upload import affordable
from tests.core.fingerprint.videos import HEIGHT, MATRICES, WIDTH, encoded, pan, with_matrix

STAGES = ("all frames", "key frames")
PHOTOS = ("motorcycle_left.png", "coffee.png")


@pytest.fixture(scope="module")
def frames(photos):
    """Four seconds, two scenes."""
    return [frame for photo in PHOTOS for frame in pan(photos / photo)]


@pytest.fixture(scope="module")
def registered(frames):
    return hash_video(encoded(frames))


@pytest.fixture(scope="module")
def other_frames(photos):
    return pan(photos / "hubble_deep_field.jpg", step=8) + pan(photos / "moon.png", step=8)


def parts_of(content, **options):
    with sample_upload(content, **options) as sampling:
        return list(sampling)


def framed(frame, *, rows=(0, 0), columns=(0, 0), level=0):
    return np.pad(frame, (rows, columns, (0, 0)), constant_values=level)


def with_logo(frame):
    marked = frame.copy()
    marked[10:40, -75:-15] = 0
    marked[18:32, -67:-23] = 255
    return marked


def resized(frame, box):
    return np.asarray(Image.fromarray(frame).crop(box).resize((WIDTH, HEIGHT), Image.Resampling.BILINEAR))


EDITS = {
    "encoded again, smaller and worse": lambda frames: encoded(
        [np.asarray(Image.fromarray(frame).resize((160, 90))) for frame in frames], crf="35"
    ),
    "a quarter faster": lambda frames: encoded(frames, rate=Fraction(25, 2)),
    "a quarter slower": lambda frames: encoded(frames, rate=8),
    "the first half": lambda frames: encoded(frames[:20]),
    "the middle": lambda frames: encoded(frames[12:28]),
    "the end": lambda frames: encoded(frames[32:]),
    "mirrored": lambda frames: encoded([frame[:, ::-1] for frame in frames]),
    "upside down": lambda frames: encoded([frame[::-1, ::-1] for frame in frames]),
    "turned": lambda frames: encoded([np.rot90(frame) for frame in frames]),
    "turned by its display matrix": lambda frames: with_matrix(encoded(frames), MATRICES["turned 90"]),
    "black bars above and below": lambda frames: encoded([framed(frame, rows=(34, 34)) for frame in frames]),
    "a white frame": lambda frames: encoded(
        [framed(frame, rows=(10, 30), columns=(50, 14), level=240) for frame in frames]
    ),
    "mirrored, with bars": lambda frames: encoded([framed(frame[:, ::-1], columns=(60, 60)) for frame in frames]),
    "a logo": lambda frames: encoded([with_logo(frame) for frame in frames]),
    "a logo inside bars": lambda frames: encoded([framed(with_logo(frame), rows=(30, 30)) for frame in frames]),
    "cropped to nine tenths": lambda frames: encoded([resized(frame, (16, 9, 304, 171)) for frame in frames]),
    "small, in another picture's middle": lambda frames: encoded(
        [framed(frame[::2, ::2], rows=(45, 45), columns=(80, 80), level=90) for frame in frames]
    ),
}


@pytest.mark.parametrize("edit", EDITS)
def test_an_edited_copy_is_found(frames, registered, edit):
    found = score(parts_of(EDITS[edit](frames)), registered)
    assert found.verdict == "match", found


def test_what_comes_before_does_not_hide_it(frames, registered, other_frames):
    content = encoded([*other_frames, *frames[:20], *other_frames])
    found = score(parts_of(content), registered)
    assert found.verdict == "match"
    assert found.start >= 3.5
    assert found.stop <= 6.5


def test_another_video_is_not_found(registered, other_frames):
    assert score(parts_of(encoded(other_frames)), registered).verdict == "none"


def test_the_same_file_is_found_by_its_digest(frames, registered):
    content = encoded(frames)
    with sample_upload(content) as sampling:
        found = score([], registered, md5=sampling.md5)
    assert found.verdict == "exact"


def test_a_picture_in_a_slideshow_is_found(photos, other_frames):
    """A bank's entry with one frame counts as a picture does: one frame within 31 bits is a match."""
    still = np.asarray(Image.open(photos / "chelsea.png").convert("RGB").resize((WIDTH, HEIGHT)))
    entry = hash_video(encoded([still] * 10))
    assert len(entry.codes) == 1
    slideshow = encoded([*other_frames, *[still] * 10], crf="38")
    assert score(parts_of(slideshow), entry).verdict == "match"


def test_every_row_says_its_frame_time_and_form(frames):
    for part in parts_of(encoded(frames)):
        count = len(part)
        assert part.codes.shape == (count, 32)
        assert part.qualities.shape == part.frames.shape == part.times.shape == (count,)
        assert len(part.forms) == count
        for number in np.unique(part.frames):
            assert len(set(part.times[part.frames == number].tolist())) == 1
        assert max(map(len, part.forms)) <= 24


def test_a_frame_is_looked_up_mirrored_turned_and_as_if_it_were_cropped(frames):
    names = {name for part in parts_of(encoded(frames[:6])) for name in part.forms}
    assert {"as is", "mirrored", "turned 90", "widened, as is", "widened, mirrored"} <= names


def test_the_plain_form_is_within_two_bits_of_the_canonical_code(frames):
    content = encoded(frames)
    canonical = hash_video(content)
    rows = [
        (part.times[row], part.codes[row])
        for part in parts_of(content)
        for row in range(len(part))
        if part.forms[row] == "as is"
    ]
    at = dict(zip(canonical.times.tolist(), canonical.codes, strict=True))
    compared = [np.bitwise_count(code ^ at[time]).sum() for time, code in rows if time in at]
    assert len(compared) >= len(canonical.codes)
    assert max(compared) <= 2


def test_a_long_upload_is_seen_by_its_key_frames_first(frames, registered):
    content = encoded(frames, g="10")
    parts = parts_of(content, long_seconds=2, full_seconds=0)
    assert {part.stage for part in parts} == {"key frames"}
    times = sorted({float(time) for part in parts for time in part.times})
    assert times == pytest.approx([0, 1, 2, 3])
    assert score(parts, registered).verdict == "match"


def test_a_header_that_says_less_than_there_is_hides_nothing(frames):
    content = bytearray(encoded(frames, kind="matroska", g="10"))
    at = content.index(b"\x44\x89\x88") + 3  # Matroska's Duration, a double of milliseconds
    content[at : at + 8] = struct.pack(">d", 1000.0)
    parts = parts_of(bytes(content), long_seconds=2, full_seconds=0)
    times = {stage: {float(t) for part in parts if part.stage == stage for t in part.times} for stage in STAGES}
    assert max(times["all frames"]) <= 2
    assert times["key frames"] == {0.0, 1.0, 2.0, 3.0}


def test_all_of_a_long_upload_is_decoded_where_that_is_asked(frames):
    parts = parts_of(encoded(frames, g="20"), long_seconds=2, full_seconds=math.inf)
    assert [part.stage for part in parts] == sorted((part.stage for part in parts), reverse=True)
    full = {float(time) for part in parts if part.stage == "all frames" for time in part.times}
    assert sorted(full) == pytest.approx([n / 2 for n in range(8)])


def test_where_something_was_near_all_frames_are_decoded(frames):
    with sample_upload(encoded(frames * 3, g="20"), long_seconds=2, full_seconds=12) as sampling:
        full = []
        for part in sampling:
            if part.stage == "key frames":
                sampling.look_closer(11.0)
            else:
                full += part.times.tolist()
    assert min(full) == pytest.approx(6.0)
    assert max(full) == pytest.approx(11.5)


def test_where_key_frames_are_far_apart_all_frames_are_decoded(frames):
    content = encoded([*frames, *frames[:20]], g="1000", **{"x264-params": "scenecut=0"})
    parts = parts_of(content, long_seconds=2)
    full = {float(time) for part in parts if part.stage == "all frames" for time in part.times}
    assert sorted(full) == pytest.approx([n / 2 for n in range(9)])


def test_leaving_early_decodes_no_more(frames):
    with sample_upload(encoded(frames)) as sampling:
        first = next(iter(sampling))
    assert first.times.max() < 3


def test_what_breaks_off_is_looked_up_as_far_as_it_plays(frames, registered):
    content = encoded(frames, kind="matroska", g="10")
    with sample_upload(content[: len(content) // 2]) as sampling:
        parts = list(sampling)
        assert sampling.ended == "damaged"
    assert score(parts, registered).verdict == "match"


def test_a_long_upload_says_how_far_it_was_read(frames):
    with sample_upload(encoded(frames), max_seconds=2) as sampling:
        assert max(part.times.max() for part in sampling) <= 2
        assert sampling.ended == "too long"


def test_what_is_no_video_is_refused_on_entry():
    with pytest.raises(NotAVideo), sample_upload(b"no video" * 100):
        pass


def test_an_upload_of_which_nothing_plays_is_not_taken_as_seen(frames):
    content = bytearray(encoded(frames[:10]))
    start, index = content.index(b"mdat") + 4, content.index(b"moov") - 4
    content[start:index] = bytes(index - start)
    with sample_upload(bytes(content)) as sampling, pytest.raises(Truncated):
        list(sampling)


windows = st.lists(st.tuples(st.floats(0, 100), st.floats(0.5, 20)).map(lambda w: (w[0], w[0] + w[1])), max_size=8)


@given(windows, st.floats(0, 60))
def test_windows_are_ascending_apart_and_affordable_and_the_first_that_fits_is_there(wanted, seconds):
    chosen = affordable(wanted, seconds)
    assert all(one[1] < other[0] for one, other in itertools.pairwise(chosen))
    assert sum(stop - start for start, stop in chosen) <= seconds + 1e-9
    if wanted and wanted[0][1] - wanted[0][0] <= seconds:
        assert any(start <= wanted[0][0] and wanted[0][1] <= stop for start, stop in chosen)


def greys(photos, names, *, each):
    for number, name in enumerate(names):
        image = Image.open(photos / name).convert("L").resize((1100, 512))
        for step in range(each):
            yield number * 100 + step, np.asarray(image)[:, 20 * step : 20 * step + 512]


def test_a_scene_ends_at_a_cut_and_long_ones_come_in_groups(photos):
    found = list(shots(greys(photos, ("chelsea.png", "rocket.jpg"), each=MOST_FRAMES + 4)))
    assert [len(shot.frames) for shot in found] == [MOST_FRAMES, 4, MOST_FRAMES, 4]
    assert [shot.begins for shot in found] == [True, False, True, False]


def test_a_picture_that_stands_still_is_looked_up_once(photos):
    [(time, grey)] = greys(photos, ("chelsea.png",), each=1)
    [shot] = shots((time + n, grey) for n in range(50))
    assert len(shot.frames) == 1


def test_the_border_of_a_scene_is_what_all_its_frames_have(photos):
    frames = [(time, grey.copy()) for time, grey in greys(photos, ("chelsea.png",), each=6)]
    for _, grey in frames:
        grey[:40] = 0
        grey[:, 500:] = 0
    frames[2][1][:90] = 0
    frames[4][1][:] = 0
    [shot] = [shot for shot in shots(iter(frames)) if len(shot.frames) > 1][:1]
    assert shot.box == Box(0, 40, 500, 512)
    assert Box(0, 0, 512, 512) == WHOLE


def test_only_what_stands_still_over_moving_frames_is_painted_over():
    rng = np.random.default_rng(7)
    thumbs = rng.integers(0, 256, (20, 128, 128), dtype=np.uint8)
    thumbs[:, 30:40, 50:70] = 200
    everywhere = (slice(0, 128), slice(0, 128))
    still = still_points(thumbs, everywhere)
    assert still is not None
    # The logo, and two points around it.
    assert still[28:42, 48:72].all()
    assert still.sum() == 14 * 24
    painted = painted_over(thumbs, still, everywhere)
    assert np.array_equal(painted[:, ~still], thumbs[:, ~still])
    assert painted[:, still].std() > 10


@pytest.mark.parametrize("kind", ["few frames", "a scene that stands still", "nothing that stands still"])
def test_where_no_overlay_can_be_told_none_is_painted_over(kind):
    rng = np.random.default_rng(8)
    thumbs = rng.integers(0, 256, (20, 128, 128), dtype=np.uint8)
    if kind == "few frames":
        thumbs = thumbs[:7]
        thumbs[:, 30:40, 50:70] = 200
    if kind == "a scene that stands still":
        thumbs[:] = thumbs[0]
    assert still_points(thumbs, (slice(0, 128), slice(0, 128))) is None
