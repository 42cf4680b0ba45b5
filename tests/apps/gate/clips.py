"""Small videos of harmless photographs, encoded where they are needed, and what people do to them."""

import numpy as np
from PIL import Image

from tests.core.fingerprint.videos import HEIGHT, WIDTH, encoded, pan


def clip(photos, name="chelsea.png", **options):
    """Two seconds of a window that moves over a photograph, as MP4."""
    return encoded(pan(photos / name), **options)


def frames_of(photos, name="chelsea.png"):
    return pan(photos / name)


def mirrored(frames):
    return [np.ascontiguousarray(frame[:, ::-1]) for frame in frames]


def framed(frames):
    """Between bars, as a phone's screen shows it."""
    shown = []
    for frame in frames:
        sheet = Image.new("RGB", (WIDTH, HEIGHT + 120))
        sheet.paste(Image.fromarray(frame), (0, 60))
        shown.append(np.asarray(sheet))
    return shown


def still(photos, name="chelsea.png", count=20):
    """A photograph, filmed without moving."""
    picture = np.asarray(Image.open(photos / name).convert("RGB").resize((450, 300)))
    return [picture] * count
