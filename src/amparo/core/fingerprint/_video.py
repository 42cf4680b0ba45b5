"""The canonical fingerprint of a video: pdq-c512 of two frames a second, each picture of it once."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from amparo.core.fingerprint._code import CODE_BYTES, GOOD_QUALITY, BadFingerprint
from amparo.core.fingerprint._decode import Truncated
from amparo.core.fingerprint._pdq import pdq_stack
from amparo.core.fingerprint._video_file import (
    MAX_FRAME_PIXELS,
    MAX_FRAMES,
    MAX_SECONDS,
    MAX_VIDEO_BYTES,
    Bounds,
    Ended,
    VideoSource,
    open_video,
)
from amparo.core.fingerprint._video_frame import canonical, sampled

VIDEO_ALGORITHM = "vpdq-c512"
FRAMES_PER_SECOND = 2.0
# More than the frames there are would be no more than those.
MAX_FRAMES_PER_SECOND = 60.0
# A frame this near to one that is kept is not kept again. An upload within 15 bits of it is then still within 31 of
# the one that is kept, and fewer codes give less of the scene away.
SAME_PICTURE_BITS = 16
# Black, or next to nothing: such frames of different videos are alike (docs/video.md).
BLANK_QUALITY = 10

Codes = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class VideoFingerprint:
    """One video's fingerprint.

    codes: (n, 32) uint8, pdq-c512 of n frames that differ from each other by more than 16 bits; n may be 0.
    qualities: (n,) uint8, 0..100. times: (n,) float64, seconds since the first frame, ascending.
    md5, sha256: 16 and 32 bytes, of the file as given. seconds: how long the video plays, by its header, or to the
    last frame read where that tells nothing. ended: "whole"; or "damaged" or "too long" where only a part was read.
    A fingerprint is a secret: `repr` shows no code and no digest.
    """

    codes: Codes = field(repr=False)
    qualities: Codes = field(repr=False)
    times: npt.NDArray[np.float64] = field(repr=False)
    md5: bytes = field(repr=False)
    sha256: bytes = field(repr=False)
    seconds: float
    ended: Ended = "whole"
    frames_per_second: float = FRAMES_PER_SECOND
    algorithm: str = VIDEO_ALGORITHM

    def __post_init__(self) -> None:
        count = len(self.codes)
        if self.codes.dtype != np.uint8 or self.codes.shape != (count, CODE_BYTES):
            raise BadFingerprint(f"codes are (n, {CODE_BYTES}) uint8, but these are {self.codes.shape}")
        if self.qualities.shape != (count,) or self.times.shape != (count,):
            raise BadFingerprint(
                f"each frame has one quality and one time, but there are {count} codes,"
                f" {len(self.qualities)} qualities and {len(self.times)} times"
            )

    @property
    def complete(self) -> bool:
        """Whether the whole video was read."""
        return self.ended == "whole"

    @property
    def plain(self) -> npt.NDArray[np.bool_]:
        """(n,) bool: the frames of quality under 50, which count for less (see `score`)."""
        return self.qualities < GOOD_QUALITY


def hash_video(
    source: VideoSource,
    *,
    frames_per_second: float = FRAMES_PER_SECOND,
    max_seconds: float = MAX_SECONDS,
    max_bytes: int = MAX_VIDEO_BYTES,
    max_pixels: int = MAX_FRAME_PIXELS,
    max_frames: int = MAX_FRAMES,
) -> VideoFingerprint:
    """The canonical fingerprint (vpdq-c512) of a video, for storing.

    source: the content of a file (bytes), a path, or a binary file that can seek. frames_per_second: over 0, up to 60.
    max_seconds, max_frames: how much is read; a longer video is hashed so far, and `ended` says "too long".
    max_bytes of the file and max_pixels of a frame are refused, told before anything is decoded.
    What is damaged or missing is left out, and `ended` says "damaged". Frames that are blank (quality under 10) and
    frames within 16 bits of an earlier one are not kept.
    Raises NotAVideo, Truncated (nothing of it plays), TooLarge, TooSmall; OSError for a path that cannot be read.
    """
    if not 0 < frames_per_second <= MAX_FRAMES_PER_SECOND:
        raise ValueError(f"frames_per_second is over 0, up to {MAX_FRAMES_PER_SECOND:g}, not {frames_per_second:g}")
    bounds = Bounds(seconds=max_seconds, bytes=max_bytes, pixels=max_pixels, frames=max_frames)
    kept, seen = KeptFrames(), False
    with open_video(source, bounds) as video:
        for time, frame in sampled(video.frames(), frames_per_second):
            seen = True
            if frame.is_corrupt:
                video.damaged = True
                continue
            codes, qualities = pdq_stack(canonical(frame)[np.newaxis])
            kept.offer(codes[0], int(qualities[0]), time)
        if not seen:
            raise Truncated("no frame of this video can be decoded: give the whole file")
        return VideoFingerprint(
            codes=kept.codes,
            qualities=np.array(kept.qualities, dtype=np.uint8),
            times=np.array(kept.times, dtype=np.float64),
            md5=video.md5,
            sha256=video.sha256,
            seconds=max(video.header_seconds, video.last_time),
            ended=video.ended,
            frames_per_second=frames_per_second,
        )


def without_frames(fingerprint: VideoFingerprint, cards: Codes, *, within: int = 31) -> VideoFingerprint:
    """The fingerprint without the frames that are at most `within` bits from one of `cards`, (m, 32) uint8.

    For what many innocent videos share: the opening of an app, a closing card, a countdown.
    """
    shared = np.array([bool((_bits(code, cards) <= within).any()) for code in fingerprint.codes], dtype=np.bool_)
    return VideoFingerprint(
        codes=fingerprint.codes[~shared],
        qualities=fingerprint.qualities[~shared],
        times=fingerprint.times[~shared],
        md5=fingerprint.md5,
        sha256=fingerprint.sha256,
        seconds=fingerprint.seconds,
        ended=fingerprint.ended,
        frames_per_second=fingerprint.frames_per_second,
        algorithm=fingerprint.algorithm,
    )


class KeptFrames:
    """Frames offered one by one; those that are blank, or near one kept before, are not kept."""

    def __init__(self) -> None:
        self.qualities: list[int] = []
        self.times: list[float] = []
        self._rows = np.empty((64, CODE_BYTES), dtype=np.uint8)

    @property
    def codes(self) -> Codes:
        return self._rows[: len(self.times)].copy()

    def offer(self, code: Codes, quality: int, time: float) -> None:
        count = len(self.times)
        if quality < BLANK_QUALITY or (_bits(code, self._rows[:count]) <= SAME_PICTURE_BITS).any():
            return
        if count == len(self._rows):
            self._rows = np.concatenate([self._rows, np.empty_like(self._rows)])
        self._rows[count] = code
        self.qualities.append(quality)
        self.times.append(time)


def _bits(code: Codes, codes: Codes) -> npt.NDArray[np.int64]:
    """Hamming distances of one code (32,) to each row of `codes`, (n,) int64."""
    distances: npt.NDArray[np.int64] = np.bitwise_count(codes ^ code).sum(axis=1, dtype=np.int64)
    return distances
