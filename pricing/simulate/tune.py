"""What-if search: the value of a card's one open number that meets a goal on past orders.

Reads a folder of rules in which one `?` stands for a number, as in `spend ? take 5.00 off`; makes one `Point` for each
value that was tried. Each is a whole replay, so every figure is exact. Values are taken from a grid that is narrowed
around the best one; what lies between tried values is taken to lie between their outcomes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path

from attrs import frozen

from pricing.language.loading.load import load_texts
from pricing.model.errors import RuleErrors
from pricing.model.rulebook import RuleBook
from pricing.simulate.mapping import WrongOrders
from pricing.simulate.sums import Answer
from pricing.simulate.watch import changed

AT_ONCE = 9
"""So many values of a stretch are tried before it is narrowed."""
MOST_VALUES = 10_000
"""Of a grid."""
_OPEN = re.compile(r"(?<!\S)\?(?=%?(?:[\s,]|$))")


@frozen
class OpenCard:
    """A folder with its one open number."""

    texts: Mapping[str, str]
    file: str
    place: int
    """Where in the text of the file the `?` stands."""

    def book(self, value: str) -> RuleBook:
        """The rules with a value in its place. Raises RuleErrors."""
        text = self.texts[self.file]
        filled = f"{text[: self.place]}{value}{text[self.place + 1 :]}"
        loaded = load_texts({**self.texts, self.file: filled})
        if loaded.book is None:
            raise RuleErrors(loaded.diagnostics, loaded.report())
        return loaded.book

    def rule(self, values: Sequence[str]) -> str:
        """The name of the card. Raises RuleErrors, WrongOrders when the value changes no card, or several."""
        names = changed(self.book(values[0]), self.book(values[-1]))[1]
        if len(names) != 1:
            raise WrongOrders(f"{self.file}: the ? changes {len(names)} cards; it stands in one card's number")
        return next(iter(names))


@frozen
class Goal:
    """What a value must keep to. None: it is not asked for."""

    spend_at_most: int | None = None
    """What the card may save in all, minor units."""
    reach_at_least: int | None = None
    """Hundredths of a per cent of all orders that use it."""
    keep_at_least: int | None = None
    """Hundredths of a per cent of the list price that orders still pay."""

    @property
    def generous(self) -> bool:
        """Whether, of what meets it, the most is wanted; else the least that does."""
        return self.spend_at_most is not None or self.keep_at_least is not None


@frozen
class Point:
    """What one value would have come to. Amounts are minor units."""

    value: str
    saved: int
    """By the card."""
    orders: int
    """That use it."""
    uses: int
    all_orders: int
    listed: int
    pays: int
    meets: bool


def read_open_card(folder: str) -> OpenCard:
    """The rules of a folder and their one `?`. Raises WrongOrders, OSError."""
    root = Path(folder)
    if not root.is_dir():
        raise WrongOrders(f"{folder}: there is no such folder")
    files = [*root.rglob("*.promo"), *(root / "catalogue").glob("*.csv")]
    mine = sorted(file for file in files if not any(part.startswith(".") for part in file.relative_to(root).parts))
    texts = {file.relative_to(root).as_posix(): file.read_text(encoding="utf-8-sig") for file in mine if file.is_file()}
    found = [(name, place) for name in texts if name.endswith(".promo") for place in _places(texts[name])]
    if len(found) != 1:
        where = ", ".join(f"{name}:{texts[name].count(chr(10), 0, place) + 1}" for name, place in found)
        raise WrongOrders(
            f"{folder}: one number is left open with a ?, as in `spend ? take 5.00 off`; "
            + (f"here are several: {where}" if found else "here is none")
        )
    return OpenCard(texts, *found[0])


def _places(text: str) -> Iterable[int]:
    """Where a `?` stands for a number: by itself, outside quotes and remarks."""
    begin = 0
    for line in text.splitlines(keepends=True):
        bare = re.sub(r'"[^"]*"|#.*', lambda found: " " * len(found[0]), line)
        yield from (begin + found.start() for found in _OPEN.finditer(bare))
        begin += len(line)


def grid(first: str, last: str, step: str) -> list[str]:
    """The values from `first` to `last`, written with as many decimals as the three have. Raises WrongOrders."""
    try:
        low, high, by = (Decimal(text) for text in (first, last, step))
        places = max(-int(number.as_tuple().exponent) for number in (low, high, by))
    except (InvalidOperation, TypeError, ValueError):
        raise WrongOrders("from, to and by are numbers such as 20.00, 80.00 and 5.00") from None
    if by <= 0 or high < low:
        raise WrongOrders("from is not above to, and by is above zero")
    many = int((high - low) / by) + 1
    if many > MOST_VALUES:
        raise WrongOrders(f"these are {many:,} values; at most {MOST_VALUES:,} are looked at")
    return [f"{low + by * at:.{max(places, 0)}f}" for at in range(many)]


Replay = Callable[[RuleBook], Answer]
"""A whole replay of the orders under one version of the rules."""


def tune(
    card: OpenCard, values: Sequence[str], goal: Goal, replay: Replay, every: bool = False
) -> tuple[list[Point], Point | None]:
    """(all points that were tried, in order of value; the one that meets the goal best, or None).

    With `every` no value is passed over: for cards that save more and then less again as the number grows.
    Raises RuleErrors when a value makes no card, WrongOrders.
    """
    rule = card.rule(values)
    tried: dict[int, Point] = {}
    wanted = list(range(len(values))) if every else _spread(0, len(values) - 1)
    while wanted:
        for at in wanted:
            tried[at] = _point(values[at], rule, card.book(values[at]), goal, replay)
        wanted = [] if every else _next(tried, goal)
    points = [tried[at] for at in sorted(tried)]
    best = _best(tried, goal)
    return points, None if best is None else tried[best]


def _spread(low: int, high: int) -> list[int]:
    """At most so many places from `low` to `high`, both among them."""
    many = min(high - low + 1, AT_ONCE)
    return [low] if many == 1 else sorted({low + (high - low) * at // (many - 1) for at in range(many)})


def _next(tried: Mapping[int, Point], goal: Goal) -> list[int]:
    """Untried places beside the best one; without one that meets the goal, beside the one that comes nearest to it."""
    places = sorted(tried)
    best = _best(tried, goal)
    if best is None:
        best = min(places, key=lambda at: (_misses(tried[at], goal), at))
    level = [places.index(at) for at in places if tried[at].saved == tried[best].saved]
    first, last = level[0], level[-1]  # equal outcomes are left at both ends: what is better may begin there
    low, high = places[max(first - 1, 0)], places[min(last + 1, len(places) - 1)]
    stretches = ((low, places[first]), (places[last], high))
    return [place for stretch in stretches for place in _spread(*stretch) if place not in tried]


def _best(tried: Mapping[int, Point], goal: Goal) -> int | None:
    fit = [at for at, point in tried.items() if point.meets]
    if not fit:
        return None
    sign = -1 if goal.generous else 1
    return min(fit, key=lambda at: (sign * tried[at].saved, at))


def _point(value: str, rule: str, book: RuleBook, goal: Goal, replay: Replay) -> Point:
    answer = replay(book)
    currency = next(one.currency for one in book.rules if one.name == rule)
    sums = answer.by_currency.get(currency)
    if sums is None:
        raise WrongOrders(f"no order is in {currency}, the currency of the card")
    row = sums.rules.get(rule)
    saved, orders, uses = (row.saved_new, row.used_new, row.uses_new) if row else (0, 0, 0)
    point = Point(value, saved, orders, uses, sums.orders, sums.listed, sums.new, meets=False)
    return Point(value, saved, orders, uses, sums.orders, sums.listed, sums.new, meets=not _misses(point, goal))


def _misses(point: Point, goal: Goal) -> int:
    """By how much a point misses the goal, in hundredths of a per cent of what is asked for; 0 when it meets it."""
    missed = 0
    if goal.spend_at_most is not None and point.saved > goal.spend_at_most:
        missed += 10_000 * (point.saved - goal.spend_at_most) // max(goal.spend_at_most, 1) + 1
    if goal.reach_at_least is not None:
        missed += max(-(-(goal.reach_at_least * point.all_orders - 10_000 * point.orders) // point.all_orders), 0)
    if goal.keep_at_least is not None and point.listed:
        missed += max(-(-(goal.keep_at_least * point.listed - 10_000 * point.pays) // point.listed), 0)
    return missed
