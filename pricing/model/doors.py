"""Doors through which the model's own methods reach JSON and text: `Cart.from_dict`, `Quote.to_dict`, `Quote.receipt`.

The model knows neither `wire` nor `receipt`; these hang themselves in here when `pricing` is imported, which happens
before any module of the model can be.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class Doors:
    """One function behind each door, with the arguments of the method that leads to it."""

    cart_from_dict: Callable[[object], Any]
    cart_to_dict: Callable[[Any], dict[str, Any]]
    quote_to_dict: Callable[..., dict[str, Any]]
    receipt: Callable[..., str]
    cart_schema: Callable[[], dict[str, Any]]
    quote_schema: Callable[[], dict[str, Any]]


doors = Doors()
