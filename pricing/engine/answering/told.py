"""What a quote tells besides its price: coins that are earned, and units that could still be had (SPEC 4 and 7)."""

from __future__ import annotations

from pricing.engine.matching.applications import Lowering, measured
from pricing.engine.matching.case import Case
from pricing.engine.problem import Application
from pricing.engine.rules.planned import PlannedRule
from pricing.engine.settling.settle import Settlement, base_of, gift_of, till
from pricing.forms import Get
from pricing.model.ladder import MONEY, Reward, Step
from pricing.model.quote import Earned, Unclaimed


def earned_of(case: Case, settlement: Settlement) -> tuple[Earned, ...]:
    """Coins that rewards earn on what their lines pay, by rule."""
    earned: list[Earned] = []
    for rule, places in case.rewards:
        reward = rule.rule.reward
        if reward is None:
            continue
        coins = coins_of(reward, sum([settlement.now[place] for place in places]))
        if coins:
            earned.append(Earned(rule.name, coins))
    return tuple(earned)


def coins_of(reward: Reward, pays: int) -> int:
    """SPEC 4: what a reward earns on so many minor units."""
    coins = 0
    for earning in reward.earnings:
        if earning.repeats:
            coins = pays // earning.reach * earning.coins
        elif earning.reach <= pays:
            coins = earning.coins
    return coins if reward.at_most is None else min(coins, reward.at_most)


def unclaimed_of(case: Case, counts: list[int]) -> tuple[Unclaimed, ...]:
    """How many more units could be had at the terms of a `get` form (SPEC 7), by rule and store.

    Asked of each application that is used, or usable beside what is.
    """
    found: list[Unclaimed] = []
    gifts = [app for app in case.problem.applications if app.has_gift]
    if not gifts:
        return ()
    mask = 0
    for app in case.problem.applications:
        if counts[app.index]:
            mask |= 1 << app.index
    for app in gifts:
        rule = case.rules[app.index]
        if not any(isinstance(step.gives, Get) for step in rule.rule.ladder):
            continue
        if counts[app.index] or not app.clash & mask:
            met = till(case.problem, counts, app)
            if met.offered(app, 1):
                base = base_of(case.problem, app, met.start)
                gift = gift_of(case.problem, app, met.start)
                found += _more(case, rule, app, base, 0 if gift is None else sum(gift.units))
    found.sort(key=_order)
    return tuple(found)


def _order(unclaimed: Unclaimed) -> tuple[str, str]:
    return unclaimed.rule, unclaimed.store or ""


def _more(case: Case, rule: PlannedRule, app: Application, base: int, given: int) -> list[Unclaimed]:
    ladder = rule.rule.ladder
    have = base if ladder[0].measure == MONEY else measured(case, app, ladder[0].measure)
    step = None
    for each in ladder:
        if each.reach <= have:
            step = each
    if step is None or not isinstance(step.gives, Get):
        return []
    rounds = 1
    if step.repeats:
        rounds = have // step.reach
    elif step.measure != MONEY:
        rounds = _paid_units(case, rule, app, step) // step.reach
    if step.most_times is not None:
        rounds = min(rounds, step.most_times)
    more = rounds * step.gives.many - given
    return [Unclaimed(rule.name, app.store or None, more, _skus(rule))] if more > 0 else []


def _paid_units(case: Case, rule: PlannedRule, app: Application, step: Step) -> int:
    """Counted units that are not gets themselves."""
    assert isinstance(step.gives, Get)
    goods = Lowering(case, rule, app).goods
    return step.gives.paid_units(step, goods)


def _skus(rule: PlannedRule) -> tuple[str, ...]:
    """The skus that its scope names; none where it is wider."""
    return tuple(sorted({sku for test in rule.scope.only if test.word == "skus" for sku in test.values}))
