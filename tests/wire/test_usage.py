"""Earlier uses in JSON."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from pricing.model.cart import RuleUsage
from pricing.model.errors import CartError
from pricing.wire import usage_from_dict
from tests.wire.examples import VALUES


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
