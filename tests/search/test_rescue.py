"""An answer without a proof, bettered: what is tried alone, and what one use more or one less comes to, by pencil."""

from __future__ import annotations

import pytest

from benchmarks import mixes
from pricing import Cart, Engine
from pricing.engine.problem import Group, Problem
from pricing.engine.search.judge import Best
from pricing.engine.search.rescue import MOST_ALONE, MOST_PLAINLY, Rescue, restricted
from tests.hand import bare, over

PLENTY = 100_000


def rescue(problem: Problem, limit: int = PLENTY, lower_bound: int = 0) -> Rescue:
    return Rescue(problem, Best(), lower_bound, limit)


def clashing(problem: Problem, *places: int) -> None:
    """Of these applications no two are used together."""
    mask = sum(1 << place for place in places)
    for place in places:
        problem.applications[place].clash = mask & ~(1 << place)


def spoiled(counted: int) -> Problem:
    """10.00, off which x takes 1.00 or y 0.90; only what y leaves reaches the step at 9.05, which takes another 0.50."""
    problem = bare(1000)
    for rule, app in enumerate((over(problem, "x", [0], (0, 100)), over(problem, "y", [0], (0, 90)))):
        app.rule, app.counted = rule, counted
    over(problem, "z", [0], (905, 50), layer=1).rule = 2
    clashing(problem, 0, 1)
    return problem


def test_of_two_codes_each_is_tried_alone_in_its_layer() -> None:
    made = rescue(spoiled(counted=1))
    made.offer_greedy()
    assert (made.best.total, made.best.counts) == (860, [0, 1, 1])


def test_what_is_no_code_and_no_coupon_is_not_tried_alone_but_climbing_finds_it() -> None:
    made = rescue(spoiled(counted=0))
    made.offer_greedy()
    assert (made.best.total, made.best.counts) == (900, [1, 0, 0])
    made.climb()
    assert (made.best.total, made.best.counts) == (860, [0, 1, 1])


def test_climbing_leaves_out_what_spoils_a_later_step() -> None:
    problem = bare(1000)
    over(problem, "x", [0], (0, 100))
    over(problem, "z", [0], (950, 300), layer=1)
    made = rescue(problem)
    made.offer_greedy()
    assert made.best.total == 900
    made.climb()
    assert (made.best.total, made.best.counts) == (700, [0, 1])


def test_climbing_makes_room_under_a_limit() -> None:
    """Two may be used; using the third puts the last of the others out, and so on until the best two are left."""
    problem = bare(1000, 1000, 1000)
    for place, amount in enumerate((100, 200, 300)):
        over(problem, "abc"[place], [place], (0, amount)).groups = [0]
    problem.groups = [Group([0, 1, 2], 1, 2)]
    made = rescue(problem)
    made.offer([1, 1, 0], [0, 1, 2])
    assert made.best.total == 2700
    made.climb()
    assert (made.best.total, made.best.counts) == (2500, [0, 1, 1])


def test_nothing_to_climb_from() -> None:
    made = rescue(spoiled(counted=1))
    made.climb()
    assert made.best.counts == [] and made.steps == 0


def test_a_selection_of_some_of_the_applications_is_offered_by_their_numbers() -> None:
    made = rescue(spoiled(counted=1))
    made.offer([], [])
    assert made.best.counts == []
    made.offer([1, 1], [1, 2])
    assert (made.best.total, made.best.counts) == (860, [0, 1, 1])


def test_those_that_can_save_most_are_tried_first_and_a_code_of_many_stores_once() -> None:
    problem = bare(1000, 1000, 1000)
    for rule, (name, place, amount) in enumerate([("a", 0, 100), ("b", 1, 300), ("b", 2, 200), ("c", 2, 250)]):
        app = over(problem, name, [place], (0, amount))
        app.counted, app.rule = 1, rule - (rule > 1)
    assert [(app.name, app.lines) for app in rescue(problem).promising()] == [("b", [1]), ("c", [2]), ("a", [0])]


def test_of_many_some_are_tried() -> None:
    problem = bare(*[1000] * 20)
    for place in range(20):
        app = over(problem, f"code-{place:02}", [place], (0, 100 + place))
        app.counted, app.rule = 1, place
    assert [app.index for app in rescue(problem).promising()] == list(range(19, 19 - MOST_ALONE, -1))


@pytest.mark.parametrize(("layer", "alone"), [(0, ["x", "y"]), (1, [])])
def test_a_search_of_its_own_is_for_those_that_share_a_layer(layer: int, alone: list[str]) -> None:
    problem = bare(1000)
    for rule, (name, at) in enumerate((("x", 0), ("y", layer))):
        app = over(problem, name, [0], (0, 100 - rule), layer=at)
        app.counted, app.rule = 1, rule
    assert [app.name for app in rescue(problem).alone()] == alone


def test_restricted_to_one_code_a_layer_keeps_what_is_given_to_all() -> None:
    problem = spoiled(counted=1)
    given = over(problem, "given", [0], (0, 10))
    given.rule, given.automatic = 3, True
    twin, numbers = restricted(problem, problem.applications[1])
    assert numbers == [1, 2, 3]
    assert [app.name for app in twin.applications] == ["y", "z", "given"]
    assert [app.clash for app in twin.applications] == [0, 0, 0]  # who clashed with it is gone
    assert [app.index for app in problem.applications] == [0, 1, 2, 3]


def test_it_ends_with_its_steps_but_plain_ways_have_some_under_any_limit() -> None:
    made = rescue(spoiled(counted=1), limit=0)
    assert made.is_over() and not made.is_done()
    made.steps = MOST_PLAINLY
    assert made.is_done() and made.left() == -MOST_PLAINLY


def test_what_reaches_the_bound_need_not_be_bettered() -> None:
    made = rescue(spoiled(counted=1), lower_bound=860)
    assert not made.is_over()
    made.offer_greedy()
    assert made.is_over() and made.is_done()


@pytest.mark.no_cover
@pytest.mark.parametrize(("seed", "best"), [(4, 976_374), (13, 378_694)])
def test_under_many_cards_use_after_use_is_changed(seed: int, best: int) -> None:
    """Totals that fifty times the work proves: the searches before it must leave the climb something to do."""
    made = mixes.mix(seed)
    quote = Engine.from_texts(made.texts).quote(Cart.from_dict(made.cart))
    assert quote.total_minor == best
