"""Which entry an upload matches, and what its bank's subscription makes of that."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from amparo.apps.accounts.models import Organisation
from amparo.apps.banks import queries
from amparo.apps.gate.forms import POSSIBLE_BITS, Forms
from amparo.apps.gate.models import Decision
from amparo.core.fingerprint import GOOD_QUALITY
from amparo.core.matching import WITHIN_BITS

# docs/fingerprint.md: a picture with little in it (quality under 50) counts only up to 20 bits, because plain pictures
# are near each other by chance.
PLAIN_BITS = 20
# docs/video.md: one frame of a video is enough within 20 bits; within 31 it is for a person to look at.
SURE_BITS = 20

KNOWN = (Decision.Ground.KNOWN_PICTURE, Decision.Ground.KNOWN_VIDEO)
POSSIBLE = (Decision.Ground.POSSIBLY_KNOWN_PICTURE, Decision.Ground.POSSIBLY_KNOWN_VIDEO)

# Entries read from the database at a time, the nearest first: SQLite takes at least 999 values in one query.
BATCH = 900

STRENGTH = {Decision.Answer.RECORD: 1, Decision.Answer.HOLD: 2, Decision.Answer.BLOCK: 3}


@dataclass(frozen=True, slots=True)
class Match:
    """The entry that decides about an upload. `distance` in bits; in its place, of the stronger tier, `points`."""

    answer: Decision.Answer
    ground: Decision.Ground
    entry_id: int
    bank: str
    distance: int
    form: str
    points: int | None = None


def judge(
    distance: int, *, upload_quality: int, entry_quality: int, on_match: str, of_many: bool = False
) -> tuple[Decision.Answer, Decision.Ground] | None:
    """What a distance (bits) means, or None where it means nothing. Qualities are 0..100; on_match as subscribed.

    of_many: the entry is a video of several frames, and this is one of them. docs/video.md has those bounds.
    """
    known, possible = (WITHIN_BITS, POSSIBLE_BITS) if not of_many else (SURE_BITS, WITHIN_BITS)
    if min(upload_quality, entry_quality) < GOOD_QUALITY:
        known, possible = (PLAIN_BITS, PLAIN_BITS) if not of_many else (-1, PLAIN_BITS)
    if distance > possible:
        return None
    return verdict(
        on_match, Decision.Ground.KNOWN_PICTURE if distance <= known else Decision.Ground.POSSIBLY_KNOWN_PICTURE
    )


def verdict(on_match: str, ground: Decision.Ground) -> tuple[Decision.Answer, Decision.Ground]:
    """What is only possibly known is never blocked; it is recorded where matches are only recorded."""
    chosen = Decision.Answer(on_match)
    if ground in POSSIBLE and chosen is Decision.Answer.BLOCK:
        return Decision.Answer.HOLD, ground
    return chosen, ground


def strongest_matches(forms: Forms, *, per_upload: int, of: Organisation) -> list[Match | None]:
    """For each upload the strongest answer that any entry of `of`'s banks gives, by the nearest entry that gives it.

    forms: those of the first upload, then those of the next, `per_upload` of each. All of them go through the index in
    one call. The database is asked only where something was found.
    """
    best: list[Match | None] = [None] * (len(forms.codes) // per_upload)
    limits, ids, distances = queries.lookup(forms.codes, within=forms.within)
    if not len(ids):
        return best
    row_of_hit = np.repeat(np.arange(len(forms.codes)), np.diff(limits))
    nearest_first = np.lexsort((ids, row_of_hit, distances))
    undecided = set((row_of_hit // per_upload).tolist())
    for chunk, known in _with_entries(ids, nearest_first, of):
        for hit in chunk.tolist():
            entry, row = known.get(int(ids[hit])), int(row_of_hit[hit])
            found = entry and _match(forms, row, entry, int(distances[hit]))
            if found:
                best[row // per_upload] = stronger(best[row // per_upload], found)
                if found.answer is Decision.Answer.BLOCK:
                    undecided.discard(row // per_upload)
        if not undecided:
            break
    return best


def _match(forms: Forms, row: int, entry: queries.Known, distance: int) -> Match | None:
    judged = judge(
        distance,
        upload_quality=forms.qualities[row],
        entry_quality=entry.quality,
        on_match=entry.on_match,
        of_many=entry.of_many,
    )
    if judged is None:
        return None
    answer, ground = judged
    if ground in POSSIBLE and forms.exact and not forms.whole:
        return None
    return Match(answer, ground, entry.entry, entry.bank, distance, forms.names[row])


def stronger(best: Match | None, found: Match | None) -> Match | None:
    """The one with the stronger answer; of equally strong ones the surer, the nearer, then the one that was there."""
    if best is None or found is None:
        return best or found
    return max(best, found, key=lambda match: (STRENGTH[match.answer], match.ground in KNOWN, -match.distance))


def is_strongest(match: Match, *, of: Organisation) -> bool:
    """Whether no other match could lead to a stronger answer for `of`."""
    if match.ground not in KNOWN:
        return False
    chosen = (Decision.Answer(one.on_match) for one in queries.subscriptions_of(of).values())
    return STRENGTH[match.answer] >= max((STRENGTH[answer] for answer in chosen), default=0)


def _with_entries(
    ids: NDArray[np.uint64], order: NDArray[np.int64], of: Organisation
) -> Iterator[tuple[NDArray[np.int64], dict[int, queries.Known]]]:
    """The hits in `order`, some at a time, with those of their entries that count for `of`."""
    subscriptions = queries.subscriptions_of(of)
    if not subscriptions:
        return
    for start in range(0, len(order), BATCH):
        chunk = order[start : start + BATCH]
        yield chunk, queries.known(np.unique(ids[chunk]).tolist(), subscriptions)
