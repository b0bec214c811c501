"""A cart and the rules it meets, made into numbers: the applications, what excludes what, counts, pieces and coins.

Reads `match` and `items`; makes a `Case`, whose `Problem` goes to the search and whose rest goes into the quote.
"""

from __future__ import annotations

from bisect import bisect_left
from datetime import datetime

from pricing.engine.matching.items import Priced, item_prices
from pricing.engine.matching.match import (
    Situation,
    declined,
    earlier_uses,
    is_typed,
    limit_refusal,
    refusal_before_scope,
    rules_met,
    scope_of,
    usable_exchanges,
)
from pricing.engine.problem import NO_CAP, Application, Group, Pool, Problem
from pricing.engine.rules.plan import Plan
from pricing.engine.rules.planned import PlannedRule
from pricing.engine.settling.settle import worth_of
from pricing.model.cart import Cart, Lot, ShippingCharge, Usage


class Case:
    """One checkout, matched and priced up to the item layer."""

    __slots__ = ("charges", "held", "plan", "priced", "problem", "rules", "situation")

    def __init__(self, plan: Plan, situation: Situation) -> None:
        self.plan = plan
        self.situation = situation
        shipping = situation.cart.shipping
        self.charges: list[ShippingCharge] = sorted(shipping, key=_charge_key) if shipping else []
        self.priced: list[Priced] = []
        self.held: dict[str, list[Lot]] = situation.lots
        self.problem = Problem()
        self.rules: list[PlannedRule] = []
        """The rule of each application of the problem."""


def _charge_key(charge: ShippingCharge) -> tuple[str, str]:
    return charge.store, charge.method


def case_of(plan: Plan, cart: Cart, usage: Usage, without: frozenset[str]) -> Case:
    """Match the cart and lay out the choices it leaves."""
    situation = Situation(plan, cart, usage, without)
    case = Case(plan, situation)
    item_rules: list[tuple[PlannedRule, list[int]]] = []
    others: list[PlannedRule] = []
    for rule in rules_met(plan, situation):
        if refusal_before_scope(rule, situation):
            continue
        if not rule.is_item:
            others.append(rule)
        elif places := available_places(rule, situation):
            item_rules.append((rule, places))
    case.priced = item_prices(item_rules, situation, plan.rounds_down)
    problem = case.problem
    problem.places = len(situation.lines)
    problem.item = [priced.amount for priced in case.priced]
    numbers = {store: number for number, store in enumerate(sorted(set(situation.stores)))}
    problem.stores = [numbers[store] for store in situation.stores]
    for charge in case.charges:
        problem.item.append(charge.minor)
        problem.charge_stores.append(numbers.get(charge.store, -1))
    problem.measured_on_item = plan.measured_on_item
    problem.by_item_price = plan.by_item_price
    problem.moved = plan.moved
    problem.void = plan.void
    problem.rounds_down = plan.rounds_down
    problem.coins = cart.wallet.coins
    _fill(case, others, bool(item_rules))
    return case


def available_places(rule: PlannedRule, situation: Situation) -> list[int]:
    """Places in scope of a rule whose time and customer fit; empty when it is refused after all."""
    if declined(rule, situation) or not is_typed(rule, situation) or limit_refusal(rule, situation):
        return []
    return scope_of(rule, situation)


def without_item_clashes(case: Case, rule: PlannedRule, places: list[int]) -> tuple[list[int], str]:
    """Places left when lines with units at the price of an item rule that never meets this one are taken out (SPEC 5.2).

    Also the name of an item rule that took a line out, or "".
    """
    rules = case.plan.rules
    left: list[int] = []
    blocker = ""
    for place in places:
        for _, _, name in case.priced[place].parts:
            if name and never_meet(case.plan, rule, rules.named(name)):
                blocker = blocker or name
                break
        else:
            left.append(place)
    return left, blocker


def never_meet(plan: Plan, one: PlannedRule, other: PlannedRule) -> bool:
    """Whether a card or the policy keeps two rules off the same line."""
    return _shuns(one, other) or _shuns(other, one) or (one.kind, other.kind) in plan.never_kinds


def _shuns(one: PlannedRule, other: PlannedRule) -> bool:
    if not one.never or one is other:
        return False
    return other.name in one.never or other.kind.value in one.never or "anything" in one.never


def _fill(case: Case, rules: list[PlannedRule], are_items_cheaper: bool) -> None:
    """Make applications, pools and groups of all rules that are still available; `rules` in order of name."""
    by_layer: list[list[tuple[Application, PlannedRule]]] = [[] for _ in case.plan.layers]
    pools: dict[str, tuple[int, int]] = {}
    problem = case.problem
    ranks = _expiry_ranks(case)
    problem.never_expires = len(ranks)
    for rule in rules:
        places = available_places(rule, case.situation)
        if places and are_items_cheaper:
            places, _ = without_item_clashes(case, rule, places)
        if not places:
            continue
        most = _pool_of(case, rule, ranks, pools) if rule.is_coupon else 1
        if most == 0:
            continue
        for app in applications_of(case, rule, places):
            if _can_give(problem, app, most):
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
    _set_clashes(case)
    _set_groups(case, pools)
    for app in problem.applications:
        app.free = (app.automatic or (app.is_coins and paying == 1)) and app.clash == 0 and not app.groups


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


def applications_of(case: Case, rule: PlannedRule, places: list[int]) -> list[Application]:
    """SPEC 2: one application for the order, or one for each store with lines in scope, in order of store."""
    if rule.per_order:
        return [_application(case, rule, "", places)]
    stores: dict[str, list[int]] = {}
    for place in places:
        store = case.situation.stores[place]
        mine = stores.get(store)
        if mine is None:
            stores[store] = [place]
        else:
            mine.append(place)
    return [_application(case, rule, store, stores[store]) for store in sorted(stores)]


def _application(case: Case, rule: PlannedRule, store: str, places: list[int]) -> Application:
    app = Application(rule.index, rule.name, store, rule.layer, places)
    quantities = case.situation.quantities
    for place in places:
        app.units += quantities[place]
    app.automatic = rule.automatic
    app.rungs = rule.rungs
    if rule.has_unit_steps:
        _settle_unit_steps(case, app)
    if rule.has_caps:
        app.cap_item = rule.cap_item
        app.cap_item_numerator = rule.cap_item_numerator
        app.cap_item_denominator = rule.cap_item_denominator
        app.cap_store = rule.cap_store
        if not rule.is_select:
            app.cap_order = rule.cap_order
    if rule.is_shipping:
        app.is_shipping = True
        app.targets = _charges_of(case, rule, places)
    elif rule.is_coins:
        app.is_coins = True
        app.coins_of_rate, app.amount_of_rate = rule.rate
    elif rule.is_select:
        app.piece = rule.piece
    app.counted = 1 if rule.is_coupon or rule.is_code else 0
    return app


def _settle_unit_steps(case: Case, app: Application) -> None:
    """Units in scope do not change with a selection: keep the one step that they reach."""
    reached = [rung for rung in app.rungs if not rung.units or rung.reach <= app.units]
    if all(rung.units for rung in app.rungs):
        reached = reached[-1:]
    app.rungs = reached
    if reached and reached[-1].given_units:
        _choose_given_units(case, app)


def _choose_given_units(case: Case, app: Application) -> None:
    """`buy k get j`: the cheapest units by item price (ties: line id)."""
    rung = app.rungs[-1]
    left = app.units // rung.reach * rung.given_units
    units = sorted((price, place, many) for place in app.lines for price, many, _ in case.priced[place].parts)
    worth: dict[int, int] = {}
    for price, place, many in units:
        taken = min(many, left)
        if taken:
            worth[place] = worth.get(place, 0) + taken * price
        left -= taken
    app.targets = [place for place in app.lines if place in worth]
    app.given_weights = [worth[place] for place in app.targets]
    app.given_total = sum(app.given_weights)


def _charges_of(case: Case, rule: PlannedRule, places: list[int]) -> list[int]:
    stores = {case.situation.stores[place] for place in places}
    first = len(case.situation.lines)
    return [
        first + place
        for place, charge in enumerate(case.charges)
        if charge.store in stores
        and all(charge.method in values and charge.method not in removed for _, values, removed in rule.methods)
        and not any(
            charge.method in values and charge.method not in removed for _, values, removed in rule.methods_excluded
        )
    ]


def _can_give(problem: Problem, app: Application, most: int) -> bool:
    """Whether any selection could use it; sets the highest count. Amounts only fall, so item prices bound them."""
    cost = 0
    for place in app.targets:
        cost += problem.item[place]
    if cost == 0:
        return False
    if app.is_coins:
        return problem.coins > 0
    base = 0
    for place in app.lines:
        base += problem.item[place]
    worth = 0
    for rung in app.rungs:
        if rung.reach <= (app.units if rung.units else base):
            worth = max(worth, worth_of(problem, app, rung, base, problem.item))
    if app.piece:
        if app.cap_store != NO_CAP:
            worth = min(worth, app.cap_store)
        app.most = min(most, worth // app.piece)
        return app.most > 0
    return worth > 0


def _set_clashes(case: Case) -> None:
    """SPEC 5.1 and 5.2, as bit masks over applications."""
    problem = case.problem
    layers = problem.layers
    on_line = [0] * (problem.places * layers)
    """For each line and layer, who looks at it."""
    for app in problem.applications:
        bit = 1 << app.index
        for place in app.lines:
            on_line[place * layers + app.layer] |= bit
    never_layers = case.plan.never_layers
    for app in problem.applications:
        mask = 0
        others = never_layers[app.layer]
        for place in app.lines:
            mask |= on_line[place * layers + app.layer]
            for layer in others:
                mask |= on_line[place * layers + layer]
        app.clash = mask & ~(1 << app.index)
    for rule in case.rules:
        if rule.combines or rule.never:
            _set_named_clashes(case, list(zip(problem.applications, case.rules, strict=True)))
            break


def _set_named_clashes(case: Case, found: list[tuple[Application, PlannedRule]]) -> None:
    """What cards say of each other by `combines with` and `never with`; `never` wins."""
    lines = {app.index: frozenset(app.lines) for app, _ in found}
    for app, rule in found:
        if not rule.combines and not rule.never:
            continue
        for other, beside in found:
            if other is app or lines[app.index].isdisjoint(lines[other.index]):
                continue
            clashes = app.layer == other.layer and not (rule.name in beside.combines or beside.name in rule.combines)
            if clashes or never_meet(case.plan, rule, beside):
                app.clash |= 1 << other.index
                other.clash |= 1 << app.index
            else:
                app.clash &= ~(1 << other.index)
                other.clash &= ~(1 << app.index)


def _set_groups(case: Case, pools: dict[str, tuple[int, int]]) -> None:
    """SPEC 5.3: limits of cards and of the policy, and pieces that can be had."""
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
        _add_group(problem, apps, 1, most)
        if rule.is_select and rule.cap_order != NO_CAP:
            _add_group(problem, apps, rule.piece, rule.cap_order)
    for layer, per_order, count in case.plan.limits:
        of_kind = [app for app in problem.applications if app.layer == layer]
        if per_order:
            _add_group(problem, of_kind, 1, count)
            continue
        stores: dict[str, list[Application]] = {}
        for app in of_kind:
            for store in {case.situation.stores[place] for place in app.lines}:
                stores.setdefault(store, []).append(app)
        for store in sorted(stores):
            _add_group(problem, stores[store], 1, count)


def _most_uses(case: Case, rule: PlannedRule, most: int) -> int:
    per_order = False
    if rule.has_limits:
        usage = case.situation.used(rule)
        for limit in rule.rule.limits:
            if limit.unit == "uses":
                most = min(most, limit.count - earlier_uses("uses", limit.per, usage))
                per_order = per_order or limit.per == "order"
    return min(most, 1) if rule.once and not per_order else most


def _add_group(problem: Problem, apps: list[Application], weight: int, most: int) -> None:
    """Keep a limit, unless no selection can break it."""
    wanted = 0
    for app in apps:
        wanted += app.most
    if weight * wanted <= most:
        return
    for app in apps:
        app.most = min(app.most, most // weight)
        app.groups.append(len(problem.groups))
    problem.groups.append(Group([app.index for app in apps], weight, most))
