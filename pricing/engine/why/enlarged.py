"""A cart with goods that are not in it yet: matched once, and then priced again and again by changing one amount.

Reads a `Case` and the lines that might be added to its cart; makes an `Enlarged`, in which all of them stand and cost
nothing. A trial gives one of them a price, and is searched with all that does not change with it: the cut, the choices of
the other cells, prices, and the best selection so far.

Lemma (nothing costs nothing): a line that costs nothing adds nothing to a base, takes no share and gives none. Where its
units are not counted either, and whoever has it in scope has the line in scope that it is made after, it changes neither
what an application gives nor what it may not be used beside. So a selection settles as in the cart that has only the line
with a price.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from pricing.engine.matching.applications import Lowering, reached
from pricing.engine.matching.case import Case, available_lines, can_give, case_in
from pricing.engine.matching.conditions import refusal_before_scope
from pricing.engine.matching.scoping import rules_met
from pricing.engine.matching.situation import Situation
from pricing.engine.problem import Application, Gift, Rung
from pricing.engine.rules.planned import PlannedRule, Test, Tests
from pricing.engine.search.branches.nodes import Key, Outcomes
from pricing.engine.search.keys import Keys
from pricing.engine.search.memory import Memory, Ready
from pricing.engine.search.run import Found, Guess, guessed
from pricing.engine.search.search import SMALL, search, selections
from pricing.engine.search.stores.kept import repriced
from pricing.engine.search.stores.parts import SCALE, parts_of
from pricing.model.cart import Line

BY_PRICE: Final = ("prices", "reduced")
"""Words of scopes that a line answers by what it costs."""


class Addition:
    """A line that might be added, or units that might be added to a line."""

    __slots__ = ("line", "model", "model_place", "place")

    def __init__(self, line: Line, model: int) -> None:
        self.line = line
        """At a price above all that are tried: who can give nothing then, never can."""
        self.model = model
        """The place, in the cart as it is, of the line that it is made after."""
        self.place = -1
        """Its place in the enlarged cart; -1: it cannot be tried there."""
        self.model_place = -1
        """That of its model."""


def enlarged(before: Case, goods: list[Addition]) -> Enlarged | None:
    """The enlarged cart, with the places of `goods`; None where nothing can be tried so: what a line is in scope of depends
    on its price."""
    situation = before.situation
    if situation.floors:
        return None
    plan, cart, usage, without = before.plan, situation.cart, situation.usage, situation.without
    wanted = goods
    while wanted:
        larger = Situation(plan, cart, usage, without, tuple([each.line for each in wanted]))
        barred = _priced_by_rules(larger)
        if barred is None:
            return None
        left = [each for each in wanted if id(each.line) not in barred]
        if len(left) == len(wanted):
            case = case_in(larger)
            left = _placed(before, case, wanted)
            if len(left) == len(wanted):
                alike = case.problem.codes_serve_many == before.problem.codes_serve_many
                return Enlarged(case, wanted) if alike and _has_all(before, case) else None
        wanted = left
    return None


def _has_all(before: Case, case: Case) -> bool:
    """Whether the larger cart has every application of the other: one more of different goods may take a step away."""
    there = {(app.rule, app.store, app.sku) for app in case.problem.applications}
    return all((app.rule, app.store, app.sku) in there for app in before.problem.applications)


def _priced_by_rules(situation: Situation) -> set[int] | None:
    """Lines, by identity, that an item rule has in scope; None where a scope asks for prices."""
    barred: set[int] = set()
    for rule in rules_met(situation.plan, situation):
        if refusal_before_scope(rule, situation):
            continue
        if _asks_for_prices(rule):
            return None
        if rule.is_item:
            barred.update([id(situation.lines[place]) for place in available_lines(rule, situation)])
    return barred


def _asks_for_prices(rule: PlannedRule) -> bool:
    return _by_price(rule.scope) or (rule.counts is not None and _by_price(rule.counts))


def _by_price(tests: Tests) -> bool:
    return _any_by_price(tests.only) or _any_by_price(tests.never)


def _any_by_price(tests: list[Test]) -> bool:
    for test in tests:  # noqa: SIM110  # compiled code runs a loop much faster than a generator
        if test.word in BY_PRICE or _any_by_price(test.any_of) or _any_by_price(test.but_not):
            return True
    return False


def _placed(before: Case, case: Case, goods: list[Addition]) -> list[Addition]:
    """Give the goods their places; those of whom the lemma holds: whoever has one in scope has its model."""
    at: dict[int, int] = {}
    for number, line in enumerate(case.situation.lines):
        at[id(line)] = number
    firsts = case.runs.firsts
    models: dict[int, int] = {}
    for each in goods:
        number = before.runs.line_of[each.model]
        first = firsts[at[id(before.situation.lines[number])]]
        each.model_place = first + each.model - before.runs.firsts[number]
        each.place = firsts[at[id(each.line)]]
        models[each.place] = each.model_place
    strange: set[int] = set()
    for app in case.problem.applications:
        for places in (app.scope, app.lines):
            mine = [place for place in places if place in models]
            if mine:
                every = set(places)
                strange.update([place for place in mine if models[place] not in every])
    left: list[Addition] = []
    for each in goods:
        if each.place in strange:
            each.place = -1
        else:
            left.append(each)
    return left


class Enlarged:
    """The enlarged cart; `set` says what one line costs, `priced` finds the best selection then."""

    __slots__ = (
        "active",
        "amounts",
        "case",
        "counted",
        "firsts",
        "ghosts",
        "is_large",
        "known",
        "memory",
        "most",
        "pending",
        "problem",
        "ready",
        "tables",
        "touched",
        "twins",
        "units",
        "was",
    )

    def __init__(self, case: Case, goods: list[Addition]) -> None:
        self.case = case
        self.problem = problem = case.problem
        self.ghosts = frozenset([each.place for each in goods])
        """The places of goods that might be added."""
        self.pending: Guess | None = None
        """What is guessed with the amounts as they are."""
        self.active = -1
        """The place that costs something else than in the cart as it is."""
        self.was = 0, 0
        """What one unit of it costs there, and how many units there are."""
        self.units = problem.units
        """How many units stand at each place."""
        self.is_large = selections(problem) > SMALL
        """Whether it is cut to be searched."""
        self.known: dict[tuple[int, str, str], Application] = {}
        """By rule, store and sku."""
        self.touched: dict[int, list[Application]] = {place: [] for place in self.ghosts}
        """For each place that may change, the applications that read it or take from it."""
        for each in goods:
            self.touched[each.model_place] = []
        self.counted: dict[int, list[Rung]] = {}
        """The steps, nothing added, of each application that counts units where some might be added."""
        self.most = [app.most for app in problem.applications]
        """The highest counts that any price allows."""
        item = problem.item.copy()
        for place in self.ghosts:
            item[place] = 0
            case.runs.prices[place] = 0
        problem.item = item
        self.amounts = item
        """What each place costs while nothing is added."""
        for app in problem.applications:
            self.known[app.rule, app.store, app.sku] = app
            for place in app.lines if app.targets is app.lines else sorted({*app.lines, *app.targets}):
                if place in self.touched:
                    self.touched[place].append(app)
            if self._counts_units(app):
                self.counted[app.index] = self._rungs(app)
        self.twins: list[Application | None] = [None] * len(problem.applications)
        """The copies of applications that live in cells."""
        for app in problem.applications:
            self._renew(app)
        self._cut()

    def _cut(self) -> None:
        """Cut the problem as it is while nothing is added; ties are told apart whatever is."""
        apps = self.problem.applications
        parts = parts_of(self.problem)
        for cell in parts.cells:
            for app in cell.apps:
                self.twins[app.index] = app
        for app in apps:
            app.most = self.most[app.index]
        parts.most = sum(app.most * app.counted for app in apps)
        parts.weight = SCALE // (parts.most + 1)
        self.ready = Ready(parts, Keys(parts))
        for app in apps:
            self._renew(app)
        self.firsts = [(cell.first, cell.problem.item, cell.problem.units) for cell in parts.cells]
        """What the places of each cell cost while nothing is added, and how many units they have."""
        self.tables = self.ready.listed
        self.memory = Memory(is_warm=True)
        self.memory.ready = self.ready

    # --- one amount changed -------------------------------------------------------------------------------------------

    def set(self, place: int, price: int, units: int) -> None:
        """Let so many units stand at a place, for so much each; all others are as in the cart as it is."""
        problem, runs = self.problem, self.case.runs
        before = self.active
        if place == before and runs.prices[place] == price and runs.units[place] == units:
            return
        self.pending = None
        if before >= 0:
            runs.prices[before], runs.units[before] = self.was
        self.active = place
        self.was = runs.prices[place], runs.units[place]
        runs.prices[place], runs.units[place] = price, units
        item, each = self.amounts.copy(), self.units.copy()
        item[place], each[place] = price * units, units
        problem.item, problem.units = item, each
        self.case.goods.clear()
        if before >= 0 and before != place:
            for app in self.touched[before]:
                self._renew(app)
        for app in self.touched[place]:
            self._renew(app)

    def _renew(self, app: Application) -> None:
        """What is known of an application at the amounts as they are."""
        app.item_base = app.item_whole = -1
        base = self.counted.get(app.index)
        if base is not None:
            is_changed = self.active in app.lines or self.active in app.scope
            app.rungs = self._rungs(app) if is_changed else base
            app.has_gift = False
            for rung in app.rungs:
                app.has_gift = app.has_gift or rung.gift is not None
        most = self.most[app.index]
        app.most = most
        if not can_give(self.problem, app, most):
            app.most = 0
        twin = self.twins[app.index]
        if twin is not None:
            twin.item_base = twin.item_whole = -1
            twin.rungs, twin.has_gift, twin.most = app.rungs, app.has_gift, app.most

    def _counts_units(self, app: Application) -> bool:
        """Whether its steps depend on units, or on goods one by one, of which some might be added."""
        rule = self.case.rules[app.index]
        if rule.rungs or not rule.rule.ladder:
            return False
        for places in (app.scope, app.lines):
            for place in places:
                if place in self.touched:
                    return True
        return False

    def _rungs(self, app: Application) -> list[Rung]:
        """Its steps without the goods that have no price."""
        rule = self.case.rules[app.index]
        less = app.twin()
        less.scope = self._without(app.scope)
        less.lines = less.scope if app.lines is app.scope else self._without(app.lines)
        less.targets = less.scope if app.targets is app.scope else app.targets
        if rule.unit_rungs:
            return reached(self.case, less, rule)
        at = {place: position for position, place in enumerate(less.targets)}
        positions = [at.get(place, -1) for place in app.targets]
        return [_wider(rung, positions) for rung in Lowering(self.case, rule, less).rungs()]

    def counted_of(self, app: Application) -> Application:
        """The application with its counted lines alone, without goods that have no price."""
        less = app.twin()
        less.lines = self._without(app.lines)
        return less

    def _without(self, places: list[int]) -> list[int]:
        ghosts, active = self.ghosts, self.active
        return [place for place in places if place == active or place not in ghosts]

    # --- priced -------------------------------------------------------------------------------------------------------

    def priced(self, limit: int, guess: list[int]) -> Found:
        """The best selection with the amounts as they are. `guess`: one that may be good, or none."""
        pending = self.pending
        if pending is not None:
            before = pending.steps
            found = pending.run.finished(self.memory)
            self.pending = None
            if found is not None and found.optimal:
                found.steps -= before
                return found
        self._prepare(guess)
        return search(self.problem, limit, self.memory)

    def guessed(self, limit: int, guess: list[int], app: Application, more_than: int, reach: int) -> Guess | None:
        """A good selection with the amounts as they are, and whether the best may use `app` more than so often, at a base
        of `reach` minor units at least."""
        self._prepare(guess)
        self.pending = guessed(self.problem, limit, self.memory, app, more_than, reach)
        return self.pending

    def _prepare(self, guess: list[int]) -> None:
        """Let a search begin with what stands from earlier ones."""
        parts = self.ready.parts
        repriced(parts)
        listed: list[dict[Key, Outcomes | None]] = []
        for number, cell in enumerate(parts.cells):
            first, item, units = self.firsts[number]
            same = cell.first == first and cell.problem.item == item and cell.problem.units == units
            listed.append(self.tables[number] if same else {})
        self.ready.listed = listed
        self.memory.guess = guess


def _wider(rung: Rung, positions: list[int]) -> Rung:
    """The same, its gift aligned to more targets; -1: on one of these nothing falls."""
    gift = rung.gift
    if gift is None:
        return rung
    return Rung(
        rung.reach,
        rung.amount,
        rung.numerator,
        rung.denominator,
        rung.beyond,
        rung.every,
        rung.most_times,
        rung.at_most,
        _aligned(gift, positions),
    )


def _aligned(gift: Callable[[int], Gift], positions: list[int]) -> Callable[[int], Gift]:
    known: dict[int, Gift] = {}

    def aligned(times: int) -> Gift:
        found = known.get(times)
        if found is None:
            made = gift(times)
            found = known[times] = Gift(
                made.amount,
                [made.units[at] if at >= 0 else 0 for at in positions],
                [made.costs[at] if at >= 0 else 0 for at in positions],
                [made.weights[at] if at >= 0 else 0 for at in positions],
            )
        return found

    return aligned
