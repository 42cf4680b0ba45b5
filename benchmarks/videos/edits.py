"""What people do to a video before they upload it again, with random parameters from a seed."""

from collections.abc import Callable
from fractions import Fraction

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter

from videos.files import encoded
from videos.scenes import Film, Frames

Edit = Callable[[Film, Film, np.random.Generator], bytes]


def each(change: Callable[[np.ndarray], np.ndarray], film: Film) -> Frames:
    return [change(frame) for frame in film.frames]


def pictured(change: Callable[[Image.Image], Image.Image]) -> Callable[[np.ndarray], np.ndarray]:
    return lambda frame: np.asarray(change(Image.fromarray(frame)))


def upload(frames: Frames, film: Film, rng: np.random.Generator, *, speed: float = 1.0) -> bytes:
    """As a site encodes it again: H.264, worse than it was."""
    rate = Fraction(film.rate * speed).limit_denominator(1000)
    return encoded(frames, rate=rate, crf=int(rng.integers(26, 33)))


def encoded_again(film: Film, _: Film, rng: np.random.Generator) -> bytes:
    share = rng.uniform(0.4, 0.8)
    size = [round(side * share) for side in film.frames[0].shape[1::-1]]
    return encoded(
        each(pictured(lambda image: image.resize(size)), film),
        rate=Fraction(film.rate).limit_denominator(1000),
        crf=int(rng.integers(30, 37)),
    )


def speeded(share: float) -> Edit:
    return lambda film, _, rng: upload(film.frames, film, rng, speed=share)


def prepended(film: Film, other: Film, rng: np.random.Generator) -> bytes:
    size = film.frames[0].shape[1::-1]
    before = [np.asarray(Image.fromarray(frame).resize(size)) for frame in other.frames[: int(4 * other.rate)]]
    return upload([*before, *film.frames], film, rng)


def part(start: float, stop: float) -> Edit:
    def cut(film: Film, _: Film, rng: np.random.Generator) -> bytes:
        # Not on the grid of the registered frames.
        first = int(start * len(film.frames)) + int(rng.integers(0, 12) if start else 0)
        return upload(film.frames[first : int(stop * len(film.frames))], film, rng)

    return cut


def letterboxed(film: Film, _: Film, rng: np.random.Generator) -> bytes:
    height, width = film.frames[0].shape[:2]
    rows, columns = (rng.uniform(0.1, 0.4), 0.0) if rng.random() < 0.6 else (0.0, rng.uniform(0.1, 1.2))
    half = [(round(rows * height / 2),) * 2, (round(columns * width / 2),) * 2, (0, 0)]
    return upload(each(lambda frame: np.pad(frame, half), film), film, rng)


def padded(film: Film, _: Film, rng: np.random.Generator) -> bytes:
    height, width = film.frames[0].shape[:2]
    top, bottom, left, right = (rng.uniform(0, 0.25, 4) * (height, height, width, width)).astype(int)
    colour = rng.integers(0, 256, 3)

    def pad(frame: np.ndarray) -> np.ndarray:
        around = np.tile(colour.astype(np.uint8), (height + top + bottom, width + left + right, 1))
        around[top : top + height, left : left + width] = frame
        return around

    return upload(each(pad, film), film, rng)


def mirrored(film: Film, _: Film, rng: np.random.Generator) -> bytes:
    return upload(each(lambda frame: frame[:, ::-1], film), film, rng)


def turned(film: Film, _: Film, rng: np.random.Generator) -> bytes:
    quarters = int(rng.integers(1, 4))
    return upload(each(lambda frame: np.rot90(frame, quarters), film), film, rng)


def with_logo(film: Film, _: Film, rng: np.random.Generator) -> bytes:
    """Opaque, in a corner: 8 to 22 % as wide and 6 to 18 % as high as the video."""
    height, width = film.frames[0].shape[:2]
    wide, high = int(rng.uniform(0.08, 0.22) * width), int(rng.uniform(0.06, 0.18) * height)
    logo = Image.new("RGB", (wide, high), tuple(int(level) for level in rng.integers(0, 256, 3)))
    pen = ImageDraw.Draw(logo)
    pen.ellipse((2, 2, high - 3, high - 3), fill=tuple(int(level) for level in rng.integers(0, 256, 3)))
    pen.text((high, high // 4), "example", fill="white")
    x = 8 if rng.random() < 0.5 else width - wide - 8
    y = 8 if rng.random() < 0.5 else height - high - 8
    patch = np.asarray(logo)

    def mark(frame: np.ndarray) -> np.ndarray:
        frame = frame.copy()
        frame[y : y + high, x : x + wide] = patch
        return frame

    return upload(each(mark, film), film, rng)


def cropped(share: float, *, centre: bool) -> Edit:
    def crop(film: Film, _: Film, rng: np.random.Generator) -> bytes:
        height, width = film.frames[0].shape[:2]
        left, top = (0.5, 0.5) if centre else rng.uniform(0, 1, 2)
        x, y = left * (1 - share) * width, top * (1 - share) * height
        box = (x, y, x + share * width, y + share * height)
        resize = pictured(lambda image: image.resize((width, height), Image.Resampling.BICUBIC, box=box))
        return upload(each(resize, film), film, rng)

    return crop


def rotated(degrees: float) -> Edit:
    def rotate(film: Film, _: Film, rng: np.random.Generator) -> bytes:
        angle = degrees if rng.random() < 0.5 else -degrees
        return upload(each(pictured(lambda image: image.rotate(angle, Image.Resampling.BICUBIC)), film), film, rng)

    return rotate


def captioned(film: Film, _: Film, rng: np.random.Generator) -> bytes:
    """A white band above with two lines of text."""
    height, width = film.frames[0].shape[:2]
    band = Image.new("RGB", (width, int(rng.uniform(0.15, 0.35) * height)), "white")
    for line in range(2):
        ImageDraw.Draw(band).text((12, 6 + 16 * line), "a line of text about this video " * 2, fill="black")
    above = np.asarray(band)
    return upload(each(lambda frame: np.concatenate([above, frame]), film), film, rng)


def pasted(film: Film, other: Film, rng: np.random.Generator) -> bytes:
    """At 50 to 70 % of its size on a still of another video."""
    height, width = film.frames[0].shape[:2]
    share = rng.uniform(0.5, 0.7)
    size = (round(share * width), round(share * height))
    ground = np.asarray(Image.fromarray(other.frames[0]).resize((width, height)))
    x, y = (rng.uniform(0, 1, 2) * ((width, height) - np.array(size))).astype(int)

    def paste(frame: np.ndarray) -> np.ndarray:
        whole = ground.copy()
        whole[y : y + size[1], x : x + size[0]] = np.asarray(Image.fromarray(frame).resize(size))
        return whole

    return upload(each(paste, film), film, rng)


def blurred_bars(film: Film, _: Film, rng: np.random.Generator) -> bytes:
    """Upright, the video in the middle and itself blurred above and below, as phones' editors do."""
    height, width = film.frames[0].shape[:2]
    tall = int(rng.uniform(1.6, 2.4) * height)

    def fill(frame: np.ndarray) -> np.ndarray:
        image = Image.fromarray(frame)
        whole = image.resize((round(width * tall / height), tall)).filter(ImageFilter.GaussianBlur(12))
        whole = whole.crop(((whole.width - width) // 2, 0, (whole.width - width) // 2 + width, tall))
        whole.paste(image, (0, (tall - height) // 2))
        return np.asarray(whole)

    return upload(each(fill, film), film, rng)


def recoloured(film: Film, _: Film, rng: np.random.Generator) -> bytes:
    bright, contrast = rng.uniform(0.7, 1.3, 2)

    def colour(image: Image.Image) -> Image.Image:
        return ImageEnhance.Contrast(ImageEnhance.Brightness(image.convert("L")).enhance(bright)).enhance(contrast)

    return upload(each(pictured(lambda image: colour(image).convert("RGB")), film), film, rng)


# Goal of the recall, None where none was set.
EDITS: dict[str, tuple[Edit, float | None]] = {
    "encoded again, 40-80 % of the size": (encoded_again, 1.0),
    "25 % faster": (speeded(1.25), 1.0),
    "25 % slower": (speeded(0.75), 1.0),
    "4 s of another video before": (prepended, 1.0),
    "first half": (part(0, 0.5), 1.0),
    "middle 40 %": (part(0.3, 0.7), 0.8),
    "last 20 %": (part(0.8, 1), 0.8),
    "letterbox and pillarbox": (letterboxed, 0.9),
    "padding, four sides, any colour": (padded, 0.9),
    "mirrored": (mirrored, 1.0),
    "logo in a corner": (with_logo, 0.9),
    "crop to 90 %, centre": (cropped(0.9, centre=True), None),
    "crop to 90 %, anywhere": (cropped(0.9, centre=False), None),
    "rotated by 5 degrees": (rotated(5), None),
}
# Not looked at while anything was chosen.
HELD_BACK: dict[str, tuple[Edit, float | None]] = {
    "turned by quarters": (turned, None),
    "grey, brightness and contrast": (recoloured, None),
    "caption band above": (captioned, None),
    "blurred bars above and below": (blurred_bars, None),
    "pasted at 50-70 % on another": (pasted, None),
    "crop to 95 %, anywhere": (cropped(0.95, centre=False), None),
    "crop to 85 %, centre": (cropped(0.85, centre=True), None),
    "rotated by 2 degrees": (rotated(2), None),
}
