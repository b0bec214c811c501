"""Benefits on units (SPEC 4), unit by unit, for `oracle.py`. A unit is one thing on one run; nothing here counts by tens."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from typing import NamedTuple

from pricing.forms import AmountOff, AtEach, Bundle, Get, GroupsFor, OffEach, OffSome, ShareOff
from pricing.model.ladder import Step
from tests.oracle_amounts import Run, share_of


class Unit(NamedTuple):
    """One thing."""

    run: Run
    number: int

    @property
    def price(self) -> int:
        return self.run.price


@dataclass(frozen=True)
class OnUnits:
    """A benefit on units: what it gives, the units it falls on, and in which proportion they share it."""

    amount: int
    units: tuple[Unit, ...]
    weights: Mapping[Run, int]

    def costs(self) -> dict[Run, int]:
        found: Counter[Run] = Counter()
        for unit in self.units:
            found[unit.run] += unit.price
        return {unit.run: found[unit.run] for unit in self.units}

    def counts(self) -> dict[Run, int]:
        return dict(Counter(unit.run for unit in self.units))


def dearest_first(units: Iterable[Unit]) -> list[Unit]:
    return sorted(units, key=lambda unit: (-unit.price, unit.run, unit.number))


def cheapest_first(units: Iterable[Unit]) -> list[Unit]:
    return sorted(units, key=lambda unit: (unit.price, unit.run, unit.number))


def together(amount: int, units: Iterable[Unit]) -> OnUnits:
    """Shared by the item prices of the units that it falls on."""
    units = tuple(units)
    made = OnUnits(amount, units, {})
    return OnUnits(amount, units, made.costs())


def singly(units: Iterable[Unit], gives: Callable[[int], int]) -> OnUnits:
    """What each unit is given by itself."""
    units = tuple(units)
    weights: Counter[Run] = Counter({unit.run: 0 for unit in units})
    for unit in units:
        weights[unit.run] += gives(unit.price)
    return OnUnits(sum(weights.values()), units, dict(weights))


class Goods(NamedTuple):
    """What a benefit on units reads: nothing that a selection changes."""

    scope: frozenset[Unit]
    counted: frozenset[Unit]
    has_counts: bool
    rounding: str
    gets: str
    matches: Callable[[object, Run], bool]


def falls_on_units(step: Step, has_counts: bool) -> bool:
    """Whether SPEC's table of benefits on units has the step's form."""
    if isinstance(step.gives, AmountOff | ShareOff):
        return step.repeats and step.measure == "units" and not has_counts
    return isinstance(step.gives, OffEach | OffSome | AtEach | GroupsFor | Get | Bundle)


def on_units(step: Step, times: int, goods: Goods) -> OnUnits:
    """What a step gives that is reached so many times."""
    form = step.gives
    if isinstance(form, Bundle):
        return bundle(form, step.most_times, goods)
    if isinstance(form, Get):
        return get(form, step, times, goods)
    looked = dearest_first(goods.scope)
    if step.repeats and step.measure == "units":
        looked = looked[: times * step.reach]
    cut = [looked[at : at + step.reach] for at in range(0, len(looked), step.reach)] if step.measure == "units" else []
    if isinstance(form, OffEach):
        return singly(looked, lambda price: one_off(form.amount, form.share, price, goods.rounding))
    if isinstance(form, AtEach):
        return singly(looked, lambda price: max(0, price - form.price))
    if isinstance(form, OffSome):
        return some(form, step, cut, goods)
    if isinstance(form, GroupsFor):
        full = [group for group in cut if len(group) == step.reach][: times if step.repeats else 1]
        dear = [group for group in full if sum(unit.price for unit in group) > form.price]
        picked = [unit for group in dear for unit in group]
        return together(sum(unit.price for unit in picked) - len(dear) * form.price, picked)
    if isinstance(form, ShareOff):
        return together(share_of(form.share, sum(unit.price for unit in looked), goods.rounding), looked)
    assert isinstance(form, AmountOff)
    return together(min(times * form.amount, sum(unit.price for unit in looked)), looked)


def one_off(amount: int, share: Fraction, price: int, rounding: str) -> int:
    return min(price, share_of(share, price, rounding) if share else amount)


def some(form: OffSome, step: Step, cut: list[list[Unit]], goods: Goods) -> OnUnits:
    """`the m cheapest`, `the m dearest`; under `every n items` of each group."""
    order = dearest_first if form.dearest else cheapest_first
    in_groups = step.repeats and step.measure == "units"
    groups = cut if in_groups else [list(goods.scope)]
    picked = [unit for group in groups for unit in order(group)[: form.many]]
    if form.each:
        return singly(picked, lambda price: one_off(form.amount, form.share, price, goods.rounding))
    if form.share:
        return together(share_of(form.share, sum(unit.price for unit in picked), goods.rounding), picked)
    return together(form.amount * len(groups), picked)


def get_saving(form: Get, gets: list[Unit], rounding: str) -> OnUnits:
    if form.share:
        return together(share_of(form.share, sum(unit.price for unit in gets), rounding), gets)
    if form.price is not None:
        price = form.price
        return singly(gets, lambda each: max(0, each - price))
    return singly(gets, lambda each: min(each, form.amount))


def get(form: Get, step: Step, times: int, goods: Goods) -> OnUnits:
    order = (dearest_first if form.dearest else cheapest_first)(goods.scope)
    if step.repeats or step.measure == "money":
        return get_saving(form, order[: times * form.many], goods.rounding)
    # "the largest g such that with r = ceil(g / j) rounds (at most m) there are r x k units of A besides g units of B"
    a, b, k = goods.counted, goods.scope, step.reach

    def rounds(g: int) -> int:
        return -(-g // form.many)

    g = max(
        g
        for g in range(len(b) + 1)
        if (step.most_times is None or rounds(g) <= step.most_times)
        and rounds(g) * k <= len(a)
        and g + rounds(g) * k <= len(a | b)
    )
    left = set(a)
    gets: list[Unit] = []
    for unit in order:
        if len(gets) < g and len(left - {unit}) >= rounds(g) * k:
            left.discard(unit)
            gets.append(unit)
    saving = get_saving(form, gets, goods.rounding)
    if goods.gets == "rounds" and not goods.has_counts:
        return together(saving.amount, [*gets, *dearest_first(left)[: rounds(g) * k]])
    return saving


def bundle(form: Bundle, most: int | None, goods: Goods) -> OnUnits:
    """ "For n = 1, 2, …: dearest first; take a unit if with those taken it still fits n times"."""
    units = [
        unit for unit in dearest_first(goods.scope) if any(goods.matches(slot.scope, unit.run) for slot in form.slots)
    ]
    best = OnUnits(0, (), {})
    n = 1
    while most is None or n <= most:
        taken: list[Unit] = []
        for unit in units:
            if fits(form, [*taken, unit], n, goods):
                taken.append(unit)
        if len(taken) < n * sum(slot.many for slot in form.slots):
            break
        cost = sum(unit.price for unit in taken)
        if form.price is not None:
            amount = cost - n * form.price
            if amount <= best.amount:
                break
        else:
            amount = share_of(form.share, cost, goods.rounding) if form.share else n * form.amount
        best = together(amount, taken)
        n += 1
    return best


def fits(form: Bundle, units: list[Unit], n: int, goods: Goods) -> bool:
    """Whether the units can be dealt into the slots of n bundles: by Hall's theorem, for every set of slots the units
    that match no other slot are not more than these hold."""
    slots = range(len(form.slots))
    for size in slots:
        for others in combinations(slots, size + 1):
            only = [
                unit
                for unit in units
                if all(at in others for at in slots if goods.matches(form.slots[at].scope, unit.run))
            ]
            if len(only) > n * sum(form.slots[at].many for at in others):
                return False
    return True
