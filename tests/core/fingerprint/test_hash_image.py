"""The canonical fingerprint survives what copies go through; the eight orientations find the turned ones."""

import hashlib
from io import BytesIO

import numpy as np
import pdqhash
import pytest
from PIL import Image

from amparo.core.fingerprint import (
    ORIENTATIONS,
    bits_apart,
    grey_512,
    hash_image,
    hash_plain,
    hash_upload,
    orientations,
    pdq,
)

# What Amparo calls a match (docs/fingerprint.md).
WITHIN_BITS = 31
PHOTOS = ("chelsea.png", "coffee.png", "rocket.jpg", "coins.png", "hubble_deep_field.jpg", "gravel.png")

# What somebody does to a picture before uploading it; the entry of the same name in ORIENTATIONS undoes it,
# or its inverse does where the two differ.
DONE = {
    "as is": None,
    "mirrored": Image.Transpose.FLIP_LEFT_RIGHT,
    "turned 180": Image.Transpose.ROTATE_180,
    "flipped": Image.Transpose.FLIP_TOP_BOTTOM,
    "turned 90": Image.Transpose.ROTATE_90,  # Pillow turns the other way: clockwise undoes it
    "turned 270": Image.Transpose.ROTATE_270,
    "transposed": Image.Transpose.TRANSPOSE,
    "transversed": Image.Transpose.TRANSVERSE,
}


def as_jpeg(image, **options):
    file = BytesIO()
    image.save(file, "JPEG", **options)
    return file.getvalue()


@pytest.fixture(params=PHOTOS)
def photo(request, photos):
    return Image.open(photos / request.param).convert("RGB")


def test_the_fingerprint_is_pdq_of_the_grey_512_and_pdqhash_agrees(photo):
    grey = grey_512(np.asarray(photo))
    fingerprint = hash_image(photo)
    assert (fingerprint.code, fingerprint.quality) == pdq(grey)
    bits, quality = pdqhash.compute(np.repeat(grey[..., np.newaxis], 3, axis=2))
    assert (fingerprint.code, fingerprint.quality) == (np.packbits(bits).tobytes(), quality)
    assert fingerprint.algorithm == "pdq-c512"


def test_bytes_path_text_path_and_image_give_one_fingerprint(photos):
    path = photos / "rocket.jpg"
    content = path.read_bytes()
    from_bytes = hash_image(content)
    assert hash_image(path) == hash_image(str(path)) == from_bytes
    assert from_bytes.sha256 == hashlib.sha256(content).digest()
    from_image = hash_image(Image.open(path))
    assert from_image.code == from_bytes.code
    assert from_image.sha256 is None


def test_a_poor_reencoding_is_within_the_bound(photo):
    assert bits_apart(hash_image(as_jpeg(photo, quality=40)).code, hash_image(photo).code) <= WITHIN_BITS


def test_a_copy_of_quarter_size_is_within_the_bound(photo):
    small = photo.resize((photo.width // 4, photo.height // 4), Image.Resampling.LANCZOS)
    assert bits_apart(hash_image(as_jpeg(small, quality=85)).code, hash_image(photo).code) <= WITHIN_BITS


@pytest.mark.parametrize("name", ORIENTATIONS)
def test_a_turned_or_mirrored_upload_has_an_orientation_that_is_within_the_bound(photo, name):
    upload = photo if DONE[name] is None else photo.transpose(DONE[name])
    eight = orientations(as_jpeg(upload, quality=85))
    apart = {
        found: bits_apart(code.tobytes(), hash_image(photo).code)
        for found, code in zip(eight.names, eight.codes, strict=True)
    }
    assert min(apart, key=apart.__getitem__) == name
    assert apart[name] <= WITHIN_BITS


def test_the_orientations_are_exactly_what_the_turned_pixels_give(photo):
    pixels = np.asarray(photo)
    turned = [
        pixels,
        pixels[:, ::-1],
        pixels[::-1, ::-1],
        pixels[::-1],
        np.rot90(pixels, -1),
        np.rot90(pixels),
        pixels.swapaxes(0, 1),
        pixels[::-1, ::-1].swapaxes(0, 1),
    ]
    expected = [hash_image(Image.fromarray(np.ascontiguousarray(one))) for one in turned]
    eight = orientations(photo)
    assert [code.tobytes() for code in eight.codes] == [one.code for one in expected]
    assert eight.qualities == tuple(one.quality for one in expected)


def test_one_decoding_gives_fingerprint_and_orientations(photo):
    content = as_jpeg(photo)
    fingerprint, eight = hash_upload(content)
    assert fingerprint == hash_image(content)
    assert np.array_equal(eight.codes, orientations(content).codes)
    assert eight.names == ORIENTATIONS


def test_the_fast_path_is_near_the_full_one_and_says_so(photo):
    scale = 1600 / min(photo.size)
    large = photo.resize((int(photo.width * scale), int(photo.height * scale)), Image.Resampling.LANCZOS)
    for content in (as_jpeg(large, quality=90), as_jpeg(photo, quality=90), as_jpeg(photo.convert("L"))):
        fast, eight = hash_upload(content, fast=True)
        # What shrinking while decoding moved in 12-megapixel photographs (docs/fingerprint.md).
        assert bits_apart(fast.code, hash_image(content).code) <= 6
        assert fast.path == "fast"
        assert np.array_equal(eight.codes, orientations(content, fast=True).codes)


def test_the_fast_path_is_the_full_one_where_the_format_knows_no_shortcut(photo):
    file = BytesIO()
    photo.save(file, "PNG")
    fast, _ = hash_upload(file.getvalue(), fast=True)
    assert fast == hash_image(file.getvalue())
    assert hash_upload(photo, fast=True)[0] == hash_image(photo)


def test_the_negative_is_the_complement_but_for_a_few_near_ties(photo):
    code, negative = hash_image(photo).code, hash_image(Image.fromarray(255 - np.asarray(photo))).code
    assert bits_apart(bytes(255 - byte for byte in code), negative) <= 2


@pytest.mark.parametrize("name", ["chelsea.png", "rocket.jpg"])
def test_the_plain_fingerprint_of_a_file_is_what_pdqhash_gives_of_its_pixels(photos, name):
    photo = Image.open(photos / name).convert("RGB")
    alpha = photo.copy()
    alpha.putalpha(Image.linear_gradient("L").resize(photo.size))
    white = Image.new("RGBA", photo.size, "white")
    deep = Image.fromarray(np.asarray(photo.convert("L")).astype(np.uint16) << 8)
    for image, seen in (
        (photo, photo),
        (photo.convert("L"), photo.convert("L")),
        (photo.quantize(32), photo.quantize(32)),
        (deep, photo.convert("L")),
        (alpha, Image.alpha_composite(white, alpha)),
    ):
        file = BytesIO()
        image.save(file, "PNG", compress_level=1)
        bits, quality = pdqhash.compute(np.asarray(seen.convert("RGB")))
        plain = hash_plain(file.getvalue())
        # Pillow's own blend is off by one grey level here and there.
        assert bits_apart(plain.code, np.packbits(bits).tobytes()) <= (2 if image is alpha else 0)
        assert abs(plain.quality - quality) <= (image is alpha)
        assert plain.algorithm == "pdq"
    bits, quality = pdqhash.compute(np.asarray(Image.open(BytesIO(as_jpeg(photo.convert("CMYK")))).convert("RGB")))
    plain = hash_plain(as_jpeg(photo.convert("CMYK")))
    assert (plain.code, plain.quality) == (np.packbits(bits).tobytes(), quality)


def test_the_plain_fingerprint_leaves_the_orientation_alone_as_other_programs_do(photo):
    exif = Image.Exif()
    exif[0x0112] = 6
    assert hash_plain(as_jpeg(photo, exif=exif)).code == hash_plain(as_jpeg(photo)).code
