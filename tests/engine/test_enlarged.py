"""Addition tried in one enlarged cart cost what they cost in a cart of their own, and next steps save what they say."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import pytest
from attrs import evolve

from benchmarks.workloads import workload
from pricing import Cart, Engine
from pricing.engine.matching.case import Case, case_of
from pricing.engine.problem import Problem
from pricing.engine.search.judge import Best, complete
from pricing.engine.search.search import search
from pricing.engine.why.enlarged import Addition, enlarged
from pricing.model.cart import Line
from pricing.money import LARGEST
from tests import hand, markets

SEEDS = range(40)


def cases(seed: int) -> Iterator[Case]:
    """A small and a large market, and a cart of thirty lines now and then."""
    for size in ("small", "words", "large"):
        draft = next(iter(markets.drafts(seed, size)))
        yield case_of(Engine(draft.book()).plan, draft.cart(), draft.usage, frozenset())
    if seed % 10 == 0:
        made = workload("M", "tight", 1, seed)
        engine = Engine.from_texts(made.book.texts())
        yield case_of(engine.plan, Cart.from_dict(made.carts[0]), {}, frozenset())


def goods_of(case: Case, named: bool, units: int) -> list[Addition]:
    """Something made after each line at list price."""
    found = []
    for place, rule in enumerate(case.runs.rules):
        if not rule:
            line = case.situation.lines[case.runs.line_of[place]]
            sku = line.sku if named else "more"
            more = evolve(line, id="more", sku=sku, price=(LARGEST, line.currency), quantity=units)
            found.append(Addition(more, place))
    return found


def total_of(case: Case, lines: tuple[Line, ...]) -> int:
    situation = case.situation
    cart = evolve(situation.cart, lines=lines)
    return search(case_of(case.plan, cart, situation.usage, situation.without).problem).total


@pytest.mark.parametrize("seed", SEEDS)
def test_goods_in_the_enlarged_cart(seed: int) -> None:
    """Line after line, price after price: the same total as the cart with that line alone."""
    rng = Random(seed)
    for case in cases(seed):
        goods = goods_of(case, named=rng.random() < 0.3, units=1)
        larger = enlarged(case, goods)
        for each in rng.sample(goods, min(4, len(goods))) if larger is not None else ():
            for _ in range(2):
                price = rng.choice((1, rng.randint(2, 3000), rng.randint(3000, 20000)))
                if larger is not None and each.place >= 0:
                    larger.set(each.place, price, 1)
                    more = evolve(each.line, price=(price, each.line.currency))
                    assert larger.priced(400_000, []).total == total_of(case, (*case.situation.cart.lines, more))


@pytest.mark.parametrize("seed", SEEDS)
def test_units_in_the_enlarged_cart(seed: int) -> None:
    """The same of more units of a line."""
    rng = Random(seed)
    for case in cases(seed):
        units = rng.randint(1, 4)
        goods = goods_of(case, named=True, units=units)
        larger = enlarged(case, goods)
        for each in rng.sample(goods, min(4, len(goods))) if larger is not None else ():
            if larger is not None and each.place >= 0:
                line = case.situation.lines[case.runs.line_of[each.model]]
                more = evolve(line, quantity=line.quantity + units)
                larger.set(each.model_place, line.unit_price, more.quantity)
                lines = tuple(more if other.id == line.id else other for other in case.situation.cart.lines)
                assert larger.priced(400_000, []).total == total_of(case, lines)


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_guessed_in_the_enlarged_cart(seed: int) -> None:
    """A guess is permitted, and what bounds rule out the best selection does not use."""
    rng = Random(seed)
    for case in cases(seed):
        goods = goods_of(case, named=False, units=1)
        larger = enlarged(case, goods)
        if larger is None:
            continue
        for each in rng.sample(goods, min(3, len(goods))):
            if each.place < 0:
                continue
            for app in rng.sample(larger.problem.applications, min(4, len(larger.problem.applications))):
                larger.set(each.place, rng.choice((1, rng.randint(2, 3000), rng.randint(3000, 20000))), 1)
                guess = larger.guessed(400_000, [], app, 0, 0)
                if guess is None:
                    continue
                best = search(larger.problem)
                assert guess.may_use or not best.counts[app.index]
                assert settled(larger.problem, guess.counts).total >= best.total
                finished = larger.priced(400_000, [])
                assert (finished.total, finished.counts) == (best.total, best.counts)


def settled(problem: Problem, counts: list[int]) -> Best:
    """A selection as it is when it is permitted."""
    best = Best()
    assert complete(problem, counts, best)
    return best


def test_prices_of_an_earlier_search_bound_nothing_too_high() -> None:
    """A base may have had a price in the search before, and have none now: its rows offer nothing to be paid for."""
    draft = next(iter(markets.drafts(29, "large")))
    engine, cart = Engine(draft.book()), draft.cart()
    quote = engine.quote(cart, draft.usage)
    (step,) = [step for step in quote.next_steps if step.missing_units]
    units = step.missing_units or 0
    target = next(line for line in sorted(cart.lines, key=lambda line: line.unit_price) if line.store == step.store)
    saved = []
    for line in cart.lines:
        if line.store == step.store and line.unit_price == target.unit_price:
            more = evolve(line, quantity=line.quantity + units)
            larger = evolve(cart, lines=tuple(more if each.id == line.id else each for each in cart.lines))
            added = units * line.unit_price
            saved.append(quote.total_minor + added - engine.quote(larger, draft.usage).total_minor)
    assert step.saves in saved


def test_goods_that_take_another_rule_its_step_are_tried_in_a_cart_of_their_own() -> None:
    """Four different goods; with a fifth, which is tried for the step at 100.00, the first rule gives nothing."""
    cards = (
        'cross-store discount mixed "Mixed"\n  buy 3 different take 0.50 off\n  buy 5 different take nothing\n\n'
        'store discount far "Far"\n  spend       100.00  take 5.00 off\n'
    )
    engine = Engine.from_texts({"hand.promo": hand.HEAD + cards})
    cart = Cart("USD", hand.AT, [hand.line(f"l{number}", 1000) for number in range(4)])
    quote = engine.quote(cart)
    assert [use.rule for use in quote.used] == ["mixed"]
    (step,) = [step for step in engine.reasons(quote).next_steps if step.rule == "far"]
    assert (step.missing, step.saves) == (6000, 450)
