"""Both versions of the rules side by side: their engines, what has changed between them, and what is counted in each.

Reads two rule books; answers which carts a change can touch, which counted rules a cart meets, how many units item rules
sold, and which steps an order fell short of by little.
"""

from __future__ import annotations

from attrs import evolve

from pricing.api import Engine
from pricing.engine import steps_ahead, units_at
from pricing.model.cart import Cart
from pricing.model.kind import ITEM_KINDS
from pricing.model.ladder import MONEY
from pricing.model.quote import Quote
from pricing.model.rulebook import RuleBook
from pricing.simulate.rows import Counted
from pricing.simulate.watch import Watch, Watches, changed, counted, is_exchange

NEAR = 10
"""A step that lacks at most so many per cent of itself is one that an order fell short of by little."""


class BothVersions:
    """Two versions; `carried`: whether uses are counted from order to order."""

    def __init__(self, old: RuleBook, new: RuleBook, carried: bool) -> None:
        self.old, self.new = Engine(old), Engine(new)
        gone, come = changed(old, new)
        self.everything = old.policy != new.policy
        self.changed = Watches((Watch(old, gone), Watch(new, come)))
        self.moved = come
        """The rules of the new version that the old one has not, or has otherwise."""
        limited = (counted(old), counted(new)) if carried else (frozenset(), frozenset())
        self.limited = (Watch(old, limited[0]), Watch(new, limited[1]))
        both = limited[0] == limited[1] and not (limited[0] & gone)
        self.one_limited = both and not self.everything
        """Both versions count the same rules: they are looked for once."""
        self.items = tuple(
            frozenset(rule.name for rule in book.rules if rule.name in names and rule.kind in ITEM_KINDS)
            for book, names in zip((old, new), limited, strict=True)
        )

    def touches(self, cart: Cart) -> bool:
        """Whether a change could move the price of a cart."""
        return self.everything or self.changed.touch(cart)

    def limits(self, cart: Cart) -> list[Counted]:
        """The counted rules of both versions that could apply, and the most of each that the order could use."""
        found = self._limits_of(cart, 0)
        if self.one_limited:
            return found + [evolve(one, version=1) for one in found]
        return found + self._limits_of(cart, 1)

    def _limits_of(self, cart: Cart, version: int) -> list[Counted]:
        watch = self.limited[version]
        if not watch.glance.may_meet(cart):
            return []
        situation = watch.situation(cart)
        items = sum(line.quantity for line in cart.lines)
        most: dict[str, int] = {}
        for rule in watch.met(situation):
            uses = max(len(cart.lines), sum(lot.pieces for lot in cart.wallet.coupons if lot.rule == rule.name))
            for exchange in rule.exchanges:
                trade = exchange.rule.trade
                times = cart.wallet.coins // trade.coins if trade is not None and trade.coins else 0
                most[exchange.name] = max(most.get(exchange.name, 0), times)
                uses += times * (trade.pieces if trade is not None else 0)
            if not is_exchange(rule):
                most[rule.name] = uses
        return [Counted(name, version, uses, items) for name, uses in sorted(most.items()) if name in watch.names]

    def items_sold(self, old: Quote, new: Quote) -> tuple[dict[str, int], dict[str, int]]:
        """Units sold at the price of each counted item rule, in either version."""
        if not (self.items[0] or self.items[1]):
            return {}, {}
        return self._items(old, 0), self._items(new, 1)

    def _items(self, quote: Quote, version: int) -> dict[str, int]:
        names = self.items[version]
        if not any(use.rule in names for use in quote.used) and not _saves_by(quote, names):
            return {}
        engine = self.new if version else self.old
        return {name: units for name, units in units_at(engine.plan, quote).items() if name in names}

    def short(self, quote: Quote) -> list[tuple[str, int, int, bool]]:
        """(rule, threshold, what is missing, by units) of steps of changed rules just above what the order reaches."""
        found: list[tuple[str, int, int, bool]] = []
        for step in steps_ahead(self.new.plan, quote, self.moved):
            by_units = step.measure != MONEY
            if step.missing * 100 <= step.reach * NEAR or (by_units and step.missing == 1):
                found.append((step.rule, step.reach, step.missing, by_units))
        return sorted(found)


def _saves_by(quote: Quote, names: frozenset[str]) -> bool:
    return any(saving.rule in names for line in quote.lines for saving in line.savings)
