"""Carts in JSON read the short way: each value is looked at once, and what is not plainly right is left to `problems`.

Reads a JSON object, or its text; makes the very `Cart` that the slow way would make, or None, which says nothing about
what is wrong. A cart that passes here has been held to all that `model.cart` asks of one, so its parts are put together
without asking again. Compiled where that is possible (setup.py).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from attrs import fields_dict

from pricing.model.cart import (
    MOST_CODES,
    MOST_COINS,
    MOST_LINES,
    MOST_LOTS,
    MOST_UNITS,
    Cart,
    Customer,
    Line,
    Lot,
    ShippingCharge,
    TypedCode,
    Wallet,
    in_utc,
)
from pricing.model.checked import MOST_TEXT, typed_code
from pricing.money import LARGEST, decimals, parse
from pricing.wire.fields import instant

CART_KEYS: Final = frozenset(
    {"currency", "at", "customer", "country", "region", "channel", "payment", "lines", "shipping", "wallet", "codes"}
)
LINE_KEYS: Final = frozenset(
    {"id", "sku", "store", "price", "quantity", "categories", "brand", "tags", "title", "was", "floor"}
)
CHARGE_KEYS: Final = frozenset({"store", "method", "amount", "id"})
LOT_KEYS: Final = frozenset({"rule", "pieces", "expires"})
WALLET_KEYS: Final = frozenset({"coins", "coupons"})
CUSTOMER_KEYS: Final = frozenset({"id", "segments"})
CODE_KEYS: Final = frozenset({"code", "rule"})

_NONE: Final[dict[str, Any]] = {}
_EMPTY: Final[list[Any]] = []
_NOBODY: Final = Customer()
_NOTHING: Final = Wallet()

_amount: Final[Callable[[str, str], int]] = lru_cache(65_536)(parse)
"""Prices come again and again."""
_decode: Final[Callable[[str], Any]] = json.JSONDecoder().decode
_new: Final[Any] = object.__new__


def _setters(made: type, names: str) -> tuple[Any, ...]:
    """What sets each field of a frozen class, without its converters and checks."""
    return tuple([getattr(made, name).__set__ for name in names.split()])


_FIELDS: Final = {
    Cart: "currency at lines shipping customer channel country wallet codes region payment",
    Line: "sku store _price quantity id categories brand tags title _was _floor",
    Lot: "rule pieces expires",
    Wallet: "coins coupons",
    Customer: "id segments",
}
_CART: Final = _setters(Cart, _FIELDS[Cart])
_LINE: Final = _setters(Line, _FIELDS[Line])
_LOT: Final = _setters(Lot, _FIELDS[Lot])
_WALLET: Final = _setters(Wallet, _FIELDS[Wallet])
_CUSTOMER: Final = _setters(Customer, _FIELDS[Customer])
_KNOWS_ALL: Final = all(set(names.split()) == set(fields_dict(made)) for made, names in _FIELDS.items())
"""Whether these are all fields there are; where a new one has come, the long way reads every cart."""


class NotPlainError(ValueError):
    """Somebody else has to look."""


def plain_cart(text: str) -> Cart | None:
    """The cart of a JSON text; None for whatever is not plainly right."""
    if "\\" in text or not _KNOWS_ALL:
        return None  # what is written otherwise than it reads cannot be counted
    try:
        data = _decode(text)
    except (ValueError, RecursionError):
        return None
    # A key that stands twice is a mistake, and a plain dictionary keeps the last. So colons are counted: one stands behind
    # each key, and the others in texts.
    reader = Reader()
    made = reader.read(data)
    return made if made is not None and reader.keys + reader.colons == text.count(":") else None


def cart_of(data: object) -> Cart | None:
    """The cart of a JSON object; None for whatever is not plainly right."""
    return Reader().read(data) if _KNOWS_ALL else None


class Reader:
    """Reads one cart."""

    __slots__ = ("colons", "currency", "keys", "needed", "optional", "total")

    def __init__(self) -> None:
        self.keys = 0
        """Of all objects so far."""
        self.colons = 0
        """In texts."""
        self.currency = ""
        self.needed: list[Any] = []
        """Texts that must not be empty."""
        self.optional: list[Any] = []
        self.total = 0
        """What everything costs, minor units."""

    def read(self, data: Any) -> Cart | None:
        """The cart; None for whatever is not plainly right."""
        try:
            return self.cart(data)
        except (ValueError, KeyError, TypeError, OverflowError):  # AmountError is a ValueError
            return None

    def record(self, data: Any, known: frozenset[str]) -> dict[str, Any]:
        """An object without foreign keys."""
        if type(data) is not dict or not data.keys() <= known:
            raise NotPlainError
        self.keys += len(data)
        found: dict[str, Any] = data
        return found

    def entries(self, data: Any, most: int) -> list[Any]:
        if type(data) is not list or len(data) > most:
            raise NotPlainError
        found: list[Any] = data
        return found

    def texts(self, data: Any) -> tuple[Any, ...]:
        """A list of names."""
        found = self.entries(data, MOST_LINES)
        self.needed += found
        return tuple(found)

    def amount(self, data: Any) -> tuple[int, str] | None:
        """An amount or nothing."""
        if data is None:
            return None
        return self.price(data), self.currency

    def price(self, data: Any) -> int:
        if type(data) is not str:
            raise NotPlainError
        return _amount(data, self.currency)

    def moment(self, data: Any) -> datetime:
        if type(data) is not str:
            raise NotPlainError
        self.colons += data.count(":")
        return instant(data)

    def count(self, data: Any, least: int, most: int) -> int:
        if type(data) is not int or not least <= data <= most:
            raise NotPlainError
        found: int = data
        return found

    def cart(self, data: Any) -> Cart:
        """All of it. Raises what `read` catches."""
        given = self.record(data, CART_KEYS)
        self.currency = currency = given["currency"]
        decimals(currency)
        at = self.moment(given["at"])
        if not 1970 <= at.year <= 9998:
            raise NotPlainError
        lines = self.lines(given["lines"])
        shipping = self.charges(given["shipping"]) if "shipping" in given else ()
        customer = self.customer(given["customer"]) if "customer" in given else _NOBODY
        wallet = self.wallet(given["wallet"]) if "wallet" in given else _NOTHING
        codes = self.codes(given["codes"]) if "codes" in given else ()
        country, region = given.get("country", ""), given.get("region", "")
        channel, payment = given.get("channel", ""), given.get("payment", "")
        self.optional += (country, region, channel, payment)
        if self.total >= LARGEST:
            raise NotPlainError
        self.look()
        made: Cart = _new(Cart)
        values = currency, at, lines, shipping, customer, channel, country, wallet, codes, region, payment
        for put, value in zip(_CART, values, strict=True):
            put(made, value)
        return made

    def look(self) -> None:
        """All texts together: whether each is a name as `checked.text_problem` has it."""
        needed, optional = self.needed, self.optional
        if not all(needed):
            raise NotPlainError
        every = "".join(needed) + "".join(optional)
        if not every.isprintable():
            raise NotPlainError
        self.colons += every.count(":")
        if len(every) > MOST_TEXT and max(*map(len, needed), *map(len, optional)) > MOST_TEXT:
            raise NotPlainError

    def lines(self, data: Any) -> tuple[Line, ...]:
        every = self.entries(data, MOST_LINES)
        made = [self.line(each) for each in every]
        if not made or len({line.id for line in made}) < len(made):
            raise NotPlainError
        return tuple(made)

    def line(self, data: Any) -> Line:
        given = self.record(data, LINE_KEYS)
        sku, store = given["sku"], given["store"]
        price = self.price(given["price"])
        quantity = self.count(given["quantity"], 1, MOST_UNITS)
        name = given.get("id", sku)
        self.needed += (sku, store, name)
        brand, title = given.get("brand", ""), given.get("title", "")
        self.optional += (brand, title)
        categories = given.get("categories")
        tags = given.get("tags")
        cost = price * quantity
        if cost >= LARGEST or (categories is None and "categories" in given) or (tags is None and "tags" in given):
            raise NotPlainError
        self.total += cost
        put = _LINE
        made: Line = _new(Line)
        put[0](made, sku)
        put[1](made, store)
        put[2](made, (price, self.currency))
        put[3](made, quantity)
        put[4](made, name)
        put[5](made, () if categories is None else self.texts(categories))
        put[6](made, brand)
        put[7](made, () if tags is None else self.texts(tags))
        put[8](made, title)
        put[9](made, self.amount(given.get("was")))
        put[10](made, self.amount(given.get("floor")))
        return made

    def charges(self, data: Any) -> tuple[ShippingCharge, ...]:
        made = []
        apart = set()
        for each in self.entries(data, MOST_LINES):
            given = self.record(each, CHARGE_KEYS)
            store, method, name = given["store"], given["method"], given.get("id", "")
            minor = self.price(given["amount"])
            self.total += minor
            self.needed += (store, method)
            self.optional.append(name)
            apart.add((store, method, name))
            made.append(ShippingCharge(store, method, (minor, self.currency), name))
        if len(apart) < len(made):
            raise NotPlainError
        return tuple(made)

    def customer(self, data: Any) -> Customer:
        given = self.record(data, CUSTOMER_KEYS)
        name = given.get("id", "")
        self.optional.append(name)
        made: Customer = _new(Customer)
        _CUSTOMER[0](made, name)
        _CUSTOMER[1](made, self.texts(given["segments"]) if "segments" in given else ())
        return made

    def wallet(self, data: Any) -> Wallet:
        given = self.record(data, WALLET_KEYS)
        coins = self.count(given["coins"], 0, MOST_COINS) if "coins" in given else 0
        lots = self.entries(given["coupons"], MOST_LOTS) if "coupons" in given else _EMPTY
        made: Wallet = _new(Wallet)
        _WALLET[0](made, coins)
        _WALLET[1](made, tuple([self.lot(each) for each in lots]))
        return made

    def lot(self, data: Any) -> Lot:
        given = self.record(data, LOT_KEYS)
        rule = given["rule"]
        self.needed.append(rule)
        expires = given.get("expires")
        at = None if expires is None else self.moment(expires)
        if at is not None:
            in_utc(at)  # outside the calendar?
        made: Lot = _new(Lot)
        _LOT[0](made, rule)
        _LOT[1](made, self.count(given["pieces"], 0, MOST_UNITS))
        _LOT[2](made, at)
        return made

    def codes(self, data: Any) -> tuple[Any, ...]:
        found: list[Any] = []
        for each in self.entries(data, MOST_CODES):
            if type(each) is dict:
                given = self.record(each, CODE_KEYS)
                code = TypedCode(given["code"], given["rule"])
                self.needed += (code.code, code.rule)
                found.append(code)
                continue
            if type(each) is not str:
                raise NotPlainError
            text = typed_code(each)
            if text:
                self.needed.append(text)
                found.append(text)
        return tuple(found)
