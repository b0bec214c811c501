"""A small shop for the tests of the ledger: rules with every sort of limit, carts, customers, a clock by minutes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from pricing.api import Engine
from pricing.model.cart import Cart, Customer, Line, ShippingCharge, TypedCode

RULES = """
campaign fair "Summer fair"
  currency    USD
  zone        UTC
  valid       from 2026-06-01 through 2026-06-30

flash sale lamp-hour "Lamp hour"
  price       LL-1 at 8.00
  limit       3 items per customer

store discount five-off "5 off 50"
  spend       50.00  take 5.00 off

seller coupon one-each "6 off 20, one each"
  stores      lamps
  claim       from 2026-06-05 through 2026-06-20
  lasts       7 days
  spend       20.00  take 6.00 off
  limit       1 use per customer
  limit       5 uses in total

seller coupon for-vips "9 off for VIPs"
  stores      kettles
  customers   vip
  spend       20.00  take 9.00 off

select coupon select "Select coupon"
  piece       2.00
  spend       20.00  take 4.00 off
  spend       60.00  take 8.00 off
  limit       4 uses per order
  budget      20.00 in total

coin exchange coins-for-select "10 coins for one"
  trade       10 coins for 1 select
  limit       3 uses per customer

platform coupon welcome "4 off"
  spend       10.00  take 4.00 off

promo code CODE10 "10% off"
  spend       10.00  take 10% off, at most 5.00
  limit       2 uses per customer
  limit       4 uses in total

promo code TODAY3 "3 off, twice a day"
  spend       10.00  take 3.00 off
  limit       2 uses per day

promo code POT "Up to 7 off until the pot is empty"
  spend       10.00  take 50% off, at most 7.00
  budget      10.00 in total

free shipping ships-free "Free shipping over 30"
  spend       30.00  ship free

coin payment coins "Pay with coins"
  rate        100 coins = 1.00
  at most     20% per item
"""

POLICY = """
policy house
  order       flash sale, item discount, store discount, seller coupon, cross-store discount,
              select coupon, platform coupon, promo code, free shipping, coin payment
  limit       1 promo code per order
  limit       1 platform coupon per order
"""

ENGINE = Engine.from_texts({"campaigns/fair.promo": RULES})


def engine_with(rules: str = "", policy: str = "", **changed: str) -> Engine:
    """The shop's engine with cards added, lines of the policy added, or pieces of text replaced."""
    text = RULES
    for old, new in changed.items():
        assert old in text
        text = text.replace(old, new)
    texts = {"campaigns/fair.promo": text + rules}
    if policy:
        texts["policy.promo"] = POLICY + policy
    return Engine.from_texts(texts)


NOON = datetime(2026, 6, 10, 12, tzinfo=UTC)
ANN = Customer("ann")
BOB = Customer("bob", ["vip"])


def at(minutes: int = 0, days: int = 0) -> datetime:
    """So long after noon of 10 June."""
    return NOON + timedelta(days=days, minutes=minutes)


def line(sku: str = "LL-2", price: int = 2500, units: int = 1, store: str = "lamps", id: str = "") -> Line:
    return Line(id=id or sku, sku=sku, store=store, price=(price, "USD"), quantity=units)


def cart(
    *lines: Line,
    customer: Customer = ANN,
    codes: tuple[str | TypedCode, ...] = (),
    when: datetime = NOON,
    shipping: int = 0,
) -> Cart:
    """A cart of these lines (one lamp at 25.00 when there are none)."""
    return Cart(
        currency="USD",
        at=when,
        lines=lines or [line()],
        customer=customer,
        codes=codes,
        shipping=[ShippingCharge(store="lamps", method="standard", amount=(shipping, "USD"))] if shipping else [],
    )
