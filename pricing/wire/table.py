"""Carts in JSON as a table: a row for each field, with all that is known of it (INTERFACE: "Cart, JSON").

A row says its key, which is also the name of the model's field; its shape, which reads it, writes it and describes it; a
remark for the schema; whether it must be there; and whether it is left out when there is nothing to tell. `cart` reads
and writes by the table, `problems` explains by it, `schema` describes it. A new field is a row here and a field there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, ClassVar, Final, Protocol

from attrs import field, fields_dict, frozen

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
)
from pricing.model.checked import MOST_TEXT
from pricing.money import show
from pricing.wire import schema_words as words
from pricing.wire.fields import instant_text

MISSING: Final = object()
"""Stands for a field that must be there and is not."""


class SlowReader(Protocol):
    """Who reads a value that is not as it should be: notes what is wrong, and gives something harmless instead."""

    currency: str | None

    def known(self, currency: Any) -> bool: ...
    def text(self, data: object, path: str, instead: str) -> str: ...
    def texts(self, data: object, path: str) -> list[str]: ...
    def count(self, data: object, path: str, instead: int) -> int: ...
    def amount(self, data: object, path: str) -> int: ...
    def instant(self, data: object, path: str) -> datetime: ...
    def entries(self, data: object, path: str, most: int = MOST_LINES) -> list[Any]: ...
    def record(self, data: object, known: frozenset[str], needed: Iterable[str], path: str) -> dict[str, Any]: ...


# Shapes of values


@frozen
class Shape:
    """How a value stands in JSON."""

    converts: ClassVar[bool] = True
    """Whether `written` does anything."""

    def slowly(self, reader: SlowReader, data: Any, path: str, number: int) -> Any:
        """The model's value, or something harmless; `number` is the place of its record in a list."""
        raise NotImplementedError

    def written(self, value: Any, currency: str) -> Any:
        """The value in JSON."""
        return value

    def schema(self, says: str) -> dict[str, Any]:
        """The value in JSON Schema."""
        raise NotImplementedError


@frozen
class Text(Shape):
    """Text that the cart looks at."""

    converts: ClassVar[bool] = False

    least: int = 0
    """Fewest signs."""
    instead: str = ""
    """What stands in for it while others are looked at; `{}` is the number of its record."""

    def slowly(self, reader: SlowReader, data: Any, path: str, number: int) -> str:
        return reader.text(data, path, self.instead.format(number))

    def schema(self, says: str) -> dict[str, Any]:
        return words.text(says, least=self.least)


@frozen
class CurrencyCode(Shape):
    """The currency of the whole cart."""

    converts: ClassVar[bool] = False

    def slowly(self, reader: SlowReader, data: Any, path: str, number: int) -> str:
        if data is not MISSING and reader.known(data):
            reader.currency = data
        return reader.currency or "USD"

    def schema(self, says: str) -> dict[str, Any]:
        return words.text(says, pattern="^[A-Z]{3}$")


@frozen
class TextList(Shape):
    """A list of texts."""

    def slowly(self, reader: SlowReader, data: Any, path: str, number: int) -> list[str]:
        return reader.texts(data, path)

    def written(self, value: Any, currency: str) -> list[str]:
        return list(value)

    def schema(self, says: str) -> dict[str, Any]:
        return words.texts(says)


@frozen
class Count(Shape):
    """A whole number."""

    converts: ClassVar[bool] = False

    least: int
    most: int

    def slowly(self, reader: SlowReader, data: Any, path: str, number: int) -> int:
        return reader.count(data, path, self.least)

    def schema(self, says: str) -> dict[str, Any]:
        return words.count(self.least, self.most)


@frozen
class AmountText(Shape):
    """An amount as text in major units; the model keeps minor units and the currency."""

    or_null: bool = False

    def slowly(self, reader: SlowReader, data: Any, path: str, number: int) -> tuple[int, str] | None:
        return None if data is None and self.or_null else (reader.amount(data, path), reader.currency or "USD")

    def written(self, value: Any, currency: str) -> str:
        return show(value[0], currency)

    def schema(self, says: str) -> dict[str, Any]:
        made = words.ref("amount", says)
        return words.or_null(made) if self.or_null else made


@frozen
class Moment(Shape):
    """An instant with its offset."""

    or_null: bool = False

    def slowly(self, reader: SlowReader, data: Any, path: str, number: int) -> datetime | None:
        return None if data is None and self.or_null else reader.instant(data, path)

    def written(self, value: Any, currency: str) -> str:
        return instant_text(value)

    def schema(self, says: str) -> dict[str, Any]:
        made = words.instant(says)
        return words.or_null(made) if self.or_null else made


@frozen
class Row:
    """A field of an object in JSON."""

    key: str
    """Also the name by which the model's class takes it."""
    shape: Shape
    says: str = ""
    """A remark for those who read the schema."""
    needed: bool = False
    sparse: bool = False
    """Left out when there is nothing to tell."""


@frozen
class Record(Shape):
    """An object in JSON, and the class of the model that it becomes."""

    made: Callable[..., Any]
    rows: tuple[Row, ...]
    keys: frozenset[str] = field(init=False)
    """There are no others."""
    needed: tuple[str, ...] = field(init=False)
    _attributes: tuple[tuple[str, str, bool, Callable[[Any, str], Any] | None], ...] = field(init=False)
    """Key, name in the model, whether it is sparse, and what writes it, if anything need be done."""

    @keys.default
    def _keys(self) -> frozenset[str]:
        return frozenset(row.key for row in self.rows)

    @needed.default
    def _needed(self) -> tuple[str, ...]:
        return tuple(row.key for row in self.rows if row.needed)

    @_attributes.default
    def _named(self) -> tuple[tuple[str, str, bool, Callable[[Any, str], Any] | None], ...]:
        names = {each.alias: each.name for each in fields_dict(self.made).values()}  # type: ignore[arg-type]  # a class
        return tuple(
            (row.key, names[row.key], row.sparse, row.shape.written if row.shape.converts else None)
            for row in self.rows
        )

    def slowly(self, reader: SlowReader, data: Any, path: str, number: int) -> Any:
        found = reader.record(data, self.keys, self.needed, path)
        parts = {}
        for row in self.rows:
            if row.needed or row.key in found:
                where = f"{path}.{row.key}" if path else row.key
                parts[row.key] = row.shape.slowly(reader, found.get(row.key, MISSING), where, number)
        return self.made(**parts)

    def written(self, value: Any, currency: str) -> dict[str, Any]:
        told: dict[str, Any] = {}
        for key, name, sparse, write in self._attributes:
            mine = getattr(value, name)
            if mine or not sparse:
                told[key] = mine if write is None else write(mine, currency)
        return told

    def schema(self, says: str) -> dict[str, Any]:
        return words.record({row.key: row.shape.schema(row.says) for row in self.rows}, self.needed, says)


@frozen
class Many(Shape):
    """A list of objects; the schema knows them by a name."""

    of: Shape
    name: str
    most: int
    least: int = 0

    def slowly(self, reader: SlowReader, data: Any, path: str, number: int) -> list[Any]:
        every = reader.entries(data, path, self.most)
        return [self.of.slowly(reader, each, f"{path}[{place}]", place) for place, each in enumerate(every)]

    def written(self, value: Any, currency: str) -> list[Any]:
        return [self.of.written(each, currency) for each in value]

    def schema(self, says: str) -> dict[str, Any]:
        return words.described(words.many(words.ref(self.name), self.most, self.least), says)


# The table

CUSTOMER = Record(Customer, (Row("id", Text()), Row("segments", TextList(), "Names such as new, vip.")))

LINE = Record(
    Line,
    (
        Row("id", Text(1, "line {}"), "Unique in the cart; the sku when not given."),
        Row("sku", Text(1, "line {}"), needed=True),
        Row("store", Text(1, "x"), needed=True),
        Row("price", AmountText(), "List price of one unit.", needed=True),
        Row("quantity", Count(1, MOST_UNITS), needed=True),
        Row("categories", TextList(), "Paths such as home/kitchen."),
        Row("brand", Text()),
        Row("tags", TextList()),
        Row("title", Text(), "What people call the item.", sparse=True),
        Row("was", AmountText(or_null=True), "The struck price of one unit.", sparse=True),
        Row("floor", AmountText(or_null=True), "The least that one unit may cost.", sparse=True),
    ),
)

CHARGE = Record(
    ShippingCharge,
    (
        Row("store", Text(1, "charge {}"), needed=True),
        Row("method", Text(1, "charge {}"), needed=True),
        Row("amount", AmountText(), needed=True),
        Row("id", Text(), "Tells charges of one store and method apart.", sparse=True),
    ),
)

LOT = Record(
    Lot,
    (
        Row("rule", Text(1, "x"), "The coupon's name.", needed=True),
        Row("pieces", Count(0, MOST_UNITS), needed=True),
        Row("expires", Moment(or_null=True), "The pieces can be used before this instant.", sparse=True),
    ),
)

WALLET = Record(Wallet, (Row("coins", Count(0, MOST_COINS)), Row("coupons", Many(LOT, "lot", MOST_LOTS))))

CODE = Record(TypedCode, (Row("code", Text(1, "x"), needed=True), Row("rule", Text(1, "x"), needed=True)))


@frozen
class Code(Shape):
    """What was typed: a text, or a single code with the rule found for it."""

    def slowly(self, reader: SlowReader, data: Any, path: str, number: int) -> Any:
        if isinstance(data, Mapping):
            return CODE.slowly(reader, data, path, number)
        return reader.text(data, path, "x")

    def written(self, value: Any, currency: str) -> Any:
        return value if isinstance(value, str) else CODE.written(value, currency)


@frozen
class Codes(Many):
    """All that was typed."""

    def schema(self, says: str) -> dict[str, Any]:
        either = {"anyOf": [{"type": "string", "maxLength": MOST_TEXT}, words.ref(self.name)]}
        return words.described(words.many(either, self.most, self.least), says)


CART = Record(
    Cart,
    (
        Row("currency", CurrencyCode(), "ISO 4217 code.", needed=True),
        Row("at", Moment(), "The instant to price at, with its offset.", needed=True),
        Row("customer", CUSTOMER),
        Row("country", Text()),
        Row("region", Text(), "ISO 3166-2.", sparse=True),
        Row("channel", Text()),
        Row("payment", Text(), "How the customer pays.", sparse=True),
        Row("lines", Many(LINE, "line", MOST_LINES, 1), needed=True),
        Row("shipping", Many(CHARGE, "charge", MOST_LINES)),
        Row("wallet", WALLET, "What the customer holds."),
        Row(
            "codes",
            Codes(Code(), "code", MOST_CODES),
            "What the customer typed; a single code out of many with the rule found for it.",
        ),
    ),
)
"""In INTERFACE's order, which is also that of problems."""

PARTS: Mapping[str, Record] = {"line": LINE, "charge": CHARGE, "lot": LOT, "code": CODE}
"""What the schema knows by a name."""
