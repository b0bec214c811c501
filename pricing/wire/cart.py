"""Carts in JSON, in and out (INTERFACE: "Cart, JSON"; SPEC section 1).

A correct cart takes the short way of `quick`, which only looks and never explains; anything else is read once more,
slowly, by `problems`, so that its writer hears of every problem at once.
"""

from __future__ import annotations

from typing import Any

from pricing.model.cart import Cart
from pricing.wire import quick
from pricing.wire.fields import json_from_text
from pricing.wire.table import CART


def cart_from_json(text: str | bytes) -> Cart:
    """The cart of a JSON text. Raises CartError with every problem as "what @ path"."""
    made = quick.plain_cart(text) if isinstance(text, str) else None
    return cart_from_dict(json_from_text(text)) if made is None else made


def cart_from_dict(data: object) -> Cart:
    """The cart of a JSON object. Raises CartError with every problem as "what @ path", and nothing else."""
    made = quick.cart_of(data)
    if made is None:
        from pricing.wire.problems import read_slowly

        return read_slowly(data)
    return made


def cart_to_dict(cart: Cart) -> dict[str, Any]:
    """The JSON object of a cart, fields in INTERFACE's order; `cart_from_dict` reads it back to an equal cart."""
    return CART.written(cart, cart.currency)
