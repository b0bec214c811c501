"""Markets of many live rules, of which a cart meets only a few.

`texts(n)` gives rule files for n rules of stores, brands and skus; a cart shops in eight stores, so that it meets some
70 rules however many there are. `matching_rows` gives the same rules as plain data for rule-matching peers.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

from benchmarks.cards import AT, POLICY, Card, Cart, Step, campaign, coin_payment, dollars

RULES_PER_STORE = 8
RULES_PER_FILE = 1000
SHOPPED = 8
"""Stores of a cart."""


def files(rules: int, seed: int = 1) -> Iterator[tuple[str, str]]:
    """Name and text of each rule file, one after the other, so that a million rules need not be in memory."""
    yield "policy.promo", POLICY
    cards: list[Card] = _common()
    number = 0
    made = 0
    for store in range(stores_of(rules)):
        cards += _store_cards(store, seed)
        while len(cards) >= RULES_PER_FILE or (store + 1 == stores_of(rules) and cards):
            batch, cards = cards[:RULES_PER_FILE], cards[RULES_PER_FILE:]
            batch = batch[: rules - made]
            made += len(batch)
            number += 1
            if batch:
                yield f"campaigns/market-{number:04d}.promo", campaign(f"market-{number:04d}", batch)


def texts(rules: int, seed: int = 1) -> dict[str, str]:
    """All rule files of a market."""
    return dict(files(rules, seed))


def stores_of(rules: int) -> int:
    """How many stores a market of so many rules has."""
    return (rules - len(_common()) + RULES_PER_STORE - 1) // RULES_PER_STORE


def carts(rules: int, count: int, seed: int = 1) -> list[Cart]:
    """Carts of 30 lines in eight stores drawn from the first 1,000 rules: alike in markets of every size."""
    chance = Random(f"market carts {seed}")
    known = stores_of(min(rules, 1000)) - 1
    found = []
    for _ in range(count):
        shops = sorted(chance.sample(range(known), SHOPPED))
        lines: list[dict[str, Any]] = []
        for number in range(30):
            shop = shops[number % SHOPPED]
            lines.append(
                {
                    "id": f"{number:03d}",
                    "sku": f"{_store(shop)}-{chance.randrange(40):02d}-{number}",
                    "store": _store(shop),
                    "price": dollars(chance.randrange(500, 3500)),
                    "quantity": 1,
                    "categories": [chance.choice(("home/kitchen", "home/dining", "toys"))],
                    "brand": f"brand-{shop:06d}",
                }
            )
        held = [f"{_store(shop)}-coupon-{chance.randrange(1, 5)}" for shop in shops[:6]]
        lots = [{"rule": name, "pieces": 1} for name in sorted({*held, "select-1"})]
        found.append(
            {
                "currency": "USD",
                "at": AT,
                "lines": lines,
                "wallet": {
                    "coins": 900,
                    "coupons": [{**lot, "pieces": 8} if lot["rule"] == "select-1" else lot for lot in lots],
                },
                "codes": ["SAVE-A"],
            }
        )
    return found


def matching_rows(rules: int, seed: int = 1) -> list[tuple[str, str, int]]:
    """Rule name, store and least sum to spend, of every rule that belongs to one store."""
    return [
        (card.name, card.stores[0], card.steps[0].reach)
        for store in range(stores_of(rules))
        for card in _store_cards(store, seed)
        if card.stores and card.steps and card.steps[0].word == "spend"
    ]


def _store(number: int) -> str:
    return f"shop-{number:06d}"


def _common() -> list[Card]:
    """Rules that every cart meets."""
    select = tuple(Step("spend", reach, amount) for reach, amount in ((1500, 200), (6500, 600), (15000, 800)))
    return [
        Card("select coupon", "select-1", steps=select, piece=200),
        Card("promo code", "SAVE-A", steps=(Step("spend", 29900, 3000), Step("spend", 49900, 5500))),
        coin_payment(),
    ]


def _store_cards(number: int, seed: int) -> list[Card]:
    """The eight rules of one store: by money, by units of a brand, on skus, a sale that nobody meets, four coupons."""
    chance = Random(seed * 10_000_019 + number)
    store = _store(number)
    low = chance.randrange(25, 50)
    by_money = (Step("spend", low * 100, 200), Step("spend", low * 200, 500))
    by_units = (Step("buy", 3, percent=5, at_most=1500),)
    cards = [
        Card("store discount", f"{store}-money", (store,), steps=by_money),
        Card("store discount", f"{store}-brand", extra=(f"brands brand-{number:06d}",), steps=by_units),
        Card("item discount", f"{store}-item", extra=(f"skus {store}-01-1, {store}-02-2", "take 10% off")),
        Card("item discount", f"{store}-bulky", (store,), categories=("garden/sheds",), extra=("take 5% off",)),
    ]
    for coupon in range(1, 5):
        reach = chance.randrange(15, 90)
        step = Step("spend", reach * 100, 50 * chance.randrange(3, max(4, reach // 4)))
        cards.append(Card("seller coupon", f"{store}-coupon-{coupon}", (store,), steps=(step,)))
    return cards
