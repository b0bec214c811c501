"""`pay v in all`: the goods in scope together cost no more than an amount."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from attrs import frozen

from pricing.forms.form import Form, Said, Show, cap_of
from pricing.forms.lowered import Goods, Lowered
from pricing.model.ladder import MONEY, Step


@frozen
class PayInAll(Form):
    """`pay v in all`: the sum over the lines in scope less v, if positive."""

    GRAMMAR: ClassVar[str] = "PAY amount IN ALL"
    bare: ClassVar[bool] = True

    price: int
    """Minor units."""

    @classmethod
    def read(cls, said: Said) -> Form | None:
        price = said.amount()
        return None if price is None else cls(price)

    def card(self, money: Show) -> str:
        return f"pay {money(self.price)} in all"

    def english(self, money: Show) -> str:
        return f"the goods cost {money(self.price)} in all, if they would cost more"

    def doubts(self, step: Step, money: Show) -> Iterator[str]:
        if step.measure == MONEY and step.reach and self.price >= step.reach:
            yield f"Goods for {money(step.reach)} do not cost more than {money(self.price)}: is a digit missing?"

    def lower(self, step: Step, goods: Goods, times: int) -> Lowered:
        return Lowered(step.reach if step.measure == MONEY else 0, beyond=self.price, at_most=cap_of(step))
