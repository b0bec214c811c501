"""The short way to read a cart gives the cart of the slow way, or nothing; and it takes whatever is correct."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import pytest

from pricing.model.cart import Cart
from pricing.model.errors import CartError
from pricing.wire import cart_from_json, json_from_text
from pricing.wire.problems import read_slowly
from pricing.wire.quick import cart_of, plain_cart
from pricing.wire.table import CART, CHARGE, CODE, CUSTOMER, LINE, LOT, WALLET
from tests.mutated import CARTS, cart_data, changed_json, changed_text

WHOLE: dict[str, Any] = {
    "currency": "USD", "at": "2026-06-20T18:30:00-07:00", "customer": {"id": "c", "segments": ["vip", "new"]},
    "country": "US", "region": "US-CA", "channel": "app", "payment": "card",
    "lines": [
        {"id": "1", "sku": "a", "store": "s", "price": "12.50", "quantity": 2, "categories": ["home/kitchen"],
         "brand": "b", "tags": ["t"], "title": "Ä pan", "was": "15.00", "floor": "9.00"},
        {"sku": "b", "store": "s", "price": "3", "quantity": 1, "was": None, "floor": None},
    ],
    "shipping": [{"store": "s", "method": "m", "amount": "4.00", "id": "1"}],
    "wallet": {"coins": 5, "coupons": [{"rule": "r", "pieces": 2, "expires": "2026-07-01T00:00:00Z"},
                                       {"rule": "r", "pieces": 0, "expires": None}]},
    "codes": [" SUMMER ", "", {"code": "X-1", "rule": "x"}],
}  # fmt: skip
"""Every field."""


def slowly(data: object) -> Cart | None:
    try:
        return read_slowly(data)
    except CartError:
        return None


def test_every_field_is_taken() -> None:
    (line, _), (charge,), wallet = WHOLE["lines"], WHOLE["shipping"], WHOLE["wallet"]
    told = (WHOLE, CART), (line, LINE), (charge, CHARGE), (wallet, WALLET), (wallet["coupons"][0], LOT)
    for data, table in (*told, (WHOLE["customer"], CUSTOMER), (WHOLE["codes"][2], CODE)):
        assert data.keys() == table.keys
    made = plain_cart(json.dumps(WHOLE, ensure_ascii=False))
    assert made is not None
    assert made == cart_of(WHOLE) == read_slowly(WHOLE)
    assert made.to_dict() == read_slowly(WHOLE).to_dict()


@pytest.mark.parametrize("seed", range(CARTS))
def test_a_correct_cart_takes_the_short_way(seed: int) -> None:
    data = cart_data(seed)[1]
    made, text = cart_of(data), json.dumps(data, ensure_ascii=False)
    assert made is not None
    assert made == read_slowly(data)
    assert plain_cart(text) == (None if "\\" in text else made)


@pytest.mark.parametrize("first", range(0, 2000, 100))
def test_what_the_short_way_takes_the_slow_way_takes_too(first: int) -> None:
    """Carts with something wrong, as values and as text."""
    for seed in range(first, first + 100):
        rng = Random(f"short way {seed}")
        data = cart_data(rng.randrange(CARTS))[1] if rng.random() < 0.8 else WHOLE
        for _ in range(5):
            changed = changed_json(rng, data)
            made = cart_of(changed)
            assert made is None or made == slowly(changed)
            text = changed_text(rng, json.dumps(data, ensure_ascii=False))
            made = plain_cart(text)
            assert made is None or made == slowly(json_from_text(text))


LINE_OF = '{"sku":"a","store":"s","price":"1","quantity":1'
CART_OF = '{"at":"2026-06-20T18:30:00Z","currency":"USD"'


@pytest.mark.parametrize(
    "text",
    [
        CART_OF + ',"currency":"EUR","lines":[' + LINE_OF + "}]}",
        CART_OF + ',"currency" : "EUR","lines":[' + LINE_OF + "}]}",
        CART_OF + ',"lines":[' + LINE_OF + ',"quantity"\t:2}]}',
        CART_OF + ',"lines":[' + LINE_OF + ',"qu\\u0061ntity":2}]}',
    ],
)
def test_a_key_that_stands_twice_is_seen(text: str) -> None:
    assert plain_cart(text) is None
    with pytest.raises(CartError):
        cart_from_json(text)


@pytest.mark.parametrize("channel", ["a:b", 'say ":" twice', ":\u00e4"])
def test_colons_in_texts_hide_no_key(channel: str) -> None:
    data = {**WHOLE, "channel": channel}
    for text in (json.dumps(data), json.dumps(data, ensure_ascii=False)):
        assert cart_from_json(text) == read_slowly(data)
        twice = text.replace('"country"', '"channel":"","country"', 1)
        assert plain_cart(twice) is None
        with pytest.raises(CartError):
            cart_from_json(twice)
