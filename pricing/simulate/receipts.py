"""The orders that change most, with both receipts: priced once more when everything else is known."""

from __future__ import annotations

from attrs import frozen

from pricing.receipt import receipt
from pricing.simulate.carry import usage_from_text
from pricing.simulate.entries import savings_by_rule
from pricing.simulate.price import Replayer
from pricing.simulate.sums import OrderChange, Sums


@frozen
class Shown:
    """One order that changes, as a person looks at it."""

    change: OrderChange
    rules: tuple[tuple[str, int], ...]
    """(rule, by how much more it saves under NEW) of rules that moved, the largest move first."""
    old: str
    """The receipt under OLD."""
    new: str


def shown(pricer: Replayer, sums: Sums) -> tuple[Shown, ...]:
    """The orders of one currency that change most, the largest change first."""
    return tuple(_shown(pricer, change) for change in sums.changes)


def _shown(pricer: Replayer, change: OrderChange) -> Shown:
    old, new = pricer.quotes(change.cart, usage_from_text(change.usage))
    before, after = savings_by_rule(old), savings_by_rule(new)
    moved = {rule: after.get(rule, 0) - before.get(rule, 0) for rule in {**before, **after}}
    rules = sorted(((rule, by) for rule, by in moved.items() if by), key=lambda one: (-abs(one[1]), one[0]))
    return Shown(change, tuple(rules), receipt(old, "none"), receipt(new, "none"))
