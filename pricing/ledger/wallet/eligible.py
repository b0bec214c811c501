"""Who may get a coupon or make an exchange, and when: the conditions of a card that need no cart."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from pricing.ledger.errors import LedgerError
from pricing.ledger.store.instants import name_of, within_calendar
from pricing.model.cart import Customer
from pricing.model.rule import Rule
from pricing.model.window import Window


def customer_of(customer: str | Customer) -> Customer:
    """The customer, with a checked id. Of a bare id no segments are known: only what is for everybody is for them."""
    if isinstance(customer, Customer):
        name_of(customer.id, "customer")
        return customer
    return Customer(name_of(customer, "customer"))


def is_for(rule: Rule, customer: Customer) -> bool:
    """Whether the card's `customers` lines let this customer in (SPEC section 2)."""
    segments = frozenset(customer.segments)

    def named(values: tuple[str, ...], removed: tuple[str, ...]) -> bool:
        return not segments.isdisjoint(values) and segments.isdisjoint(removed)

    asked = (clause for clause in rule.audience.only if clause.word == "customers")
    barred = (clause for clause in rule.audience.never if clause.word == "customers")
    return all(named(clause.values, clause.removed) for clause in asked) and not any(
        named(clause.values, clause.removed) for clause in barred
    )


def is_in_hours(rule: Rule, at: datetime) -> bool:
    """Whether `days` and `hours` hold, in the rule's zone."""
    with within_calendar():
        local = at.astimezone(ZoneInfo(rule.zone))
    minute = local.hour * 60 + local.minute
    if rule.days and local.weekday() not in rule.days:
        return False
    return all(
        span.start <= minute < span.end if span.start < span.end else minute >= span.start or minute < span.end
        for span in rule.hours
    )


def claim_window(rule: Rule) -> Window:
    """When a piece can be picked up: `claim`, or the rule's `valid` where the card has none."""
    return rule.claim if rule.claim != Window() else rule.valid


def check_window(window: Window, at: datetime, what: str, rule: Rule) -> None:
    """LedgerError when the instant is outside."""
    where = f"rule {rule.name}"
    if window.start is not None and at < window.start:
        raise LedgerError("not-yet", f"{what} starts {window.start.isoformat()}", where)
    if window.end is not None and at >= window.end:
        raise LedgerError("over", f"{what} ended {window.end.isoformat()}", where)


def check_hours(rule: Rule, at: datetime, what: str) -> None:
    """LedgerError when `days` and `hours` do not hold."""
    if not is_in_hours(rule, at):
        raise LedgerError("wrong-day-or-hour", f"{what} is closed on this day or at this hour", f"rule {rule.name}")


def check_customer(rule: Rule, customer: Customer) -> None:
    """LedgerError when the card is for others."""
    if not is_for(rule, customer):
        raise LedgerError("not-for-you", f"{rule.name!r} is for other customers", f"customer {customer.id}")
