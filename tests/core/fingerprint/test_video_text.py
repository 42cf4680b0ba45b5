"""vPDQ's text forms: what others write is read, what we write they read, and errors tell no content."""

import json

import pytest
from hypothesis import given, strategies as st

from amparo.core.fingerprint import (
    BadFingerprint,
    BadVideoText,
    VpdqFrame,
    frames_of,
    hash_video,
    read_vpdq,
    to_vpdq_json,
    to_vpdq_lines,
)
from tests.core.fingerprint.videos import encoded, pan

HEX = "".join(f"{number:02x}" for number in range(32))
CODE = bytes(range(32))

frames_with_milliseconds = st.lists(
    st.tuples(st.integers(0, 100), st.binary(min_size=32, max_size=32), st.integers(0, 10**8)), max_size=20
).map(lambda rows: [VpdqFrame(number, quality, code, ms / 1000) for number, (quality, code, ms) in enumerate(rows)])


@given(frames_with_milliseconds)
def test_what_is_written_is_read_again_in_both_forms(frames):
    assert read_vpdq(to_vpdq_lines(frames)) == frames
    assert read_vpdq(to_vpdq_json(frames)) == frames


def test_the_lines_of_the_command_line_tools():
    assert to_vpdq_lines([VpdqFrame(7, 100, CODE, 0.2335)]) == f"7,100,{HEX},0.234\n"
    # Older ones write no trailing zeros.
    assert read_vpdq(f"0,100,{HEX},0\r\n1,98,{HEX.upper()},0.0319\n\n") == [
        VpdqFrame(0, 100, CODE, 0.0),
        VpdqFrame(1, 98, CODE, 0.0319),
    ]


def test_the_signal_of_threatexchange():
    assert to_vpdq_json([VpdqFrame(0, 100, CODE, 1234.5)]) == f'["{HEX},100,1234.500"]'
    # It writes three digits in all, and so shortens what is over 999 seconds.
    assert read_vpdq(f'["{HEX},100,0.5", "{HEX},7,1.23e+03"]') == [
        VpdqFrame(0, 100, CODE, 0.5),
        VpdqFrame(1, 7, CODE, 1230.0),
    ]


def test_the_older_object_by_frame_number():
    text = json.dumps(
        {"0": {"quality": 100, "hash": HEX, "timestamp": 0.0}, "30": {"quality": 4, "hash": HEX, "timestamp": 1}}
    )
    assert read_vpdq(text) == [VpdqFrame(0, 100, CODE, 0.0), VpdqFrame(30, 4, CODE, 1.0)]


@pytest.mark.parametrize("text", ["", "  \n", "[]", "{}"])
def test_no_frames_are_no_error(text):
    assert read_vpdq(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "0,100",
        f"0,100,{HEX}",
        f"0,100,{HEX},0.0,more",
        f"0,100,{HEX[:-1]},0.0",
        f"0,100,{HEX[:-1]}g,0.0",
        f"0,101,{HEX},0.0",
        f"0,-1,{HEX},0.0",
        f"-1,100,{HEX},0.0",
        f"0,100,{HEX},-1.0",
        f"0,100,{HEX},nan",
        f"0,100,{HEX},inf",
        f"0,100,{HEX},soon",
        f"0,{'9' * 5000},{HEX},0",
        "[",
        "[1]",
        f'[["{HEX}", 100, 0]]',
        f'["{HEX},100"]',
        '{"0": 1}',
        f'{{"0": {{"hash": "{HEX}"}}}}',
        f'{{"zero": {{"quality": 1, "hash": "{HEX}", "timestamp": 0}}}}',
        "[" * 100_000,
    ],
)
def test_what_is_none_of_the_forms_is_refused_without_telling_it(text):
    with pytest.raises(BadVideoText) as refused:
        read_vpdq(text)
    assert HEX[:8] not in str(refused.value)
    assert refused.value.__cause__ is None


def test_an_error_says_where():
    with pytest.raises(BadVideoText, match="line 2 is not number,quality,hex,seconds"):
        read_vpdq(f"0,100,{HEX},0.0\nnonsense\n")
    with pytest.raises(BadVideoText, match="frame 1 has a quality over 100"):
        read_vpdq(f'["{HEX},100,0.0", "{HEX},101,0.0"]')


def test_a_code_of_another_length_is_no_frame():
    with pytest.raises(BadFingerprint):
        VpdqFrame(0, 100, b"short", 0.0)
    assert HEX not in repr(VpdqFrame(0, 100, CODE, 0.0))


def test_the_frames_of_a_fingerprint_are_numbered(photos):
    fingerprint = hash_video(encoded(pan(photos / "coffee.png")))
    frames = frames_of(fingerprint)
    assert [frame.number for frame in frames] == list(range(len(fingerprint.codes)))
    assert [frame.code for frame in frames] == [code.tobytes() for code in fingerprint.codes]
    assert [frame.time for frame in read_vpdq(to_vpdq_json(frames))] == pytest.approx(fingerprint.times.tolist())
