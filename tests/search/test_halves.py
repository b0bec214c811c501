"""Two halves of the stores, met in the middle: how they are dealt out, shelved and looked through."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from pricing.engine.problem import Problem
from pricing.engine.search.joining.halves import Halves, Pairs, shelves_of
from pricing.engine.search.joining.join import Join
from pricing.engine.search.joining.labels import Label
from pricing.engine.search.joining.states import Field, States
from pricing.engine.search.judge import NOTHING, Best
from tests.search.joined import STEPS, lowest, opened, pieces, three_off_in_each

CARTS = [three_off_in_each("130.00"), three_off_in_each("143.00"), three_off_in_each("147.00"), pieces(1), pieces(5)]


def halves(problem: Problem) -> Halves:
    parts, (child,) = opened(problem)
    return Halves(parts, child.branch, child.prices, Best(True))


@pytest.mark.parametrize("problem", CARTS)
def test_every_store_is_in_one_half(problem: Problem) -> None:
    assert sorted(cell for way in halves(problem).ways for cell in way) == [0, 1, 2, 3]


def test_four_stores_that_are_alike_are_dealt_out_two_and_two() -> None:
    assert [len(way) for way in halves(three_off_in_each("143.00")).ways] == [2, 2]


@pytest.mark.parametrize("problem", CARTS)
def test_they_find_what_the_join_of_one_store_after_the_other_finds(problem: Problem) -> None:
    made = halves(problem)
    plain = Join(made.parts, made.branch, made.prices, Best(True))
    assert made.run(NOTHING, STEPS) and plain.run(NOTHING, STEPS)
    assert made.best.total == plain.best.total == lowest(problem)
    assert made.best.counts == plain.best.counts


def test_a_beam_of_one_label_proves_nothing_and_is_never_too_low() -> None:
    made = halves(three_off_in_each("143.00"))
    assert not made.run(1, STEPS)
    assert made.best.total >= 13400


@pytest.mark.parametrize("steps", [1, 5, 10])
def test_without_steps_left_nothing_is_proved(steps: int) -> None:
    assert not halves(three_off_in_each("143.00")).run(NOTHING, steps)


def test_the_window_looks_through_the_field_that_is_worth_most() -> None:
    made = halves(pieces(5))
    pairs = Pairs(made)
    assert pairs.field is None or pairs.price > 0
    assert pairs.coins == 0  # nobody pays with coins here
    assert not pairs.varies


FIELD, BESIDE = Field([[0, 1, 2]], 2, 0), Field([[0, 1, 0]], 1, 0)
STATES = States([FIELD, BESIDE], [0, 0], [])


def label(cost: int, option: int) -> Label:
    """Of one store, with this option: the second draws on both fields, the third twice on the first."""
    return Label(cost, cost, STATES.added[0][option], 0, None, None, 0)


def pairs_of(field: Field | None, beside: Field | None) -> Any:
    return SimpleNamespace(field=field, beside=beside)


def test_without_fields_there_is_one_shelf_the_cheapest_first() -> None:
    (shelf,) = shelves_of([label(30, 0), label(10, 0), label(20, 0)], pairs_of(None, None))
    assert [each.cost for each in shelf.labels] == shelf.inside == [10, 20, 30]
    assert (shelf.least, shelf.drawn) == (10, 0)


def test_on_a_shelf_those_that_draw_most_come_first() -> None:
    (shelf,) = shelves_of([label(10, 0), label(30, 2), label(20, 1)], pairs_of(FIELD, None))
    assert [FIELD.of(each.state) for each in shelf.labels] == [2, 1, 0]
    assert shelf.inside == [-2, -1, 0]
    assert shelf.least == 10


def test_a_shelf_for_each_amount_of_the_field_beside() -> None:
    shelves = shelves_of([label(10, 1), label(30, 2), label(20, 1)], pairs_of(None, BESIDE))
    assert [(shelf.drawn, [each.cost for each in shelf.labels]) for shelf in shelves] == [(0, [30]), (1, [10, 20])]
