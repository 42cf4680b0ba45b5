"""Where the pixels of a JPEG file are decoded to: one piece of memory, in large pages where the system has them.

A 12-megapixel picture is 48 MB in Pillow. Handed out by the system 4 kB at a time that costs a fifth of decoding
it; and what lies in one piece need not be copied for the kernel.
"""

from typing import TYPE_CHECKING

from PIL import Image, _imaging
from PIL.JpegImagePlugin import JpegImageFile

from amparo.core.fingerprint._engine import FASTEST, KERNEL, NUMPY

if TYPE_CHECKING:
    from amparo.core.fingerprint._kernel import Source

# Two large pages of Linux on x86-64: what is smaller gains nothing.
LEAST_BYTES = 4 * 1024 * 1024


def make_room(image: JpegImageFile) -> None:
    """To be called before a picture is loaded: if it is large, Pillow decodes to here. Zero at first, as its own."""
    if not image.tile:  # loaded already
        return
    width, height = image.size
    if FASTEST == NUMPY or width * height * _pixel_bytes(image) < LEAST_BYTES:
        return
    image.im = _imaging.new_block(image.mode, image.size)
    KERNEL.large_pages(image.im.__arrow_c_array__(), _pixel_bytes(image))


def rows_in_place(image: Image.Image, first: int, last: int) -> "Source":
    """Rows first..last-1 of a loaded picture for the kernel, without a copy where Pillow keeps it in one piece."""
    try:
        return (*image.__arrow_c_array__(), first, last)
    except ValueError:  # several pieces: some rows fit into one
        part = image.crop((0, first, image.width, last))
        return (*part.__arrow_c_array__(), 0, last - first)


def _pixel_bytes(image: Image.Image) -> int:
    """Pillow keeps grey pixels in one byte, and all that a JPEG file may hold beside in four."""
    return 1 if image.mode == "L" else 4
