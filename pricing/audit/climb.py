"""Baskets made worse step by step: one unit more or less, a line more or less, one thing for another.

Prices baskets through an `Engine` and remembers them; used by `worst`. Work is counted in priced carts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction

from attrs import frozen

from pricing.api import Engine
from pricing.audit.shelf import Shelf
from pricing.audit.situations import Occasion
from pricing.audit.starts import Basket, Bounds, basket_of
from pricing.model.cart import Cart
from pricing.model.quote import Quote


@frozen
class Trial:
    """A basket on an occasion, priced. Amounts are minor units, of goods only."""

    basket: Basket
    occasion: int
    """Its place among the occasions."""
    listed: int
    pays: int

    @property
    def saved(self) -> int:
        return self.listed - self.pays

    @property
    def share(self) -> Fraction:
        """Of the list price, what is still paid."""
        return Fraction(self.pays, self.listed)


Order = Callable[[Trial], tuple[object, ...]]
"""What makes a trial worse than another: the worst sorts first."""


def by_share(trial: Trial) -> tuple[object, ...]:
    """Least share paid; then most money, then the simplest basket."""
    return trial.share, -trial.saved, *_plain(trial)


def by_money(trial: Trial) -> tuple[object, ...]:
    """Most money saved; then least share paid, then the simplest basket."""
    return -trial.saved, trial.share, *_plain(trial)


def _plain(trial: Trial) -> tuple[object, ...]:
    return len(trial.basket), sum(units for _, units in trial.basket), trial.basket, trial.occasion


class Till:
    """Prices baskets, each at most once on an occasion, and counts how many."""

    def __init__(self, engine: Engine, shelf: Shelf, occasions: Sequence[Occasion], bounds: Bounds) -> None:
        self.engine = engine
        self.shelf = shelf
        self.occasions = occasions
        self.bounds = bounds
        self.known: dict[tuple[Basket, int], Trial] = {}

    @property
    def count(self) -> int:
        """Carts priced so far."""
        return len(self.known)

    def cart(self, basket: Basket, occasion: int) -> Cart:
        products, currency = self.shelf.products, self.shelf.currency
        lines = [products[place].line(units, currency) for place, units in basket]
        return self.occasions[occasion].cart(lines, currency)

    def trial(self, basket: Basket, occasion: int) -> Trial:
        key = basket, occasion
        if key not in self.known:
            listed, pays = goods(self.engine.quote(self.cart(basket, occasion)))
            self.known[key] = Trial(basket, occasion, listed, pays)
        return self.known[key]


def goods(quote: Quote) -> tuple[int, int]:
    """(list price, what is paid) of the goods of a quote."""
    return sum(line.list for line in quote.lines), sum(line.pays for line in quote.lines)


def climb(till: Till, start: Trial, pool: Sequence[int], order: Order, limit: int) -> Trial:
    """The worst trial that small changes lead to, with at most `limit` carts priced since the till was opened."""
    best = start
    seen = {start.basket}
    moved = True
    while moved:
        moved = False
        for basket in neighbours(best.basket, pool, till.bounds):
            if basket in seen:
                continue
            if till.count >= limit:
                return best
            seen.add(basket)
            trial = till.trial(basket, best.occasion)
            if order(trial) < order(best):
                best, moved = trial, True
                break
    return best


def neighbours(basket: Basket, pool: Sequence[int], bounds: Bounds) -> Iterator[Basket]:
    """Baskets one change away, small changes first."""
    counts = dict(basket)
    for place, units in basket:
        near = (units + more for more in (-1, 1, 2, -2, 3, -3))
        for changed in dict.fromkeys((*near, 0, bounds.units, 2 * units)):
            if 0 <= changed <= bounds.units and changed != units and (changed or len(basket) > 1):
                yield basket_of({**counts, place: changed})
        for other, more in basket:
            if other != place:  # two lines become one
                merged = {**counts, place: min(bounds.units, units + more)}
                yield basket_of({**merged, other: 0})
    others = [place for place in pool if place not in counts]
    if len(basket) < bounds.lines:
        for other in others:
            yield basket_of({**counts, other: 1})
    for place, units in basket:
        rest = {known: many for known, many in basket if known != place}
        for other in others:
            yield basket_of({**rest, other: units})
    if len(basket) < bounds.lines:
        for other in others:
            yield basket_of({**counts, other: bounds.units})
