"""The label search over four stores: what it finds, what a narrow beam leaves open, what a known total rules out."""

from __future__ import annotations

import pytest

from pricing.engine.problem import Problem
from pricing.engine.search.joining.join import Join, ceiling, proving, total_of
from pricing.engine.search.judge import NOTHING, Best
from pricing.engine.search.stores.parts import SCALE
from tests.search.joined import STEPS, lowest, opened, pieces, three_off_in_each

CARTS = [three_off_in_each("130.00"), three_off_in_each("143.00"), three_off_in_each("147.00"), pieces(1), pieces(3)]


def joined(problem: Problem, width: int) -> tuple[Best, Join, bool]:
    """The best from nothing, the join of the only branch, and whether it is proved."""
    parts, (child,) = opened(problem)
    best = Best(True)
    join = Join(parts, child.branch, child.prices, best)
    return best, join, join.run(width, STEPS)


@pytest.mark.parametrize("problem", CARTS)
def test_with_room_for_all_labels_it_finds_the_best_and_proves_it(problem: Problem) -> None:
    best, _, proved = joined(problem, NOTHING)
    assert proved and best.total == lowest(problem)


def test_two_stores_give_up_something_for_the_step_over_all() -> None:
    # 160.00 less 5.00 in each store is 140.00; the step at 143.00 wants two stores that take 3.00 only.
    assert joined(three_off_in_each("143.00"), NOTHING)[0].total == 16000 - 2 * 500 - 2 * 300 - 1000


@pytest.mark.parametrize("problem", CARTS[1:])
def test_a_narrow_beam_says_how_low_what_it_cut_could_be(problem: Problem) -> None:
    best, join, proved = joined(problem, 1)
    assert not proved
    assert min(best.total, total_of(join.parts, join.cut_bound)) <= lowest(problem)


def test_what_steps_did_not_reach_is_left_open() -> None:
    parts, (child,) = opened(three_off_in_each("143.00"))
    join = Join(parts, child.branch, child.prices, Best(True))
    assert not join.run(NOTHING, 1)


def test_a_total_below_what_the_branch_allows_leaves_nothing_to_join() -> None:
    parts, (child,) = opened(three_off_in_each("147.00"))
    best = Best(True)
    join = Join(parts, child.branch, child.prices, best)
    assert not join.is_empty
    best.total = total_of(parts, child.prices.bound) - 1
    join.narrow()
    assert join.is_empty


def test_nothing_is_joined_where_the_bound_is_above_the_best() -> None:
    problem = three_off_in_each("143.00")
    parts, (child,) = opened(problem)
    best = Best(True)
    best.total = lowest(problem) - 500
    join = Join(parts, child.branch, child.prices, best)
    assert join.run(NOTHING, STEPS) and best.total == lowest(problem) - 500


@pytest.mark.parametrize("total", [0, 1, 13400])
def test_a_bound_of_a_total_is_that_total(total: int) -> None:
    parts, _ = opened(three_off_in_each("143.00"))
    assert total_of(parts, SCALE * (total - parts.constant)) == total
    assert total_of(parts, SCALE * (total - parts.constant) + parts.weight * parts.most + 1) == total + 1


def test_what_ties_stays_below_the_ceiling_and_is_no_part_of_the_proof() -> None:
    parts, (child,) = opened(three_off_in_each("143.00"))
    best = Best(True)
    best.total = 13400
    scaled = SCALE * (best.total - parts.constant)
    assert scaled <= ceiling(parts, child.branch, best) < scaled + SCALE
    assert proving(parts, best) < scaled
