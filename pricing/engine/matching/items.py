"""Item prices: flash sales and item discounts (SPEC section 3). Not a choice: every unit gets the lowest price it can.

Reads the available item rules and their lines; makes the price of every unit, and who gave it.
"""

from __future__ import annotations

from typing import Final

from pricing.engine.matching.conditions import earlier_uses
from pricing.engine.matching.situation import Situation
from pricing.engine.problem import NO_CAP
from pricing.engine.rules.planned import PlannedRule
from pricing.engine.settling.settle import rounded

NO_LIMIT: Final = -1


class Priced:
    """The units of one line, by price."""

    __slots__ = ("amount", "parts")

    def __init__(self, price: int, quantity: int) -> None:
        self.amount = price * quantity
        """Item price amount of the line, minor units."""
        self.parts: list[tuple[int, int, str]] = [(price, quantity, "")]
        """(unit price, units, item rule; "" at list price): units add up to the line's quantity."""


def item_prices(available: list[tuple[PlannedRule, list[int]]], situation: Situation, down: bool) -> list[Priced]:
    """The prices of every line; `available` holds item rules with the places in their scope, `down` truncates shares.

    No price is below the floor of its line: see `Situation.floors`.
    """
    priced = [Priced(price, situation.quantities[place]) for place, price in enumerate(situation.prices)]
    if not available:
        return priced
    best: dict[int, tuple[int, str]] = {}
    limited: list[tuple[PlannedRule, int, dict[int, int]]] = []
    for rule, places in available:
        prices = {place: _price(rule, situation, place, down) for place in places}
        most = _most_units(rule, situation)
        if most != NO_LIMIT:
            limited.append((rule, most, prices))
            continue
        for place, price in prices.items():
            listed = situation.prices[place]
            if price < best.get(place, (listed, ""))[0]:
                best[place] = (price, rule.name)
    given = _contest(limited, best, situation)
    for place, listed in enumerate(situation.prices):
        price, name = best.get(place, (listed, ""))
        parts = given.get(place, [])
        rest = situation.quantities[place]
        for _, units, _ in parts:
            rest -= units
        if rest:
            parts.append((price, rest, name))
        priced[place].parts = parts
        priced[place].amount = sum([each * units for each, units, _ in parts])
    return priced


def _price(rule: PlannedRule, situation: Situation, place: int, down: bool) -> int:
    """What the rule makes one unit cost, before it is compared with others."""
    listed = situation.prices[place]
    price = rule.prices.get(situation.lines[place].sku, listed) if rule.prices else listed
    for rung in rule.rungs:
        off = rung.amount
        if rung.numerator:
            off = rounded(listed * rung.numerator, rung.denominator, down)
        if rung.at_most >= 0:
            off = min(off, rung.at_most)
        price = min(price, listed - min(off, listed))
    if rule.cap_item != NO_CAP:
        price = max(price, listed - rule.cap_item)
    if rule.cap_item_numerator != NO_CAP:
        price = max(price, listed - listed * rule.cap_item_numerator // rule.cap_item_denominator)
    if situation.floors:
        price = max(price, min(situation.floors[place], listed))
    return price


def _most_units(rule: PlannedRule, situation: Situation) -> int:
    """How many units its `limit n items` still allow; NO_LIMIT when it has none."""
    most = NO_LIMIT
    if not rule.has_limits:
        return most
    for limit in rule.rule.limits:
        if limit.unit == "items":
            left = limit.count - earlier_uses("items", limit.per, situation.used(rule))
            most = left if most == NO_LIMIT else min(most, left)
    return most


def _contest(
    limited: list[tuple[PlannedRule, int, dict[int, int]]], best: dict[int, tuple[int, str]], situation: Situation
) -> dict[int, list[tuple[int, int, str]]]:
    """Give limited units away, largest saving per unit first (ties: rule name, then line id)."""
    pairs: list[tuple[int, str, int, int, int]] = []
    for which, (rule, _, prices) in enumerate(limited):
        for place, price in prices.items():
            saving = best.get(place, (situation.prices[place], ""))[0] - price
            if saving > 0:
                pairs.append((-saving, rule.name, place, which, price))
    # A pair's saving is against the unlimited price, which does not move: one pass in order is the repeated choice.
    pairs.sort()
    left = [most for _, most, _ in limited]
    open_units = {place: situation.lines[place].quantity for _, _, place, _, _ in pairs}
    given: dict[int, list[tuple[int, int, str]]] = {}
    for _, name, place, which, price in pairs:
        units = min(left[which], open_units[place])
        if units > 0:
            left[which] -= units
            open_units[place] -= units
            given.setdefault(place, []).append((price, units, name))
    return given


class Runs:
    """The lines of a cart as runs: units of one line that have one price by one item rule (SPEC 3). Most lines are one run.

    The lists are by place; places stand in the order of line id, price, item rule.
    """

    __slots__ = ("firsts", "is_split", "line_of", "prices", "rules", "units")

    def __init__(self, priced: list[Priced]) -> None:
        line_of: list[int] = []
        units_of: list[int] = []
        prices: list[int] = []
        rules: list[str] = []
        firsts: list[int] = []
        for line, each in enumerate(priced):
            firsts.append(len(line_of))
            parts = each.parts
            if len(parts) > 1:
                parts = sorted(parts, key=_by_price)
            for price, units, rule in parts:
                line_of.append(line)
                units_of.append(units)
                prices.append(price)
                rules.append(rule)
        firsts.append(len(line_of))
        self.line_of = line_of
        """The line of each place, as an index into `Situation.lines`."""
        self.units = units_of
        self.prices = prices
        """Item price of one unit."""
        self.rules = rules
        """The item rule that gave it; "" at list price."""
        self.firsts = firsts
        """The first place of each line; and one behind the last."""
        self.is_split = len(line_of) > len(priced)

    def of(self, lines: list[int]) -> list[int]:
        """The places of some lines; the very same list where no line is split."""
        if not self.is_split:
            return lines
        places: list[int] = []
        for line in lines:
            places += range(self.firsts[line], self.firsts[line + 1])
        return places


def _by_price(part: tuple[int, int, str]) -> tuple[int, str]:
    return part[0], part[2]
