"""One application settled, and a selection layer by layer (SPEC 4), on figures that can be worked out by hand."""

from __future__ import annotations

import pytest

from pricing import Wallet
from pricing.engine.problem import NO_CAP
from pricing.engine.settling.settle import Midway, coin_worth, coins_for, rounded, settle, take, till
from tests.hand import app_of, bare, case, line, over


@pytest.mark.parametrize(
    ("top", "below", "half_up", "down"), [(5, 2, 3, 2), (4, 2, 2, 2), (1, 3, 0, 0), (2, 3, 1, 0), (0, 7, 0, 0)]
)
def test_rounding(top: int, below: int, half_up: int, down: int) -> None:
    assert rounded(top, below, False) == half_up
    assert rounded(top, below, True) == down


def test_the_highest_step_reached_counts_and_is_shared_by_what_lines_cost() -> None:
    problem = bare(6000, 3000)
    app = over(problem, "r", [0, 1], (5000, 300), (8000, 600), (10000, 900))
    assert take(problem, app, 1, problem.item, problem.item, NO_CAP, 0) == [400, 200]


def test_below_the_first_step_nothing_is_usable() -> None:
    problem = bare(4999)
    app = over(problem, "r", [0], (5000, 300))
    assert take(problem, app, 1, problem.item, problem.item, NO_CAP, 0) == []
    assert settle(problem, [1]) is None


def test_a_benefit_is_at_most_what_is_left_to_pay_or_void_where_the_policy_says_so() -> None:
    problem = bare(200)
    over(problem, "r", [0], (0, 300))
    settled = settle(problem, [1])
    assert settled is not None and settled.now == [0]
    problem.void = True
    assert settle(problem, [1]) is None


def test_a_later_layer_is_measured_on_what_the_earlier_one_left() -> None:
    problem = bare(10000)
    over(problem, "first", [0], (5000, 1000))
    over(problem, "then", [0], (9500, 500), layer=1)
    assert settle(problem, [1, 1]) is None  # 90.00 is below 95.00
    problem.measured_on_item = True
    settled = settle(problem, [1, 1])
    assert settled is not None and settled.now == [8500]


def test_rules_of_one_layer_are_measured_on_the_same_amounts() -> None:
    problem = bare(10000)
    over(problem, "one", [0], (9500, 1000))
    over(problem, "two", [0], (9500, 500))
    settled = settle(problem, [1, 1])
    assert settled is not None and settled.shares == [[1000], [500]]


def test_a_cap_per_order_spans_the_applications_of_a_rule() -> None:
    problem = bare(1000, 1000)
    for place in (0, 1):
        app = over(problem, "r", [place], (0, 400))
        app.rule, app.cap_order = 7, 500
    settled = settle(problem, [1, 1])
    assert settled is not None and settled.now == [600, 900]


def test_till_shows_what_an_application_meets() -> None:
    problem = bare(1000)
    first, second = over(problem, "a", [0], (0, 100)), over(problem, "b", [0], (0, 200), layer=1)
    met = till(problem, [1, 1], second)
    assert (met.start, met.now) == ([900], [900])
    assert till(problem, [1, 1], first).now == [1000]


def test_an_offer_that_is_not_used_changes_nothing() -> None:
    problem = bare(1000)
    app = over(problem, "a", [0], (0, 100))
    met = Midway(problem, 0)
    met.come_to(app)
    assert (met.offered(app, 1), met.now) == (100, [1000])
    met.use(app, 100)
    assert met.now == [900]


def test_coins_pay_what_their_rate_says_and_a_payment_costs_whole_coins() -> None:
    made = case('coin payment pay "Pay"\n  rate        3 coins = 0.10\n', line("a", 10000), wallet=Wallet(100))
    pay = app_of(made, "pay")
    assert [coin_worth(pay, coins) for coins in (0, 2, 3, 7)] == [0, 6, 10, 23]
    assert [coins_for(pay, amount) for amount in (0, 1, 10, 11)] == [0, 1, 3, 4]


def test_a_floor_leaves_what_it_says() -> None:
    cards = 'store discount ten "Ten"\n  spend 1.00 take 10.00 off\n'
    made = case(cards, line("a", 1000, floor=(700, "USD")))
    settled = settle(made.problem, [1])
    assert settled is not None and settled.now == [700]
