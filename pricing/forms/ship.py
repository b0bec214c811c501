"""`ship free`, `ship at v`: what shipping costs."""

from __future__ import annotations

from fractions import Fraction
from typing import ClassVar

from attrs import frozen

from pricing.forms.form import Form, Said, Show, cap_of
from pricing.forms.lowered import Goods, Lowered
from pricing.model.ladder import MONEY, Step


@frozen
class ShipFree(Form):
    """`ship free`: all of the charges."""

    GRAMMAR: ClassVar[str] = "SHIP FREE"
    bare: ClassVar[bool] = True

    @classmethod
    def read(cls, said: Said) -> Form | None:  # noqa: ARG003
        return cls()

    def card(self, money: Show) -> str:
        return "ship free"

    def english(self, money: Show) -> str:
        return "it takes all shipping off"

    def lower(self, step: Step, goods: Goods, times: int) -> Lowered:
        return Lowered(step.reach if step.measure == MONEY else 0, share=Fraction(1), at_most=cap_of(step))


@frozen
class ShipAt(Form):
    """`ship at v`: what the charges together are above v."""

    GRAMMAR: ClassVar[str] = "SHIP AT amount"
    bare: ClassVar[bool] = True

    price: int
    """Minor units."""

    @classmethod
    def read(cls, said: Said) -> Form | None:
        price = said.amount(zero=True)
        return None if price is None else cls(price)

    def card(self, money: Show) -> str:
        return f"ship at {money(self.price)}"

    def english(self, money: Show) -> str:
        return f"shipping costs {money(self.price)}, if it would cost more"

    def lower(self, step: Step, goods: Goods, times: int) -> Lowered:
        return Lowered(step.reach if step.measure == MONEY else 0, beyond=self.price, at_most=cap_of(step))
