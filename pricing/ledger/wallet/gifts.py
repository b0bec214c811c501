"""What a product page, or a cart, tells of gifts: units that could be had at the terms of a `get` (SPEC 7, `unclaimed`).

A quote tells it of goods that lie in the cart. A page tells it before: of rules whose steps look at what is there, while
nothing of what they give is.
"""

from __future__ import annotations

from collections.abc import Mapping

from pricing.engine import PlannedRule, Situation, places_within, scope_of
from pricing.forms import Get
from pricing.model.ladder import DIFFERENT, MONEY, Step
from pricing.model.quote import Quote, Unclaimed


def counts_any(rule: PlannedRule, situation: Situation) -> bool:
    """Whether steps that look at other goods than those that get cheaper look at any of the lines."""
    return bool(_counted(rule, situation))


def unclaimed(rule: PlannedRule, situation: Situation, quote: Quote) -> tuple[Unclaimed, ...]:
    """What could be had by a rule that is free to be used; `quote` is that of the same lines."""
    told = tuple(each for each in quote.unclaimed if each.rule == rule.name)
    if told or scope_of(rule, situation):
        return told
    amounts = {line.id: line.item for line in quote.lines}
    groups: dict[str, list[int]] = {}
    for place in _counted(rule, situation):
        groups.setdefault(situation.stores[place] if rule.per == "store" else "", []).append(place)
    skus = sorted({sku for clause in rule.rule.scope.only if clause.word == "skus" for sku in clause.values})
    found = ((store, _units(rule.rule.ladder, situation, places, amounts)) for store, places in sorted(groups.items()))
    return tuple(Unclaimed(rule.name, store or None, many, tuple(skus)) for store, many in found if many)


def _counted(rule: PlannedRule, situation: Situation) -> list[int]:
    if rule.counts is None:
        return []
    places = places_within(rule.counts_stores, situation, list(range(len(situation.lines))))
    return places_within(rule.counts, situation, places)


def _units(ladder: tuple[Step, ...], situation: Situation, places: list[int], amounts: Mapping[str, int]) -> int:
    """Units that the highest step reached gives; goods count at their item prices."""
    lines = [situation.lines[place] for place in places]
    measure = ladder[0].measure if ladder else MONEY
    if measure == MONEY:
        have = sum(amounts[line.id] for line in lines)
    elif measure == DIFFERENT:
        have = len({(line.store, line.sku) for line in lines})
    else:
        have = sum(line.quantity for line in lines)
    reached = [step for step in ladder if step.reach <= have]
    step = reached[-1] if reached else Step()
    if not isinstance(step.gives, Get):
        return 0
    rounds = have // step.reach if step.reach and (step.repeats or measure != MONEY) else 1
    times = rounds if step.most_times is None else min(rounds, step.most_times)
    return step.gives.many * times
