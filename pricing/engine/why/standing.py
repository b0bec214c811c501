"""How every rule that looked at a cart stands under the selection chosen for it (SPEC sections 2, 5 and 7).

Reads a `Case` and one count for each application; makes a `Chosen`: rules refused before they had applications, and
for every other rule its applications, used or not. `refusal_of` says why one was not used, `Measure` what it is
measured on. `explain.py` adds what needs a search.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Set as AbstractSet

from attrs import evolve

from pricing.engine.matching.applications import Lowering, applications_of, measured
from pricing.engine.matching.case import Case, without_item_clashes
from pricing.engine.matching.clashes import do_clash
from pricing.engine.matching.conditions import (
    declined,
    exchange_refusal,
    is_typed,
    limit_refusal,
    needs_customer,
    refusal_before_scope,
    usable_exchanges,
)
from pricing.engine.matching.scoping import rules_met, scope_of
from pricing.engine.problem import Application, Pool, Problem, Rung
from pricing.engine.rules.planned import PlannedRule
from pricing.engine.search.judge import is_used_in, used_of
from pricing.engine.settling.settle import base_of, exchange_coins, rung_of, till
from pricing.forms import AmountOff, Bundle, Get
from pricing.model.kind import ITEM_KINDS
from pricing.model.ladder import MONEY, Step
from pricing.model.quote import Refusal
from pricing.model.reason import Reason


class Standing:
    """One application of an available rule."""

    __slots__ = ("app", "count", "index", "rule")

    def __init__(self, rule: PlannedRule, app: Application, index: int, count: int) -> None:
        self.rule = rule
        self.app = app
        self.index = index
        """Its place in the problem; -1 when no selection can use it, so that the search never saw it."""
        self.count = count
        """How often the chosen selection uses it."""

    @property
    def store(self) -> str | None:
        return self.app.store or None


class Selected:
    """A case, and the selection chosen for it."""

    def __init__(self, case: Case, counts: list[int]) -> None:
        self.case = case
        self.counts = counts
        self._used: list[Standing] | None = None

    def used(self) -> list[Standing]:
        """Of the used applications, by rule, then store."""
        if self._used is None:
            used = [app for app in self.case.problem.applications if self.counts[app.index]]
            used.sort(key=lambda app: (app.name, app.store, app.sku))
            self._used = [Standing(self.case.rules[app.index], app, app.index, self.counts[app.index]) for app in used]
        return self._used


class Chosen(Selected):
    """The same, and what became of every rule that looked at the cart."""

    def __init__(self, case: Case, counts: list[int], only: PlannedRule | None = None) -> None:
        """`only`: nobody asks about other rules."""
        super().__init__(case, counts)
        self.refused: list[Refusal] = []
        """Rules that did not get as far as applications."""
        self.standings: list[Standing] = []
        """By rule, then store."""
        self._known = {(app.rule, app.store, app.sku): app for app in case.problem.applications}
        self._given = {name for priced in case.priced for _, _, name in priced.parts}
        """Item rules that gave some unit its price."""
        for rule in [only] if only is not None else rules_met(case.plan, case.situation, everyone=True):
            self._look_at(rule)

    def _look_at(self, rule: PlannedRule) -> None:
        """What became of one rule."""
        case = self.case
        if not is_typed(rule, case.situation) and not rule.rule.public:
            return  # codes are secrets: they are told to nobody who has not typed them (SPEC 7)
        self.refused += _exchange_refusals(case, rule)
        refusal, places = _before_applications(case, rule)
        if refusal is None and rule.kind in ITEM_KINDS:
            if rule.name not in self._given:
                self.refused.append(Refusal(rule.name, None, Reason.NOTHING_TO_SAVE))
            return
        if refusal is not None:
            self.refused.append(refusal)
            return
        if rule.is_reward:
            return
        for made in applications_of(case, rule, places):
            app = self._known.get((rule.index, made.store, made.sku))
            if app is None:
                self.standings.append(Standing(rule, made, -1, 0))
            else:
                self.standings.append(Standing(rule, app, app.index, self.counts[app.index]))


def _before_applications(case: Case, rule: PlannedRule) -> tuple[Refusal | None, list[int]]:
    """Why a rule gives no application, by the first condition of SPEC 2 that fails; else the places it looks at.

    What the customer declines is not looked at any further. A rule whose lines all have units at the price of an item
    rule that it never meets (SPEC 5.2) has nothing in scope, and the refusal names that item rule.
    """
    situation = case.situation
    reason = Reason.DECLINED if declined(rule, situation) else refusal_before_scope(rule, situation)
    if not reason and rule.is_coupon and not _can_be_had(case, rule):
        reason = Reason.NOT_HELD
    if not reason and not is_typed(rule, situation):
        reason = Reason.NOT_TYPED
    if not reason and needs_customer(rule, situation):
        reason = Reason.NEEDS_CUSTOMER
    if reason:
        return Refusal(rule.name, None, reason), []
    places, blocker = case.runs.of(scope_of(rule, situation)), ""
    if places and rule.kind not in ITEM_KINDS:
        places, blocker = without_item_clashes(case, rule, places)
    if not places:
        return Refusal(rule.name, None, Reason.NO_ITEM_IN_SCOPE, clashes_with=blocker or None), []
    reason = limit_refusal(rule, situation)
    return (Refusal(rule.name, None, reason), []) if reason else (None, places)


def _can_be_had(case: Case, rule: PlannedRule) -> bool:
    """Whether an unexpired piece is held, or all coins could buy one."""
    if case.held.get(rule.name):
        return True
    trades = usable_exchanges(rule, case.situation) if rule.exchanges else []
    return bool(trades) and Pool(rule.name, 0, [], trades).most(case.problem.coins) > 0


def _exchange_refusals(case: Case, coupon: PlannedRule) -> Iterator[Refusal]:
    """Exchanges that could not sell the coupon, had it been wanted. Those that nobody needed are not spoken of."""
    for exchange in coupon.exchanges:
        reason = exchange_refusal(exchange.of(case.situation.currency), case.situation)
        if reason:
            yield Refusal(exchange.name, None, reason)


# Why an application was not used


def refusal_of(chosen: Chosen, standing: Standing) -> Refusal:
    """Why an application was left out, without `total_with`.

    It is measured as it would be in the chosen selection with itself added and what it clashes with taken out:

    - `below-threshold`: no step is reached. `short_by` is what its base (SPEC 4.1) lacks for the lowest step, in minor
      units; `short_units` for steps that count units;
    - `nothing-to-save`: a step is reached, but there is nothing (left) to take, or its own cap is used up, or the
      policy voids a benefit above what the lines cost;
    - `clashes`: SPEC 5.1 to 5.3 forbid it beside a used one; the first by rule and store is named;
    - `beaten`: anything else. With it the total is not lower, or others would fall below their steps, or lack coins.
    """
    told = Refusal(standing.rule.name, standing.store, Reason.BEATEN, sku=standing.app.sku or None)
    if standing.app.most < 1:
        return evolve(told, reason=Reason.NOTHING_TO_SAVE)
    rivals = list(rivals_of(chosen, standing))
    measure = Measure(chosen.case.problem, chosen.counts, standing.app, {rival.index for rival in rivals})
    if not _is_reached(measure, standing.app):
        target = next_target(chosen.case, standing, measure.base)
        if target is not None and target.measure != MONEY:
            return evolve(told, reason=Reason.BELOW_THRESHOLD, short_units=target.missing)
        if target is not None:
            return evolve(told, reason=Reason.BELOW_THRESHOLD, short_by=target.missing)
    if standing.index < 0 or (not measure.shares and not measure.lacks_coins):
        return evolve(told, reason=Reason.NOTHING_TO_SAVE)
    if rivals:
        return evolve(told, reason=Reason.CLASHES, clashes_with=rivals[0].rule.name)
    return told


def rivals_of(chosen: Selected, standing: Standing) -> Iterator[Standing]:
    """The used applications beside which this one may not be used, in order of rule and store."""
    full: set[int] = set()
    for number in standing.app.groups:
        problem = chosen.case.problem
        group = problem.groups[number]
        if is_used_in(problem, group, standing.app, chosen.counts):
            continue
        used = used_of(problem, group, chosen.counts)
        if group.weight * (used + 1) > group.most:
            full.update(group.members)
    for other in chosen.used():
        if standing.index >= 0:
            clash = bool(standing.app.clash >> other.index & 1)
        else:  # nothing can use it: the problem does not hold it, so that masks do not know it
            clash = do_clash(chosen.case.plan, (standing.app, standing.rule), (other.app, other.rule))
        if other.index in full or clash:
            yield other


class Measure:
    """An application as it is met, or would be met, in its layer of a selection."""

    __slots__ = ("base", "lacks_coins", "rung", "shares", "start")

    def __init__(self, problem: Problem, counts: list[int], app: Application, apart: AbstractSet[int]) -> None:
        """Settle everything before it, except the applications `apart`; what is not usable then gives nothing."""
        known = problem.applications[app.index] is app if app.index < len(problem.applications) else False
        selection = counts.copy()
        for place in apart:
            selection[place] = 0
        if known:
            selection[app.index] = selection[app.index] or 1
        exchange = exchange_coins(problem, selection)
        met = till(problem, selection, app)
        coins = met.coins_left
        self.lacks_coins = exchange < 0 or problem.coins - exchange < 0
        self.start = met.start
        """Amounts at the start of its layer."""
        self.base = base_of(problem, app, self.start)
        self.rung: Rung | None = rung_of(app, self.base)
        pieces = selection[app.index] if known else 1
        met.coins_left = max(coins, 0)
        self.shares = met.given if met.offered(app, pieces) else []
        """What it takes from each of its targets; empty when it is not usable."""
        if app.is_coins and not self.shares and problem.coins * app.amount_of_rate >= app.coins_of_rate:
            self.lacks_coins = coins * app.amount_of_rate < app.coins_of_rate
        """Whether others have spent the coins that it needs."""


def _is_reached(measure: Measure, app: Application) -> bool:
    """Whether a step is reached; of a select coupon, one that is worth a piece."""
    if app.is_coins:
        return True
    if measure.rung is None:
        return False
    return bool(measure.shares) or not app.piece or measure.rung.amount == 0 or measure.rung.amount >= app.piece


class Target:
    """A step not reached yet."""

    __slots__ = ("measure", "missing", "reach")

    def __init__(self, measure: str, reach: int, missing: int) -> None:
        self.measure = measure
        """What it counts; see `pricing.model.ladder.Step`."""
        self.reach = reach
        """Minor units of the base, units or different items at which it is reached."""
        self.missing = missing
        """What is missing for that."""


def next_target(case: Case, standing: Standing, base: int) -> Target | None:
    """The nearest step above the one reached, repeats included; None at the top. Steps below a piece do not count."""
    app = standing.app
    found: list[Target] = []
    for step in standing.rule.rule.ladder:
        have = base if step.measure == MONEY else measured(case, app, step.measure)
        if isinstance(step.gives, Get) and step.measure != MONEY and not step.repeats:
            found += _more_gets(case, standing, step, step.gives, have)
            continue
        if isinstance(step.gives, Bundle):
            continue
        reach, repeats = step.reach, step.repeats
        if reach and reach <= have and repeats:
            times = have // step.reach + 1
            if step.most_times is not None and times > step.most_times:
                continue
            reach = times * step.reach
        piece = step.gives.amount if isinstance(step.gives, AmountOff) else 0
        worth_it = not app.piece or piece == 0 or repeats or piece >= app.piece
        if reach > have and worth_it and step.gives is not None:
            found.append(Target(step.measure, reach, reach - have))
    return min(found, key=_by_missing, default=None)


def _by_missing(target: Target) -> tuple[int, bool, int]:
    return target.missing, target.measure != MONEY, target.reach


def _more_gets(case: Case, standing: Standing, step: Step, get: Get, have: int) -> list[Target]:
    """What one more get takes: so many more of the counted units."""
    goods = Lowering(case, standing.rule, standing.app).goods
    more = get.more_units(step, goods)
    return [Target(step.measure, have + more, more)] if more else []
