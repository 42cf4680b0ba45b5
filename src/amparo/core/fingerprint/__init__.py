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
from amparo.core.fingerprint._video import VIDEO_ALGORITHM, VideoFingerprint, hash_video, without_frames
from amparo.core.fingerprint._video_file import NotAVideo, VideoSource
from amparo.core.fingerprint._video_rows import UploadFrames
from amparo.core.fingerprint._video_score import (
    RegisteredFrame,
    VideoMatch,
    VideoTally,
    find_videos,
    frames_match,
    matches_from_hits,
    score,
)
from amparo.core.fingerprint._video_text import (
    BadVideoText,
    VpdqFrame,
    frames_of,
    read_vpdq,
    to_vpdq_json,
    to_vpdq_lines,
)
from amparo.core.fingerprint._video_upload import Sampling, sample_upload

__all__ = [
    "ALGORITHM",
    "CODE_BYTES",
    "GOOD_QUALITY",
    "MAX_BYTES",
    "MAX_PIXELS",
    "ORIENTATIONS",
    "SIDE",
    "VIDEO_ALGORITHM",
    "BadFingerprint",
    "BadVideoText",
    "FingerprintError",
    "Forms",
    "ImageFingerprint",
    "NotAPicture",
    "NotAVideo",
    "Orientations",
    "RegisteredFrame",
    "Sampling",
    "TooLarge",
    "TooPlain",
    "TooSmall",
    "Truncated",
    "UploadFrames",
    "VideoFingerprint",
    "VideoMatch",
    "VideoSource",
    "VideoTally",
    "VpdqFrame",
    "as_array",
    "bits_apart",
    "describe_quality",
    "engine",
    "engines",
    "find_videos",
    "forms",
    "forms_in_order",
    "frames_match",
    "frames_of",
    "from_hex",
    "grey_512",
    "hash_image",
    "hash_plain",
    "hash_upload",
    "hash_video",
    "matches_from_hits",
    "orientations",
    "pdq",
    "pdq_stack",
    "read_vpdq",
    "require_quality",
    "sample_upload",
    "score",
    "to_hex",
    "to_vpdq_json",
    "to_vpdq_lines",
    "without_frames",
]
