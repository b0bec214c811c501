"""Carts that are built to be hard: ties, subset sums, thresholds a cent apart, layers that feed each other.

Where a book is `separable`, the exact peers can check the total.
"""

from __future__ import annotations

from random import Random
from typing import Any

from benchmarks.cards import AT, Book, Card, Cart, Step, Workload, coin_payment, dollars

HARD = "hard"
"""The size under which the comparison asks for these."""


def hard() -> list[Workload]:
    """All of them, each with one cart."""
    return [
        equal_prices(),
        subset_sum(),
        identical_coupons(),
        a_cent_apart(),
        near_tied_codes(),
        cross_store(),
        free_shipping(),
        fed_threshold(),
    ]


def equal_prices(stores: int = 8, lines: int = 32) -> Workload:
    """Every line costs the same and every store has the same coupons: nothing but ties."""
    cards = [_select(), _code("SAVE-A", (lines * 2000 - 2000, 3000)), coin_payment()]
    cards += [_coupon(_shop(n), 1, 5000, 500) for n in range(stores)]
    goods = [_line(n, _shop(n % stores), 2000) for n in range(lines)]
    return _one("equal prices", cards, goods, {"select": 10}, ["SAVE-A"])


def subset_sum(stores: int = 16) -> Workload:
    """The code's threshold is reached only by leaving out coupons that add up to one exact sum."""
    chance = Random("subset sum")
    amounts = [chance.randrange(301, 998) for _ in range(stores)]
    cards = [_coupon(_shop(n), 1, 4000, amount) for n, amount in enumerate(amounts)]
    wanted = sum(chance.sample(amounts, stores // 2))
    total = 5000 * stores
    cards += [_code("SAVE-A", (total - sum(amounts) + wanted, 9000)), coin_payment()]
    return _one("subset sum", cards, [_line(n, _shop(n), 5000) for n in range(stores)], {}, ["SAVE-A"])


def identical_coupons(stores: int = 6, each: int = 12) -> Workload:
    """Many coupons of one store that differ in name only: the smallest name must win, and fast."""
    cards = [_coupon(_shop(n), k, 3000, 400) for n in range(stores) for k in range(1, each + 1)]
    cards += [_select(), _code("SAVE-A", (stores * 4500 - 1100, 2000)), coin_payment()]
    goods = [_line(n, _shop(n % stores), 1500 + n // stores) for n in range(stores * 3)]
    return _one("identical coupons", cards, goods, {"select": 6}, ["SAVE-A"])


def a_cent_apart(stores: int = 60) -> Workload:
    """Sixty stores, three coupons in each a cent apart, and a threshold that tells the cents."""
    cards = [_coupon(_shop(n), k, 2000, 300 + k) for n in range(stores) for k in range(1, 4)]
    cards += [_code("SAVE-A", (stores * 2200 - 302 * stores, 1500)), coin_payment()]
    return _one("a cent apart", cards, [_line(n, _shop(n), 2200) for n in range(stores)], {}, ["SAVE-A"])


def near_tied_codes(stores: int = 12) -> Workload:
    """Two codes of which each is best for some selection, both thresholds tight, pieces scarce."""
    chance = Random("near-tied codes")
    cards = [_coupon(_shop(n), 1, 3000, 50 * chance.randrange(5, 14)) for n in range(stores)]
    goods = [_line(n, _shop(n % stores), chance.randrange(1800, 3200)) for n in range(stores * 2)]
    total = sum(int(line["price"].replace(".", "")) for line in goods)
    half = tuple(_shop(n) for n in range(0, stores, 2))
    cards += [
        _select(),
        _code("SAVE-A", (total - 5900, 4000), (total - 5100, 4400)),
        Card("promo code", "SAVE-B", stores=half, steps=(Step("spend", total // 2 - 2500, 4300),)),
        coin_payment(),
    ]
    return _one("near-tied codes", cards, goods, {"select": 9}, ["SAVE-A", "SAVE-B"])


def cross_store(stores: int = 8) -> Workload:
    """A cross-store discount on every 30.00 lowers the base of pieces and code alike."""
    chance = Random("cross-store")
    cards = [_coupon(_shop(n), 1, 3000, 50 * chance.randrange(5, 14)) for n in range(stores)]
    cards += [
        Card("cross-store discount", "every-30", extra=("every 30.00 take 3.00 off",)),
        _select(),
        _code("SAVE-A", (39900, 3000), (49900, 4500)),
        coin_payment(),
    ]
    goods = [_line(n, _shop(n % stores), chance.randrange(1500, 3500)) for n in range(stores * 3)]
    return _one("cross-store", cards, goods, {"select": 8}, ["SAVE-A"], separable=False)


def free_shipping(stores: int = 8) -> Workload:
    """A coupon more may cost the free shipping of its store."""
    chance = Random("free shipping")
    cards = [_coupon(_shop(n), 1, 4000, 50 * chance.randrange(5, 14)) for n in range(stores)]
    cards += [
        Card(
            "free shipping",
            "ships-free",
            extra=("methods standard", "spend 45.00 ship free", "at most 30.00 per order"),
        ),
        _select(),
        _code("SAVE-A", (29900, 2500)),
        coin_payment(),
    ]
    goods = [_line(n, _shop(n % stores), chance.randrange(1900, 2700)) for n in range(stores * 2)]
    made = _one("free shipping", cards, goods, {"select": 8}, ["SAVE-A"], separable=False)
    charges = [{"store": _shop(n), "method": "standard", "amount": dollars(399 + 50 * (n % 4))} for n in range(stores)]
    made.carts[0]["shipping"] = charges
    return made


def fed_threshold(stores: int = 6) -> Workload:
    """How a whole-store saving is shared over lines decides whether a category's threshold is reached later."""
    chance = Random("fed threshold")
    cards = [_coupon(_shop(n), 1, 4000, 50 * chance.randrange(7, 14)) for n in range(stores)]
    cards += [
        Card("store discount", "everywhere", steps=(Step("spend", 6000, percent=7, at_most=900),)),
        Card("cross-store discount", "all-shops", extra=("spend 200.00 take 11.00 off",)),
        Card(
            "select coupon",
            "select",
            categories=("home/kitchen",),
            steps=(Step("spend", 2500, 200), Step("spend", 3300, 600)),
            piece=200,
        ),
        Card("platform coupon", "dining-week", categories=("home/dining",), steps=(Step("spend", 15400, 1200),)),
        _code("SAVE-A", (28800, 3000)),
        coin_payment(),
    ]
    goods = []
    for n in range(stores * 3):
        category = "home/dining" if n % 3 == 0 else "home/kitchen"
        goods.append(_line(n, _shop(n % stores), chance.randrange(1600, 2600), category))
    return _one("fed threshold", cards, goods, {"select": 8, "dining-week": 1}, ["SAVE-A"], separable=False)


def _one(
    name: str,
    cards: list[Card],
    lines: list[dict[str, Any]],
    pieces: dict[str, int],
    codes: list[str],
    *,
    separable: bool = True,
) -> Workload:
    """A workload of one cart that holds all seller coupons once."""
    held = {card.name: 1 for card in cards if card.kind == "seller coupon"} | pieces
    cart: Cart = {
        "currency": "USD",
        "at": AT,
        "customer": {"id": "c-1", "segments": []},
        "country": "US",
        "channel": "app",
        "lines": lines,
        "wallet": {"coins": 1000, "coupons": [{"rule": rule, "pieces": held[rule]} for rule in sorted(held)]},
        "codes": codes,
    }
    return Workload(name, Book(f"hard-{name.replace(' ', '-')}", tuple(cards)), (cart,), separable)


def _shop(number: int) -> str:
    return f"shop-{number:02d}"


def _line(number: int, store: str, price: int, category: str = "home/kitchen") -> dict[str, Any]:
    return {
        "id": f"{number:03d}",
        "sku": f"sku-{number:03d}",
        "store": store,
        "price": dollars(price),
        "quantity": 1,
        "categories": [category],
    }


def _select() -> Card:
    steps = (Step("spend", 1500, 200), Step("spend", 6500, 600), Step("spend", 15000, 800))
    return Card("select coupon", "select", steps=steps, piece=200)


def _coupon(store: str, number: int, reach: int, amount: int) -> Card:
    return Card("seller coupon", f"{store}-coupon-{number:02d}", (store,), steps=(Step("spend", reach, amount),))


def _code(name: str, *steps: tuple[int, int]) -> Card:
    return Card("promo code", name, steps=tuple(Step("spend", reach, amount) for reach, amount in steps))
