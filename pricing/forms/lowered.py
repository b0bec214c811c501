"""What a form of benefit comes to on one cart, as plain numbers: all that settling and search ever see of it (SPEC 4).

A form reads the `Goods` that its rule meets and makes `Lowered`s: stretches of a curve from the base to the saving.
Benefits on units read nothing that a selection changes, so theirs are constants, with the units that they fall on in
a `UnitBenefit`."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Final, NamedTuple

NO_END: Final = -1
"""For a cap or a number of times: there is none."""


class Goods(NamedTuple):
    """The goods that an application meets, in the order in which ties are broken (line id, price, item rule)."""

    prices: list[int]
    """Item price of one unit of each place, minor units."""
    units: list[int]
    """How many units stand there."""
    in_scope: list[bool]
    """Whether they may get cheaper."""
    counted: list[bool]
    """Whether steps look at them."""
    matches: Callable[[object], list[bool]]
    """Whether each place answers a scope (of a bundle's slot)."""
    has_counts: bool
    """Whether the card counts other goods than get cheaper."""
    rounds_down: bool
    """The policy's rounding."""
    gets_to_rounds: bool
    """The policy's `gets to rounds`."""
    orders: dict[bool, tuple[list[tuple[int, int]], list[int]]]
    """The units in scope in order (see `units.in_order`) and how many have passed, once somebody has asked: the dearest
    first, or the cheapest."""


class UnitBenefit(NamedTuple):
    """A benefit on units: what it gives, and the units that it falls on, for each place of the goods."""

    amount: int
    """Minor units, before caps."""
    units: list[int]
    costs: list[int]
    """What those units cost at item prices: no place gives more."""
    weights: list[int]
    """In which proportion the amount is shared."""


class Lowered(NamedTuple):
    """A stretch of the curve: from `reach` on until the next one begins."""

    reach: int = 0
    """Base in minor units from which it holds; 0: always."""
    amount: int = 0
    """A constant saving, minor units."""
    share: Fraction = Fraction(0)
    """A share, rounded once: of the sum over the targets, or under `every` of the repeats (SPEC 4, benefits on amounts)."""
    beyond: int = NO_END
    """`pay v in all`: the saving is what the targets cost above this."""
    every: int = 0
    """Above 0: the amount (or share) is given for each whole such part of the base."""
    most_times: int = NO_END
    at_most: int = NO_END
    """The step's own cap."""
    gift: Callable[[int], UnitBenefit] | None = None
    """A benefit on units: what it comes to when its step is reached so many times."""


def rounded(share: Fraction, of: int, down: bool) -> int:
    """A share of a whole number: half up, or truncated. Neither is negative."""
    if down:
        return share.numerator * of // share.denominator
    return (2 * share.numerator * of + share.denominator) // (2 * share.denominator)
