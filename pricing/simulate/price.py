"""One function from Arrow batch to Arrow batch: orders in, what each costs under both versions of the rules out.

It knows no files, no clock, no processes and no other batch, so it runs unchanged on a pool, on Dask and in a plain loop.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from attrs import evolve, frozen

from pricing.api import Engine
from pricing.engine import steps_ahead, units_at
from pricing.model.bulk import collector_at_rest
from pricing.model.cart import Cart, RuleUsage
from pricing.model.errors import CartError
from pricing.model.kind import ITEM_KINDS
from pricing.model.ladder import MONEY
from pricing.model.quote import Quote
from pricing.model.rulebook import RuleBook
from pricing.simulate.rows import Counted, Rows
from pricing.simulate.watch import Watch, changed, counted, is_exchange, touched_by_any
from pricing.wire import cart_from_dict, instant, json_from_text

FORMAT = 2
"""Of the rows; raised when their meaning changes, so that kept batches of before are not taken for those of now."""
NEAR = 10
"""A step that lacks at most so many per cent of itself is one that an order fell short of by little."""

Uses = Mapping[str, RuleUsage]


@frozen
class ReplayWishes:
    """How orders are replayed. All of it is part of what a kept batch was made from."""

    at: str | None = None
    """An instant at which all orders are priced; None: each at its own."""
    shift_days: int = 0
    """So many days later than they were made; what they hold expires later by as much."""
    carried: bool = True
    """Whether uses and budgets are counted from order to order."""
    near: bool = True
    """Whether steps that an order fell short of are looked for."""
    top: int = 10
    """So many carts that change most are kept to be shown."""


@frozen
class Task:
    """All that a process needs to price orders: it pickles, and so do the rules in it as they were read."""

    old: RuleBook
    new: RuleBook
    wishes: ReplayWishes
    digest: str
    """Tells tasks apart."""


class Replayer:
    """Prices orders under both versions of the rules."""

    def __init__(self, task: Task) -> None:
        self.wishes = task.wishes
        self.old, self.new = Engine(task.old), Engine(task.new)
        gone, come = changed(task.old, task.new)
        self.everything = task.old.policy != task.new.policy
        self.changed = (Watch(task.old, gone), Watch(task.new, come))
        self.moved = come
        """The rules of the new version that the old one has not, or has otherwise."""
        limited = (counted(task.old), counted(task.new)) if self.wishes.carried else (frozenset(), frozenset())
        self.limited = (Watch(task.old, limited[0]), Watch(task.new, limited[1]))
        both = limited[0] == limited[1] and not (limited[0] & gone)
        self.one_limited = both and not self.everything
        """Both versions count the same rules: they are looked for once."""
        self.items = tuple(
            frozenset(rule.name for rule in book.rules if rule.name in names and rule.kind in ITEM_KINDS)
            for book, names in zip((task.old, task.new), limited, strict=True)
        )

    def batch(self, orders: Any) -> Any:
        """The rows of one batch of orders; whatever is wrong with an order becomes its row's `problem`."""
        rows = Rows()
        numbers, places, carts = (orders.column(name).to_pylist() for name in ("number", "where", "cart"))
        with collector_at_rest():
            for number, where, text in zip(numbers, places, carts, strict=True):
                self._try(rows, number, where, text)
        rows.keep_carts(carts, self.wishes.top)
        return rows.batch()

    def _try(self, rows: Rows, number: int, where: str, text: str) -> None:
        try:
            self.add(rows, number, where, text)
        except CartError as error:
            rows.refuse(number, where, "; ".join(str(problem) for problem in error.problems))
        except Exception as error:  # one order that meets a fault of ours must not end a run of hours
            what = f"a fault of the program, please report it with this order: {type(error).__name__}: {error}"
            rows.refuse(number, where, what)

    def cart(self, text: str) -> Cart:
        """The cart of an order, at the instant at which it is to be priced. Raises CartError."""
        data = json_from_text(text)
        if self.wishes.at is not None and isinstance(data, dict):
            data["at"] = self.wishes.at
        cart = cart_from_dict(data)
        return _later(cart, self.wishes.shift_days) if self.wishes.shift_days else cart

    def add(self, rows: Rows, number: int, where: str, text: str, usage: tuple[Uses, Uses] = ({}, {})) -> None:
        """One order more, after earlier uses under either version. Raises CartError."""
        cart = self.cart(text)
        touched = self.everything or touched_by_any(self.changed, cart)
        old = self.old.quote(cart, usage[0])
        new = self.new.quote(cart, usage[1]) if touched or usage[0] != usage[1] else old
        limits = self._limits(cart) if self.wishes.carried else []
        items: tuple[dict[str, int], dict[str, int]] = ({}, {})
        if self.items[0] or self.items[1]:
            items = self._items(old, 0), self._items(new, 1)
        short = self._short(new, usage[1]) if touched and self.wishes.near else []
        rows.add(number, where, cart, old, new, items, short, limits, text if limits else None)

    def _limits(self, cart: Cart) -> list[Counted]:
        """The counted rules of both versions that could apply, and the most of each that the order could use."""
        found = self._limits_of(cart, 0)
        if self.one_limited:
            return found + [evolve(one, version=1) for one in found]
        return found + self._limits_of(cart, 1)

    def _limits_of(self, cart: Cart, version: int) -> list[Counted]:
        watch = self.limited[version]
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

    def _items(self, quote: Quote, version: int) -> dict[str, int]:
        """Units sold at the price of each counted item rule."""
        names = self.items[version]
        if not any(use.rule in names for use in quote.used) and not _saves_by(quote, names):
            return {}
        engine = self.new if version else self.old
        return {name: units for name, units in units_at(engine.plan, quote).items() if name in names}

    def _short(self, quote: Quote, usage: Uses) -> list[tuple[str, int, int, bool]]:
        """(rule, threshold, what is missing, by units) of steps of changed rules just above what the order reaches."""
        found: list[tuple[str, int, int, bool]] = []
        for step in steps_ahead(self.new.plan, quote, self.moved):
            by_units = step.measure != MONEY
            if step.missing * 100 <= step.reach * NEAR or (by_units and step.missing == 1):
                found.append((step.rule, step.reach, step.missing, by_units))
        return sorted(found)


def _saves_by(quote: Quote, names: frozenset[str]) -> bool:
    return any(saving.rule in names for line in quote.lines for saving in line.savings)


def _later(cart: Cart, days: int) -> Cart:
    """The same order so many days later. Raises CartError."""
    by = timedelta(days=days)
    coupons = tuple(
        lot if lot.expires is None else evolve(lot, expires=lot.expires + by) for lot in cart.wallet.coupons
    )
    return evolve(cart, at=cart.at + by, wallet=evolve(cart.wallet, coupons=coupons))


def shift_of(text: str) -> tuple[str | None, int]:
    """(instant, days) of an `--at`: an instant, or days such as `+364d` and `-7d`. Raises ValueError."""
    if text[:1] in "+-" and text.endswith("d") and text[1:-1].isdecimal() and len(text) < 8:
        return None, int(text[:-1])
    instant(text)
    return text, 0


def wishes_text(wishes: ReplayWishes) -> str:
    """The wishes as text, to be digested."""
    return json.dumps({name: getattr(wishes, name) for name in ("at", "shift_days", "carried", "near", "top")})


_made: dict[str, Replayer] = {}
"""The pricer of this process: a task comes with every batch where processes are not ours to begin (Dask)."""


def price_batch(task: Task, orders: Any) -> Any:
    """Orders in, rows out (`orders.SCHEMA` to `rows.SCHEMA`). The one function of replay."""
    pricer = _made.get(task.digest)
    if pricer is None:
        _made.clear()
        pricer = _made[task.digest] = Replayer(task)
    return pricer.batch(orders)
