"""What earlier orders used of each rule, under one version of the rules (SPEC 1, "usage").

Reads uses, one order after another in order of time; tells a `RuleUsage` at any instant from the last one on. Days, weeks
from Monday and months are those of the rule's zone.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from pricing.engine import PlannedRule, earlier_uses, used_up
from pricing.model.cart import NO_USAGE, RuleUsage

_TOTAL, _SPENT, _ITEMS, _DAY, _TODAY, _SPENT_TODAY = range(6)
_USES, _BOUGHT, _OF_DAY, _IN_DAY, _OF_WEEK, _IN_WEEK, _OF_MONTH, _IN_MONTH = range(8)


class UseCounters:
    """Uses of counted rules, by rule and, where a limit is per customer, by customer."""

    def __init__(self) -> None:
        self.rules: dict[str, list[Any]] = {}
        self.customers: dict[str, dict[str, list[Any]]] = {}
        self._zones: dict[str, ZoneInfo] = {}

    def usage(self, rule: PlannedRule, customer: str, at: datetime) -> RuleUsage:
        """What has been used of the rule when this customer comes; money in the currency of the rule's amounts, each of
        which has a budget of its own. Guests have used nothing themselves.
        """
        row = self.rules.get(rule.name)
        if row is None:
            return NO_USAGE
        today, week, month = self._dates(rule, at)
        mine = self.customers.get(rule.name, {}).get(customer) if customer else None
        own = mine or [0, 0, "", 0, "", 0, "", 0]
        is_today = row[_DAY] == today
        return RuleUsage(
            customer=own[_USES],
            today=row[_TODAY] if is_today else 0,
            total=row[_TOTAL],
            spent=row[_SPENT].get(rule.currency, 0),
            items_customer=own[_BOUGHT],
            spent_today=row[_SPENT_TODAY].get(rule.currency, 0) if is_today else 0,
            customer_day=own[_IN_DAY] if own[_OF_DAY] == today else 0,
            customer_week=own[_IN_WEEK] if own[_OF_WEEK] == week else 0,
            customer_month=own[_IN_MONTH] if own[_OF_MONTH] == month else 0,
            items_total=row[_ITEMS],
        )

    def count(self, rule: PlannedRule, customer: str, at: datetime, uses: int, items: int, spent: int) -> None:
        """An order has used the rule."""
        today, week, month = self._dates(rule, at)
        row = self.rules.setdefault(rule.name, [0, {}, 0, today, 0, {}])
        if row[_DAY] != today:
            row[_DAY], row[_TODAY], row[_SPENT_TODAY] = today, 0, {}
        for place, many in ((_TOTAL, uses), (_ITEMS, items), (_TODAY, uses)):
            row[place] += many
        for place in (_SPENT, _SPENT_TODAY):
            row[place][rule.currency] = row[place].get(rule.currency, 0) + spent
        if not customer or not any(limit.per.startswith("customer") for limit in rule.rule.limits):
            return
        own = self.customers.setdefault(rule.name, {}).setdefault(customer, [0, 0, "", 0, "", 0, "", 0])
        own[_USES] += uses
        own[_BOUGHT] += items
        for named, counted, now in (
            (_OF_DAY, _IN_DAY, today),
            (_OF_WEEK, _IN_WEEK, week),
            (_OF_MONTH, _IN_MONTH, month),
        ):
            own[counted] = uses + (own[counted] if own[named] == now else 0)
            own[named] = now

    def _dates(self, rule: PlannedRule, at: datetime) -> tuple[str, str, str]:
        """The day, the Monday of its week, and the month, in the rule's zone."""
        zone = rule.rule.zone
        known = self._zones.get(zone) or self._zones.setdefault(zone, ZoneInfo(zone))
        day: date = at.astimezone(known).date()
        return day.isoformat(), (day - timedelta(days=day.weekday())).isoformat(), day.isoformat()[:7]

    def state(self) -> dict[str, Any]:
        """All of it as JSON has it."""
        return {"rules": self.rules, "customers": self.customers}

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> UseCounters:
        made = cls()
        made.rules, made.customers = state["rules"], state["customers"]
        return made


def leaves_price_alone(rule: PlannedRule, usage: RuleUsage, uses: int, items: int) -> bool:
    """Whether an order that could use a rule so often at most has the same price after these earlier uses as after none.

    So it is when the rule is still available and every limit leaves as much as the order could use: then no choice is
    open or closed that was not so before. Anything else is priced anew.
    """
    if usage == NO_USAGE:
        return True
    if used_up(rule, usage):
        return False
    for limit in rule.rule.limits:
        earlier = earlier_uses(limit.unit, limit.per, usage)
        if earlier and limit.count - earlier < (items if limit.unit == "items" else uses):
            return False
    return True
