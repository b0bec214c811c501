"""`every n items for v`, `buy n for v`: a price for a group of units."""

from __future__ import annotations

from attrs import frozen

from pricing.forms.form import Form, gifted
from pricing.forms.lowered import Goods, Lowered
from pricing.forms.units import Run, cost, groups, ordered, whole
from pricing.model.ladder import Step


@frozen
class GroupsFor(Form):
    """Groups of n units, dearest first, cost v each: one under `buy`, all full ones under `every`. A group that costs
    no more stays as it is."""

    on_units = True

    price: int
    """Minor units for a group."""

    def lower(self, step: Step, goods: Goods, times: int) -> Lowered:
        many = times if step.repeats else 1
        picked: list[Run] = []
        saved = 0
        for group, alike in groups(goods, ordered(goods, goods.in_scope, dearest=True), step.reach, many):
            above = cost(goods, group) - self.price
            if above > 0:
                picked += [(place, units * alike) for place, units in group]
                saved += above * alike
        return gifted(step, whole(goods, picked, saved))
