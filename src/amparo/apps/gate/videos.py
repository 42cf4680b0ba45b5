"""Videos at the gate: by the file's MD5, then frame by frame in the cheapest order."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from amparo.apps.accounts.models import Organisation
from amparo.apps.banks import queries
from amparo.apps.banks.models import Subscription
from amparo.apps.gate.forms import decoding
from amparo.apps.gate.matches import BATCH, Match, is_strongest, stronger, verdict
from amparo.apps.gate.models import Decision
from amparo.core.fingerprint import RegisteredFrame, Sampling, VideoMatch, VideoTally, sample_upload
from amparo.core.matching import WITHIN_BITS

SAME_FILE = "same file"


@dataclass(frozen=True, slots=True)
class Seen:
    """What a video is known as. whole: all of it could be read; where nothing matched and it is false, nobody knows."""

    match: Match | None
    whole: bool


def look(upload: bytes, *, of: Organisation, max_bytes: int) -> Seen:
    """The strongest match of a video for `of`. The search ends where nothing could make the answer stronger.

    Raises core.fingerprint's NotAVideo, Truncated, TooLarge, TooSmall.
    """
    subscriptions = queries.subscriptions_of(of)
    with decoding, sample_upload(upload, max_bytes=max_bytes) as sampling:
        best: Match | None = None
        for best in _matches(sampling, subscriptions):
            if best and is_strongest(best, of=of):
                break
        return Seen(best, whole=sampling.ended == "whole")


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
