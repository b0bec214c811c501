"""Which of two selections is better (SPEC 6), and what a set of decisions comes to, by hand."""

from __future__ import annotations

import pytest

from pricing import Lot, Wallet
from pricing.engine.search.judge import (
    Best,
    codes_used,
    complete,
    expiries_of,
    names_before,
    order_of,
    padded_less,
    trim,
    used_of,
)
from pricing.engine.settling.settle import settle
from tests.hand import AT, bare, case, line, over

STEP = "  spend       1.00  take 1.00 off\n"
A = line("a", 1000)


def test_a_lower_total_is_better_whatever_else() -> None:
    problem, best = bare(1000), Best()
    assert best.offer(problem, 900, 50, 3, [])
    assert best.offer(problem, 899, 90, 9, [])
    assert not best.offer(problem, 900, 0, 0, [])


def test_of_equal_totals_fewer_coins_then_fewer_coupons() -> None:
    problem, best = bare(1000), Best()
    assert best.offer(problem, 900, 50, 3, [])
    assert best.offer(problem, 900, 40, 9, [])
    assert best.offer(problem, 900, 40, 8, [])
    assert not best.offer(problem, 900, 40, 9, [])


@pytest.mark.parametrize(
    ("ours", "theirs", "sooner"),
    [([1], [2], True), ([2], [1], False), ([1, 3], [1], True), ([1], [1, 3], False), ([], [], False), ([], [8], False)],
)
def test_pieces_that_expire_sooner_are_used_first(ours: list[int], theirs: list[int], sooner: bool) -> None:
    assert padded_less(ours, theirs, 9) == sooner


@pytest.mark.parametrize(
    ("ours", "theirs", "before"),
    [
        ([1, 0], [0, 1], True),
        ([0, 1], [1, 0], False),
        ([1, 0], [1, 1], True),
        ([0, 0], [1, 0], True),
        ([1, 1], [1, 1], False),
    ],
)
def test_then_names_decide(ours: list[int], theirs: list[int], before: bool) -> None:
    problem = bare(1000)
    over(problem, "a", [0], (0, 1)), over(problem, "b", [0], (0, 1))
    assert names_before(problem, order_of(problem), ours, theirs) == before


def test_a_coupon_counts_by_pieces_and_a_code_once() -> None:
    pick = 'select coupon pick "Pick"\n  piece       1.00\n  spend       5.00  take 3.00 off\n'
    made = case(f'promo code SAVE "Save"\n{STEP}{pick}', A, codes=["save"], wallet=Wallet(0, [Lot("pick", 3)]))
    counts = [2 if app.name == "pick" else 1 for app in made.problem.applications]
    assert codes_used(made.problem, counts) == 3


def test_the_pieces_used_are_those_that_expire_first() -> None:
    card = 'select coupon pick "Pick"\n  piece       1.00\n  spend       5.00  take 3.00 off\n'
    lots = [Lot("pick", 2, AT.replace(day=28)), Lot("pick", 1, AT.replace(day=22))]
    problem = case(card, A, wallet=Wallet(0, lots)).problem
    assert expiries_of(problem, [1]) == [0]
    assert expiries_of(problem, [3]) == [0, 1, 1]


def test_decisions_are_completed_with_what_is_used_whenever_it_can_be() -> None:
    problem = case(f'store discount x "X"\n{STEP}', A).problem
    best = Best()
    assert complete(problem, [0], best)
    assert (best.total, best.counts) == (900, [1])


def test_a_used_coupon_that_gives_nothing_is_no_selection() -> None:
    problem = bare(1000)
    over(problem, "far", [0], (9000, 100))
    assert not complete(problem, [1], Best())


def test_two_that_clash_are_no_selection() -> None:
    problem = bare(1000)
    one, two = over(problem, "a", [0], (0, 100)), over(problem, "b", [0], (0, 200))
    one.clash, two.clash = 2, 1
    assert not complete(problem, [1, 1], Best())
    assert complete(problem, [0, 1], Best())


def test_completed_figures_are_those_of_settling() -> None:
    problem = bare(1000, 2000)
    over(problem, "a", [0, 1], (2500, 333)), over(problem, "b", [1], (1000, 77), layer=1)
    best = Best()
    assert complete(problem, [1, 1], best)
    settled = settle(problem, best.counts)
    assert settled is not None and sum(settled.now) == best.total == 3000 - 333 - 77


def test_what_a_selection_uses_of_a_limit() -> None:
    cards = f'promo code ONE "One"\n{STEP}promo code TWO "Two"\n{STEP}'
    problem = case(cards, A, policy="  limit       1 promo code per order\n", codes=["one", "two"]).problem
    assert [used_of(problem, problem.groups[0], counts) for counts in ([0, 0], [1, 0], [1, 1])] == [0, 1, 2]


def test_of_several_uses_that_bring_nothing_none_is_left() -> None:
    """10.00 that costs 5.00 at the least: c takes all of that, so d and f before it bring nothing. The list of c alone comes
    before those that go on; but c and f is no better than c, d and f, so the last name has to go first."""
    problem, best = bare(1000), Best()
    problem.floors = [500]
    for rule, (name, layer) in enumerate((("c", 2), ("d", 0), ("f", 1))):
        over(problem, name, [0], (0, 500 if name == "c" else 100), layer=layer).rule = rule
    problem.applications.sort(key=lambda app: app.layer)
    for index, app in enumerate(problem.applications):
        app.index = index
    assert [app.name for app in problem.applications] == ["d", "f", "c"]
    problem.applications[2].counted = 1
    assert complete(problem, [1, 1, 1], best)
    trim(problem, best)
    assert (best.total, best.counts) == (500, [0, 0, 1])
