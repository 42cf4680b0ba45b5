"""Which registered videos an upload shows: by how many distinct frames, never by a share of the whole."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt

from amparo.core.fingerprint._code import GOOD_QUALITY
from amparo.core.fingerprint._video import BLANK_QUALITY, VideoFingerprint
from amparo.core.fingerprint._video_rows import UploadFrames
from amparo.core.fingerprint._video_upload import Sampling

Codes = npt.NDArray[np.uint8]
# Limits, ids and distances, as core.matching's Index.search_many gives them.
Hits = tuple[npt.NDArray[np.int64], npt.NDArray[np.uint64], npt.NDArray[np.uint16]]
Verdict = Literal["exact", "match", "possible", "none"]

# The bound PDQ's publishers recommend, for two frames; and one at which a single frame is enough. docs/video.md has
# the false pairs of both.
FRAME_BITS, SURE_BITS = 31, 20
ENOUGH_FRAMES = 2
_RANK: dict[Verdict, int] = {"exact": 3, "match": 2, "possible": 1, "none": 0}
# Upload rows compared at once with all registered ones: 64 by 10,000 frames are 20 MB.
_ROWS_AT_ONCE = 64


@dataclass(frozen=True, slots=True)
class RegisteredFrame:
    """What a bank knows of a frame that the index found. video: its entry. quality: 0..100.

    alone: the entry has no other frame; it is a picture, or a video that shows one picture throughout.
    """

    video: int
    quality: int
    alone: bool = False


@dataclass(frozen=True, slots=True)
class VideoMatch:
    """What an upload shows of one registered video.

    verdict: "exact" (the same file), "match", "possible" (for a person to look at), "none". frames: how many distinct
    frames were found again. bits: distance of the nearest, None for none. form: of the nearest. start, stop: seconds
    of the upload between which they were found.
    """

    video: int
    verdict: Verdict
    frames: int = 0
    bits: int | None = None
    form: str = ""
    start: float = 0.0
    stop: float = 0.0


@dataclass(slots=True)
class _Found:
    """Frames found of one video, so far. Strong: both good. Weak: one is plain, so that it counts for less."""

    alone: bool
    strong: set[tuple[int, int]] = field(default_factory=set)
    weak: set[tuple[int, int]] = field(default_factory=set)
    sure: bool = False
    bits: int | None = None
    form: str = ""
    start: float = float("inf")
    stop: float = 0.0

    def add(self, upload: UploadFrames, row: int, frame: int, quality: int, bits: int) -> None:
        good = quality >= GOOD_QUALITY and upload.qualities[row] >= GOOD_QUALITY
        if not good and (bits > SURE_BITS or min(quality, int(upload.qualities[row])) < BLANK_QUALITY):
            return
        (self.strong if good else self.weak).add((int(upload.frames[row]), frame))
        self.sure |= good and bits <= SURE_BITS
        if self.bits is None or bits < self.bits:
            self.bits, self.form = bits, upload.forms[row]
        at = float(upload.times[row])
        self.start, self.stop = min(self.start, at), max(self.stop, at)

    def match(self, video: int) -> VideoMatch:
        if self.bits is None:
            return VideoMatch(video, "none")
        found = self.strong | self.weak
        enough = self.sure or _pairs(found) >= ENOUGH_FRAMES or (self.alone and bool(self.strong))
        return VideoMatch(
            video=video,
            verdict="match" if enough else "possible",
            frames=len({frame for _, frame in found}),
            bits=self.bits,
            form=self.form,
            start=self.start,
            stop=self.stop,
        )


class VideoTally:
    """What was found so far of an upload: add the hits of part after part, and ask for the matches."""

    def __init__(self) -> None:
        self._found: dict[int, _Found] = {}

    def add(self, upload: UploadFrames, hits: Hits, registered: Mapping[int, RegisteredFrame]) -> None:
        """hits: of upload.codes, within 31 bits. registered: by id; ids that are not in it do not count."""
        limits, ids, distances = hits
        rows = np.repeat(np.arange(len(upload)), np.diff(limits))
        for row, frame, bits in zip(rows.tolist(), ids.tolist(), distances.tolist(), strict=True):
            known = registered.get(frame)
            if known is not None and bits <= FRAME_BITS:
                found = self._found.setdefault(known.video, _Found(alone=known.alone))
                found.add(upload, row, frame, known.quality, bits)

    def matches(self) -> list[VideoMatch]:
        """Those with a verdict, the strongest first: by verdict, frames, bits."""
        matches = [found.match(video) for video, found in self._found.items()]
        return sorted((match for match in matches if match.verdict != "none"), key=_strength, reverse=True)


def matches_from_hits(upload: UploadFrames, hits: Hits, registered: Mapping[int, RegisteredFrame]) -> list[VideoMatch]:
    """The videos that hits of an index speak for, the strongest first.

    upload: the frames that were looked up. hits: limits (n + 1,), ids and distances, as `Index.search_many` gives them
    for upload.codes within 31 bits. registered: what the bank knows of the frames with these ids; an id that is not in
    it does not count (withdrawn, or of a bank that the asker has not subscribed to).
    """
    tally = VideoTally()
    tally.add(upload, hits, registered)
    return tally.matches()


def find_videos(
    sampling: Sampling,
    *,
    search: Callable[[Codes], Hits],
    registered: Callable[[list[int]], Mapping[int, RegisteredFrame]],
) -> list[VideoMatch]:
    """Look an upload up, part by part, and stop at the first match. The strongest first; [] when nothing is near.

    search: codes (n, 32) to the hits within 31 bits. registered: what the bank knows of the frames with these ids.
    The caller compares sampling.md5 with its exact ones before.
    """
    tally = VideoTally()
    for upload in sampling:
        hits = search(upload.codes)
        if not len(hits[1]):
            continue
        tally.add(upload, hits, registered(np.unique(hits[1]).tolist()))
        matches = tally.matches()
        if matches and matches[0].verdict == "match":
            break
        for match in matches:
            sampling.look_closer(match.start)
    return tally.matches()


def frames_match(
    codes: Codes, others: Codes, *, within: int = FRAME_BITS
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.uint16]]:
    """All pairs of a row of `codes` (n, 32) and one of `others` (m, 32), uint8, at most `within` bits apart.

    Returns rows of `codes`, rows of `others` and distances in bits, of one length, by row and then by distance.
    """
    words, other_words = (np.ascontiguousarray(some).view(np.uint64).reshape(-1, 4) for some in (codes, others))
    found = []
    for start in range(0, len(words), _ROWS_AT_ONCE):
        block = words[start : start + _ROWS_AT_ONCE, np.newaxis]
        distances = np.bitwise_count(block ^ other_words).sum(axis=-1, dtype=np.uint16)
        rows, columns = np.nonzero(distances <= within)
        found.append((rows + start, columns, distances[rows, columns]))
    if not found:
        return np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.uint16)
    rows, columns, bits = (np.concatenate(parts) for parts in zip(*found, strict=True))
    order = np.lexsort((columns, bits, rows))
    return rows[order], columns[order], bits[order]


def score(
    upload: UploadFrames | Iterable[UploadFrames] | VideoFingerprint,
    registered: VideoFingerprint,
    *,
    md5: bytes | None = None,
) -> VideoMatch:
    """What an upload shows of one registered video, without an index; `video` is 0.

    upload: parts of a sampling, or the fingerprint of another video. md5: of the upload's file, 16 bytes; equal to the
    registered one, nothing else is asked. The verdict is "match" for
    - one frame within 20 bits, or two distinct frames of each within 31, both of quality 50 or more;
    - two distinct frames within 20 bits where one is plain (quality 10 to 49);
    - one frame within 31 bits where the registered video has only one (it stands still, and so counts as a picture).
    One frame within 31 bits, or within 20 where one is plain, is "possible". Blank frames never count.
    """
    if isinstance(upload, VideoFingerprint):
        md5 = upload.md5 if md5 is None else md5
        upload = _as_upload(upload)
    if md5 == registered.md5:
        return VideoMatch(0, "exact")
    alone = len(registered.codes) == 1
    known = {
        number: RegisteredFrame(video=0, quality=quality, alone=alone)
        for number, quality in enumerate(registered.qualities.tolist())
    }
    tally = VideoTally()
    for part in [upload] if isinstance(upload, UploadFrames) else upload:
        rows, columns, bits = frames_match(part.codes, registered.codes)
        limits = np.searchsorted(rows, np.arange(len(part) + 1)).astype(np.int64)
        tally.add(part, (limits, columns.astype(np.uint64), bits), known)
    return next(iter(tally.matches()), VideoMatch(0, "none"))


def _as_upload(fingerprint: VideoFingerprint) -> UploadFrames:
    count = len(fingerprint.codes)
    return UploadFrames(
        codes=fingerprint.codes,
        qualities=fingerprint.qualities,
        frames=np.arange(count),
        times=fingerprint.times,
        forms=("as is",) * count,
        stage="all frames",
    )


def _pairs(found: set[tuple[int, int]]) -> int:
    """Distinct frames on the side that has fewer. From two on, two pairs share no frame (Koenig's theorem)."""
    return min(len({upload for upload, _ in found}), len({frame for _, frame in found}))


def _strength(match: VideoMatch) -> tuple[int, int, int]:
    return _RANK[match.verdict], match.frames, -(match.bits or 0)
