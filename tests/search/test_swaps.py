"""A good selection before the join: options of one or two stores are changed as long as that pays."""

from __future__ import annotations

import pytest

from pricing.engine.problem import Problem
from pricing.engine.search.joining.halves import Halves, Pairs
from pricing.engine.search.joining.swaps import Swaps, swapped
from pricing.engine.search.judge import Best
from tests.search.joined import lowest, opened, pieces, three_off_in_each

CARTS = [three_off_in_each("130.00"), three_off_in_each("143.00"), three_off_in_each("147.00"), pieces(1), pieces(5)]


def join_of(problem: Problem) -> Halves:
    parts, (child,) = opened(problem)
    return Halves(parts, child.branch, child.prices, Best(True))


@pytest.mark.parametrize("thorough", [False, True])
@pytest.mark.parametrize("problem", CARTS)
def test_it_finds_a_permitted_selection_never_below_the_best(problem: Problem, thorough: bool) -> None:
    join = join_of(problem)
    assert swapped(join, thorough) > 0
    assert lowest(problem) <= join.best.total < sum(problem.item)


@pytest.mark.parametrize("problem", [CARTS[0], CARTS[1], CARTS[3], CARTS[4]])
def test_where_two_changes_are_enough_it_finds_the_best(problem: Problem) -> None:
    join = join_of(problem)
    swapped(join, thorough=True)
    assert join.best.total == lowest(problem)


@pytest.mark.parametrize("at", [[0, 0, 0, 0], [1, 1, 1, 1], [0, 1, 0, 1]])
def test_wherever_it_starts_two_stores_give_up_something_for_the_step(at: list[int]) -> None:
    join = join_of(three_off_in_each("143.00"))
    Swaps(join, Pairs(join), at, thorough=True).run()
    assert join.best.total == 13400


def test_of_more_pieces_than_are_held_some_are_put_back() -> None:
    join = join_of(pieces(3))
    most = [max(range(len(each)), key=lambda place: each[place].pools[0]) for each in join.options]
    swaps = Swaps(join, Pairs(join), most, thorough=True)
    assert not join.states.within(swaps.state)
    swaps.run()
    assert join.states.within(swaps.state)
    assert join.best.total == lowest(pieces(3)) == 16000 - 3 * 200


def test_a_branch_without_a_choice_left_takes_no_steps() -> None:
    join = join_of(three_off_in_each("143.00"))
    join.is_empty = True
    assert swapped(join, thorough=True) == 0
    assert not join.best.counts
