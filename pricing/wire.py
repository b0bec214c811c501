"""JSON at the door: carts and usage in, quotes out (INTERFACE: "Cart, JSON" and "Quote, JSON"; SPEC sections 1 and 7).

Reads what `json` makes of a text, or the text itself; makes `Cart`, `RuleUsage` and plain dictionaries. A correct cart
takes the short way, which only looks and never explains; anything else is read once more, slowly, by `wire_problems`,
so that its writer hears of every problem at once.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from pricing.model.cart import Cart, Customer, Line, Lot, RuleUsage, ShippingCharge, Wallet, in_utc
from pricing.model.errors import CartError, Problem
from pricing.model.quote import NextStep, Quote, Refusal, Saving
from pricing.money import AmountError, decimals, parse, show

INSTANT = re.compile(r"\d{4}-\d\d-\d\d[Tt ](?:[01]\d|2[0-3]):\d\d:\d\d(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d:\d\d)", re.ASCII)
"""RFC 3339: a date, a time with seconds, an offset."""

CART = frozenset({"currency", "at", "customer", "country", "channel", "lines", "shipping", "wallet", "codes"})
LINE = frozenset({"id", "sku", "store", "price", "quantity", "categories", "brand", "tags"})
CHARGE = frozenset({"store", "method", "amount"})
CUSTOMER = frozenset({"id", "segments"})
WALLET = frozenset({"coins", "coupons"})
LOT = frozenset({"rule", "pieces", "expires"})
COUNTS = ("customer", "today", "total", "items_customer")
USAGE = frozenset({*COUNTS, "spent"})
"""The fields of each JSON object; there are no others."""


class DoubledKeys(dict[str, Any]):
    """A JSON object in which a key stands twice; `doubled` names such keys. Never a plain dict, so never accepted."""

    doubled: tuple[str, ...] = ()


class HugeNumber:
    """A JSON number of so many digits that Python refuses to read it."""

    def __init__(self, digits: int) -> None:
        self.digits = digits


# Text to plain values


def json_from_text(text: str | bytes) -> object:
    """What a JSON text holds, for `cart_from_dict` or `usage_from_dict`. Raises CartError when it is not JSON.

    Keys that stand twice and enormous numbers come through as `DoubledKeys` and `HugeNumber`, so that whoever reads
    the values can name the path.
    """
    if isinstance(text, (bytes, bytearray)):
        try:
            text = text.decode("utf-8")
        except UnicodeDecodeError as error:
            raise CartError([Problem("not UTF-8 text", f"byte {error.start + 1}")]) from None
    text = text.removeprefix("\ufeff")  # some Windows programs begin a file with this mark
    try:
        try:
            return _DECODER.decode(text)
        except json.JSONDecodeError:
            raise
        except ValueError:  # a number with more digits than Python is willing to read
            return json.JSONDecoder(object_pairs_hook=_object, parse_int=_whole).decode(text)
    except json.JSONDecodeError as error:
        what = f"not JSON: {error.msg[0].lower()}{error.msg[1:]}" if text.strip() else "nothing there"
        raise CartError([Problem(what, f"line {error.lineno}, column {error.colno}")]) from None
    except RecursionError:
        raise CartError([Problem("objects and lists stand too deep inside each other", "cart")]) from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) == len(pairs):
        return made
    seen: set[str] = set()
    twice = DoubledKeys(made)
    twice.doubled = tuple(sorted({key for key, _ in pairs if key in seen or seen.add(key)}))  # type: ignore[func-returns-value]
    return twice


def _whole(digits: str) -> int | HugeNumber:
    return int(digits) if len(digits) <= 1000 else HugeNumber(len(digits.lstrip("-")))


_DECODER = json.JSONDecoder(object_pairs_hook=_object)


# Carts


def cart_from_json(text: str | bytes) -> Cart:
    """The cart of a JSON text. Raises CartError with every problem as "what @ path"."""
    return cart_from_dict(json_from_text(text))


def cart_from_dict(data: object) -> Cart:
    """The cart of a JSON object. Raises CartError with every problem as "what @ path", and nothing else."""
    try:
        cart = _read(data)
    except (AmountError, CartError, KeyError, OverflowError, TypeError, ValueError):
        cart = None
    if cart is not None:
        return cart
    from pricing.wire_problems import read_slowly

    return read_slowly(data)


def _read(data: Any) -> Cart | None:
    """The cart, when everything is as it should be. What is wrong is not said here: None, or any of several errors."""
    if type(data) is not dict or not data.keys() <= CART:
        return None
    currency = data["currency"]
    decimals(currency)
    customer = data.get("customer", _NOTHING)
    wallet = data.get("wallet", _NOTHING)
    if not (type(customer) is type(wallet) is dict and customer.keys() <= CUSTOMER and wallet.keys() <= WALLET):
        return None
    return Cart(
        currency,
        instant(data["at"]),
        tuple([_line(line, currency) for line in _list(data["lines"])]),
        tuple([_charge(charge, currency) for charge in _list(data.get("shipping", _NONE))]),
        Customer(customer.get("id", ""), tuple(_list(customer.get("segments", _NONE)))),
        data.get("channel", ""),
        data.get("country", ""),
        Wallet(wallet.get("coins", 0), tuple([_lot(lot) for lot in _list(wallet.get("coupons", _NONE))])),
        tuple(_list(data.get("codes", _NONE))),
    )


_NOTHING: dict[str, Any] = {}
_NONE: list[Any] = []


def _list(value: Any) -> list[Any]:
    if type(value) is not list:
        raise TypeError
    return value


def _line(data: Any, currency: str) -> Line:
    if type(data) is not dict or not data.keys() <= LINE:
        raise TypeError
    get: Any = data.get
    sku, categories, tags = data["sku"], get("categories", _NONE), get("tags", _NONE)
    if not type(categories) is type(tags) is list:
        raise TypeError
    return Line(
        sku,
        data["store"],
        (parse(data["price"], currency), currency),
        data["quantity"],
        get("id", sku),
        tuple(categories),
        get("brand", ""),
        tuple(tags),
    )


def _charge(data: Any, currency: str) -> ShippingCharge:
    if type(data) is not dict or not data.keys() <= CHARGE:
        raise TypeError
    return ShippingCharge(data["store"], data["method"], (parse(data["amount"], currency), currency))


def _lot(data: Any) -> Lot:
    if type(data) is not dict or not data.keys() <= LOT:
        raise TypeError
    expires = data.get("expires")
    return Lot(data["rule"], data["pieces"], None if expires is None else instant(expires))


def instant(text: str) -> datetime:
    """The instant that a text in RFC 3339 names, offset and all. Raises ValueError or TypeError when it is not one."""
    if INSTANT.fullmatch(text) is None:
        raise ValueError("not an instant")
    return datetime.fromisoformat(text.upper())


def _instant_text(at: datetime) -> str:
    # Offsets of whole minutes are all that RFC 3339 can write; local mean time had seconds.
    offset = at.utcoffset() or timedelta()
    return (in_utc(at) if offset % timedelta(minutes=1) else at).isoformat()


def cart_to_dict(cart: Cart) -> dict[str, Any]:
    """The JSON object of a cart, every field in INTERFACE's order; `cart_from_dict` reads it back to an equal cart."""
    currency = cart.currency
    return {
        "currency": currency,
        "at": _instant_text(cart.at),
        "customer": {"id": cart.customer.id, "segments": list(cart.customer.segments)},
        "country": cart.country,
        "channel": cart.channel,
        "lines": [
            {
                "id": line.id,
                "sku": line.sku,
                "store": line.store,
                "price": show(line.unit_price, currency),
                "quantity": line.quantity,
                "categories": list(line.categories),
                "brand": line.brand,
                "tags": list(line.tags),
            }
            for line in cart.lines
        ],
        "shipping": [
            {"store": charge.store, "method": charge.method, "amount": show(charge.minor, currency)}
            for charge in cart.shipping
        ],
        "wallet": {"coins": cart.wallet.coins, "coupons": [_lot_to_dict(lot) for lot in cart.wallet.coupons]},
        "codes": list(cart.codes),
    }


def _lot_to_dict(lot: Lot) -> dict[str, Any]:
    made: dict[str, Any] = {"rule": lot.rule, "pieces": lot.pieces}
    if lot.expires is not None:
        made["expires"] = _instant_text(lot.expires)
    return made


# Usage


def check_usage(data: object) -> None:
    """Looks at earlier uses before the currency is known. Raises CartError with every problem that shows already."""
    from pricing.wire_problems import read_usage

    read_usage(data, None)


def usage_from_dict(data: object, currency: str) -> dict[str, RuleUsage]:
    """Earlier uses by rule:  `{"customer": n, "today": n, "total": n, "spent": "amount", "items_customer": n}`.

    What is left out counts as 0; `spent` is in major units of `currency`. Raises CartError with every problem.
    """
    from pricing.wire_problems import read_usage

    return read_usage(data, currency)


# Quotes


def quote_to_json(quote: Quote, why: bool = True) -> str:
    """The quote as one line of JSON; equal quotes give equal bytes. `why` as in `quote_to_dict`."""
    return json.dumps(quote_to_dict(quote, why), ensure_ascii=False)


def quote_to_dict(quote: Quote, why: bool = True) -> dict[str, Any]:
    """The JSON object of a quote, keys in INTERFACE's order, amounts as text in major units.

    Without `why` the keys `refused` and `next_steps` are left out: to work them out takes many times longer than to
    price, and empty lists would claim that there is nothing to tell.
    """
    currency = quote.currency
    goods = sum(line.pays for line in quote.lines)
    return {
        "currency": currency,
        "list_total": show(quote.list_minor, currency),
        "item_total": show(sum(line.item for line in quote.lines), currency),
        "goods_total": show(goods, currency),
        "shipping_total": show(sum(charge.pays for charge in quote.shipping), currency),
        "savings_total": show(quote.list_minor - quote.total_minor, currency),
        "total": show(quote.total_minor, currency),
        "coins_spent": quote.coins_spent,
        "lines": _lines(quote),
        "shipping": _charges(quote),
        "used": _used(quote),
        "bought": {
            bought.coupon: {"pieces": bought.pieces, "coins": bought.coins}
            for bought in sorted(quote.bought, key=lambda bought: bought.coupon)
        },
        **(_reasons(quote) if why else {}),
        "rules": quote.rules,
        "optimal": quote.optimal,
        "steps": quote.steps,
        "lower_bound": show(quote.lower_bound_minor, currency),
    }


def _lines(quote: Quote) -> list[dict[str, Any]]:
    currency = quote.currency
    return [
        {
            "id": line.id,
            "sku": line.sku,
            "store": line.store,
            "quantity": line.quantity,
            "list": show(line.list, currency),
            "item": show(line.item, currency),
            "pays": show(line.pays, currency),
            "savings": _savings(line.savings, currency),
        }
        for line in sorted(quote.lines, key=lambda line: line.id)
    ]


def _charges(quote: Quote) -> list[dict[str, Any]]:
    currency = quote.currency
    return [
        {
            "store": charge.store,
            "method": charge.method,
            "list": show(charge.list, currency),
            "pays": show(charge.pays, currency),
            "savings": _savings(charge.savings, currency),
        }
        for charge in sorted(quote.shipping, key=lambda charge: (charge.store, charge.method))
    ]


def _savings(savings: Iterable[Saving], currency: str) -> list[dict[str, Any]]:
    """In the order in which they were taken: it is the same for equal quotes, and tells how the price came about."""
    return [
        {"rule": saving.rule, "amount": show(saving.amount, currency), "funders": _funders(saving, currency)}
        for saving in savings
    ]


def _funders(saving: Saving, currency: str) -> dict[str, str]:
    shares = (("platform", saving.platform), ("seller", saving.seller))
    return {funder: show(share, currency) for funder, share in shares if share}


def _used(quote: Quote) -> list[dict[str, Any]]:
    return [
        {
            "rule": use.rule,
            "kind": str(use.kind),
            "store": use.store,
            "pieces": use.pieces,
            "coins": use.coins,
            "amount": show(use.amount, quote.currency),
        }
        for use in sorted(quote.used, key=lambda use: (use.rule, use.store or ""))
    ]


def _reasons(quote: Quote) -> dict[str, Any]:
    reasons, currency = quote.reasons(), quote.currency
    return {
        "refused": [_refusal(refusal, currency) for refusal in sorted(reasons.refused, key=_refusal_order)],
        "next_steps": [_next_step(step, currency) for step in sorted(reasons.next_steps, key=_step_order)],
    }


def _refusal_order(refusal: Refusal) -> tuple[str, str, str, str]:
    return refusal.rule, refusal.store or "", refusal.reason, refusal.clashes_with or ""


def _refusal(refusal: Refusal, currency: str) -> dict[str, Any]:
    made: dict[str, Any] = {"rule": refusal.rule, "store": refusal.store, "reason": refusal.reason}
    if refusal.clashes_with is not None:
        made["with"] = refusal.clashes_with
    if refusal.total_with is not None:
        made["total_with"] = show(refusal.total_with, currency)
    if refusal.short_by is not None:
        made["short_by"] = show(refusal.short_by, currency)
    if refusal.short_units is not None:
        made["short_units"] = refusal.short_units
    return made


def _step_order(step: NextStep) -> tuple[str, str, int, int]:
    return step.rule, step.store or "", step.missing or 0, step.missing_units or 0


def _next_step(step: NextStep, currency: str) -> dict[str, Any]:
    made: dict[str, Any] = {"rule": step.rule, "store": step.store}
    if step.missing is not None:
        made["missing"] = show(step.missing, currency)
    if step.missing_units is not None:
        made["missing_units"] = step.missing_units
    made["saves"] = show(step.saves, currency)
    return made
