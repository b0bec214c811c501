"""`every n items for v`, `buy n for v`: a price for a group of units."""

from __future__ import annotations

from typing import ClassVar

from attrs import frozen

from pricing.forms.form import Form, Said, Show, gifted
from pricing.forms.lowered import Goods, Lowered
from pricing.forms.units import Run, cost, groups, in_order, whole
from pricing.model.ladder import Step


@frozen
class GroupsFor(Form):
    """Groups of n units, dearest first, cost v each: one under `buy`, all full ones under `every`. A group that costs
    no more stays as it is."""

    on_units = True

    price: int
    """Minor units for a group."""

    GRAMMAR: ClassVar[str] = "FOR amount"

    @classmethod
    def read(cls, said: Said) -> Form | None:
        price = said.amount(zero=True)
        return None if price is None else cls(price)

    def card(self, money: Show) -> str:
        return f"for {money(self.price)}"

    def english(self, money: Show) -> str:
        return f"they cost {money(self.price)} together, if they would cost more"

    def lower(self, step: Step, goods: Goods, times: int) -> Lowered:
        many = times if step.repeats else 1
        picked: list[Run] = []
        saved = 0
        for group, alike in groups(goods, in_order(goods, dearest=True), step.reach, many):
            above = cost(goods, group) - self.price
            if above > 0:
                picked += [(place, units * alike) for place, units in group]
                saved += above * alike
        return gifted(step, whole(goods, picked, saved))
