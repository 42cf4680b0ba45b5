"""What stands still over a moving video: logos, names and captions, found by their stillness and painted over."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from amparo.core.fingerprint._boxes import Box
from amparo.core.fingerprint._resize import SIDE
from amparo.core.fingerprint._video_shots import THUMB, Frame, around

Grey = npt.NDArray[np.uint8]
Reals = npt.NDArray[np.float32]

# Grey levels of standard deviation over the frames. Compression and noise move a still point by 2 to 4; a point of
# the video itself that moves less than a quarter of the median is no moving one.
_STILL, _STILL_SHARE = 6.0, 0.25
# Where the median point moves less than this, the camera stands still and so does the scene.
_MOVING = 12.0
# Fewer frames than these stand still by chance. More than this share is not an overlay.
_FEWEST_FRAMES, _LARGEST_SHARE = 8, 0.25
# Points beyond the still ones that are painted over too: the overlay's soft edge.
_RIM = 2
# Thumbs kept, 32 MB, and painted over at once.
_MOST_THUMBS, _AT_ONCE = 2048, 64


def still_points(thumbs: Grey, inside: tuple[slice, slice]) -> npt.NDArray[np.bool_] | None:
    """Where an overlay stands: (128, 128) bool, or None where none can be told from the rest.

    thumbs: (n, 128, 128) uint8. inside: the rows and columns to look at; borders stand still too.
    """
    if len(thumbs) < _FEWEST_FRAMES:
        return None
    moves = thumbs.std(axis=0, dtype=np.float32)
    usual = float(np.median(moves[inside]))
    if usual < _MOVING:
        return None
    still = np.zeros((THUMB, THUMB), dtype=np.bool_)
    still[inside] = moves[inside] < min(_STILL, usual * _STILL_SHARE)
    if not still.any():
        return None
    still = _grown(still)
    return still if still[inside].mean() <= _LARGEST_SHARE else None


def painted_over(thumbs: Grey, still: npt.NDArray[np.bool_], inside: tuple[slice, slice]) -> Reals:
    """The thumbs with the still points filled from the moving ones around them: (n, rows, columns) float32."""
    known = np.zeros((THUMB, THUMB), dtype=np.float32)
    known[inside] = 1
    known[still] = 0
    filled = _filled(thumbs * known, np.broadcast_to(known, thumbs.shape))
    return filled[:, inside[0], inside[1]]


def _grown(points: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    for axis in (0, 1):
        padded = np.pad(points, [(_RIM, _RIM) if axis == way else (0, 0) for way in (0, 1)])
        windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * _RIM + 1, axis=axis)
        points = np.asarray(windows.any(axis=-1))
    return points


def _filled(sums: Reals, weights: Reals) -> Reals:
    """Known points as they are, unknown ones by the mean of the smallest square around them that knows any."""
    if sums.shape[-1] == 1:
        return (sums / np.maximum(weights, 1)).astype(np.float32)
    coarse = _filled(_halved(sums), _halved(weights))
    around = coarse.repeat(2, axis=1).repeat(2, axis=2)
    return np.where(weights > 0, sums / np.maximum(weights, 1), around).astype(np.float32)


def _halved(points: Reals) -> Reals:
    count, side, _ = points.shape
    halved: Reals = points.reshape(count, side // 2, 2, side // 2, 2).sum(axis=(2, 4), dtype=np.float32)
    return halved


class Stills:
    """The frames of a pass, kept small, to find what stands still over all of them."""

    def __init__(self) -> None:
        self._kept: list[tuple[int, float]] = []
        self._thumbs: list[Grey] = []
        self._boxes: list[Box] = []

    def add(self, number: int, frame: Frame, box: Box) -> None:
        if len(self._kept) < _MOST_THUMBS:
            self._kept.append((number, frame.time))
            self._thumbs.append(frame.thumb)
            self._boxes.append(box)

    def without_overlay(self) -> Iterator[tuple[int, float, Reals]]:
        """Number, time and grey levels of each frame with the overlay painted over; none where there is no overlay."""
        if len(self._thumbs) < _FEWEST_FRAMES:
            return
        box = around(self._boxes)
        step = SIDE // THUMB
        inside = (slice(-(-box.y0 // step), box.y1 // step), slice(-(-box.x0 // step), box.x1 // step))
        thumbs = np.stack(self._thumbs)
        still = still_points(thumbs, inside)
        if still is None:
            return
        for start in range(0, len(thumbs), _AT_ONCE):
            painted = painted_over(thumbs[start : start + _AT_ONCE], still, inside)
            for (number, time), patch in zip(self._kept[start : start + _AT_ONCE], painted, strict=True):
                yield number, time, patch
