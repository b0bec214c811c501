"""Pictures for a report: SVG as text, drawn with whole numbers, so that the same answer draws the same bytes.

No script, no font from elsewhere; each picture has a title for those who do not see it. Colours are told apart without
colour vision (Okabe and Ito) and by being dashed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape

from attrs import frozen

WIDTH, HEIGHT = 760, 240
LEFT, RIGHT, TOP, BOTTOM = 92, 16, 14, 34
_ACROSS, _DOWN = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
OLD, NEW = "#8a8f98", "#0072b2"

Write = Callable[[int], str]
"""An amount as text."""


@frozen
class Series:
    """One line of a picture: for each label a value, or None where it has none."""

    name: str
    colour: str
    values: Sequence[int | None]
    dashed: bool = False


@frozen
class Band:
    """A surface between two lines."""

    name: str
    colour: str
    least: Sequence[int | None]
    most: Sequence[int | None]


def lines(
    title: str, labels: Sequence[str], series: Sequence[Series], write: Write, band: Band | None = None,
    limit: tuple[str, int] | None = None,
) -> str:  # fmt: skip
    """Lines over days, from zero up. `limit` is drawn across, with its name."""
    every = [value for one in series for value in one.values if value is not None]
    every += [value for value in (band.most if band else ()) if value is not None]
    top = _round_up(max([*every, limit[1] if limit else 0, 1]))
    parts = [_open(title)]
    parts += _grid(top, write)
    parts += _days(labels)
    if band is not None:
        parts.append(_band(band, top, len(labels)))
    if limit is not None and limit[1] <= top:
        y = _y(limit[1], top)
        parts.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y}" y2="{y}" stroke="#b00020" stroke-width="1.5"/>')
        parts.append(f'<text x="{LEFT + 6}" y="{y - 5}" fill="#b00020">{escape(limit[0])}</text>')
    parts += [_line(one, top, len(labels)) for one in series]
    return "".join([*parts, "</svg>"])


def bars(title: str, rows: Sequence[tuple[str, int]], write: Write) -> str:
    """Changes by name, to the left of the middle what falls, to the right what rises."""
    most = max([abs(value) for _, value in rows] + [1])
    step, name_room = 24, 200
    middle, half = name_room + 160, 80
    height = step * len(rows) + 12
    parts = [_open(title, height, middle + 160)]
    parts.append(f'<line x1="{middle}" x2="{middle}" y1="4" y2="{height - 6}" stroke="#333"/>')
    for place, (name, value) in enumerate(rows):
        y, wide = 6 + step * place, half * abs(value) // most
        short = name if len(name) <= 28 else f"{name[:18]}…{name[-9:]}"
        parts.append(f'<text x="{name_room}" y="{y + 14}" text-anchor="end">{escape(short)}</text>')
        x, end, anchor = (
            (middle, middle + wide + 6, "start") if value >= 0 else (middle - wide, middle - wide - 6, "end")
        )
        colour = NEW if value >= 0 else "#d55e00"
        parts.append(f'<rect x="{x}" y="{y + 2}" width="{wide}" height="16" fill="{colour}"/>')
        parts.append(f'<text x="{end}" y="{y + 14}" text-anchor="{anchor}">{escape(write(value))}</text>')
    return "".join([*parts, "</svg>"])


def _open(title: str, height: int = HEIGHT, width: int = WIDTH) -> str:
    kind = "" if width == WIDTH else ' class="bars"'
    return (
        f'<svg viewBox="0 0 {width} {height}" role="img"{kind} xmlns="http://www.w3.org/2000/svg" font-size="12" '
        f'font-family="system-ui, sans-serif" fill="#333"><title>{escape(title)}</title>'
    )


def _grid(top: int, write: Write) -> list[str]:
    parts = []
    for quarter in range(5):
        y = _y(top * quarter // 4, top)
        parts.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y}" y2="{y}" stroke="#e3e5e8"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{y + 4}" text-anchor="end">{escape(write(top * quarter // 4))}</text>')
    return parts


def _days(labels: Sequence[str]) -> list[str]:
    """As many labels as there is room for."""
    step = -(-len(labels) // 7)
    return [
        f'<text x="{_x(place, len(labels))}" y="{HEIGHT - 12}" text-anchor="middle">{escape(labels[place])}</text>'
        for place in range(0, len(labels), step)
    ]


def _line(one: Series, top: int, many: int) -> str:
    points = [f"{_x(place, many)},{_y(value, top)}" for place, value in enumerate(one.values) if value is not None]
    dash = ' stroke-dasharray="5 4"' if one.dashed else ""
    dots = ""
    if len(points) == 1:
        x, y = points[0].split(",")
        dots = f'<circle cx="{x}" cy="{y}" r="3" fill="{one.colour}"/>'
    return f'<polyline points="{" ".join(points)}" fill="none" stroke="{one.colour}" stroke-width="2"{dash}/>{dots}'


def _band(band: Band, top: int, many: int) -> str:
    there = [(place, value) for place, value in enumerate(band.most) if value is not None]
    back = [(place, value) for place, value in enumerate(band.least) if value is not None][::-1]
    points = " ".join(f"{_x(place, many)},{_y(value, top)}" for place, value in [*there, *back])
    return f'<polygon points="{points}" fill="{band.colour}" fill-opacity="0.18"/>'


def _x(place: int, many: int) -> int:
    return LEFT + (_ACROSS * place // (many - 1) if many > 1 else _ACROSS // 2)


def _y(value: int, top: int) -> int:
    return TOP + _DOWN - _DOWN * max(0, min(value, top)) // top


def _round_up(value: int) -> int:
    """The next round number, so that quarters of it are readable."""
    ten = 1
    while ten * 10 <= value:
        ten *= 10
    return next(ten * tenths // 5 for tenths in (5, 6, 8, 10, 12, 16, 20, 24, 30, 40, 50) if ten * tenths // 5 >= value)
