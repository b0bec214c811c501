"""What UCP and ACP have in common: line items with minor units, typed codes, applied discounts, refused codes.

Reads a body as JSON has it; makes a `Cart`. Reads a `Quote`; makes what was applied, rule by rule. Whatever is wrong with
a body is a CartError with its path in that body.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from attrs import frozen

from pricing.model.cart import Cart
from pricing.model.errors import CartError, Problem, shown
from pricing.model.quote import Quote, Saving
from pricing.money import AmountError, decimals, show
from pricing.wire import cart_from_dict

STORE = "shop"
"""The store of a line that names none: these protocols speak of one shop."""
METHOD = "fulfillment"

REFUSALS = {
    "expired": "discount_code_expired",
    "below-threshold": "discount_code_minimum_not_met",
    "clashes": "discount_code_combination_disallowed",
    "beaten": "discount_code_combination_disallowed",
    "declined": "discount_code_combination_disallowed",
    "needs-customer": "discount_code_user_not_logged_in",
    "other-customer": "discount_code_user_ineligible",
    "other-country": "discount_code_user_ineligible",
    "other-region": "discount_code_user_ineligible",
    "other-channel": "discount_code_user_ineligible",
    "other-payment": "discount_code_user_ineligible",
    "used-up": "discount_code_usage_limit_reached",
    "no-budget": "discount_code_usage_limit_reached",
}
"""Why a code was not used, in the protocols' words; all other reasons are `INVALID`."""
INVALID = "discount_code_invalid"
SAYS = {
    "discount_code_expired": "This code has expired.",
    "discount_code_minimum_not_met": "The cart is below this code's minimum.",
    "discount_code_combination_disallowed": "This code does not go with what is applied.",
    "discount_code_user_not_logged_in": "This code needs a customer who has logged in.",
    "discount_code_user_ineligible": "This code is for others.",
    "discount_code_usage_limit_reached": "This code is used up.",
    INVALID: "This code does not apply.",
}


@frozen
class Applied:
    """One rule's savings."""

    rule: str
    title: str
    code: str
    """As it was typed; empty for what was not typed."""
    amount: int
    """Minor units."""
    lines: tuple[tuple[int, int], ...]
    """(place in the cart, minor units)."""
    shipping: int


def cart_of(body: object, price: Callable[[dict[str, Any]], object], country: str) -> Cart:
    """The cart of a protocol's body. `price` finds a line's unit price in minor units. Raises CartError."""
    if not isinstance(body, dict):
        raise CartError([Problem(f"expected an object, not {shown(body)}", "cart")])
    currency = body.get("currency")
    if not isinstance(currency, str):
        raise CartError([Problem("is missing" if currency is None else "expected text", "currency")])
    currency = currency.upper()
    try:
        decimals(currency)
    except (AmountError, TypeError) as error:
        raise CartError([Problem(str(error) or "expected text", "currency")]) from None
    items = body.get("line_items")
    if not isinstance(items, list):
        raise CartError([Problem(f"expected a list, not {shown(items)}", "line_items")])
    discounts = body.get("discounts") or {}
    codes = discounts.get("codes") or [] if isinstance(discounts, dict) else discounts
    made: dict[str, Any] = {
        "currency": currency,
        "at": body.get("at"),
        "country": country,
        "lines": [_line(item, place, price, str(currency)) for place, item in enumerate(items)],
        "codes": codes,
    }
    buyer = body.get("buyer")
    if isinstance(buyer, dict) and isinstance(buyer.get("id"), str):
        made["customer"] = {"id": buyer["id"]}
    charge = _charge(body, str(currency))
    if charge is not None:
        made["shipping"] = [{"store": STORE, "method": METHOD, "amount": charge}]
    return cart_from_dict(made)


def _line(item: Any, place: int, price: Callable[[dict[str, Any]], object], currency: str) -> dict[str, Any]:
    path = f"line_items[{place}]"
    if not isinstance(item, dict) or not isinstance(item.get("item"), dict):
        raise CartError([Problem("expected an object with an item", path)])
    minor = price(item)
    if type(minor) is not int or minor < 0:
        raise CartError([Problem(f"expected whole minor units, not {shown(minor)}", f"{path}: price of a unit")])
    sku = item["item"].get("id")
    return {
        "id": item.get("id", sku),
        "sku": sku,
        "store": item["item"].get("store", STORE),
        "price": show(minor, currency),
        "quantity": item.get("quantity"),
        "categories": item["item"].get("categories", []),
    }


def _charge(body: dict[str, Any], currency: str) -> str | None:
    """What is asked for delivery before discounts; None when nothing is said of it."""
    totals = body.get("totals")
    found = [
        one["amount"]
        for one in (totals if isinstance(totals, list) else ())
        if isinstance(one, dict) and one.get("type") == METHOD and type(one.get("amount")) is int
    ]
    return show(sum(found), currency) if found and sum(found) >= 0 else None


def applied(quote: Quote) -> list[Applied]:
    """What each used rule took, in the order in which it was taken from the first line that has it."""
    places = {line.id: place for place, line in enumerate(quote.cart.lines)}
    codes = {code.casefold().strip(): code for code in _typed(quote)}
    lines: dict[str, list[tuple[int, int]]] = {}
    for line in sorted(quote.lines, key=lambda line: places[line.id]):
        for rule, amount in _by_rule(line.savings):
            lines.setdefault(rule, []).append((places[line.id], amount))
    shipping: dict[str, int] = {}
    for charge in quote.shipping:
        for rule, amount in _by_rule(charge.savings):
            lines.setdefault(rule, [])
            shipping[rule] = shipping.get(rule, 0) + amount
    return [
        Applied(
            rule,
            quote.labels.get(rule) or rule,
            codes.get(rule.casefold(), ""),
            sum(amount for _, amount in found) + shipping.get(rule, 0),
            tuple(found),
            shipping.get(rule, 0),
        )
        for rule, found in lines.items()
    ]


def _by_rule(savings: tuple[Saving, ...]) -> Iterator[tuple[str, int]]:
    made: dict[str, int] = {}
    for saving in savings:
        made[saving.rule] = made.get(saving.rule, 0) + saving.amount
    return iter(made.items())


def _typed(quote: Quote) -> Iterator[str]:
    for code in quote.cart.codes:
        yield code if isinstance(code, str) else code.code


def rejected(quote: Quote) -> list[tuple[int, str, str]]:
    """(place among the typed codes, code, reason in the protocols' words) of what was typed and not used."""
    used = {use.rule.casefold() for use in quote.used}
    why = {one.rule.casefold(): one.reason for one in quote.refused} if quote.knows_reasons else {}
    found: list[tuple[int, str, str]] = []
    for place, code in enumerate(_typed(quote)):
        name = code.casefold().strip()
        if name and name not in used:
            found.append((place, code, REFUSALS.get(why.get(name, ""), INVALID)))
    return found


def amount_in(entry: object, path: str, wrong: list[str]) -> int:
    """An entry's amount; what is wrong with it is told."""
    amount = entry.get("amount") if isinstance(entry, dict) else None
    if type(amount) is not int:
        wrong.append(f"expected whole minor units, not {shown(amount)} @ {path}")
        return 0
    return amount


def totals_at(body: object, path: str, wrong: list[str]) -> dict[str, int]:
    """The totals of a body or line by type, entries of one type added up."""
    entries = body.get("totals") if isinstance(body, dict) else None
    made: dict[str, int] = {}
    for place, entry in enumerate(entries if isinstance(entries, list) else ()):
        kind = str(entry.get("type")) if isinstance(entry, dict) else ""
        made[kind] = made.get(kind, 0) + amount_in(entry, f"{path}totals[{place}]", wrong)
    return made


def totals_of(
    body: object, add_up: Callable[[dict[str, int], str, list[str]], None], wrong: list[str]
) -> dict[str, int]:
    """The totals of a body by type; those of its lines, and its own, are held against what the protocol's `add_up` says."""
    for place, line in enumerate(line_items(body)):
        add_up(totals_at(line, f"line_items[{place}].", wrong), f"line_items[{place}].totals", wrong)
    totals = totals_at(body, "", wrong)
    add_up(totals, "totals", wrong)
    return totals


def check_applied(body: dict[str, Any], taken: int, wrong: list[str]) -> None:
    """Whether allocations add up to each discount, and discounts to what the totals say was `taken`."""
    discounts = body.get("discounts")
    entries = discounts.get("applied") if isinstance(discounts, dict) else None
    if not isinstance(entries, list):
        return
    total = 0
    for place, entry in enumerate(entries):
        path = f"discounts.applied[{place}]"
        amount = amount_in(entry, path, wrong)
        total += amount
        parts = entry.get("allocations") if isinstance(entry, dict) else None
        if isinstance(parts, list):
            dealt = sum(amount_in(part, f"{path}.allocations[{at}]", wrong) for at, part in enumerate(parts))
            if dealt != amount:
                wrong.append(f"its allocations add up to {dealt}, not to {amount} @ {path}")
    if total != taken:
        wrong.append(f"the discounts add up to {total}, but the totals take off {taken} @ discounts.applied")


def line_items(body: object) -> list[Any]:
    """The lines of a body, or none."""
    found = body.get("line_items") if isinstance(body, dict) else None
    return found if isinstance(found, list) else []
