"""The forms in which an upload is looked up, so that one registered fingerprint finds framed and pasted copies."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from amparo.core.fingerprint._boxes import Box, cells, content, is_near, layers, trimmed
from amparo.core.fingerprint._decode import MAX_BYTES, MAX_PIXELS, Picture, Source, open_picture
from amparo.core.fingerprint._image import ORIENTATIONS
from amparo.core.fingerprint._levels import for_map, levels_of, shown, turned
from amparo.core.fingerprint._matrix import codes_of_grids, grids
from amparo.core.fingerprint._pdq import pdq_stack
from amparo.core.fingerprint._resize import SIDE, grey_512_of_rows
from amparo.core.fingerprint._seams import rectangles

# A box with a shorter side holds too few pixels of its own for PDQ's 64 x 64 points.
MIN_BOX_SIDE = 64

# Boxes with less in them (quality 11 and 15: an empty screen, an even sky) were within 20 bits of drawn frames
# (docs/robustness.md, "In a large bank"); a picture registered as plain mostly has more.
MIN_BOX_QUALITY = 30
# Of the rectangles between seams the first so many are also searched for the content of a screenshot.
NESTED = 3
# Where a border takes more than a tenth, seams are looked for inside it once more: its corners hide those within.
FRAMED_AREA = 0.9
# What a crop may have taken away at the left, top, right and bottom, in 512ths of what is left. PDQ stands a rim
# that is guessed, and one that is off by one per cent; so the steps are about two.
RIMS = (
    *((rim, rim, rim, rim) for rim in (6, 13, 20, 28, 38)),
    *((0, rim, 0, rim) for rim in (13, 26)),
    *((rim, 0, rim, 0) for rim in (13, 26)),
    *((rim, 0, 0, 0) for rim in (15, 31, 46)),
    *((0, rim, 0, 0) for rim in (15, 31, 46)),
    *((0, 0, rim, 0) for rim in (15, 31, 46)),
    *((0, 0, 0, rim) for rim in (15, 31, 46)),
)
# Cropped copies are mirrored at times and hardly ever turned: as is and mirrored.
WIDENED_WAYS: Final = 2


@dataclass(frozen=True, slots=True)
class Forms:
    """Ways to look up one upload. Row i is the code of `boxes[i]` in the orientation that `names[i]` tells.

    codes: (n, 32) uint8. boxes: (n, 4) int64, x0, y0, x1, y1 in pixels of the upload as shown, x1 and y1 exclusive.
    qualities: (n,) int64, 0..100; under 50 a form is as near to strangers as plain pictures are. names: n texts of at
    most 24 characters, such as "as is", "negative, mirrored" or "framed, turned 90". path: "fast" where the picture was
    not decoded in full, so that codes are some bits off.
    """

    codes: npt.NDArray[np.uint8] = field(repr=False)
    boxes: npt.NDArray[np.int64]
    qualities: npt.NDArray[np.int64]
    names: tuple[str, ...]
    path: Literal["full", "fast"] = "full"

    def __len__(self) -> int:
        return len(self.names)


def forms(source: Source, *, max_pixels: int = MAX_PIXELS, max_bytes: int = MAX_BYTES) -> Forms:
    """All forms of an upload: its boxes in eight orientations each, and the negative of the whole.

    source: the content of a file (bytes), a path, or a Pillow image. Row 0 is the canonical code of `hash_image`; the
    others may be some bits off what hashing that part of the picture would give (docs/robustness.md).
    Of a file that breaks off, what viewers would show is taken, as in `orientations`.
    Raises TooLarge (told from the header, before decoding), TooSmall, NotAPicture, Truncated; OSError for a path that
    cannot be read.
    """
    return joined(forms_in_order(source, max_pixels=max_pixels, max_bytes=max_bytes))


def forms_in_order(
    source: Source, *, fast: bool = False, max_pixels: int = MAX_PIXELS, max_bytes: int = MAX_BYTES
) -> Iterator[Forms]:
    """The same in up to five parts, the cheapest and likeliest first; what is not asked for is not computed.

    Parts: the whole and its negative; the whole without borders and the content of a screenshot; the whole widened;
    rectangles between seams; halves, quadrants and thirds. All forms of a part are of one kind.
    fast: as in `hash_upload`, for a first look at large JPEG files; what is found has to be looked up again in full.
    Errors as `forms`, raised here and not at the first part.
    """
    picture = open_picture(source, partial=True, fast=fast, max_pixels=max_pixels, max_bytes=max_bytes)
    if not picture.fast:
        return _parts(picture)
    return (replace(part, boxes=part.boxes * picture.step, path="fast") for part in _parts(picture))


def joined(parts: Iterable[Forms]) -> Forms:
    """Several parts, at least one, as one."""
    some = list(parts)
    return Forms(
        codes=np.concatenate([part.codes for part in some]),
        boxes=np.concatenate([part.boxes for part in some]),
        qualities=np.concatenate([part.qualities for part in some]),
        names=tuple(name for part in some for name in part.names),
        path=some[0].path,
    )


def _parts(picture: Picture) -> Iterator[Forms]:
    whole = shown(picture)
    grey = _canonical(picture)
    yield _whole(grey, whole)
    levels = levels_of(picture)
    small, factor = for_map(levels.base)
    seen = [whole]
    for kind, guesses in (("framed", _framed), ("seamed", _seamed), ("cell", _cells)):
        found = [_enlarged(box, factor, Box(0, 0, *levels.base.shape[::-1])) for box in guesses(small)]
        boxes = _new([_enlarged(box, levels.factor, whole) for box in found], seen)
        if boxes and len(part := _of_boxes(kind, boxes, np.stack([grids(levels.patch(box)) for box in boxes]))):
            yield part
        if kind == "framed" and len(part := _widened(grey, whole)):
            yield part


def _whole(grey: npt.NDArray[np.uint8], box: Box) -> Forms:
    codes, qualities = codes_of_grids(grids(grey.astype(np.float32))[np.newaxis])
    # To the bit what is stored, whatever order the sums above were taken in.
    codes[0, 0], qualities[0, 0] = (found[0] for found in pdq_stack(grey[np.newaxis]))
    return Forms(
        codes=np.concatenate([codes[0], ~codes[0]]),
        boxes=np.tile(np.array(box, dtype=np.int64), (16, 1)),
        qualities=np.tile(qualities[0], 2),
        names=(*ORIENTATIONS, "negative", *(f"negative, {name}" for name in ORIENTATIONS[1:])),
    )


def _canonical(picture: Picture) -> npt.NDArray[np.uint8]:
    width, height = picture.full_size
    grey = grey_512_of_rows(picture.strip, width=width, height=height, step=picture.step)
    return turned(grey, picture.orientation)


def _framed(small: npt.NDArray[np.float32]) -> list[Box]:
    whole = Box(0, 0, small.shape[1], small.shape[0])
    found = layers(small, whole)
    return [*found, *_content(small, whole), *_content(small, found[0])]


def _seamed(small: npt.NDArray[np.float32]) -> list[Box]:
    """A seam may frame a phone that shows a screenshot, or a print with a rim of its own."""
    found = rectangles(small)
    whole = Box(0, 0, small.shape[1], small.shape[0])
    inner = trimmed(small, whole)
    if min(inner.width, inner.height) >= MIN_BOX_SIDE and inner.width * inner.height < FRAMED_AREA * small.size:
        found += [box.moved(inner.x0, inner.y0) for box in rectangles(inner.within(small))]
    return [
        *found,
        *(trimmed(small, box) for box in found),
        *(b for box in found[:NESTED] for b in _content(small, box)),
    ]


def _content(small: npt.NDArray[np.float32], box: Box) -> list[Box]:
    inner = content(box.within(small))
    if inner is None:
        return []
    inner = inner.moved(box.x0, box.y0)
    return [inner, trimmed(small, inner)]


def _cells(small: npt.NDArray[np.float32]) -> list[Box]:
    found = cells(small.shape[1], small.shape[0])
    return found + [trimmed(small, box) for box in found]


def _enlarged(box: Box, factor: int, whole: Box) -> Box:
    """From pixels of a reduced picture to those of the `whole`, whose border the reduced one's last line reaches."""
    return Box(
        box.x0 * factor,
        box.y0 * factor,
        whole.x1 if (box.x1 + 1) * factor > whole.x1 else box.x1 * factor,
        whole.y1 if (box.y1 + 1) * factor > whole.y1 else box.y1 * factor,
    )


def _new(boxes: Iterable[Box], seen: list[Box]) -> list[Box]:
    """Those that are large enough and not nearly one of `seen`, which grows by them."""
    fresh = []
    for box in boxes:
        if min(box.width, box.height) >= MIN_BOX_SIDE and not any(is_near(box, other) for other in seen):
            seen.append(box)
            fresh.append(box)
    return fresh


def _widened(grey: npt.NDArray[np.uint8], whole: Box) -> Forms:
    """The upload with the rim that a crop took away, guessed by repeating its outermost pixels.

    A guessed rim of a few per cent costs some bits, and puts everything else where it was before the crop.
    """
    levels = grey.astype(np.float32)
    boxes, two = [], []
    for left, top, right, bottom in RIMS:
        two.append(grids(levels, rim=(left, top, right, bottom), ways=WIDENED_WAYS))
        across, down = whole.width / SIDE, whole.height / SIDE
        outer = (-left * across, -top * down, (SIDE + right) * across, (SIDE + bottom) * down)
        boxes.append(Box(*(round(side) for side in outer)))
    return _of_boxes("widened", boxes, np.stack(two))


def _of_boxes(kind: str, boxes: list[Box], some_grids: npt.NDArray[np.float32]) -> Forms:
    """The forms of `boxes` that are not blank. some_grids: (n, 4, 64, 64), or (n, 2, 64, 64) for two orientations."""
    codes, qualities = codes_of_grids(some_grids)
    good = qualities >= MIN_BOX_QUALITY
    which, way = np.nonzero(good)
    return Forms(
        codes=codes[good],
        boxes=np.array(boxes, dtype=np.int64)[which],
        qualities=qualities[good],
        names=tuple(f"{kind}, {ORIENTATIONS[number]}" for number in way),
    )
