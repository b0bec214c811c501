"""Percentages, steps and shares: the arithmetic of SPEC section 4, for `oracle.py`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from pricing.model.ladder import Step
from pricing.model.rule import Rule

Charge = tuple[str, str]
Target = str | Charge
"""What a saving is taken from: a line, by id, or a shipping charge, by store and method."""
Split = tuple[int, int, int]
"""A saving: amount, paid by the platform, paid by the seller."""


@dataclass
class Settlement:
    """What a selection does, layer by layer (SPEC 4)."""

    pays: dict[str, int]
    charges: dict[Charge, int]
    taken: dict[int, dict[Target, int]] = field(default_factory=dict)
    """By application: its share of each line or charge. An application that is not usable is missing."""
    coins: dict[int, int] = field(default_factory=dict)
    """By application: coins that a coin payment cost."""

    def total(self) -> int:
        return sum(self.pays.values()) + sum(self.charges.values())


def share_of(share: Fraction, amount: int, rounding: str) -> int:
    """A percentage of an amount, rounded once, half up or down (SPEC 4.3)."""
    up, down = share.numerator * amount, share.denominator
    return (2 * up + down) // (2 * down) if rounding == "half-up" else up // down


# --- allocation (SPEC 4.5) --------------------------------------------------------------------------------------------


def allocate(amount: int, weights: Mapping[Target, int], room: Mapping[Target, int], moved: bool) -> dict[Target, int]:
    """Shares of `amount` in proportion to `weights`, none above its room; what does not fit is moved or lost."""
    shares = dict.fromkeys(weights, 0)
    able = list(weights)
    while amount > 0 and sum(weights[target] for target in able) > 0:
        whole = sum(weights[target] for target in able)
        given = {target: amount * weights[target] // whole for target in able}
        # "the units left over go one each to the largest remainders; ties: the larger weight, then the smaller id"
        order = sorted(able)
        order.sort(key=lambda target: (amount * weights[target] % whole, weights[target]), reverse=True)
        for target in order[: amount - sum(given.values())]:
            given[target] += 1
        for target in able:
            fits = min(given[target], room[target] - shares[target])
            shares[target] += fits
            amount -= fits
        able = [target for target in able if shares[target] < room[target]]
        if not moved:
            break
    return shares


# --- steps (SPEC 4.2, 4.3) --------------------------------------------------------------------------------------------


def reached(step: Step, base: int, units: int) -> bool:
    return (units if step.measure == "units" else base) >= step.reach


def step_benefit(step: Step, base: int, percent_of: int, units: int, rounding: str) -> int:
    """What a reached step gives, cut by its own `at most`. A percentage is of `percent_of`, rounded once."""
    times = 1
    if step.repeats and not step.given_units:  # `every`: once for each whole n
        times = (units if step.measure == "units" else base) // step.reach
    amount = times * step.amount if step.amount else share_of(times * step.share, percent_of, rounding)
    return amount if step.at_most is None else min(amount, step.at_most)


def split(amount: int, platform_share: Fraction) -> Split:
    """SPEC 7: the platform's part is rounded half up, the seller pays the rest."""
    platform = share_of(platform_share, amount, "half-up")
    return amount, platform, amount - platform


def coins_of(trades: list[tuple[str, Rule, int]]) -> int:
    return sum(times * rule.trade.coins for _, rule, times in trades if rule.trade is not None)
