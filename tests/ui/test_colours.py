"""Every colour that carries text can be read: contrast computed from the style itself, light and dark."""

import math
import re
from importlib.resources import files

import pytest

CSS = (files("amparo.ui") / "static/amparo/css/amparo.css").read_text()
PAPERS = ("paper", "raised", "sunken", "wash")
# WCAG 2.2: 4.5 for text (1.4.3), 3 for the edges of controls (1.4.11). design: 7 for body text.
BODY, TEXT, EDGE = 7.0, 4.5, 3.0


def tokens(scheme: str) -> dict[str, tuple[float, float, float]]:
    blocks = re.findall(r":root \{(.*?)\}", CSS, flags=re.DOTALL)
    light, dark = blocks[0], blocks[1]
    text = light if scheme == "light" else light + dark
    found = re.findall(r"--([\w-]+): oklch\(([\d.]+)% ([\d.]+) ([\d.]+)\)", text)
    return {name: (float(light) / 100, float(chroma), float(hue)) for name, light, chroma, hue in found}


def luminance(oklch: tuple[float, float, float]) -> float:
    """Relative luminance of WCAG. The matrices are those of the CSS Color 4 specification, section 18."""
    lightness, chroma, hue = oklch
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    red = 4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short
    green = -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short
    blue = -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short
    clipped = [min(1.0, max(0.0, channel)) for channel in (red, green, blue)]
    return 0.2126 * clipped[0] + 0.7152 * clipped[1] + 0.0722 * clipped[2]


def contrast(one, other) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_the_contrast_of_black_and_white_is_21():
    assert contrast((0, 0, 0), (1, 0, 0)) == pytest.approx(21, abs=0.01)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize(
    ("colour", "least"),
    [
        ("ink", BODY), ("quiet", TEXT), ("accent", TEXT), ("accent-deep", TEXT), ("good", TEXT), ("wait", TEXT),
        ("late", TEXT), ("edge", EDGE), ("focus", EDGE),
    ],
)  # fmt: skip
def test_what_is_written_on_each_paper_can_be_read(scheme, paper, colour, least):
    known = tokens(scheme)
    assert contrast(known[colour], known[paper]) >= least


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    ("words", "ground"), [("on-accent", "accent"), ("on-accent", "accent-deep"), ("on-exit", "exit")]
)
def test_the_words_of_every_button_can_be_read(scheme, words, ground):
    known = tokens(scheme)
    assert contrast(known[words], known[ground]) >= TEXT


def test_dark_is_a_scheme_of_its_own():
    assert tokens("light")["paper"] != tokens("dark")["paper"]
    for condition in ("prefers-contrast: more", "forced-colors: active", "prefers-reduced-motion"):
        assert condition in CSS


def test_nothing_moves_longer_than_150_milliseconds():
    assert "animation" not in CSS
    assert all(int(duration) <= 150 for duration in re.findall(r"(\d+)ms", CSS))
    assert not re.findall(r"[\d.]+s[ ,;]", CSS)
