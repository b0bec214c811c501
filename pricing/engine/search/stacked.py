"""What layers save at most one upon the other: a percentage is taken off what earlier layers have left.

Reads a `Problem` and the applications of each layer; gives rates and weights to `savings.py`.

Lemma (stacked rates): let an application take no more than a rate r of each line that it gets cheaper: a percentage, or an
amount given from some base on, shared in proportion to what the lines cost at the start of the layer. Where no two of
a layer take from one line, it saves at most r * (item price - saved before) on it: each minor unit that earlier layers take
there costs this layer r. So all layers together save at most the sum, over the layers, of what each could take from item
prices, weighted place by place with what the rates of the later ones leave. What an application takes that has no such rate,
b on lines of which S was saved before, is at most what is left of them: b + r * S is at most r * (item price) + (1 - r) * b,
so its benefit may be added with the weight of the earlier layers. Of a layer that is not counted by its rates any bound
may stand, weighted with the highest weight among its places. Rounding: a percentage may be one minor unit above its rate;
shares lie within one minor unit of proportion, and where a set of lines differs in weights by no more than d, half the lines
times d is more than that can add.
"""

from __future__ import annotations

from typing import Final

from pricing.engine.problem import NO_CAP, Application, Problem
from pricing.engine.settling.settle import is_plain, item_base

ONE: Final = 1 << 20
"""Rates and weights are whole numbers of this size."""


def rate_of(problem: Problem, app: Application) -> int:
    """No more of what a line costs at the start of its layer does the application take from it, but for rounding; ONE where
    that is not known."""
    if problem.measured_on_item or problem.by_item_price or app.is_coins or app.is_shipping:
        return ONE
    if app.targets is not app.lines or not is_plain(problem, app):
        return ONE
    base = item_base(problem, app)
    most = 0
    for rung in app.rungs:
        if rung.reach > base:
            continue
        reach = rung.every or rung.reach
        if rung.beyond != NO_CAP or (not rung.numerator and reach <= 0):
            return ONE
        above, below = (rung.numerator, rung.denominator) if rung.numerator else (rung.amount, reach)
        most = max(most, -(-ONE * above // below))
    return min(most, ONE)


class Rates:
    """The rates of one layer."""

    __slots__ = ("apps", "many", "of_place", "others", "rounded")

    def __init__(self, problem: Problem, apps: list[Application], benefits: list[int], may_meet: bool) -> None:
        """`benefits`: what each application saves at most. `may_meet`: two of them may take from one line; then none has
        a rate."""
        self.apps = apps
        self.of_place = [0] * len(problem.item)
        """The highest rate on each place."""
        self.others = benefits.copy()
        """What each application saves at most that is not counted by its rate."""
        self.rounded = 0
        """How many percentages may be rounded up."""
        self.many = 0
        """How many places have a rate."""
        for at, app in enumerate(apps):
            rate = ONE if may_meet or not benefits[at] else rate_of(problem, app)
            if rate >= ONE:
                continue
            self.others[at] = 0
            self.rounded += 1
            for place in app.targets:
                if rate > self.of_place[place]:
                    self.of_place[place] = rate
        for rate in self.of_place:
            if rate:
                self.many += 1
        self.rounded = min(self.rounded, self.many)

    def taken(self, item: list[int], weights: list[int]) -> int:
        """What is taken from item prices at most, weighted; in ONE."""
        taken = 0
        low, high = ONE, 0
        for place, rate in enumerate(self.of_place):
            if rate:
                weight = weights[place]
                taken += weight * (rate * item[place]) // ONE + 1
                low, high = min(low, weight), max(high, weight)
        return taken + self.rounded * high + max(0, high - low) * (self.many + 1) // 2

    def left(self, weights: list[int]) -> list[int]:
        """The weights of earlier layers."""
        return [-(-weight * (ONE - self.of_place[place]) // ONE) for place, weight in enumerate(weights)]


class Before:
    """What the layers before one can have taken at most."""

    __slots__ = ("item", "of_place", "others")

    def __init__(self, item: list[int]) -> None:
        self.item = item
        self.of_place = [0] * len(item)
        """By rates, on each place."""
        self.others = 0
        """What has no rate, all together."""

    def with_layer(self, rates: Rates, others: int) -> Before:
        """With one layer more. `others`: what its applications without a rate save at most."""
        after = Before(self.item)
        after.others = self.others + others
        for place, rate in enumerate(rates.of_place):
            taken = self.of_place[place] + (rate * self.item[place] // ONE + 2 if rate else 0)
            after.of_place[place] = min(self.item[place], taken)
        return after

    def needs(self, rates: Rates, weights: list[int], left: list[int]) -> list[int]:
        """What each application without a rate may take beyond what the rates of its lines are counted with, weighted;
        minor units. `left`: the weights of earlier layers."""
        found = weighted(rates.apps, rates.others, left)
        for at, app in enumerate(rates.apps):
            benefit = rates.others[at]
            if not benefit:
                continue
            open_part, low, least, high = -self.others, ONE, ONE, 0
            for place in app.targets:
                open_part += self.item[place] - self.of_place[place]
                low = min(low, weights[place])
                high = max(high, weights[place])
                least = min(least, rates.of_place[place])
            spare = max(0, open_part) * least // ONE * low // ONE
            found[at] = min(found[at], max(0, -(-benefit * high // ONE) - spare))
        return found


def weighted(apps: list[Application], benefits: list[int], weights: list[int]) -> list[int]:
    """The benefits, each weighted with the highest weight of its places; minor units."""
    found: list[int] = []
    for at, app in enumerate(apps):
        high = 0
        if benefits[at]:
            for place in app.targets:
                if weights[place] > high:
                    high = weights[place]
        found.append(-(-benefits[at] * high // ONE))
    return found
