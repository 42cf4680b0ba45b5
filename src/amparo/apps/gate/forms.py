"""The forms in which an upload is looked up, and how near each must be. The one place that says which."""

import os
import threading
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from amparo.core import fingerprint
from amparo.core.fingerprint import GOOD_QUALITY, ImageFingerprint, as_array, forms_in_order
from amparo.core.matching import WITHIN_BITS

# docs/fingerprint.md: up to 31 bits is a match, 32 to 50 is for a person to look at, in the forms of the whole alone.
POSSIBLE_BITS = 50
# docs/robustness.md: hundreds of boxes mean hundreds of chances to be near a stranger, and of the copies that a box
# finds 94 in 100 are within 24 bits. A guessed rim costs 14 bits, so what was widened gets the full radius.
BOX_BITS = {"framed": 24, "seamed": 24, "cell": 24, "widened": WITHIN_BITS}
# The nearest part of 264 framed, pasted and collaged 12-megapixel photographs that were decoded the fast way was 0 to 4
# bits off, once 10 (docs/gate.md).
FAST_MARGIN_BITS = 6

# A picture being decoded takes up to three bytes a pixel; more of them at once than processors gains nothing.
DECODING = threading.BoundedSemaphore(os.cpu_count() or 1)


@dataclass(frozen=True, slots=True)
class Forms:
    """Forms of one or more uploads. codes: (n, 32) uint8; row i is the form `names[i]`, of quality `qualities[i]`.

    within: how many bits from an entry they are looked up. whole: of the whole upload; it alone may be possibly known.
    exact: from the canonical decoding; else a few bits off it, so that what is found has to be looked up exactly.
    """

    codes: NDArray[np.uint8] = field(repr=False)
    qualities: Sequence[int]
    names: tuple[str, ...]
    within: int = POSSIBLE_BITS
    whole: bool = True
    exact: bool = True


def parts_of(upload: bytes, *, max_bytes: int, fast: bool) -> Generator[Forms, None, None]:
    """The forms of a picture, part by part: the whole first, then what lies in it. What is not asked for costs nothing.

    fast: by a fraction of the work where the format allows it, for a first look. A picture that looks plain there is
    decoded in full all the same: what a JPEG shows may lie in its colours alone.
    Raises core.fingerprint's NotAPicture, Truncated, TooLarge, TooSmall at the first part. Close it when leaving early:
    until then the decoded picture counts among those that may be held at a time.
    """
    with DECODING:
        for part in forms_in_order(upload, fast=fast, max_bytes=max_bytes):
            forms = _looked_up_as(part)
            if not forms.exact and forms.qualities[0] < GOOD_QUALITY:
                yield from map(_looked_up_as, forms_in_order(upload, max_bytes=max_bytes))
                return
            yield forms


def _looked_up_as(part: fingerprint.Forms) -> Forms:
    """A part of one kind: the whole, or boxes. Plain ones count up to 20 bits only (matches.judge)."""
    exact = part.path == "full"
    box_bits = BOX_BITS.get(part.names[0].partition(",")[0])
    margin = 0 if exact else FAST_MARGIN_BITS
    return Forms(
        codes=part.codes,
        qualities=part.qualities.tolist(),
        names=part.names,
        within=POSSIBLE_BITS if box_bits is None else box_bits + margin,
        whole=box_bits is None,
        exact=exact,
    )


def given_forms(fingerprints: Sequence[ImageFingerprint], *, within: int) -> Forms:
    """One form each: who sends fingerprints has the pixels, and can send those of the other orientations too."""
    return Forms(
        codes=as_array(fingerprint.code for fingerprint in fingerprints),
        qualities=[fingerprint.quality for fingerprint in fingerprints],
        names=("as given",) * len(fingerprints),
        within=within,
    )
