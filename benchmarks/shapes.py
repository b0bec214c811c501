"""Carts that are hostile by their shape: one store with a coupon for each product, webs of coupons, a thousand at once.

`python -m benchmarks.shapes [name]` times every shape, or those whose name begins so, and says what was proved.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from benchmarks.cards import AT, Card, Cart, Step, campaign, coin_payment, dollars
from pricing import Cart as OurCart
from pricing import Engine

STORE_LIMITS = "  limit       1 promo code per order\n  limit       1 platform coupon per order\n"
ORDER = (
    "policy shapes\n  order       flash sale, item discount, store discount, seller coupon, cross-store discount,\n"
    "              select coupon, platform coupon, promo code, free shipping, coin payment\n"
)


@dataclass(frozen=True, slots=True)
class Shape:
    """One cart under rules of its own. `best`: its total in cents, where a closed form gives it."""

    name: str
    cards: tuple[Card, ...]
    cart: Cart
    best: int | None = None
    policy: str = STORE_LIMITS

    def texts(self) -> dict[str, str]:
        """Rule files for `Engine.from_texts`."""
        return {"policy.promo": ORDER + self.policy, "campaigns/shapes.promo": campaign("shapes", self.cards)}


def line(number: int, price: int, store: str = "s", quantity: int = 1, category: str = "goods", brand: str = "") -> Any:
    """A line of a cart; `price` in cents."""
    made = {
        "id": f"{number:05d}",
        "sku": f"k{number}",
        "store": store,
        "price": dollars(price),
        "quantity": quantity,
        "categories": [category],
    }
    return made | ({"brand": brand} if brand else {})


def cart(lines: list[Any], held: dict[str, int] | None = None, codes: tuple[str, ...] = (), coins: int = 0) -> Cart:
    """A cart that holds so many pieces of each coupon."""
    coupons = [{"rule": rule, "pieces": pieces} for rule, pieces in sorted((held or {}).items())]
    return {
        "currency": "USD",
        "at": AT,
        "customer": {"id": "c-1", "segments": []},
        "country": "US",
        "channel": "app",
        "lines": lines,
        "wallet": {"coins": coins, "coupons": coupons},
        "codes": list(codes),
    }


def _sku(kind: str, name: str, number: int, extra: tuple[str, ...], store: str = "s") -> Card:
    return Card(kind, name, (store,), extra=(f"skus k{number}", *extra))


def _prices(count: int) -> list[int]:
    return [249 + 100 * (number % 7) for number in range(count)]


def product_coupons(count: int, *, dressed: int = 0) -> Shape:
    """A coupon for each product of one store; dressed: with a store discount and a code within reach (1) or far (2)."""
    prices = _prices(count)
    off = [10 + number % 40 for number in range(count)]
    cards = [_sku("seller coupon", f"c{n}", n, extra=(f"take {dollars(off[n])} off",)) for n in range(count)]
    codes: tuple[str, ...] = ()
    best: int | None = sum(prices) - sum(off)
    if dressed:
        cards.append(Card("store discount", "whole", ("s",), steps=(Step("spend", 2000, percent=3),)))
        after = sum(prices) - (sum(prices) * 3 + 50) // 100
        reach = after - sum(off) // 2 if dressed == 1 else 10 * after
        cards.append(Card("promo code", "DEAL", steps=(Step("spend", reach, 500),)))
        codes, best = ("DEAL",), None
    held = {f"c{n}": 1 for n in range(count)}
    name = f"product coupons {count}" + ("", ", code in reach", ", far code")[dressed]
    return Shape(name, tuple(cards), cart([line(n, price) for n, price in enumerate(prices)], held, codes), best)


def automatic_pairs(count: int, each: int = 2) -> Shape:
    """So many automatic discounts for each product, of which one may be used."""
    prices = _prices(count)
    cards = []
    for n in range(count):
        for k in range(each):
            cards.append(
                _sku("store discount", f"d{n}-{k}", n, extra=(f"take {dollars(10 + (7 * n + 13 * k) % 41)} off",))
            )
    best = sum(prices) - sum(max(10 + (7 * n + 13 * k) % 41 for k in range(each)) for n in range(count))
    return Shape(f"automatic {count}x{each}", tuple(cards), cart([line(n, p) for n, p in enumerate(prices)]), best)


def coupons_each(lines: int, each: int, stores: int = 1) -> Shape:
    """Several coupons for each line."""
    prices = _prices(lines * stores)
    cards = []
    best = sum(prices)
    for n in range(lines * stores):
        amounts = [5 + (11 * n + 17 * k) % 43 for k in range(each)]
        best -= max(amounts)
        for k, amount in enumerate(amounts):
            cards.append(
                _sku("seller coupon", f"c{n}-{k}", n, extra=(f"take {dollars(amount)} off",), store=f"s{n % stores}")
            )
    goods = [line(n, price, f"s{n % stores}") for n, price in enumerate(prices)]
    held = {card.name: 1 for card in cards}
    return Shape(f"coupons {lines * stores}x{each}", tuple(cards), cart(goods, held), best)


def platform_coupons(count: int, *, lines: int = 20, codes: int = 0) -> Shape:
    """A wallet of platform coupons, one an order; with codes beside them, of which some are near their thresholds."""
    goods = [line(n, 9000 + 137 * n % 2500, f"s{n % 5}") for n in range(lines)]
    total = sum(9000 + 137 * n % 2500 for n in range(lines))
    cards = [
        Card("platform coupon", f"p{n}", steps=(Step("spend", 1000 + 100 * (n % 90), 100 * (1 + n % 9) + n % 100),))
        for n in range(count)
    ]
    reached = [100 * (1 + n % 9) + n % 100 for n in range(count) if 1000 + 100 * (n % 90) <= total]
    best: int | None = total - max(reached)
    for n in range(codes):
        cards.append(Card("promo code", f"CODE{n}", steps=(Step("spend", total - 20 * n, 300 + 7 * n),)))
        best = None
    held = {f"p{n}": 1 for n in range(count)}
    name = f"platform coupons {count}" + (f", codes {codes}" if codes else "")
    return Shape(name, tuple(cards), cart(goods, held, tuple(f"CODE{n}" for n in range(codes))), best)


def many_codes(count: int, lines: int = 30) -> Shape:
    """Codes over random halves of the goods, coupons below."""
    chance = Random(f"codes {count}")
    cards = [_sku("seller coupon", f"c{n}", n, extra=(f"take {dollars(10 + n % 40)} off",)) for n in range(lines)]
    prices = _prices(lines)
    for n in range(count):
        mine = sorted(chance.sample(range(lines), lines // 2))
        total = sum(prices[m] for m in mine)
        skus = "skus " + ", ".join(f"k{m}" for m in mine)
        step = f"spend {dollars(total - chance.randrange(600))} take {dollars(chance.randrange(200, 900))} off"
        cards.append(Card("promo code", f"CODE{n}", extra=(skus, step)))
    goods = [line(n, price) for n, price in enumerate(prices)]
    held = {f"c{n}": 1 for n in range(lines)}
    return Shape(f"codes {count} over halves", tuple(cards), cart(goods, held, tuple(f"CODE{n}" for n in range(count))))


def never_web(count: int) -> Shape:
    """Platform coupons over parts of the goods, each never with some others; none limited."""
    chance = Random(f"never {count}")
    cards = []
    lines = 24
    for n in range(count):
        mine = sorted(chance.sample(range(lines), 4))
        others = sorted({f"p{chance.randrange(count)}" for _ in range(3)} - {f"p{n}"})
        skus = "skus " + ", ".join(f"k{m}" for m in mine)
        extra = (skus, f"take {dollars(chance.randrange(50, 400))} off", "never with " + ", ".join(others))
        cards.append(Card("platform coupon", f"p{n}", extra=extra))
    goods = [line(n, 900 + 31 * n) for n in range(lines)]
    return Shape(f"never web {count}", tuple(cards), cart(goods, {f"p{n}": 1 for n in range(count)}), None, "")


def grid(side: int, *, reach: bool) -> Shape:
    """Coupons of brands across percentages of categories; `reach`: with thresholds that brands decide."""
    chance = Random(f"grid {side} {reach}")
    goods = []
    for row in range(side):
        for column in range(side):
            price = chance.randrange(800, 3000)
            goods.append(line(side * row + column, price, category=f"cat{column}", brand=f"b{row}"))
    cards = []
    for row in range(side):
        extra = (f"brands b{row}", f"take {dollars(chance.randrange(100, 700))} off")
        cards.append(Card("seller coupon", f"brand{row}", ("s",), extra=extra))
    for column in range(side):
        mine = sum(int(g["price"].replace(".", "")) for g in goods if g["categories"] == [f"cat{column}"])
        low = mine - chance.randrange(0, 60 * side) if reach else 0
        steps = (Step("spend", low, chance.randrange(100, 500)),) if reach else (Step("spend", 1, percent=7),)
        cards.append(Card("platform coupon", f"cat{column}", categories=(f"cat{column}",), steps=steps))
    held = {card.name: 1 for card in cards}
    return Shape(f"grid {side}x{side}" + (", in reach" if reach else ""), tuple(cards), cart(goods, held), None, "")


def code_in_reach(count: int, value: int) -> Shape:
    """Product coupons, and one code that is reached only when some of them stay unused."""
    chance = Random(f"reach {count} {value}")
    prices = [chance.randrange(500, 3000) for _ in range(count)]
    off = [chance.randrange(30, 300) for _ in range(count)]
    cards = [_sku("seller coupon", f"c{n}", n, extra=(f"take {dollars(off[n])} off",)) for n in range(count)]
    cards.append(Card("promo code", "DEAL", steps=(Step("spend", sum(prices) - sum(off) // 3, value),)))
    goods = [line(n, price) for n, price in enumerate(prices)]
    held = {f"c{n}": 1 for n in range(count)}
    return Shape(f"code of {dollars(value)} in reach, {count}", tuple(cards), cart(goods, held, ("DEAL",)))


def deep(lines: int) -> Shape:
    """A coupon for each product, a percentage of each department, pieces in each store, a code."""
    chance = Random(f"deep {lines}")
    goods = [
        line(n, chance.randrange(500, 3000), f"s{n * 3 // lines}", category=f"dep{n * 12 // lines}")
        for n in range(lines)
    ]
    total = sum(int(g["price"].replace(".", "")) for g in goods)
    cards = [
        _sku("seller coupon", f"c{n}", n, (f"take {dollars(chance.randrange(20, 200))} off",), f"s{n * 3 // lines}")
        for n in range(lines)
    ]
    for n in range(12):
        steps = (Step("spend", total // 13, percent=5),)
        cards.append(Card("cross-store discount", f"dep{n}", categories=(f"dep{n}",), steps=steps))
    cards.append(Card("select coupon", "select", steps=(Step("spend", total // 4, 600),), piece=200))
    cards.append(Card("promo code", "DEAL", steps=(Step("spend", total * 9 // 10, 1500),)))
    held = {f"c{n}": 1 for n in range(lines)} | {"select": 6}
    return Shape(f"deep {lines}", tuple(cards), cart(goods, held, ("DEAL",)), None, STORE_LIMITS)


def cent_pieces(stores: int) -> Shape:
    """Pieces of a cent, a million of them, and three hundred steps."""
    steps = tuple(Step("spend", 100 * n, 10 * n) for n in range(1, 102, 1))
    cards = (Card("select coupon", "cents", steps=steps, piece=1),)
    goods = [line(n, 9900 + n, f"s{n}") for n in range(stores)]
    return Shape(f"pieces of a cent {stores}", cards, cart(goods, {"cents": 1_000_000}))


def four_pieces(stores: int, codes: int = 8) -> Shape:
    """Four values of pieces, two coupons in each store, codes and coins."""
    chance = Random(f"pieces {stores}")
    cards: list[Card] = []
    goods = []
    held = {}
    for n in range(stores):
        goods += [line(2 * n + k, chance.randrange(1500, 6000), f"s{n}") for k in (0, 1)]
        for k in (0, 1):
            reach = chance.randrange(2000, 5000)
            cards.append(Card("seller coupon", f"c{n}-{k}", (f"s{n}",), steps=(Step("spend", reach, reach // 10),)))
            held[f"c{n}-{k}"] = 1
    for value in (50, 100, 200, 500):
        steps = (Step("spend", 15 * value, 2 * value), Step("spend", 40 * value, 4 * value))
        cards.append(
            Card("select coupon", f"piece{value}", steps=steps, piece=value, extra=("combines with anything",))
        )
        cards[-1] = Card("select coupon", f"piece{value}", steps=steps, piece=value)
        held[f"piece{value}"] = stores // 3 + 1
    total = sum(int(g["price"].replace(".", "")) for g in goods)
    for n in range(codes):
        part = tuple(sorted({f"s{chance.randrange(stores)}" for _ in range(stores)}))
        mine = sum(int(g["price"].replace(".", "")) for g in goods if g["store"] in part)
        steps = (Step("spend", mine * 85 // 100, mine // 20), Step("spend", mine * 9 // 10, mine // 15))
        cards.append(Card("promo code", f"CODE{n}", part, steps=steps))
    cards.append(coin_payment(10, total // 100))
    codes_typed = tuple(f"CODE{n}" for n in range(codes))
    return Shape(f"four values of pieces {stores}", tuple(cards), cart(goods, held, codes_typed, 100_000))


def many_lines(count: int) -> Shape:
    """Very many lines in a few stores, eight codes."""
    chance = Random(f"lines {count}")
    goods = [line(n, chance.randrange(200, 3000), f"s{n % 7}", category=f"cat{n % 5}") for n in range(count)]
    total = sum(int(g["price"].replace(".", "")) for g in goods)
    cards: list[Card] = []
    for store in range(7):
        steps = (Step("spend", total // 14, percent=3), Step("spend", total // 7, percent=4))
        cards.append(Card("store discount", f"d{store}", (f"s{store}",), steps=steps))
        cards.append(Card("seller coupon", f"c{store}", (f"s{store}",), steps=(Step("spend", total // 10, 700),)))
    for n in range(8):
        step = Step("spend", total * (10 + n) // 20, 500 + 300 * n)
        cards.append(Card("promo code", f"CODE{n}", without_categories=(f"cat{n % 5}",), steps=(step,)))
    held = {f"c{n}": 1 for n in range(7)}
    return Shape(f"lines {count}", tuple(cards), cart(goods, held, tuple(f"CODE{n}" for n in range(8))))


SHAPES: tuple[Callable[[], Shape], ...] = (
    lambda: product_coupons(30),
    lambda: product_coupons(200),
    lambda: product_coupons(500),
    lambda: product_coupons(60, dressed=1),
    lambda: product_coupons(60, dressed=2),
    lambda: product_coupons(200, dressed=1),
    lambda: automatic_pairs(18),
    lambda: automatic_pairs(100),
    lambda: coupons_each(8, 5),
    lambda: coupons_each(10, 3),
    lambda: coupons_each(12, 5, 5),
    lambda: platform_coupons(700),
    lambda: platform_coupons(1_000),
    lambda: platform_coupons(2_000, lines=1),
    lambda: platform_coupons(20, codes=50),
    lambda: platform_coupons(1_000, codes=3),
    lambda: many_codes(3),
    lambda: many_codes(20),
    lambda: many_codes(200),
    lambda: never_web(60),
    lambda: grid(6, reach=False),
    lambda: grid(15, reach=False),
    lambda: grid(6, reach=True),
    lambda: grid(10, reach=True),
    lambda: code_in_reach(30, 500),
    lambda: code_in_reach(60, 5000),
    lambda: deep(12),
    lambda: deep(48),
    lambda: cent_pieces(60),
    lambda: four_pieces(20),
    lambda: four_pieces(60),
    lambda: many_lines(1_000),
    lambda: many_lines(10_000),
)


def main(wanted: str = "") -> None:
    """Print a row for each shape."""
    for make in SHAPES:
        shape = make()
        if not shape.name.startswith(wanted):
            continue
        engine = Engine.from_texts(shape.texts())
        ours = OurCart.from_dict(shape.cart)
        engine.quote(ours, work=1) if len(shape.cart["lines"]) < 100 else None
        before = time.process_time()
        quote = engine.quote(ours)
        spent = 1000 * (time.process_time() - before)
        gap = quote.total_minor - quote.lower_bound_minor
        right = "" if shape.best is None else "right" if shape.best == quote.total_minor else f"WRONG: {shape.best}"
        proof = "proved" if quote.optimal else f"gap {gap} ({100 * gap / quote.total_minor:.2f} %)"
        print(
            f"{shape.name:32} {spent:9.1f} ms {quote.steps:9} steps  {dollars(quote.total_minor):>12} {proof} {right}"
        )


if __name__ == "__main__":
    main(*sys.argv[1:])
