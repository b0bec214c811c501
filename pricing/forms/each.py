"""`take v off each`, `take p% off each`, `at v each`: what every unit gets by itself."""

from __future__ import annotations

from fractions import Fraction
from typing import ClassVar

from attrs import frozen

from pricing.forms.form import Form, Said, Show, gifted, looked_at, written
from pricing.forms.lowered import Goods, Lowered, rounded
from pricing.forms.units import first, in_order, single
from pricing.model.ladder import Step


@frozen
class OffEach(Form):
    """`take v off each` or `take p% off each`: of each unit looked at, never more than its price."""

    on_units = True

    GRAMMAR: ClassVar[str] = "TAKE amount OFF EACH"
    bare: ClassVar[bool] = True

    amount: int = 0
    """Minor units; 0 when it is a share."""
    share: Fraction = Fraction(0)

    @classmethod
    def read(cls, said: Said) -> Form | None:
        value = said.value()
        return None if value is None else cls(*value)

    def card(self, money: Show) -> str:
        return f"take {written(self.amount, self.share, money)} off each"

    def english(self, money: Show) -> str:
        return f"it takes {written(self.amount, self.share, money)} off each item"

    def lower(self, step: Step, goods: Goods, times: int) -> Lowered:
        runs = first(in_order(goods, dearest=True), looked_at(step, goods, times))
        return gifted(step, single(goods, runs, lambda price: off(self.amount, self.share, price, goods.rounds_down)))


@frozen
class AtEach(Form):
    """`at v each`: each unit looked at costs v, if it costs more."""

    on_units = True

    GRAMMAR: ClassVar[str] = "AT amount EACH"
    bare: ClassVar[bool] = True

    price: int
    """Minor units."""

    @classmethod
    def read(cls, said: Said) -> Form | None:
        price = said.amount(zero=True)
        return None if price is None else cls(price)

    def card(self, money: Show) -> str:
        return f"at {money(self.price)} each"

    def english(self, money: Show) -> str:
        return f"each item costs {money(self.price)}, if it would cost more"

    def lower(self, step: Step, goods: Goods, times: int) -> Lowered:
        runs = first(in_order(goods, dearest=True), looked_at(step, goods, times))
        return gifted(step, single(goods, runs, lambda price: max(0, price - self.price)))


def off(amount: int, share: Fraction, price: int, down: bool) -> int:
    """What one unit at an item price is given by itself: an amount, or a share rounded for itself; minor units."""
    return min(price, rounded(share, price, down) if share else amount)
