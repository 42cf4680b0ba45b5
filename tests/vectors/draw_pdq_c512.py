"""Draw the pictures of pdq-c512.json and write down their fingerprints.

Run by hand, from the root of the checkout, when a picture is added: `python -m tests.vectors.draw_pdq_c512`.
Another version of an encoder writes other bytes, so the tests read what is committed and never run this.
"""

import hashlib
import json
from pathlib import Path

import numpy as np
import pillow_heif
from PIL import Image, ImageDraw, ImageFilter

from amparo.core.fingerprint import ALGORITHM, grey_512, hash_image
from amparo.core.fingerprint._decode import open_picture
from amparo.core.fingerprint._image import _upright

HERE = Path(__file__).parent
FOLDER = HERE / "pictures"
EXIF_ORIENTATION = 0x0112


def shore(width, height):
    """A sky, hills, a sun, a fence and some pebbles: broad shapes and sharp edges, no symmetry."""
    draw_on = Image.new("RGB", (width, height))
    draw = ImageDraw.Draw(draw_on)
    for y in range(height):
        draw.line([(0, y), (width, y)], fill=(90 + 120 * y // height, 150 + 60 * y // height, 235 - 90 * y // height))
    draw.ellipse([width * 0.68, height * 0.08, width * 0.86, height * 0.30], fill=(255, 236, 170))
    hills = [(0, height)] + [
        (x, height * (0.62 + 0.09 * np.sin(9 * x / width) + 0.04 * np.sin(31 * x / width))) for x in range(width + 1)
    ]
    draw.polygon([*hills, (width, height)], fill=(52, 96, 58))
    draw.polygon([(0, height), (0, height * 0.8), (width * 0.55, height)], fill=(196, 170, 120))
    for post in range(9):
        left = width * (0.42 + 0.06 * post)
        draw.rectangle([left, height * (0.70 + 0.01 * post), left + width * 0.012, height * 0.93], fill=(88, 60, 44))
    dice = np.random.default_rng(512)
    for _ in range(40):
        x, y, r = dice.random() * width * 0.4, height * (0.85 + 0.14 * dice.random()), width * 0.012 * dice.random() + 1
        tone = int(dice.integers(60, 230))
        draw.ellipse([x - r, y - r, x + r, y + r], fill=(tone, tone - 20, tone - 40))
    return draw_on


def noise(width, height, channels, seed):
    shape = (height, width, channels) if channels > 1 else (height, width)
    return Image.fromarray(np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8))


def every_alpha():
    colour, alpha = np.meshgrid(np.arange(256), np.arange(256))
    return Image.fromarray(np.stack([colour, 255 - colour, colour[::-1] ^ 85, alpha], axis=-1).astype(np.uint8))


def vignette(image):
    """The picture fading out towards its right edge."""
    ramp = np.linspace(255, 0, image.width).astype(np.uint8)
    image = image.copy()
    image.putalpha(Image.fromarray(np.tile(ramp, (image.height, 1))))
    return image


def png_16(array):
    """Sixteen-bit RGB, which Pillow does not write."""
    import struct
    import zlib

    def chunk(name, body):
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    height, width = array.shape[:2]
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in array)
    header = struct.pack(">IIBBBBB", width, height, 16, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        [chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(rows, 9)), chunk(b"IEND", b"")]
    )


def save(name, image, **options):
    image.save(FOLDER / name, **options)


def draw_lossless():
    save("shore.png", shore(640, 480), optimize=True)
    save("exactly-512.png", shore(512, 512), optimize=True)
    save("small.png", shore(97, 61))
    save("odd.png", noise(37, 23, 3, 1))
    save("grid-64.png", noise(64, 64, 3, 2))
    save("five-by-five.png", noise(5, 5, 3, 3))
    save("thin.png", noise(5, 301, 3, 4))
    save("wide.png", noise(701, 6, 1, 5))
    save("flat.png", Image.new("RGB", (40, 30), (120, 60, 200)))
    save("soft.png", shore(320, 240).convert("L").filter(ImageFilter.GaussianBlur(24)))
    save("every-alpha.png", every_alpha(), optimize=True)
    save("fading.png", vignette(shore(200, 150)), optimize=True)
    save("grey-alpha.png", vignette(shore(120, 160).convert("L")), optimize=True)
    save("palette.png", shore(320, 240).quantize(48), optimize=True)
    save("palette-transparent.png", shore(240, 320).quantize(32), transparency=bytes(range(0, 256, 8)), optimize=True)
    save("one-bit.png", shore(320, 200).convert("1"))
    save("key-colour.png", shore(160, 120).quantize(8).convert("RGB"), transparency=(52, 96, 58))
    dice = np.random.default_rng(6)
    deep = (np.asarray(shore(120, 80)).astype(np.uint16) << 8) | dice.integers(0, 256, (80, 120, 3), dtype=np.uint16)
    save("grey-16.png", Image.fromarray(deep[..., 1]))
    (FOLDER / "rgb-16.png").write_bytes(png_16(deep))
    save("shore.gif", shore(320, 240).quantize(64))
    save("two-frames.gif", shore(160, 120).quantize(32), save_all=True, append_images=[noise(160, 120, 1, 7)])
    save("transparent.gif", shore(160, 120).quantize(32), transparency=3)
    save("shore.bmp", shore(100, 75))
    save("fading.webp", vignette(shore(200, 150)), lossless=True, exact=True)
    save("shore.tif", shore(200, 150), compression="tiff_deflate")


def draw_lossy():
    scene = shore(640, 480)
    for name, sampling in (("420", 2), ("422", 1), ("444", 0)):
        save(f"shore-{name}.jpg", scene, quality=80, subsampling=sampling)
    save("shore-progressive.jpg", scene, quality=75, progressive=True)
    save("shore-grey.jpg", scene.convert("L"), quality=80)
    save("shore-cmyk.jpg", shore(320, 240).convert("CMYK"), quality=80)
    save("large.jpg", shore(1601, 1203), quality=70)
    save("odd-420.jpg", shore(211, 133), quality=85, subsampling=2)
    save("shore-lossy.webp", scene, quality=75)
    save("shore.avif", shore(320, 240), quality=70)
    pillow_heif.from_pillow(shore(320, 240)).save(FOLDER / "shore.heic", quality=70)
    for orientation in range(1, 9):
        exif = Image.Exif()
        exif[EXIF_ORIENTATION] = orientation
        save(f"exif-{orientation}.jpg", shore(120, 80), quality=80, exif=exif)
    save("exif-6.png", shore(120, 80), exif=_turned())
    save("exif-6.webp", shore(120, 80), exif=_turned(), lossless=True)


def _turned():
    exif = Image.Exif()
    exif[EXIF_ORIENTATION] = 6
    return exif


REFUSED_BY_BROWSERS = (".heic", ".tif")
LOSSY = (".jpg", ".avif", ".heic", "-lossy.webp")


def describe(path):
    picture = open_picture(path)
    on_white = picture.rows(0, picture.height)
    if on_white.shape[2] == 1:
        on_white = np.repeat(on_white, 3, axis=2)
    upright = np.ascontiguousarray(np.stack([_upright(on_white[..., c], picture.orientation) for c in range(3)], -1))
    fingerprint = hash_image(path)
    row = {
        "file": path.name,
        "sha256": fingerprint.sha256.hex(),
        "width": upright.shape[1],
        "height": upright.shape[0],
        "lossless": not path.name.endswith(LOSSY),
        "on_white_sha256": hashlib.sha256(upright.tobytes()).hexdigest(),
        "grey_512_sha256": hashlib.sha256(grey_512(upright).tobytes()).hexdigest(),
        "code": fingerprint.hex,
        "quality": fingerprint.quality,
        "browser": "refuses" if path.suffix in REFUSED_BY_BROWSERS else "agrees",
    }
    if not row["lossless"]:
        del row["on_white_sha256"]
    return row


# Pictures as formulas, for ports that have no decoder: see README.md for the two rules.
PATTERNS = [
    {"rule": rule, "width": width, "height": height, "seed": seed}
    for seed, (rule, width, height) in enumerate(
        [
            ("noise", 5, 5),
            ("noise", 64, 64),
            ("noise", 300, 200),
            ("noise", 513, 511),
            ("noise", 512, 512),
            ("noise", 1030, 769),
            ("waves", 400, 300),
            ("waves", 7, 900),
            ("waves", 1200, 5),
            ("waves", 640, 480),
            ("waves", 1025, 2048),
        ]
    )
]


def pattern(*, rule, width, height, seed):
    """(height, width, 4) RGBA of a formula in README.md."""
    if rule == "noise":
        state, pixels = seed, bytearray(width * height * 4)
        for place in range(len(pixels)):
            state = (1664525 * state + 1013904223) % 2**32
            pixels[place] = state >> 24
        return np.frombuffer(bytes(pixels), dtype=np.uint8).reshape(height, width, 4)
    y, x = np.mgrid[:height, :width].astype(np.int64)
    channels = [x * x // (width + seed) + y, y * y // (height + seed) + 2 * x, x * y // (width + height), x + y + 128]
    folded = [np.where(c % 512 < 256, c % 512, 511 - c % 512) for c in channels]
    return np.stack(folded, axis=-1).astype(np.uint8)


def main():
    FOLDER.mkdir(exist_ok=True)
    draw_lossless()
    draw_lossy()
    patterns = []
    for rule in PATTERNS:
        fingerprint = hash_image(Image.fromarray(pattern(**rule)))
        patterns.append({**rule, "code": fingerprint.hex, "quality": fingerprint.quality})
    vectors = {
        "algorithm": ALGORITHM,
        "pictures": [describe(path) for path in sorted(FOLDER.iterdir())],
        "patterns": patterns,
    }
    (HERE / "pdq-c512.json").write_text(json.dumps(vectors, indent=1) + "\n", encoding="ascii")


if __name__ == "__main__":
    main()
