"""Refusals, totals with a rule forced in and next steps against the oracle, on random markets.

`pytest tests/engine/test_explain.py --explain-markets 2000` is the long run.
"""

from __future__ import annotations

from collections import Counter

import pytest
from attrs import evolve

from pricing.api import Engine
from pricing.engine.search.walk import Walk
from pricing.engine.why.explain import Asked
from pricing.engine.why.forced import Forcing, bent_problem, best_with
from pricing.engine.why.standing import Chosen
from pricing.forms import Get, amount_of, share_of
from pricing.model.cart import Cart
from pricing.model.kind import CODE, Kind
from pricing.model.ladder import Step
from pricing.model.quote import NextStep, Quote, Refusal
from pricing.model.rule import Rule
from tests import markets
from tests.oracle import Oracle
from tests.oracle_match import is_typed, line_in_scope
from tests.oracle_settle import Selection

MARKETS = 300
ENLARGED = 100
"""Of next steps: each takes the oracle several carts."""
BLOCKS = 10
"""The markets are dealt out to so many tests."""

Key = tuple[str, str | None]
"""Rule and store of an application."""


def chosen_of(quote: Quote) -> Chosen:
    assert isinstance(quote._asked, Asked)
    return quote._asked.chosen(quote)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """The markets, dealt out: as many as the option says."""
    if "seeds" in metafunc.fixturenames:
        usual = ENLARGED if "next_steps" in metafunc.function.__name__ else MARKETS
        most = metafunc.config.getoption("--explain-markets") or usual
        blocks = [range(block, most, BLOCKS) for block in range(BLOCKS)]
        slow = [pytest.param(block, marks=(pytest.mark.slow, pytest.mark.no_cover)) for block in blocks[1:]]
        metafunc.parametrize("seeds", [blocks[0], *slow], ids=range(BLOCKS))


class Truth:
    """What the oracle knows of a market."""

    def __init__(self, made: markets.Market) -> None:
        self.book, self.cart, self.usage = made
        self.oracle = Oracle(*made)
        self.quote = self.oracle.quote()
        self.selection: Selection = self.oracle.best()[0]
        self.places: dict[Key, int] = {
            (each.rule.name, each.store): place for place, each in enumerate(self.oracle.applications)
        }
        self.given: dict[Key, int] = {(rule, store): amount for rule, store, _, _, _, amount in self.quote.used}
        """By application used: what it saves."""

    def base(self, key: Key) -> int:
        """SPEC 4.1 under the best selection, by settling only the layers before."""
        place = self.places[key]
        application = self.oracle.applications[place]
        if self.book.policy.measured_on == "item-price":
            return sum(self.oracle.item[run] for run in application.counted)
        order = self.book.policy.order
        before = tuple(
            count if order.index(each.layer) < order.index(application.layer) else 0
            for count, each in zip(self.selection, self.oracle.applications, strict=True)
        )
        pays = self.oracle.settle(before).pays
        return sum(pays[run] for run in application.counted)

    def units(self, key: Key) -> int:
        return self.oracle.units_of(self.oracle.applications[self.places[key]])

    def rivals(self, key: Key) -> set[str]:
        """Rules of used applications beside which this one may not be used (SPEC 5.1 to 5.3), those of limits too."""
        oracle, place = self.oracle, self.places[key]
        used = oracle.used(self.selection)
        found = {oracle.applications[at].rule.name for at in used if oracle.clashing[place][at]}
        more = (*self.selection[:place], 1, *self.selection[place + 1 :])
        if not oracle.limits_hold(more):
            kind = oracle.applications[place].rule.kind
            found |= {oracle.applications[at].rule.name for at in used if oracle.applications[at].rule.kind is kind}
        return found


# --- refusals ---------------------------------------------------------------------------------------------------------


def test_refusals_agree_with_the_oracle(seeds: range) -> None:
    """Reasons before applications and totals with a rule forced in are the oracle's, and nothing is missing."""
    for seed in seeds:
        truth = Truth(markets.market(seed))
        quote = Engine(truth.book).quote(truth.cart, truth.usage)
        assert quote.total_minor == truth.quote.total, seed
        refusals = quote.refused
        for refusal in refusals:
            if (refusal.rule, refusal.store) in truth.places:
                assert refusal.rule not in truth.quote.refused, (seed, refusal)
                check_application(truth, refusal, seed)
            else:
                assert truth.quote.refused.get(refusal.rule) == refusal.reason, (seed, refusal)
        told = Counter((refusal.rule, refusal.store) for refusal in refusals)
        assert not told or max(told.values()) == 1, seed
        assert set(truth.places) - set(truth.given) == {key for key in told if key in truth.places}, seed
        for name in set(truth.quote.refused) - {name for name, _ in told}:
            rule = next(rule for rule in truth.book.rules if rule.name == name)
            if truth.quote.refused[name] == "not-typed" or (rule.given == CODE and not is_typed(rule, truth.cart)):
                continue  # codes are told to nobody who has not typed them
            assert rule.kind is Kind.COIN_EXCHANGE or not touches(rule, truth.cart), (seed, name)


def touches(rule: Rule, cart: Cart) -> bool:
    """Whether any line is in the rule's scope."""
    skus = {sku for sku, _ in rule.prices}
    return any(
        line_in_scope(rule.scope, line) and (not skus or bool(rule.ladder) or line.sku in skus) for line in cart.lines
    )


def check_application(truth: Truth, refusal: Refusal, seed: int) -> None:
    key = refusal.rule, refusal.store
    forced, rivals = truth.oracle.forced(key), truth.rivals(key)
    if refusal.reason == "below-threshold":
        check_shortfall(truth, refusal, seed)
    elif refusal.reason == "clashes":
        assert refusal.clashes_with in rivals, (seed, refusal)
        assert refusal.total_with == forced, (seed, refusal, forced)
    elif refusal.reason == "beaten":
        assert not rivals, (seed, refusal)
        assert forced is None or forced >= truth.quote.total
        assert refusal.total_with == forced, (seed, refusal, forced)
    else:
        assert refusal.reason == "nothing-to-save", (seed, refusal)


def check_shortfall(truth: Truth, refusal: Refusal, seed: int) -> None:
    key = refusal.rule, refusal.store
    assert refusal.total_with is None and (refusal.short_by is None) != (refusal.short_units is None)
    rule = truth.oracle.applications[truth.places[key]].rule
    step = min((step for step in rule.ladder if not rule.piece or amount_of(step) >= rule.piece), key=reach_of)
    if refusal.short_units is not None:
        given = 1 if isinstance(step.gives, Get) else 0
        assert refusal.short_units == step.reach + given - truth.units(key), (seed, refusal)
    elif not truth.rivals(key):
        assert refusal.short_by == step.reach - truth.base(key), (seed, refusal)


def reach_of(step: Step) -> int:
    return step.reach


def test_best_with_is_the_oracles_forced(seeds: range) -> None:
    """For every application that the search knows, used or not; without enough steps it says nothing."""
    for seed in seeds:
        truth = Truth(markets.market(seed))
        chosen = chosen_of(Engine(truth.book).quote(truth.cart, truth.usage))
        problem = chosen.case.problem
        known = {(app.name, app.store or None): app.index for app in problem.applications}
        tables = Forcing(problem)
        tables.is_small = False
        for key in truth.places:
            forced = truth.oracle.forced(key)
            assert tables.best_with(known.get(key, -1), 100_000, []).total == forced, (seed, key)
            assert tables.best_with(known.get(key, -1), 3, []).total in (None, forced), (seed, key)
            assert best_with(problem, known.get(key, -1), 100_000).total == forced, (seed, key)
            assert best_with(problem, known.get(key, -1), 3).total in (None, forced), (seed, key)
            if key in known and problem.applications[known[key]].most:
                bent, index = bent_problem(problem, known[key])
                best = Walk(bent, 100_000).run()
                if best.counts and best.counts[index]:
                    assert best.total == forced, (seed, key)
                else:
                    assert forced is None or best.total <= forced, (seed, key)


# --- next steps -------------------------------------------------------------------------------------------------------


def test_next_steps_agree_with_the_oracle(seeds: range) -> None:
    """What a step promises is what the oracle finds for the enlarged cart; and no plain one is forgotten."""
    for seed in seeds:
        truth = Truth(markets.market(seed))
        told = Engine(truth.book).quote(truth.cart, truth.usage).next_steps
        assert list(told) == sorted(told, key=lambda step: (step.rule, step.store or "")), seed
        for step in told:
            check_step(truth, step, seed)
        listed = {(step.rule, step.store): step for step in told}
        for key in truth.places:
            missing = plain_gap(truth, key)
            if missing is not None:
                assert key in listed, (seed, key, missing)
                step = listed[key]
                assert (step.missing or step.missing_units) == missing, (seed, step)


def check_step(truth: Truth, step: NextStep, seed: int) -> None:
    key = step.rule, step.store
    more = enlarged(truth, key, step.missing, step.missing_units)
    added = listed(more.cart) - listed(truth.cart)
    assert step.saves == truth.quote.total + added - more.quote.total > 0, (seed, step)
    assert more.given.get(key, 0) > truth.given.get(key, 0), (seed, step)
    rule = truth.oracle.applications[truth.places[key]].rule
    if step.missing_units is not None:
        assert any(crossed(each, truth.units(key), more.units(key)) for each in rule.ladder), (seed, step)
        return
    assert step.missing == added
    if truth.given.get(key) or not truth.rivals(key):
        before, after = truth.base(key), more.base(key)
        reached = [each for each in rule.ladder if crossed(each, before, after)]
        assert reached, (seed, step)
        target = min(next_reach(each, before) for each in reached)
        if target - before < step.missing <= target - before + 1000:  # raised: a minor unit less is not enough
            less = enlarged(truth, key, step.missing - 1, None)
            assert key not in less.places or less.base(key) < target, (seed, step)


def next_reach(step: Step, have: int) -> int:
    """The threshold, or its next multiple, above what there is; of `buy k get j` the units of one more get."""
    if isinstance(step.gives, Get):
        gets = 0
        while gets + -(-gets // step.gives.many) * step.reach <= have:
            gets += 1
        return gets + -(-gets // step.gives.many) * step.reach
    if step.reach and step.repeats and step.reach <= have:
        return (have // step.reach + 1) * step.reach
    return step.reach


def crossed(step: Step, before: int, after: int) -> bool:
    return before < next_reach(step, before) <= after


def listed(cart: Cart) -> int:
    return sum(line.unit_price * line.quantity for line in cart.lines)


def enlarged(truth: Truth, key: Key, missing: int | None, units: int | None) -> Truth:
    """The market with goods added as `next_steps` says."""
    application = truth.oracle.applications[truth.places[key]]
    lines = [truth.oracle.lines[run.line] for run in application.counted]
    if units is not None:
        cheapest = min(lines, key=lambda line: (line.unit_price, line.id))
        more = evolve(cheapest, quantity=cheapest.quantity + units)
        cart = evolve(truth.cart, lines=[more if line.id == more.id else line for line in truth.cart.lines])
    else:
        model = truth.oracle.lines[min(application.counted, key=lambda run: (run.rule != "", run)).line]
        named = any(clause.word == "skus" for clause in application.rule.scope.only)
        price = missing or 0, truth.cart.currency
        more = evolve(model, id="more", sku=model.sku if named else "more", price=price, quantity=1)
        cart = evolve(truth.cart, lines=[*truth.cart.lines, more])
    return Truth((truth.book, cart, truth.usage))


def plain_gap(truth: Truth, key: Key) -> int | None:
    """The gap to the next step, when adding just that brings the step, a higher benefit and a lower price."""
    rule = truth.oracle.applications[truth.places[key]].rule
    if not truth.given.get(key) and truth.rivals(key):
        return None
    units = any(step.measure == "units" for step in rule.ladder)
    have = truth.units(key) if units else truth.base(key)
    ladder = [step for step in rule.ladder if not rule.piece or amount_of(step) >= rule.piece or share_of(step)]
    targets = [next_reach(step, have) for step in ladder if next_reach(step, have) > have]
    if not targets:
        return None
    missing = min(targets) - have
    more = enlarged(truth, key, None if units else missing, missing if units else None)
    reached = key in more.places and (more.units(key) if units else more.base(key)) >= min(targets)
    saves = truth.quote.total + listed(more.cart) - listed(truth.cart) - more.quote.total
    return missing if reached and saves > 0 and more.given.get(key, 0) > truth.given.get(key, 0) else None
