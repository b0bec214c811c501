"""A folder of two stores for the studio's tests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

SUMMER = "campaigns/summer.promo"
CARDS = """\
campaign summer "Summer"
  currency    USD
  zone        America/Los_Angeles
  valid       from 2026-06-01 through 2026-06-30

store discount tea-3 "Tea House: 3 off 25"
  stores      tea-house
  spend       25.00  take 3.00 off

seller coupon nova-5 "Nova Home: 5 off 40"
  stores      nova-home
  spend       40.00  take 5.00 off

promo code SUN "10% off, up to 8"
  spend       30.00  take 10% off, at most 8.00
  never       with seller coupon
"""
TEXTS: Mapping[str, str] = {
    SUMMER: CARDS,
    "catalogue/stores.csv": "store,name\ntea-house,Tea House\nnova-home,Nova Home\n",
    "catalogue/skus.csv": (
        "sku,store,price,categories,brand,tags,name\n"
        "TEA-1,tea-house,9.00,food/tea,kawa,organic,Green tea\n"
        "TEA-2,tea-house,6.50,food/tea,kawa,,Black tea\n"
        "POT-1,nova-home,42.00,home/kitchen,nova,,Tea pot\n"
    ),
}
EVENING = "2026-06-20T18:30"


def basket(*lines: tuple[str, int], **more: Any) -> dict[str, Any]:
    """So many of some skus, on an evening of the campaign."""
    return {"at": EVENING, "lines": [{"sku": sku, "quantity": many} for sku, many in lines], **more}
