"""What every part of a cart or a usage is held to: amounts, lists, instants, names, counts and codes, one at a time.

Converters make what a caller gives into what the model keeps, and leave alone what is not theirs to judge; the `problem`
functions say what is wrong with a value. `model.cart` and `wire.problems` put paths before it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any
from unicodedata import category

from pricing.model.codes import without_ends
from pricing.model.errors import CartError, Problem, shown
from pricing.money import AmountError, from_money

if TYPE_CHECKING:
    from money.money import Money

Amount = tuple[int, str]
"""Minor units and currency code: what a `Money` becomes inside."""

MOST_TEXT = 1_000
"""No name may have more characters."""


# Converters


def price(value: Money | Amount) -> Amount:
    """A converter from a `Money`, or an amount as it is kept. Raises CartError for anything else."""
    if type(value) is tuple and len(value) == 2 and type(value[0]) is int and type(value[1]) is str:
        return value  # most carts come from JSON, where this is all that there is to do
    return _kept(value, "price")


def charge(value: Money | Amount) -> Amount:
    """The same for what shipping costs."""
    return _kept(value, "amount")


def struck(value: Money | Amount | None) -> Amount | None:
    """The same for a struck price; None says that there is none."""
    return None if value is None else _kept(value, "was")


def floor(value: Money | Amount | None) -> Amount | None:
    """The same for the least that a unit may cost; None says that it may cost anything."""
    return None if value is None else _kept(value, "floor")


def _kept(value: Money | Amount, path: str) -> Amount:
    if type(value) is tuple:
        if len(value) == 2 and type(value[0]) is int and type(value[1]) is str:
            return value
        raise CartError([Problem("expected a Money, or minor units and a currency code", path)])
    try:
        return from_money(value)  # type: ignore[arg-type]  # a tuple that is not exactly a tuple is refused inside
    except AmountError as error:
        raise CartError([Problem(str(error), path)]) from None


def entries(values: Iterable[Any]) -> tuple[Any, ...]:
    """A converter from a list of any kind; what is none stays as it is."""
    # A text is an iterable too, of letters: `tags="new"` would quietly become n, e, w. The cart's check says so.
    if type(values) is tuple or isinstance(values, (str, bytes)) or not isinstance(values, Iterable):
        return values  # type: ignore[return-value]
    return tuple(values)


def settled(instant: Any) -> Any:
    """A converter to the same instant with the offset it has, as a number instead of a zone.

    A zone cannot be written as JSON, and Python calls no two instants equal when one falls into the hour that a clock
    change repeats.
    """
    if not isinstance(instant, datetime) or instant.tzinfo is None or type(instant.tzinfo) is timezone:
        return instant
    offset = instant.utcoffset()
    return instant if offset is None else instant.replace(tzinfo=timezone(offset), fold=0)


def typed(codes: Iterable[Any]) -> tuple[Any, ...]:
    """A converter for what a customer typed: each code without what stands around it, empty ones left out (SPEC 2)."""
    found = entries(codes)
    if type(found) is not tuple:
        return found
    return tuple([code for code in map(typed_code, found) if code != ""])


def typed_code(code: Any) -> Any:
    """A code without what is nothing around it; what is no text stays as it is."""
    if not isinstance(code, str) or (code[:1].isalnum() and code[-1:].isalnum()):
        return code  # neither a letter nor a digit is ever nothing
    return without_ends(code)


# What is wrong


def list_problems(path: str, found: object, expected: tuple[type, ...], most: int) -> Iterator[Problem]:
    """What is wrong with a list as a whole, and entries of a wrong type; of texts, `text_problem` says more."""
    if type(found) is not tuple:
        yield Problem(f"expected a list, not {shown(found)}", path)
    elif len(found) > most:
        yield Problem(f"has {len(found)} entries; at most {most} are allowed", path)
    elif expected[0] is not str:
        for place, entry in enumerate(found):
            if type(entry) not in expected:
                yield Problem(f"expected a {expected[0].__name__}, not {shown(entry)}", f"{path}[{place}]")


def text_problem(value: object, *, may_be_empty: bool = False) -> str | None:
    """What is wrong with a name, or None. Control characters and half characters never get past the door."""
    if not isinstance(value, str):
        return f"expected text, not {shown(value)}"
    if not value:
        return None if may_be_empty else "is empty"
    if len(value) > MOST_TEXT:
        return f"has {len(value)} characters; at most {MOST_TEXT} are allowed"
    if not value.isprintable():
        for letter in value:
            if category(letter) in _NOT_IN_NAMES or letter in _TURNS_TEXT_ROUND:
                return f"contains a character that cannot be shown, {letter!a}"
    return None


_NOT_IN_NAMES = frozenset({"Cc", "Cs", "Zl", "Zp"})
"""Control characters, halves of surrogate pairs, line and paragraph separators."""
_TURNS_TEXT_ROUND = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""These make what follows read backwards, amounts on a receipt included."""


def count_problems(count: object, least: int, most: int, path: str) -> Iterator[Problem]:
    """What is wrong with a count of things."""
    if type(count) is not int:  # a bool is an int to Python, and no count to anybody else
        yield Problem(f"expected a whole number, not {shown(count)}", path)
    elif not least <= count <= most:
        yield Problem(f"must be from {least} to {most}, not {shown(count)}", path)
