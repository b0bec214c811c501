"""What a rule gives: steps with thresholds, caps and counts (SPEC section 4). Amounts are minor units.

What a step gives is a form: see `pricing.forms`.
"""

from __future__ import annotations

from fractions import Fraction

from attrs import frozen

from pricing.model.given import Given

MONEY = "money"
UNITS = "units"
DIFFERENT = "different"


@frozen
class Step:
    """One line that gives something: `spend`, `buy`, `every`, `take`, `ship`, `bundle`, `pay`, `at … each`."""

    measure: str = MONEY
    """What the threshold counts: `money` (minor units of the base), `units` (counted units) or `different` (different
    counted items: pairs of store and sku)."""
    reach: int = 0
    """The threshold; 0: always reached. For `every`, the amount or number that repeats; for `buy k get j`, k."""
    repeats: bool = False
    """True for `every`: the benefit is given once for each whole `reach` in the base or among the units."""
    most_times: int | None = None
    """`at most M times`, of an `every`, a `buy … get` or a `bundle`."""
    gives: Given | None = None
    """The form of its benefit; None: `take nothing`."""
    at_most: int | None = None
    """The step's own cap in minor units (`take 15% off, at most 60.00`)."""


@frozen
class Caps:
    """The `at most` lines of a card, in minor units; None: no cap."""

    per_item: int | None = None
    """For each unit that the benefit falls on."""
    per_item_share: Fraction | None = None
    """`at most 10% per item`: a share of each line's base, truncated."""
    per_store: int | None = None
    per_order: int | None = None
    per_order_share: Fraction | None = None
    """Coin payment: a share of the sum over its lines in scope when its layer begins, truncated."""


@frozen
class Limit:
    """`limit N uses per customer` and its like."""

    count: int
    unit: str
    """`uses` or `items`."""
    per: str
    """`order`, `customer`, `day`, `total`, `customer and day`, `customer and week` or `customer and month`."""


@frozen
class Trade:
    """`trade K coins for J COUPON`."""

    coins: int
    pieces: int
    coupon: str


@frozen
class Rate:
    """`rate K coins = N`: K coins pay `amount` minor units."""

    coins: int
    amount: int
    in_steps: bool = False
    """Only multiples of `amount` are paid, with multiples of `coins`."""


@frozen
class Earning:
    """One line of a coin reward: `earn K coins every N`, or `spend N earn K coins`."""

    coins: int
    reach: int
    """Minor units of what its lines pay."""
    repeats: bool = False
    """True for `every`."""


@frozen
class Reward:
    """What a coin reward earns (SPEC 4)."""

    earnings: tuple[Earning, ...]
    """One that repeats, or steps sorted by `reach`, of which the highest one reached counts."""
    at_most: int | None = None
    """Coins per order."""
