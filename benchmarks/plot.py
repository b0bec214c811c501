"""Draws how the time of a quote grows with lines, stores, coupons and rules: one SVG of four charts.

    python -m benchmarks.plot                        benchmarks/quote-times.svg
    python -m benchmarks.plot --out FILE --carts 20

One thing grows, the others stay as in M (30 lines, 8 stores, 20 coupons, 40 rules); a store more brings four lines,
four rules and one or two coupons. Every point is the median over seeded carts, tight ones; the band goes from
the 10th to the 90th percentile.
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.figures import at_share, median
from benchmarks.markets import carts as market_carts
from benchmarks.markets import texts
from benchmarks.workloads import SIZES, Size, workload_of

MIDDLE = SIZES["M"]
LIMIT = 200_000
"""Steps of search after which a quote says that it is not proved."""
INK, BAND, GRID = "#1f4e79", "#9dc3e6", "#d9d9d9"
WIDTH, HEIGHT, EDGE = 420, 280, 56


@dataclass(frozen=True, slots=True)
class Point:
    """The time of a quote at one size, in milliseconds."""

    x: int
    low: float
    middle: float
    high: float


def main(arguments: list[str] | None = None) -> int:
    """Measure and draw."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.plot", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name("quote-times.svg"))
    parser.add_argument("--carts", type=int, default=20)
    parser.add_argument("--rules", type=int, nargs="+", default=[100, 1000, 10_000, 100_000])
    options = parser.parse_args(arguments)
    shapes = {
        "lines": [replace(MIDDLE, lines=n) for n in (10, 20, 30, 50, 80, 120, 200)],
        "stores": [
            replace(MIDDLE, stores=n, lines=4 * n, rules=4 * n + 8, sellers_held=3 * n // 2)
            for n in (2, 4, 8, 12, 20, 30)
        ],
        "coupons": [
            replace(MIDDLE, rules=70, sellers_held=n * 3 // 5, pieces=((200, n * 2 // 5),)) for n in (5, 10, 20, 40, 70)
        ],
    }
    charts = []
    for axis, sizes in shapes.items():
        print(axis, file=sys.stderr, flush=True)
        charts.append((axis, [_point(_along(axis, size), size, options.carts) for size in sizes]))
    print("rules", file=sys.stderr, flush=True)
    charts.append(("live rules", [_market(rules, options.carts) for rules in options.rules]))
    options.out.write_text(svg(charts))
    for axis, points in charts:
        print(axis, *(f"{point.x:,}: {point.middle:.3g} ms" for point in points), sep="  ")
    return 0


def svg(charts: list[tuple[str, list[Point]]]) -> str:
    """All charts side by side in two rows; both axes are logarithmic."""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {2 * WIDTH} {2 * HEIGHT}" font-family="sans-serif" '
        'font-size="12">',
        f'<rect width="{2 * WIDTH}" height="{2 * HEIGHT}" fill="white"/>',
    ]
    for number, (axis, points) in enumerate(charts):
        parts.append(f'<g transform="translate({number % 2 * WIDTH} {number // 2 * HEIGHT})">')
        parts += _chart(axis, points)
        parts.append("</g>")
    return "\n".join([*parts, "</svg>"]) + "\n"


def _chart(axis: str, points: list[Point]) -> list[str]:
    """One chart: grid, band, line, dots."""
    from math import ceil, floor, log10

    low, high = floor(log10(min(p.low for p in points))), ceil(log10(max(p.high for p in points)))
    high = max(high, low + 1)
    first, last = log10(points[0].x), log10(points[-1].x)

    def x(value: float) -> float:
        return EDGE + (WIDTH - EDGE - 36) * (log10(value) - first) / (last - first)

    def y(value: float) -> float:
        return HEIGHT - 44 - (HEIGHT - 44 - 34) * (log10(value) - low) / (high - low)

    parts = [f'<text x="{EDGE}" y="20" font-weight="bold">ms a quote, by {axis}</text>']
    for power in range(low, high + 1):
        height = y(10.0**power)
        parts.append(f'<path d="M{EDGE} {height:.1f}H{WIDTH - 36}" stroke="{GRID}"/>')
        parts.append(f'<text x="{EDGE - 6}" y="{height + 4:.1f}" text-anchor="end">{10.0**power:g}</text>')
    for point in points:
        parts.append(f'<text x="{x(point.x):.1f}" y="{HEIGHT - 24}" text-anchor="middle">{point.x:,}</text>')
    edge = [(x(p.x), y(p.high)) for p in points] + [(x(p.x), y(p.low)) for p in reversed(points)]
    parts.append(f'<path d="M{_path(edge)}Z" fill="{BAND}" fill-opacity="0.5"/>')
    line = [(x(p.x), y(p.middle)) for p in points]
    parts.append(f'<path d="M{_path(line)}" fill="none" stroke="{INK}" stroke-width="2"/>')
    parts += [f'<circle cx="{left:.1f}" cy="{top:.1f}" r="3" fill="{INK}"/>' for left, top in line]
    return parts


def _path(points: list[tuple[float, float]]) -> str:
    return "L".join(f"{left:.1f} {top:.1f}" for left, top in points)


def _along(axis: str, size: Size) -> int:
    """Where the size stands on the axis."""
    if axis == "coupons":
        return size.sellers_held + sum(count for _, count in size.pieces)
    return size.lines if axis == "lines" else size.stores


def _point(x: int, size: Size, count: int) -> Point:
    """Quotes of seeded carts of a size."""
    work = workload_of(size, "tight", count)
    return _timed(x, work.book.texts(), list(work.carts))


def _market(rules: int, count: int) -> Point:
    """Quotes in a market of many live rules."""
    return _timed(rules, texts(rules), market_carts(min(rules, 100), count))


def _timed(x: int, rules: dict[str, str], raw: list[dict[str, object]]) -> Point:
    from pricing import Cart, Engine

    engine = Engine(Engine.from_texts(rules).book, LIMIT)
    times = []
    for cart in [Cart.from_dict(one) for one in raw]:
        engine.quote(cart)
        before = time.perf_counter_ns()
        engine.quote(cart)
        times.append((time.perf_counter_ns() - before) / 1e6)
    return Point(x, at_share(times, 0.1), median(times), at_share(times, 0.9))


if __name__ == "__main__":
    sys.exit(main())
