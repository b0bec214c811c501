"""Carts in JSON, in and out (INTERFACE: "Cart, JSON"; SPEC section 1).

A correct cart takes the short way, which only looks and never explains; anything else is read once more, slowly, by
`problems`, so that its writer hears of every problem at once.
"""

from __future__ import annotations

from typing import Any

from pricing.model.cart import Cart, Customer, Line, Lot, ShippingCharge, TypedCode, Wallet
from pricing.model.checked import Amount
from pricing.model.errors import CartError
from pricing.money import AmountError, decimals, parse, show
from pricing.wire.fields import CART, CHARGE, CODE, CUSTOMER, LINE, LOT, WALLET, instant, instant_text, json_from_text


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
    from pricing.wire.problems import read_slowly

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
        tuple([_code(code) for code in _list(data.get("codes", _NONE))]),
        data.get("region", ""),
        data.get("payment", ""),
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
        get("title", ""),
        _amount(get("was"), currency),
        _amount(get("floor"), currency),
    )


def _amount(data: Any, currency: str) -> Amount | None:
    return None if data is None else (parse(data, currency), currency)


def _code(data: Any) -> str | TypedCode:
    if type(data) is not dict:
        return data  # type: ignore[no-any-return]  # the cart looks at it
    if not data.keys() <= CODE:
        raise TypeError
    return TypedCode(data["code"], data["rule"])


def _charge(data: Any, currency: str) -> ShippingCharge:
    if type(data) is not dict or not data.keys() <= CHARGE:
        raise TypeError
    price = parse(data["amount"], currency), currency
    return ShippingCharge(data["store"], data["method"], price, data.get("id", ""))


def _lot(data: Any) -> Lot:
    if type(data) is not dict or not data.keys() <= LOT:
        raise TypeError
    expires = data.get("expires")
    return Lot(data["rule"], data["pieces"], None if expires is None else instant(expires))


def cart_to_dict(cart: Cart) -> dict[str, Any]:
    """The JSON object of a cart, fields in INTERFACE's order; `cart_from_dict` reads it back to an equal cart."""
    return {
        "currency": cart.currency,
        "at": instant_text(cart.at),
        "customer": {"id": cart.customer.id, "segments": list(cart.customer.segments)},
        "country": cart.country,
        **({"region": cart.region} if cart.region else {}),
        "channel": cart.channel,
        **({"payment": cart.payment} if cart.payment else {}),
        "lines": [_line_to_dict(line, cart.currency) for line in cart.lines],
        "shipping": [_charge_to_dict(charge, cart.currency) for charge in cart.shipping],
        "wallet": {"coins": cart.wallet.coins, "coupons": [_lot_to_dict(lot) for lot in cart.wallet.coupons]},
        "codes": [code if isinstance(code, str) else {"code": code.code, "rule": code.rule} for code in cart.codes],
    }


def _line_to_dict(line: Line, currency: str) -> dict[str, Any]:
    made: dict[str, Any] = {
        "id": line.id,
        "sku": line.sku,
        "store": line.store,
        "price": show(line.unit_price, currency),
        "quantity": line.quantity,
        "categories": list(line.categories),
        "brand": line.brand,
        "tags": list(line.tags),
    }
    if line.title:
        made["title"] = line.title
    if line.was_minor is not None:
        made["was"] = show(line.was_minor, currency)
    if line.floor is not None:
        made["floor"] = show(line.floor_minor, currency)
    return made


def _charge_to_dict(charge: ShippingCharge, currency: str) -> dict[str, Any]:
    made = {"store": charge.store, "method": charge.method, "amount": show(charge.minor, currency)}
    if charge.id:
        made["id"] = charge.id
    return made


def _lot_to_dict(lot: Lot) -> dict[str, Any]:
    made: dict[str, Any] = {"rule": lot.rule, "pieces": lot.pieces}
    if lot.expires is not None:
        made["expires"] = instant_text(lot.expires)
    return made
