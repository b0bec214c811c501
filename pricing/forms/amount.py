"""`take v off`: an amount of money."""

from __future__ import annotations

from typing import ClassVar

from attrs import frozen

from pricing.forms.form import Form, Said, Show, by_money, cap_of, gifted, looked_at
from pricing.forms.lowered import Goods, Lowered
from pricing.forms.share import ShareOff
from pricing.forms.units import cost, first, in_order, whole
from pricing.model.ladder import MONEY, Step


@frozen
class AmountOff(Form):
    """`take v off`; with `every` once for each repeat. Under `every n items` it falls on the t x n dearest units."""

    GRAMMAR: ClassVar[str] = "TAKE amount [OFF]"
    bare: ClassVar[bool] = True

    amount: int
    """Minor units."""

    @classmethod
    def read(cls, said: Said) -> Form | None:
        off, value = said.off(), said.value()
        if value is None or not off:
            return None
        return ShareOff(value[1]) if value[1] else cls(value[0])

    def card(self, money: Show) -> str:
        return f"take {money(self.amount)} off"

    def english(self, money: Show) -> str:
        return f"it takes {money(self.amount)} off"

    def lower(self, step: Step, goods: Goods, times: int) -> Lowered:
        if step.measure == MONEY:
            return by_money(step, Lowered(amount=self.amount))
        amount = self.amount * times
        if not step.repeats or goods.has_counts or not goods.prices:
            return Lowered(0, amount, at_most=cap_of(step))
        runs = first(in_order(goods, dearest=True), looked_at(step, goods, times))
        return gifted(step, whole(goods, runs, min(amount, cost(goods, runs))))
