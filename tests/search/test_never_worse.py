"""Never worse by having more: a coupon, a code, a piece or a coin more never raises the total.

They may be left out; so wherever the total rises, the search has missed something. On random markets, and on carts of the
shop's own goods with all its codes.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import attrs
import pytest

from pricing import Cart, Engine
from tests.engine.test_differential import quick_first
from tests.markets import market
from tests.pages import ROOT

BATCH = 15
CODES = ("SUMMER3", "SUMMER8", "SUMMER12", "SUMMER25", "SUMMER30", "SUMMER40", "SUMMER60", "LANTERN20")


def lesser(cart: Cart) -> Iterator[tuple[str, Cart]]:
    """The cart with one thing less, each way."""
    wallet = cart.wallet
    for code in cart.codes:
        yield f"without {code}", attrs.evolve(cart, codes=tuple(each for each in cart.codes if each != code))
    if wallet.coins:
        yield "fewer coins", attrs.evolve(cart, wallet=attrs.evolve(wallet, coins=wallet.coins // 2))
    for place, lot in enumerate(wallet.coupons):
        left = [*wallet.coupons[:place], *wallet.coupons[place + 1 :]]
        if lot.pieces > 1:
            left.append(attrs.evolve(lot, pieces=lot.pieces - 1))
        yield f"a piece of {lot.rule} less", attrs.evolve(cart, wallet=attrs.evolve(wallet, coupons=tuple(left)))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    first, many = (metafunc.config.getoption(name) for name in ("--first-seed", "--more-markets"))
    if "size" in metafunc.fixturenames:
        starts = range(first, first + many, BATCH)
        some = [one for size in ("large", "crowded") for one in quick_first([(size, start) for start in starts])]
        metafunc.parametrize(("size", "first"), some)
    elif "carts" in metafunc.fixturenames:
        metafunc.parametrize("carts", [range(first, first + max(2, many // 20))], ids=["carts"])


@pytest.mark.no_cover
def test_nobody_pays_more_for_having_more(size: str, first: int) -> None:
    said = []
    for seed in range(first, first + BATCH):
        book, cart, usage = market(seed, size)
        engine = Engine(book)
        total = engine.quote(cart, usage).total_minor
        for what, less in lesser(cart):
            other = engine.quote(less, usage).total_minor
            if other < total:
                said.append(f"{size} {seed}: {total}, {what} {other}")
    assert not said, "\n".join(said)


@pytest.mark.no_cover
@pytest.mark.parametrize(("seed", "total"), [(5200892, 89138), (5201041, 0)])
def test_small_carts_that_cells_bound_loosely_are_walked_through(seed: int, total: int) -> None:
    """They were once dearer by 0.89 and 45.73 than with a coupon or a piece less."""
    book, cart, usage = market(seed, "crowded")
    quote = Engine(book).quote(cart, usage, work=40_000)
    assert (quote.optimal, quote.total_minor) == (True, total)


def shop_cart(seed: int, lines: int, codes: tuple[str, ...]) -> dict[str, Any]:
    """Goods of the catalogue by chance, the wallet of the demonstration."""
    chance = Random(f"shop {seed} {lines}")
    goods = list(csv.DictReader(Path(ROOT / "rules/catalogue/skus.csv").read_text(encoding="utf-8").splitlines()))
    cart: dict[str, Any] = json.loads(Path(ROOT / "rules/demo/cart.json").read_text(encoding="utf-8"))
    cart["lines"] = []
    for number in range(lines):
        sku = chance.choice(goods)
        line: dict[str, Any] = {word: sku[word] for word in ("sku", "store", "price", "brand") if sku[word]}
        line |= {word: sku[word].split() for word in ("categories", "tags") if sku[word]}
        cart["lines"].append(line | {"id": f"{number:04d}", "quantity": chance.choice((1, 1, 1, 2, 3))})
    cart["codes"] = list(codes)
    return cart


@pytest.mark.no_cover
@pytest.mark.parametrize("lines", [25, 60])
def test_no_code_more_makes_the_shops_customer_pay_more(lines: int, carts: range) -> None:
    engine = Engine.load(ROOT / "rules")
    for seed in carts:
        cart = shop_cart(seed, lines, CODES)
        quote = engine.quote(Cart.from_dict(cart))
        assert quote.optimal
        singles = [engine.quote(Cart.from_dict(cart | {"codes": [code]})).total_minor for code in CODES]
        assert quote.total_minor <= min(singles), seed


@pytest.mark.parametrize("work", [300, 3000])
def test_nothing_more_makes_the_shops_customer_pay_more_at_a_low_limit(work: int, carts: range) -> None:
    engine = Engine.load(ROOT / "rules", work=work)
    unproved = 0
    for seed in carts:
        chance = Random(f"low {seed}")
        cart = shop_cart(seed, chance.choice((8, 12, 25, 40)), ())
        coupons, coins = cart["wallet"]["coupons"], cart["wallet"]["coins"]
        things = [("codes", code) for code in CODES] + [("coupons", each) for each in coupons] + [("coins", coins)]
        chance.shuffle(things)
        wallet = cart["wallet"] = {"coins": 0, "coupons": []}
        last = engine.quote(Cart.from_dict(cart)).total_minor
        for kind, thing in things:
            if kind == "codes":
                cart["codes"].append(thing)
            elif kind == "coupons":
                wallet["coupons"].append(thing)
            else:
                wallet["coins"] = thing
            quote = engine.quote(Cart.from_dict(cart))
            assert quote.total_minor <= last, (seed, kind, thing)
            last = quote.total_minor
            unproved += not quote.optimal
    assert unproved
