"""Videos at the gate: by the file's MD5, then frame by frame in the cheapest order."""

import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from amparo.apps.accounts.models import Organisation
from amparo.apps.banks import queries
from amparo.apps.banks.models import Subscription
from amparo.apps.gate.matches import BATCH, Match, is_strongest, stronger, verdict
from amparo.apps.gate.models import Decision
from amparo.core.fingerprint import RegisteredFrame, Sampling, VideoMatch, VideoTally, sample_upload
from amparo.core.matching import WITHIN_BITS

SAME_FILE = "same file"

# A video takes seconds where a picture takes a twentieth of one: so many videos at a time leave half of the processors
# alone, and those that wait longer are told to come again, so that they do not take all threads of the server.
_watching = threading.BoundedSemaphore(max(1, (os.cpu_count() or 1) // 2))
WAIT_SECONDS = 10.0


class Busy(RuntimeError):
    """As many videos as may be are being looked at."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a video is known as. whole: all of it could be read; where nothing matched and it is false, nobody knows."""

    match: Match | None
    whole: bool


def look(upload: bytes, *, of: Organisation, max_bytes: int, wait_seconds: float = WAIT_SECONDS) -> Seen:
    """The strongest match of a video for `of`. The search ends where nothing could make the answer stronger.

    wait_seconds: for other videos, before Busy is raised. Raises core.fingerprint's NotAVideo, Truncated, TooLarge,
    TooSmall too.
    """
    subscriptions = queries.subscriptions_of(of)
    with sample_upload(upload, max_bytes=max_bytes) as sampling, place(wait_seconds):
        best: Match | None = None
        for best in _matches(sampling, subscriptions):
            if best and is_strongest(best, of=of):
                break
        return Seen(best, whole=sampling.ended == "whole")


@contextmanager
def place(wait_seconds: float) -> Iterator[None]:
    """One of the places for videos. Raises Busy when none is free in time."""
    if not _watching.acquire(timeout=wait_seconds):
        raise Busy("as many videos as may be are being looked at: ask again in some seconds")
    try:
        yield
    finally:
        _watching.release()


def _matches(sampling: Sampling, subscriptions: Mapping[int, Subscription]) -> Iterator[Match | None]:
    """The strongest match so far, after each part of the work."""
    same = [
        _match(VideoMatch(known.entry, "exact", form=SAME_FILE), known)
        for known in queries.videos_with(sampling.md5, subscriptions)
    ]
    best = _strongest(same)
    yield best
    tally, entries = VideoTally(), dict[int, queries.Known]()
    for frames in sampling:
        limits, ids, distances = queries.lookup(frames.codes, within=WITHIN_BITS)
        known = _known(np.unique(ids), subscriptions)
        if known:
            entries |= {one.entry: one for one in known.values()}
            registered = {
                number: RegisteredFrame(one.entry, one.quality, alone=not one.of_many) for number, one in known.items()
            }
            tally.add(frames, (limits, ids, distances), registered)
            found = tally.matches()
            for one in found:
                sampling.look_closer(one.start)
            best = _strongest([*same, *(_match(one, entries[one.video]) for one in found)])
        yield best


def _known(ids: NDArray[np.uint64], subscriptions: Mapping[int, Subscription]) -> dict[int, queries.Known]:
    found: dict[int, queries.Known] = {}
    if subscriptions:
        for start in range(0, len(ids), BATCH):
            found |= queries.known(ids[start : start + BATCH].tolist(), subscriptions)
    return found


def _match(found: VideoMatch, known: queries.Known) -> Match:
    sure = found.verdict in {"exact", "match"}
    ground = Decision.Ground.KNOWN_VIDEO if sure else Decision.Ground.POSSIBLY_KNOWN_VIDEO
    answer, ground = verdict(known.on_match, ground)
    return Match(answer, ground, known.entry, known.bank, found.bits or 0, found.form)


def _strongest(matches: list[Match]) -> Match | None:
    best: Match | None = None
    for match in matches:
        best = stronger(best, match)
    return best
