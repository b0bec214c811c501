"""What a rule gives: steps with thresholds, caps and counts (SPEC section 4). Amounts are minor units."""

from __future__ import annotations

from fractions import Fraction

from attrs import frozen


@frozen
class Step:
    """One line that gives something: `spend`, `buy`, `every`, `take`, `ship free`, `buy ... get ...`."""

    measure: str = "money"
    """What the threshold counts: `money` (minor units of the base) or `units` (units in scope)."""
    reach: int = 0
    """The threshold; 0: always reached. For `every`, the amount or number that repeats. For `buy k get j`: k + j."""
    repeats: bool = False
    """True for `every`: the benefit is given once for each whole `reach` in the base."""
    amount: int = 0
    """Minor units off; 0 when the benefit is a share."""
    share: Fraction = Fraction(0)
    """Share off, 15% as 3/20; 0 when the benefit is an amount. `ship free` is 1, of the shipping charges.
    `buy k get j free` is 1, `at 30% off` is 3/10, of the units given."""
    given_units: int = 0
    """The j of `buy k get j`: so many of every k + j units, the cheapest, get the benefit. 0 for other steps."""
    at_most: int | None = None
    """The step's own cap in minor units (`take 15% off, at most 60.00`)."""


@frozen
class Caps:
    """The `at most` lines of a card, in minor units; None: no cap."""

    per_item: int | None = None
    per_item_share: Fraction | None = None
    """`at most 10% per item`: a share of each line's base, truncated."""
    per_store: int | None = None
    per_order: int | None = None


@frozen
class Limit:
    """`limit N uses per customer` and its like."""

    count: int
    unit: str
    """`uses` or `items`."""
    per: str
    """`customer`, `order`, `day` or `total`."""


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
