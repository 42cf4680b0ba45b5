"""AugLy's edits, run by a Python that has AugLy: `python augly_edits.py IN OUT SEED`. Never used to choose a constant.

Reads IN/<number>.png and writes OUT/<number>_<edit>.jpg.
"""

import random
import sys
from pathlib import Path

import augly.image as augly
from augly.utils import SCREENSHOT_TEMPLATES_DIR
from PIL import Image

EDITS = {
    "AugLy: screenshot, web": lambda image: _screenshot(image, "web.png"),
    "AugLy: screenshot, mobile": lambda image: _screenshot(image, "mobile.png"),
    "AugLy: meme format": lambda image: augly.meme_format(image, caption_height=max(40, image.height // 5)),
    "AugLy: padded to a square": augly.pad_square,
    "AugLy: emoji": lambda image: augly.overlay_emoji(
        image, x_pos=random.uniform(0, 0.7), y_pos=random.uniform(0, 0.7)
    ),
    "AugLy: stripes": lambda image: augly.overlay_stripes(image, line_width=0.1, line_opacity=0.6),
    "AugLy: colour jitter": lambda image: augly.color_jitter(
        image, brightness_factor=1.3, contrast_factor=1.3, saturation_factor=1.5
    ),
    "AugLy: pixelated": lambda image: augly.pixelization(image, ratio=0.3),
}


def _screenshot(image, template):
    return augly.overlay_onto_screenshot(image, template_filepath=str(Path(SCREENSHOT_TEMPLATES_DIR) / template))


def main():
    source, target, seed = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    for path in sorted(source.glob("*.png")):
        for name, edit in EDITS.items():
            random.seed(f"{seed} {path.stem} {name}")
            edited = edit(Image.open(path).convert("RGB")).convert("RGB")
            edited.save(target / f"{path.stem}_{name.replace(' ', '_')}.jpg", quality=random.randint(70, 92))


if __name__ == "__main__":
    main()
