"""The canonical fingerprint of a picture, and the eight ways an upload is looked up."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from amparo.core.fingerprint._code import ImageFingerprint
from amparo.core.fingerprint._decode import MAX_BYTES, MAX_PIXELS, Picture, Source, open_picture
from amparo.core.fingerprint._pdq import eight_ways, pdq_eight, pdq_of_rows, pdq_stack
from amparo.core.fingerprint._resize import grey_512_of_rows

Grey = npt.NDArray[np.uint8]

# What `hash_plain` makes, and most banks of other organisations hold.
PLAIN_ALGORITHM = "pdq"

# What was done to the upload before it was hashed, in the order of Orientations.codes. Turns are clockwise;
# "transposed" and "transversed" are mirrored at the falling and at the rising diagonal.
ORIENTATIONS = (
    "as is",
    "mirrored",
    "turned 180",
    "flipped",
    "turned 90",
    "turned 270",
    "transposed",
    "transversed",
)


@dataclass(frozen=True, slots=True)
class Orientations:
    """The fingerprints of one picture in its eight orientations, row i being `names[i]`.

    codes: (8, 32) uint8; row 0 is the code of `hash_image`. qualities: eight numbers 0..100.
    The pixels are really flipped: codes derived from one hash are 18 to 24 bits off (docs/fingerprint.md).
    """

    codes: Grey = field(repr=False)
    qualities: tuple[int, ...]
    names: tuple[str, ...] = ORIENTATIONS


def hash_image(source: Source, *, max_pixels: int = MAX_PIXELS, max_bytes: int = MAX_BYTES) -> ImageFingerprint:
    """The canonical fingerprint (pdq-c512) of a picture.

    source: the content of a file (bytes), a path, or a Pillow image; of an animation the first frame.
    A picture of any quality is hashed: `require_quality` refuses the plain ones.
    Raises TooLarge (told from the header, before decoding), TooSmall, NotAPicture, Truncated; OSError for a
    path that cannot be read.
    """
    picture = open_picture(source, max_pixels=max_pixels, max_bytes=max_bytes)
    return _fingerprint(_canonical(picture), picture.sha256)


def hash_plain(source: Source, *, max_pixels: int = MAX_PIXELS, max_bytes: int = MAX_BYTES) -> ImageFingerprint:
    """Plain PDQ of a picture at its own size: for lookups in banks that other programs filled, never for storing.

    Of an RGB or grey file it is what pdqhash and python-threatexchange give, to the bit; like them it leaves the EXIF
    orientation alone. Its `algorithm` is "pdq". Arguments and errors as `hash_image`; but of a JPEG, PNG, GIF, BMP or
    TIFF that breaks off, what viewers would show is taken.
    """
    picture = open_picture(source, partial=True, max_pixels=max_pixels, max_bytes=max_bytes)
    code, quality = pdq_of_rows(picture.strip, width=picture.width, height=picture.height)
    return ImageFingerprint(code=code, quality=quality, sha256=picture.sha256, algorithm=PLAIN_ALGORITHM)


def orientations(
    source: Source, *, fast: bool = False, max_pixels: int = MAX_PIXELS, max_bytes: int = MAX_BYTES
) -> Orientations:
    """The fingerprints of a picture in all eight orientations, for looking up an upload.

    Arguments and errors as `hash_image`; but of a JPEG, PNG, GIF, BMP or TIFF that breaks off, what viewers would
    show of it is taken, so that cutting a file short does not hide it.
    fast: of a JPEG file decode only the luminance, shrunk while decoding, but never under 512 pixels: half the
    time, and a few bits away from the canonical code (docs/fingerprint.md). For lookups, never for storing.
    """
    picture = open_picture(source, partial=True, fast=fast, max_pixels=max_pixels, max_bytes=max_bytes)
    return _orientations(_canonical(picture))


def hash_upload(
    source: Source, *, fast: bool = False, max_pixels: int = MAX_PIXELS, max_bytes: int = MAX_BYTES
) -> tuple[ImageFingerprint, Orientations]:
    """The fingerprint as it is and all eight orientations, from one decoding. As `orientations` otherwise."""
    picture = open_picture(source, partial=True, fast=fast, max_pixels=max_pixels, max_bytes=max_bytes)
    eight = _orientations(_canonical(picture))
    whole = ImageFingerprint(
        code=eight.codes[0].tobytes(),
        quality=eight.qualities[0],
        sha256=picture.sha256,
        path="fast" if picture.fast else "full",
    )
    return whole, eight


def _canonical(picture: Picture) -> Grey:
    """The upright 512 x 512 grey picture. Resizing is exact, so turning after it or before is the same."""
    width, height = picture.full_size
    grey = grey_512_of_rows(picture.strip, width=width, height=height, step=picture.step)
    return _upright(grey, picture.orientation)


def _fingerprint(grey: Grey, sha256: bytes | None) -> ImageFingerprint:
    codes, qualities = pdq_stack(grey[np.newaxis])
    return ImageFingerprint(code=codes[0].tobytes(), quality=int(qualities[0]), sha256=sha256)


def _orientations(grey: Grey) -> Orientations:
    codes, qualities = pdq_eight(grey[np.newaxis])
    return Orientations(codes=codes[0], qualities=tuple(int(quality) for quality in qualities[0]))


def _upright(grey: Grey, orientation: int) -> Grey:
    """Apply an EXIF orientation (EXIF 2.32, tag 0x0112: where the stored row 0 and column 0 belong)."""
    # 1 upright, 2 mirrored, 3 half turn, 4 flipped, 5 transposed, 6 and 8 quarter turns, 7 transversed.
    order = {1: 0, 2: 1, 3: 2, 4: 3, 5: 6, 6: 4, 7: 7, 8: 5}
    return eight_ways(grey)[order[orientation]]
