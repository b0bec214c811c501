"""A rule made into applications: one for the order, or one for each store or sku with lines in scope (SPEC section 2).

Reads the places of a rule and makes `Application`s with their steps lowered to plain numbers, by the forms of
`pricing.forms`."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Final

from pricing.engine.matching.scoping import places_within
from pricing.engine.problem import Application, Gift, Rung
from pricing.engine.rules.planned import NO_GOODS, PlannedRule, Tests, lowered, rung_of
from pricing.forms import Goods, UnitBenefit
from pricing.model.cart import ShippingCharge
from pricing.model.ladder import MONEY, UNITS, Step
from pricing.model.scope import Scope

if TYPE_CHECKING:
    from pricing.engine.matching.case import Case


NO_PLACES: Final[list[int]] = []


def charge_key(charge: ShippingCharge) -> tuple[str, str, str]:
    """The order of charges, in which ties are broken."""
    return charge.store, charge.method, charge.id


def applications_of(case: Case, rule: PlannedRule, places: list[int]) -> list[Application]:
    """SPEC 2: one application for the order, or one for each store (and sku) with lines in scope, in that order.

    `places`: those in the rule's scope, without what item rules keep off (5.2).
    """
    counted = _counted(case, rule, places)
    if rule.per == "order":
        return [_application(case, rule, ("", ""), places, counted)]
    if rule.per == "store":
        found = _by_store(case, rule, places)
        owned = found if counted is places else _by_store(case, rule, counted)
        return [
            _application(case, rule, (store, ""), found[store], owned.get(store, NO_PLACES)) for store in sorted(found)
        ]
    skus = _by_sku(case, places)
    return [_application(case, rule, owner, skus[owner], skus[owner]) for owner in sorted(skus)]


def _counted(case: Case, rule: PlannedRule, places: list[int]) -> list[int]:
    """The counted lines (SPEC 2): those in scope, or what `counts` says; the very same list when it is the scope."""
    if rule.counts is None:
        return places
    situation = case.situation
    lines = places_within(rule.counts, situation, list(range(len(situation.lines))))
    return case.runs.of(places_within(rule.counts_stores, situation, lines))


def _by_store(case: Case, rule: PlannedRule, places: list[int]) -> dict[str, list[int]]:
    """By store; the very same list where the card names one store, and for all rules that look at the same places."""
    keys = rule.index_keys
    if len(keys) == 1 and keys[0][0] == "stores" and places:
        return {keys[0][1]: places}
    known = case.by_store.get(id(places))
    if known is not None:
        return known[1]
    stores, line_of = case.situation.stores, case.runs.line_of
    found: dict[str, list[int]] = {}
    case.by_store[id(places)] = places, found
    for place in places:
        store = stores[line_of[place]]
        mine = found.get(store)
        if mine is None:
            found[store] = [place]
        else:
            mine.append(place)
    return found


def _by_sku(case: Case, places: list[int]) -> dict[tuple[str, str], list[int]]:
    """By store and sku. A card with such a ladder has no `counts`."""
    situation, line_of = case.situation, case.runs.line_of
    found: dict[tuple[str, str], list[int]] = {}
    for place in places:
        line = line_of[place]
        found.setdefault((situation.stores[line], situation.lines[line].sku), []).append(place)
    return found


def _application(
    case: Case, rule: PlannedRule, owner: tuple[str, str], places: list[int], counted: list[int]
) -> Application:
    app = Application(rule.index, rule.name, owner[0], owner[1], rule.layer, places)
    app.lines = counted
    app.automatic = rule.automatic and case.plan.always
    if rule.is_shipping:
        app.is_shipping = True
        app.targets = _charges_of(case, rule, places)
    elif rule.is_coins:
        app.is_coins = True
        app.coins_of_rate, app.amount_of_rate, app.in_steps = rule.rate
    elif rule.is_select:
        app.piece = rule.piece
    app.rungs = rule.rungs
    if rule.unit_rungs:
        app.rungs = reached(case, app, rule)
    elif not rule.rungs and rule.rule.ladder:
        app.rungs = Lowering(case, rule, app).rungs()
        for rung in app.rungs:
            app.has_gift = app.has_gift or rung.gift is not None
    if rule.has_caps:
        _set_caps(case, rule, app)
    app.counted = 1 if rule.is_coupon or rule.is_code else 0
    return app


def reached(case: Case, app: Application, rule: PlannedRule) -> list[Rung]:
    """Of steps by units, the one that is reached: units do not change with a selection."""
    ladder = rule.rule.ladder
    many = measured(case, app, ladder[0].measure)
    found: list[Rung] = []
    for step, rung in zip(ladder, rule.unit_rungs, strict=True):
        if step.reach <= many:
            found = [rung]
    return found


def _set_caps(case: Case, rule: PlannedRule, app: Application) -> None:
    app.cap_item = rule.cap_item
    app.cap_item_numerator = rule.cap_item_numerator
    app.cap_item_denominator = rule.cap_item_denominator
    app.cap_store = rule.cap_store
    if not rule.is_select:
        app.cap_order = rule.cap_order
    if rule.cap_order_share is not None:
        app.cap_order_numerator = rule.cap_order_share.numerator
        app.cap_order_denominator = rule.cap_order_share.denominator


def _charges_of(case: Case, rule: PlannedRule, places: list[int]) -> list[int]:
    stores = {case.situation.stores[case.runs.line_of[place]] for place in places}
    first = len(case.runs.line_of)
    return [
        first + place
        for place, charge in enumerate(case.charges)
        if charge.store in stores
        and all(charge.method in test.values and charge.method not in test.removed for test in rule.methods)
        and not any(
            charge.method in test.values and charge.method not in test.removed for test in rule.methods_excluded
        )
    ]


class Lowering:
    """The steps of a rule on the goods of one application, as plain numbers (SPEC 4.2 and 4.3)."""

    def __init__(self, case: Case, rule: PlannedRule, app: Application) -> None:
        self.case = case
        self.rule = rule
        self.app = app
        self.places = app.scope if app.lines is app.scope else sorted({*app.scope, *app.lines})
        """Places of its goods, in the order in which ties are broken."""
        self.goods = self._goods() if rule.on_units else NO_GOODS

    def _goods(self) -> Goods:
        """The goods; the very same ones for all rules that look at the very same places."""
        app, known = self.app, self.case.goods
        if app.lines is not app.scope:
            return self._laid_out(frozenset(app.scope), frozenset(app.lines))
        key = id(app.scope), self.rule.counts is not None
        found = known.get(key)
        if found is None:
            scope = frozenset(app.scope)
            found = known[key] = app.scope, self._laid_out(scope, scope)
        return found[1]

    def _laid_out(self, scope: frozenset[int], counted: frozenset[int]) -> Goods:
        runs, plan = self.case.runs, self.case.plan
        return Goods(
            [runs.prices[place] for place in self.places],
            [runs.units[place] for place in self.places],
            [place in scope for place in self.places],
            [place in counted for place in self.places],
            self._matches,
            self.rule.counts is not None,
            plan.rounds_down,
            plan.gets_to_rounds,
            {},
        )

    def _matches(self, scope: object) -> list[bool]:
        """Whether the goods of each place answer the scope of a bundle's slot."""
        assert isinstance(scope, Scope)
        line_of = self.case.runs.line_of
        lines = [line_of[place] for place in self.places]
        matching = set(places_within(Tests(scope), self.case.situation, lines))
        return [line in matching for line in lines]

    def rungs(self) -> list[Rung]:
        """By rising reach. Units do not change with a selection: of steps by units, the one that they reach is kept."""
        ladder = self.rule.rule.ladder
        if ladder[0].measure == MONEY:
            return [self._rung(step, 1) for step in ladder]
        many = self._measured(ladder[0])
        reached = [step for step in ladder if step.reach <= many]
        if not reached:
            return []
        step = reached[-1]
        times = many // step.reach if step.repeats else 1
        if step.most_times is not None and step.repeats:
            times = min(times, step.most_times)
        return [self._rung(step, times)]

    def _measured(self, step: Step) -> int:
        """What its steps count: units, or different items."""
        return measured(self.case, self.app, step.measure)

    def _rung(self, step: Step, times: int) -> Rung:
        made = lowered(step, self.goods, times)
        return rung_of(made, None if made.gift is None else self._aligned(made.gift))

    def _aligned(self, gift: Callable[[int], UnitBenefit]) -> Callable[[int], Gift]:
        """A form's gift, aligned to the targets of the application."""
        if self.app.targets is self.places:
            return cache(lambda times: Gift(*gift(times)))
        at = {place: position for position, place in enumerate(self.places)}
        positions = [at[place] for place in self.app.targets]

        @cache
        def aligned(times: int) -> Gift:
            given = gift(times)
            return Gift(
                given.amount,
                [given.units[position] for position in positions],
                [given.costs[position] for position in positions],
                [given.weights[position] for position in positions],
            )

        return aligned


def measured(case: Case, app: Application, measure: str) -> int:
    """What steps by units look at: how many counted units there are, or how many different items (store and sku)."""
    runs = case.runs
    if measure == UNITS:
        units = runs.units
        many = 0
        for place in app.lines:
            many += units[place]
        return many
    situation = case.situation
    lines = {runs.line_of[place] for place in app.lines}
    return len({(situation.stores[line], situation.lines[line].sku) for line in lines})
