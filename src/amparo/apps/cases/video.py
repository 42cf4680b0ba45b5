"""A video of hers as her device sends it, and as it is sealed: a line about the file, then vPDQ's lines of frames.

vpdq-c512 <MD5> <SHA-256> <seconds> <whole | too-long>
<number>,<quality>,<fingerprint of the frame>,<seconds>
"""

import math
import re
from typing import Literal

import numpy as np

from amparo.core.fingerprint import (
    VIDEO_ALGORITHM,
    FingerprintError,
    ImageFingerprint,
    VideoFingerprint,
    frames_of,
    read_vpdq,
    to_vpdq_lines,
)

Fingerprint = ImageFingerprint | VideoFingerprint

# Two a second for an hour, which is as far as a device looks (js/fingerprint/video.js), and one over.
MOST_FRAMES = 7_201
_HEAD = re.compile(
    rf"{VIDEO_ALGORITHM} (?P<md5>[0-9a-f]{{32}}) (?P<sha256>[0-9a-f]{{64}}) (?P<seconds>\d{{1,7}}\.\d{{3}})"
    r" (?P<ended>whole|too-long|damaged)"
)
_ENDED: dict[str, Literal["whole", "damaged", "too long"]] = {
    "whole": "whole",
    "too-long": "too long",
    "damaged": "damaged",
}


class BadVideo(FingerprintError):
    """What was sent is no video's fingerprint. The message quotes nothing of it."""


def text_of(video: VideoFingerprint) -> str:
    """The text of a video's fingerprint. `video_of` reads it."""
    head = (
        f"{VIDEO_ALGORITHM} {video.md5.hex()} {video.sha256.hex()} {video.seconds:.3f} {video.ended.replace(' ', '-')}"
    )
    return f"{head}\n{to_vpdq_lines(frames_of(video))}"


def video_of(text: str) -> VideoFingerprint:
    """The fingerprint in a text. Raises BadVideo."""
    first, _break, rest = text.replace("\r\n", "\n").partition("\n")
    head = _HEAD.fullmatch(first)
    if not head:
        raise BadVideo(f"a video begins with: {VIDEO_ALGORITHM}, MD5, SHA-256, seconds, and how it ended")
    if rest.count("\n") > MOST_FRAMES:
        raise BadVideo(f"a video has at most {MOST_FRAMES} frames: take a part of it")
    frames = read_vpdq(rest)
    times = [frame.time for frame in frames]
    if not frames or times != sorted(times) or not all(map(math.isfinite, times)):
        raise BadVideo("a video has frames, in the order of their times")
    return VideoFingerprint(
        codes=np.array([list(frame.code) for frame in frames], dtype=np.uint8),
        qualities=np.array([frame.quality for frame in frames], dtype=np.uint8),
        times=np.array(times, dtype=np.float64),
        md5=bytes.fromhex(head["md5"]),
        sha256=bytes.fromhex(head["sha256"]),
        seconds=float(head["seconds"]),
        ended=_ENDED[head["ended"]],
    )


def content_of(fingerprint: Fingerprint) -> bytes:
    """What is sealed of a fingerprint: of a picture its code, of a video its text."""
    return text_of(fingerprint).encode() if isinstance(fingerprint, VideoFingerprint) else fingerprint.code


def fingerprint_of(content: bytes, *, algorithm: str, quality: int) -> Fingerprint:
    """The fingerprint of what was sealed. Raises BadVideo, BadFingerprint."""
    if algorithm == VIDEO_ALGORITHM:
        return video_of(content.decode())
    return ImageFingerprint(code=content, quality=quality, algorithm=algorithm)


def quality_of(fingerprint: Fingerprint) -> int:
    """0..100; of a video that of its best frame."""
    if isinstance(fingerprint, VideoFingerprint):
        return max(fingerprint.qualities.tolist(), default=0)
    return fingerprint.quality
