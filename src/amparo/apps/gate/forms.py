"""The forms in which an upload is looked up. The one place that says which."""

import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from amparo.core.fingerprint import ImageFingerprint, as_array, orientations

# A picture being decoded takes up to three bytes a pixel; more of them at once than processors gains nothing.
_decoding = threading.BoundedSemaphore(os.cpu_count() or 1)


@dataclass(frozen=True, slots=True)
class Forms:
    """Forms of one or more uploads. codes: (n, 32) uint8; row i is the form `names[i]`, of quality `qualities[i]`."""

    codes: NDArray[np.uint8] = field(repr=False)
    qualities: tuple[int, ...]
    names: tuple[str, ...]


def forms_of(upload: bytes, *, max_bytes: int) -> Forms:
    """The eight orientations of a picture. Raises core.fingerprint's NotAPicture, Truncated, TooLarge, TooSmall."""
    with _decoding:
        eight = orientations(upload, max_bytes=max_bytes)
    return Forms(codes=eight.codes, qualities=eight.qualities, names=eight.names)


def given_forms(fingerprints: Sequence[ImageFingerprint]) -> Forms:
    """One form each: who sends fingerprints has the pixels, and can send those of the other orientations too."""
    return Forms(
        codes=as_array(fingerprint.code for fingerprint in fingerprints),
        qualities=tuple(fingerprint.quality for fingerprint in fingerprints),
        names=("as given",) * len(fingerprints),
    )
