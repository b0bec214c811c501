"""What shops promise over a whole order, on carts of 30 lines: each is proved, where the exhaustive search gives up."""

from __future__ import annotations

from typing import Any

import pytest

from benchmarks.workloads import workload
from pricing import Cart, Engine

HEAD = "campaign more\n  zone        UTC\n  currency    USD\n\n"
BUNDLE = "bundle      1 of categories home/kitchen + 1 of categories toys for 30.00"
CARDS = {
    "coins up to a share of the order": 'coin payment coins "C"\n  rate  100 coins = 1.00\n  at most  25% per order\n',
    "coins in steps": 'coin payment coins "C"\n  rate        100 coins = 1.00, in steps\n',
    "repeats that end": 'cross-store discount more "M"\n  every       90.00  take 3.00 off, at most 5 times\n',
    "a bundle": f'cross-store discount more "M"\n  {BUNDLE}\n',
    "two offers of which one is used": f"""cross-store discount more "M"
  {BUNDLE}

cross-store discount again "A"
  every       30.00  take 1.00 off, at most 4 times
""",
    "the cheapest at half price": """cross-store discount more "M"
  categories  home
  buy         3  get 1 at 50% off, at most 2 times
""",
    "an amount off goods when others are bought": """cross-store discount more "M"
  categories  toys
  counts      categories home
  spend       100.00  take 8.00 off
""",
    "free delivery up to an amount": """free shipping more "M"
  spend       40.00  ship free
  at most     8.00 per order
""",
    "a code of every store": 'store discount more "M"\n  code        MORE\n  spend       10.00  take 1.00 off\n',
}


@pytest.mark.parametrize("promise", CARDS)
def test_a_promise_over_the_whole_order_is_proved(promise: str) -> None:
    shop = workload("M", "tight", 2)
    texts = {**shop.book.texts(), "campaigns/more.promo": HEAD + CARDS[promise]}
    engine, before = Engine.from_texts(texts), Engine.from_texts(shop.book.texts())
    for data in shop.carts:
        cart = Cart.from_dict(with_more(data))
        quote = engine.quote(cart)
        assert quote.optimal
        assert quote.total_minor <= before.quote(cart).total_minor


def with_more(data: dict[str, Any]) -> dict[str, Any]:
    """The cart of somebody with coins and a code more, and with charges for delivery."""
    stores = sorted({line["store"] for line in data["lines"]})
    more = {
        "shipping": [{"store": store, "method": "standard", "amount": "4.90"} for store in stores],
        "wallet": {**data.get("wallet", {}), "coins": 30_000},
        "codes": [*data.get("codes", []), "MORE"],
    }
    return {**data, **more}
