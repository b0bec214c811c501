"""A cart and the rules it meets, made into numbers: the applications, what excludes what, counts, pieces and coins.

Reads a `Situation`; makes a `Case`, whose `Problem` goes to the search and whose rest goes into the quote.
"""

from __future__ import annotations

from bisect import bisect_left
from datetime import datetime
from typing import Final

from pricing.engine.matching.applications import applications_of, charge_key
from pricing.engine.matching.clashes import never_meet, set_clashes
from pricing.engine.matching.conditions import (
    declined,
    is_typed,
    limit_refusal,
    needs_customer,
    refusal_before_scope,
    usable_exchanges,
)
from pricing.engine.matching.items import Priced, Runs, item_prices
from pricing.engine.matching.limits import set_groups
from pricing.engine.matching.scoping import rules_met, scope_of
from pricing.engine.matching.situation import Situation
from pricing.engine.problem import NO_CAP, Application, Pool, Problem
from pricing.engine.rules.plan import Plan
from pricing.engine.rules.planned import PlannedRule
from pricing.engine.settling.settle import highest_worth, item_base, item_whole
from pricing.forms import Goods
from pricing.model.cart import Cart, Lot, ShippingCharge, Usage

MANY_PLACES: Final = 64
"""From so many places on it pays to see that two rules look at the very same ones."""


class Case:
    """One checkout, matched and priced up to the item layer."""

    __slots__ = (
        "by_store",
        "charges",
        "goods",
        "held",
        "plan",
        "priced",
        "problem",
        "rewards",
        "rules",
        "runs",
        "situation",
    )

    def __init__(self, plan: Plan, situation: Situation) -> None:
        self.plan = plan
        self.situation = situation
        shipping = situation.cart.shipping
        self.charges: list[ShippingCharge] = sorted(shipping, key=charge_key) if shipping else []
        self.priced: list[Priced] = []
        self.runs = Runs([])
        self.held: dict[str, list[Lot]] = situation.lots
        self.problem = Problem()
        self.by_store: dict[int, tuple[list[int], dict[str, list[int]]]] = {}
        """By the identity of a list of places, that list, and the places of each store among them."""
        self.goods: dict[tuple[int, bool], tuple[list[int], Goods]] = {}
        """By the identity of a list of places, that list and the goods there, as benefits on units see them."""
        self.rules: list[PlannedRule] = []
        """The rule of each application of the problem."""
        self.rewards: list[tuple[PlannedRule, list[int]]] = []
        """Coin rewards that are available, with the places in their scope, in order of name."""


def case_of(plan: Plan, cart: Cart, usage: Usage, without: frozenset[str]) -> Case:
    """Match the cart and lay out the choices it leaves."""
    return case_in(Situation(plan, cart, usage, without))


def case_in(situation: Situation) -> Case:
    """The same of a cart that is laid out already."""
    plan = situation.plan
    case = Case(plan, situation)
    item_rules: list[tuple[PlannedRule, list[int]]] = []
    others: list[PlannedRule] = []
    for rule in rules_met(plan, situation):
        if refusal_before_scope(rule, situation):
            continue
        if not rule.is_item:
            others.append(rule)
        elif lines := available_lines(rule, situation):
            item_rules.append((rule, lines))
    case.priced = item_prices(item_rules, situation, plan.rounds_down)
    case.runs = Runs(case.priced)
    _lay_out(case)
    _fill(case, others, bool(item_rules))
    return case


def _lay_out(case: Case) -> None:
    """The amounts of a problem, and the policy's switches."""
    plan, situation, runs, problem = case.plan, case.situation, case.runs, case.problem
    problem.places = len(runs.line_of)
    numbers = {store: number for number, store in enumerate(sorted(set(situation.stores)))}
    stores, units, prices = situation.stores, runs.units, runs.prices
    item: list[int] = []
    of_store: list[int] = []
    for place, line in enumerate(runs.line_of):
        item.append(prices[place] * units[place])
        of_store.append(numbers[stores[line]])
    problem.item, problem.stores = item, of_store
    if situation.floors:
        problem.floors = [situation.floors[line] * runs.units[place] for place, line in enumerate(runs.line_of)]
        problem.floors += [0] * len(case.charges)
    problem.units = runs.units + [1] * len(case.charges)
    for charge in case.charges:
        problem.item.append(charge.minor)
        problem.charge_stores.append(numbers.get(charge.store, -1))
    problem.measured_on_item = plan.measured_on_item
    problem.by_item_price = plan.by_item_price
    problem.moved = plan.moved
    problem.void = plan.void
    problem.rounds_down = plan.rounds_down
    problem.coins = situation.cart.wallet.coins


def available_lines(rule: PlannedRule, situation: Situation) -> list[int]:
    """Lines in scope of a rule whose time and audience fit; empty when it is refused after all."""
    if declined(rule, situation) or not is_typed(rule, situation):
        return []
    if needs_customer(rule, situation) or limit_refusal(rule, situation):
        return []
    return scope_of(rule, situation)


def without_item_clashes(case: Case, rule: PlannedRule, places: list[int]) -> tuple[list[int], str]:
    """Places left when units at the price of an item rule that never meets this one are taken out (SPEC 5.2).

    Also the name of an item rule that took some out, or "".
    """
    rules, given = case.plan.rules, case.runs.rules
    left: list[int] = []
    blocker = ""
    for place in places:
        name = given[place]
        if name and never_meet(case.plan, rule, rules.named(name)):
            blocker = blocker or name
        else:
            left.append(place)
    return left if blocker else places, blocker


def _fill(case: Case, rules: list[PlannedRule], are_items_cheaper: bool) -> None:
    """Make applications, pools and groups of all rules that are still available; `rules` in order of name."""
    by_layer: list[list[tuple[Application, PlannedRule]]] = [[] for _ in case.plan.layers]
    pools: dict[str, tuple[int, int]] = {}
    problem = case.problem
    ranks = _expiry_ranks(case)
    problem.never_expires = len(ranks)
    sums: dict[int, tuple[list[int], int]] = {}
    for rule in rules:
        places = case.runs.of(available_lines(rule, case.situation))
        if not places:
            continue
        if are_items_cheaper:
            places, _ = without_item_clashes(case, rule, places)
            if not places:
                continue
        if rule.is_reward:
            case.rewards.append((rule, places))
            continue
        most = _pool_of(case, rule, ranks, pools) if rule.is_coupon else 1
        if most == 0:
            continue
        for app in applications_of(case, rule, places):
            _set_sums(problem, app, sums)
            if can_give(problem, app, most):
                if rule.is_coupon:
                    app.pool = pools[rule.name][0]
                by_layer[app.layer].append((app, rule))
    paying = 0
    for found in by_layer:
        for app, rule in found:
            app.index = len(case.rules)
            problem.applications.append(app)
            case.rules.append(rule)
            paying += app.is_coins
    problem.layers = len(case.plan.layers)
    set_clashes(case)
    set_groups(case, pools)
    for app in problem.applications:
        app.free = (app.automatic or (app.is_coins and paying == 1)) and app.clash == 0 and not app.groups


def _set_sums(problem: Problem, app: Application, sums: dict[int, tuple[list[int], int]]) -> None:
    """What its lines cost: many rules look at the very same ones. `sums`: by identity, with the list that must stay."""
    if len(app.lines) < MANY_PLACES:
        return
    known = sums.get(id(app.lines))
    if known is None:
        known = sums[id(app.lines)] = app.lines, item_base(problem, app)
    app.item_base = known[1]


def _expiry_ranks(case: Case) -> list[datetime]:
    """Every expiry in the wallet, soonest first: its place is its rank. Instants with other offsets are one when they are
    equal. Compared rather than hashed, which takes longer."""
    expiries: list[datetime] = []
    for lots in case.held.values():
        for lot in lots:
            if lot.expires is not None:
                expiries.append(lot.expires)
    expiries.sort()
    ranks: list[datetime] = []
    for expires in expiries:
        if not ranks or ranks[-1] < expires:
            ranks.append(expires)
    return ranks


def _pool_of(case: Case, rule: PlannedRule, ranks: list[datetime], pools: dict[str, tuple[int, int]]) -> int:
    """Open the pool of a coupon; how many pieces can be had at most: held, and bought for all coins."""
    lots = case.held.get(rule.name, [])
    trades = usable_exchanges(rule, case.situation) if rule.exchanges else []
    held = 0
    expiries: list[tuple[int, int]] = []
    for lot in lots:
        pieces, expires = lot.pieces, lot.expires
        held += pieces
        expiries.append((case.problem.never_expires if expires is None else bisect_left(ranks, expires), pieces))
    if not held and not trades:
        return 0
    pool = Pool(rule.name, held, expiries, trades)
    most = pool.most(case.problem.coins)
    if most:
        pools[rule.name] = (len(case.problem.pools), most)
        case.problem.pools.append(pool)
    return most


def can_give(problem: Problem, app: Application, most: int) -> bool:
    """Whether any selection could use it; sets the highest count. Amounts only fall, so item prices bound them."""
    if item_whole(problem, app) == 0:
        return False
    if app.is_coins:
        return problem.coins > 0
    worth = highest_worth(problem, app)
    if app.piece:
        if app.cap_store != NO_CAP:
            worth = min(worth, app.cap_store)
        app.most = min(most, worth // app.piece)
        return app.most > 0
    return worth > 0
