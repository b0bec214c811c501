"""When a budget is gone: on a day that the orders show, or on one that they let expect.

Reads what a rule gave day by day; makes whole minor units and dates, by whole-number arithmetic alone. The forecast is a
plain one: each coming day gives what the same weekday gave on average over the last eight weeks. A day that gave much
more than its like (a sale of one day) is taken for an ordinary one. Where the weeks clearly rise or fall, the coming ones go
on so; where the last four did so less than half as fast (a campaign that took two weeks to be known), only those four count.

The line through the weeks is the seasonal one of Sen: the median of how fast each weekday changed between any two of its
weeks; whether it is clear says the count of those that rose less those that fell (Kendall), against what chance brings. The
spread is twice the square root of the variance of the past days around the forecast, grown with the days ahead and with how
few the past days are: wide where the past is short or restless.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction
from math import isqrt
from statistics import median

from attrs import frozen

WEEKS = 8
"""Of the past, for the average of each weekday."""
LEAST_DAYS = 7
"""Of the past; with fewer nothing is said."""
AHEAD = 366
"""Days; beyond them nothing is said."""
LAST_WEEKS = 4
"""Of the past, that count alone where it rose or fell and they hardly do."""
CLEAR = Fraction(4)
"""Weeks clearly rise or fall when Kendall's count is beyond twice its deviation: the square of that."""
SALE = 6
"""A day is far outside when it is so many times as far from its like as the middle one of all days."""


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
    usual = _usual(past)
    found, likely = [], Fraction(spent)
    for ahead in range(1, AHEAD + 1):
        day = (last + timedelta(days=ahead)).isoformat()
        if end is not None and day >= end:
            break
        likely += usual.on(usual.days + ahead - 1)
        spread = 2 * isqrt(int(usual.variance_of(ahead)))
        found.append(Coming(day, max(spent, int(likely) - spread), int(likely), int(likely) + spread))
    return found


@frozen
class Usual:
    """What days usually give: a share of a straight line, each weekday its own."""

    days: int
    """Of the past that it was taken from: whole weeks."""
    shares: tuple[Fraction, ...]
    """Of each weekday, that of the first day first; minor units."""
    slope: Fraction
    """How the line grows on each day, as a part of what it is in the middle of the past."""
    variance: Fraction
    """Of one day around it."""

    def on(self, at: int) -> Fraction:
        """What a day gives; 0 is the first of the past."""
        return self.shares[at % 7] * _line(at, self.days, self.slope)

    def variance_of(self, ahead: int) -> Fraction:
        """Of the sum of so many days ahead: theirs, that of the shares, and that of the slope, if there is one."""
        own = ahead + Fraction(ahead * ahead, self.days)
        turned = Fraction(3 * (ahead * (self.days + ahead)) ** 2, self.days**3) if self.slope else 0
        return self.variance * (own + turned)


def _usual(past: Sequence[int]) -> Usual:
    recent = [Fraction(amount) for amount in past[-7 * WEEKS :]]
    recent = recent[len(recent) % 7 :]
    days = _without_sales(recent)
    slope, clear = _slope(days)
    if clear <= CLEAR:
        return _around(days, Fraction(0))
    last = _without_sales(recent[-7 * LAST_WEEKS :])
    over = 2 * _slope(last)[0] / slope < 1
    return _around(last, Fraction(0)) if over else _around(days, slope)


def _around(days: Sequence[Fraction], slope: Fraction) -> Usual:
    many = len(days)
    lines = [sum((_line(at, many, slope) for at in range(weekday, many, 7)), Fraction(0)) for weekday in range(7)]
    shares = tuple(sum(days[at::7], Fraction(0)) / lines[at] if lines[at] else Fraction(0) for at in range(7))
    rests = (amount - shares[at % 7] * _line(at, many, slope) for at, amount in enumerate(days))
    variance = sum((rest * rest for rest in rests), Fraction(0)) / max(many - 7, 1)
    return Usual(many, shares, slope, variance)


def _line(at: int, days: int, slope: Fraction) -> Fraction:
    return max(Fraction(0), 1 + slope * (at - Fraction(days - 1, 2)))


def _slope(days: Sequence[Fraction]) -> tuple[Fraction, Fraction]:
    """How much more each day gives than the one before, as a part of what its weekday gives; and how clear that is: the
    square of Kendall's count over its variance.
    """
    slopes: list[Fraction] = []
    variance = Fraction(0)
    for weekday in range(7):
        mine = days[weekday::7]
        many = len(mine)
        usual = 7 * sum(mine, Fraction(0)) / many or Fraction(1)
        slopes += [(mine[b] - mine[a]) / (usual * (b - a)) for a in range(many) for b in range(a + 1, many)]
        variance += Fraction(many * (many - 1) * (2 * many + 5), 18)
    count = sum((slope > 0) - (slope < 0) for slope in slopes)
    return (median(slopes), Fraction(count * count) / variance) if slopes else (Fraction(0), Fraction(0))


def _without_sales(days: Sequence[Fraction]) -> list[Fraction]:
    """Days that gave more than twice as much as their like, and lie far outside of what is usual, as their like."""
    many, slope = len(days), _slope(days)[0]
    lines = [_line(at, many, slope) or Fraction(1) for at in range(many)]
    flat = [amount / line for amount, line in zip(days, lines, strict=True)]
    likes = [median(flat[at % 7 :: 7]) * line for at, line in enumerate(lines)]
    rests = [amount - like for amount, like in zip(days, likes, strict=True)]
    wide = SALE * median(map(abs, rests))
    return [
        like if rest > wide and amount > 2 * like > 0 else amount
        for amount, like, rest in zip(days, likes, rests, strict=True)
    ]
