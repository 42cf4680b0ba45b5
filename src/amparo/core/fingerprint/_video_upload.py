"""An upload's frames, sampled in the cheapest order, each in the forms in which it is looked up."""

import math
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import numpy.typing as npt

from amparo.core.fingerprint._decode import Truncated
from amparo.core.fingerprint._video_file import (
    MAX_FRAME_PIXELS,
    MAX_FRAMES,
    MAX_SECONDS,
    MAX_VIDEO_BYTES,
    Bounds,
    Ended,
    VideoFile,
    VideoSource,
    open_video,
)
from amparo.core.fingerprint._video_frame import new_scaler, quick, sampled
from amparo.core.fingerprint._video_overlay import Stills
from amparo.core.fingerprint._video_rows import Rows, Stage, UploadFrames
from amparo.core.fingerprint._video_shots import shots

UPLOAD_FRAMES_PER_SECOND = 2.0
# Up to here all frames are decoded; a longer upload is first seen by its key frames, at 1/20 of the work.
LONG_SECONDS = 60.0
# Of a long upload so much is also decoded in full: around what may be a match, and where key frames are far apart.
FULL_SECONDS = 60.0
AROUND_HINT_SECONDS, IN_GAP_SECONDS = 5.0, 4.0
# Image forms (60 ms) are made of so many shots of an upload; after that only its frames' own forms.
MOST_SHOTS = 60

Window = tuple[float, float]
Greys = Iterator[tuple[float, npt.NDArray[np.uint8]]]


class Sampling:
    """An upload that is being sampled. Iterate over it once, look each part up, and stop when enough is found.

    md5, sha256: of the file, known before the first frame. Parts come in the order of their cost: key frames where
    the upload is long, then all frames of what deserves it. What is not asked for is not decoded.
    """

    def __init__(self, video: VideoFile, *, per_second: float, long_seconds: float, full_seconds: float) -> None:
        """Not for callers: use `sample_upload`."""
        self.md5, self.sha256 = video.md5, video.sha256
        self._video, self._scaler = video, new_scaler()
        self._per_second, self._long_seconds, self._full_seconds = per_second, long_seconds, full_seconds
        self._hints: list[float] = []
        self._number = self._shots = 0

    @property
    def ended(self) -> Ended:
        """Whether the whole upload could be read: ask after the last part. "whole" says nothing of early exits."""
        return self._video.ended

    def look_closer(self, seconds: float) -> None:
        """Say that something near a match was found at `seconds`: all frames around it will be decoded."""
        self._hints.append(seconds)

    def __iter__(self) -> Iterator[UploadFrames]:
        """Raises Truncated at the end when no frame could be decoded."""
        video, long = self._video, self._long_seconds
        told_short = 0 < video.header_seconds <= long
        if told_short:
            yield from self._pass("all frames", self._frames([(0.0, long)]))
        # The header is the uploader's word: what goes on beyond it is long all the same.
        if not told_short or video.last_time > long:
            key_times: list[float] = []
            yield from self._pass("key frames", self._key_frames(key_times))
            yield from self._pass("all frames", self._frames(self._windows(key_times)))
        if not self._number:
            raise Truncated("no frame of this video can be decoded: give the whole file")

    def _pass(self, stage: Stage, greys: Greys) -> Iterator[UploadFrames]:
        stills = Stills()
        for shot in shots(greys):
            rows = Rows(stage)
            if shot.begins and self._shots < MOST_SHOTS:
                self._shots += 1
                rows.add_image_forms(self._number, shot.frames[0])
            for frame in shot.frames:
                rows.add_frame(self._number, frame, shot.box)
                stills.add(self._number, frame, shot.box)
                self._number += 1
            yield rows.joined()
        rows = Rows(stage)
        for number, time, patch in stills.without_overlay():
            rows.add_patch(number, time, patch, "uncovered, ")
        if rows:
            yield rows.joined()

    def _key_frames(self, times: list[float]) -> Greys:
        """Key frames, their times noted in `times`."""
        for time, frame in sampled(self._video.frames(keys_only=True), self._per_second):
            times.append(time)
            yield time, quick(frame, self._scaler)

    def _frames(self, windows: list[Window]) -> Greys:
        for start, stop in windows:
            for time, frame in sampled(self._video.frames(start=start, stop=stop), self._per_second):
                yield time, quick(frame, self._scaler)

    def _windows(self, key_times: list[float]) -> list[Window]:
        """What of a long upload is decoded in full, in ascending order, `full_seconds` at most."""
        end = max(self._video.header_seconds, self._video.last_time)
        if end <= self._long_seconds:
            return [(0.0, math.inf)]
        gaps = sorted(zip(key_times, [*key_times[1:], end], strict=True), key=lambda gap: gap[0] - gap[1])
        wanted = [(max(hint - AROUND_HINT_SECONDS, 0.0), hint + AROUND_HINT_SECONDS) for hint in self._hints]
        wanted += [(at, at + IN_GAP_SECONDS) for at, after in gaps if after - at > IN_GAP_SECONDS]
        return affordable(wanted, self._full_seconds)


@contextmanager
def sample_upload(
    source: VideoSource,
    *,
    frames_per_second: float = UPLOAD_FRAMES_PER_SECOND,
    long_seconds: float = LONG_SECONDS,
    full_seconds: float = FULL_SECONDS,
    max_seconds: float = MAX_SECONDS,
    max_bytes: int = MAX_VIDEO_BYTES,
    max_pixels: int = MAX_FRAME_PIXELS,
    max_frames: int = MAX_FRAMES,
) -> Iterator[Sampling]:
    """Open an upload for looking it up; iterate over what it gives and leave the `with` to stop early.

    source and bounds as `hash_video`. long_seconds: a longer upload is seen by its key frames first, and full_seconds
    of it are decoded in full after that (math.inf: all of it).
    Raises NotAVideo, Truncated, TooLarge and TooSmall on entry; OSError for a path that cannot be read.
    """
    bounds = Bounds(seconds=max_seconds, bytes=max_bytes, pixels=max_pixels, frames=max_frames)
    with open_video(source, bounds) as video:
        yield Sampling(video, per_second=frames_per_second, long_seconds=long_seconds, full_seconds=full_seconds)


def affordable(wanted: list[Window], seconds: float) -> list[Window]:
    """The first of `wanted` that last `seconds` together, those that touch made one, in ascending order."""
    if math.isinf(seconds):
        return [(0.0, math.inf)]
    chosen: list[Window] = []
    for start, stop in wanted:
        tried: list[Window] = []
        for window in sorted([*chosen, (start, stop)]):
            if tried and window[0] <= tried[-1][1]:
                tried[-1] = (tried[-1][0], max(tried[-1][1], window[1]))
            else:
                tried.append(window)
        if sum(last - first for first, last in tried) <= seconds:
            chosen = tried
    return chosen
