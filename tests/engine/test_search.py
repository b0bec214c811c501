"""The joined search: every rule that lets it skip work, switched off, must leave the answer as it is.

What is set from outside besides the switches runs on the engine's source only (see `test_compiled.py` for the other build).
"""

from __future__ import annotations

from random import Random

import pytest

from benchmarks.hard import hard
from benchmarks.workloads import Size, workload, workload_of
from pricing import Cart, Engine
from pricing.engine.matching.case import case_of
from pricing.engine.problem import Problem
from pricing.engine.search import search
from pricing.engine.search.branches.decisions import Decisions
from pricing.engine.search.branches.nodes import Brancher
from pricing.engine.search.joining import labels, states
from pricing.engine.search.judge import Best
from pricing.engine.search.keys import Keys
from pricing.engine.search.rescue import Rescue
from pricing.engine.search.rules import RULES, Rules
from pricing.engine.search.stores.parts import SCALE, parts_of
from pricing.engine.search.walk import Walk
from tests.markets import market

pytestmark = [pytest.mark.slow, pytest.mark.no_cover]

MARKETS = 150


def problems() -> list[Problem]:
    """Random markets of several stores, and small carts of the benchmarks."""
    found = []
    for seed in range(5000, 5000 + MARKETS):
        book, cart, usage = market(seed, "large")
        found.append(case_of(Engine(book).plan, cart, usage, frozenset()).problem)
    made = workload("S", "tight", 5)
    plan = Engine.from_texts(made.book.texts()).plan
    found += [case_of(plan, Cart.from_dict(cart), {}, frozenset()).problem for cart in made.carts]
    return found


@pytest.fixture(scope="module")
def walked() -> list[tuple[Problem, list[int]]]:
    """Every problem with its answer by the exhaustive search."""
    return [(problem, Walk(problem, 10**8).run().counts) for problem in problems()]


def joined(problem: Problem, rules: Rules = RULES) -> list[int]:
    found = search.search(problem, 10**8, rules=rules._replace(walked=False))
    assert found.optimal
    return found.counts


@pytest.mark.parametrize("switch", Rules._fields)
def test_a_rule_switched_off_changes_no_answer(switch: str, walked: list[tuple[Problem, list[int]]]) -> None:
    for problem, expected in walked:
        assert joined(problem, RULES._replace(**{switch: False})) == expected


def test_comparing_a_label_with_one_other_changes_no_answer(
    walked: list[tuple[Problem, list[int]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(labels, "MOST_COMPARED", 1)
    for problem, expected in walked:
        assert joined(problem) == expected


def test_claims_that_promise_too_much_are_refuted(
    walked: list[tuple[Problem, list[int]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Figures that are claimed without settling are checked in the end; where one is wrong, the search does without."""
    claims = 0
    honest = Best.claim

    def boast(self: Best, total: int, coins: int, count: int, decided: list[int], ties: int) -> None:
        nonlocal claims
        claims += 1
        honest(self, total - 1, coins, count, decided, ties)

    monkeypatch.setattr(Best, "claim", boast)
    for problem, expected in walked:
        assert joined(problem) == expected
    assert claims > MARKETS // 4


@pytest.mark.parametrize("pieces", [0, 3, 40])
def test_stairs_drop_what_comparing_every_pair_drops(pieces: int, monkeypatch: pytest.MonkeyPatch) -> None:
    chance = Random(pieces)
    shortfalls = [chance.randrange(500) for _ in range(400)]
    drawn = [chance.randrange(pieces + 1) for _ in range(400)]
    packed = states.States(
        [states.Field([shortfalls], states.NO_LIMIT, 0), states.Field([drawn], states.NO_LIMIT, 0)], [0, 0], []
    )
    met = [
        labels.Label(0, 500 - shortfall + chance.randrange(5), state, chance.randrange(3), None, None, 0)
        for shortfall, state in zip(shortfalls, packed.added[0], strict=True)
    ]
    by_stairs = labels.undominated(met.copy(), packed)
    monkeypatch.setattr(labels, "MOST_COMPARED", len(met))
    by_pairs = labels.undominated(met.copy(), packed)
    assert by_stairs == by_pairs
    assert 10 < len(by_pairs) < len(met)


def test_a_threshold_that_only_an_exact_sum_of_coupons_reaches_is_proved() -> None:
    """200 lines of 40 stores and 36 pieces: HiGHS says 333,081 too."""
    made = workload("L1", "loose", 15)
    engine = Engine.from_texts(made.book.texts())
    quote = engine.quote(Cart.from_dict(made.carts[14]))
    assert quote.total_minor == quote.lower_bound_minor == 333_081


def test_a_threshold_that_the_last_options_cannot_reach_ends_the_branch() -> None:
    """Better totals rule options out, until the stores together offer less than a code needs: nothing is left to join."""
    shape = Size("L", 110, 22, 180, 44, ((200, 20),), 6, 2, (500, 3000))
    made = workload_of(shape, "loose", 8, seed=100)
    quote = Engine.from_texts(made.book.texts()).quote(Cart.from_dict(made.carts[7]))
    assert quote.optimal
    assert quote.total_minor == 158_814


def test_no_bound_is_above_the_best_total_of_its_branch(walked: list[tuple[Problem, list[int]]]) -> None:
    for problem, counts in walked:
        if problem.codes_serve_many:
            continue  # left to the exhaustive search
        best = Walk(problem, 10**8).run()
        parts = parts_of(problem)
        brancher = Brancher(parts, Keys(parts), 10**8, [])
        bounds = []
        decisions = Decisions(parts)
        decisions.run_below(1 << 100)
        for choice in decisions.choices:
            node = decisions.node_of(choice)
            sketch = brancher.sketch(node)
            used = {app.index: pieces for app, pieces in zip(choice.used, choice.pieces, strict=True)}
            optional = [app.index for position in parts.optional for app in parts.globals[position].apps]
            decided = all(used.get(index, 0) == counts[index] for index in optional)
            assert not decided or choice.bound <= best.total
            if sketch is not None:
                branch = brancher.branch(sketch)
                prices = branch.relaxation.guessed_prices(1 << 100)
                moved = branch.relaxation.moved_prices(prices, branch.priced(), 60, 1 << 100)
                bounds.append((decided, max(sketch.bound, prices.bound, moved.bound)))
        holding = [bound for decided, bound in bounds if decided]
        ceiling = SCALE * (best.total - parts.constant) + parts.weight * best.count
        assert not holding or min(holding) <= ceiling


@pytest.mark.parametrize("made", hard(), ids=lambda made: made.name)
def test_hard_carts_are_proved(made: object) -> None:
    engine = Engine.from_texts(made.book.texts())  # type: ignore[attr-defined]
    for cart in made.carts:  # type: ignore[attr-defined]
        quote = engine.quote(Cart.from_dict(cart))
        assert quote.optimal
        assert quote.lower_bound_minor == quote.total_minor


@pytest.mark.parametrize("limit", [1, 50, 500, 3000])
def test_a_small_work_limit_leaves_a_true_bound(limit: int) -> None:
    made = workload("M", "tight", 6)
    engine = Engine.from_texts(made.book.texts())
    hurried = Engine(engine.book, work=limit)
    for cart in map(Cart.from_dict, made.carts):
        best = engine.quote(cart)
        quote = hurried.quote(cart)
        assert best.optimal
        assert quote.lower_bound_minor <= best.total_minor <= quote.total_minor
        assert quote.optimal <= (quote.total_minor == best.total_minor)


def test_no_quote_is_dearer_than_the_layer_by_layer_answer() -> None:
    made = workload("M", "tight", 6)
    engine = Engine.from_texts(made.book.texts())
    hurried = Engine(engine.book, work=1)
    for cart in map(Cart.from_dict, made.carts):
        problem = case_of(engine.plan, cart, {}, frozenset()).problem
        plain = Best()
        Rescue(problem, plain, 0, 10**9).offer_greedy()
        assert hurried.quote(cart).total_minor <= plain.total
