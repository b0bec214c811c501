"""W: carts of 30 lines that meet the whole language at once: every kind, form and benefit, delivery, coins.

Eight stores as in M, some 45 cards, most of which a cart can use; three codes are typed and 16 coupons held. Seeded: the
same seed gives the same rules and carts everywhere. No peer can say most of this, so there is no row of theirs.
"""

from __future__ import annotations

from random import Random
from typing import Any

from benchmarks.cards import AT, Book, Card, Cart, Workload, dollars
from benchmarks.workloads import MOODS

WHOLE = "W"

POLICY = """policy whole
  order       flash sale, item discount, store discount, member-price, seller coupon, cross-store discount,
              select coupon, platform coupon, promo code, free shipping, coin payment
  layer       member-price of store discount
  limit       2 codes per order
  limit       1 platform coupon per order
  limit       1 seller coupon per store
  limit       1 of group welcome per order
"""
STORES = tuple(f"shop-{number}" for number in range(1, 9))
CATEGORIES = ("home/kitchen", "home/garden", "food/mains", "food/drinks", "sport/running")
HALF = "spend     80.00  get 1 at 50% off, at most 10.00"
BUNDLE = "bundle    1 of categories food/mains + 1 of categories food/drinks for 14.00"
SELECT = ("spend     15.00  take 2.00 off", "spend     65.00  take 6.00 off")
NOT_WITH_PIECES = "never     with select coupon"
BRANDS = ("nova", "luma", "peak")


def whole(mood: str, count: int, seed: int = 1) -> Workload:
    """A book and so many carts. In a tight cart the whole order is near the thresholds of the codes, in a loose one far
    above or below."""
    chance = Random(f"{WHOLE} {mood} {seed}")
    book = Book(f"whole-{seed}", tuple(_cards(chance)), POLICY)
    return Workload(f"{WHOLE} {mood}", book, tuple(_cart(chance, mood) for _ in range(count)), separable=False)


def _cards(chance: Random) -> list[Card]:
    found = [
        _card("flash sale", "hour", "tags      sale", "take      15% off"),
        _card("flash sale", "fixed", "price     k2 at 9.90", "limit     2 items per order"),
        _card("item discount", "brand", "brands    nova", "take      8% off"),
        _card("cross-store discount", "all-over", "every     30.00  take 3.00 off, at most 4 times"),
        _card("cross-store discount", "lunch", BUNDLE),
        _card("cross-store discount", "mixed", "categories home", "buy       3 different  take 4% off"),
        _card("cross-store discount", "gift", "brands    peak", "counts    brands nova, luma", HALF),
        _card("select coupon", "select", "piece     2.00", *SELECT),
        _card("coin exchange", "swap", "trade     20 coins for 1 select"),
        _card("platform coupon", "plat-5", "spend     90.00  take 5.00 off"),
        _card("platform coupon", "plat-share", "spend     150.00  take 6% off, at most 15.00", "group     welcome"),
        _card("platform coupon", "plat-brand", "brands    luma", "spend     25.00  take 4.00 off", NOT_WITH_PIECES),
        _card("promo code", "SAVE", "spend     300.00  take 20.00 off", "spend     400.00  take 30.00 off", "public"),
        _card("promo code", "DRINKS", "categories food", "take      12% off, at most 8.00", "group     welcome"),
        _card("promo code", "EVERY", "every     50.00  take 2.50 off, at most 20.00"),
        _card("free shipping", "free-70", "spend     70.00  ship free", "at most   8.00 per order"),
        _card("free shipping", "flat", "code      SHIP1", "spend     20.00  ship at 1.00"),
        _card("coin reward", "earned", "earn      1 coin every 1.00", "at most   200 coins per order"),
        _card("coin payment", "coins", "rate      100 coins = 1.00", "at most   10% per item", "at most   5.00 per order"),
    ]  # fmt: skip
    for number, store in enumerate(STORES):
        low = chance.randrange(25, 50)
        ladder = (f"spend     {low}.00  take 3.00 off", f"spend     {2 * low}.00  take 9% off, at most 12.00")
        found.append(_card("store discount", f"{store}-more", f"stores    {store}", *ladder))
        found.append(_card("store discount", f"{store}-two", f"stores    {store}", _by_units(number)))
        reach = chance.randrange(15, 60)
        coupon = _card(
            "seller coupon", f"{store}-coupon", f"stores    {store}", f"spend     {reach}.00  take {reach // 8}.50 off"
        )
        found += [coupon, _card("seller coupon", f"{store}-share", f"stores    {store}", _share(number, chance))]
    member = _card("store discount", "member", "layer     member-price", "customers vip", "take      3% off")
    return [*found, member]


def _by_units(number: int) -> str:
    forms = (
        "buy       2  get 1 free, at most 2 times",
        "every     3 items for 40.00",
        "buy       2  take 20% off the cheapest",
        "buy       3  at 12.00 each",
        "take      1.50 off each of the 2 dearest",
        "buy       2  pay 30.00 in all",
        "buy       1  get 1 at 50% off",
        "buy       3  take 10% off",
    )
    return forms[number]


def _share(number: int, chance: Random) -> str:
    category = CATEGORIES[number % len(CATEGORIES)]
    return f"categories {category}\n  take      {chance.randrange(5, 15)}% off, at most 6.00"


def _card(kind: str, name: str, *clauses: str) -> Card:
    return Card(kind, name, extra=clauses)


def _cart(chance: Random, mood: str) -> Cart:
    places = [*STORES, *(chance.choice(STORES) for _ in range(30 - len(STORES)))]
    lines: list[dict[str, Any]] = []
    for number, store in enumerate(places, 1):
        lines.append(
            {
                "id": f"{number:03d}",
                "sku": f"k{number}",
                "store": store,
                "price": dollars(chance.randrange(500, 3000)),
                "quantity": 1 if chance.random() < 0.8 else 2,
                "categories": [chance.choice(CATEGORIES)],
                "brand": chance.choice(BRANDS),
                "tags": ["sale"] if chance.random() < 0.2 else [],
            }
        )
    _tune(lines, 330 if mood == MOODS[0] else chance.choice((250, 520)))
    held = [{"rule": f"{store}-{kind}", "pieces": 1} for store in STORES for kind in ("coupon", "share")]
    held += [{"rule": f"plat-{name}", "pieces": 1} for name in ("5", "share", "brand")]
    return {
        "currency": "USD",
        "at": AT,
        "customer": {"id": f"c-{chance.randrange(10**6)}", "segments": ["vip"]},
        "country": "US",
        "channel": "app",
        "lines": lines,
        "shipping": [{"store": store, "method": "standard", "amount": "4.90"} for store in STORES],
        "wallet": {"coins": chance.randrange(300, 900), "coupons": [*held, {"rule": "select", "pieces": 6}]},
        "codes": ["DRINKS", "SAVE", "SHIP1"],
    }


def _tune(lines: list[dict[str, Any]], goal: int) -> None:
    """Scale list prices so that they come near to a sum of so many dollars, savings of a quarter allowed for."""
    cents = [int(line["price"].replace(".", "")) for line in lines]
    total = sum(each * line["quantity"] for each, line in zip(cents, lines, strict=True))
    for each, line in zip(cents, lines, strict=True):
        line["price"] = dollars(max(100, each * goal * 130 // total))
