"""Carts of UCP and ACP in, their discounts out; sums that the protocols' own examples get wrong are found."""

from __future__ import annotations

from typing import Any

import pytest
from ucp_sdk.models.schemas.common.types.totals import Totals
from ucp_sdk.models.schemas.shopping.discount import DiscountsObject

from pricing.adapters import acp, shared, ucp
from pricing.model.errors import CartError
from pricing.model.quote import Quote
from tests.ledger.shop import ENGINE

AT = "2026-06-10T12:00:00+00:00"


def quoted(*codes: str, cart: Any = None) -> tuple[dict[str, Any], dict[str, Any], Quote]:
    """A UCP body and an ACP body of the same cart, and its quote."""
    lines = [("b", "LL-1", 1000, 5), ("a", "LL-2", 2500, 1)]
    rest = {
        "at": AT,
        "buyer": {"id": "ann"},
        "discounts": {"codes": list(codes)},
        "totals": [{"type": "fulfillment", "display_text": "Post", "amount": 650}],
    }
    items = [{"id": id, "item": {"id": sku, "price": price}, "quantity": many} for id, sku, price, many in lines]
    goods = [{"id": id, "item": {"id": sku}, "unit_amount": price, "quantity": many} for id, sku, price, many in lines]
    one = {**rest, "currency": "USD", "line_items": items}
    other = {**rest, "currency": "usd", "line_items": goods}
    assert ucp.to_cart(one) == acp.to_cart(other)
    return one, other, ENGINE.quote(ucp.to_cart(one))


def test_discounts_add_up_in_both_protocols() -> None:
    one, other, quote = quoted("CODE10")
    signed = ucp.discounts(quote)
    assert ucp.check({**one, **signed}) == []
    assert signed["totals"][-1] == {"type": "total", "amount": quote.total_minor}
    positive = acp.discounts(quote)
    assert acp.check({**other, **positive}) == []
    assert all(entry["amount"] >= 0 for entry in positive["totals"])
    codes = {entry.get("code") for entry in signed["discounts"]["applied"]}
    assert codes == {None, "CODE10"}
    flash = next(entry for entry in signed["discounts"]["applied"] if entry["title"] == "Lamp hour")
    assert flash["allocations"] == [{"path": "$.line_items[0]", "amount": 600}]
    assert flash["automatic"]


def test_ucps_own_types_take_the_answer() -> None:
    signed = ucp.discounts(quoted("CODE10", "NONE")[2])
    assert DiscountsObject.model_validate(signed["discounts"]).codes == ["CODE10", "NONE"]
    from pydantic import TypeAdapter

    assert TypeAdapter(Totals).validate_python(signed["totals"])


def test_codes_that_were_not_used_are_told_with_their_reason() -> None:
    quote = quoted("CODE10", "TODAY3", "XYZ")[2]
    assert acp.discounts(quote)["discounts"]["rejected"] == [
        {
            "code": "TODAY3",
            "reason": "discount_code_combination_disallowed",
            "message": "This code does not go with what is applied.",
        },
        {"code": "XYZ", "reason": "discount_code_invalid", "message": "This code does not apply."},
    ]
    assert [one["path"] for one in ucp.discounts(quote)["messages"]] == ["$.discounts.codes[1]", "$.discounts.codes[2]"]


def test_every_reason_is_told_in_the_protocols_words() -> None:
    assert set(shared.REFUSALS.values()) | {shared.INVALID} == set(shared.SAYS)


def test_sums_that_do_not_hold_are_found() -> None:
    body = {
        "line_items": [{"totals": [{"type": "subtotal", "amount": 5000}, {"type": "total", "amount": 4000}]}],
        "discounts": {"applied": [{"amount": 500, "allocations": [{"path": "$.line_items[0]", "amount": 400}]}]},
        "totals": [
            {"type": "subtotal", "amount": 5000},
            {"type": "items_discount", "amount": -500},
            {"type": "total", "amount": 4600},
        ],
    }
    assert ucp.check(body) == [
        "the entries add up to 5000, not to 4000 @ line_items[0].totals",
        "the entries add up to 4500, not to 4600 @ totals",
        "its allocations add up to 400, not to 500 @ discounts.applied[0]",
    ]
    assert "items_discount is below zero @ totals" in acp.check(body)


@pytest.mark.parametrize("body", [None, [], 5, {}, {"totals": 5, "line_items": [3], "discounts": {"applied": [None]}}])
def test_a_check_raises_nothing(body: Any) -> None:
    assert isinstance(ucp.check(body), list)
    assert isinstance(acp.check(body), list)


@pytest.mark.parametrize(
    ("changed", "path"),
    [
        ({"currency": 5}, "currency"),
        ({"currency": "XXQ"}, "currency"),
        ({"line_items": None}, "line_items"),
        ({"line_items": [{"item": {"id": "a", "price": 1.5}, "quantity": 1}]}, "line_items[0]: price of a unit"),
        ({"at": None}, "at"),
    ],
)
def test_a_wrong_body_is_told(changed: dict[str, Any], path: str) -> None:
    with pytest.raises(CartError) as raised:
        ucp.to_cart({**quoted()[0], **changed})
    assert raised.value.problems[0].path == path
