"""What a global application saves on a base, as a function: the few numbers in which stores meet.

Reads an `Application` and the range of its base; makes a `Gain`: its breakpoints, its largest value against a price on
base (for the bound), and the ratios of saving to base (for interval settling).

Lemma (breakpoints): between two breakpoints the saving is constant, or the whole base, or a share of the base rounded once;
so against a linear price its maximum is at a breakpoint, but for what rounding adds to a share (see `_tops`).
"""

from __future__ import annotations

from typing import Final

from pricing.engine.problem import NO_CAP, Application, Problem, Rung
from pricing.engine.search.stores.outcome import RATIO_ONE
from pricing.engine.search.walk import largest_benefit
from pricing.engine.settling.settle import coin_worth, has_item_cap, rung_of, worth_of, worth_of_pieces

FINE: Final = 1 << 20
"""Bounds on savings are whole numbers of this size."""

MOST_STRETCHES: Final = 16
"""An `every` that repeats more often within the range is not cut at its repeats."""


class Gain:
    """One used global application under one node."""

    __slots__ = (
        "amounts",
        "app",
        "charges",
        "high",
        "kept",
        "low",
        "most",
        "pieces",
        "points",
        "problem",
        "rises",
        "tops",
    )

    def __init__(
        self, problem: Problem, amounts: list[int], app: Application, pieces: int, low: int, high: int
    ) -> None:
        self.problem = problem
        self.amounts = amounts
        """What each place costs before anything is decided: what free shipping takes from."""
        self.charges = sum([amounts[place] for place in app.targets]) if app.is_shipping else 0
        self.kept = 0
        """Under floors, what coins cannot pay of their lines: what floors keep, and what is below its floor from the start.
        Nothing falls below its floor, so what a coin payment may take is its base less this."""
        if app.is_coins and problem.floors:
            self.kept = sum([min(amounts[place], problem.floors[place]) for place in app.targets])
        self.app = app
        self.pieces = pieces
        self.low = low
        """The least and the most that its base can be."""
        self.high = high
        self.most = -1 if is_known(problem, app) else largest_benefit(problem, app)
        """Where its course is not known: no base lets it save more. Else -1."""
        self.points = self._breakpoints()
        """Bases in [low, high] where the saving changes its course; `low` and `high` themselves included."""
        self.tops = self._tops()
        self.rises = self._never_falls()

    def at(self, base: int) -> int:
        """The saving on this base at the most, minor units; caps per item are left out."""
        app = self.app
        if self.most >= 0:
            return self.most
        if app.is_coins:
            worth = min(self._most_coins(), max(0, base - self.kept))
            if app.cap_order_numerator != NO_CAP:
                worth = min(worth, base * app.cap_order_numerator // app.cap_order_denominator)
            return worth - worth % app.amount_of_rate if app.in_steps else worth
        rung = rung_of(app, base)
        if rung is None:
            return 0
        worth = self._worth(rung, base)
        if app.piece:
            worth = worth_of_pieces(app, self.pieces, worth)
        if app.cap_order != NO_CAP:
            worth = min(worth, app.cap_order)
        if app.is_shipping:
            return 0 if worth > self.charges and self.problem.void else min(worth, self.charges)
        return worth if self.problem.measured_on_item or is_apart(app) else min(worth, base)

    def _most_coins(self) -> int:
        """What all coins pay, on the largest of bases."""
        worth = coin_worth(self.app, self.problem.coins)
        return worth if self.app.cap_order == NO_CAP else min(worth, self.app.cap_order)

    def _worth(self, rung: Rung, base: int) -> int:
        """What a step gives on a base before caps per order; `pay v in all` reads what its targets cost: the base."""
        if rung.beyond == NO_CAP or self.app.is_shipping:
            return worth_of(self.problem, self.app, rung, base, self.amounts)
        worth = max(0, base - rung.beyond)
        return worth if rung.at_most == NO_CAP else min(worth, rung.at_most)

    def _breakpoints(self) -> list[int]:
        points = [self.low, self.high]
        app = self.app
        if self.most >= 0:
            return points if self.low < self.high else [self.low]
        if app.is_coins:
            points += self._points_of_coins()
        for rung in app.rungs:
            if rung.reach > self.high:
                break
            points += self._points_of(rung)
        points.sort()
        kept: list[int] = []
        for point in points:
            if self.low <= point <= self.high and (not kept or kept[-1] != point):
                kept.append(point)
        return kept

    def _points_of(self, rung: Rung) -> list[int]:
        app, points = self.app, [rung.reach - 1, rung.reach]
        caps = [cap for cap in (rung.at_most, app.cap_order) if cap != NO_CAP]
        if rung.every:
            # The saving rises by the same amount at each multiple: the first, the last and the capped one bound it.
            multiples = [-(-self.low // rung.every), self.high // rung.every, rung.most_times]
            multiples += [-(-cap // rung.amount) for cap in caps if rung.amount]
            for multiple in multiples:
                points += [multiple * rung.every - 1, multiple * rung.every]
        elif rung.numerator:
            for cap in caps:
                kink = cap * rung.denominator // rung.numerator
                points += [kink, kink + 1]
        elif rung.beyond != NO_CAP and not app.is_shipping:
            points += [rung.beyond, *(rung.beyond + cap for cap in caps)]
        else:
            # An amount: below it the whole base is saved.
            worth = self._worth(rung, self.high)
            for cap in caps:
                worth = min(worth, cap)
            points.append(min(worth, self.pieces * app.piece) if app.piece else worth)
        return points

    def _points_of_coins(self) -> list[int]:
        app = self.app
        full = self._most_coins()
        points = [self.kept, self.kept + full]
        if app.cap_order_numerator > 0:
            part, whole = app.cap_order_numerator, app.cap_order_denominator
            capped = -(-full * whole // part)
            points += [capped - 1, capped]
            if whole > part:  # where the share begins to be less than what floors leave
                points += [self.kept * whole // (whole - part), self.kept * whole // (whole - part) + 1]
        return points

    def _tops(self) -> list[int]:
        """For each point a bound on the saving there and on the line to the next point, in FINE; see `best_against`.

        Lemma (tops): on a stretch that follows a share p of the base, the saving is at most p * base + 1/2 (p * base when
        rounding down), which is linear; so its largest value against a price is at one of the two ends. Everywhere else
        the saving is linear itself.
        """
        tops: list[int] = []
        for place, point in enumerate(self.points):
            top = self.at(point) * FINE
            rung = None if self.app.is_coins or self.most >= 0 else rung_of(self.app, point)
            lonely = (place == 0 or point - self.points[place - 1] <= 1) and (
                place + 1 == len(self.points) or self.points[place + 1] - point <= 1
            )
            if not lonely and rung is not None and rung.numerator and not self.app.is_shipping:
                share = FINE * rung.numerator
                line = -(-share * point // rung.denominator) + (0 if self.problem.rounds_down else FINE // 2)
                for cap in (rung.at_most, self.app.cap_order, point if not self.problem.measured_on_item else NO_CAP):
                    if cap != NO_CAP:
                        line = min(line, cap * FINE)
                top = max(top, line)
            if not lonely and self.app.is_coins:
                top = max(top, self._line_of_coins(point))
            tops.append(top)
        return tops

    def _line_of_coins(self, base: int) -> int:
        """The straight line that a coin payment follows from below, in FINE: in steps, or down to whole units of a share."""
        app = self.app
        line = max(0, base - self.kept) * FINE
        if app.cap_order_numerator != NO_CAP:
            line = min(line, -(-base * FINE * app.cap_order_numerator // app.cap_order_denominator))
        return min(line, self._most_coins() * FINE)

    def stretches(self) -> list[tuple[int, int]]:
        """The range cut where a step, a repeat or a cap begins: on each stretch the saving is constant or one share."""
        cuts = {self.low}
        for rung in self.app.rungs:
            if rung.every:
                first, last = self.low // rung.every + 1, self.high // rung.every
                if rung.most_times != NO_CAP:
                    last = min(last, rung.most_times)
                if last - first < MOST_STRETCHES:
                    cuts.update(multiple * rung.every for multiple in range(first, last + 1))
                continue
            cuts.add(rung.reach)
            caps = [cap for cap in (rung.at_most, self.app.cap_order) if cap != NO_CAP]
            if rung.numerator and caps:
                cuts.add(min(caps) * rung.denominator // rung.numerator + 1)
        firsts = sorted(cut for cut in cuts if self.low <= cut <= self.high)
        lasts = [first - 1 for first in firsts[1:]] + [self.high]
        return list(zip(firsts, lasts, strict=True))

    def on(self, first: int, last: int) -> Gain:
        """The same gain on a part of its range."""
        return Gain(self.problem, self.amounts, self.app, self.pieces, first, last)

    def varies(self) -> bool:
        """Whether the saving depends on the base within its range."""
        return self.at(self.low) != self.at(self.high) or not self.rises

    def gives(self) -> bool:
        """Whether it saves anything on any base of its range."""
        return max(self.tops) > 0

    def _never_falls(self) -> bool:
        best = 0
        for point in self.points:
            value = self.at(point)
            if value < best:
                return False
            best = value
        return True

    def best_against(self, price: int, factor: int) -> tuple[int, int]:
        """The largest factor * saving - price * base over the range, and a base near where it is; never below the truth."""
        best = where = 0
        for place, point in enumerate(self.points):
            top = self.tops[place]
            # Whole units and the rest apart, rounded up: compiled code multiplies small numbers in place.
            value = factor * (top // FINE) + (factor * (top % FINE) + FINE - 1) // FINE - price * point
            if place == 0 or value > best:
                best, where = value, point
        return best, where

    def ratios(self, weights_total: int) -> tuple[int, int]:
        """Between which parts of RATIO_ONE the saving stands to its base; or, when not 0, to `weights_total`: what its
        targets cost is another sum where shares go by item prices, or other goods are counted."""
        if has_item_cap(self.app) or self.app.has_gift or not self.rises or self.most >= 0:
            return 0, RATIO_ONE
        if weights_total:
            least, most = self.at(self.low), self.at(self.high)
            return least * RATIO_ONE // weights_total, min(RATIO_ONE, most * RATIO_ONE // weights_total + 1)
        low, high = RATIO_ONE, 0
        points = self.points
        for position, point in enumerate(points):
            after = points[position + 1] if position + 1 < len(points) else point
            least, most = self._ratios_between(max(1, point), max(1, after))
            low, high = min(low, least), max(high, most)
        return max(0, low), min(RATIO_ONE, high)

    def _ratios_between(self, point: int, after: int) -> tuple[int, int]:
        """The same on a stretch between two breakpoints, where the saving follows one step."""
        first, last = self.at(point), self.at(after)
        ends = (first * RATIO_ONE // point, last * RATIO_ONE // after)
        rung = rung_of(self.app, point)
        if after - point <= 1 or first == last or rung is None:
            return min(ends), max(ends) + 1
        if rung.every:
            repeats = point // rung.every
            return (
                min(*ends, repeats * rung.amount * RATIO_ONE // ((repeats + 1) * rung.every - 1)),
                max(*ends, rung.amount * RATIO_ONE // rung.every) + 1,
            )
        # A share: rounding moves the saving by less than one minor unit.
        slack = RATIO_ONE // point + 1
        return min(ends) - slack, max(ends) + slack


def is_known(problem: Problem, app: Application) -> bool:
    """Whether `Gain` knows its course in this problem; else it is only bounded."""
    return is_simple(app) and not (app.is_coins and problem.floors and has_item_cap(app))


def is_simple(app: Application) -> bool:
    """Whether `Gain` knows its course. Only bounded: a percentage, or `pay v in all`, of goods that are not those counted; a
    percentage or an amount above the step, repeated by money; benefits on units that repeat; a coin payment that is held
    to a share of the order and to caps per item."""
    apart = is_apart(app)
    if app.cap_order_numerator != NO_CAP and has_item_cap(app):
        return False
    for rung in app.rungs:
        if rung.every and (rung.gift is not None or rung.numerator or (rung.amount > rung.every and not apart)):
            return False
        if apart and (rung.numerator or rung.beyond != NO_CAP):
            return False
    return True


def is_apart(app: Application) -> bool:
    """Whether the goods that get cheaper are not those that are counted: then its base does not limit what it saves."""
    return app.lines is not app.targets and not app.is_shipping
