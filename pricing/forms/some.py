"""`take … off the m cheapest`, `the m dearest`, `each of the m …`: some of the units."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import ClassVar

from attrs import frozen

from pricing.forms.each import off
from pricing.forms.form import Form, Said, Show, gifted, items, written
from pricing.forms.lowered import Goods, Lowered, rounded
from pricing.forms.units import Run, cost, first, groups, in_order, single, whole
from pricing.model.ladder import UNITS, Step


@frozen
class OffSome(Form):
    """`take … off [each of] the m dearest` or `cheapest`; under `every n items` of m units of each group of n."""

    on_units = True

    many: int
    dearest: bool
    each: bool
    """Whether each unit gets it by itself; else it is given once over them."""
    amount: int = 0
    """Minor units; 0 when it is a share."""
    share: Fraction = Fraction(0)

    GRAMMAR: ClassVar[str] = "TAKE amount OFF [EACH OF] THE [VALUE] (CHEAPEST | DEAREST)"
    bare: ClassVar[bool] = True

    @classmethod
    def read(cls, said: Said) -> Form | None:
        value, many = said.value(), said.number()
        if value is None or many is None:
            return None
        return cls(many, said.has("dearest"), said.has("each"), *value)

    def card(self, money: Show) -> str:
        which = "dearest" if self.dearest else "cheapest"
        many = "" if self.many == 1 else f"{self.many} "
        return f"take {written(self.amount, self.share, money)} off {'each of ' if self.each else ''}the {many}{which}"

    def english(self, money: Show) -> str:
        which = "dearest" if self.dearest else "cheapest"
        value = written(self.amount, self.share, money)
        one = f"the {which} item" if self.many == 1 else f"the {items(self.many, which)}"
        return f"it takes {value} off {'each of ' if self.each and self.many > 1 else ''}{one}"

    def doubts(self, step: Step, money: Show) -> Iterator[str]:
        if step.measure == UNITS and step.reach and self.many > step.reach and step.repeats:
            yield f"A group of {items(step.reach)} never has {self.many} of them."

    def lower(self, step: Step, goods: Goods, times: int) -> Lowered:
        runs, rounds = self._picked(step, goods, times)
        if self.each:
            gift = single(goods, runs, lambda price: off(self.amount, self.share, price, goods.rounds_down))
        else:
            amount = rounded(self.share, cost(goods, runs), goods.rounds_down) if self.share else self.amount * rounds
            gift = whole(goods, runs, amount)
        return gifted(step, gift)

    def _picked(self, step: Step, goods: Goods, times: int) -> tuple[list[Run], int]:
        """The units it falls on, and how often an amount is given."""
        if not (step.repeats and step.measure == UNITS):
            return first(in_order(goods, self.dearest), self.many), 1
        picked: list[Run] = []
        rounds = 0
        for group, alike in groups(goods, in_order(goods, dearest=True), step.reach, times):
            if not self.dearest:
                group.sort(key=lambda run: (goods.prices[run[0]], run[0]))
            picked += [(place, units * alike) for place, units in first(group, self.many)]
            rounds += alike
        return picked, rounds
