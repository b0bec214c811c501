"""Decisions about what crosses stores, and their bounds, on figures worked out by hand."""

from __future__ import annotations

import pytest

from pricing import Lot, Wallet
from pricing.engine.problem import Application, Problem
from pricing.engine.search.branches.bounds import Prices, Row, rows_of
from pricing.engine.search.branches.certificates import Certificates, unfloored
from pricing.engine.search.branches.decisions import Decisions
from pricing.engine.search.branches.gains import Gain, is_known
from pricing.engine.search.branches.nodes import Brancher
from pricing.engine.search.keys import Keys
from pricing.engine.search.stores.outcome import NO_DOUBT, Option
from pricing.engine.search.stores.parts import SCALE, parts_of
from pricing.engine.search.walk import Walk
from tests.hand import app_of, bare, case, line, over

CART = line("a", 5000, store="north"), line("b", 3000, store="south")


def gain(*rungs: tuple[int, int], low: int = 0, high: int = 10000) -> Gain:
    problem = bare(high)
    return Gain(problem, problem.item, over(problem, "r", [0], *rungs), 1, low, high)


@pytest.mark.parametrize(("base", "saves"), [(0, 0), (4999, 0), (5000, 300), (7999, 300), (8000, 600), (10000, 600)])
def test_a_gain_follows_the_steps(base: int, saves: int) -> None:
    assert gain((5000, 300), (8000, 600)).at(base) == saves


def test_it_changes_its_course_at_its_steps_and_where_a_base_is_too_small_for_what_they_give() -> None:
    made = gain((5000, 300), (8000, 600))
    assert set(made.points) == {0, 300, 600, 4999, 5000, 7999, 8000, 10000}


def test_within_a_range_only_its_steps_count() -> None:
    made = gain((5000, 300), (8000, 600), low=5500, high=7000)
    assert not made.varies() and made.gives()
    assert {made.at(base) for base in made.points} == {300}


def test_the_best_base_against_a_price_is_where_the_step_pays_for_itself() -> None:
    made = gain((5000, 300))
    worth, where = made.best_against(0, SCALE)
    assert (worth, where >= 5000) == (300 * SCALE, True)
    dear, _ = made.best_against(SCALE, SCALE)  # each cent of base costs a cent: no step is worth it
    assert dear == 0


@pytest.mark.parametrize(
    ("card", "known"),
    [
        ("  spend       50.00  take 5.00 off\n", True),
        ("  spend       50.00  take 10% off\n", True),
        ("  every       50.00  take 5.00 off\n", True),
        ("  every       50.00  take 5.00 off, at most 2 times\n", True),
        ("  every       50.00  take 10% off\n", False),
        ("  counts      stores north\n  spend       50.00  take 5.00 off\n", True),
        ("  counts      stores north\n  spend       50.00  take 5% off\n", False),
    ],
)
def test_whose_course_is_known(card: str, known: bool) -> None:
    made = case(f'cross-store discount x "X"\n{card}', *CART)
    assert is_known(made.problem, app_of(made, "x")) == known


def option(cost: int, base: int, pieces: int = 0) -> Option:
    made = Option(cost, [base], [0], NO_DOUBT, [])
    made.pools = made.drawn = [pieces]
    return made


def test_the_reduced_cost_of_an_option_is_what_it_costs_less_what_it_offers() -> None:
    row = Row(option(4000, 4000, pieces=2), 0, [0])
    assert Prices([0], [0], [0]).reduced(row) == 4000 * SCALE
    assert Prices([SCALE // 10], [0], [0]).reduced(row) == 4000 * SCALE - 4000 * (SCALE // 10)
    assert Prices([0], [SCALE * 50], [0]).reduced(row) == (4000 + 100) * SCALE


def test_the_cheapest_option_changes_with_the_price_of_the_base() -> None:
    rows = rows_of([option(4000, 4000), option(4100, 5000)], 0, [0])
    assert Prices([0], [0], [0]).cheapest(rows)[0] is rows[0]
    assert Prices([SCALE // 2], [0], [0]).cheapest(rows)[0] is rows[1]


def codes(*amounts: str) -> Problem:
    cards = "".join(
        f'promo code C{at} "C"\n  spend       1.00  take {amount} off\n' for at, amount in enumerate(amounts)
    )
    typed = [f"C{at}" for at in range(len(amounts))]
    return case(cards, *CART, policy="  limit       1 promo code per order\n", codes=typed).problem


def test_decisions_below_a_ceiling_come_with_the_lowest_bound_first() -> None:
    decisions = Decisions(parts_of(codes("2.00", "9.00", "5.00")))
    decisions.run_below(7600)
    assert [[app.name for app in choice.used] for choice in decisions.choices] == [["C1"], ["C2"]]


def test_no_decision_is_bounded_above_what_it_can_come_to() -> None:
    problem = codes("2.00", "9.00", "5.00")
    parts = parts_of(problem)
    decisions = Decisions(parts)
    assert decisions.run() and decisions.first_bound() <= Walk(problem, 1000).run().total == 7100
    brancher = Brancher(parts, Keys(parts), 10_000, [])
    totals = {"": 8000, "C0": 7800, "C1": 7100, "C2": 7500}
    for choice in decisions.choices:
        sketch = brancher.sketch(decisions.node_of(choice))
        assert sketch is not None
        total = totals["".join(app.name for app in choice.used)]
        bound = brancher.branch(sketch).relaxation.guessed_prices(1 << 100).bound
        assert bound <= (total - parts.constant + 1) * SCALE


def app(problem: Problem, name: str) -> Application:
    (found,) = [each for each in problem.applications if each.name == name]
    return found


def test_a_small_benefit_is_always_given_in_full_and_a_large_one_may_not_be() -> None:
    step = "  spend       1.00  take {} off\n"
    cards = 'store discount s "S"\n' + step.format("1.00") + 'store discount t "T"\n' + step.format("2.00")
    for amount, certain in (("5.00", True), ("79.00", False)):
        problem = case(cards + 'cross-store discount x "X"\n' + step.format(amount), *CART).problem
        parts = parts_of(problem)
        assert Certificates(parts).leaves_room(app(problem, "x")) == certain


def test_names_that_come_first_weigh_most_when_ties_are_packed() -> None:
    parts = parts_of(codes("2.00", "2.00"))
    keys = Keys(parts)
    first, second = keys.of_use(0, 1), keys.of_use(1, 1)
    assert first < second < 0  # using the first name is better than using the second, and that than using none


def test_a_coin_payment_that_caps_never_cut_pays_all() -> None:
    pay = 'coin payment pay "Pay"\n  rate        100 coins = 1.00\n  at most     {} per item\n'
    for share, pays in (("50%", True), ("1%", False)):
        problem = case(pay.format(share), *CART, wallet=Wallet(500)).problem
        parts = parts_of(problem)
        assert Certificates(parts).pays_all(app(problem, "pay")) == pays


HALF = 'cross-store discount half "H"\n  buy         1  get 1 at 50% off, dearest\n'
"""It takes 25.00 off the first line of the cart."""


@pytest.mark.parametrize(
    ("store", "least", "most"),
    [
        ("  spend       50.00  take 10% off\n", [2500, 0], [2500, 0]),  # 45.00 are left, which the share fits into
        ("  pay         20.00 in all\n", [1997, 0], [2500, 0]),  # 20.00 are left, and up to 3 cents of rounding less
    ],
)
def test_a_benefit_on_units_takes_its_shares_where_they_fit(store: str, least: list[int], most: list[int]) -> None:
    cards = f'store discount s "S"\n  stores      north\n  channels    app\n{store}' + HALF
    problem = case(cards, *CART, channel="app").problem
    for each in problem.applications:
        each.free = False  # so that nothing is folded away
    assert Certificates(parts_of(problem)).spread(app(problem, "half")) == (least, most)


@pytest.mark.parametrize(("floor", "met"), [(85, True), (80, False)])
def test_floors_that_no_selection_meets_are_let_go(floor: int, met: bool) -> None:
    """A tenth off by the coupon and a tenth by the code leave 81 of 100, less some cents of rounding."""
    cards = 'platform coupon s "S"\n  take        10% off\npromo code C "C"\n  take        10% off\n'
    policy = f"  floor       {floor}% of list-price\n"
    wallet = Wallet(0, [Lot("s", 1)])
    problem = case(cards, *CART, policy=policy, wallet=wallet, codes=["C"]).problem
    assert bool(problem.floors)
    assert bool(unfloored(problem).problem.floors) == met


def test_a_decision_without_what_must_be_used_is_none() -> None:
    """Two offers over the order, of which one must be used (SPEC 5.6): none of them is no selection."""
    step = "  every       30.00  take 1.00 off\n"
    problem = case(f'cross-store discount a "A"\n{step}cross-store discount b "B"\n{step}', *CART).problem
    parts = parts_of(problem)
    brancher, decisions = Brancher(parts, Keys(parts), 10_000, []), Decisions(parts)
    assert decisions.run()
    used = {
        tuple(app.name for app in choice.used): brancher.sketch(decisions.node_of(choice)) is not None
        for choice in decisions.choices
    }
    assert used == {(): False, ("a",): True, ("b",): True}
