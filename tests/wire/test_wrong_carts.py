"""What is wrong with a cart in JSON is named, all of it, with its path."""

from __future__ import annotations

import json
import pickle
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pricing.model.cart import Cart
from pricing.model.errors import CartError
from pricing.wire import cart_from_dict, cart_from_json
from pricing.wire.problems import read_slowly
from tests.wire.examples import EXAMPLE, VALUES, changed, problems

WRONG: list[tuple[str, Any, str]] = [
    ("region", 5, "expected text, not 5 @ region"),
    ("state", "CA", "unknown field; did you mean 'region'? @ state"),
    ("payment", None, "expected text, not nothing @ payment"),
    ("lines.0.title", "a\nb", r"contains a character that cannot be shown, '\n' @ lines[0].title"),
    ("lines.0.was", 59, 'expected an amount as text, such as "45.00", not 59 @ lines[0].was'),
    ("lines.0.was", "-1.00", "an amount is never negative @ lines[0].was"),
    ("lines.0.floor", "1.005", "'1.005' has too many decimals: USD has only 2 decimals @ lines[0].floor"),
    ("shipping.0.id", 7, "expected text, not 7 @ shipping[0].id"),
    ("codes.0", {"code": "A"}, "this field is missing @ codes[0].rule"),
    ("codes.0", {"code": "A", "rule": 5}, "expected text, not 5 @ codes[0].rule"),
    ("codes.0", {"code": " ", "rule": "mail"}, "is empty @ codes[0].code"),
    ("codes", ["A"] * 1001, "has 1001 entries; at most 1000 are allowed @ codes"),
    (
        "wallet.coupons",
        [{"rule": "r", "pieces": 1}] * 10_001,
        "has 10001 entries; at most 10000 are allowed @ wallet.coupons",
    ),
    ("currency", ..., "this field is missing @ currency"),
    ("currency", "usd", "There is no currency called 'usd'; did you mean 'USD'? @ currency"),
    ("currency", "XYZ", "There is no currency called 'XYZ'; use an ISO code such as USD @ currency"),
    ("currency", ["USD"], "expected text, not a list @ currency"),
    ("at", ..., "this field is missing @ at"),
    ("at", "2026-06-20T18:30:00", "'2026-06-20T18:30:00' needs an offset, as in 2026-06-20T18:30:00-07:00 @ at"),
    ("at", "2026-06-20", "'2026-06-20' is not an instant; write it like 2026-06-20T18:30:00-07:00 @ at"),
    ("at", "2026-02-30T18:30:00Z", "'2026-02-30T18:30:00Z' is not in the calendar or not on the clock @ at"),
    ("at", "2026-06-20T18:30:00+24:00", "'2026-06-20T18:30:00+24:00' is not in the calendar or not on the clock @ at"),
    ("at", "0999-06-20T18:30:00Z", "must be in the years 1970 to 9998, not 999 @ at"),
    ("at", 1781980200, 'expected an instant as text, such as "2026-06-20T18:30:00-07:00", not 1781980200 @ at'),
    ("lines", [], "a cart has at least one line @ lines"),
    ("lines", {}, "expected a list, not an object @ lines"),
    ("lines", [{}] * 10_001, "has 10001 entries; at most 10000 are allowed @ lines"),
    ("lines.0", 7, "expected an object, not 7 @ lines[0]"),
    ("lines.0.sku", ..., "this field is missing @ lines[0].sku"),
    ("lines.0.sku", "", "is empty @ lines[0].sku"),
    ("lines.0.sku", "a\tb", r"contains a character that cannot be shown, '\t' @ lines[0].sku"),
    ("lines.0.sku", "a\u202eb", r"contains a character that cannot be shown, '\u202e' @ lines[0].sku"),
    ("lines.0.sku", "a\ud800", r"contains a character that cannot be shown, '\ud800' @ lines[0].sku"),
    ("lines.0.sku", "a" * 1001, "has 1001 characters; at most 1000 are allowed @ lines[0].sku"),
    ("lines.0.id", 1, "expected text, not 1 @ lines[0].id"),
    ("lines.0.price", 45, 'expected an amount as text, such as "45.00", not 45 @ lines[0].price'),
    ("lines.0.price", 45.5, 'expected an amount as text, such as "45.00", not 45.5 @ lines[0].price'),
    ("lines.0.price", float("nan"), 'expected an amount as text, such as "45.00", not NaN @ lines[0].price'),
    ("lines.0.price", None, 'expected an amount as text, such as "45.00", not nothing @ lines[0].price'),
    ("lines.0.price", True, 'expected an amount as text, such as "45.00", not true @ lines[0].price'),
    ("lines.0.price", "45.001", "'45.001' has too many decimals: USD has only 2 decimals @ lines[0].price"),
    ("lines.0.price", "-1.00", "an amount is never negative @ lines[0].price"),
    ("lines.0.price", "1,000.00", "'1,000.00' is not an amount; write it like '12.50' @ lines[0].price"),
    ("lines.0.price", "9" * 14, f"'{'9' * 14}' is too large for an amount @ lines[0].price"),
    ("lines.0.quantity", 0, "must be from 1 to 1000000, not 0 @ lines[0].quantity"),
    ("lines.0.quantity", -1, "must be from 1 to 1000000, not -1 @ lines[0].quantity"),
    ("lines.0.quantity", 1.5, "expected a whole number, not 1.5 @ lines[0].quantity"),
    ("lines.0.quantity", 1.0, "expected a whole number, not 1.0 @ lines[0].quantity"),
    ("lines.0.quantity", "1", "expected a whole number, not '1' @ lines[0].quantity"),
    ("lines.0.quantity", True, "expected a whole number, not true @ lines[0].quantity"),
    ("lines.0.quantity", 10**5000, "must be from 1 to 1000000, not a number of about 5001 digits @ lines[0].quantity"),
    ("lines.0.qty", 1, "unknown field; did you mean 'quantity'? @ lines[0].qty"),
    ("lines.0.prise", 1, "unknown field; did you mean 'price'? @ lines[0].prise"),
    ("lines.0.zzzz", 1, "unknown field @ lines[0].zzzz"),
    ("lines.0.tags", "new", "expected a list, not 'new' @ lines[0].tags"),
    ("lines.0.categories", ["a", ""], "is empty @ lines[0].categories[1]"),
    ("lines.0.categories", ["a", 3], "expected text, not 3 @ lines[0].categories[1]"),
    ("shipping.0.method", ..., "this field is missing @ shipping[0].method"),
    ("shipping.0.amount", "-0.01", "an amount is never negative @ shipping[0].amount"),
    ("wallet.coins", -1, "must be from 0 to 1000000000000, not -1 @ wallet.coins"),
    ("wallet.coins", "900", "expected a whole number, not '900' @ wallet.coins"),
    ("wallet.coupons.0.pieces", ..., "this field is missing @ wallet.coupons[0].pieces"),
    ("wallet.coupons.0.expires", "9999-12-31T23:59:59-07:00", "is outside the calendar @ wallet.coupons[0].expires"),
    ("customer", "c-1", "expected an object, not 'c-1' @ customer"),
    ("customer.segments", "new", "expected a list, not 'new' @ customer.segments"),
    ("codes", [None], "expected text, not nothing @ codes[0]"),
    ("cods", [], "unknown field; did you mean 'codes'? @ cods"),
    ("bad\nname", 1, r"unknown field @ ['bad\nname']"),
]


@pytest.mark.parametrize(("path", "value", "expected"), WRONG, ids=[f"{n}-{case[0]!a}" for n, case in enumerate(WRONG)])
def test_one_mistake_is_named(path: str, value: Any, expected: str) -> None:
    assert problems(changed(path, value)) == [expected]


def test_all_mistakes_at_once_in_the_order_of_the_cart() -> None:
    good = {"sku": "a", "store": "s", "price": "1.00", "quantity": 1}
    data = {
        "at": "2026-06-20T18:30:00",
        "lines": [
            good,
            {**good, "price": 1, "quantity": 0},
            *[{**good, "id": f"{n}"} for n in range(8)],
            {**good, "id": ""},
        ],
        "currency": "USD",
    }
    assert problems(data) == [
        "'2026-06-20T18:30:00' needs an offset, as in 2026-06-20T18:30:00-07:00 @ at",
        "the id 'a' is taken by lines[0]; a line without an id takes its sku @ lines[1].id",
        'expected an amount as text, such as "45.00", not 1 @ lines[1].price',
        "must be from 1 to 1000000, not 0 @ lines[1].quantity",
        "is empty @ lines[10].id",
    ]


def test_a_cart_that_costs_more_than_there_is() -> None:
    line = {"sku": "a", "store": "s", "price": "9999999999.00", "quantity": 1_000_000}
    assert problems({**EXAMPLE, "lines": [line]}) == ["price times quantity is too large for an amount @ lines[0]"]
    many = [{**line, "id": str(number), "quantity": 400} for number in range(3)]
    assert problems({**EXAMPLE, "lines": many}) == ["all together costs too much for an amount @ lines"]


def test_two_charges_of_one_store_and_method() -> None:
    twice = EXAMPLE["shipping"] * 2
    assert problems({**EXAMPLE, "shipping": twice}) == [
        "this store and method are charged by shipping[0]; give each an id of its own @ shipping[1]"
    ]


@pytest.mark.parametrize("data", [None, 7, "cart", [EXAMPLE], True, 1.5])
def test_what_is_no_object(data: object) -> None:
    (problem,) = problems(data)
    assert problem.startswith("expected an object, not ") and problem.endswith(" @ cart")


TEXTS: list[tuple[str | bytes, str]] = [
    ("", "nothing there @ line 1, column 1"),
    ("{", "not JSON: it ends too early: a closing }, ] or quote is missing @ line 1, column 2"),
    (
        "{}\n{}",
        "not JSON: it ends before this, and more follows; several carts stand one a line in a file that ends in .jsonl"
        " @ line 2, column 1",
    ),
    (b"\xff", "not UTF-8 text @ byte 1"),
    ("[" * 200_000, "objects and lists stand too deep inside each other @ cart"),
    ('{"a":' * 200_000, "objects and lists stand too deep inside each other @ cart"),
]


@pytest.mark.parametrize(("text", "expected"), TEXTS, ids=range(len(TEXTS)))
def test_texts_that_are_no_carts(text: str | bytes, expected: str) -> None:
    with pytest.raises(CartError) as caught:
        cart_from_json(text)
    assert str(caught.value) == expected


def test_keys_that_stand_twice_and_numbers_without_end_have_a_path() -> None:
    text = json.dumps(EXAMPLE)
    text = text.replace('"sku":', '"sku": "x", "sku":').replace('"coins": 900', f'"coins": 9{"0" * 5000}')
    with pytest.raises(CartError) as caught:
        cart_from_json(text)
    assert [str(problem) for problem in caught.value.problems] == [
        "this field stands twice @ lines[0].sku",
        "expected a whole number, not a number of 5001 digits @ wallet.coins",
    ]


def test_a_mark_that_windows_puts_first_is_passed_over() -> None:
    assert cart_from_json(b"\xef\xbb\xbf" + json.dumps(EXAMPLE).encode()) == Cart.from_dict(EXAMPLE)


def test_the_error_survives_the_way_between_processes() -> None:
    with pytest.raises(CartError) as caught:
        cart_from_dict({})
    assert pickle.loads(pickle.dumps(caught.value)).problems == caught.value.problems


@settings(max_examples=150)
@given(VALUES)
def test_any_json_is_a_cart_or_a_cart_error(data: object) -> None:
    try:
        cart_from_dict(data)
    except CartError as error:
        assert error.problems


@settings(max_examples=150)
@given(st.data())
def test_a_good_cart_with_something_odd_in_it(data: st.DataObject) -> None:
    cart = json.loads(json.dumps(EXAMPLE))
    places: list[tuple[Any, Any]] = []

    def visit(value: Any) -> None:
        for key in value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
            places.append((value, key))
            visit(value[key])

    visit(cart)
    where, key = data.draw(st.sampled_from(places))
    where[key] = data.draw(VALUES)
    try:
        assert Cart.from_dict(cart) == read_slowly(cart)
    except CartError as error:
        assert error.problems


@settings(max_examples=100)
@given(st.binary(max_size=40) | st.text(max_size=40))
def test_any_bytes_are_a_cart_or_a_cart_error(text: str | bytes) -> None:
    with pytest.raises(CartError):
        cart_from_json(text)


def test_what_stands_inside_a_code_is_looked_at() -> None:
    assert problems(changed("codes", ["SAVE\n10"])) == [r"contains a character that cannot be shown, '\n' @ codes[0]"]
