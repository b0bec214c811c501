"""The walk through all selections: what it finds, what it may skip, and where it stops (SPEC 5 and 6)."""

from __future__ import annotations

from typing import Any

import pytest

from pricing import Lot, Wallet
from pricing.engine.search.walk import Walk, rest_bounds
from pricing.engine.settling.settle import settle
from tests.hand import bare, case, line, over

PLENTY = 100_000
A = line("a", 10000)


def walked(*cards: str, policy: str = "", **cart: Any) -> tuple[int, list[str]]:
    """The best total, and the rules it uses."""
    problem = case("".join(cards), A, policy=policy, **cart).problem
    best = Walk(problem, PLENTY).run()
    settled = settle(problem, best.counts)
    assert settled is not None and sum(settled.now) == best.total  # its own pass agrees with that of settling
    return best.total, [app.name for app in problem.applications if best.counts[app.index]]


def card(kind: str, name: str, gives: str, *more: str) -> str:
    return f'{kind} {name} "{name}"\n  spend       1.00  take {gives} off\n' + "".join(f"  {each}\n" for each in more)


def test_nothing_to_choose_costs_what_it_costs() -> None:
    best = Walk(bare(1000, 500), PLENTY).run()
    assert (best.total, best.counts) == (1500, [])


def test_of_two_store_discounts_on_one_line_the_better_one() -> None:
    cards = card("store discount", "five", "5.00"), card("store discount", "six", "6.00")
    assert walked(*cards) == (9400, ["six"])


def test_layers_add_up() -> None:
    cards = card("store discount", "five", "5.00"), card("cross-store discount", "one", "1.00")
    assert walked(*cards) == (9400, ["five", "one"])


def test_codes_under_a_limit_are_tried_against_each_other() -> None:
    cards = card("promo code", "ONE", "2.00"), card("promo code", "TWO", "3.00")
    policy = "  limit       1 promo code per order\n"
    assert walked(*cards, policy=policy, codes=["one", "two"]) == (9700, ["TWO"])


def test_a_coupon_that_saves_nothing_more_is_left_in_the_wallet() -> None:
    cards = card("store discount", "all", "100.00"), card("platform coupon", "five", "5.00")
    assert walked(*cards, wallet=Wallet(0, [Lot("five", 1)])) == (0, ["all"])


def test_an_automatic_rule_may_not_be_left_out_for_a_coupon_that_wants_more() -> None:
    """The coupon's step is reached at list price only, and the store discount takes the cart below it."""
    far = 'platform coupon far "Far"\n  spend       100.00  take 20.00 off\n'
    cards = card("store discount", "five", "5.00"), far
    assert walked(*cards, wallet=Wallet(0, [Lot("far", 1)])) == (9500, ["five"])


def test_as_many_pieces_as_the_step_is_worth() -> None:
    pick = 'select coupon pick "Pick"\n  piece       2.00\n  spend       50.00  take 6.00 off\n'
    problem = case(pick, A, wallet=Wallet(0, [Lot("pick", 9)])).problem
    best = Walk(problem, PLENTY).run()
    assert (best.total, best.counts) == (9400, [3])


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_a_walk_that_was_stopped_says_how_low_it_could_be(limit: int) -> None:
    cards = "".join(card("promo code", f"C{number}", f"{number}.00") for number in range(1, 6))
    problem = case(cards, A, codes=[f"C{number}" for number in range(1, 6)]).problem
    whole = Walk(problem, PLENTY)
    least = whole.run().total
    stopped = Walk(problem, limit)
    stopped.run()
    assert stopped.lowest_open <= least < whole.lowest_open


def test_no_rest_of_a_walk_saves_more_than_its_bound() -> None:
    problem = bare(1000)
    over(problem, "a", [0], (0, 300)), over(problem, "b", [0], (0, 200), layer=1)
    assert rest_bounds(problem) == [500, 200, 0]
