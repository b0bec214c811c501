"""A cart laid out for matching: the lines in order, and what every rule asks of them.

Reads a `Plan`, a `Cart` and usage; makes a `Situation`. `conditions.py` says which rules are available, `scoping.py`
on which lines; `items.py` sets the item prices, `case.py` makes the applications."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

from pricing.engine.rules.plan import Plan, code_key
from pricing.engine.rules.planned import PlannedRule, Test
from pricing.model.cart import NO_USAGE, Cart, Line, Lot, RuleUsage, TypedCode, Usage, in_utc


class Situation:
    """A cart laid out for matching: what every rule asks of it, worked out once."""

    __slots__ = (
        "by_key",
        "cart",
        "categories",
        "codes",
        "currency",
        "floors",
        "found_codes",
        "instant",
        "lines",
        "lots",
        "plan",
        "prices",
        "quantities",
        "segments",
        "skus",
        "stores",
        "usage",
        "without",
    )

    def __init__(
        self, plan: Plan, cart: Cart, usage: Usage, without: frozenset[str], more: tuple[Line, ...] = ()
    ) -> None:
        """`more`: lines beside those of the cart."""
        self.plan = plan
        self.cart = cart
        self.currency = cart.currency
        self.instant: datetime = in_utc(cart.at)
        self.usage = usage
        self.without = without
        self.lines: list[Line] = sorted((*cart.lines, *more) if more else cart.lines, key=_line_id)
        self.stores = [line.store for line in self.lines]
        self.prices = [line.unit_price for line in self.lines]
        """List price of one unit, minor units."""
        self.quantities = [line.quantity for line in self.lines]
        self.floors: list[int] = _floors(plan, self.lines)
        """The least that one unit of each line may cost, minor units (SPEC 1); empty where nothing has a floor."""
        self.categories: list[frozenset[str]] = []
        """Of each line: its categories and all that they are under."""
        self.by_key: dict[tuple[str, str], list[int]] = {("", ""): list(range(len(self.lines)))}
        """Lines under each index key that the plan uses."""
        self.skus: dict[str, list[int]] = {}
        """Lines of each sku, once somebody asks."""
        wallet = cart.wallet
        self.codes: set[str] = set()
        """As they are compared."""
        self.found_codes: list[TypedCode] = []
        """Single codes, each with the rule that the ledger found for it."""
        for code in cart.codes:
            if isinstance(code, TypedCode):
                self.found_codes.append(code)
            elif key := code_key(code):
                self.codes.add(key)
        self.lots = _unexpired(wallet.coupons, self.instant)
        self.segments = frozenset(cart.customer.segments)
        for line in self.lines:
            self.categories.append(_with_parents(line.categories))
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

    def of_skus(self, values: frozenset[str]) -> list[int]:
        """The places of the lines of some skus, in order."""
        skus = self.skus
        if not skus:
            for place, line in enumerate(self.lines):
                mine = skus.get(line.sku)
                if mine is None:
                    skus[line.sku] = [place]
                else:
                    mine.append(place)
        found: list[int] = []
        for value in values:
            found += skus.get(value, [])
        found.sort()
        return found

    def passes(self, test: Test, place: int) -> bool:
        """Whether a line answers one scope clause."""
        word, values, removed = test.word, test.values, test.removed
        if word == "categories":
            mine = self.categories[place]
            return not values.isdisjoint(mine) and (not removed or removed.isdisjoint(mine))
        if word == "tags":
            tags = self.lines[place].tags
            return not values.isdisjoint(tags) and (not removed or removed.isdisjoint(tags))
        if word == "stores":
            value = self.stores[place]
        elif word == "skus":
            value = self.lines[place].sku
        elif word == "brands":
            value = self.lines[place].brand
        else:
            return self._passes_seldom(test, place)
        return value in values and value not in removed

    def _passes_seldom(self, test: Test, place: int) -> bool:
        """The same for words that few cards have."""
        if test.word == "prices":
            price = self.prices[place]
            return test.low <= price and (test.high < 0 or price <= test.high)
        if test.word == "reduced":
            return self.lines[place].is_reduced
        # A list: any of what it lists, and none of what it takes out.
        return any(self.passes(each, place) for each in test.any_of) and not any(
            self.passes(each, place) for each in test.but_not
        )

    def used(self, rule: PlannedRule) -> RuleUsage:
        return self.usage.get(rule.name, NO_USAGE)


def _floors(plan: Plan, lines: list[Line]) -> list[int]:
    share = plan.floor
    if not share and not any(line.floor_minor for line in lines):
        return []
    return [max(line.floor_minor, -(-share.numerator * line.unit_price // share.denominator)) for line in lines]


def _line_id(line: Line) -> str:
    return line.id


@lru_cache(maxsize=4096)
def _with_parents(paths: tuple[str, ...]) -> frozenset[str]:
    """Categories, and all that they are under; a shop has few sets of them, and asks of each at every quote."""
    found: set[str] = set()
    for path in paths:
        found.add(path)
        end = path.rfind("/")
        while end > 0:
            found.add(path[:end])
            end = path.rfind("/", 0, end)
    return frozenset(found)


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
