"""Carts in JSON: what goes in comes out again."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from money.currency import Currency
from money.money import Money

from pricing.model.cart import Cart, Customer, Line, Lot, ShippingCharge, TypedCode, Wallet
from pricing.money import decimals
from pricing.wire import cart_from_json, cart_to_dict
from pricing.wire.problems import read_slowly
from tests.wire.examples import EXAMPLE, changed


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


@pytest.mark.parametrize("typed", ["SAVE10", " SAVE10\r\n", "\tSAVE10\u200b", "\u2060\u00a0SAVE10\x00\u2028"])
def test_what_stands_around_a_code_is_nothing(typed: str) -> None:
    cart = Cart.from_dict(changed("codes", ["", typed, " \n"]))
    assert cart.codes == ("SAVE10",)
    assert cart == Cart.from_dict(changed("codes", ["SAVE10"])) == read_slowly(changed("codes", [typed, ""]))


def test_a_large_cart_is_served() -> None:
    line = {"sku": "a", "store": "s", "price": "1.00", "quantity": 1}
    lines = [{**line, "id": str(number)} for number in range(10_000)]
    lots = [{"rule": f"r{number}", "pieces": 1} for number in range(1_000)]
    data = changed("lines", lines) | {"wallet": {"coupons": lots}, "codes": [f"C{number}" for number in range(1_000)]}
    cart = Cart.from_dict(data)
    assert (len(cart.lines), len(cart.codes), len(cart.wallet.coupons)) == (10_000, 1_000, 1_000)
