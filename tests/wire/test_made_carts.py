"""Carts that a program builds meet the same checks, and so does what is asked beside a cart."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from attrs import fields
from money.currency import Currency
from money.money import Money

from pricing.api import Engine
from pricing.model.cart import Cart, Customer, Line, Lot, RuleUsage, ShippingCharge, TypedCode, Wallet
from pricing.model.errors import CartError
from pricing.model.rulebook import RuleBook
from tests.wire.examples import EXAMPLE


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
