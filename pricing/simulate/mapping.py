"""Orders that stand in columns, one row for each line of an order: which column is which field of a cart.

Reads a TOML file with two tables, `[cart]` and `[line]`; makes carts in JSON (INTERFACE: "Cart, JSON") of rows.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from attrs import frozen

CART = ("order", "at", "currency", "customer", "segments", "country", "region", "channel", "payment", "coins", "coupons",
        "codes")  # fmt: skip
LINE = ("id", "sku", "store", "price", "quantity", "categories", "brand", "tags", "title", "was", "floor")
LISTS = frozenset({"segments", "codes", "categories", "tags", "coupons"})
NEEDED = (("cart", "order"), ("cart", "at"), ("cart", "currency"), ("line", "sku"), ("line", "store"),
          ("line", "price"), ("line", "quantity"))  # fmt: skip


class WrongOrders(ValueError):
    """Orders, or the mapping of their columns, that cannot be read; the message says what and where."""


@frozen
class Columns:
    """For each field of a cart and of a line the column that holds it, or a text that is the same in all rows."""

    cart: tuple[tuple[str, str], ...]
    line: tuple[tuple[str, str], ...]
    zone: str = ""
    """IANA name; instants without an offset are local times of it."""
    between: str = "|"
    """What stands between the values of a list."""

    def columns(self) -> list[str]:
        """The columns that are read, each once."""
        named = [column for _, column in (*self.cart, *self.line) if not column.startswith("=")]
        return list(dict.fromkeys(named))


def mapping_of(columns: Iterable[str], where: str) -> Columns:
    """The mapping of a file whose columns are called like the fields themselves. Raises WrongOrders."""
    known = set(columns)
    cart = tuple((name, name) for name in CART if name in known)
    line = tuple((name, name) for name in LINE if name in known)
    return _checked(Columns(cart, line), where, known)


def read_mapping(file: str) -> Columns:
    """The mapping in a TOML file. Raises WrongOrders, OSError."""
    try:
        data = tomllib.loads(Path(file).read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise WrongOrders(f"{file}: {error}") from None
    tables: dict[str, dict[str, str]] = {}
    for name, fields in (("cart", (*CART, "zone", "between")), ("line", LINE)):
        table = data.pop(name, {})
        if not isinstance(table, dict):
            raise WrongOrders(f"{file}: [{name}] is a table of fields and columns")
        for field, column in table.items():
            if field not in fields:
                raise WrongOrders(f"{file}: [{name}] has no field {field!r}; there are {', '.join(fields)}")
            if not isinstance(column, str) or not column:
                raise WrongOrders(f"{file}: {name}.{field} is the name of a column, or =TEXT")
        tables[name] = table
    if data:
        raise WrongOrders(f"{file}: there are only the tables [cart] and [line], not {min(data)!r}")
    zone, between = tables["cart"].pop("zone", ""), tables["cart"].pop("between", "|")
    if zone:
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError):
            raise WrongOrders(f"{file}: there is no zone called {zone!r}") from None
    made = Columns(tuple(sorted(tables["cart"].items())), tuple(sorted(tables["line"].items())), zone, between)
    return _checked(made, file, None)


def _checked(made: Columns, where: str, known: set[str] | None) -> Columns:
    tables = {"cart": dict(made.cart), "line": dict(made.line)}
    missing = [f"{table}.{field}" for table, field in NEEDED if field not in tables[table]]
    if missing:
        hint = "" if known is None else "; name the columns with --columns FILE"
        raise WrongOrders(f"{where}: no column for {', '.join(missing)}{hint}")
    return made


def carts_of(rows: Iterable[Mapping[str, Any]], mapping: Columns) -> Iterator[tuple[str, str]]:
    """(number of the order, its cart as JSON) of rows in which those of one order stand together.

    A value that makes no cart goes into the JSON as it is, so that the cart's own check names it.
    """
    cart, line = dict(mapping.cart), dict(mapping.line)
    order = cart.pop("order")
    lines: list[dict[str, Any]] = []
    head: dict[str, Any] = {}
    last: str | None = None
    for row in rows:
        number = _text(_value(row, order))
        if number != last:
            if last is not None:
                yield last, _json(head, lines)
            last, lines = number, []
            head = {name: _field(name, _value(row, column), mapping) for name, column in cart.items()}
        made = {name: _field(name, _value(row, column), mapping) for name, column in line.items()}
        made.setdefault("id", f"{len(lines) + 1:04d}")
        lines.append({name: value for name, value in made.items() if value is not None})
    if last is not None:
        yield last, _json(head, lines)


def _value(row: Mapping[str, Any], column: str) -> Any:
    return column[1:] if column.startswith("=") else row.get(column)


def _field(name: str, value: Any, mapping: Columns) -> Any:
    """A value as the JSON of a cart has it; None when there is none."""
    if value is None or value == "":
        return None
    if name in LISTS and not isinstance(value, list):
        return [part.strip() for part in str(value).split(mapping.between) if part.strip()]
    if name in ("quantity", "coins"):
        text = _text(value).removesuffix(".0")
        return int(text) if text.lstrip("-").isascii() and text.lstrip("-").isdigit() and len(text) < 20 else text
    if name == "at":
        return _instant(value, mapping.zone)
    return value if isinstance(value, list) else _text(value)


def _text(value: Any) -> str:
    """A number as it is written; a float in its shortest form, which is the text that it was read from; a decimal
    without the zeros that its column adds.
    """
    if isinstance(value, Decimal):
        text = f"{value:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def _instant(value: Any, zone: str) -> str:
    """RFC 3339; a local time gets the offset of the zone, when there is one."""
    at = value
    if not isinstance(at, datetime):
        try:
            at = datetime.fromisoformat(str(value).strip())
        except ValueError:
            return str(value)
    if at.tzinfo is None and zone:
        at = at.replace(tzinfo=ZoneInfo(zone))
    return at.isoformat(timespec="seconds")


def _json(head: dict[str, Any], lines: list[dict[str, Any]]) -> str:
    made: dict[str, Any] = {name: value for name, value in head.items() if value is not None}
    customer = {"id": made.pop("customer", None), "segments": made.pop("segments", None)}
    coins, coupons = made.pop("coins", None), made.pop("coupons", None)
    wallet = {"coins": coins, "coupons": None if coupons is None else [_lot(each) for each in coupons]}
    for name, table in (("customer", customer), ("wallet", wallet)):
        filled = {field: value for field, value in table.items() if value is not None}
        if filled:
            made[name] = filled
    made["lines"] = lines
    return json.dumps(made, ensure_ascii=False, separators=(",", ":"))


def _lot(text: Any) -> Any:
    """A rule, or a rule and its pieces with a star between."""
    rule, star, pieces = str(text).rpartition("*")
    return {"rule": rule, "pieces": int(pieces)} if star and pieces.isdecimal() else {"rule": str(text), "pieces": 1}
