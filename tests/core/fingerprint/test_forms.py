"""One stored fingerprint finds framed, pasted and slightly cropped copies; and what holds of all forms."""

from io import BytesIO

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from PIL import Image, ImageDraw, ImageFilter, ImageOps

from amparo.core.fingerprint import (
    GOOD_QUALITY,
    ORIENTATIONS,
    NotAPicture,
    TooLarge,
    TooSmall,
    bits_apart,
    forms,
    forms_in_order,
    hash_image,
    orientations,
)
from amparo.core.fingerprint._decode import open_picture
from amparo.core.fingerprint._forms import MIN_BOX_QUALITY, joined
from amparo.core.fingerprint._levels import BASE_PIXELS, MAP_SIDE, for_map, levels_of, shown, turned

WITHIN_BITS = 31
# docs/gate.md: what counts where the upload or the entry is plain.
PLAIN_BITS = 20
# What the gate's table of decisions has room for.
NAME_LENGTH = 24
# docs/fingerprint.md: what the fast path moves at most.
FAST_BITS = 16


def as_jpeg(image, quality=85, **options):
    file = BytesIO()
    image.save(file, "JPEG", quality=quality, **options)
    return file.getvalue()


def bits_to(found, photo):
    code = hash_image(photo).code
    return min(bits_apart(row.tobytes(), code) for row in found.codes)


@pytest.fixture(params=["chelsea.png", "coffee.png", "rocket.jpg"])
def photo(request, photos):
    return Image.open(photos / request.param).convert("RGB")


@pytest.fixture
def gravel(photos):
    return Image.open(photos / "gravel.png").convert("RGB")


@pytest.fixture
def bricks(photos):
    return Image.open(photos / "brick.png").convert("RGB").resize((900, 700))


def bordered(photo, colour="white"):
    return ImageOps.expand(photo, border=37, fill=colour)


def letterboxed(photo):
    sheet = Image.new("RGB", (photo.width, photo.height + 220), "black")
    sheet.paste(photo, (0, 90))
    return sheet


def blurred_sides(photo):
    sheet = ImageOps.fit(photo, (round(photo.width * 1.6), photo.height)).filter(ImageFilter.GaussianBlur(14))
    sheet.paste(photo, (round(photo.width * 0.3), 0))
    return sheet


def captioned(photo):
    sheet = Image.new("RGB", (photo.width, photo.height + 70), "white")
    sheet.paste(photo, (0, 70))
    ImageDraw.Draw(sheet).text((12, 18), "a boat, a bridge, two apples", fill="black")
    return sheet


def screenshot(photo, paper):
    ink = (230, 230, 230) if paper < 100 else (30, 30, 30)
    sheet = Image.new("RGB", (photo.width, 2 * photo.width), (paper,) * 3)
    pen = ImageDraw.Draw(sheet)
    for y in range(20, sheet.height, 34):
        pen.text((14, y), "paper boat, yellow kettle, north wind, green door", fill=ink)
    sheet.paste(photo, (0, 260))
    return sheet


@pytest.mark.parametrize(
    "edit",
    [
        bordered,
        lambda photo: bordered(photo, "black"),
        letterboxed,
        captioned,
        lambda photo: screenshot(photo, 250),
        lambda photo: screenshot(photo, 18),
    ],
    ids=["white border", "black border", "letterbox", "caption", "light screenshot", "dark screenshot"],
)
def test_a_framed_copy_is_found_and_the_whole_alone_would_miss_it(photo, edit):
    upload = as_jpeg(edit(photo))
    assert bits_to(forms(upload), photo) <= WITHIN_BITS
    assert bits_apart(hash_image(upload).code, hash_image(photo).code) > WITHIN_BITS


@pytest.mark.parametrize("colour", ["white", "black"])
def test_a_framed_copy_of_a_plain_picture_is_found_within_the_bits_that_count_for_plain_ones(colour):
    """A dune under an even sky: a picture of quality under 50, in a border that hides how plain it is."""
    dune = Image.linear_gradient("L").resize((700, 500)).point([90 + level // 3 for level in range(256)])
    pen = ImageDraw.Draw(dune)
    pen.polygon([(80, 420), (330, 120), (600, 430)], fill=210)
    pen.polygon([(330, 120), (600, 430), (380, 440)], fill=150)
    dune = dune.filter(ImageFilter.GaussianBlur(3)).convert("RGB")
    assert MIN_BOX_QUALITY <= hash_image(dune).quality < GOOD_QUALITY
    assert bits_to(forms(as_jpeg(bordered(dune, colour))), dune) <= PLAIN_BITS


@pytest.mark.parametrize("name", ["chelsea.png", "coffee.png"])
def test_a_copy_between_blurred_bars_is_found(photos, name):
    photo = Image.open(photos / name).convert("RGB")
    assert bits_to(forms(as_jpeg(blurred_sides(photo))), photo) <= WITHIN_BITS


@pytest.mark.parametrize("gap", [0, 10])
@pytest.mark.parametrize("place", range(4))
def test_a_copy_in_a_collage_of_four_is_found(photo, gravel, place, gap):
    cell = (420, 300)
    sheet = Image.new("RGB", (2 * cell[0] + gap, 2 * cell[1] + gap), "white")
    for number in range(4):
        part = photo if number == place else gravel
        sheet.paste(part.resize(cell), (number % 2 * (cell[0] + gap), number // 2 * (cell[1] + gap)))
    assert bits_to(forms(as_jpeg(sheet)), photo) <= WITHIN_BITS


@pytest.mark.parametrize(("name", "share"), [("chelsea.png", 0.6), ("coffee.png", 0.35), ("rocket.jpg", 0.35)])
def test_a_copy_laid_on_another_picture_is_found(photos, bricks, name, share):
    photo = Image.open(photos / name).convert("RGB")
    width = round(bricks.width * share)
    small = photo.resize((width, round(width * photo.height / photo.width)), Image.Resampling.LANCZOS)
    bricks.paste(small, (170, 210))
    assert bits_to(forms(as_jpeg(bricks)), photo) <= WITHIN_BITS


@pytest.mark.parametrize("side", range(4))
def test_a_copy_that_lost_a_little_of_its_width_or_height_is_found(photo, side):
    width, height = photo.size
    box = [0, 0, width, height]
    box[side] += round((-1 if side > 1 else 1) * 0.03 * (width, height)[side % 2])
    assert bits_to(forms(as_jpeg(photo.crop(tuple(box)))), photo) <= WITHIN_BITS


def test_the_middle_of_a_picture_is_found_when_a_fortieth_is_lost_at_each_side(photo):
    across, down = photo.width // 40, photo.height // 40
    upload = as_jpeg(photo.crop((across, down, photo.width - across, photo.height - down)))
    assert bits_to(forms(upload), photo) <= WITHIN_BITS


def test_a_framed_copy_may_be_mirrored_and_turned_as_well(photo):
    upload = as_jpeg(bordered(photo).transpose(Image.Transpose.TRANSPOSE))
    assert bits_to(forms(upload), photo) <= WITHIN_BITS


def test_a_negative_is_found_also_when_mirrored(photo):
    upload = as_jpeg(ImageOps.mirror(ImageOps.invert(photo)))
    found = forms(upload)
    code = hash_image(photo).code
    nearest = min(range(len(found)), key=lambda row: bits_apart(found.codes[row].tobytes(), code))
    assert found.names[nearest] == "negative, mirrored"
    assert bits_to(found, photo) <= WITHIN_BITS


def test_the_first_row_is_the_canonical_fingerprint_and_the_next_are_its_orientations(photo):
    upload = as_jpeg(photo)
    found = forms(upload)
    assert found.codes[0].tobytes() == hash_image(upload).code
    assert found.qualities[0] == hash_image(upload).quality
    assert found.names[:8] == ORIENTATIONS
    off = np.unpackbits(found.codes[:8] ^ orientations(upload).codes, axis=1).sum(axis=1)
    assert off.max() <= 2
    assert np.array_equal(found.codes[8:16], ~found.codes[:8])


def test_all_rows_have_a_box_a_quality_and_a_name_that_fits_and_only_the_whole_may_be_blank(bricks, photo):
    bricks.paste(photo.resize((500, 400)), (200, 150))
    found = forms(bricks)
    count = len(found)
    assert found.codes.shape == (count, 32)
    assert found.codes.dtype == np.uint8
    assert found.boxes.shape == (count, 4)
    assert found.qualities.shape == (count,)
    assert len(found.names) == count
    assert max(len(name) for name in found.names) <= NAME_LENGTH
    assert (found.qualities[16:] >= MIN_BOX_QUALITY).all()
    assert (found.boxes[:16] == (0, 0, 900, 700)).all()
    assert len(set(zip(map(tuple, found.boxes.tolist()), found.names, strict=True))) == count


def test_only_a_guessed_rim_lies_outside_the_upload(photo):
    found = forms(bordered(photo))
    width, height = bordered(photo).size
    for (x0, y0, x1, y1), name in zip(found.boxes.tolist(), found.names, strict=True):
        assert x0 < x1
        assert y0 < y1
        inside = x0 >= 0 and y0 >= 0 and x1 <= width and y1 <= height
        assert inside != name.startswith("widened")


def test_the_parts_in_order_are_all_the_forms(photo):
    upload = as_jpeg(captioned(photo))
    parts = list(forms_in_order(upload))
    whole = forms(upload)
    assert len(parts) > 1
    assert len(parts[0]) == 16
    assert np.array_equal(np.concatenate([part.codes for part in parts]), whole.codes)
    assert tuple(name for part in parts for name in part.names) == whole.names


def test_the_fast_forms_are_the_same_forms_a_few_bits_off(photo):
    large = bordered(photo).resize((3600, 2800))
    upload = as_jpeg(large, quality=85)
    parts = list(forms_in_order(upload, fast=True))
    assert {part.path for part in parts} == {"fast"}
    assert parts[0].boxes[0].tolist() == [0, 0, 3600, 2800]
    assert np.bitwise_count(parts[0].codes[0] ^ forms(upload).codes[0]).sum() <= FAST_BITS
    found = joined(parts)
    assert found.path == "fast"
    assert np.bitwise_count(found.codes ^ forms(photo).codes[0]).sum(axis=1).min() <= WITHIN_BITS


def test_what_is_no_jpeg_is_always_decoded_in_full(photo):
    assert {part.path for part in forms_in_order(photo, fast=True)} == {"full"}


def test_the_same_upload_gives_the_same_forms(photo):
    upload = as_jpeg(captioned(photo))
    one, other = forms(upload), forms(upload)
    assert np.array_equal(one.codes, other.codes)
    assert np.array_equal(one.boxes, other.boxes)
    assert one.names == other.names


def test_a_plain_picture_has_its_whole_and_nothing_else():
    assert len(forms(Image.new("RGB", (300, 200), (120, 130, 140)))) == 16


@pytest.mark.parametrize("size", [(5, 5), (5, 900), (64, 64), (200, 7)])
def test_small_and_narrow_pictures_have_forms(size):
    pixels = np.random.default_rng(4).integers(0, 256, (*size, 3), dtype=np.uint8)
    assert len(forms(Image.fromarray(pixels))) >= 16


def test_what_is_no_picture_or_too_large_or_too_small_is_refused_before_the_first_part(photo):
    with pytest.raises(NotAPicture):
        forms_in_order(b"dry words")
    with pytest.raises(TooLarge):
        forms_in_order(as_jpeg(photo), max_pixels=1000)
    with pytest.raises(TooSmall):
        forms_in_order(Image.new("L", (4, 4)))


def test_a_file_that_breaks_off_still_has_forms(photo):
    upload = as_jpeg(bordered(photo))
    assert len(forms(upload[: len(upload) * 2 // 3])) >= 16


def test_boxes_are_those_of_the_picture_as_shown(photo):
    """A camera that was held sideways stores the turn as a number (EXIF 2.32, tag 0x0112)."""
    upright = bordered(photo)
    exif = Image.Exif()
    exif[0x0112] = 6
    stored = as_jpeg(upright.transpose(Image.Transpose.ROTATE_90), quality=95, exif=exif.tobytes())
    found = forms(stored)
    assert found.boxes[0].tolist() == [0, 0, *upright.size]
    inner = [37, 37, 37 + photo.width, 37 + photo.height]
    assert any(np.abs(np.subtract(box, inner)).max() <= 2 for box in found.boxes.tolist())
    assert bits_to(found, photo) <= WITHIN_BITS


@pytest.mark.parametrize("orientation", range(1, 9))
def test_turning_by_the_exif_number_agrees_with_pillow(orientation):
    pixels = np.arange(15, dtype=np.uint8).reshape(3, 5)
    exif = Image.Exif()
    exif[0x0112] = orientation
    file = BytesIO()
    Image.fromarray(pixels).save(file, "PNG", exif=exif.tobytes())
    expected = np.asarray(ImageOps.exif_transpose(Image.open(file)))
    assert np.array_equal(turned(pixels, orientation), expected)


@pytest.mark.parametrize("orientation", [1, 2, 3, 4, 5, 6, 7, 8])
def test_a_large_upload_is_reduced_and_small_parts_of_it_are_read_again(photo, orientation):
    """A third of the width of a large upload has pixels enough, and they are the right ones."""
    sheet = Image.new("L", (4200, 3000), 90)
    small = photo.convert("L").resize((1100, 760), Image.Resampling.LANCZOS)
    sheet.paste(small, (2500, 1500))
    exif = Image.Exif()
    exif[0x0112] = orientation
    upload = as_jpeg(sheet, quality=95, exif=exif.tobytes())
    picture = open_picture(upload)
    levels = levels_of(picture)
    assert levels.factor > 1
    assert levels.base.size <= BASE_PIXELS
    fresh = np.asarray(ImageOps.exif_transpose(Image.open(BytesIO(upload))), dtype=np.float32)
    assert shown(picture)[2:] == fresh.shape[::-1]
    where = np.argwhere(np.abs(fresh - 90) > 20)
    (y0, x0), (y1, x1) = where.min(axis=0), where.max(axis=0) + 1
    box = shown(picture)._replace(x0=int(x0), y0=int(y0), x1=int(x1), y1=int(y1))
    assert np.allclose(levels.patch(box), box.within(fresh))
    assert bits_to(forms(upload), Image.fromarray(box.within(fresh).astype(np.uint8))) <= WITHIN_BITS


@pytest.mark.parametrize("size", [(30000, 300), (300, 30000), (20000, 40), (5, 60000)])
def test_a_very_long_picture_takes_no_more_memory_than_others(size):
    picture = open_picture(Image.new("L", size, 200))
    levels = levels_of(picture)
    small, _ = for_map(levels.base)
    assert levels.base.size <= BASE_PIXELS
    assert levels.patch(shown(picture)).size <= BASE_PIXELS
    assert small.size <= max(MAP_SIDE * MAP_SIDE, max(small.shape) * 5)
    assert len(forms(picture.image)) >= 16


@settings(max_examples=15, deadline=None)
@given(height=st.integers(5, 200), width=st.integers(5, 200), seed=st.integers(0, 2**32 - 1))
def test_any_picture_has_forms_whose_first_is_its_fingerprint(height, width, seed):
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width), dtype=np.uint8)
    found = forms(Image.fromarray(pixels))
    assert found.codes[0].tobytes() == hash_image(Image.fromarray(pixels)).code
    assert ((found.qualities >= 0) & (found.qualities <= 100)).all()
