"""When a rule holds: a span of instants, days of the week and hours of the day (SPEC section 2)."""

from __future__ import annotations

from datetime import datetime

from attrs import frozen


@frozen
class Window:
    """From an instant until another; the start belongs to it, the end does not."""

    start: datetime | None = None
    """Aware, in UTC; None: since ever."""
    end: datetime | None = None
    """Aware, in UTC; None: for ever. `through D` is the first instant of the day after D."""


@frozen
class Hours:
    """A time of day in the campaign's zone, in minutes after midnight; `end` below `start` passes midnight."""

    start: int
    end: int
