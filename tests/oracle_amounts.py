"""Percentages, shares, benefits on amounts: the arithmetic of SPEC section 4, for `oracle.py`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple

from pricing.model.rule import Rule


class Run(NamedTuple):
    """Units of one line that have one price by one item rule (SPEC 3). Sorts as ties are broken."""

    line: str
    price: int
    rule: str


class Charge(NamedTuple):
    """A shipping charge."""

    store: str
    method: str
    id: str


Target = Run | Charge
"""What a saving is taken from."""
Split = tuple[tuple[str, int], ...]
"""Who pays which part of a saving: payers as written, then the seller."""


@dataclass
class Settlement:
    """What a selection does, layer by layer (SPEC 4)."""

    pays: dict[Run, int]
    charges: dict[Charge, int]
    taken: dict[int, dict[Target, int]] = field(default_factory=dict)
    """By application: its share of each line or charge. An application that is not usable is missing."""
    coins: dict[int, int] = field(default_factory=dict)
    """By application: coins that a coin payment cost."""

    def total(self) -> int:
        return sum(self.pays.values()) + sum(self.charges.values())


def share_of(share: Fraction, amount: int, rounding: str) -> int:
    """A percentage of an amount, rounded once, half up or down (SPEC 4)."""
    up, down = share.numerator * amount, share.denominator
    return (2 * up + down) // (2 * down) if rounding == "half-up" else up // down


# --- allocation (SPEC 4.5) --------------------------------------------------------------------------------------------


def deal(amount: int, weights: Mapping[Target, int], able: Sequence[Target]) -> dict[Target, int]:
    """In proportion to the weights, floored; what is left over goes one each to the largest remainders."""
    whole = sum(weights[target] for target in able)
    if not whole:
        return dict.fromkeys(able, 0)
    given = {target: amount * weights[target] // whole for target in able}
    # "ties: the larger weight, then the smaller line id"
    order = sorted(able)
    order.sort(key=lambda target: (amount * weights[target] % whole, weights[target]), reverse=True)
    for target in order[: amount - sum(given.values())]:
        given[target] += 1
    return given


def allocate(
    amount: int,
    weights: Mapping[Target, int],
    room: Mapping[Target, int],
    caps: Mapping[Target, int] | None,
    moved: bool,
) -> dict[Target, int]:
    """Dealt over all first. What a cap cuts off is lost, what room cuts off moves, by the same rule, to those below both."""
    shares = dict.fromkeys(weights, 0)
    able = list(weights)
    while amount > 0 and able:
        given = deal(amount, weights, able)
        if not sum(given.values()):
            break
        amount = 0
        for target, more in given.items():
            share = shares[target] + more
            if caps is not None:
                share = min(share, caps[target])
            if share > room[target]:
                amount += share - room[target]
                share = room[target]
            shares[target] = share
        able = [target for target in able if shares[target] < room[target]]
        if caps is not None:
            able = [target for target in able if shares[target] < caps[target]]
        if not moved:
            break
    return shares


def split(amount: int, payers: Sequence[tuple[str, Fraction]]) -> Split:
    """SPEC 7: "each rounded half up in the order written and never above what is left, the seller bearing the rest"."""
    left = amount
    parts = []
    for name, share in payers:
        part = min(left, share_of(share, amount, "half-up"))
        left -= part
        parts.append((name, part))
    return (*parts, ("seller", left))


def coins_of(trades: list[tuple[str, Rule, int]]) -> int:
    return sum(times * rule.trade.coins for _, rule, times in trades if rule.trade is not None)
