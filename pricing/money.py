"""Money at the door: py-money and text on one side, whole minor units on the other.

Reads `Money` objects and amounts written as text; makes `int` minor units (US cents, yen, fils), and back. This is the
only file that imports py-money. Everything goes through the currency's number of decimals: py-money's own `sub_units`
and `from_sub_units` are wrong for some thirty currencies (KRW, VND, XOF, ...), and its arithmetic is slow.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache

from money.currency import Currency, CurrencyHelper
from money.money import Money

LARGEST = 10**15
"""No amount may reach this many minor units: ten thousand billion dollars is a slip, not a price."""

_AMOUNT = re.compile(r"(0|[1-9][0-9]*)(?:\.([0-9]+))?\Z", re.ASCII)


class AmountError(ValueError):
    """An amount or a currency that cannot be read; the message says why, in words for its writer."""


@cache
def decimals(currency: str) -> int:
    """How many decimals the currency has: 2 for USD, 0 for JPY, 3 for KWD. Raises AmountError for an unknown code.

    Never more than a `Money` can hold: the ariary and the old ouguiya are five khoums each, not a hundred, so py-money
    takes one decimal of them, where ISO 4217 lists two.
    """
    try:
        known = Currency[currency]
    except KeyError:
        raise AmountError(f"There is no currency called {currency[:40]!r}; use an ISO code such as USD") from None
    places = int(CurrencyHelper.decimal_precision_for_currency(known))
    return min(places, len(str(CurrencyHelper.sub_unit_for_currency(known) - 1)))


def parse(text: str, currency: str) -> int:
    """Minor units of an amount written in major units, such as "12.50". Raises AmountError, never rounds."""
    places = decimals(currency)
    found = _AMOUNT.match(text)
    if found is None:
        raise AmountError(f"{text[:40]!r} is not an amount; write it like {_example(places)!r}")
    whole, part = found[1], found[2] or ""
    if len(part) > places:
        many = {0: "no decimals", 1: "only 1 decimal"}.get(places, f"only {places} decimals")
        raise AmountError(f"{text[:40]!r} has too many decimals: {currency} has {many}")
    if len(whole) > 15 or (minor := int(whole + part.ljust(places, "0"))) >= LARGEST:
        raise AmountError(f"{text[:40]!r} is too large for an amount")
    return minor


def show(minor: int, currency: str) -> str:
    """The amount in major units with all its decimals: 1250 in USD is "12.50", in JPY "1250"."""
    places = decimals(currency)
    sign, digits = ("-", -minor) if minor < 0 else ("", minor)
    if places == 0:
        return f"{sign}{digits}"
    whole, part = divmod(digits, 10**places)
    return f"{sign}{whole}.{part:0{places}d}"


def to_money(minor: int, currency: str) -> Money:
    """The same amount as a py-money `Money`."""
    return Money(show(minor, currency), Currency[currency])


def from_money(amount: Money) -> tuple[int, str]:
    """Minor units and currency code of a py-money `Money`. Raises AmountError when it is not one."""
    if not isinstance(amount, Money):
        raise AmountError(f"expected a Money, not {type(amount).__name__}")
    currency: str = amount.currency.name
    scaled = Decimal(amount.amount).scaleb(decimals(currency))
    minor = int(scaled)
    if minor != scaled:
        raise AmountError(f"{amount.amount} has too many decimals for {currency}")
    if abs(minor) >= LARGEST:
        raise AmountError(f"{amount.amount} is too large for an amount")
    return minor, currency


def _example(places: int) -> str:
    return "12." + "50000"[:places] if places else "12"
