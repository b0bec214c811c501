"""JSON at the door: what goes in comes out again, and what is wrong is named, all of it, with its path."""

from __future__ import annotations

import json
import pickle
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from attrs import evolve, fields
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from money.currency import Currency
from money.money import Money

from pricing.api import Engine
from pricing.model.cart import Cart, Customer, Line, Lot, RuleUsage, ShippingCharge, TypedCode, Wallet
from pricing.model.errors import CartError
from pricing.model.quote import Earned, NextStep, QuoteLine, Reasons, Refusal, Saving, Unclaimed
from pricing.model.refund import first_units
from pricing.model.rulebook import RuleBook
from pricing.money import decimals
from pricing.wire import cart_from_dict, cart_from_json, cart_to_dict, quote_to_json, usage_from_dict
from pricing.wire.problems import read_slowly
from tests.quotes import a_quote

EXAMPLE: dict[str, Any] = {
    "currency": "USD",
    "at": "2026-06-20T18:30:00-07:00",
    "customer": {"id": "c-1", "segments": ["new"]},
    "country": "US",
    "channel": "app",
    "lines": [
        {"id": "1", "sku": "NH-1001", "store": "nova-home", "price": "45.00", "quantity": 1,
         "categories": ["home/kitchen"], "brand": "nova", "tags": []}
    ],
    "shipping": [{"store": "nova-home", "method": "standard", "amount": "6.50"}],
    "wallet": {
        "coins": 900, "coupons": [{"rule": "select-summer", "pieces": 6, "expires": "2026-06-25T00:00:00-07:00"}]
    },
    "codes": ["SUMMER15"],
}  # fmt: skip
"""The cart of the interface's own page."""


def changed(path: str, value: Any) -> dict[str, Any]:
    """The example with another value at a path such as `lines.0.price`; `...` removes it."""
    data: dict[str, Any] = json.loads(json.dumps(EXAMPLE))
    *way, last = [int(part) if part.isdigit() else part for part in path.split(".")]
    place: Any = data
    for part in way:
        place = place[part]
    if value is ...:
        del place[last]
    else:
        place[last] = value
    return data


def problems(data: object) -> list[str]:
    with pytest.raises(CartError) as caught:
        cart_from_dict(data)
    assert str(caught.value).split("\n") == [str(problem) for problem in caught.value.problems]
    return [str(problem) for problem in caught.value.problems]


# What is right


def test_the_example_becomes_a_cart_and_comes_back_as_it_was() -> None:
    cart = Cart.from_dict(EXAMPLE)
    assert cart.lines[0].price == Money("45.00", Currency.USD)
    assert cart.wallet.coupons[0].expires == datetime(2026, 6, 25, 7, tzinfo=UTC)
    assert cart.to_dict() == EXAMPLE
    assert list(cart.to_dict()) == list(EXAMPLE)


def test_what_the_second_edition_adds_comes_back_too() -> None:
    full = changed("shipping.0.id", "parcel-1")
    full |= {"region": "US-CA", "payment": "card-x", "codes": ["SUMMER15", {"code": "MAIL-7K2F-9QXA", "rule": "mail"}]}
    full["lines"][0] |= {"title": "Kettle, 1 l", "was": "59.00", "floor": "20.00"}
    full["shipping"].append(full["shipping"][0] | {"id": "parcel-2", "amount": "1.00"})
    cart = Cart.from_dict(full)
    assert cart.to_dict() == full
    assert read_slowly(full) == cart
    assert (cart.lines[0].was, cart.lines[0].floor_minor, cart.lines[0].is_reduced) == (
        Money("59.00", Currency.USD), 2000, True,
    )  # fmt: skip
    assert cart.codes[1] == TypedCode("MAIL-7K2F-9QXA", "mail")


def test_only_what_is_required() -> None:
    line = {"sku": "a", "store": "s", "price": "1.00", "quantity": 1}
    cart = Cart.from_dict({"currency": "USD", "at": "2026-06-20T18:30:00Z", "lines": [line]})
    assert cart == Cart(
        "USD", datetime(2026, 6, 20, 18, 30, tzinfo=UTC), [Line("a", "s", Money("1.00", Currency.USD), 1)]
    )
    assert cart.lines[0].id == "a"


@pytest.mark.parametrize(
    "at",
    ["2026-06-20T18:30:00Z", "2026-06-20t18:30:00z", "2026-06-20 18:30:00+00:00", "2026-06-20T18:30:00.000-00:00",
     "2026-06-21T00:00:00.0000+05:30"],
)  # fmt: skip
def test_ways_to_write_an_instant(at: str) -> None:
    assert Cart.from_dict(changed("at", at)).at == datetime(2026, 6, 20, 18, 30, tzinfo=UTC)


def test_an_hour_that_happens_twice_keeps_its_instant() -> None:
    twice = datetime(2026, 11, 1, 1, 30, tzinfo=ZoneInfo("America/Los_Angeles"))
    for at, utc in ((twice, 8), (twice.replace(fold=1), 9)):
        cart = Cart("USD", at, [Line("a", "s", Money("1.00", Currency.USD), 1)])
        assert cart.at == datetime(2026, 11, 1, utc, 30, tzinfo=UTC)
        assert Cart.from_dict(cart.to_dict()) == cart


NAMES = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp", "Cf")), min_size=1, max_size=8)
COUNTS = st.integers(0, 1000)
OFFSETS = st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes)))
INSTANTS = st.datetimes(allow_imaginary=False, timezones=OFFSETS).filter(lambda at: 1970 <= at.year <= 9998)


@st.composite
def carts(draw: st.DrawFn) -> Cart:
    currency = draw(st.sampled_from(["USD", "JPY", "KWD"]))
    places = decimals(currency)

    def amount() -> Money:
        minor = draw(st.integers(0, 10**7))
        return Money(f"{minor}e-{places}", Currency[currency])

    ids = draw(st.lists(NAMES, min_size=1, max_size=4, unique=True))
    charged = draw(st.lists(st.tuples(NAMES, NAMES), max_size=3, unique=True))
    lots = draw(st.lists(st.tuples(NAMES, COUNTS, st.none() | INSTANTS), max_size=3))
    return Cart(
        currency=currency,
        at=draw(INSTANTS),
        lines=[
            Line(draw(NAMES), draw(NAMES), amount(), draw(st.integers(1, 1000)), id, draw(st.lists(NAMES, max_size=2)),
                 draw(NAMES | st.just("")), draw(st.lists(NAMES, max_size=2)), draw(NAMES | st.just("")),
                 draw(st.none() | st.just(amount())), draw(st.none() | st.just(amount())))
            for id in ids
        ],
        shipping=[ShippingCharge(store, method, amount(), draw(NAMES | st.just(""))) for store, method in charged],
        customer=Customer(draw(NAMES | st.just("")), draw(st.lists(NAMES, max_size=2))),
        channel=draw(NAMES | st.just("")),
        country=draw(NAMES | st.just("")),
        wallet=Wallet(draw(COUNTS), [Lot(*lot) for lot in lots]),
        codes=draw(st.lists(NAMES, max_size=2) | st.just([TypedCode("C-1", "mail")])),
        region=draw(NAMES | st.just("")),
        payment=draw(NAMES | st.just("")),
    )  # fmt: skip


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(carts())
def test_there_and_back(cart: Cart) -> None:
    data = cart.to_dict()
    assert Cart.from_dict(data) == cart
    assert read_slowly(data) == cart  # the slow way agrees with the short one
    assert cart_from_json(json.dumps(data)) == cart
    assert cart_from_json(json.dumps(data, ensure_ascii=False).encode()) == cart
    assert cart_to_dict(Cart.from_dict(data)) == data


# What is wrong

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
        [{"rule": "r", "pieces": 1}] * 2001,
        "has 2001 entries; at most 2000 are allowed @ wallet.coupons",
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


SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from(["1.00", "USD"])
)
KEYS = st.text(max_size=3) | st.sampled_from([*EXAMPLE, *EXAMPLE["lines"][0], *EXAMPLE["wallet"], "rule", "pieces"])
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=12
)


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


# Carts that a program builds


def test_a_program_meets_the_same_checks() -> None:
    one = Money("1.00", Currency.USD)
    line = Line("a", "s", one, 1)
    at = datetime(2026, 6, 20, tzinfo=UTC)
    cases: list[tuple[dict[str, Any], str]] = [
        ({"lines": [Line("a\n", "s", one, 1)]}, r"contains a character that cannot be shown, '\n' @ lines[0].id"),
        ({"lines": [Line("a", "s", one, 1, tags="new")]}, "expected a list, not 'new' @ lines[0].tags"),
        ({"lines": [{"sku": "a"}]}, "expected a Line, not an object @ lines[0]"),
        ({"lines": line}, "expected a list, not a value of type Line @ lines"),
        (
            {"lines": [Line("a", "s", Money("1", Currency.JPY), 1)]},
            "is in JPY, but the cart is in 'USD' @ lines[0].price",
        ),
        ({"at": datetime(2026, 6, 20)}, "needs an offset, as in 2026-06-20T18:30:00-07:00 @ at"),  # noqa: DTZ001  # the point
        ({"codes": "SUMMER15"}, "expected a list, not 'SUMMER15' @ codes"),
        ({"wallet": Wallet(True)}, "expected a whole number, not true @ wallet.coins"),
    ]
    for parts, expected in cases:
        with pytest.raises(CartError) as caught:
            Cart(**{"currency": "USD", "at": at, "lines": [line], **parts})
        assert expected in str(caught.value).split("\n")


def test_a_price_that_is_no_money() -> None:
    with pytest.raises(CartError, match="expected a Money, not float @ price"):
        Line("a", "s", 45.0, 1)  # type: ignore[arg-type]


@pytest.mark.parametrize("typed", ["SAVE10", " SAVE10\r\n", "\tSAVE10\u200b", "\u2060\u00a0SAVE10\x00\u2028"])
def test_what_stands_around_a_code_is_nothing(typed: str) -> None:
    cart = Cart.from_dict(changed("codes", ["", typed, " \n"]))
    assert cart.codes == ("SAVE10",)
    assert cart == Cart.from_dict(changed("codes", ["SAVE10"])) == read_slowly(changed("codes", [typed, ""]))


def test_what_stands_inside_a_code_is_looked_at() -> None:
    assert problems(changed("codes", ["SAVE\n10"])) == [r"contains a character that cannot be shown, '\n' @ codes[0]"]


def test_a_large_cart_is_served() -> None:
    line = {"sku": "a", "store": "s", "price": "1.00", "quantity": 1}
    lines = [{**line, "id": str(number)} for number in range(10_000)]
    lots = [{"rule": f"r{number}", "pieces": 1} for number in range(1_000)]
    data = changed("lines", lines) | {"wallet": {"coupons": lots}, "codes": [f"C{number}" for number in range(1_000)]}
    cart = Cart.from_dict(data)
    assert (len(cart.lines), len(cart.codes), len(cart.wallet.coupons)) == (10_000, 1_000, 1_000)


ODD = [None, True, -1, 10**40, 1.5, float("nan"), "", "x", "a\nb", b"x", (), [], {}, {"a"}, object(), ("x",), [[]],
       (True, "USD"), (10.5, "USD"), ("1.00", "USD"), (10,), (10, "JPY"), (-1, "USD"), (10**20, "USD"), Cart, Line,
       datetime(2026, 1, 1), datetime.max.replace(tzinfo=UTC), Lot, TypedCode("a", "b")]  # noqa: DTZ001  # fmt: skip
"""Values that are right in few places or in none."""

PARTS: list[tuple[type, dict[str, Any]]] = [
    (Line, {"sku": "a", "store": "s", "price": (100, "USD"), "quantity": 1}),
    (ShippingCharge, {"store": "s", "method": "m", "amount": (100, "USD")}),
    (Lot, {"rule": "r", "pieces": 1}),
    (TypedCode, {"code": "a", "rule": "r"}),
    (Wallet, {}),
    (Customer, {}),
    (RuleUsage, {}),
    (Cart, {"currency": "USD", "at": datetime(2026, 6, 20, tzinfo=UTC), "lines": [Line("a", "s", (100, "USD"), 1)]}),
]


@pytest.mark.parametrize(("part", "needed"), PARTS, ids=lambda part: part.__name__ if isinstance(part, type) else "")
def test_a_wrong_type_anywhere_is_a_cart_error_with_a_path(part: type, needed: dict[str, Any]) -> None:
    """Whatever stands in any field, a program gets a cart that can be priced, or a CartError that says where."""
    engine = Engine(RuleBook())
    for name in [each.alias for each in fields(part)]:
        for odd in ODD:
            try:
                engine.quote(cart_with(part(**needed | {name: odd})))
            except CartError as error:
                assert all(problem.path for problem in error.problems), (name, odd)


def cart_with(part: Any) -> Cart:
    """A cart that holds the part; usage is no part of one."""
    if isinstance(part, Cart):
        return part
    line = Line("a", "s", Money("1.00", Currency.USD), 1)
    parts: dict[str, Any] = {"currency": "USD", "at": datetime(2026, 6, 20, tzinfo=UTC), "lines": [line]}
    where = {Line: "lines", ShippingCharge: "shipping", Wallet: "wallet", Customer: "customer", TypedCode: "codes"}
    if isinstance(part, Lot):
        parts["wallet"] = Wallet(0, [part])
    elif type(part) in where:
        name = where[type(part)]
        parts[name] = part if name in ("wallet", "customer") else [part]
    return Cart(**parts)


@pytest.mark.parametrize(
    ("asked", "problem"),
    [
        ({"usage": [1]}, "expected an object, not a list @ usage"),
        ({"usage": 5}, "expected an object, not 5 @ usage"),
        ({"usage": {"r": 5}}, "expected an object, not 5 @ usage.r"),
        ({"usage": {5: RuleUsage()}}, "expected text, not 5 @ usage[5]"),
        ({"usage": {"r": {"customer": -5}}}, "must be from 0 to 1000000000000000, not -5 @ usage.r.customer"),
        ({"without": 5}, "expected names of rules or kinds, not 5 @ without"),
        ({"without": None}, "expected names of rules or kinds, not nothing @ without"),
        ({"without": [5]}, "expected text, not 5 @ without[0]"),
        ({"without": [[]]}, "expected text, not a list @ without[0]"),
        ({"without": ["SUMER"]}, "there is no rule or kind called 'SUMER' @ without"),
        ({"work": 0}, "work is a whole number of steps from 1, not 0 @ work"),
        ({"work": True}, "work is a whole number of steps from 1, not true @ work"),
        ({"cart": {}}, "expected a Cart, not an object @ cart"),
    ],
)
def test_what_is_asked_beside_a_cart_is_looked_at_too(asked: dict[str, Any], problem: str) -> None:
    with pytest.raises(CartError) as caught:
        Engine(RuleBook()).quote(**{"cart": Cart.from_dict(EXAMPLE), **asked})
    assert str(caught.value) == problem


def test_counts_of_earlier_uses_are_counts() -> None:
    with pytest.raises(CartError, match="must be from 0 to 1000000000000000, not -5 @ customer"):
        RuleUsage(customer=-5)
    with pytest.raises(CartError, match="expected a whole number, not 'x' @ spent"):
        RuleUsage(spent="x")  # type: ignore[arg-type]


# Usage


def test_usage() -> None:
    data = {"r": {"customer": 1, "today": 2, "total": 3, "spent": "5.00", "items_customer": 4}, "s": {}}
    assert usage_from_dict(data, "USD") == {"r": RuleUsage(1, 2, 3, 500, 4), "s": RuleUsage()}
    more = {"spent_today": "1.50", "customer_day": 1, "customer_week": 2, "customer_month": 3, "items_total": 4}
    assert usage_from_dict({"r": more}, "USD") == {
        "r": RuleUsage(spent_today=150, customer_day=1, customer_week=2, customer_month=3, items_total=4)
    }
    assert usage_from_dict({}, "JPY") == {}


def test_usage_that_is_wrong() -> None:
    data = {"r": {"custmer": 1, "spent": 5, "today": True}, "s": {"total": -1, "customer": 10**6000}, "t": 3}
    with pytest.raises(CartError) as caught:
        usage_from_dict(data, "USD")
    assert str(caught.value).split("\n") == [
        "unknown field; did you mean 'customer'? @ usage.r.custmer",
        "expected a whole number, not true @ usage.r.today",
        'expected an amount as text, such as "45.00", not 5 @ usage.r.spent',
        "must be from 0 to 1000000000000000, not a number of about 6001 digits @ usage.s.customer",
        "must be from 0 to 1000000000000000, not -1 @ usage.s.total",
        "expected an object, not 3 @ usage.t",
    ]


@settings(max_examples=60)
@given(VALUES)
def test_any_json_is_a_usage_or_a_cart_error(data: object) -> None:
    try:
        usage_from_dict(data, "USD")
    except CartError as error:
        assert error.problems


# Quotes


def test_a_quote_in_the_interface_order() -> None:
    data = a_quote().to_dict()
    assert list(data) == [
        "currency", "list_total", "item_total", "goods_total", "shipping_total", "savings_total", "total",
        "coins_spent", "lines", "shipping", "used", "bought", "refused", "next_steps", "rules", "optimal", "steps",
        "lower_bound",
    ]  # fmt: skip
    assert list(data["lines"][0]) == ["id", "sku", "store", "quantity", "list", "item", "pays", "savings"]
    assert list(data["shipping"][0]) == ["store", "method", "list", "pays", "savings"]
    assert list(data["used"][0]) == ["rule", "kind", "store", "pieces", "coins", "amount", "label"]


def test_what_the_second_edition_adds_to_a_quote() -> None:
    """Each where INTERFACE has it, and nothing of it where there is nothing to tell."""
    quote = a_quote()
    line = quote.lines[0]._replace(savings=(Saving("gift", 2320, 1000, (("bank-x", 320),)),))
    told = evolve(
        quote,
        lines=(line, quote.lines[1]),
        shipping=(quote.shipping[0]._replace(id="p-1"),),
        used=(quote.used[0]._replace(store="nova-home", sku="NH-1001", because=("1", "2")), *quote.used[1:]),
        unknown_codes=("XYZ",),
        unclaimed=(Unclaimed("gift", "nova-home", 1, ("MUG-1",)),),
        earned=(Earned("club", 12),),
        asked=None,
    ).to_dict()
    assert told["lines"][0]["savings"][0]["funders"] == {"platform": "10.00", "bank-x": "3.20", "seller": "10.00"}
    assert list(told["shipping"][0])[:3] == ["store", "method", "id"]
    assert list(told["used"][0].items()) == [
        ("rule", "SUMMER15"), ("kind", "promo code"), ("store", "nova-home"), ("sku", "NH-1001"), ("pieces", 0),
        ("coins", 0), ("amount", "7.20"), ("label", "15% off, up to 20"), ("because", ["1", "2"]),
    ]  # fmt: skip
    assert told["unknown_codes"] == ["XYZ"]
    assert told["unclaimed"] == [{"rule": "gift", "store": "nova-home", "units": 1, "skus": ["MUG-1"]}]
    assert told["earned"] == [{"rule": "club", "coins": 12}]
    assert not {"unknown_codes", "unclaimed", "earned"} & set(quote.to_dict())
    reasons = Reasons((Refusal("r", "s", "other-payment", sku="K"),), (NextStep("r", "s", None, None, 450, "card-x"),))
    told = quote.to_dict(reasons)
    assert told["refused"] == [{"rule": "r", "store": "s", "sku": "K", "reason": "other-payment"}]
    assert told["next_steps"] == [{"rule": "r", "store": "s", "payment": "card-x", "saves": "4.50"}]


def test_labels_in_another_language() -> None:
    quote = evolve(
        a_quote(), translations=(("SUMMER15", "de", "15 % weniger"), ("SUMMER15", "de-CH", "15 % günstiger"))
    )

    def label(language: str | None) -> str:
        used: list[dict[str, str]] = quote.to_dict(why=False, language=language)["used"]
        return used[0]["label"]

    assert [label(language) for language in ("de-CH", "de-AT-1996", "DE", "fr", "d", None)] == [
        "15 % günstiger", "15 % weniger", "15 % weniger", *["15% off, up to 20"] * 3,
    ]  # fmt: skip


def test_the_units_of_a_line() -> None:
    """SPEC 7: runs of equal units, in the order in which a refund gives them back; their sums are the line's."""
    savings = (Saving("a", 1000, 500), Saving("b", 2, 2))
    quote = a_quote()
    line = quote.lines[0]._replace(quantity=3, list=3000, item=3000, pays=1998, savings=savings)
    data = evolve(quote, lines=(line,)).to_dict(why=False, units=True)["lines"][0]
    assert list(data)[-2:] == ["savings", "units"]
    a, b = {"rule": "a"}, {"rule": "b", "amount": "0.01", "funders": {"platform": "0.01"}}
    assert data["units"] == [
        {"quantity": 1, "pays": "6.66",
         "savings": [a | {"amount": "3.34", "funders": {"platform": "1.67", "seller": "1.67"}}, b]},
        {"quantity": 1, "pays": "6.66",
         "savings": [a | {"amount": "3.33", "funders": {"platform": "1.67", "seller": "1.66"}}, b]},
        {"quantity": 1, "pays": "6.66",
         "savings": [a | {"amount": "3.33", "funders": {"platform": "1.66", "seller": "1.67"}}]},
    ]  # fmt: skip
    assert "units" not in quote.to_dict()["lines"][0]


SHARES = st.integers(0, 10**6)


@given(st.integers(1, 50), SHARES, st.lists(st.tuples(SHARES, SHARES, SHARES), max_size=3))
def test_units_add_up_to_their_line_and_come_as_a_refund_gives_them(
    quantity: int, pays: int, parts: list[tuple[int, int, int]]
) -> None:
    savings = tuple(
        Saving(f"r{number}", platform + payer + seller, platform, (("bank-x", payer),))
        for number, (platform, payer, seller) in enumerate(parts)
    )
    line = QuoteLine("1", "a", "s", quantity, pays + sum(one.amount for one in savings), pays, pays, savings)
    runs = line.units
    assert sum(run.quantity for run in runs) == quantity
    assert [run.pays for run in runs for _ in range(run.quantity)] == [
        first_units(pays, quantity, unit + 1) - first_units(pays, quantity, unit) for unit in range(quantity)
    ]
    for saving in savings:
        mine = [(run.quantity, one) for run in runs for one in run.savings if one.rule == saving.rule]
        for part in (lambda one: one.amount, lambda one: one.platform, lambda one: dict(one.payers).get("bank-x", 0)):
            assert sum(many * part(one) for many, one in mine) == part(saving)
        assert all(min(one.seller, one.platform, *dict(one.payers).values()) >= 0 for _, one in mine)


def test_the_numbers_of_a_quote() -> None:
    data = a_quote().to_dict()
    assert {key: data[key] for key in list(data)[:8]} == {
        "currency": "USD", "list_total": "127.46", "item_total": "109.99", "goods_total": "81.79",
        "shipping_total": "0.00", "savings_total": "45.67", "total": "81.79", "coins_spent": 520,
    }  # fmt: skip
    assert data["lines"][0]["savings"] == [
        {"rule": "nova-spend-more", "amount": "12.00", "funders": {"seller": "12.00"}},
        {"rule": "select-summer", "amount": "4.00", "funders": {"platform": "1.60", "seller": "2.40"}},
        {"rule": "SUMMER15", "amount": "7.20", "funders": {"platform": "7.20"}},
    ]
    assert data["bought"] == {"select-summer": {"pieces": 2, "coins": 20}}
    assert [(use["rule"], use["store"]) for use in data["used"]] == [
        ("SUMMER15", None), ("home-ships-free", "nova-home"), ("lamp-hour", None), ("nova-spend-more", "nova-home"),
        ("select-summer", "nova-home"), ("summer-coins", None),
    ]  # fmt: skip
    assert (data["rules"], data["optimal"], data["steps"], data["lower_bound"]) == ("sha256:00", True, 41, "81.79")


def test_reasons_are_sorted_and_hold_only_what_applies() -> None:
    data = a_quote().to_dict()
    assert data["refused"] == [
        {"rule": "home-ships-free", "store": "luma-lights", "reason": "below-threshold", "short_by": "4.04"},
        {"rule": "nova-6-off-60", "store": "nova-home", "reason": "clashes", "with": "SUMMER15", "total_with": "90.98"},
        {"rule": "peak-three", "store": "peak-sport", "reason": "below-threshold", "short_units": 1},
        {"rule": "welcome-4", "store": None, "reason": "not-held"},
    ]
    assert data["next_steps"] == [
        {"rule": "home-ships-free", "store": "luma-lights", "missing": "4.04", "saves": "4.50"},
        {"rule": "peak-three", "store": None, "missing_units": 1, "saves": "4.50"},
    ]


def test_equal_quotes_give_equal_bytes_on_one_line() -> None:
    first, second = quote_to_json(a_quote()), quote_to_json(a_quote())
    assert first == second and "\n" not in first
    assert json.loads(first) == a_quote().to_dict()


def test_reasons_are_worked_out_once_and_only_when_wanted() -> None:
    asked: list[int] = []
    quote = a_quote(on_ask=lambda: asked.append(1))
    short = quote.to_dict(why=False)
    assert asked == []
    full = quote.to_dict()
    assert asked == [1]
    assert short == {key: value for key, value in full.items() if key not in ("refused", "next_steps")}
    assert json.loads(quote_to_json(quote, why=False)) == short
