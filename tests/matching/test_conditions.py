"""Whether a rule is available: time, audience, typed codes, limits, in the order of SPEC 2."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from pricing import Customer, RuleUsage, TypedCode
from pricing.engine.matching.conditions import (
    declined,
    earlier_uses,
    has_code,
    is_typed,
    limit_refusal,
    needs_customer,
    refusal_before_scope,
)
from tests.hand import case, line

STEP = "  spend       1.00  take 0.10 off\n"
A = line("a", 1000)


@pytest.mark.parametrize(
    ("clauses", "cart", "reason"),
    [
        ("", {}, None),
        ("", {"at": datetime(2026, 5, 31, 23, 59, 59, tzinfo=UTC)}, "not-yet"),
        ("", {"at": datetime(2026, 7, 1, tzinfo=UTC)}, "expired"),
        ("  days        sat, sun\n", {"at": datetime(2026, 6, 19, 12, tzinfo=UTC)}, "wrong-day-or-hour"),
        ("  days        sat, sun\n", {"at": datetime(2026, 6, 20, 12, tzinfo=UTC)}, None),
        (
            "  hours       from 20:00 until 22:00\n",
            {"at": datetime(2026, 6, 20, 19, 59, tzinfo=UTC)},
            "wrong-day-or-hour",
        ),
        ("  hours       from 20:00 until 22:00\n", {"at": datetime(2026, 6, 20, 20, tzinfo=UTC)}, None),
        ("  hours       from 22:00 until 02:00\n", {"at": datetime(2026, 6, 20, 1, 59, tzinfo=UTC)}, None),
        ("  customers   vip\n", {}, "other-customer"),
        ("  customers   vip\n", {"customer": Customer("c", ("new", "vip"))}, None),
        ("  countries   US\n", {"country": "DE"}, "other-country"),
        ("  channels    app\n", {"channel": "web"}, "other-channel"),
        ("  customers   vip\n  countries   US\n", {"country": "DE"}, "other-customer"),
    ],
)
def test_the_first_reason_is_told(clauses: str, cart: dict[str, Any], reason: str | None) -> None:
    made = case(f'store discount x "X"\n{clauses}{STEP}', A, **cart)
    (rule,) = made.plan.rules
    found = refusal_before_scope(rule, made.situation)
    assert (None if found is None else found.value) == reason


@pytest.mark.parametrize(
    ("limit", "usage", "reason"),
    [
        ("  limit       2 uses per customer\n", RuleUsage(customer=1), None),
        ("  limit       2 uses per customer\n", RuleUsage(customer=2), "used-up"),
        ("  limit       9 uses in total\n", RuleUsage(total=9), "used-up"),
        ("  limit       3 uses per day\n", RuleUsage(today=3, total=3), "used-up"),
        ("  budget      50.00 in total\n", RuleUsage(spent=4999), None),
        ("  budget      50.00 in total\n", RuleUsage(spent=5000), "no-budget"),
    ],
)
def test_limits_and_budgets_are_used_up_by_earlier_orders(limit: str, usage: RuleUsage, reason: str | None) -> None:
    made = case(f'store discount x "X"\n{STEP}{limit}', A, usage={"x": usage}, customer=Customer("c-1"))
    (rule,) = made.plan.rules
    found = limit_refusal(rule, made.situation)
    assert (None if found is None else found.value) == reason


def test_a_limit_per_order_starts_anew_with_each_order() -> None:
    assert earlier_uses("uses", "order", RuleUsage(customer=7, total=9)) == 0


def test_a_limit_per_customer_needs_a_customer_with_a_name() -> None:
    card = f'store discount x "X"\n{STEP}  limit       1 use per customer\n'
    for customer, needed in ((Customer(), True), (Customer("c-1"), False)):
        made = case(card, A, customer=customer)
        (rule,) = made.plan.rules
        assert needs_customer(rule, made.situation) == needed


def test_a_code_is_typed_in_any_case_and_a_found_one_names_its_rule() -> None:
    card = f'promo code SAVE-10 "Save"\n{STEP}'
    for codes, typed in (
        (["save-10"], True),
        (["SAVE10"], False),
        ([TypedCode("SAVE-10", "SAVE-10")], True),
        ([], False),
    ):
        made = case(card, A, codes=codes)
        (rule,) = made.plan.rules
        assert is_typed(rule, made.situation) == typed
        assert has_code(rule, "Save-10")


def test_a_customer_declines_a_rule_by_name_or_by_kind() -> None:
    made = case(f'store discount x "X"\n{STEP}', A)
    (rule,) = made.plan.rules
    for without, wanted in ((frozenset(), False), (frozenset({"x"}), True), (frozenset({"store discount"}), True)):
        made.situation.without = without
        assert declined(rule, made.situation) == wanted
