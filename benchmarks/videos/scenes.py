"""Harmless videos, rendered: a camera over photographs, by hand or on a tripod, or slideshows; with cuts and noise."""

from dataclasses import dataclass, field

import numpy as np
from PIL import Image

WIDTH, HEIGHT, RATE = 480, 270, 24
THING = (90, 70)

Frames = list[np.ndarray]


@dataclass(frozen=True, slots=True)
class Camera:
    """How a shot moves. pan and zoom: shares of the picture a second. shake: of the picture, each frame."""

    pan: float
    zoom: float
    shake: float
    thing: bool


def render(pictures: list[Image.Image], rng: np.random.Generator, *, seconds: float) -> Frames:
    """(270, 480, 3) uint8 frames at 24 a second. Each picture is filmed; the last one also as a thing that moves."""
    kind = rng.choice(["by hand", "tripod", "slideshow"], p=[0.6, 0.2, 0.2])
    frames: Frames = []
    while len(frames) < seconds * RATE:
        count = min(int(rng.uniform(2, 6) * RATE), int(seconds * RATE) - len(frames))
        picture = pictures[rng.integers(len(pictures))]
        camera = {
            "by hand": Camera(rng.uniform(0, 0.15), rng.uniform(-0.04, 0.04), 0.0012, bool(rng.random() < 0.6)),
            "tripod": Camera(0.0, 0.0, 0.0, thing=True),
            "slideshow": Camera(0.0, 0.0, 0.0, thing=False),
        }[kind]
        frames += shot(picture, pictures[-1], camera, rng, count)
    return frames


def shot(picture: Image.Image, thing: Image.Image, camera: Camera, rng: np.random.Generator, count: int) -> Frames:
    """One shot of `count` frames over a window of the picture."""
    wide, high = picture.size
    across = wide * rng.uniform(0.5, 0.85)
    if across * HEIGHT / WIDTH > high * 0.9:
        across = high * 0.9 * WIDTH / HEIGHT
    size = np.array([across, across * HEIGHT / WIDTH])
    room = np.array([wide, high]) - size
    start, angle = rng.uniform(0, 1, 2) * room, rng.uniform(0, 2 * np.pi)
    step = np.array([np.cos(angle), np.sin(angle)]) * camera.pan * across / RATE
    shake = np.cumsum(rng.normal(0, camera.shake * across + 1e-9, (count, 2)), axis=0)
    shake -= np.linspace(0, 1, count)[:, np.newaxis] * shake[-1]
    place, walk = rng.uniform(0, 1, 2) * (WIDTH - THING[0], HEIGHT - THING[1]), rng.uniform(-40, 40, 2) / RATE
    small = np.asarray(thing.resize(THING))
    frames = []
    for number in range(count):
        scale = (1 + camera.zoom) ** (number / RATE)
        window = size * min(scale, *(np.array([wide, high]) / size))
        left, top = np.clip(start + step * number + shake[number], 0, np.array([wide, high]) - window)
        affine = (window[0] / WIDTH, 0, left, 0, window[1] / HEIGHT, top)
        frame = np.array(picture.transform((WIDTH, HEIGHT), Image.Transform.AFFINE, affine, Image.Resampling.BILINEAR))
        if camera.thing:
            x, y = np.clip(place + walk * number, 0, (WIDTH - THING[0], HEIGHT - THING[1])).astype(int)
            frame[y : y + THING[1], x : x + THING[0]] = small
        frames.append(noisy(frame, rng))
    return frames


def noisy(frame: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    grain = rng.normal(0, 3, (HEIGHT, WIDTH, 1)).astype(np.int16)
    return np.clip(frame + grain, 0, 255).astype(np.uint8)


@dataclass(slots=True)
class Film:
    """A video of the corpus and the pictures in it."""

    name: str
    frames: Frames = field(repr=False)
    rate: float = RATE
