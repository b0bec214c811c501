"""Whether a rule is available to a checkout, by the conditions of SPEC section 2 in their order: time, audience, held
or typed, limits. The engine asks them of a cart."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from pricing.engine.matching.situation import Situation
from pricing.engine.rules.plan import Plan, code_key
from pricing.engine.rules.planned import PlannedRule
from pricing.facts import CHECKOUT, FACTS
from pricing.model.cart import RuleUsage, TypedCode
from pricing.model.codes import fits
from pricing.model.reason import Reason
from pricing.model.scope import Clause
from pricing.model.window import Hours

MOST_TRADES: Final = 10**9
"""No limit on an exchange; coins are counted on what a selection needs, so that the best price always comes first."""

AUDIENCE: Final = tuple([(fact.word, fact.field, fact.reason) for fact in FACTS if fact.of == CHECKOUT])
"""What is asked of the checkout, in order: the word, the field of the cart, the reason when it fails."""


def refusal_before_scope(rule: PlannedRule, situation: Situation) -> Reason | None:
    """The first reason of SPEC section 2, up to the conditions of customer and place; None when none fails."""
    if rule.currency != situation.currency:
        return Reason.OTHER_CURRENCY
    if situation.instant < rule.start:
        return Reason.NOT_YET
    if situation.instant >= rule.end:
        return Reason.EXPIRED
    if rule.zone is not None and not _in_hours(rule, situation):
        return Reason.WRONG_DAY_OR_HOUR
    if rule.has_audience:
        return _audience_refusal(rule, situation)
    return None


def _in_hours(rule: PlannedRule, situation: Situation) -> bool:
    """Whether `days` and `hours` hold. Hours past midnight belong to the day on which they begin."""
    local = situation.instant.astimezone(rule.zone)
    days = rule.rule.days
    if not rule.rule.hours:
        return local.weekday() in days
    # Whole minutes are enough: a card gives hours to the minute, and a span's end is exclusive.
    minute = local.hour * 60 + local.minute
    for hours in rule.rule.hours:
        if not _is_inside(hours, minute):
            return False
        began = local - timedelta(days=1) if hours.end <= hours.start and minute < hours.end else local
        if days and began.weekday() not in days:
            return False
    return True


def _is_inside(hours: Hours, minute: int) -> bool:
    if hours.start < hours.end:
        return hours.start <= minute < hours.end
    return minute >= hours.start or minute < hours.end


def _audience_refusal(rule: PlannedRule, situation: Situation) -> Reason | None:
    for word, field, reason in AUDIENCE:
        values = frozenset((str(getattr(situation.cart, field)),)) if field else situation.segments
        for clause in rule.rule.audience.only:
            if clause.word == word and not _names_any(clause, values):
                return reason
        for clause in rule.rule.audience.never:
            if clause.word == word and _names_any(clause, values):
                return reason
    return None


def _names_any(clause: Clause, values: frozenset[str]) -> bool:
    if clause.any_of:
        return any(_names_any(each, values) for each in clause.any_of if each.word == clause.word)
    return not values.isdisjoint(clause.values) and values.isdisjoint(clause.removed)


def needs_customer(rule: PlannedRule, situation: Situation) -> bool:
    """Whether a limit per customer meets a cart that does not name its customer (SPEC 2)."""
    return rule.names_customer and not situation.cart.customer.id


def limit_refusal(rule: PlannedRule, situation: Situation) -> Reason | None:
    """`used-up` or `no-budget` by earlier uses; None when neither."""
    return used_up(rule, situation.used(rule)) if rule.has_limits else None


def used_up(rule: PlannedRule, usage: RuleUsage) -> Reason | None:
    """The same by what earlier orders used, whatever the cart."""
    for limit in rule.rule.limits:
        if limit.count <= earlier_uses(limit.unit, limit.per, usage):
            return Reason.USED_UP
    if rule.rule.budget is not None and usage.spent >= rule.rule.budget:
        return Reason.NO_BUDGET
    if rule.rule.budget_day is not None and usage.spent_today >= rule.rule.budget_day:
        return Reason.NO_BUDGET
    return None


def earlier_uses(unit: str, per: str, usage: RuleUsage) -> int:
    """What earlier orders have used of a limit."""
    if per == "order":
        return 0
    if unit == "items":
        return usage.items_total if per == "total" else usage.items_customer
    return {
        "customer": usage.customer,
        "day": usage.today,
        "total": usage.total,
        "customer and day": usage.customer_day,
        "customer and week": usage.customer_week,
        "customer and month": usage.customer_month,
    }[per]


def declined(rule: PlannedRule, situation: Situation) -> bool:
    """Whether the customer forbids it (SPEC 5), by name or by kind."""
    return bool(situation.without) and (rule.name in situation.without or rule.kind.value in situation.without)


def usable_exchanges(rule: PlannedRule, situation: Situation) -> list[tuple[int, int, int, str]]:
    """(coins, pieces, most trades, exchange rule) for each exchange that can sell the coupon, best price first."""
    trades: list[tuple[int, int, int, str]] = []
    for primary in rule.exchanges:
        exchange = primary.of(situation.currency)
        trade = exchange.rule.trade
        if trade is None or exchange_refusal(exchange, situation):
            continue
        most = MOST_TRADES
        usage = situation.used(exchange)
        for limit in exchange.rule.limits:
            most = min(most, limit.count - earlier_uses(limit.unit, limit.per, usage))
        if most > 0:
            trades.append((trade.coins, trade.pieces, most, exchange.name))
    return trades


def exchange_refusal(exchange: PlannedRule, situation: Situation) -> Reason | None:
    """Why coins cannot buy with an exchange; None when they can."""
    if declined(exchange, situation):
        return Reason.DECLINED
    reason = refusal_before_scope(exchange, situation)
    if not reason and needs_customer(exchange, situation):
        reason = Reason.NEEDS_CUSTOMER
    return reason or limit_refusal(exchange, situation)


def is_typed(rule: PlannedRule, situation: Situation) -> bool:
    """Whether a rule that is given by code has its code typed; others need none."""
    if not rule.is_code:
        return True
    for code in rule.rule.codes:
        if code_key(code) in situation.codes:
            return True
    return any(found.rule == rule.name and has_code(rule, found.code) for found in situation.found_codes)


def is_known_code(plan: Plan, code: str | TypedCode) -> bool:
    """Whether a code belongs to a rule; of a pair, to the rule that it names."""
    if isinstance(code, str):
        return code_key(code) in plan.codes
    rule = plan.rules.find(code.rule)
    return rule is not None and rule.is_code and has_code(rule, code.code)


def has_code(rule: PlannedRule, code: str) -> bool:
    """Whether a single code can be one of the rule's: by its pattern, or written on its card."""
    pattern = rule.rule.pattern
    if pattern is not None and fits(pattern.pattern, code):
        return True
    key = code_key(code)
    return any(code_key(own) == key for own in rule.rule.codes)
