"""Limits of the policy that count rules, store by store (SPEC 5.3)."""

from __future__ import annotations

from pricing import Cart, Engine

POLICY = """policy p
  order flash sale, item discount, store discount, seller coupon, cross-store discount, select coupon,
    platform coupon, promo code, free shipping, coin payment
  limit 1 promo code per store
"""
CAMPAIGN = """campaign c "C"
  currency USD
  zone UTC
  valid from 2026-06-01 through 2026-06-30
promo code EACH "Off every sku"
  ladder per sku
  take 1.00 off
promo code BOTH "More in one"
  stores b
  take 2.50 off
  combines with EACH
"""


def test_a_code_used_in_one_store_is_counted_in_the_next_one() -> None:
    """EACH is used in a; in b either it or BOTH is, and not both: 1.00 + 2.50 off 30.00."""
    lines = [{"id": sku, "sku": sku, "store": sku[0], "price": "10.00", "quantity": 1} for sku in ("a", "b-1", "b-2")]
    cart = Cart.from_dict(
        {"currency": "USD", "at": "2026-06-20T12:00:00+00:00", "lines": lines, "codes": ["EACH", "BOTH"]}
    )
    quote = Engine.from_texts({"policy.promo": POLICY, "campaigns/c.promo": CAMPAIGN}).quote(cart)
    assert quote.total_minor == 2650
    assert [(use.rule, use.store) for use in quote.used] == [("BOTH", None), ("EACH", "a")]
