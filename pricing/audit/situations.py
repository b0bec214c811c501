"""Who buys, and when: the moments and customers for which different rules hold at once.

Reads a `Plan` and the goods; makes `Occasion`s, those with the most rules first; next: `starts`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, time, timedelta
from itertools import product as combinations
from zoneinfo import ZoneInfo

from attrs import evolve, frozen

from pricing.engine import Plan, Situation, refusal_before_scope
from pricing.model.cart import Cart, Customer, Line, Lot, Wallet
from pricing.model.kind import HELD
from pricing.model.rule import Rule

USUAL = datetime(2026, 1, 1, 12, tzinfo=UTC)
"""When rules hold at any time."""
MOST_MOMENTS = 3000
MOST_ASKED = 3_000_000
"""Rules times moments: beyond this, fewer moments are looked at."""
MOST_SETS = 500
"""Sets of rules that hold together: the largest are kept."""
MOST_PIECES = 100
"""Of each coupon in the wallet."""

SOMEBODY = "somebody"
"""Rules with a limit per customer want a customer with a name."""


@frozen
class Occasion:
    """A customer at a moment, with a generous wallet; `cart` has no lines that count."""

    at: datetime
    segments: tuple[str, ...]
    country: str
    channel: str
    rules: frozenset[str]
    """Names of the rules whose time and audience fit."""
    wallet: Wallet
    codes: tuple[str, ...]

    def cart(self, lines: Sequence[Line], currency: str) -> Cart:
        """A checkout on this occasion."""
        customer = Customer(SOMEBODY, self.segments)
        return Cart(currency, self.at, lines, (), customer, self.channel, self.country, self.wallet, self.codes)


def occasions(plan: Plan, currency: str, coins: int) -> tuple[Occasion, ...]:
    """One occasion for every set of rules that can hold together, the largest sets first; sets that are part of
    another one come after all that are not.
    """
    rules = [rule for rule in plan.rules if rule.rule.currency == currency]
    cards = [rule.rule for rule in rules]
    anybody = Line("-", "-", (1, currency), 1)
    found: dict[frozenset[str], Occasion] = {}
    moments = _moments(cards)[: MOST_ASKED // max(1, len(cards))]
    people = list(combinations(_segments(cards), _values(cards, "countries"), _values(cards, "channels")))
    at_once: set[tuple[bool, ...]] = set()
    for at in moments:
        clock = Situation(plan, Cart(currency, at, (anybody,)), {}, frozenset())
        # Rules that hold at the same times are asked about people once.
        in_time = tuple(refusal_before_scope(rule, clock) not in _BY_CLOCK for rule in rules)
        if in_time in at_once or not any(in_time):
            continue
        at_once.add(in_time)
        for segments, country, channel in people:
            cart = Cart(currency, at, (anybody,), (), Customer(SOMEBODY, segments), channel, country)
            asked = Situation(plan, cart, {}, frozenset())
            names = frozenset(rule.name for rule in rules if not refusal_before_scope(rule, asked))
            if names and names not in found:
                found[names] = Occasion(at, segments, country, channel, names, Wallet(), ())
    wallet, codes = _wallet(cards, coins), tuple(sorted({code for rule in cards for code in rule.codes}))
    ordered = sorted(found, key=lambda names: (-len(names), found[names].at, sorted(names)))[:MOST_SETS]
    first = [names for names in ordered if not any(names < other for other in ordered)]
    firsts = set(first)
    rest = [names for names in ordered if names not in firsts]
    return tuple(evolve(found[names], wallet=wallet, codes=codes) for names in (*first, *rest))


_BY_CLOCK = frozenset({"not-yet", "expired", "wrong-day-or-hour"})


def _wallet(rules: Iterable[Rule], coins: int) -> Wallet:
    return Wallet(coins, tuple(Lot(rule.name, MOST_PIECES) for rule in rules if rule.given == HELD))


def _segments(rules: Sequence[Rule]) -> list[tuple[str, ...]]:
    """Sets of customer segments: all that rules ask for but none that a rule excepts; and each of those as well."""
    asked: set[str] = set()
    barred: set[str] = set()
    for rule in rules:
        for clause in rule.audience.only:
            if clause.word == "customers":
                asked.update(clause.values)
                barred.update(clause.removed)
        for clause in rule.audience.never:
            if clause.word == "customers":
                barred.update(clause.values)
    base = tuple(sorted(asked - barred))
    sets = [base, *(tuple(sorted({*base, name})) for name in sorted(asked & barred))]
    return [*sets, ()] if base else sets


def _values(rules: Sequence[Rule], word: str) -> list[str]:
    """Countries or channels that rules name, and none of them."""
    named = {name for rule in rules for clause in (*rule.audience.only, *rule.audience.never) if clause.word == word
             for name in clause.values}  # fmt: skip
    return [*sorted(named), ""]


def _moments(rules: Sequence[Rule]) -> list[datetime]:
    """Instants at which the set of rules that hold can change, in order."""
    starts = {rule.valid.start for rule in rules if rule.valid.start is not None}
    for rule in rules:
        if rule.valid.start is None:
            starts.add(rule.valid.end - timedelta(days=8) if rule.valid.end is not None else USUAL)
    found = set(starts)
    timed = [rule for rule in rules if rule.days or rule.hours]
    for zone in sorted({rule.zone for rule in timed}):
        mine = [rule for rule in timed if rule.zone == zone]
        found.update(_local_moments(starts, mine, ZoneInfo(zone)))
        if len(found) > MOST_MOMENTS:
            break
    return sorted(found)[:MOST_MOMENTS]


def _local_moments(starts: Iterable[datetime], rules: Sequence[Rule], zone: ZoneInfo) -> Iterator[datetime]:
    """For a week from each start: every midnight and every hour at which a rule begins."""
    minutes = sorted({0, *(hours.start for rule in rules for hours in rule.hours)})
    days = sorted({start.astimezone(zone).date() + timedelta(days=more) for start in starts for more in range(8)})
    for day in days:
        for minute in minutes:
            yield datetime.combine(day, time(minute // 60, minute % 60), zone).astimezone(UTC)
