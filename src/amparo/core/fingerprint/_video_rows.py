"""Frames of an upload in the forms in which they are looked up."""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt
from PIL import Image

from amparo.core.fingerprint._boxes import Box
from amparo.core.fingerprint._forms import forms
from amparo.core.fingerprint._image import ORIENTATIONS
from amparo.core.fingerprint._matrix import codes_of_grids, grids
from amparo.core.fingerprint._video_shots import WHOLE, Frame

Codes = npt.NDArray[np.uint8]
Reals = npt.NDArray[np.float32]
Stage = Literal["key frames", "all frames"]

# What a crop may have taken from each side, as shares of what is left: 95, 90 and 85 % of the picture.
RIMS = (0.025, 0.055, 0.09)
# Mirrored copies are common, cropped and turned ones are not.
_AS_IS_AND_MIRRORED = ORIENTATIONS[:2]


@dataclass(frozen=True, slots=True, eq=False)
class UploadFrames:
    """Some frames of an upload, each in several forms. Row i is one code to look up.

    codes: (n, 32) uint8. qualities: (n,) uint8, 0..100. frames: (n,) int64, a number for each frame of this upload,
    the same in all its rows. times: (n,) float64, seconds. forms: n texts, "as is", "mirrored" or "widened, as is".
    """

    codes: Codes = field(repr=False)
    qualities: Codes = field(repr=False)
    frames: npt.NDArray[np.int64] = field(repr=False)
    times: npt.NDArray[np.float64] = field(repr=False)
    forms: tuple[str, ...] = field(repr=False)
    stage: Stage

    def __len__(self) -> int:
        return len(self.forms)


class Rows:
    """Rows of an UploadFrames, collected."""

    def __init__(self, stage: Stage) -> None:
        self._stage: Stage = stage
        self._codes: list[Codes] = []
        self._qualities: list[int] = []
        self._frames: list[int] = []
        self._times: list[float] = []
        self._forms: list[str] = []

    def __bool__(self) -> bool:
        return bool(self._forms)

    def add_frame(self, number: int, frame: Frame, box: Box) -> None:
        """A frame without its border: in eight orientations, and widened; and with it, where it has one."""
        levels = frame.grey.astype(np.float32)
        inner = box.within(levels)
        framed = box != WHOLE
        patches = [inner, *(_widened(inner, rim) for rim in RIMS), *([levels] if framed else [])]
        codes, qualities = codes_of_grids(np.stack([grids(patch) for patch in patches]))
        kind = "framed, " if framed else ""
        self._add(number, frame.time, codes[0], qualities[0], [kind + name for name in ORIENTATIONS])
        for row in range(1, len(patches)):
            wide = row <= len(RIMS)
            names = ["widened, " * wide + name for name in _AS_IS_AND_MIRRORED]
            # A rim has nothing in it, so that the quality of what it surrounds tells what a match means.
            self._add(number, frame.time, codes[row, :2], qualities[0 if wide else row, :2], names)

    def add_patch(self, number: int, time: float, patch: Reals, kind: str) -> None:
        """Grey levels (height, width) as they are and mirrored, under the name `kind`."""
        codes, qualities = codes_of_grids(grids(patch)[np.newaxis])
        self._add(number, time, codes[0, :2], qualities[0, :2], [kind + name for name in _AS_IS_AND_MIRRORED])

    def add_image_forms(self, number: int, frame: Frame) -> None:
        """All forms that a picture has: of screenshots, collages, captions, pictures in pictures."""
        found = forms(Image.fromarray(frame.grey))
        self._add(number, frame.time, found.codes, found.qualities, list(found.names))

    def _add(self, number: int, time: float, codes: Codes, qualities: npt.NDArray[np.int64], names: list[str]) -> None:
        self._codes.append(codes)
        self._qualities += qualities.tolist()
        self._frames += [number] * len(names)
        self._times += [time] * len(names)
        self._forms += names

    def joined(self) -> UploadFrames:
        return UploadFrames(
            codes=np.concatenate(self._codes),
            qualities=np.array(self._qualities, dtype=np.uint8),
            frames=np.array(self._frames, dtype=np.int64),
            times=np.array(self._times, dtype=np.float64),
            forms=tuple(self._forms),
            stage=self._stage,
        )


def _widened(patch: Reals, rim: float) -> Reals:
    """With a rim of `rim` of each side's length, in which the outermost pixels go on."""
    down, across = (round(rim * side) for side in patch.shape)
    return np.pad(patch, ((down, down), (across, across)), mode="edge")
