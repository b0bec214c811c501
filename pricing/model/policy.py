"""How rules work together: one policy for a folder of rules (SPEC sections 4, 5 and 8)."""

from __future__ import annotations

from fractions import Fraction

from attrs import frozen

from pricing.model.kind import LAYERS, Kind


@frozen
class Layer:
    """A place in the order: a kind's own, or a further one that the policy names."""

    kind: Kind
    name: str = ""
    """Empty: the kind's own place."""

    def __str__(self) -> str:
        """As `order` spells it."""
        return self.name or self.kind.value


@frozen
class PolicyLimit:
    """`limit 1 promo code per order`: so many uses of a kind, of a group, or of rules given by code (SPEC 5.3)."""

    count: int
    kind: Kind | None
    """None: see `group` and `codes`."""
    per: str
    """`order` or `store`."""
    group: str = ""
    """`limit 1 of group welcome per order`."""
    codes: bool = False
    """`limit 2 codes per order`: rules given by code, whatever their kind."""

    def __str__(self) -> str:
        """What it counts, as `limit` spells it after the number."""
        if self.codes:
            return "code" if self.count == 1 else "codes"
        return f"of group {self.group}" if self.kind is None else self.kind.value


@frozen
class Policy:
    """The switches of `policy.promo`. The defaults are those of a switch that the file does not set."""

    name: str = "house"
    order: tuple[Layer, ...] = tuple([Layer(kind) for kind in LAYERS])
    """All layers, further ones included. Item kinds come first and coin payment last."""
    limits: tuple[PolicyLimit, ...] = ()
    never: tuple[tuple[Kind, Kind], ...] = ()
    """Pairs of kinds that never meet on one line; each pair sorted, pairs sorted."""
    floor: Fraction = Fraction(0)
    """Share of the list price below which no unit is sold, rounded up; 0: none."""
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
    automatic: str = "always"
    """`always` or `when-better`."""
    gets: str = "given"
    """`given` or `rounds`."""
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
