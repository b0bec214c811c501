"""What is wrong with a cart or a usage in JSON: every problem at once, each with its path (SPEC section 1).

Reads a value that the short way in `cart` did not take; makes a `Cart` after all, or one `CartError`. A wrong part is
noted and a harmless one put in its place, so that the cart's own checks (`model.cart`) can look at all the others.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import Any

from pricing.model.cart import MOST_LINES, MOST_USES, Cart, RuleUsage
from pricing.model.checked import count_problems, text_problem
from pricing.model.errors import CartError, Problem, shown
from pricing.money import AmountError, decimals, parse, show
from pricing.wire import fields
from pricing.wire.table import CART, MISSING

_SOME_TIME = datetime(2000, 1, 1, tzinfo=UTC)

_OTHER_WORDS = {
    "qty": "quantity", "count": "quantity", "units": "quantity", "number": "quantity", "amount": "price",
    "unit_price": "price", "list_price": "price", "cost": "price", "charge": "amount", "fee": "amount",
    "time": "at", "date": "at", "when": "at", "shop": "store", "seller": "store", "merchant": "store",
    "items": "lines", "products": "lines", "product": "sku", "article": "sku", "category": "categories",
    "coupon": "coupons", "code": "codes", "name": "rule", "until": "expires", "expiry": "expires", "points": "coins",
    "buyer": "customer", "user": "customer", "delivery": "shipping", "money": "spent", "state": "region",
    "province": "region", "method": "payment", "list": "was", "minimum": "floor", "parcel": "id",
}  # fmt: skip
"""What people write for our fields, beyond slips of the finger."""


def read_slowly(data: object) -> Cart:
    """The cart of a JSON object. Raises CartError with every problem, and nothing else."""
    reader = _Reader()
    cart = reader.cart(data)
    if reader.problems:
        raise CartError(sorted(reader.problems, key=_place))
    assert cart is not None  # no cart without a problem
    return cart


def read_usage(data: object, currency: str | None) -> dict[str, RuleUsage]:
    """Earlier uses by rule name. Raises CartError with every problem, and nothing else.

    `currency` None: everything is looked at but the decimals of amounts, and all amounts come out as 0.
    """
    reader = _Reader()
    if currency is not None and reader.known(currency):
        reader.currency = currency
    made = {}
    for rule, counts in reader.mapping(data, "usage").items():
        what = text_problem(rule)
        path = _under("usage", rule)
        if what is not None:
            reader.note(what, path)
        made[rule] = reader.usage(counts, path)
    if reader.problems:
        raise CartError(reader.problems)
    return made


class _Reader:
    """Reads one value; `problems` grows on the way."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.currency: str | None = None
        """None: not known, so amounts cannot be looked at closely."""

    def note(self, what: str, path: str) -> None:
        self.problems.append(Problem(what, path))

    # Kinds of values. Each notes what is wrong and gives something harmless instead.

    def mapping(self, data: object, path: str) -> dict[Any, Any]:
        """A JSON object; {} when it is none."""
        if data is MISSING:
            return {}
        if not isinstance(data, Mapping):
            self.note(f"expected an object, not {_shown(data)}", path or "cart")
            return {}
        if isinstance(data, fields.DoubledKeys):
            for key in data.doubled:
                self.note("this field stands twice", _under(path, key))
        return dict(data)

    def record(self, data: object, known: frozenset[str], needed: Iterable[str], path: str) -> dict[str, Any]:
        """A JSON object with these fields and no others, of which the `needed` ones must be there."""
        made = self.mapping(data, path)
        for name in made:
            if name not in known:
                self.note(_unknown(name, known), _under(path, name))
        if isinstance(data, Mapping):
            for name in needed:
                if name not in made:
                    self.note("this field is missing", _under(path, name))
        return made

    def entries(self, data: object, path: str, most: int = MOST_LINES) -> list[Any]:
        if data is MISSING:
            return []
        if not isinstance(data, (list, tuple)):
            self.note(f"expected a list, not {_shown(data)}", path)
            return []
        if len(data) > most:
            self.note(f"has {len(data)} entries; at most {most} are allowed", path)
            return []
        return list(data)

    def text(self, data: object, path: str, instead: str) -> str:
        if isinstance(data, str):
            return data
        if data is not MISSING:
            self.note(f"expected text, not {_shown(data)}", path)
        return instead

    def texts(self, data: object, path: str) -> list[str]:
        entries = self.entries(data, path)
        return [self.text(entry, f"{path}[{place}]", "x") for place, entry in enumerate(entries)]

    def count(self, data: object, path: str, instead: int) -> int:
        """A whole number; how large it may be is for the cart to check."""
        if type(data) is int:
            return data
        if data is not MISSING:
            self.note(f"expected a whole number, not {_shown(data)}", path)
        return instead

    def amount(self, data: object, path: str) -> int:
        """Minor units of an amount written as text."""
        if data is MISSING:
            return 0
        if not isinstance(data, str):
            example = show(
                4500 if self.currency is None else 45 * 10 ** decimals(self.currency), self.currency or "USD"
            )
            self.note(f'expected an amount as text, such as "{example}", not {_shown(data)}', path)
        elif re.match(r"\s*[-−]\s*[0-9]", data):
            self.note("an amount is never negative", path)
        elif self.currency is not None:
            try:
                return parse(data, self.currency)
            except AmountError as error:
                self.note(str(error), path)
        return 0

    def instant(self, data: object, path: str) -> datetime:
        if data is MISSING:
            return _SOME_TIME
        example = "2026-06-20T18:30:00-07:00"
        if not isinstance(data, str):
            self.note(f'expected an instant as text, such as "{example}", not {_shown(data)}', path)
            return _SOME_TIME
        try:
            return fields.instant(data)
        except ValueError:
            pass
        what = f"{shown(data)} is not an instant; write it like {example}"
        if fields.INSTANT.fullmatch(data):
            what = f"{shown(data)} is not in the calendar or not on the clock"
        elif fields.INSTANT.fullmatch(data + "Z"):
            what = f"{shown(data)} needs an offset, as in {example}"
        self.note(what, path)
        return _SOME_TIME

    def known(self, currency: str) -> bool:
        """Whether this is a currency; notes it when not."""
        try:
            decimals(currency)
        except (AmountError, TypeError) as error:
            upper = currency.strip().upper() if isinstance(currency, str) else ""
            try:
                decimals(upper)
                what = f"There is no currency called {shown(currency)}; did you mean {upper!r}?"
            except AmountError:
                what = f"There is no currency called {shown(currency)}; use an ISO code such as USD"
            self.note(what if isinstance(error, AmountError) else f"expected text, not {_shown(currency)}", "currency")
            return False
        return True

    # Things made of them

    def cart(self, data: object) -> Cart | None:
        try:
            made: Cart = CART.slowly(self, data, "", 0)
        except CartError as error:
            told = {problem.path for problem in self.problems}
            self.problems += [problem for problem in error.problems if problem.path not in told and "cart" not in told]
            return None
        return made

    def usage(self, data: object, path: str) -> RuleUsage:
        if isinstance(data, RuleUsage):
            return data
        get = self.record(data, fields.USAGE, (), path).get
        counts: dict[str, int] = {}
        for name in fields.COUNTS:
            count = get(name, 0)
            wrong = list(count_problems(count, 0, MOST_USES, f"{path}.{name}"))
            self.problems += [Problem(_what_of(problem, count), problem.path) for problem in wrong]
            counts[name] = 0 if wrong else count
        spent = {name: self.amount(get(name, MISSING), f"{path}.{name}") for name in fields.SPENT}
        return RuleUsage(**spent, **counts)


def _shown(value: object) -> str:
    if isinstance(value, fields.HugeNumber):
        return f"a number of {value.digits} digits"
    if isinstance(value, Mapping):
        return "an object"
    return {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}.get(text := shown(value), text)


def _what_of(problem: Problem, value: object) -> str:
    if isinstance(value, (fields.HugeNumber, fields.DoubledKeys)):
        return f"expected a whole number, not {_shown(value)}"
    return problem.what


def _under(path: str, name: object) -> str:
    """The path of a field; what is not a plain name is quoted, so that a path never breaks a line or a terminal."""
    if isinstance(name, str) and len(name) <= 60 and re.fullmatch(r"[\w./-]+", name):
        return f"{path}.{name}" if path else name
    return f"{path}[{shown(name)}]"


def _unknown(name: object, known: frozenset[str]) -> str:
    if not isinstance(name, str):
        return "a field's name is text"
    near = _OTHER_WORDS.get(name.lower().strip(), "")
    if near not in known and len(name) <= 40:
        near = next(iter(get_close_matches(name.lower(), sorted(known), 1)), "")
    return f"unknown field; did you mean {near!r}?" if near in known else "unknown field"


def _place(problem: Problem) -> tuple[int, list[tuple[int, str]]]:
    """In the order of INTERFACE's fields, then by number: lines[2] before lines[10]."""
    first = re.split(r"[.\[]", problem.path)[0]
    parts = [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"[.\[\]]+", problem.path)]
    return _ORDER.get(first, -1), parts


_ORDER = {row.key: place for place, row in enumerate(CART.rows)}
