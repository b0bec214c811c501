"""From samples to figures and Markdown tables."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence


def at_share(samples: Sequence[float], share: float) -> float:
    """The smallest sample that at least this share of all does not exceed."""
    return sorted(samples)[max(0, math.ceil(share * len(samples)) - 1)]


def median(samples: Sequence[float]) -> float:
    """The middle sample; of an even number, the lower one."""
    return at_share(samples, 0.5)


def milliseconds(nanoseconds: float) -> str:
    """Milliseconds in two or three digits."""
    value = nanoseconds / 1e6
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}" if value >= 0.1 else f"{value:.3f}"


def ratio(value: float) -> str:
    """How many times as long."""
    return f"{value:,.0f}" if value >= 10 else f"{value:.1f}" if value >= 0.1 else f"{value:.2g}"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)])
