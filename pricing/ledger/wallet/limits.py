"""What the rules ask the ledger to count: limits, budgets, validity. Reads a `RuleBook`; makes numbers and instants."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from attrs import frozen

from pricing.engine import expiry_of_piece
from pricing.ledger.errors import LedgerError
from pricing.ledger.store.instants import within_calendar
from pricing.model.cart import RuleUsage
from pricing.model.kind import HELD
from pricing.model.rule import Rule
from pricing.model.rulebook import RuleBook

UNLIMITED = None
ENDLESS = 10**15
"""More than can be used up: stands for a limit that is not there where a number is needed."""


@frozen
class Limits:
    """The limits of one rule that reach beyond one order; None: there is no such limit."""

    uses_customer: int | None = None
    uses_day: int | None = None
    uses_total: int | None = None
    items_customer: int | None = None
    items_total: int | None = None
    budgets: tuple[tuple[str, int], ...] = ()
    """(currency, minor units in total) for each currency in which the card has one; sorted."""
    day_budgets: tuple[tuple[str, int], ...] = ()
    """Likewise for each day."""
    uses_spans: tuple[tuple[str, int], ...] = ()
    """(span, uses by one customer in it) for each of `SPANS` that the card limits."""

    @property
    def any(self) -> bool:
        return self != NO_LIMITS

    @property
    def by_customer(self) -> bool:
        return self.uses_customer is not None or self.items_customer is not None or bool(self.uses_spans)

    @property
    def counts_items(self) -> bool:
        return self.items_customer is not None or self.items_total is not None

    @property
    def by_day(self) -> bool:
        return self.uses_day is not None or bool(self.day_budgets)


NO_LIMITS = Limits()

SPANS = ("day", "week", "month")
"""What uses by one customer are limited within, in the rule's zone; a week begins on Monday."""


def limits_of(rule: Rule) -> Limits:
    """The tightest of each sort of limit on the card."""

    def least(unit: str, per: str) -> int | None:
        return min((limit.count for limit in rule.limits if (limit.unit, limit.per) == (unit, per)), default=None)

    each = (rule, *rule.also)
    return Limits(
        uses_customer=least("uses", "customer"),
        uses_day=least("uses", "day"),
        uses_total=least("uses", "total"),
        items_customer=least("items", "customer"),
        items_total=least("items", "total"),
        budgets=tuple(sorted((one.currency, one.budget) for one in each if one.budget is not None)),
        day_budgets=tuple(sorted((one.currency, one.budget_day) for one in each if one.budget_day is not None)),
        uses_spans=tuple((span, most) for span in SPANS if (most := least("uses", f"customer and {span}")) is not None),
    )


def used_up(limits: Limits, use: RuleUsage, currency: str) -> str:
    """Which limit leaves nothing of a rule, as a customer is told; empty when something is left."""
    counted = (
        (limits.uses_customer, use.customer, "used as often as one customer may"),
        (limits.uses_day, use.today, "used up for today"),
        (limits.uses_total, use.total, "used up"),
        (dict(limits.budgets).get(currency), use.spent, "its budget is spent"),
        (dict(limits.day_budgets).get(currency), use.spent_today, "its budget for today is spent"),
        (limits.items_total, use.items_total, "sold out at this price"),
        *((most, span_uses(use, span), f"used as often as one customer may in a {span}")
          for span, most in limits.uses_spans),
    )  # fmt: skip
    return next((why for most, used, why in counted if most is not None and used >= most), "")


def in_currency(rule: Rule, currency: str) -> Rule:
    """The card with its amounts in that currency; as it is where it has none in it."""
    return next((one for one in rule.also if one.currency == currency), rule)


class Rules:
    """A rule book as the ledger looks at it: by name, with limits."""

    def __init__(self, book: RuleBook) -> None:
        self.book = book
        self._by_name: Mapping[str, Rule] = {rule.name: rule for rule in book.rules}
        self._limits: Mapping[str, Limits] = {rule.name: limits_of(rule) for rule in book.rules}
        self.limited = tuple(name for name, limits in self._limits.items() if limits.any)
        """Names of all rules with a limit."""
        self.counting = tuple(rule.name for rule in book.rules if rule.counts is not None)
        """Names of the rules whose steps look at other goods than those that get cheaper."""

    def rule(self, name: str) -> Rule:
        """The rule of this name; LedgerError when the book has none."""
        found = self._by_name.get(name)
        if found is None:
            raise LedgerError("unknown-rule", f"there is no rule called {name!r:.80}", "rule")
        return found

    def find(self, name: str) -> Rule | None:
        return self._by_name.get(name)

    def limits(self, name: str) -> Limits:
        return self._limits.get(name, NO_LIMITS)

    def coupon(self, name: str) -> Rule:
        """The rule of this name, which must be one whose pieces wait in a wallet."""
        rule = self.rule(name)
        if rule.given != HELD:
            raise LedgerError("not-a-coupon", f"{name!r} is a {rule.kind}, which nobody can hold", "rule")
        return rule


def day_of(rule: Rule | None, at: datetime) -> str:
    """The date in the rule's zone, as `2026-06-20`: what `limit N uses per day` counts by."""
    with within_calendar():
        return at.astimezone(ZoneInfo(rule.zone if rule else "UTC")).date().isoformat()


def span_of(span: str, day: str) -> tuple[str, str]:
    """The first and the last date of the span that a date lies in."""
    first = date.fromisoformat(day)
    with within_calendar():
        if span == "week":
            first -= timedelta(days=first.weekday())
            return first.isoformat(), (first + timedelta(days=6)).isoformat()
    if span == "month":
        return first.replace(day=1).isoformat(), first.replace(day=monthrange(first.year, first.month)[1]).isoformat()
    return day, day


def span_uses(use: RuleUsage, span: str) -> int:
    """Uses by this customer in the span."""
    return {"day": use.customer_day, "week": use.customer_week, "month": use.customer_month}[span]


def piece_expires(rule: Rule, at: datetime) -> datetime | None:
    """Until when a piece got now can be used; None: for ever."""
    with within_calendar():
        return expiry_of_piece(at, rule.lasts_days, rule.valid.end)
