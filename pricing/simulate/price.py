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
from pricing.engine import price
from pricing.model.bulk import CollectorAtRest
from pricing.model.cart import Cart, RuleUsage
from pricing.model.errors import CartError, Problem
from pricing.model.quote import Quote
from pricing.model.rulebook import RuleBook
from pricing.simulate.both import BothVersions
from pricing.simulate.decided import Causes, Recorded, difference, is_decision, recorded
from pricing.simulate.rows import DecisionSays, Rows
from pricing.wire import cart_from_dict, instant, json_from_text, plain_cart

FORMAT = 3
"""Of the rows; raised when their meaning changes, so that kept batches of before are not taken for those of now."""
OLD, NEW = "OLD", "NEW"

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
    recorded: bool = True
    """Whether a decision is priced after the uses that it was made after."""
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
    log: str = ""
    """`OLD` or `NEW`: that version is a decision log, so each order's own rules stand for it; empty: neither is."""
    known: tuple[tuple[str, RuleBook], ...] = ()
    """Then the rules that its decisions name, by fingerprint."""


class Replayer:
    """Prices orders under both versions of the rules."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self.wishes = task.wishes
        self.pair = BothVersions(task.old, task.new, self.wishes.carried)
        self.old, self.new = self.pair.old, self.pair.new
        self._known = dict(task.known)
        self._pairs: dict[str, tuple[BothVersions, Causes]] = {}

    def batch(self, orders: Any) -> Any:
        """The rows of one batch of orders; whatever is wrong with an order becomes its row's `problem`."""
        rows = Rows()
        numbers, places, carts = (orders.column(name).to_pylist() for name in ("number", "where", "cart"))
        with CollectorAtRest():
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

    def order(self, text: str) -> tuple[Cart, Recorded | None]:
        """The cart of an order, at the instant at which it is priced, and the decision that it was. Raises CartError."""
        plain = plain_cart(text) if self.wishes.at is None and not self.task.log else None
        if plain is not None:
            return _later(plain, self.wishes.shift_days) if self.wishes.shift_days else plain, None
        data = json_from_text(text)
        told = recorded(data) if is_decision(data) else None
        if told is not None:
            cart = told.told.cart
            cart = cart if self.wishes.at is None else evolve(cart, at=instant(self.wishes.at))
        else:
            if self.wishes.at is not None and isinstance(data, dict):
                data["at"] = self.wishes.at
            cart = cart_from_dict(data)
        return _later(cart, self.wishes.shift_days) if self.wishes.shift_days else cart, told

    def add(self, rows: Rows, number: int, where: str, text: str, usage: tuple[Uses, Uses] = ({}, {})) -> None:
        """One order more, after earlier uses under either version. Raises CartError."""
        cart, told = self.order(text)
        if told is not None or self.task.log:
            self._add_decided(rows, number, where, cart, told)
            return
        touched = self.pair.touches(cart)
        old = price(self.old.plan, cart, usage[0], work=self.old.work)
        new = price(self.new.plan, cart, usage[1], work=self.new.work) if touched or usage[0] != usage[1] else old
        limits = self.pair.limits(cart) if self.wishes.carried else []
        items = self.pair.items_sold(old, new)
        short = self.pair.short(new) if touched and self.wishes.near else []
        rows.add(number, where, cart, old, new, items, short, limits, text if limits else None)

    def _add_decided(self, rows: Rows, number: int, where: str, cart: Cart, told: Recorded | None) -> None:
        """A decision: what had been used before is known, so it is neither counted nor carried (SPEC 1)."""
        pair, causes = self._of(told)
        assert told is not None
        touched = pair.touches(cart)
        old = self._quote(pair.old, cart, told)
        new = self._quote(pair.new, cart, told) if touched else old
        says = DecisionSays(told.told.rules)
        if causes is not None:
            moved_by = causes.of(told, cart, old, new)
            as_given = self.wishes.at is None and not self.wishes.shift_days and self.wishes.recorded
            mine = new if self.task.log == NEW else old
            says = DecisionSays(told.told.rules, difference(told, mine) if as_given else None, moved_by)
        short = pair.short(new) if touched and self.wishes.near else []
        rows.add(number, where, cart, old, new, pair.items_sold(old, new), short, [], None, says)

    def _of(self, told: Recorded | None) -> tuple[BothVersions, Causes | None]:
        """The versions of an order: where one of them is the log, its own rules stand for it. Raises CartError."""
        if not self.task.log:
            return self.pair, None
        if told is None:
            raise CartError([Problem("is no decision, but a version of the rules is a decision log", "")])
        name = told.told.rules
        if name not in self._known:
            raise CartError(
                [Problem(f"the rules {name} were not found; name a folder or revision with --known", "rules")]
            )
        if name not in self._pairs:
            known = self._known[name]
            books = (self.task.old, known) if self.task.log == NEW else (known, self.task.new)
            pair = BothVersions(*books, carried=False)
            self._pairs[name] = pair, Causes(pair)
        return self._pairs[name]

    def _quote(self, engine: Engine, cart: Cart, told: Recorded) -> Quote:
        usage = told.usage() if self.wishes.recorded else {}
        return engine.quote(cart, usage, told.without(engine), work=told.told.work)

    def quotes(self, text: str, usage: tuple[Uses, Uses]) -> tuple[Quote, Quote]:
        """An order once more, under both versions. Raises CartError."""
        cart, told = self.order(text)
        if told is None:
            return self.old.quote(cart, usage[0]), self.new.quote(cart, usage[1])
        pair, _ = self._of(told)
        return self._quote(pair.old, cart, told), self._quote(pair.new, cart, told)


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
    return json.dumps(
        {name: getattr(wishes, name) for name in ("at", "shift_days", "carried", "recorded", "near", "top")}
    )


_made: dict[str, Replayer] = {}
"""The pricer of this process: a task comes with every batch where processes are not ours to begin (Dask)."""


def price_batch(task: Task, orders: Any) -> Any:
    """Orders in, rows out (`orders.SCHEMA` to `rows.SCHEMA`). The one function of replay."""
    pricer = _made.get(task.digest)
    if pricer is None:
        _made.clear()
        pricer = _made[task.digest] = Replayer(task)
    return pricer.batch(orders)
