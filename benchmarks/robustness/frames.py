"""What people put around a picture or on it: borders, screenshots, collages, captions, text, stickers."""

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont, ImageOps

from robustness.edits import Colour, Draw, Edit, scaled

WORDS = ["sunny", "harbour", "yellow", "kettle", "old", "bridge", "seven", "apples", "north", "wind", "paper", "boat"]


def _words(draw: Draw, count: int) -> str:
    return " ".join(WORDS[draw.whole(0, len(WORDS) - 1)] for _ in range(count))


# -- borders and bands


def bordered(image: Image.Image, draw: Draw) -> Image.Image:
    """One colour all around, as wide on each side as it happens to be."""
    return _padded(image, draw.colour(), [draw.between(0.02, 0.15) for _ in range(4)])


def letterboxed(image: Image.Image, draw: Draw) -> Image.Image:
    """Bands above and below, or left and right."""
    band = draw.between(0.05, 0.3)
    return _padded(image, draw.colour(), [band, 0, band, 0] if draw.coin() else [0, band, 0, band])


def _padded(image: Image.Image, colour: Colour, sides: list[float]) -> Image.Image:
    """sides: left, top, right, bottom, as shares of the picture's width and height."""
    left, right = round(sides[0] * image.width), round(sides[2] * image.width)
    top, bottom = round(sides[1] * image.height), round(sides[3] * image.height)
    sheet = Image.new("RGB", (image.width + left + right, image.height + top + bottom), colour)
    sheet.paste(image, (left, top))
    return sheet


def on_its_own_blur(image: Image.Image, draw: Draw) -> Image.Image:
    """In a frame of another shape, filled up with an enlarged, blurred copy of itself: how apps avoid black bars."""
    shape = draw.between(1.25, 1.9)
    across = draw.coin()
    size = (round(image.width * shape), image.height) if across else (image.width, round(image.height * shape))
    sheet = ImageOps.fit(image, size).filter(ImageFilter.GaussianBlur(draw.between(0.02, 0.05) * min(size)))
    sheet = sheet.point([round(level * draw.between(0.75, 1.0)) for level in range(256)] * 3)
    sheet.paste(image, ((size[0] - image.width) // 2, (size[1] - image.height) // 2))
    return sheet


def captioned(image: Image.Image, draw: Draw) -> Image.Image:
    """A band with words above or below, black on white or the other way round."""
    band = round(draw.between(0.1, 0.3) * image.height)
    dark = draw.coin()
    sheet = Image.new("RGB", (image.width, image.height + band), "black" if dark else "white")
    above = draw.coin()
    sheet.paste(image, (0, band if above else 0))
    pen = ImageDraw.Draw(sheet)
    size = band * draw.between(0.25, 0.45)
    top = 0 if above else image.height
    pen.text(
        (image.width * 0.04, top + band * 0.2),
        _words(draw, 4),
        fill="white" if dark else "black",
        font=ImageFont.load_default(size),
    )
    return sheet


# -- screens


def screenshot(image: Image.Image, draw: Draw, *, dark: bool) -> Image.Image:
    """A phone showing a post: status line, name, the picture over the whole width or with margins, comments."""
    paper, ink = ((draw.whole(0, 40),) * 3, (225,) * 3) if dark else ((255 - draw.whole(0, 12),) * 3, (30,) * 3)
    width = 720
    tall = draw.between(1.9, 2.2)
    margin = 0 if draw.coin() else draw.whole(12, 40)
    shown = scaled(image, (width - 2 * margin) / image.width)
    if shown.height > width * tall * 0.7:
        shown = scaled(shown, width * tall * 0.7 / shown.height)
    height = round(width * tall)
    sheet = Image.new("RGB", (width, height), paper)
    pen = ImageDraw.Draw(sheet)
    top = draw.whole(90, max(100, height - shown.height - 120))
    left = (width - shown.width) // 2
    _interface(pen, draw, width=width, height=height, free=(top, top + shown.height), ink=ink)
    sheet.paste(shown, (left, top))
    return sheet


def _interface(pen: ImageDraw.ImageDraw, draw: Draw, *, width: int, height: int, free: tuple[int, int], ink: Colour):
    """Clock, avatar, lines of text, buttons: everywhere but in the rows free[0]..free[1]."""
    small = ImageFont.load_default(22)
    pen.text((24, 10), f"{draw.whole(8, 22)}:{draw.whole(10, 59)}", fill=ink, font=small)
    pen.text((width - 110, 10), f"{draw.whole(5, 99)} %", fill=ink, font=small)
    pen.ellipse((24, 46, 68, 90), fill=draw.colour())
    pen.text((84, 54), _words(draw, 2), fill=ink, font=small)
    for y in range(100, height - 40, draw.whole(32, 46)):
        if y + 34 < free[0] or y > free[1] + 12:
            if draw.whole(0, 4):
                pen.text((24, y), _words(draw, draw.whole(2, 7)), fill=ink, font=small)
            else:
                for x in range(24, width // 2, 70):
                    pen.ellipse((x, y, x + 26, y + 26), outline=ink, width=3)


def phone(image: Image.Image, draw: Draw) -> Image.Image:
    """A screenshot in a drawn phone, on a coloured ground, as mock-up apps make them."""
    screen = screenshot(image, draw, dark=draw.coin())
    rim = draw.whole(14, 30)
    body = Image.new("RGB", (screen.width + 2 * rim, screen.height + 4 * rim), (draw.whole(0, 30),) * 3)
    body.paste(screen, (rim, 2 * rim))
    edge = draw.whole(40, 160)
    sheet = Image.new("RGB", (body.width + 2 * edge, body.height + 2 * edge), draw.colour())
    mask = Image.new("L", body.size, 0)
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, *body.size), radius=3 * rim, fill=255)
    sheet.paste(body, (edge, edge), mask)
    return sheet


# -- among others


def collage(image: Image.Image, draw: Draw, *, count: int) -> Image.Image:
    """Two beside or above each other, or four in a square; cells of one shape, with or without a gap."""
    cell = (600, round(600 / (image.width / image.height))) if image.width > image.height else (450, 600)
    gap = 0 if draw.coin() else draw.whole(4, 16)
    across = 2 if count == 4 or draw.coin() else 1
    down = count // across
    sheet = Image.new("RGB", (across * (cell[0] + gap) + gap, down * (cell[1] + gap) + gap), draw.colour())
    place = draw.whole(0, count - 1)
    for number in range(count):
        part = image.resize(cell) if number == place else ImageOps.fit(draw.other(), cell)
        sheet.paste(part, (gap + number % across * (cell[0] + gap), gap + number // across * (cell[1] + gap)))
    return sheet


def pasted(image: Image.Image, draw: Draw, *, share: float) -> Image.Image:
    """Laid on another picture, `share` of its width or height, wherever."""
    back = draw.other()
    back = scaled(back, 1000 / max(back.size))
    front = scaled(image, min(back.width * share / image.width, back.height * share / image.height))
    back.paste(front, (draw.whole(0, back.width - front.width), draw.whole(0, back.height - front.height)))
    return back


# -- on top


def lettered(image: Image.Image, draw: Draw, *, large: bool) -> Image.Image:
    """Words across the picture."""
    sheet = image.copy()
    pen = ImageDraw.Draw(sheet)
    lines = draw.whole(2, 3) if large else 1
    size = image.height * (draw.between(0.11, 0.17) if large else draw.between(0.03, 0.06))
    font = ImageFont.load_default(size)
    top = draw.between(0.05, 0.9 - lines * 0.17) * image.height
    for line in range(lines):
        where = (image.width * 0.04, top + line * size * 1.2)
        edge = max(1, round(size / 14))
        pen.text(where, _words(draw, 3), fill=draw.colour(), font=font, stroke_width=edge, stroke_fill="black")
    return sheet


def stickered(image: Image.Image, draw: Draw, *, share: float) -> Image.Image:
    """A round sticker with a face of two dots, `share` of the short side across."""
    sheet = image.copy()
    size = round(share * min(image.size))
    left, top = draw.whole(0, image.width - size), draw.whole(0, image.height - size)
    pen = ImageDraw.Draw(sheet)
    pen.ellipse(
        (left, top, left + size, top + size), fill=(250, 210, 60), outline=(120, 90, 0), width=max(2, size // 40)
    )
    for x in (0.35, 0.65):
        middle = left + size * x, top + size * 0.4
        spot = size * 0.07
        pen.ellipse((middle[0] - spot, middle[1] - spot, middle[0] + spot, middle[1] + spot), fill=(60, 40, 0))
    pen.arc(
        (left + size * 0.25, top + size * 0.3, left + size * 0.75, top + size * 0.8), 20, 160, fill=(60, 40, 0), width=4
    )
    return sheet


# -- never run while boxes and constants were chosen


def story(image: Image.Image, draw: Draw) -> Image.Image:
    """A tall story: the picture on a colour gradient, words above."""
    width, height = 720, 1280
    ends = [np.array(draw.colour(), dtype=np.float32) for _ in range(2)]
    slope = np.linspace(0, 1, height, dtype=np.float32)[:, None, None]
    sheet = Image.fromarray(
        np.broadcast_to(ends[0] * (1 - slope) + ends[1] * slope, (height, width, 3)).astype(np.uint8)
    )
    shown = scaled(image, min(width * draw.between(0.8, 1) / image.width, height * 0.7 / image.height))
    top = draw.whole(150, height - shown.height - 60)
    sheet.paste(shown, ((width - shown.width) // 2, top))
    ImageDraw.Draw(sheet).text((60, top - 80), _words(draw, 3), fill="white", font=ImageFont.load_default(44))
    return sheet


def chat(image: Image.Image, draw: Draw) -> Image.Image:
    """A chat on a patterned ground, the picture in a bubble with round corners, bubbles of text around."""
    width, height = 720, 1440
    ground = np.array((draw.whole(190, 235),) * 3 if draw.coin() else (draw.whole(10, 40),) * 3, dtype=np.float32)
    pattern = draw.chance.normal(0, 5, (height // 8, width // 8, 1)).repeat(8, 0).repeat(8, 1)
    sheet = Image.fromarray(np.clip(ground + pattern, 0, 255).astype(np.uint8))
    pen = ImageDraw.Draw(sheet)
    shown = scaled(image, min(width * 0.75 / image.width, height * 0.6 / image.height))
    left = 20 if draw.coin() else width - shown.width - 20
    top = draw.whole(140, height - shown.height - 140)
    for y in (30, top - 70, top + shown.height + 20):
        x = draw.whole(20, 200)
        pen.rounded_rectangle((x, y, x + 420, y + 54), radius=16, fill=(draw.whole(150, 255),) * 3)
        pen.text((x + 16, y + 14), _words(draw, 3), fill="black", font=ImageFont.load_default(22))
    mask = Image.new("L", shown.size, 0)
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, *shown.size), radius=22, fill=255)
    sheet.paste(shown, (left, top), mask)
    return sheet


def polaroid(image: Image.Image, draw: Draw) -> Image.Image:
    """A white print with a broad lower rim, on a table (another picture)."""
    print_ = _padded(image, (248, 247, 243), [0.05, 0.05, 0.05, 0.2])
    back = ImageOps.fit(draw.other(), (round(print_.width * 1.25), round(print_.height * 1.2)))
    back.paste(print_, (draw.whole(0, back.width - print_.width), draw.whole(0, back.height - print_.height)))
    return back


def three_beside(image: Image.Image, draw: Draw) -> Image.Image:
    """Three of equal height in a row, each as wide as it is."""
    parts = [scaled(one, 480 / one.height) for one in (image, draw.other(), draw.other())]
    order = draw.chance.permutation(3)
    gap = draw.whole(0, 10)
    sheet = Image.new("RGB", (sum(part.width for part in parts) + 2 * gap, 480), draw.colour())
    x = 0
    for number in order:
        sheet.paste(parts[number], (x, 0))
        x += parts[number].width + gap
    return sheet


FRAMES: dict[str, Edit] = {
    "border": bordered,
    "letterbox": letterboxed,
    "blurred side bars": on_its_own_blur,
    "caption band": captioned,
    "screenshot, light": lambda image, draw: screenshot(image, draw, dark=False),
    "screenshot, dark": lambda image, draw: screenshot(image, draw, dark=True),
    "phone frame": phone,
    "collage of 2": lambda image, draw: collage(image, draw, count=2),
    "collage of 4": lambda image, draw: collage(image, draw, count=4),
    "pasted at 60 %": lambda image, draw: pasted(image, draw, share=0.6),
    "pasted at 35 %": lambda image, draw: pasted(image, draw, share=0.35),
    "small text": lambda image, draw: lettered(image, draw, large=False),
    "large text": lambda image, draw: lettered(image, draw, large=True),
    "sticker 25 %": lambda image, draw: stickered(image, draw, share=0.25),
    "sticker 40 %": lambda image, draw: stickered(image, draw, share=0.4),
}
# Held back for judging: other hands make other frames.
HELD_BACK: dict[str, Edit] = {
    "story": story,
    "chat bubble": chat,
    "polaroid on a table": polaroid,
    "three in a row": three_beside,
}
