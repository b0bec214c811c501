"""`pay v in all`: the goods in scope together cost no more than an amount."""

from __future__ import annotations

from attrs import frozen

from pricing.forms.form import Form, cap_of
from pricing.forms.lowered import Goods, Lowered
from pricing.model.ladder import MONEY, Step


@frozen
class PayInAll(Form):
    """`pay v in all`: the sum over the lines in scope less v, if positive."""

    price: int
    """Minor units."""

    def lower(self, step: Step, goods: Goods, times: int) -> Lowered:
        return Lowered(step.reach if step.measure == MONEY else 0, beyond=self.price, at_most=cap_of(step))
