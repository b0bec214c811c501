"""Which rules look at a cart, and which of its lines each has in scope (SPEC section 2)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from pricing.engine.matching.situation import Situation
from pricing.engine.rules.plan import Plan
from pricing.engine.rules.planned import PlannedRule, Test, Tests

MANY: Final = 16
"""Of more lines those of some skus are looked up."""


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
    for single in situation.found_codes:
        named = rules.find(single.rule)
        if named is not None and named.is_code:
            found.add(named.index)
    currency = situation.currency
    return [rules[index].of(currency) for index in sorted(found)]


def scope_of(rule: PlannedRule, situation: Situation) -> list[int]:
    """Places of the lines in the rule's scope, in order. Not to be changed: other rules may share the list."""
    by_key = situation.by_key
    keys = rule.index_keys
    places: list[int] = by_key.get(keys[0], []) if len(keys) == 1 else _under_any(keys, by_key)
    if len(places) > MANY and not rule.item_only:
        for test in rule.residual.only:
            if test.word == "skus" and len(test.values) < len(places):
                # A coupon for one product of a large store: few lines are asked, but all that finding it has told.
                return places_within(rule.scope, situation, situation.of_skus(test.values))
    return places_within(rule.residual, situation, places)


def places_within(tests: Tests, situation: Situation, places: list[int]) -> list[int]:
    """The places that answer all of a scope; the very same list when there is nothing to ask."""
    if not tests.only and not tests.never:
        return places
    left: list[int] = []
    for place in places:
        if not _differs(tests.only, situation, place, True) and not _differs(tests.never, situation, place, False):
            left.append(place)
    return left


def _differs(tests: list[Test], situation: Situation, place: int, wanted: bool) -> bool:
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
