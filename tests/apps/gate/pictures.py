"""Harmless pictures and what people do to them before they upload them again."""

from io import BytesIO
from pathlib import Path

from PIL import Image, ImageOps


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
