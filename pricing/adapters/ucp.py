"""UCP, the Universal Commerce Protocol: totals are signed, and all entries beside `total` add up to it.

`discounts` answers with the discount extension's object, the totals that go with it, and a warning for each refused code.
"""

from __future__ import annotations

from typing import Any

from pricing.adapters import shared
from pricing.model.cart import Cart
from pricing.model.quote import Quote


def to_cart(body: object) -> Cart:
    """The cart of a UCP cart or checkout; it also names the instant, as `at`. Raises CartError."""
    context = body.get("context") if isinstance(body, dict) else None
    country = context.get("address_country") if isinstance(context, dict) else None
    return shared.cart_of(body, lambda line: line["item"].get("price"), country if isinstance(country, str) else "")


def discounts(quote: Quote) -> dict[str, Any]:
    """`discounts`, `totals` and `messages` of a UCP cart or checkout; amounts are minor units."""
    found = shared.applied(quote)
    goods = sum(sum(amount for _, amount in one.lines) for one in found)
    shipping = sum(one.shipping for one in found)
    totals = [{"type": "subtotal", "amount": sum(line.list for line in quote.lines)}]
    if goods:
        totals.append({"type": "items_discount", "amount": -goods})
    if quote.shipping:
        totals.append({"type": "fulfillment", "amount": sum(charge.list for charge in quote.shipping)})
    if shipping:
        totals.append({"type": "discount", "amount": -shipping})
    totals.append({"type": "total", "amount": quote.total_minor})
    messages = [
        {"type": "warning", "code": reason, "path": f"$.discounts.codes[{place}]", "content": shared.SAYS[reason]}
        for place, _, reason in shared.rejected(quote)
    ]
    codes = [code if isinstance(code, str) else code.code for code in quote.cart.codes]
    return {
        "discounts": {"codes": codes, "applied": [_applied(one) for one in found]},
        "totals": totals,
        "messages": messages,
    }


def _applied(one: shared.Applied) -> dict[str, Any]:
    allocations = [{"path": f"$.line_items[{place}]", "amount": amount} for place, amount in one.lines]
    if one.shipping:
        allocations.append({"path": '$.totals[?@.type == "fulfillment"]', "amount": one.shipping})
    code = {"code": one.code} if one.code else {}
    return {**code, "title": one.title, "amount": one.amount, "automatic": not one.code, "allocations": allocations}


def check(body: object) -> list[str]:
    """Where the sums of a UCP cart or checkout do not hold, as "what @ path"; empty when they do."""
    wrong: list[str] = []
    if not isinstance(body, dict):
        return ["expected an object @ $"]
    totals = shared.totals_of(body, _add_up, wrong)
    subtotals = [shared.totals_at(line, "", []).get("subtotal") for line in shared.line_items(body)]
    known = [one for one in subtotals if one is not None]
    if "subtotal" in totals and len(known) == len(subtotals) and sum(known) != totals["subtotal"]:
        wrong.append(f"the lines' subtotals add up to {sum(known)}, not to {totals['subtotal']} @ totals")
    shared.check_applied(body, -totals.get("items_discount", 0) - totals.get("discount", 0), wrong)
    return wrong


def _add_up(totals: dict[str, int], path: str, wrong: list[str]) -> None:
    total = totals.get("total")
    parts = sum(amount for kind, amount in totals.items() if kind != "total")
    if total is not None and len(totals) > 1 and parts != total:
        wrong.append(f"the entries add up to {parts}, not to {total} @ {path}")
    for kind in ("discount", "items_discount"):
        if totals.get(kind, 0) > 0:
            wrong.append(f"{kind} is above zero: it would add to the price @ {path}")
