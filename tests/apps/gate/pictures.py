"""Harmless pictures and what people do to them before they upload them again."""

from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageOps


def saved(picture: Image.Image, kind: str = "JPEG", **options) -> bytes:
    out = BytesIO()
    picture.convert("RGB").save(out, kind, **options)
    return out.getvalue()


def opened(path: Path) -> Image.Image:
    return Image.open(path).convert("RGB")


def re_encoded(picture: Image.Image) -> bytes:
    return saved(picture, quality=60)


def resized(picture: Image.Image) -> bytes:
    return saved(picture.resize((picture.width * 2 // 3, picture.height * 2 // 3)), quality=85)


def mirrored(picture: Image.Image) -> bytes:
    return saved(ImageOps.mirror(picture), quality=85)


def turned(picture: Image.Image) -> bytes:
    return saved(picture.rotate(90, expand=True), quality=85)


def plain() -> bytes:
    """One grey all over: quality 0."""
    return saved(Image.new("RGB", (256, 256), (120, 120, 120)), "PNG")


def cropped(picture: Image.Image) -> Image.Image:
    """60 % of each side."""
    width, height = picture.size
    return picture.crop((width // 5, height // 5, width * 4 // 5, height * 4 // 5))


def tilted(picture: Image.Image) -> Image.Image:
    return picture.rotate(10, Image.Resampling.BICUBIC, expand=True)


def covered(picture: Image.Image) -> Image.Image:
    """By a disc that is 40 % as wide, off the middle."""
    copy = picture.copy()
    width, height = picture.size
    ImageDraw.Draw(copy).ellipse((width // 3, height // 5, width * 11 // 15, height * 4 // 5), fill=(240, 200, 40))
    return copy
