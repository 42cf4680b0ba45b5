"""The stronger tier at the gate: pictures that were cropped, tilted or covered, for a person to look at."""

from django.conf import settings

from amparo.apps.accounts.models import Organisation
from amparo.apps.banks import queries
from amparo.apps.gate.forms import DECODING
from amparo.apps.gate.matches import STRENGTH, Match, verdict
from amparo.apps.gate.models import Decision

# What a decision's form says. One word: whether it was mirrored or a negative says little about a part of a picture.
STRONGER = "stronger"


def look(upload: bytes, *, of: Organisation) -> Match | None:
    """The strongest match of a picture's points, of the banks that `of` may ask so. It never blocks.

    To be asked where nothing else was found: it takes half a second. Raises core.fingerprint's TooLarge, TooSmall,
    NotAPicture, Truncated.
    """
    subscriptions = {bank: one for bank, one in queries.subscriptions_of(of).items() if one.stronger}
    if not subscriptions:
        return None
    queries.read_records()  # not while a place is taken that others wait for
    with DECODING:
        found = queries.strongly_known(upload, subscriptions, max_bytes=settings.GATE_MAX_UPLOAD_BYTES)
    matches = [_match(known, match.inliers) for known, match in found]
    # The first of equals is the surest.
    return max(matches, key=lambda match: STRENGTH[match.answer], default=None)


def _match(known: queries.Known, points: int) -> Match:
    answer, ground = verdict(known.on_match, Decision.Ground.POSSIBLY_KNOWN_PICTURE)
    return Match(answer, ground, known.entry, known.bank, distance=0, form=STRONGER, points=points)
