"""Limits on counts (SPEC 5.3): of cards, of the policy, and pieces that can be had; said once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pricing.engine.matching.conditions import earlier_uses
from pricing.engine.problem import NO_CAP, Application, Group, Problem
from pricing.engine.rules.planned import PlannedRule
from pricing.model.kind import Kind
from pricing.model.policy import PolicyLimit

if TYPE_CHECKING:
    from pricing.engine.matching.case import Case


def set_groups(case: Case, pools: dict[str, tuple[int, int]]) -> None:
    """All limits of a problem. `pools`: of each coupon its pool, and how many pieces can be had."""
    problem = case.problem
    start = 0
    for end in range(1, len(case.rules) + 1):
        # Applications of one rule stand next to each other.
        if end < len(case.rules) and case.rules[end] is case.rules[start]:
            continue
        apps = problem.applications[start:end]
        start = end
        rule = case.rules[apps[0].index]
        most = 0
        for app in apps:
            most += app.most
        most = _most_uses(case, rule, most)
        if rule.is_coupon:
            most = min(most, pools[rule.name][1])
        elif rule.is_code and len(apps) > 1:
            problem.codes_serve_many = True
        _add_group(problem, apps, 1, most)
        if rule.is_select and rule.cap_order != NO_CAP:
            _add_group(problem, apps, rule.piece, rule.cap_order)
    for limit in case.plan.limits:
        _add_policy_limit(case, limit)


def _add_policy_limit(case: Case, limit: PolicyLimit) -> None:
    problem = case.problem
    codes, group, kind = limit.codes, limit.group, limit.kind
    members: list[Application] = []
    wanted = 0
    for app in problem.applications:
        rule = case.rules[app.index]
        # Item rules, exchanges and rewards have no applications.
        if rule.is_code if codes else f"group {group}" in rule.groups if group else rule.kind is kind:
            members.append(app)
            wanted += app.most
    if wanted <= limit.count:
        return
    by_rule = limit.codes or limit.kind is Kind.PROMO_CODE
    if limit.per == "order":
        _add_group(problem, members, 1, limit.count, by_rule)
        return
    stores: dict[str, list[Application]] = {}
    line_of = case.runs.line_of
    for app in members:
        for store in {case.situation.stores[line_of[place]] for place in app.scope}:
            stores.setdefault(store, []).append(app)
    for store in sorted(stores):
        _add_group(problem, stores[store], 1, limit.count, by_rule)


def _most_uses(case: Case, rule: PlannedRule, most: int) -> int:
    per_order = False
    if rule.has_limits:
        usage = case.situation.used(rule)
        for limit in rule.rule.limits:
            if limit.unit == "uses":
                most = min(most, limit.count - earlier_uses("uses", limit.per, usage))
                per_order = per_order or limit.per == "order"
    return min(most, 1) if rule.once and not per_order else most


def _add_group(problem: Problem, apps: list[Application], weight: int, most: int, by_rule: bool = False) -> None:
    """Keep a limit, unless no selection can break it."""
    by_rule = by_rule and len({app.rule for app in apps}) < len(apps)
    wanted = 0
    for app in apps:
        wanted += app.most
    if by_rule:
        wanted = len({app.rule for app in apps})
    if weight * wanted <= most:
        return
    for app in apps:
        app.most = min(app.most, most // weight)
        app.groups.append(len(problem.groups))
    problem.groups.append(Group([app.index for app in apps], weight, most, by_rule))
