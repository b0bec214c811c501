"""How texts of carts and usage are read, and the fields of usage (INTERFACE: "Cart, JSON"); those of carts are a `table`.

Reads a text; makes what `json` makes of it, instants, and lists of names. Shared by the short way (`cart`) and the slow
one (`problems`).
"""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from typing import Any

from pricing.model.cart import in_utc
from pricing.model.errors import CartError, Problem
from pricing.wire import slips

INSTANT = re.compile(r"\d{4}-\d\d-\d\d[Tt ](?:[01]\d|2[0-3]):\d\d:\d\d(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d:\d\d)", re.ASCII)
"""RFC 3339: a date, a time with seconds, an offset."""

COUNTS = (
    "customer", "today", "total", "items_customer", "customer_day", "customer_week", "customer_month", "items_total"
)  # fmt: skip
SPENT = ("spent", "spent_today")
USAGE = frozenset({*COUNTS, *SPENT})
"""The fields of earlier uses; there are no others."""


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
        raise CartError([Problem(*slips.told(text, error))]) from None
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


# Instants


def instant(text: str) -> datetime:
    """The instant that a text in RFC 3339 names, offset and all. Raises ValueError or TypeError when it is not one."""
    if INSTANT.fullmatch(text) is None:
        raise ValueError("not an instant")
    return datetime.fromisoformat(text.upper())


def instant_text(at: datetime) -> str:
    """The instant as RFC 3339 writes it, with its own offset."""
    # Offsets of whole minutes are all that RFC 3339 can write; local mean time had seconds.
    offset = at.utcoffset() or timedelta()
    return (in_utc(at) if offset % timedelta(minutes=1) else at).isoformat()
