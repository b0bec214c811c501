"""What every form of benefit can do."""

from __future__ import annotations

from typing import ClassVar

from attrs import frozen

from pricing.forms.lowered import Goods, Lowered, UnitBenefit
from pricing.model.given import Given
from pricing.model.ladder import UNITS, Step


@frozen
class Form(Given):
    """A form of benefit. Frozen plain data: whole minor units, counts, exact shares."""

    on_units: ClassVar[bool] = False
    """Whether it falls on units, which read item prices only (SPEC 4, "Benefits on units")."""

    def lower(self, step: Step, goods: Goods, times: int) -> Lowered:
        """What it comes to on a cart (SPEC 4.2 and 4.3).

        `times`: how often a step that repeats by units is reached; 1 for other steps.
        """
        raise NotImplementedError


def gifted(step: Step, gift: UnitBenefit) -> Lowered:
    """A stretch that gives something on units, the same however often its step is reached."""
    reach = step.reach if step.measure == "money" else 0
    return Lowered(reach, gift=lambda _: gift, at_most=cap_of(step))


def cap_of(step: Step) -> int:
    """`at most v` of the step as a plain number."""
    return -1 if step.at_most is None else step.at_most


def looked_at(step: Step, goods: Goods, times: int) -> int:
    """How many units a benefit on units looks at: all in scope; under `every n items` the t x n dearest of them."""
    if step.repeats and step.measure == UNITS:
        return times * step.reach
    return sum([units for units, wanted in zip(goods.units, goods.in_scope, strict=True) if wanted])
