"""What records find and what they give away, as a plain SVG of two panels."""

from typing import NamedTuple

COLOURS = ("#999999", "#0b6e4f", "#d98e04")
WIDTH, HEIGHT, LEFT, TOP, GAP = 330, 200, 46, 40, 60


class Spot(NamedTuple):
    """A recipe. bits: of a whole record. recall, alike: 0..1. chosen: whether it is the one in use."""

    bits: int
    recall: float
    alike: float
    chosen: bool


def spots_svg(lines: dict[str, list[Spot]]) -> str:
    total, height = LEFT + 2 * (WIDTH + GAP), TOP + HEIGHT + 80
    most = 400 * (1 + max(spot.bits for line in lines.values() for spot in line) // 400)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {total} {height}" font-size="11">',
        "<style>text { font-family: sans-serif }</style>",
        f'<rect width="{total}" height="{height}" fill="#ffffff"/>',
    ]
    left = LEFT
    across = [f"{most * share:.0f}" for share in (0, 0.25, 0.5, 0.75, 1)]
    parts += _frame(left, "recall over all families, by bits stored", across)
    for colour, line in zip(COLOURS, lines.values(), strict=False):
        parts += _line([(left + WIDTH * s.bits / most, TOP + HEIGHT * (1 - s.recall), s.chosen) for s in line], colour)
    left += WIDTH + GAP
    parts += _frame(left, "recall, by likeness of what an attacker gets", ["0", "0.25", "0.5", "0.75", "1"])
    for colour, line in zip(COLOURS, lines.values(), strict=False):
        parts += _line([(left + WIDTH * s.alike, TOP + HEIGHT * (1 - s.recall), s.chosen) for s in line], colour)
    for number, name in enumerate(lines):
        x = LEFT + 170 * number
        parts.append(f'<rect x="{x}" y="{TOP + HEIGHT + 46}" width="14" height="4" fill="{COLOURS[number]}"/>')
        parts.append(f'<text x="{x + 20}" y="{TOP + HEIGHT + 52}">{name}</text>')
    parts.append(f'<text x="{LEFT}" y="{TOP + HEIGHT + 70}">Ringed: the record in use.</text>')
    return "\n".join([*parts, "</svg>\n"])


def _frame(left: float, title: str, labels: list[str]) -> list[str]:
    parts = [f'<text x="{left}" y="{TOP - 16}" font-weight="bold">{title}</text>']
    for share in (0, 0.25, 0.5, 0.75, 1):
        y, x = TOP + HEIGHT * (1 - share), left + WIDTH * share
        parts.append(f'<line x1="{left}" y1="{y:g}" x2="{left + WIDTH}" y2="{y:g}" stroke="#dddddd"/>')
        parts.append(f'<text x="{left - 6}" y="{y + 4:g}" text-anchor="end">{share:g}</text>')
        parts.append(f'<text x="{x:g}" y="{TOP + HEIGHT + 18}" text-anchor="middle">{labels[round(share * 4)]}</text>')
    return parts


def _line(places: list[tuple[float, float, bool]], colour: str) -> list[str]:
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y, _ in places)
    parts = [f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>']
    parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y, _ in places]
    parts += [
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="7" fill="none" stroke="{colour}" stroke-width="2"/>'
        for x, y, chosen in places
        if chosen
    ]
    return parts
