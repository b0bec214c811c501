"""`take p% off`: a share."""

from __future__ import annotations

from fractions import Fraction

from attrs import frozen

from pricing.forms.form import Form, Show, by_money, cap_of, gifted, looked_at, percent
from pricing.forms.lowered import Goods, Lowered, rounded
from pricing.forms.units import cost, first, in_order, whole
from pricing.model.ladder import MONEY, Step


@frozen
class ShareOff(Form):
    """`take p% off`: of the sum over the lines in scope, rounded once; with `every` of what is repeated, groups of units or
    parts of the base."""

    share: Fraction

    def card(self, money: Show) -> str:
        return f"take {percent(self.share)} off"

    def english(self, money: Show) -> str:
        return f"it takes {percent(self.share)} off"

    def lower(self, step: Step, goods: Goods, times: int) -> Lowered:
        if step.measure == MONEY:
            return by_money(step, Lowered(share=self.share))
        if not step.repeats or not goods.prices:
            return Lowered(0, share=self.share, at_most=cap_of(step))
        runs = first(in_order(goods, dearest=True), looked_at(step, goods, times))
        return gifted(step, whole(goods, runs, rounded(self.share, cost(goods, runs), goods.rounds_down)))
