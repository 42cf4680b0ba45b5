"""Harmless photographs, and what people do to a picture before they upload it again."""

import importlib.util
import io
from pathlib import Path

from PIL import Image, ImageOps


def photo(name: str) -> bytes:
    """One of scikit-image's sample photographs: a cat, a cup of coffee, coins, a rocket."""
    found = importlib.util.find_spec("skimage")
    if found is None or not found.submodule_search_locations:
        raise SystemExit("the photographs are not installed: run `make demo`")
    return (Path(found.submodule_search_locations[0]) / "data" / name).read_bytes()


def re_encoded(picture: bytes) -> bytes:
    return _jpeg(_open(picture), quality=40)


def resized(picture: bytes) -> bytes:
    image = _open(picture)
    return _jpeg(image.resize((image.width // 2, image.height // 2), Image.Resampling.LANCZOS))


def mirrored(picture: bytes) -> bytes:
    return _jpeg(ImageOps.mirror(_open(picture)))


def _open(picture: bytes) -> Image.Image:
    return Image.open(io.BytesIO(picture)).convert("RGB")


def _jpeg(image: Image.Image, quality: int = 85) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality)
    return out.getvalue()
