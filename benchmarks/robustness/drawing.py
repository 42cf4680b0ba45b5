"""Curves as a plain SVG, readable without scripts."""

COLOURS = {"plain PDQ <= 31": "#999999", "Q <= 31": "#0b6e4f", "Q <= 50": "#d98e04"}
WIDTH, HEIGHT, LEFT, TOP = 250, 150, 40, 34
GAP = 50


def curves_svg(panels: list[tuple[str, list[str], dict[str, list[float]]]]) -> str:
    """panels: title, one label a strength, recall 0..1 of each line at each strength."""
    total = LEFT + len(panels) * (WIDTH + GAP)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {total} {TOP + HEIGHT + 66}" font-size="11">',
        "<style>text { font-family: sans-serif }</style>",
        f'<rect width="{total}" height="{TOP + HEIGHT + 66}" fill="#ffffff"/>',
    ]
    for number, (title, labels, lines) in enumerate(panels):
        parts += _panel(LEFT + number * (WIDTH + GAP), title, labels, lines)
    x = LEFT
    for name, colour in COLOURS.items():
        parts.append(f'<rect x="{x}" y="{TOP + HEIGHT + 48}" width="14" height="4" fill="{colour}"/>')
        parts.append(f'<text x="{x + 20}" y="{TOP + HEIGHT + 54}">{name.replace("<=", "&#8804;")}</text>')
        x += 120
    return "\n".join([*parts, "</svg>\n"])


def _panel(left: float, title: str, labels: list[str], lines: dict[str, list[float]]) -> list[str]:
    parts = [f'<text x="{left}" y="{TOP - 14}" font-weight="bold">{title}</text>']
    for share in (0, 0.25, 0.5, 0.75, 1):
        y = TOP + HEIGHT * (1 - share)
        parts.append(f'<line x1="{left}" y1="{y:g}" x2="{left + WIDTH}" y2="{y:g}" stroke="#dddddd"/>')
        parts.append(f'<text x="{left - 6}" y="{y + 4:g}" text-anchor="end">{share:g}</text>')
    step = WIDTH / (len(labels) - 1)
    for place, label in enumerate(labels):
        if place % 2 == 0:
            parts.append(
                f'<text x="{left + place * step:g}" y="{TOP + HEIGHT + 18}" text-anchor="middle">{label}</text>'
            )
    for name, recall in lines.items():
        points = " ".join(f"{left + i * step:.1f},{TOP + HEIGHT * (1 - share):.1f}" for i, share in enumerate(recall))
        parts.append(f'<polyline points="{points}" fill="none" stroke="{COLOURS[name]}" stroke-width="2"/>')
    return parts
