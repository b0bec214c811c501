"""ACP, the Agentic Commerce Protocol of 2026-04-17: totals are positive, and their type says what is taken off.

`discounts` answers with the discount extension's object, refused codes with their reasons in it, and the totals.
"""

from __future__ import annotations

from typing import Any

from pricing.adapters import shared
from pricing.model.cart import Cart
from pricing.model.quote import Quote

_OFF = ("items_discount", "discount")


def to_cart(body: object) -> Cart:
    """The cart of an ACP cart or checkout; it also names the instant, as `at`. Raises CartError."""
    details = body.get("fulfillment_details") if isinstance(body, dict) else None
    address = details.get("address") if isinstance(details, dict) else None
    country = address.get("country") if isinstance(address, dict) else None
    return shared.cart_of(body, _price, country if isinstance(country, str) else "")


def _price(line: dict[str, Any]) -> object:
    return line.get("unit_amount", line["item"].get("unit_amount"))


def discounts(quote: Quote) -> dict[str, Any]:
    """`discounts` and `totals` of an ACP checkout; amounts are minor units, none of them negative."""
    found = shared.applied(quote)
    base = sum(line.list for line in quote.lines)
    goods = sum(sum(amount for _, amount in one.lines) for one in found)
    shipping = sum(one.shipping for one in found)
    totals = [_total("items_base_amount", "Items", base)]
    if goods:
        totals.append(_total("items_discount", "Item discounts", goods))
    totals.append(_total("subtotal", "Subtotal", base - goods))
    if shipping:
        totals.append(_total("discount", "Shipping discounts", shipping))
    if quote.shipping:
        totals.append(_total("fulfillment", "Shipping", sum(charge.list for charge in quote.shipping)))
    totals.append(_total("total", "Total", quote.total_minor))
    rejected = [
        {"code": code, "reason": reason, "message": shared.SAYS[reason]} for _, code, reason in shared.rejected(quote)
    ]
    codes = [code if isinstance(code, str) else code.code for code in quote.cart.codes]
    return {
        "discounts": {"codes": codes, "applied": [_applied(one) for one in found], "rejected": rejected},
        "totals": totals,
    }


def _total(kind: str, text: str, amount: int) -> dict[str, Any]:
    return {"type": kind, "display_text": text, "amount": amount}


def _applied(one: shared.Applied) -> dict[str, Any]:
    allocations = [{"path": f"$.line_items[{place}]", "amount": amount} for place, amount in one.lines]
    if one.shipping:
        allocations.append({"path": "$.totals.shipping", "amount": one.shipping})
    code = {"code": one.code} if one.code else {}
    coupon = {"id": one.rule, "name": one.title}
    return {
        "id": one.rule, **code, "coupon": coupon, "amount": one.amount, "automatic": not one.code,
        "allocations": allocations,
    }  # fmt: skip


def check(body: object) -> list[str]:
    """Where the sums of an ACP checkout do not hold, as "what @ path"; empty when they do."""
    wrong: list[str] = []
    if not isinstance(body, dict):
        return ["expected an object @ $"]
    totals = shared.totals_of(body, _add_up, wrong)
    shared.check_applied(body, sum(totals.get(kind, 0) for kind in _OFF), wrong)
    return wrong


def _add_up(totals: dict[str, int], path: str, wrong: list[str]) -> None:
    """With a base amount, discounts on items lie between it and the subtotal; else between the subtotal and the total."""
    for kind, amount in totals.items():
        if amount < 0:
            wrong.append(f"{kind} is below zero @ {path}")
    items, left = totals.get("items_discount", 0), dict(totals)
    base, subtotal, total = left.pop("items_base_amount", None), left.pop("subtotal", None), left.pop("total", None)
    if base is not None and subtotal is not None:
        if base - items != subtotal:
            wrong.append(f"{base} less {items} is {base - items}, not {subtotal} @ {path}")
        left.pop("items_discount", None)
    start = subtotal if subtotal is not None else base
    if start is not None and total is not None:
        made = start + sum(-amount if kind in _OFF else amount for kind, amount in left.items())
        if made != total:
            wrong.append(f"the entries come to {made}, not to {total} @ {path}")
