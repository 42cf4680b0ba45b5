"""A decoded frame to the 512 x 512 grey picture that is hashed: from the luma as decoded, upright."""

from typing import TYPE_CHECKING, cast

import numpy as np
import numpy.typing as npt

from amparo.core.fingerprint._resize import SIDE, grey_512

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from av.sidedata.sidedata import SideData
    from av.video.frame import VideoFrame
    from av.video.reformatter import VideoReformatter

Grey = npt.NDArray[np.uint8]

# Eight bits, luma in a plane of its own: what nearly all videos decode to.
_LUMA_PLANE = frozenset(
    {"yuv420p", "yuv422p", "yuv444p", "yuv440p", "yuv411p", "yuv410p", "nv12", "nv21", "gray"}
    | {"yuvj420p", "yuvj422p", "yuvj444p", "yuvj440p", "yuvj411p"}
)
# One second of the slow motion that phones record, 240 frames a second.
MOST_UNSEEN = 240
# Times are fractions rounded to float: 0.5 may come as 0.49999.
_ROUNDING = 1e-4
_FULL_RANGE = 2  # AVCOL_RANGE_JPEG
# ITU-R BT.601 and BT.709: black is 16 and white 235. Stretched to 0..255 and rounded to the nearest; 219 is odd, so
# nothing ties.
_STRETCHED = np.clip((2 * 255 * (np.arange(256) - 16) + 219) // (2 * 219), 0, 255).astype(np.uint8)


def canonical(frame: "VideoFrame") -> Grey:
    """The upright (512, 512) grey picture of a frame, exactly: what a registered frame's code is made of."""
    return upright(grey_512(luma(frame)), frame)


def quick(frame: "VideoFrame", scaler: "VideoReformatter") -> Grey:
    """As `canonical`, a few times as fast and up to a grey level off: for lookups."""
    small = scaler.reformat(frame, SIDE, SIDE, "gray", interpolation="AREA", threads=1)
    return upright(_plane(small), frame)


def new_scaler() -> "VideoReformatter":
    """What `quick` scales with: one for each video, since it remembers sizes."""
    from av.video.reformatter import VideoReformatter  # noqa: PLC0415 - see _video_file.py

    return VideoReformatter()


def luma(frame: "VideoFrame") -> Grey:
    """The luma of a frame as decoded, in full range: (height, width) uint8."""
    name = frame.format.name
    if name not in _LUMA_PLANE or frame.planes[0].line_size < frame.width:
        # More bits, packed, or RGB: FFmpeg's scaler does what the two lines below do.
        return _plane(frame.reformat(format="gray", threads=1))
    full = name.startswith(("yuvj", "gray")) or frame.color_range == _FULL_RANGE
    return _plane(frame) if full else _STRETCHED[_plane(frame)]


def _plane(frame: "VideoFrame") -> Grey:
    plane = frame.planes[0]
    # A view: the array keeps the plane, and the plane its memory.
    rows: Grey = np.frombuffer(memoryview(plane), dtype=np.uint8, count=plane.line_size * frame.height)
    return rows.reshape(frame.height, plane.line_size)[:, : frame.width]


def upright(grey: Grey, frame: "VideoFrame") -> Grey:
    """Turned and mirrored as the file's display matrix says (ISO/IEC 14496-12, 6.2.2), to the nearest quarter."""
    matrix = _display_matrix(frame)
    if matrix is None:
        return grey
    # A pixel right by p and down by q is shown right by a p + c q and down by b p + d q.
    a, b, c, d = (float(matrix[place]) for place in (0, 1, 3, 4))
    if abs(a) + abs(d) >= abs(b) + abs(c):
        across, down = a, d
    else:
        grey, across, down = grey.T, c, b
    return grey[:: -1 if down < 0 else 1, :: -1 if across < 0 else 1]


def _display_matrix(frame: "VideoFrame") -> npt.NDArray[np.int32] | None:
    # PyAV's types call this a TypedDict of one key; it is a sequence of blocks.
    for block in cast("Iterable[SideData]", frame.side_data):
        if block.type.name == "DISPLAYMATRIX":
            return np.frombuffer(bytes(block), dtype=np.int32, count=9)
    return None


def sampled(frames: "Iterator[tuple[float, VideoFrame]]", per_second: float) -> "Iterator[tuple[float, VideoFrame]]":
    """The first frame at or after each multiple of 1 / per_second seconds; and at least each 240th frame.

    Times are the file's word: the second rule finds what is shown by a file whose times stand still.
    """
    due, unseen = 0, 0
    for time, frame in frames:
        unseen += 1
        place = int(time * per_second + _ROUNDING)
        if place >= due or unseen >= MOST_UNSEEN:
            due, unseen = place + 1, 0
            yield time, frame
