"""The forms in which an upload is looked up. The one place that says which."""

import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from amparo.core.fingerprint import GOOD_QUALITY, ImageFingerprint, as_array, hash_upload

# A picture being decoded takes up to three bytes a pixel; more of them at once than processors gains nothing.
_decoding = threading.BoundedSemaphore(os.cpu_count() or 1)


@dataclass(frozen=True, slots=True)
class Forms:
    """Forms of one or more uploads. codes: (n, 32) uint8; row i is the form `names[i]`, of quality `qualities[i]`.

    exact: from the canonical decoding; else a few bits off it, so that what is found has to be looked up exactly.
    """

    codes: NDArray[np.uint8] = field(repr=False)
    qualities: tuple[int, ...]
    names: tuple[str, ...]
    exact: bool = True


def forms_of(upload: bytes, *, max_bytes: int, fast: bool) -> Forms:
    """The eight orientations of a picture. Raises core.fingerprint's NotAPicture, Truncated, TooLarge, TooSmall.

    fast: by half the work where the format allows it, for a first look. A picture that looks plain there is decoded
    in full all the same: what a JPEG shows may lie in its colours alone.
    """
    with _decoding:
        whole, eight = hash_upload(upload, fast=fast, max_bytes=max_bytes)
        if whole.path == "fast" and whole.quality < GOOD_QUALITY:
            whole, eight = hash_upload(upload, max_bytes=max_bytes)
    return Forms(codes=eight.codes, qualities=eight.qualities, names=eight.names, exact=whole.path == "full")


def given_forms(fingerprints: Sequence[ImageFingerprint]) -> Forms:
    """One form each: who sends fingerprints has the pixels, and can send those of the other orientations too."""
    return Forms(
        codes=as_array(fingerprint.code for fingerprint in fingerprints),
        qualities=tuple(fingerprint.quality for fingerprint in fingerprints),
        names=("as given",) * len(fingerprints),
    )
