"""Pictures to fingerprints that survive edits, and fingerprints to text and back.

The canonical fingerprint is `pdq-c512`: orientation applied, on white, grey, area-resized to 512 x 512 in
exact integers, then PDQ. docs/fingerprint.md defines it to the bit; tests/vectors/ proves a port.
"""

from amparo.core.fingerprint._code import (
    ALGORITHM,
    CODE_BYTES,
    GOOD_QUALITY,
    BadFingerprint,
    FingerprintError,
    ImageFingerprint,
    TooPlain,
    as_array,
    bits_apart,
    describe_quality,
    from_hex,
    require_quality,
    to_hex,
)
from amparo.core.fingerprint._decode import MAX_BYTES, MAX_PIXELS, NotAPicture, TooLarge, Truncated
from amparo.core.fingerprint._engine import engine, engines
from amparo.core.fingerprint._forms import Forms, forms, forms_in_order
from amparo.core.fingerprint._image import ORIENTATIONS, Orientations, hash_image, hash_plain, hash_upload, orientations
from amparo.core.fingerprint._pdq import TooSmall, pdq, pdq_stack
from amparo.core.fingerprint._resize import SIDE, grey_512

__all__ = [
    "ALGORITHM",
    "CODE_BYTES",
    "GOOD_QUALITY",
    "MAX_BYTES",
    "MAX_PIXELS",
    "ORIENTATIONS",
    "SIDE",
    "BadFingerprint",
    "FingerprintError",
    "Forms",
    "ImageFingerprint",
    "NotAPicture",
    "Orientations",
    "TooLarge",
    "TooPlain",
    "TooSmall",
    "Truncated",
    "as_array",
    "bits_apart",
    "describe_quality",
    "engine",
    "engines",
    "forms",
    "forms_in_order",
    "from_hex",
    "grey_512",
    "hash_image",
    "hash_plain",
    "hash_upload",
    "orientations",
    "pdq",
    "pdq_stack",
    "require_quality",
    "to_hex",
]
