"""Two versions of the rules over the same carts: who pays more, who less, and which rules and funders moved.

Reads quotes of the same cart in pairs; makes a `Comparison` for each currency. Sums only, so any number of carts fits.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from typing import Any

from attrs import define, field, frozen

from pricing.model.quote import Quote
from pricing.money import show
from pricing.simulate.entries import savings_by_rule


@frozen
class Change:
    """One cart under both versions."""

    where: str
    old: int
    new: int
    """Totals to pay, minor units."""
    rules: tuple[tuple[str, int], ...]
    """(rule, by how much more it saves now) of rules that moved, the largest move first."""

    @property
    def more(self) -> int:
        """What the customer pays more now; negative: less."""
        return self.new - self.old


@define
class Row:
    """Savings by one rule, or paid by one funder, in both versions."""

    old: int = 0
    new: int = 0
    carts_old: int = 0
    carts_new: int = 0

    @property
    def more(self) -> int:
        return self.new - self.old


@define
class Comparison:
    """The carts of one currency, added up. Amounts are minor units."""

    currency: str
    most: int = 10
    """How many of the carts that change most are kept."""
    carts: int = 0
    listed: int = 0
    old: int = 0
    new: int = 0
    pay_more: int = 0
    """Carts that pay more now."""
    more: int = 0
    """What they pay more, together."""
    pay_less: int = 0
    less: int = 0
    unproved: int = 0
    """Carts of which a quote was cut short by the limit of work."""
    rules: dict[str, Row] = field(factory=dict)
    funders: dict[str, Row] = field(factory=dict)
    """`platform`, or `seller` and the store."""
    _top: list[tuple[int, int, Change]] = field(factory=list, repr=False)

    def add(self, where: str, old: Quote, new: Quote) -> None:
        """One more cart."""
        self.carts += 1
        self.listed += old.list_minor
        self.old += old.total_minor
        self.new += new.total_minor
        self.unproved += not (old.optimal and new.optimal)
        difference = new.total_minor - old.total_minor
        if difference > 0:
            self.pay_more += 1
            self.more += difference
        elif difference < 0:
            self.pay_less += 1
            self.less -= difference
        before, after = savings_by_rule(old), savings_by_rule(new)
        _add(self.rules, before, after)
        _add(self.funders, by_funder(old), by_funder(new))
        moved = {rule: after.get(rule, 0) - before.get(rule, 0) for rule in {*before, *after}}
        if difference or any(moved.values()):
            order = sorted(((rule, by) for rule, by in moved.items() if by), key=lambda one: (-abs(one[1]), one[0]))
            change = Change(where, old.total_minor, new.total_minor, tuple(order))
            heapq.heappush(self._top, (abs(difference), -self.carts, change))
            if len(self._top) > self.most:
                heapq.heappop(self._top)

    @property
    def changes(self) -> tuple[Change, ...]:
        """The carts that change most, the largest change first; equal ones in the order of the carts."""
        return tuple(change for _, _, change in sorted(self._top, key=lambda one: one[:2], reverse=True))

    @property
    def moved_rules(self) -> tuple[tuple[str, Row], ...]:
        """Rules whose sum or number of carts moved, the largest move first."""
        return _moved(self.rules)

    @property
    def moved_funders(self) -> tuple[tuple[str, Row], ...]:
        return _moved(self.funders)


def as_dict(made: Comparison) -> dict[str, Any]:
    """As JSON: amounts are text in major units."""

    def amount(minor: int) -> str:
        return show(minor, made.currency)

    def row(name: str, row: Row) -> dict[str, Any]:
        return {"name": name, "old": amount(row.old), "new": amount(row.new), "carts_old": row.carts_old,
                "carts_new": row.carts_new}  # fmt: skip

    def change(one: Change) -> dict[str, Any]:
        return {"cart": one.where, "old": amount(one.old), "new": amount(one.new),
                "rules": {rule: amount(by) for rule, by in one.rules}}  # fmt: skip

    return {
        "currency": made.currency,
        "carts": made.carts,
        "old": amount(made.old),
        "new": amount(made.new),
        "pay_more": {"carts": made.pay_more, "amount": amount(made.more)},
        "pay_less": {"carts": made.pay_less, "amount": amount(made.less)},
        "rules": [row(name, one) for name, one in made.moved_rules],
        "funders": [row(name, one) for name, one in made.moved_funders],
        "changes": [change(one) for one in made.changes],
        "unproved": made.unproved,
    }


def _moved(rows: dict[str, Row]) -> tuple[tuple[str, Row], ...]:
    moved = [(name, row) for name, row in rows.items() if row.more or row.carts_old != row.carts_new]
    return tuple(sorted(moved, key=lambda one: (-abs(one[1].more), one[0])))


def _add(rows: dict[str, Row], old: dict[str, int], new: dict[str, int]) -> None:
    for name in {*old, *new}:
        row = rows.setdefault(name, Row())
        row.old += old.get(name, 0)
        row.new += new.get(name, 0)
        row.carts_old += name in old
        row.carts_new += name in new


def _savings(quote: Quote) -> Iterator[tuple[str, str, int, int]]:
    """(rule, store, amount, what the platform pays of it) of every saving."""
    for line in quote.lines:
        for saving in line.savings:
            yield saving.rule, line.store, saving.amount, saving.platform
    for charge in quote.shipping:
        for saving in charge.savings:
            yield saving.rule, charge.store, saving.amount, saving.platform


def by_funder(quote: Quote) -> dict[str, int]:
    """What the platform and each seller pay, minor units; who pays nothing is left out."""
    found: dict[str, int] = {}
    for _, store, amount, platform in _savings(quote):
        for name, part in (("platform", platform), (f"seller {store}", amount - platform)):
            if part:
                found[name] = found.get(name, 0) + part
    return found
