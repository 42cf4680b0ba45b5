"""Every kind of file a phone, a browser or a forum hands over, and every kind that must be refused."""

import struct
import warnings
import zlib
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

import numpy as np
import pillow_heif
import pytest
from hypothesis import given, settings, strategies as st
from PIL import Image

from amparo.core.fingerprint import (
    FingerprintError,
    NotAPicture,
    TooLarge,
    TooSmall,
    Truncated,
    bits_apart,
    hash_image,
    hash_upload,
    orientations,
)


def saved(image, kind, **options):
    file = BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def png(width, height, rows=b"", *, depth=8, colour=2):
    """A PNG made by hand, so that its header may lie."""

    def chunk(name, body):
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return b"".join(
        [b"\x89PNG\r\n\x1a\n", chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b"")]
    )


@pytest.fixture
def cat(photos):
    return Image.open(photos / "chelsea.png").convert("RGB")


@pytest.mark.parametrize(
    ("kind", "options"),
    [("PNG", {}), ("BMP", {}), ("TIFF", {}), ("TIFF", {"compression": "tiff_lzw"}), ("WEBP", {"lossless": True})],
)
def test_lossless_files_give_the_fingerprint_of_the_pixels(cat, kind, options):
    assert hash_image(saved(cat, kind, **options)).code == hash_image(cat).code


@pytest.mark.parametrize("kind", ["JPEG", "WEBP", "AVIF", "HEIF", "GIF", "MPO"])
def test_lossy_files_give_nearly_the_fingerprint_of_the_pixels(cat, kind):
    if kind == "HEIF":
        file = BytesIO()
        pillow_heif.from_pillow(cat).save(file, quality=80)
        content = file.getvalue()
    else:
        content = saved(cat, kind)
    assert bits_apart(hash_image(content).code, hash_image(cat).code) <= 8


def test_an_animation_is_its_first_frame(cat):
    other = cat.transpose(Image.Transpose.ROTATE_180)
    for kind, options in (("GIF", {}), ("WEBP", {"lossless": True}), ("PNG", {}), ("TIFF", {})):
        one = saved(cat.quantize(64), kind, **options)
        both = saved(cat.quantize(64), kind, save_all=True, append_images=[other.quantize(64)], **options)
        assert hash_image(both).code == hash_image(one).code


def on_white(rgba):
    """The slow twin: each channel to the nearest whole number of the exact blend."""
    colour, alpha = rgba[..., :3].astype(np.float64), rgba[..., 3:].astype(np.float64)
    return np.rint((colour * alpha + 255 * (255 - alpha)) / 255).astype(np.uint8)


def test_transparency_is_laid_on_white_for_every_pair_of_colour_and_alpha():
    colour, alpha = np.meshgrid(np.arange(256), np.arange(256))
    rgba = np.stack([colour, 255 - colour, colour[::-1], alpha], axis=-1).astype(np.uint8)
    flat = Image.fromarray(on_white(rgba))
    for content in (
        saved(Image.fromarray(rgba), "PNG"),
        saved(Image.fromarray(rgba), "WEBP", lossless=True, exact=True),
    ):
        assert hash_image(content).code == hash_image(flat).code


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "PA", "RGBA", "RGBX", "CMYK", "YCbCr"])
def test_every_mode_is_read_as_it_looks(cat, mode):
    image = cat.quantize(32).convert(mode) if mode == "PA" else cat.convert(mode)
    assert hash_image(image).code == hash_image(image.convert("RGBA" if "A" in mode else "RGB").convert("RGB")).code


def test_a_palette_with_transparency_is_laid_on_white(cat):
    image = cat.quantize(16)
    alphas = bytes(range(0, 256, 16))
    content = saved(image, "PNG", transparency=alphas)
    looks = on_white(np.asarray(Image.open(BytesIO(content)).convert("RGBA")))
    assert hash_image(content).code == hash_image(Image.fromarray(looks)).code


def test_sixteen_bits_count_by_their_high_byte(cat):
    low = np.random.default_rng(1).integers(0, 256, (cat.height, cat.width), dtype=np.uint16)
    grey = np.asarray(cat.convert("L"))
    deep = (grey.astype(np.uint16) << 8) | low
    expected = hash_image(Image.fromarray(grey)).code
    assert hash_image(saved(Image.fromarray(deep), "PNG")).code == expected
    assert hash_image(saved(Image.fromarray(deep), "TIFF")).code == expected


def test_samples_of_32_bits_are_refused():
    for kind in (np.int32, np.float32):
        with pytest.raises(NotAPicture, match="32-bit samples"):
            hash_image(saved(Image.fromarray(np.zeros((9, 9), dtype=kind)), "TIFF"))


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "AVIF", "HEIF"])
def test_the_orientation_a_camera_notes_is_applied(cat, kind, orientation):
    """Stored turned, noted in EXIF: the picture that is seen is the same one."""
    undo = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}
    stored = cat if orientation == 1 else cat.transpose(Image.Transpose(undo[orientation]))
    exif = Image.Exif()
    exif[0x0112] = orientation
    if kind == "HEIF":
        file = BytesIO()
        pillow_heif.from_pillow(stored).save(file, exif=exif.tobytes(), quality=90)
        content = file.getvalue()
    else:
        content = saved(stored, kind, exif=exif)
    assert bits_apart(hash_image(content).code, hash_image(cat).code) <= 4


def test_a_webp_is_not_turned_because_no_browser_shows_it_turned(cat):
    exif = Image.Exif()
    exif[0x0112] = 6
    assert hash_image(saved(cat, "WEBP", lossless=True, exif=exif)).code == hash_image(cat).code


def test_damaged_exif_turns_nothing(cat):
    for block in (b"Exif\0\0rubbish", b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x02\0\0\0\x01XXXX", b""):
        content = saved(cat, "PNG", exif=block)
        assert hash_image(content).code == hash_image(cat).code


@pytest.mark.parametrize("size", [(4, 50), (50, 4), (1, 1)])
def test_a_side_under_five_pixels_is_refused(size):
    with pytest.raises(TooSmall, match="at least 5 pixels"):
        hash_image(saved(Image.new("RGB", size), "PNG"))


def test_a_picture_of_five_pixels_is_hashed():
    hash_image(saved(Image.new("RGB", (5, 5)), "PNG"))


def test_too_many_pixels_are_told_from_the_header_before_anything_is_decoded():
    """No pixel follows these headers: whoever tried to decode would answer Truncated, or need terabytes."""
    with pytest.raises(TooLarge, match="40000 x 40000"):
        hash_image(png(40_000, 40_000))
    with pytest.raises(TooLarge, match="65,535 on a side"):
        hash_image(png(2_000_000, 10))
    with pytest.raises(TooLarge, match="at most 99 pixels"):
        hash_image(png(10, 10), max_pixels=99)
    bitmap = bytearray(saved(Image.new("RGB", (9, 9)), "BMP"))
    bitmap[18:26] = struct.pack("<ii", 30_000, 30_000)
    with pytest.raises(TooLarge):
        hash_image(bytes(bitmap))


def test_a_picture_between_pillows_own_limit_and_ours_is_not_refused_unread():
    """190 megapixels: Pillow's process-wide limit would have refused them at the header."""
    with pytest.raises(Truncated):
        hash_image(png(19_000, 10_000))


def test_too_many_bytes_are_refused_before_they_are_read_whole(tmp_path):
    path = tmp_path / "long.jpg"
    path.write_bytes(b"\xff\xd8\xff" + bytes(1000))
    for source in (path, str(path), path.read_bytes()):
        with pytest.raises(TooLarge, match="more than 1,000 bytes"):
            hash_image(source, max_bytes=1000)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"just words about Sam",
        b"%PDF-1.7",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"\xff\xd8\xff",
        b"\x89PNG\r\n\x1a\n",
        b"GIF89a",
        b"RIFF\0\0\0\0WEBPVP8 ",
        b"\0\0\0\x20ftypavif",
        b"\0\0\0\x20ftypheic",
        b"II*\0",
        b"BM",
    ],
)
def test_what_is_no_picture_is_refused_without_repeating_it(content):
    with pytest.raises(NotAPicture) as caught:
        hash_image(content)
    assert "Sam" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_formats_outside_the_list_cannot_be_reached(cat):
    for kind in ("PPM", "ICO", "TGA", "PCX", "JPEG2000", "PDF"):
        with pytest.raises(NotAPicture):
            hash_image(saved(cat, kind))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP", "AVIF", "HEIF", "TIFF", "BMP"])
@pytest.mark.parametrize("part", [0.3, 0.6, 0.9])
def test_a_picture_that_breaks_off_is_refused(cat, kind, part):
    file = BytesIO()
    if kind == "HEIF":
        pillow_heif.from_pillow(cat).save(file, quality=80)
    else:
        cat.save(file, kind)
    content = file.getvalue()
    with pytest.raises((Truncated, NotAPicture)):
        hash_image(content[: int(len(content) * part)])


@pytest.mark.parametrize(
    ("kind", "options"),
    [("JPEG", {}), ("JPEG", {"progressive": True}), ("PNG", {}), ("GIF", {}), ("BMP", {}), ("TIFF", {})],
)
def test_cutting_the_end_off_does_not_hide_an_upload(cat, kind, options):
    content = saved(cat, kind, **options)
    cut, eight = hash_upload(content[: -len(content) // 100])
    assert bits_apart(cut.code, hash_image(content).code) <= 20
    assert eight.codes[0].tobytes() == orientations(content[: -len(content) // 100]).codes[0].tobytes() == cut.code
    with pytest.raises(Truncated):
        hash_image(content[: -len(content) // 100])


@pytest.mark.parametrize("kind", ["WEBP", "AVIF"])
def test_an_upload_of_which_viewers_show_nothing_is_refused(cat, kind):
    content = saved(cat, kind)
    with pytest.raises((Truncated, NotAPicture)):
        hash_upload(content[: len(content) * 9 // 10])


@settings(max_examples=150, deadline=None)
@given(
    kind=st.sampled_from(["JPEG", "PNG", "GIF", "WEBP", "AVIF", "TIFF", "BMP"]),
    places=st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), min_size=1, max_size=20),
    upload=st.booleans(),
)
def test_damage_gives_a_fingerprint_or_one_of_our_errors_and_no_warning(kind, places, upload):
    content = bytearray(saved(Image.linear_gradient("L").convert("RGB").resize((40, 30)), kind))
    for place, value in places:
        content[place % len(content)] = value
    hash_one = (lambda source: hash_upload(source)[0]) if upload else hash_image
    try:
        outcome = f"quality {hash_one(bytes(content)).quality}"
    except FingerprintError as error:
        outcome = str(error)
    assert 0 < len(outcome) < 200


def test_warnings_of_the_decoder_stay_inside_also_with_many_threads(cat):
    exif = Image.Exif()
    exif[0x0112] = 6
    damaged = saved(cat, "JPEG", exif=exif.tobytes()[:-4] + b"\xff\xff\xff\xff")
    before = list(warnings.filters)
    with ThreadPoolExecutor(8) as pool:
        codes = {fingerprint.code for fingerprint in pool.map(hash_image, [damaged] * 40)}
    assert len(codes) == 1
    assert warnings.filters == before


def test_a_path_that_is_not_there_says_so(tmp_path):
    with pytest.raises(FileNotFoundError):
        hash_image(tmp_path / "nothing.jpg")


def test_hashing_leaves_a_given_image_as_it_was(cat):
    exif = Image.Exif()
    exif[0x0112] = 6
    image = Image.open(BytesIO(saved(cat, "JPEG", exif=exif)))
    hash_image(image)
    assert image.size == cat.size
    assert image.getexif()[0x0112] == 6
