"""Progressive JPEG files made shorter for a fast look: what a picture shrunk to a quarter does not show is left out.

A progressive file holds several scans (ITU-T T.81, annex G): means of blocks first, then frequencies in rough numbers,
then the lower bits of these, which make up most of the file. Left out are those lower bits, and both colour
differences. All bits of the means stay. So however a file is written, the mean of each 8 x 8 pixels is right, and what
is left out has a mean of zero there; PDQ's filter runs over 16 pixels and more of a picture that is shrunk to a
quarter, twice.
"""

import re

# A marker within coded data: 0xff 0x00 is a coded 0xff, and 0xff 0xd0 to 0xd7 restart the decoder (T.81, B.1.1).
_MARKER = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")
_FRAME, _SCAN, _ADOBE = 0xC2, 0xDA, 0xEE
_END = b"\xff\xd9"
# Encoders write 10 to 20 scans, and fewer than 100 segments. A file made of nothing but markers is left to libjpeg.
_MAX_SEGMENTS = 500


def without_fine_scans(content: bytes) -> bytes:
    """The same progressive JPEG file, for decoding its luminance at a quarter of its size or less.

    A file whose segments cannot be followed is returned as it is.
    """
    kept, start = [content[:2]], 2
    has_colour_differences, says_rgb = False, False
    for _ in range(_MAX_SEGMENTS):
        if content.startswith(_END, start) or start >= len(content):
            return b"".join([*kept, content[start:]])
        end = _end_of_segment(content, start)
        if end is None:
            return content
        segment = content[start:end]
        # Three components with the numbers of JFIF, unless an Adobe note says that they are red, green and blue.
        has_colour_differences |= segment[1] == _FRAME and (segment[9:10], segment[10:19:3]) == (b"\3", b"\1\2\3")
        says_rgb |= segment[1] == _ADOBE and segment[15:16] == b"\0"
        if segment[1] != _SCAN or _is_coarse(segment, luminance_only=has_colour_differences and not says_rgb):
            kept.append(segment)
        start = end
    return content


def _end_of_segment(content: bytes, start: int) -> int | None:
    """Where the segment at `start` ends, a scan with its coded data."""
    length = int.from_bytes(content[start + 2 : start + 4])
    end = start + 2 + length
    if content[start] != 0xFF or length < 2 or end > len(content):  # noqa: PLR2004 - the length counts its own bytes
        return None
    if content[start + 1] != _SCAN:
        return end
    found = _MARKER.search(content, end)
    return found.start() if found else len(content)


def _is_coarse(scan: bytes, *, luminance_only: bool) -> bool:
    """Whether it holds means (from frequency 0 on), or the high bits of the wanted components' frequencies."""
    count = scan[4] if len(scan) > 4 else 0  # noqa: PLR2004 - marker, length, number of components
    numbers = scan[5 + 2 * count : 8 + 2 * count]
    if len(numbers) < 3 or numbers[0] == 0:  # noqa: PLR2004 - first and last frequency, bits
        return True
    return numbers[2] >> 4 == 0 and (scan[5] == 1 or not luminance_only)
