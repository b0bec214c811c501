"""Units put in order and picked: what all benefits on units share (SPEC 4, "Benefits on units")."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from itertools import accumulate

from pricing.forms.lowered import Goods, UnitBenefit

Run = tuple[int, int]
"""(place, units): equal units that stand together in an order."""


def ordered(goods: Goods, places: Sequence[bool], dearest: bool) -> list[Run]:
    """The units of some places by item price; ties both ways by the smaller place."""
    prices = goods.prices
    found = [place for place, wanted in enumerate(places) if wanted and goods.units[place]]
    found.sort(key=lambda place: (-prices[place] if dearest else prices[place], place))
    return [(place, goods.units[place]) for place in found]


def in_order(goods: Goods, dearest: bool) -> list[Run]:
    """The units in scope by item price; see `ordered`. Not to be changed: other benefits may ask for the same."""
    return _in_order(goods, dearest)[0]


def _in_order(goods: Goods, dearest: bool) -> tuple[list[Run], list[int]]:
    known = goods.orders.get(dearest)
    if known is None:
        runs = ordered(goods, goods.in_scope, dearest)
        known = goods.orders[dearest] = runs, list(accumulate([units for _, units in runs]))
    return known


def first_in_order(goods: Goods, dearest: bool, many: int) -> list[Run]:
    """The first so many of these."""
    runs, passed = _in_order(goods, dearest)
    place = bisect_left(passed, many)
    if many <= 0 or place == len(runs):
        return runs[:place]
    over = passed[place] - many
    return [*runs[:place], (runs[place][0], runs[place][1] - over)]


def first(runs: Sequence[Run], many: int) -> list[Run]:
    """The first so many units of an order."""
    taken: list[Run] = []
    for place, units in runs:
        if many <= 0:
            break
        taken.append((place, min(units, many)))
        many -= units
    return taken


def count(runs: Sequence[Run]) -> int:
    """How many units they are."""
    return sum([units for _, units in runs])


def cost(goods: Goods, runs: Sequence[Run]) -> int:
    """What they cost at item prices, minor units."""
    return sum([goods.prices[place] * units for place, units in runs])


def whole(goods: Goods, runs: Sequence[Run], amount: int) -> UnitBenefit:
    """A benefit that is given over units as a whole, and shared by their item prices."""
    units, costs = _by_place(goods, runs)
    return UnitBenefit(amount, units, costs, costs)


def single(goods: Goods, runs: Sequence[Run], saving: Callable[[int], int]) -> UnitBenefit:
    """A benefit that each unit gets by itself; `saving` says how much at an item price."""
    units, costs = _by_place(goods, runs)
    weights = [0] * len(units)
    for place, _ in runs:
        weights[place] = saving(goods.prices[place]) * units[place]
    return UnitBenefit(sum(weights), units, costs, weights)


def groups(goods: Goods, runs: Sequence[Run], size: int, many: int) -> list[tuple[list[Run], int]]:
    """An order cut into groups of so many units; alike groups that follow each other stand together: (group, how often)."""
    cut: list[tuple[list[Run], int]] = []
    rest = [run for run in runs if run[1]]
    at, used = 0, 0
    while many > 0 and at < len(rest):
        place, units = rest[at]
        alike = min((units - used) // size, many)
        if alike:
            cut.append(([(place, size)], alike))
            used += alike * size
            many -= alike
            if used == units:
                at, used = at + 1, 0
            continue
        group: list[Run] = []
        missing = size
        while missing and at < len(rest):
            place, units = rest[at]
            taken = min(missing, units - used)
            if taken:
                group.append((place, taken))
            missing -= taken
            used += taken
            if used == units:
                at, used = at + 1, 0
        if missing:
            break
        cut.append((group, 1))
        many -= 1
    return cut


def _by_place(goods: Goods, runs: Sequence[Run]) -> tuple[list[int], list[int]]:
    units = [0] * len(goods.prices)
    costs = units.copy()
    for place, many in runs:
        units[place] += many
        costs[place] += goods.prices[place] * many
    return units, costs
