"""One promotion as marketing wrote it, with every name resolved (SPEC section 2).

Made by `language`, read by `engine.plan`.
"""

from __future__ import annotations

from fractions import Fraction

from attrs import field, frozen

from pricing.model.kind import PER_STORE_KINDS, SELLER_FUNDED_KINDS, Kind
from pricing.model.ladder import Caps, Limit, Rate, Step, Trade
from pricing.model.scope import Scope
from pricing.model.window import Hours, Window


@frozen
class Place:
    """Where in the rule files something stands: for messages only, never for meaning."""

    file: str = ""
    line: int = 0


@frozen
class Rule:
    """A card. Money is whole minor units of `currency`; an empty tuple says that the card has no such clause."""

    name: str
    kind: Kind
    label: str = ""
    currency: str = "USD"
    zone: str = "UTC"
    """IANA name of the zone in which `days` and `hours` count."""
    valid: Window = Window()
    days: tuple[int, ...] = ()
    """Days of the week, Monday 0; sorted. Empty: every day."""
    hours: tuple[Hours, ...] = ()
    """All of these must hold. Empty: all day."""
    scope: Scope = Scope()
    """Words `stores`, `categories`, `brands`, `tags`, `skus` (lines of a cart) and `methods` (shipping charges)."""
    audience: Scope = Scope()
    """Words `customers`, `countries`, `channels`."""
    prices: tuple[tuple[str, int], ...] = ()
    """`price SKU at N`: sku and minor units; sorted by sku."""
    ladder: tuple[Step, ...] = ()
    """Sorted by `reach`. Item rules: at most one step with reach 0, per unit."""
    ladder_per: str = field()
    """`store` or `order`."""
    caps: Caps = Caps()
    limits: tuple[Limit, ...] = ()
    """Sorted."""
    budget: int | None = None
    platform_share: Fraction = field()
    """Share of each saving that the platform pays: 0 all by the seller, 1 all by the platform."""
    piece: int = 0
    """Select coupon: minor units one piece is worth."""
    trade: Trade | None = None
    rate: Rate | None = None
    claim: Window = Window()
    """Coupons: when a piece can be picked up; the rule's `valid` when the card has no `claim`."""
    lasts_days: int | None = None
    never: tuple[str, ...] = ()
    """Names of rules, kinds as the language spells them, or `anything`; sorted."""
    combines: tuple[str, ...] = ()
    """Likewise."""
    note: str = ""
    campaign: str = ""
    """Name of the campaign."""
    place: Place = field(default=Place(), eq=False, repr=False)

    @ladder_per.default
    def _ladder_per(self) -> str:
        return "store" if self.kind in PER_STORE_KINDS else "order"

    @platform_share.default
    def _platform_share(self) -> Fraction:
        return Fraction(0) if self.kind in SELLER_FUNDED_KINDS else Fraction(1)


@frozen
class Campaign:
    """The head of a rule file."""

    name: str
    label: str
    currency: str
    zone: str
    valid: Window
    owner: str = ""
    brief: str = ""
    place: Place = field(default=Place(), eq=False, repr=False)
