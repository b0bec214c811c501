"""A cart met by the rules it touches (SPEC section 2): which rules are available, on which lines, and why others are not.

Reads a `Plan`, a `Cart` and usage; makes a `Situation`: the lines in order, and what every rule asks of them. `items.py`
sets the item prices, `case.py` makes the applications.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from pricing.engine.rules.plan import Plan, code_key
from pricing.engine.rules.planned import PlannedRule, Test
from pricing.model.cart import NO_USAGE, Cart, Line, Lot, RuleUsage, TypedCode, Usage, in_utc
from pricing.model.scope import Clause

MOST_TRADES: Final = 10**9
"""No limit on an exchange; coins are counted on what a selection needs, so that the best price always comes first."""


class Situation:
    """A cart laid out for matching: what every rule asks of it, worked out once."""

    __slots__ = (
        "by_key",
        "cart",
        "categories",
        "codes",
        "currency",
        "instant",
        "lines",
        "lots",
        "prices",
        "quantities",
        "segments",
        "stores",
        "usage",
        "without",
    )

    def __init__(self, plan: Plan, cart: Cart, usage: Usage, without: frozenset[str]) -> None:
        self.cart = cart
        self.currency = cart.currency
        self.instant: datetime = in_utc(cart.at)
        self.usage = usage
        self.without = without
        self.lines: list[Line] = sorted(cart.lines, key=_line_id)
        self.stores = [line.store for line in self.lines]
        self.prices = [line.unit_price for line in self.lines]
        """List price of one unit, minor units."""
        self.quantities = [line.quantity for line in self.lines]
        self.categories: list[frozenset[str]] = []
        """Of each line: its categories and all that they are under."""
        self.by_key: dict[tuple[str, str], list[int]] = {("", ""): list(range(len(self.lines)))}
        """Lines under each index key that the plan uses."""
        wallet = cart.wallet
        self.codes = {code_key(code) for code in cart.codes if isinstance(code, str)}
        self.lots = _unexpired(wallet.coupons, self.instant)
        self.segments = frozenset(cart.customer.segments)
        known: dict[tuple[str, ...], frozenset[str]] = {}
        for line in self.lines:
            categories = line.categories
            paths = known.get(categories)
            if paths is None:
                paths = known[categories] = frozenset(_with_parents(categories))
            self.categories.append(paths)
        for word in plan.words:
            self._note_keys(word)

    def _note_keys(self, word: str) -> None:
        """Note every line under its values of one scope word."""
        found: dict[str, list[int]] = {}
        if word in ("stores", "skus", "brands"):
            for place, line in enumerate(self.lines):
                value = self.stores[place] if word == "stores" else line.sku if word == "skus" else line.brand
                mine = found.get(value)
                if mine is None:
                    found[value] = [place]
                else:
                    mine.append(place)
        else:
            for place, line in enumerate(self.lines):
                for value in self.categories[place] if word == "categories" else frozenset(line.tags):
                    found.setdefault(value, []).append(place)
        for value, places in found.items():
            self.by_key[word, value] = places

    def passes(self, test: Test, place: int) -> bool:
        """Whether a line answers one scope clause."""
        word, values, removed = test
        if word == "categories":
            mine = self.categories[place]
            return not values.isdisjoint(mine) and (not removed or removed.isdisjoint(mine))
        if word == "tags":
            tags = self.lines[place].tags
            return not values.isdisjoint(tags) and (not removed or removed.isdisjoint(tags))
        if word == "stores":
            value = self.stores[place]
        else:
            value = self.lines[place].sku if word == "skus" else self.lines[place].brand
        return value in values and value not in removed

    def used(self, rule: PlannedRule) -> RuleUsage:
        return self.usage.get(rule.name, NO_USAGE)


def _line_id(line: Line) -> str:
    return line.id


def _with_parents(paths: Iterable[str]) -> Iterable[str]:
    for path in paths:
        yield path
        end = path.rfind("/")
        while end > 0:
            yield path[:end]
            end = path.rfind("/", 0, end)


def _unexpired(lots: tuple[Lot, ...], instant: datetime) -> dict[str, list[Lot]]:
    """By rule, the lots that can still be used, soonest expiry first."""
    held: dict[str, list[Lot]] = {}
    for lot in lots:
        if lot.pieces and (lot.expires is None or instant < lot.expires):
            held.setdefault(lot.rule, []).append(lot)
    for name, mine in held.items():
        if len(mine) > 1:
            held[name] = _by_expiry(mine)
    return held


def _by_expiry(lots: list[Lot]) -> list[Lot]:
    """Lots of one coupon, soonest first; those that expire at one moment are one lot, whatever order they came in."""
    merged: list[Lot] = []
    for lot in sorted(lots, key=expiry_key):
        last = merged[-1] if merged else None
        if last is not None and last.expires == lot.expires:
            # One moment may be written with several offsets: the first as text is shown.
            expires = min(last.expires, lot.expires, key=str)
            merged[-1] = Lot(lot.rule, last.pieces + lot.pieces, expires)
        else:
            merged.append(lot)
    return merged


def expiry_key(lot: Lot) -> tuple[bool, datetime | None]:
    """Soonest first; pieces that never expire last."""
    return lot.expires is None, lot.expires


def rules_met(plan: Plan, situation: Situation, everyone: bool = False) -> list[PlannedRule]:
    """The rules that look at this cart, in order of name; with `everyone`, also coupons not held and codes not typed."""
    found: set[int] = set()
    met, looking, rules = plan.met, plan.looking, plan.rules
    for key in situation.by_key:
        places = met.get(key)
        if places is not None:
            found.update(places)
        if everyone:
            found.update(looking.get(key, ()))
    for name in situation.lots:
        held = rules.find(name)
        if held is not None and held.is_coupon:
            found.add(held.index)
    for code in situation.codes:
        found.update(plan.codes.get(code, ()))
    return [rules[index] for index in sorted(found)]


def scope_of(rule: PlannedRule, situation: Situation) -> list[int]:
    """Places of the lines in the rule's scope, in order. Not to be changed: other rules may share the list."""
    by_key = situation.by_key
    keys = rule.index_keys
    places: list[int] = by_key.get(keys[0], []) if len(keys) == 1 else _under_any(keys, by_key)
    if not rule.residual and not rule.excluded:
        return places
    left: list[int] = []
    for place in places:
        if not _differs(rule.residual, situation, place, True) and not _differs(rule.excluded, situation, place, False):
            left.append(place)
    return left


def _differs(tests: tuple[Test, ...], situation: Situation, place: int, wanted: bool) -> bool:
    """Whether a line answers any of the tests otherwise than wanted."""
    for test in tests:  # noqa: SIM110  # compiled code runs a loop much faster than a generator
        if situation.passes(test, place) != wanted:
            return True
    return False


def _under_any(keys: Sequence[tuple[str, str]], by_key: dict[tuple[str, str], list[int]]) -> list[int]:
    """Places under at least one of the keys, in order."""
    places: set[int] = set()
    for key in keys:
        here = by_key.get(key)
        if here is not None:
            places.update(here)
    return sorted(places)


def refusal_before_scope(rule: PlannedRule, situation: Situation) -> str:
    """The first reason of SPEC section 2, up to the conditions of customer and place; empty when none fails."""
    if rule.currency != situation.currency:
        return "other-currency"
    if situation.instant < rule.start:
        return "not-yet"
    if situation.instant >= rule.end:
        return "expired"
    if rule.zone is not None and not _in_hours(rule, situation):
        return "wrong-day-or-hour"
    if rule.has_audience:
        return _audience_refusal(rule, situation)
    return ""


def _in_hours(rule: PlannedRule, situation: Situation) -> bool:
    local = situation.instant.astimezone(rule.zone)
    if rule.rule.days and local.weekday() not in rule.rule.days:
        return False
    # Whole minutes are enough: a card gives hours to the minute, and a span's end is exclusive.
    minute = local.hour * 60 + local.minute
    for hours in rule.rule.hours:
        if hours.start < hours.end:
            inside = hours.start <= minute < hours.end
        else:
            inside = minute >= hours.start or minute < hours.end
        if not inside:
            return False
    return True


_AUDIENCE = (("customers", "other-customer"), ("countries", "other-country"), ("channels", "other-channel"))


def _audience_refusal(rule: PlannedRule, situation: Situation) -> str:
    for word, reason in _AUDIENCE:
        values = _audience_values(word, situation)
        for clause in rule.rule.audience.only:
            if clause.word == word and not _names_any(clause, values):
                return reason
        for clause in rule.rule.audience.never:
            if clause.word == word and _names_any(clause, values):
                return reason
    return ""


def _audience_values(word: str, situation: Situation) -> frozenset[str]:
    if word == "customers":
        return situation.segments
    return frozenset((situation.cart.country if word == "countries" else situation.cart.channel,))


def _names_any(clause: Clause, values: frozenset[str]) -> bool:
    return not values.isdisjoint(clause.values) and values.isdisjoint(clause.removed)


def limit_refusal(rule: PlannedRule, situation: Situation) -> str:
    """`used-up` or `no-budget` by earlier uses; empty when neither."""
    if not rule.has_limits:
        return ""
    usage = situation.used(rule)
    for limit in rule.rule.limits:
        if limit.count <= earlier_uses(limit.unit, limit.per, usage):
            return "used-up"
    if rule.rule.budget is not None and usage.spent >= rule.rule.budget:
        return "no-budget"
    return ""


def earlier_uses(unit: str, per: str, usage: RuleUsage) -> int:
    """What earlier orders have used of a limit."""
    if per == "order":
        return 0
    if unit == "items":
        return usage.items_customer
    return {"customer": usage.customer, "day": usage.today, "total": usage.total}[per]


def declined(rule: PlannedRule, situation: Situation) -> bool:
    return bool(situation.without) and (rule.name in situation.without or rule.kind.value in situation.without)


def usable_exchanges(rule: PlannedRule, situation: Situation) -> list[tuple[int, int, int, str]]:
    """(coins, pieces, most trades, exchange rule) for each exchange that can sell the coupon, best price first."""
    trades: list[tuple[int, int, int, str]] = []
    for exchange in rule.exchanges:
        trade = exchange.rule.trade
        if trade is None or refusal_before_scope(exchange, situation) or limit_refusal(exchange, situation):
            continue
        if declined(exchange, situation):
            continue
        most = MOST_TRADES
        usage = situation.used(exchange)
        for limit in exchange.rule.limits:
            most = min(most, limit.count - earlier_uses(limit.unit, limit.per, usage))
        if most > 0:
            trades.append((trade.coins, trade.pieces, most, exchange.name))
    return trades


def is_known_code(plan: Plan, code: str | TypedCode) -> bool:
    """Whether a code belongs to a rule; of a pair, to the rule that it names."""
    if isinstance(code, str):
        return code_key(code) in plan.codes
    rule = plan.rules.find(code.rule)
    return rule is not None and rule.is_code and code_key(rule.name) == code_key(code.code)


def is_typed(rule: PlannedRule, situation: Situation) -> bool:
    return not rule.is_code or code_key(rule.name) in situation.codes
