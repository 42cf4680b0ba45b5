"""Files to pixels: bounded before decoding, on white, with the orientation to apply; errors tell no content.

The rules match what a browser's canvas delivers (docs/fingerprint.md): eight bits a channel, sixteen-bit
samples by their high byte, colour profiles ignored, transparency laid on white in integers.
"""

import hashlib
import os
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageFile
from PIL.AvifImagePlugin import AvifImageFile
from PIL.BmpImagePlugin import BmpImageFile
from PIL.ExifTags import Base as ExifTag
from PIL.GifImagePlugin import GifImageFile
from PIL.JpegImagePlugin import JpegImageFile, jpeg_factory
from PIL.PngImagePlugin import PngImageFile
from PIL.TiffImagePlugin import TiffImageFile
from PIL.WebPImagePlugin import WebPImageFile
from pillow_heif import HeifImageFile

from amparo.core.fingerprint._code import FingerprintError
from amparo.core.fingerprint._engine import Pixels, for_kernel
from amparo.core.fingerprint._memory import make_room, rows_in_place
from amparo.core.fingerprint._pdq import MIN_SIDE, TooSmall
from amparo.core.fingerprint._resize import MAX_SIDE, SIDE
from amparo.core.fingerprint._scans import without_fine_scans

if TYPE_CHECKING:
    from amparo.core.fingerprint._kernel import Kind, Source as KernelSource

Source = bytes | str | os.PathLike[str] | Image.Image

# 200 megapixels is the largest sensor sold in a phone; decoded, 600 MB.
MAX_PIXELS = 200_000_000
MAX_BYTES = 256 * 1024 * 1024
# So many pixels of a line at least become one where fine scans are left out (_scans.py).
QUARTER = 4

_KINDS = "JPEG, PNG, GIF, WebP, AVIF, HEIC, TIFF or BMP"
# Brands of ISO/IEC 23008-12 (HEIF); "mif1" and "msf1" name only the container, so the reader decides.
_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
# Formats of which viewers show the rows that have arrived; of WebP, AVIF and HEIC they show nothing.
_SHOWN_IN_PART = frozenset({"PNG", "GIF", "BMP", "TIFF"})
_JPEG_END = b"\xff\xd9"
# Pillow turns a TIFF and libheif a HEIC while loading. Chromium does not turn a WebP by its EXIF, so nobody
# sees it turned, and neither do we.
_ALREADY_UPRIGHT = frozenset({"TIFF", "HEIF", "WEBP"})


class NotAPicture(FingerprintError):
    """Bytes that are no picture of a kind we read."""


class Truncated(FingerprintError):
    """A picture whose header is sound and whose pixels are not: it breaks off, or is damaged."""


class TooLarge(FingerprintError):
    """More bytes or pixels than allowed, or a side that is too long; told from the header."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A decoded picture, handed out by rows. width, height: of these, as stored, before `orientation` (EXIF, 1..8).

    full_size: width and height in the file, of which each decoded pixel covers step x step.
    """

    image: Image.Image
    width: int
    height: int
    orientation: int
    sha256: bytes | None
    fast: bool
    full_size: tuple[int, int]
    step: int

    def rows(self, first: int, last: int) -> Pixels:
        """Rows first..last-1 on white: (n, width, 1) where the picture is grey, else (n, width, 3), uint8."""
        return self.strip(first, last).pixels()

    def strip(self, first: int, last: int) -> "Strip":
        """The same, of which the kernel takes the pixels from Pillow's own memory."""
        return Strip(self.image, first, last)


@dataclass(frozen=True, slots=True)
class Strip:
    """Rows first..last-1 of a decoded picture, as _engine.Strip says."""

    image: Image.Image
    first: int
    last: int

    def pixels(self) -> Pixels:
        return _on_white(self._part())

    def for_kernel(self) -> "tuple[KernelSource, Kind]":
        """Pillow keeps RGB and RGBA in four bytes a pixel, and hands these out without a copy."""
        if self.image.has_transparency_data:
            part = self._part().convert("RGBA")
            return rows_in_place(part, 0, part.height), "rgba"
        if self.image.mode == "RGB":
            return rows_in_place(self.image, self.first, self.last), "rgbx"
        return for_kernel(self.pixels())

    def _part(self) -> Image.Image:
        return self.image.crop((0, self.first, self.image.width, self.last))


def open_picture(
    source: Source,
    *,
    partial: bool = False,
    fast: bool = False,
    max_pixels: int = MAX_PIXELS,
    max_bytes: int = MAX_BYTES,
) -> Picture:
    """Open and decode a picture: file content, a path, or a Pillow image (its first frame).

    partial: of a picture that breaks off take what there is, as viewers do, instead of raising Truncated.
    fast: decode only the luminance of a JPEG file, scaled to 1/2, 1/4 or 1/8 as long as 512 x 512 is left.
    Raises TooLarge (before decoding), TooSmall (a side under 5 pixels), NotAPicture, Truncated; OSError for a
    path that cannot be read.
    """
    content = None if isinstance(source, Image.Image) else _content(source, max_bytes)
    image = source if isinstance(source, Image.Image) else _open(content or b"", partial=partial)
    _check_size(image.size, max_pixels)
    orientation = _orientation(image)
    full_size, step = image.size, 0
    if fast and content is not None:
        image, step = _shrunk(image, content, partial=partial)
    _load(image, partial=partial)
    # A HEIC may decode to another size than its header says.
    _check_size(image.size, max_pixels)
    width, height = image.size
    return Picture(
        image=image,
        width=width,
        height=height,
        orientation=orientation,
        sha256=None if content is None else hashlib.sha256(content).digest(),
        fast=step > 0,
        full_size=full_size if step else image.size,
        step=max(step, 1),
    )


def _content(source: bytes | str | os.PathLike[str], max_bytes: int) -> bytes:
    if isinstance(source, bytes):
        content = source
    else:
        with Path(source).open("rb") as file:
            content = file.read(max_bytes + 1)
    if len(content) > max_bytes:
        raise TooLarge(f"the file has more than {max_bytes:,} bytes: give a smaller copy, or raise max_bytes")
    if not content:
        raise NotAPicture("the file is empty: give a picture")
    return content


def _open(content: bytes, *, partial: bool) -> Image.Image:
    """Header only. The readers are called directly: Image.open has a pixel limit of its own, process-wide."""
    reader = _reader(content[:16])
    if reader is None:
        raise NotAPicture(f"this is no picture of a kind we read: give {_KINDS}")
    if partial and reader is jpeg_factory and not content.endswith(_JPEG_END):
        # libjpeg fills in what is missing once it is told that nothing follows; a sound file ends before this.
        content += _JPEG_END
    try:
        with _quiet():
            image = reader(BytesIO(content), "")
    except Image.DecompressionBombError:
        raise TooLarge("the picture says it has more pixels than can be decoded: give a smaller copy") from None
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - readers raise anything on damaged bytes, with the bytes in the message
        raise NotAPicture(f"the header of this picture cannot be read: give a sound {_KINDS}") from None
    if isinstance(image, JpegImageFile):
        # All at once: given piece by piece, libjpeg goes back some steps where each piece ends.
        image.decodermaxblock = len(content)
    return image


def _reader(start: bytes) -> Callable[[BytesIO, str], ImageFile.ImageFile] | None:
    signatures: tuple[tuple[bool, Callable[[BytesIO, str], ImageFile.ImageFile]], ...] = (
        (start.startswith(b"\xff\xd8\xff"), jpeg_factory),
        (start.startswith(b"\x89PNG\r\n\x1a\n"), PngImageFile),
        (start.startswith((b"GIF87a", b"GIF89a")), GifImageFile),
        (start[:4] == b"RIFF" and start[8:12] == b"WEBP", WebPImageFile),
        (start[4:12] in (b"ftypavif", b"ftypavis"), AvifImageFile),
        (start[4:8] == b"ftyp" and start[8:12] in _HEIC_BRANDS, HeifImageFile),
        (start.startswith((b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")), TiffImageFile),
        (start.startswith(b"BM"), BmpImageFile),
    )
    return next((reader for fits, reader in signatures if fits), None)


def _check_size(size: tuple[int, int], max_pixels: int) -> None:
    width, height = size
    if min(size) < MIN_SIDE:
        raise TooSmall(f"each side must be at least {MIN_SIDE} pixels, but this picture is {width} x {height}")
    if width * height > max_pixels or max(size) > MAX_SIDE:
        raise TooLarge(
            f"the picture is {width} x {height}, but at most {max_pixels:,} pixels and {MAX_SIDE:,} on a side"
            " are taken: give a smaller copy"
        )


def _orientation(image: Image.Image) -> int:
    """The EXIF orientation still to be applied, 1..8. XMP is not asked: browsers do not ask it."""
    block = image.info.get("exif")
    if image.format in _ALREADY_UPRIGHT or not isinstance(block, bytes):
        return 1
    exif = Image.Exif()
    try:
        with _quiet():
            exif.load(block)
            value = exif.get(ExifTag.Orientation, 1)
    except Exception:  # noqa: BLE001 - damaged EXIF raises anything, and means that nothing is turned
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1  # noqa: PLR2004 - EXIF 2.32, tag 0x0112


def _shrunk(image: Image.Image, content: bytes, *, partial: bool) -> tuple[Image.Image, int]:
    """The image set up to decode less, and how many pixels of a line become one; 0 where the format cannot."""
    step = _draft(image)
    if step >= QUARTER and image.info.get("progressive"):
        image = _open(without_fine_scans(content), partial=partial)
        step = _draft(image)
    return image, step


def _draft(image: Image.Image) -> int:
    """Let libjpeg do less: 1, 2, 4 or 8 pixels of a line become one. Under 512 pixels too many bits would move."""
    width, _ = image.size
    drafted = image.draft("L", (SIDE, SIDE)) if isinstance(image, ImageFile.ImageFile) else None
    if drafted is None:
        return 0
    # Where the whole picture lies among the pixels that will come, in fractions of these.
    _, (_, _, right, _) = drafted
    return round(width / right)


def _load(image: Image.Image, *, partial: bool) -> None:
    try:
        _decode(image)
    except Image.DecompressionBombError:
        raise TooLarge("the picture says it has more pixels than can be decoded: give a smaller copy") from None
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - decoders raise anything on damaged bytes, with the bytes in the message
        if partial and isinstance(image, ImageFile.ImageFile) and image.format in _SHOWN_IN_PART:
            image.tile = []  # nothing left to decode: what was decoded stays
            _load(image, partial=False)
            return
        raise Truncated("the picture breaks off or is damaged: give the whole file") from None


def _decode(image: Image.Image) -> None:
    if image.format == "TIFF":  # reads more header while loading, and warns about it
        with _quiet():
            image.load()
        return
    if isinstance(image, JpegImageFile):
        make_room(image)
    image.load()


def _on_white(part: Image.Image) -> Pixels:
    if part.mode.startswith("I;16"):
        return (np.asarray(part) >> 8).astype(np.uint8)[..., np.newaxis]
    if part.mode in ("I", "F"):
        raise NotAPicture("this picture has 32-bit samples, which no camera or browser writes: give an 8-bit copy")
    if part.has_transparency_data:
        pixels = np.asarray(part.convert("RGBA"))
        alpha = pixels[..., 3:].astype(np.uint32)
        # The integer nearest to (colour * alpha + 255 * (255 - alpha)) / 255; 255 is odd, so nothing ties.
        return ((pixels[..., :3] * (2 * alpha) + 255) // 510 + (255 - alpha)).astype(np.uint8)
    if part.mode in ("1", "L"):
        return np.asarray(part.convert("L"))[..., np.newaxis]
    return np.asarray(part.convert("RGB"))


_filters = threading.Lock()


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep Pillow's warnings about odd headers here. Warning filters are process-wide: one at a time."""
    with _filters, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
