"""The kinds of rule, in the words of the language, and what follows from a kind alone (SPEC sections 2, 4, 5, 7).

One row says all of a kind: a new one is a row here. What a card may change (how it is given, who pays, what its ladder
looks at) stands on the rule; the row has the default.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from attrs import frozen


class Kind(StrEnum):
    """A kind of rule; its value is how a card spells it."""

    FLASH_SALE = "flash sale"
    ITEM_DISCOUNT = "item discount"
    STORE_DISCOUNT = "store discount"
    SELLER_COUPON = "seller coupon"
    CROSS_STORE_DISCOUNT = "cross-store discount"
    SELECT_COUPON = "select coupon"
    PLATFORM_COUPON = "platform coupon"
    PROMO_CODE = "promo code"
    FREE_SHIPPING = "free shipping"
    COIN_PAYMENT = "coin payment"
    COIN_EXCHANGE = "coin exchange"
    COIN_REWARD = "coin reward"


AUTOMATIC: Final = "automatic"
HELD: Final = "held"
CODE: Final = "code"
"""How a rule is given (SPEC 2): automatically, to holders of a piece, or to who types its code."""


@frozen
class Traits:
    """What a kind is when its card says nothing else."""

    is_layer: bool = True
    """Whether it is worked off in the policy's order."""
    sets_prices: bool = False
    """Whether it sets item prices, which is no choice (SPEC 3)."""
    given: str = AUTOMATIC
    per: str = "order"
    """What its ladder looks at: `store` or `order`."""
    once: bool = False
    """Used at most once in an order unless its card says `limit N uses per order` (SPEC 5.3)."""
    seller_pays: bool = True
    """Whether the seller pays when the card names nobody (SPEC 7); else the platform."""
    on_units: bool = False
    """Whether benefits on units may stand on it (SPEC 4)."""
    may_be_held: bool = False
    """Whether a card of it may say `held`."""
    may_have_code: bool = False
    """Whether a card of it may say `code`."""


TRAITS: Final[dict[Kind, Traits]] = {
    Kind.FLASH_SALE: Traits(sets_prices=True, may_have_code=True),
    Kind.ITEM_DISCOUNT: Traits(sets_prices=True, may_have_code=True),
    Kind.STORE_DISCOUNT: Traits(per="store", on_units=True, may_be_held=True, may_have_code=True),
    Kind.SELLER_COUPON: Traits(given=HELD, per="store", once=True, on_units=True),
    Kind.CROSS_STORE_DISCOUNT: Traits(on_units=True, may_be_held=True, may_have_code=True),
    Kind.SELECT_COUPON: Traits(given=HELD, per="store", seller_pays=False),
    Kind.PLATFORM_COUPON: Traits(given=HELD, once=True, seller_pays=False, on_units=True),
    Kind.PROMO_CODE: Traits(given=CODE, seller_pays=False, on_units=True, may_have_code=True),
    Kind.FREE_SHIPPING: Traits(per="store", may_be_held=True, may_have_code=True),
    Kind.COIN_PAYMENT: Traits(seller_pays=False),
    Kind.COIN_EXCHANGE: Traits(is_layer=False, seller_pays=False),
    Kind.COIN_REWARD: Traits(is_layer=False, seller_pays=False),
}
"""One row for each kind."""

LAYERS: Final = tuple(kind for kind in Kind if TRAITS[kind].is_layer)
"""The default order of layers."""

ITEM_KINDS: Final = frozenset(kind for kind in Kind if TRAITS[kind].sets_prices)
"""Kinds that set item prices; not a choice."""

COUPON_KINDS: Final = frozenset(kind for kind in Kind if TRAITS[kind].given == HELD)
"""Kinds that are always held as pieces in a wallet."""
