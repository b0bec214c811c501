"""What every form of benefit can do."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import ClassVar, Protocol

from attrs import frozen

from pricing.forms.lowered import NO_END, Goods, Lowered, UnitBenefit
from pricing.model.given import Given
from pricing.model.ladder import UNITS, Step


class Said(Protocol):
    """What a line says of a form, as the language read it. Whatever cannot be meant is told by who is asked, and None."""

    def amount(self, *, zero: bool = False) -> int | None:
        """Its amount, in minor units."""

    def value(self) -> tuple[int, Fraction] | None:
        """Its amount, minor units, or its share; the other one is zero."""

    def number(self) -> int | None:
        """Its whole number of items."""

    def has(self, word: str) -> bool:
        """Whether a word of the language stands in it."""

    def off(self) -> bool:
        """Whether `off` stands behind its value; told when it is missing."""


class Show(Protocol):
    """How an amount of minor units is written."""

    def __call__(self, minor: int, /) -> str: ...


@frozen
class Form(Given):
    """A form of benefit. Frozen plain data: whole minor units, counts, exact shares."""

    on_units: ClassVar[bool] = False
    """Whether it falls on units, which read item prices only (SPEC 4, "Benefits on units")."""

    GRAMMAR: ClassVar[str] = ""
    """How a line spells it, as a row of the grammar; empty: another form reads it as well."""
    bare: ClassVar[bool] = False
    """Whether a line can begin with it, so that it needs no threshold before it."""

    @classmethod
    def read(cls, said: Said) -> Form | None:
        """The form that a line says; None when something in it has been told."""
        raise NotImplementedError

    def card(self, money: Show) -> str:
        """How a card spells it, without the caps behind it."""
        raise NotImplementedError

    def english(self, money: Show) -> str:
        """What it gives, in plain English: a sentence without its beginning, as in "it takes 5.00 off"."""
        raise NotImplementedError

    def doubts(self, step: Step, money: Show) -> Iterator[str]:
        """What is doubtful about it, behind its threshold: questions for whoever wrote it."""
        return iter(())

    def lower(self, step: Step, goods: Goods, times: int) -> Lowered:
        """What it comes to on a cart (SPEC 4.2 and 4.3).

        `times`: how often a step that repeats by units is reached; 1 for other steps.
        """
        raise NotImplementedError


def gifted(step: Step, gift: UnitBenefit) -> Lowered:
    """A stretch that gives something on units, the same however often its step is reached."""
    reach = step.reach if step.measure == "money" else 0
    return Lowered(reach, gift=lambda _: gift, at_most=cap_of(step))


def by_money(step: Step, gives: Lowered) -> Lowered:
    """The stretch of a step by money: what is given once its threshold is reached, or for each repeat."""
    return gives._replace(
        reach=step.reach,
        every=step.reach if step.repeats else 0,
        most_times=NO_END if step.most_times is None else step.most_times,
        at_most=cap_of(step),
    )


def cap_of(step: Step) -> int:
    """`at most v` of the step as a plain number."""
    return -1 if step.at_most is None else step.at_most


def looked_at(step: Step, goods: Goods, times: int) -> int:
    """How many units a benefit on units looks at: all in scope; under `every n items` the t x n dearest of them."""
    if step.repeats and step.measure == UNITS:
        return times * step.reach
    return sum([units for units, wanted in zip(goods.units, goods.in_scope, strict=True) if wanted])


def percent(share: Fraction) -> str:
    """A share as the language writes it: 3/20 is "15%"."""
    hundred = share * 100
    if hundred.denominator == 1:
        return f"{hundred.numerator}%"
    places = 1
    while (hundred * 10**places).denominator != 1 and places < 12:
        places += 1
    whole, part = divmod(int(hundred * 10**places), 10**places)
    return f"{whole}.{part:0{places}d}%"


def written(amount: int, share: Fraction, money: Show) -> str:
    """An amount or a share, whichever is set."""
    return percent(share) if share else money(amount)


def items(many: int, which: str = "") -> str:
    """`1 item`, `2 dearest items`."""
    return f"{many} {which + ' ' if which else ''}item{'' if many == 1 else 's'}"
