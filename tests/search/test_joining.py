"""Outcomes of stores joined: packed states, what beats what, and the whole join against the walk."""

from __future__ import annotations

import pytest

from pricing.engine.problem import Problem
from pricing.engine.search import search
from pricing.engine.search.joining.beaten import put_in_order, unbeaten
from pricing.engine.search.joining.labels import Label, Stairs, undominated
from pricing.engine.search.joining.states import Field, States
from pricing.engine.search.judge import Best
from pricing.engine.search.stores.outcome import NO_DOUBT, Option
from pricing.engine.search.walk import Walk
from tests.hand import case, line


def option(cost: int, *bases: int, count: int = 0, tie: int = 0, pools: tuple[int, ...] = ()) -> Option:
    made = Option(cost, list(bases), [0] * len(bases), NO_DOUBT, [])
    made.count, made.tie, made.pools = count, tie, list(pools)
    return made


# beaten


MORE_IS_BETTER, EQUAL_ONLY = [(0, -1)], [(0, -1), (0, 1)]


def test_an_option_that_costs_more_and_offers_less_is_beaten() -> None:
    assert unbeaten([option(100, 50), option(110, 40)], MORE_IS_BETTER) == [0]


def test_an_option_that_offers_more_to_a_threshold_stays() -> None:
    assert unbeaten([option(100, 50), option(110, 60)], MORE_IS_BETTER) == [0, 1]


def test_what_a_base_after_it_reads_must_be_equal_to_be_beaten() -> None:
    assert unbeaten([option(100, 50), option(110, 40)], EQUAL_ONLY) == [0, 1]


def test_an_option_that_draws_fewer_pieces_stays() -> None:
    assert unbeaten([option(100, pools=(2,)), option(110, pools=(1,)), option(120, pools=(2,))], []) == [0, 1]


def test_ties_go_to_fewer_coupons_then_to_names() -> None:
    options = [option(100, count=2), option(100, count=1, tie=5), option(100, count=1, tie=3), option(90)]
    put_in_order(options)
    assert [(each.cost, each.count, each.tie) for each in options] == [
        (90, 0, 0),
        (100, 1, 3),
        (100, 1, 5),
        (100, 2, 0),
    ]


# states


def fields() -> States:
    """Two cells; a field with a limit of 3, and one with 10."""
    return States([Field([[0, 2], [0, 2]], 3, 0), Field([[1, 0], [5, 6]], 10, 0)], [0, 0], [])


def test_adding_options_adds_in_every_field() -> None:
    states = fields()
    state = states.start + states.added[0][1] + states.added[1][1]
    assert [field.of(state) for field in states.fields] == [4, 6]


@pytest.mark.parametrize(("first", "second", "fits"), [(0, 0, True), (1, 0, True), (0, 1, True), (1, 1, False)])
def test_one_subtraction_tells_whether_any_limit_is_passed(first: int, second: int, fits: bool) -> None:
    states = fields()
    assert states.within(states.start + states.added[0][first] + states.added[1][second]) == fits


def test_a_field_that_stays_empty_takes_no_room() -> None:
    states = States([Field([[0, 0], [0, 0]], 9, 0), Field([[0, 1], [0, 1]], 2, 0)], [0, 0], [])
    assert len(states.fields) == 1 and states.fields[0].shift == 0


def test_a_limit_that_is_passed_from_the_start_fits_nothing() -> None:
    assert States([Field([[0, 1]], 2, 3)], [3], []).none_fits


# labels


def label(cost: int, state: int, count: int = 0) -> Label:
    return Label(cost, cost, state, count, None, None, 0)


def test_a_label_that_costs_more_in_a_worse_state_goes() -> None:
    states = States([Field([[0, 1, 2, 3]], 9, 0)], [0], [])
    kept = undominated([label(100, 1), label(90, 0), label(95, 2), label(120, 0)], states)
    assert [(each.cost, each.state) for each in kept] == [(90, 0)]


def test_a_label_that_costs_more_in_a_better_state_stays() -> None:
    states = States([Field([[0, 1, 2, 3]], 9, 0)], [0], [])
    kept = undominated([label(100, 0), label(90, 1)], states)
    assert sorted((each.cost, each.state) for each in kept) == [(90, 1), (100, 0)]


def test_stairs_keep_what_comparing_pairs_keeps() -> None:
    states = States([Field([[0, 1, 2, 3, 4, 5, 6, 7]], 9, 0)], [0], [])
    labels = [label(100 - state, state) for state in range(6)] + [label(200, 3), label(99, 7)]
    labels.sort(key=lambda each: (each.cost, each.count))
    kept = Stairs(states.fields[0], None).kept(labels)
    assert [(each.cost, each.state) for each in kept] == [(95, 5), (96, 4), (97, 3), (98, 2), (99, 1), (100, 0)]


# The whole join


def three_stores(threshold: str, more: str = "") -> Problem:
    cards = f'cross-store discount over "Over"\n  spend       {threshold}  take 10.00 off\n{more}'
    for store in ("north", "south", "west"):
        cards += f'store discount {store}-5 "Five"\n  stores      {store}\n  spend       20.00  take 5.00 off\n'
        cards += f'store discount {store}-3 "Three"\n  stores      {store}\n  spend       20.00  take 3.00 off\n'
    return case(cards, *(line(store[0], 4000, store=store) for store in ("north", "south", "west"))).problem


@pytest.mark.parametrize(
    ("threshold", "total"),
    [
        ("100.00", 9500),  # 5.00 off in each store, and 10.00 over all
        ("105.00", 9500),
        ("107.00", 9700),  # one store takes 3.00 only, so that the step is reached
        ("111.00", 10100),
        ("112.00", 10500),  # out of reach: 5.00 in each store, and no more
    ],
)
def test_stores_give_up_something_where_a_step_over_all_is_worth_it(threshold: str, total: int) -> None:
    problem = three_stores(threshold)
    found = search._joined(problem, 100_000, Best(True))
    assert found is not None and found.optimal
    assert (found.total, found.counts) == (total, Walk(problem, 100_000).run().counts)
    assert found.lower_bound == found.total
