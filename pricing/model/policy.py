"""How rules work together: one policy for a folder of rules (SPEC sections 4, 5 and 8)."""

from __future__ import annotations

from attrs import frozen

from pricing.model.kind import LAYERS, Kind


@frozen
class PolicyLimit:
    """`limit 1 promo code per order`: so many uses of a kind; pieces of a select coupon count one by one."""

    count: int
    kind: Kind
    per: str
    """`order` or `store`."""


@frozen
class Policy:
    """The switches of `policy.promo`. The defaults are those of a switch that the file does not set."""

    name: str = "house"
    order: tuple[Kind, ...] = LAYERS
    """All ten layers. Item kinds come first and coin payment last, wherever the file puts them."""
    limits: tuple[PolicyLimit, ...] = ()
    never: tuple[tuple[Kind, Kind], ...] = ()
    """Pairs of kinds that never meet on one line; each pair sorted, pairs sorted."""
    measured_on: str = "running"
    """`running` or `item-price`."""
    share_by: str = "running"
    """`running` or `item-price`."""
    remainder: str = "moved"
    """`moved` or `lost`."""
    overflow: str = "clamp"
    """`clamp` or `void`."""
    rounding: str = "half-up"
    """`half-up` or `down`."""
    refund: str = "paid-share"
    """`paid-share` or `recompute`."""
    returns: str = "full-only"
    """`full-only`, `by-share` or `never`."""
    coins_return: str = "by-share"
    """`by-share`, `full-only` or `never`."""


HOUSE_POLICY = Policy(
    limits=(PolicyLimit(1, Kind.PLATFORM_COUPON, "order"), PolicyLimit(1, Kind.PROMO_CODE, "order")),
)
"""What holds in a folder without `policy.promo`. A policy file that states no limit has none."""
