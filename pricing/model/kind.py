"""The eleven kinds of rule, in the words of the language, and what follows from a kind alone (SPEC sections 2, 5, 7)."""

from __future__ import annotations

from enum import StrEnum


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


LAYERS = (
    Kind.FLASH_SALE,
    Kind.ITEM_DISCOUNT,
    Kind.STORE_DISCOUNT,
    Kind.SELLER_COUPON,
    Kind.CROSS_STORE_DISCOUNT,
    Kind.SELECT_COUPON,
    Kind.PLATFORM_COUPON,
    Kind.PROMO_CODE,
    Kind.FREE_SHIPPING,
    Kind.COIN_PAYMENT,
)
"""The default order of layers. Coin exchange is not a layer."""

ITEM_KINDS = frozenset({Kind.FLASH_SALE, Kind.ITEM_DISCOUNT})
"""Kinds that set item prices; not a choice."""

AUTOMATIC_KINDS = frozenset({Kind.STORE_DISCOUNT, Kind.CROSS_STORE_DISCOUNT, Kind.FREE_SHIPPING})
"""Kinds that are not left out when they can be used."""

COUPON_KINDS = frozenset({Kind.SELLER_COUPON, Kind.SELECT_COUPON, Kind.PLATFORM_COUPON})
"""Kinds whose pieces wait in a wallet."""

PER_STORE_KINDS = frozenset({Kind.STORE_DISCOUNT, Kind.SELLER_COUPON, Kind.SELECT_COUPON, Kind.FREE_SHIPPING})
"""Kinds whose ladder looks at one store at a time unless the card says `ladder per order`."""

SELLER_FUNDED_KINDS = frozenset(
    {
        Kind.FLASH_SALE,
        Kind.ITEM_DISCOUNT,
        Kind.STORE_DISCOUNT,
        Kind.SELLER_COUPON,
        Kind.CROSS_STORE_DISCOUNT,
        Kind.FREE_SHIPPING,
    }
)
"""Kinds that the seller pays for unless the card says otherwise; the platform pays for the rest."""
