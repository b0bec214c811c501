"""When a budget is gone: on a day that the orders show, or on one that they let expect.

Reads what a rule gave day by day; makes whole minor units and dates, by whole-number arithmetic alone. The forecast is a
plain one: each coming day gives what the same weekday gave on average over the last eight weeks. Its spread is twice the
square root of the variance of the past days around those averages, grown with the days ahead and with how few the past
days are: wide where the past is short or restless.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction
from math import isqrt

from attrs import frozen

WEEKS = 8
"""Of the past, for the average of each weekday."""
LEAST_DAYS = 7
"""Of the past; with fewer nothing is said."""
AHEAD = 366
"""Days; beyond them nothing is said."""


@frozen
class Coming:
    """A day ahead: what will have been spent by its end, with its spread. Minor units."""

    day: str
    least: int
    likely: int
    most: int


@frozen
class Outlook:
    """How a budget fares."""

    spent: int
    ran_out: str | None
    """The day on which the orders used it up; None: they did not."""
    early: str | None = None
    """The first day on which it may be gone; None: not within a year, or not before the rule ends."""
    likely: str | None = None
    late: str | None = None
    coming: tuple[Coming, ...] = ()
    """Day by day up to `late`, or eight weeks."""


def outlook(days: Mapping[str, int], first: str, last: str, budget: int, end: str | None = None) -> Outlook:
    """How a budget fares that gave `days` (by date), where orders are known from `first` to `last`, and the rule ends
    before the date `end`.
    """
    spent = sum(days.values())
    running = 0
    for day in sorted(days):
        running += days[day]
        if running >= budget:
            return Outlook(spent, day)
    past = _every_day(days, first, last)
    if len(past) < LEAST_DAYS or not spent:
        return Outlook(spent, None)
    coming = tuple(_ahead(past, date.fromisoformat(last), spent, end))
    early = next((one.day for one in coming if one.most >= budget), None)
    likely = next((one.day for one in coming if one.likely >= budget), None)
    late = next((one.day for one in coming if one.least >= budget), None)
    shown = next((place for place, one in enumerate(coming, 1) if one.least >= budget), 7 * WEEKS)
    return Outlook(spent, None, early, likely, late, coming[:shown])


def _every_day(days: Mapping[str, int], first: str, last: str) -> list[int]:
    """From the first day on which it gave anything: what it gave on each, the last day last."""
    begin = min((day for day in days if days[day]), default=first)
    start, stop = date.fromisoformat(max(first, begin)), date.fromisoformat(last)
    return [days.get((start + timedelta(days=at)).isoformat(), 0) for at in range((stop - start).days + 1)]


def _ahead(past: Sequence[int], last: date, spent: int, end: str | None) -> list[Coming]:
    means = [_mean(past[-back::-7][:WEEKS]) for back in range(7, 0, -1)]
    """Of the weekday that comes 1, 2, ... 7 days after the last."""
    recent = past[-7 * WEEKS :]
    overall = _mean(recent)
    means = [overall if mean is None else mean for mean in means]
    rests = [amount - means[(at - len(recent)) % 7] for at, amount in enumerate(recent)]
    variance = sum((rest * rest for rest in rests), Fraction(0)) / max(len(recent) - 7, 1)
    found, likely = [], Fraction(spent)
    for ahead in range(1, AHEAD + 1):
        day = (last + timedelta(days=ahead)).isoformat()
        if end is not None and day >= end:
            break
        likely += means[(ahead - 1) % 7]
        spread = 2 * isqrt(int(variance * (ahead + Fraction(ahead * ahead, len(recent)))))
        found.append(Coming(day, max(spent, int(likely) - spread), int(likely), int(likely) + spread))
    return found


def _mean(amounts: Sequence[int]) -> Fraction:
    return Fraction(sum(amounts), len(amounts)) if amounts else Fraction(0)
