"""Seeded books and carts of four sizes, tight and loose; the same seed gives the same bytes.

| size | lines | stores | rules | coupons held | pieces of |
|---|---|---|---|---|---|
| S | 5 | 2 | 6 | 4 | one value |
| M | 30 | 8 | 40 | 20 | one value |
| L1 | 200 | 40 | 400 | 120 | one value |
| L3 | 200 | 40 | 400 | 120 | three values |

*Tight*: prices are scaled so that whoever uses every coupon ends near a threshold of the largest code, mostly just
short of it, where leaving a coupon out may pay. *Loose*: about halfway between two thresholds. Hard carts are in
`hard`, large books in `markets`.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any

from benchmarks.cards import AT, Book, Card, Cart, Step, Workload, cents, coin_payment, dollars
from benchmarks.peers.facts import facts_of
from benchmarks.peers.greedy import layers

CATEGORIES = ("home/kitchen", "home/dining", "home/garden", "toys/puzzles", "sport/running")
EXPIRIES = (None, "2026-11-25T00:00:00+00:00", "2026-11-30T00:00:00+00:00")
CODE_STEPS = {
    "S": ((29, 3), (59, 6), (69, 8), (89, 12), (129, 18), (169, 25)),
    "M": ((89, 9), (169, 18), (259, 30), (349, 45), (459, 60), (569, 75), (679, 90), (789, 105)),
    "L": ((899, 90), (1499, 160), (1999, 220), (2499, 280), (2999, 340), (3499, 400), (3999, 460), (4499, 520)),
}


@dataclass(frozen=True, slots=True)
class Size:
    """How large a workload is."""

    name: str
    lines: int
    stores: int
    rules: int
    sellers_held: int
    pieces: tuple[tuple[int, int], ...]
    """Value of a piece and how many are held, per select coupon."""
    codes: int
    discounts_per_store: int
    price: tuple[int, int]


SIZES = {
    "S": Size("S", 5, 2, 6, 2, ((200, 2),), 1, 0, (1200, 5500)),
    "M": Size("M", 30, 8, 40, 12, ((200, 8),), 4, 2, (500, 3500)),
    "L1": Size("L1", 200, 40, 400, 84, ((200, 36),), 8, 2, (500, 3000)),
    "L3": Size("L3", 200, 40, 400, 84, ((100, 16), (200, 12), (500, 8)), 8, 2, (500, 3000)),
}
SELECT_STEPS = {
    100: ((10, 1), (50, 4), (110, 6)),
    200: ((15, 2), (65, 6), (150, 8)),
    500: ((60, 5), (120, 10)),
}
MOODS = ("tight", "loose")


def spends(steps: tuple[tuple[int, int], ...]) -> tuple[Step, ...]:
    """A ladder from pairs of dollars."""
    return tuple(Step("spend", 100 * reach, 100 * amount) for reach, amount in steps)


def workload(size: str, mood: str, carts: int, seed: int = 1) -> Workload:
    """A book and so many carts."""
    return workload_of(SIZES[size], mood, carts, seed)


def workload_of(shape: Size, mood: str, carts: int, seed: int = 1) -> Workload:
    """The same for a shape of one's own."""
    chance = Random(f"{shape.name} {mood} {seed}")
    book = Book(f"{shape.name.lower()}-{seed}", tuple(_cards(shape, chance)))
    return Workload(f"{shape.name} {mood}", book, tuple(_cart(shape, book, mood, chance) for _ in range(carts)))


def _cards(shape: Size, chance: Random) -> list[Card]:
    """All rules of a market of this shape."""
    stores = _stores(shape)
    cards = []
    if shape.discounts_per_store == 0:
        cards.append(Card("store discount", "spend-more", steps=spends(((40, 3), (80, 8)))))
    for store in stores if shape.discounts_per_store else ():
        cards += _store_discounts(store, chance)
    for number, (piece, _) in enumerate(shape.pieces, 1):
        steps = spends(SELECT_STEPS[piece])
        cards.append(
            Card("select coupon", f"select-{number}", without_categories=("gift-cards",), steps=steps, piece=piece)
        )
    cards += _codes(shape, stores, chance)
    cards.append(coin_payment())
    left = shape.rules - len(cards)
    for number in range(left):
        cards.append(_seller_coupon(stores[number % len(stores)], number // len(stores) + 1, chance))
    return cards


def _store_discounts(store: str, chance: Random) -> list[Card]:
    """Steps by money over the whole store, and by units over two categories: where both fit, one must be chosen."""
    low = chance.randrange(25, 50)
    first = chance.randrange(2, 5)
    share = Step("spend", 300 * low, percent=chance.choice((8, 10, 12)), at_most=3000)
    by_money = (*spends(((low, first), (2 * low, 2 * first + chance.randrange(1, 4)))), share)
    kinds = tuple(sorted(chance.sample(CATEGORIES, 2)))
    by_units = (Step("buy", 2, percent=chance.choice((4, 5, 6)), at_most=1500), Step("buy", 4, percent=9, at_most=2500))
    return [
        Card("store discount", f"{store}-money", (store,), without_categories=("gift-cards",), steps=by_money),
        Card("store discount", f"{store}-units", (store,), categories=kinds, steps=by_units),
    ]


def _seller_coupon(store: str, number: int, chance: Random) -> Card:
    """One of several coupons of a store: a fixed amount over all of it or over one category, or a share."""
    reach = chance.randrange(15, 90)
    kinds = (chance.choice(CATEGORIES),) if chance.random() < 0.25 else ()
    if chance.random() < 0.3:
        steps = (Step("spend", 100 * reach, percent=chance.randrange(4, 11), at_most=1200),)
    else:
        steps = (Step("spend", 100 * reach, 50 * chance.randrange(3, max(4, reach // 4))),)
    return Card("seller coupon", f"{store}-coupon-{number}", (store,), categories=kinds, steps=steps)


def _codes(shape: Size, stores: list[str], chance: Random) -> list[Card]:
    """Promo codes: one over everything, the others over fewer stores or goods, with lower thresholds."""
    steps = CODE_STEPS[shape.name[0]]
    cards = [Card("promo code", "SAVE-A", steps=spends(steps))]
    for number in range(1, shape.codes):
        part = tuple(sorted(chance.sample(stores, len(stores) * 3 // 4)))
        scale = chance.uniform(0.5, 0.9)
        worth = scale * chance.uniform(1.0, 1.4)
        lower = tuple((max(int(reach * scale), 9), max(int(amount * worth), 1)) for reach, amount in steps)
        narrow = {"stores": part} if number % 2 else {"without_categories": ("gift-cards", CATEGORIES[number % 5])}
        cards.append(Card("promo code", f"SAVE-{'ABCDEFGH'[number]}", steps=spends(lower), **narrow))
    return cards


def _stores(shape: Size) -> list[str]:
    return [f"shop-{number:02d}" for number in range(1, shape.stores + 1)]


def _cart(shape: Size, book: Book, mood: str, chance: Random) -> Cart:
    """A random cart, priced to the mood."""
    stores = _stores(shape)
    places = stores + [chance.choice(stores) for _ in range(shape.lines - len(stores))]
    lines: list[dict[str, Any]] = []
    for number, store in enumerate(places, 1):
        category = "gift-cards" if chance.random() < 0.03 else chance.choice(CATEGORIES)
        price = chance.randrange(*shape.price)
        lines.append(
            {
                "id": f"{number:03d}",
                "sku": f"{store}-{number:03d}",
                "store": store,
                "price": dollars(price),
                "quantity": 1 if chance.random() < 0.8 else 2,
                "categories": [category],
            }
        )
    codes = [card.name for card in book.cards if card.kind == "promo code"]
    typed = [codes[0], *chance.sample(codes[1:], min(2, len(codes) - 1))]
    cart: Cart = {
        "currency": "USD",
        "at": AT,
        "customer": {"id": f"c-{chance.randrange(10**6)}", "segments": []},
        "country": "US",
        "channel": "app",
        "lines": lines,
        "wallet": {"coins": chance.randrange(500, 2000), "coupons": _coupons(shape, book, chance)},
        "codes": sorted(typed),
    }
    _tune(cart, book, mood, chance)
    return cart


def _coupons(shape: Size, book: Book, chance: Random) -> list[dict[str, Any]]:
    """What the customer holds: seller coupons, and pieces in two lots."""
    sellers = [card.name for card in book.cards if card.kind == "seller coupon"]
    held = sorted(chance.sample(sellers, shape.sellers_held))
    lots = [_lot(name, 1, chance.choice(EXPIRIES)) for name in held]
    for number, (_, count) in enumerate(shape.pieces, 1):
        soon = chance.randrange(1, count)
        lots += [_lot(f"select-{number}", soon, EXPIRIES[1]), _lot(f"select-{number}", count - soon, EXPIRIES[2])]
    return lots


def _lot(rule: str, pieces: int, expires: str | None) -> dict[str, Any]:
    lot: dict[str, Any] = {"rule": rule, "pieces": pieces}
    return lot if expires is None else {**lot, "expires": expires}


def _tune(cart: Cart, book: Book, mood: str, chance: Random) -> None:
    """Scale prices until the base that every coupon leaves lies where the mood wants it."""
    steps = next(card for card in book.cards if card.name == "SAVE-A").steps
    base = sum(layers(facts_of(book, cart)))
    above = [place for place, step in enumerate(steps) if step.reach > base]
    place = above[0] if above else len(steps) - 1
    reach = steps[place].reach
    below = steps[place - 1].reach if place else reach // 2
    worth = steps[place].amount - (steps[place - 1].amount if place else 0)
    for _ in range(12):
        if mood == "tight":
            wanted = reach - worth * chance.randrange(-30, 131) // 100
        else:
            wanted = below + (reach - below) * chance.randrange(40, 61) // 100
        for line in cart["lines"]:
            line["price"] = dollars(max(cents(line["price"]) * wanted // base, 100))
        base = sum(layers(facts_of(book, cart)))
        if abs(base - wanted) * 10 < worth:
            return
