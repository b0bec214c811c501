"""`ship free`, `ship at v`: what shipping costs."""

from __future__ import annotations

from fractions import Fraction

from attrs import frozen

from pricing.forms.form import Form, cap_of
from pricing.forms.lowered import Goods, Lowered
from pricing.model.ladder import MONEY, Step


@frozen
class ShipFree(Form):
    """`ship free`: all of the charges."""

    def lower(self, step: Step, goods: Goods, times: int) -> Lowered:
        return Lowered(step.reach if step.measure == MONEY else 0, share=Fraction(1), at_most=cap_of(step))


@frozen
class ShipAt(Form):
    """`ship at v`: what the charges together are above v."""

    price: int
    """Minor units."""

    def lower(self, step: Step, goods: Goods, times: int) -> Lowered:
        return Lowered(step.reach if step.measure == MONEY else 0, beyond=self.price, at_most=cap_of(step))
