"""What people do to a picture before they post it again: tone, size, turns, cuts. Parameters are drawn from a seed.

An edit is a function of a photograph and a Draw: chance, and other pictures to put it among. Its last step is always a
JPEG as chats and forums make them (`as_posted`).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from io import BytesIO

import numpy as np
from PIL import Image, ImageEnhance, ImageFilter, ImageOps

Colour = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Draw:
    """chance: the edit's own random numbers. others: pictures that lie beside, behind or around the photograph;
    used: the places in `others` of those that were taken, which a lookup may find as well.
    """

    chance: np.random.Generator
    others: list[Image.Image]
    used: set[int] = field(default_factory=set)

    def between(self, low: float, high: float) -> float:
        return float(self.chance.uniform(low, high))

    def whole(self, low: int, high: int) -> int:
        """low..high, both included."""
        return int(self.chance.integers(low, high + 1))

    def coin(self) -> bool:
        return bool(self.chance.integers(2))

    def colour(self) -> Colour:
        """Mostly black or white, as frames are; else anything."""
        kind = self.whole(0, 3)
        if kind < 2:
            level = self.whole(0, 6) if kind else 255 - self.whole(0, 6)
            return level, level, level
        return self.whole(0, 255), self.whole(0, 255), self.whole(0, 255)

    def other(self) -> Image.Image:
        place = self.whole(0, len(self.others) - 1)
        self.used.add(place)
        return self.others[place]


Edit = Callable[[Image.Image, Draw], Image.Image]


def as_posted(image: Image.Image, draw: Draw) -> bytes:
    """The file that is uploaded: long side 640..1600, JPEG of quality 70..92."""
    long_side = draw.whole(640, 1600)
    small = image.convert("RGB")
    if max(small.size) > long_side:
        small = scaled(small, long_side / max(small.size))
    file = BytesIO()
    small.save(file, "JPEG", quality=draw.whole(70, 92))
    return file.getvalue()


def scaled(image: Image.Image, factor: float, *, stretch: float = 1.0) -> Image.Image:
    size = max(8, round(image.width * factor * stretch)), max(8, round(image.height * factor))
    return image.resize(size, Image.Resampling.LANCZOS)


def _recoded(image: Image.Image, kind: str, quality: int) -> Image.Image:
    file = BytesIO()
    image.save(file, kind, quality=quality)
    return Image.open(file).convert("RGB")


# -- tone and size


def compressed(image: Image.Image, draw: Draw) -> Image.Image:
    return _recoded(image, "JPEG" if draw.coin() else "WEBP", draw.whole(8, 40))


def resized(image: Image.Image, draw: Draw) -> Image.Image:
    factor = draw.between(0.25, 0.7) if draw.coin() else draw.between(1.2, 1.8)
    return scaled(image, max(factor, 130 / min(image.size)), stretch=draw.between(0.8, 1.25))


def grey(image: Image.Image, _draw: Draw) -> Image.Image:
    return image.convert("L").convert("RGB")


def coloured(image: Image.Image, draw: Draw) -> Image.Image:
    """Brightness, contrast, saturation, gamma and a tint, as filters of phones mix them."""
    image = ImageEnhance.Brightness(image).enhance(draw.between(0.65, 1.4))
    image = ImageEnhance.Contrast(image).enhance(draw.between(0.65, 1.5))
    image = ImageEnhance.Color(image).enhance(draw.between(0.2, 2.0))
    gamma = draw.between(0.65, 1.5)
    tint = [draw.between(0.8, 1.15) for _ in range(3)]
    levels = [min(255, round(255 * (level / 255) ** gamma * factor)) for factor in tint for level in range(256)]
    return image.point(levels)


def blurred(image: Image.Image, draw: Draw) -> Image.Image:
    return image.filter(ImageFilter.GaussianBlur(draw.between(0.003, 0.01) * min(image.size)))


def noisy(image: Image.Image, draw: Draw) -> Image.Image:
    pixels = np.asarray(image, dtype=np.float32)
    return _image(pixels + draw.chance.normal(0, draw.between(6, 25), pixels.shape))


def negative(image: Image.Image, _draw: Draw) -> Image.Image:
    return ImageOps.invert(image)


def _image(pixels: np.ndarray) -> Image.Image:
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


# -- turned and mirrored


def _turned(way: Image.Transpose) -> Edit:
    return lambda image, _: image.transpose(way)


# -- cut, tilted, photographed


def cut(image: Image.Image, draw: Draw, *, kept: float, centred: bool) -> Image.Image:
    """A part of the picture, `kept` of each side."""
    width, height = round(image.width * kept), round(image.height * kept)
    left = (image.width - width) // 2 if centred else draw.whole(0, image.width - width)
    top = (image.height - height) // 2 if centred else draw.whole(0, image.height - height)
    return image.crop((left, top, left + width, top + height))


def cut_by_hand(image: Image.Image, draw: Draw, *, sides: list[float]) -> Image.Image:
    """Less a share of the width or height at the left, top, right and bottom, whichever way round."""
    left, top, right, bottom = (sides[place] for place in draw.chance.permutation(4))
    width, height = image.size
    return image.crop(
        (round(left * width), round(top * height), round((1 - right) * width), round((1 - bottom) * height))
    )


def tilted(image: Image.Image, draw: Draw, *, degrees: float) -> Image.Image:
    """Turned by a few degrees either way: corners filled with one colour, or cut away."""
    angle = degrees if draw.coin() else -degrees
    if draw.coin():
        return image.rotate(angle, Image.Resampling.BICUBIC, expand=True, fillcolor=draw.colour())
    turned = image.rotate(angle, Image.Resampling.BICUBIC)
    inset = np.tan(np.radians(degrees)) / 2
    left, top = round(image.height * inset), round(image.width * inset)
    return turned.crop((left, top, image.width - left, image.height - top))


def skewed(image: Image.Image, draw: Draw, *, strength: float = 0.08, around: Image.Image | None = None) -> Image.Image:
    """Seen from aside: each corner moves inwards by up to `strength` of the side."""
    width, height = image.size
    corners = [
        (draw.between(0, strength) * width, draw.between(0, strength) * height),
        (width - draw.between(0, strength) * width, draw.between(0, strength) * height),
        (width - draw.between(0, strength) * width, height - draw.between(0, strength) * height),
        (draw.between(0, strength) * width, height - draw.between(0, strength) * height),
    ]
    flat = [(0, 0), (width, 0), (width, height), (0, height)]
    mask = Image.new("L", image.size, 255)
    map_back = _perspective(corners, flat)
    shape = Image.Transform.PERSPECTIVE
    seen = image.transform(image.size, shape, map_back, Image.Resampling.BICUBIC)
    lit = mask.transform(image.size, shape, map_back, Image.Resampling.BICUBIC)
    back = around.resize(image.size) if around else Image.new("RGB", image.size, draw.colour())
    back.paste(seen, (0, 0), lit)
    return back


def _perspective(there: list[tuple[float, float]], here: list[tuple[float, float]]) -> list[float]:
    """The eight numbers Pillow wants: they take a point of the result back to the source."""
    rows, values = [], []
    for (x, y), (u, v) in zip(there, here, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        values += [u, v]
    return [float(value) for value in np.linalg.solve(np.array(rows), np.array(values))]


def screen_photographed(image: Image.Image, draw: Draw, *, hard: bool) -> Image.Image:
    """A phone held before a screen: tilt, moire, uneven light, a soft lens; hard: more of each, and the room."""
    dark = Image.new("RGB", image.size, (18, 18, 22))
    image = skewed(image, draw, strength=0.07 if hard else 0.018, around=draw.other() if hard else dark)
    pixels = np.asarray(image, dtype=np.float32)
    y, x = np.mgrid[: image.height, : image.width].astype(np.float32)
    waves = np.sin(x * draw.between(0.4, 1.2) + y * draw.between(-0.3, 0.3)) * (9 if hard else 4)
    light = 1 - (0.45 if hard else 0.2) * np.hypot(x / image.width - draw.between(0.3, 0.7), y / image.height - 0.5)
    noise = draw.chance.normal(0, 6 if hard else 3, pixels.shape)
    shot = _image((pixels + waves[..., None]) * light[..., None] + noise)
    return shot.filter(ImageFilter.GaussianBlur(1.4 if hard else 0.8))


# Crops that are not in the goal's list: a watermark or a caption cut off, edges tidied.
FURTHER: dict[str, Edit] = {
    "one side cut, 2-12 %": lambda image, draw: cut_by_hand(image, draw, sides=[draw.between(0.02, 0.12), 0, 0, 0]),
    "each side cut, 0-5 %": lambda image, draw: cut_by_hand(image, draw, sides=[draw.between(0, 0.05) for _ in "1234"]),
}
EDITS: dict[str, Edit] = {
    "compression": compressed,
    "scaling": resized,
    "grey": grey,
    "colour": coloured,
    "blur": blurred,
    "noise": noisy,
    "mirrored": _turned(Image.Transpose.FLIP_LEFT_RIGHT),
    "flipped": _turned(Image.Transpose.FLIP_TOP_BOTTOM),
    "turned 90": _turned(Image.Transpose.ROTATE_270),
    "turned 180": _turned(Image.Transpose.ROTATE_180),
    "turned 270": _turned(Image.Transpose.ROTATE_90),
    "negative": negative,
    "centre crop 95 %": lambda image, draw: cut(image, draw, kept=0.95, centred=True),
    "centre crop 90 %": lambda image, draw: cut(image, draw, kept=0.90, centred=True),
    "centre crop 80 %": lambda image, draw: cut(image, draw, kept=0.80, centred=True),
    "random crop": lambda image, draw: cut(image, draw, kept=draw.between(0.55, 0.9), centred=False),
    "tilted 2 degrees": lambda image, draw: tilted(image, draw, degrees=2),
    "tilted 5 degrees": lambda image, draw: tilted(image, draw, degrees=5),
    "tilted 10 degrees": lambda image, draw: tilted(image, draw, degrees=10),
    "perspective": skewed,
    "photo of a screen": lambda image, draw: screen_photographed(image, draw, hard=False),
    "photo of a screen, hard": lambda image, draw: screen_photographed(image, draw, hard=True),
}
