"""A cart and the rules it meets, made into numbers: the applications, what excludes what, counts, pieces and coins.

Reads `match` and `items`; makes a `Case`, whose `Problem` goes to the search and whose rest goes into the quote.
"""

from __future__ import annotations

from pricing.engine.items import Priced, item_prices
from pricing.engine.match import (
    Situation,
    declined,
    earlier_uses,
    expiry_key,
    is_typed,
    limit_refusal,
    refusal_before_scope,
    rules_met,
    scope_of,
    usable_exchanges,
)
from pricing.engine.plan import Plan, PlannedRule
from pricing.engine.problem import NO_CAP, Application, Group, Pool, Problem
from pricing.engine.settle import worth_of
from pricing.model.cart import Cart, Lot, ShippingCharge, Usage
from pricing.model.kind import ITEM_KINDS, Kind


class Case:
    """One checkout, matched and priced up to the item layer."""

    __slots__ = ("charges", "held", "plan", "priced", "problem", "situation")

    def __init__(self, plan: Plan, situation: Situation) -> None:
        self.plan = plan
        self.situation = situation
        self.charges: list[ShippingCharge] = sorted(situation.cart.shipping, key=_charge_key)
        self.priced: list[Priced] = []
        self.held: dict[str, list[Lot]] = situation.lots
        self.problem = Problem()


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
        if rule.kind not in ITEM_KINDS:
            others.append(rule)
        elif places := available_places(rule, situation):
            item_rules.append((rule, places))
    policy = plan.policy
    case.priced = item_prices(item_rules, situation, policy.rounding == "down")
    problem = case.problem
    problem.places = len(situation.lines)
    problem.item = [priced.amount for priced in case.priced] + [charge.minor for charge in case.charges]
    numbers = {store: number for number, store in enumerate(sorted({line.store for line in situation.lines}))}
    problem.stores = [numbers[line.store] for line in situation.lines]
    problem.charge_stores = [numbers.get(charge.store, -1) for charge in case.charges]
    problem.measured_on_item = policy.measured_on == "item-price"
    problem.by_item_price = policy.share_by == "item-price"
    problem.moved = policy.remainder == "moved"
    problem.void = policy.overflow == "void"
    problem.rounds_down = policy.rounding == "down"
    problem.coins = cart.wallet.coins
    _fill(case, others)
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
    by_name = case.plan.by_name
    left: list[int] = []
    blocker = ""
    for place in places:
        for _, _, name in case.priced[place].parts:
            if name and never_meet(case.plan, rule, by_name[name]):
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


def _fill(case: Case, rules: list[PlannedRule]) -> None:
    """Make applications, pools and groups of all rules that are still available."""
    found: list[tuple[Application, PlannedRule]] = []
    pools: dict[str, tuple[int, int]] = {}
    ranks = _expiry_ranks(case)
    case.problem.never_expires = len(ranks)
    for rule in rules:
        places = available_places(rule, case.situation)
        if not places:
            continue
        places, _ = without_item_clashes(case, rule, places)
        if not places:
            continue
        most = _pool_of(case, rule, ranks, pools) if rule.is_coupon else 1
        if most == 0:
            continue
        for app in applications_of(case, rule, places):
            if _can_give(case.problem, app, most):
                if rule.is_coupon:
                    app.pool = pools[rule.name][0]
                found.append((app, rule))
    found.sort(key=_settling_order)
    problem = case.problem
    for index, (app, _) in enumerate(found):
        app.index = index
        problem.applications.append(app)
    problem.layers = len(case.plan.policy.order)
    _set_clashes(case, found)
    _set_groups(case, found, pools)
    paying = sum(1 for app in problem.applications if app.is_coins)
    for app in problem.applications:
        app.free = (app.automatic or (app.is_coins and paying == 1)) and app.clash == 0 and not app.groups


def _settling_order(pair: tuple[Application, PlannedRule]) -> tuple[int, str, str]:
    app = pair[0]
    return app.layer, app.name, app.store


def _expiry_ranks(case: Case) -> dict[object, int]:
    """Rank of every expiry in the wallet, soonest first."""
    keys = {expiry_key(lot) for lots in case.held.values() for lot in lots if lot.expires is not None}
    return {key: rank for rank, key in enumerate(sorted(keys, key=lambda key: key[1] or 0))}


def _pool_of(case: Case, rule: PlannedRule, ranks: dict[object, int], pools: dict[str, tuple[int, int]]) -> int:
    """Open the pool of a coupon; how many pieces can be had at most: held, and bought for all coins."""
    lots = case.held.get(rule.name, [])
    trades = usable_exchanges(rule, case.situation) if rule.exchanges else []
    held = sum(lot.pieces for lot in lots)
    if not held and not trades:
        return 0
    never = case.problem.never_expires
    expiries = [(ranks.get(expiry_key(lot), never), lot.pieces) for lot in lots]
    pool = Pool(rule.name, held, expiries, trades)
    most = pool.most(case.problem.coins)
    if most:
        pools[rule.name] = (len(case.problem.pools), most)
        case.problem.pools.append(pool)
    return most


def applications_of(case: Case, rule: PlannedRule, places: list[int]) -> list[Application]:
    """SPEC 2: one application for the order, or one for each store with lines in scope."""
    if rule.rule.ladder_per == "order":
        return [_application(case, rule, "", places)]
    stores: dict[str, list[int]] = {}
    for place in places:
        stores.setdefault(case.situation.lines[place].store, []).append(place)
    return [_application(case, rule, store, mine) for store, mine in stores.items()]


def _application(case: Case, rule: PlannedRule, store: str, places: list[int]) -> Application:
    app = Application(rule.index, rule.name, store, rule.layer, places)
    lines = case.situation.lines
    for place in places:
        app.units += lines[place].quantity
    app.automatic = rule.automatic
    card = rule.rule
    app.rungs = list(rule.rungs)
    if rule.has_unit_steps:
        _settle_unit_steps(case, app)
    if rule.has_caps:
        _set_caps(app, rule)
    if rule.kind is Kind.FREE_SHIPPING:
        app.is_shipping = True
        app.targets = _charges_of(case, rule, places)
    elif rule.kind is Kind.COIN_PAYMENT and card.rate is not None:
        app.is_coins = True
        app.coins_of_rate, app.amount_of_rate = card.rate.coins, card.rate.amount
    elif rule.kind is Kind.SELECT_COUPON:
        app.piece = card.piece
    app.counted = 1 if rule.is_coupon or rule.kind is Kind.PROMO_CODE else 0
    return app


def _set_caps(app: Application, rule: PlannedRule) -> None:
    caps = rule.rule.caps
    app.cap_item = NO_CAP if caps.per_item is None else caps.per_item
    if caps.per_item_share is not None:
        app.cap_item_numerator = caps.per_item_share.numerator
        app.cap_item_denominator = caps.per_item_share.denominator
    app.cap_store = NO_CAP if caps.per_store is None else caps.per_store
    if rule.kind is not Kind.SELECT_COUPON:
        app.cap_order = NO_CAP if caps.per_order is None else caps.per_order


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
    stores = {case.situation.lines[place].store for place in places}
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


def _set_clashes(case: Case, found: list[tuple[Application, PlannedRule]]) -> None:
    """SPEC 5.1 and 5.2, as bit masks over applications."""
    layers = case.problem.layers
    on_line = [[0] * layers for _ in range(case.problem.places)]
    for app, _ in found:
        bit = 1 << app.index
        for place in app.lines:
            on_line[place][app.layer] |= bit
    never_layers = case.plan.never_layers
    for app, _ in found:
        mask = 0
        for place in app.lines:
            on_this = on_line[place]
            mask |= on_this[app.layer]
            for layer in never_layers[app.layer]:
                mask |= on_this[layer]
        app.clash = mask & ~(1 << app.index)
    if any(rule.combines or rule.never for _, rule in found):
        _set_named_clashes(case, found)


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


def _set_groups(case: Case, found: list[tuple[Application, PlannedRule]], pools: dict[str, tuple[int, int]]) -> None:
    """SPEC 5.3: limits of cards and of the policy, and pieces that can be had."""
    members: dict[int, list[Application]] = {}
    for app, _ in found:
        members.setdefault(app.rule, []).append(app)
    for index, apps in members.items():
        rule = case.plan.rules[index]
        most = _most_uses(case, rule, sum(app.most for app in apps))
        if rule.is_coupon:
            most = min(most, pools[rule.name][1])
        _add_group(case.problem, apps, 1, most)
        if rule.kind is Kind.SELECT_COUPON and rule.rule.caps.per_order is not None:
            _add_group(case.problem, apps, rule.rule.piece, rule.rule.caps.per_order)
    for limit in case.plan.policy.limits:
        of_kind = [app for app, rule in found if rule.kind is limit.kind]
        if limit.per == "order":
            _add_group(case.problem, of_kind, 1, limit.count)
            continue
        stores: dict[str, list[Application]] = {}
        for app in of_kind:
            for store in {case.situation.lines[place].store for place in app.lines}:
                stores.setdefault(store, []).append(app)
        for store in sorted(stores):
            _add_group(case.problem, stores[store], 1, limit.count)


def _most_uses(case: Case, rule: PlannedRule, most: int) -> int:
    per_order = False
    usage = case.situation.used(rule)
    for limit in rule.rule.limits:
        if limit.unit == "uses":
            most = min(most, limit.count - earlier_uses("uses", limit.per, usage))
            per_order = per_order or limit.per == "order"
    if not per_order and rule.kind in ONCE_KINDS:
        most = min(most, 1)
    return most


ONCE_KINDS = frozenset({Kind.SELLER_COUPON, Kind.PLATFORM_COUPON, Kind.PROMO_CODE})
"""Used at most once in an order unless the card says `limit N uses per order`."""


def _add_group(problem: Problem, apps: list[Application], weight: int, most: int) -> None:
    """Keep a limit, unless no selection can break it."""
    if weight * sum(app.most for app in apps) <= most:
        return
    for app in apps:
        app.most = min(app.most, most // weight)
        app.groups.append(len(problem.groups))
    problem.groups.append(Group([app.index for app in apps], weight, most))
