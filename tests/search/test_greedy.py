"""One answer layer by layer, by pencil: what is used, what is kept free for others, what is given back."""

from __future__ import annotations

from typing import Any

import pytest

from pricing import Lot, Wallet
from pricing.engine.problem import Group, Pool, Problem
from pricing.engine.search.greedy import Greedy
from pricing.engine.search.judge import Best, complete
from tests.hand import bare, case, line, over

A, B = line("a", 10000, store="alba"), line("b", 5000, store="brio")


def run(problem: Problem, keen: bool = False, **how: Any) -> tuple[int, dict[str, int]]:
    """The total, and how often who is used; what it claims is permitted, and settles to the very same."""
    greedy = Greedy(problem, **how)
    greedy.keen = keen
    counts = greedy.run()
    best = Best()
    assert complete(problem, counts, best) and best.total == greedy.total
    used = {f"{app.name} {app.store}".strip(): counts[app.index] for app in problem.applications if counts[app.index]}
    return greedy.total, used


def card(kind: str, name: str, gives: str, *more: str, reach: str = "1.00") -> str:
    lines = "".join(f"  {each}\n" for each in more)
    return f'{kind} {name} "{name}"\n  spend       {reach}  take {gives} off\n{lines}'


def made(*cards: str, policy: str = "", **cart: Any) -> Problem:
    return case("".join(cards), A, B, policy=policy, **cart).problem


def held(*lots: str) -> Wallet:
    return Wallet(0, [Lot(name, 1) for name in lots])


def number(problem: Problem, name: str) -> int:
    """Where the application of a rule stands."""
    (found,) = [app.index for app in problem.applications if app.name == name]
    return found


# As rules are named, and keen on what saves most


def test_layer_after_layer_everything_is_used_that_can_be() -> None:
    problem = made(card("store discount", "five", "5.00"), card("promo code", "TWO", "2.00"), codes=["two"])
    assert run(problem) == (15000 - 500 - 500 - 200, {"five alba": 1, "five brio": 1, "TWO": 1})


def test_of_two_that_may_not_be_used_together_the_first_one_or_the_one_that_saves_more() -> None:
    problem = made(card("promo code", "AAA", "2.00"), card("promo code", "BBB", "9.00"), codes=["aaa", "bbb"])
    assert run(problem) == (14800, {"AAA": 1})
    assert run(problem, keen=True) == (14100, {"BBB": 1})


def test_it_looks_at_one_layer_only_and_may_spoil_the_step_of_a_later_one() -> None:
    problem = made(
        card("store discount", "one", "1.00"),
        card("platform coupon", "far", "50.00", reach="150.00"),
        wallet=held("far"),
    )
    assert run(problem, keen=True) == (14800, {"one alba": 1, "one brio": 1})


def test_keen_on_two_small_ones_that_together_save_more_than_a_large_one() -> None:
    problem = bare(1000, 1000)
    large, left, right = (
        over(problem, "l", [0, 1], (0, 500)),
        over(problem, "m", [0], (0, 300)),
        over(problem, "n", [1], (0, 300)),
    )
    large.clash, left.clash, right.clash = 0b110, 1, 1
    assert run(problem)[1] == {"l": 1}
    assert run(problem, keen=True) == (1400, {"m": 1, "n": 1})


# Only one, one banned, some kept


def test_a_code_alone_in_its_layer() -> None:
    problem = made(card("promo code", "AAA", "2.00"), card("promo code", "BBB", "9.00"), codes=["aaa", "bbb"])
    assert run(problem, only=number(problem, "BBB")) == (14100, {"BBB": 1})


def test_a_code_alone_among_discounts_that_are_given_to_all_leaves_these_to_other_stores() -> None:
    """What nobody asks for may not be left out (SPEC 5.6), so a code is alone among codes and coupons only."""
    code = card("store discount", "code", "9.00", "code        CODE", "stores      alba")
    other = card("store discount", "more", "7.00", "code        MORE", "stores      alba")
    problem = made(code, other, card("store discount", "five", "5.00"), codes=["code", "more"])
    assert run(problem, keen=True, only=number(problem, "code")) == (
        15000 - 900 - 500,
        {"code alba": 1, "five brio": 1},
    )


def test_what_is_banned_is_not_used_and_another_takes_its_place() -> None:
    problem = made(card("promo code", "AAA", "2.00"), card("promo code", "BBB", "9.00"), codes=["aaa", "bbb"])
    assert run(problem, banned=number(problem, "AAA")) == (14100, {"BBB": 1})


def test_what_is_kept_is_used_though_another_comes_first() -> None:
    problem = made(card("promo code", "AAA", "2.00"), card("promo code", "BBB", "9.00"), codes=["aaa", "bbb"])
    kept = [0] * len(problem.applications)
    kept[number(problem, "BBB")] = 1
    assert run(problem, kept=kept) == (14100, {"BBB": 1})


def two_layers_that_bar_each_other() -> Problem:
    """In the first layer what nobody reaches, in the second what may not stand beside it."""
    problem = bare(1000)
    far, near = over(problem, "far", [0], (9000, 500)), over(problem, "near", [0], (0, 200), layer=1)
    far.clash, near.clash = 0b10, 0b01
    return problem


def test_what_is_kept_and_turns_out_to_be_of_no_use_bars_nobody_after_it() -> None:
    assert run(two_layers_that_bar_each_other(), kept=[1, 0]) == (800, {"near": 1})


@pytest.mark.parametrize("by_rule", [False, True])
def test_what_is_kept_and_turns_out_to_be_of_no_use_gives_its_place_under_a_limit_back(by_rule: bool) -> None:
    problem = two_layers_that_bar_each_other()
    far, near = problem.applications
    far.clash = near.clash = 0
    far.groups = near.groups = [0]
    far.rule, near.rule = 0, 1
    problem.groups = [Group([0, 1], 1, 1, by_rule)]
    assert run(problem, kept=[1, 0]) == (800, {"near": 1})


def test_a_code_that_serves_two_stores_is_counted_until_neither_is_left() -> None:
    """One code only: the second store has it still, after it was of no use in the first; another code has no place."""
    problem = bare(1000, 1000)
    first, second = over(problem, "code", [0], (9000, 100)), over(problem, "code", [1], (0, 100))
    other = over(problem, "other", [0], (0, 300))
    for app, rule in ((first, 0), (second, 0), (other, 1)):
        app.rule, app.groups, app.counted = rule, [0], 1
    first.store, second.store = "s0", "s1"
    problem.groups = [Group([0, 1, 2], 1, 1, by_rule=True)]
    problem.codes_serve_many = True
    assert run(problem, kept=[1, 1, 0]) == (1900, {"code s1": 1})
    assert run(problem, kept=[1, 0, 0]) == (1900, {"code s1": 1})  # it stands before the other one
    assert run(problem, kept=[1, 0, 0], banned=1) == (1700, {"other": 1})


# Limits, pieces, coins


def test_a_limit_lets_the_first_one_in_or_the_best() -> None:
    cards = card("promo code", "AAA", "2.00", "stores      alba"), card("promo code", "BBB", "9.00", "stores      brio")
    problem = made(*cards, policy="  limit       1 promo code per order\n", codes=["aaa", "bbb"])
    assert run(problem) == (14800, {"AAA": 1})
    assert run(problem, keen=True) == (14100, {"BBB": 1})


def pieces_of_two_stores(held: int) -> Problem:
    """Coupons of two stores from one lot of `held` pieces, 5.00 off each; and another for the second store, 3.00 off."""
    problem = bare(2000, 2000)
    for place in (0, 1):
        over(problem, "lot", [place], (0, 500)).store = f"s{place}"
    over(problem, "one", [1], (0, 300))
    lot, more, one = problem.applications
    one.clash, more.clash = 0b010, 0b100
    lot.pool = more.pool = 0
    lot.counted = more.counted = one.counted = 1
    problem.pools = [Pool("lot", held, [(1, held)], [])]
    problem.never_expires = 1
    return problem


def test_two_pieces_serve_two_stores() -> None:
    assert run(pieces_of_two_stores(2), keen=True) == (3000, {"lot s0": 1, "lot s1": 1})


def test_a_piece_that_is_gone_keeps_no_place_free_for_itself() -> None:
    """One piece only: the second store has its own coupon, which may not be kept waiting for a piece that there is not."""
    assert run(pieces_of_two_stores(1), keen=True) == (4000 - 500 - 300, {"lot s0": 1, "one": 1})


def test_as_many_pieces_as_the_step_is_worth_and_are_held() -> None:
    pick = 'select coupon pick "Pick"\n  piece       2.00\n  every       20.00  take 2.00 off\n'
    problem = made(pick, wallet=Wallet(0, [Lot("pick", 6)]))
    assert run(problem) == (15000 - 12 * 100, {"pick alba": 5, "pick brio": 1})


def test_pieces_that_coins_buy_are_paid_before_coins_pay_the_rest() -> None:
    cards = (
        card("seller coupon", "five", "5.00", "stores      alba", reach="20.00"),
        'coin exchange get "Get"\n  trade       300 coins for 1 five\n',
        'coin payment pay "Pay"\n  rate        100 coins = 1.00\n',
    )
    problem = made(*cards, wallet=Wallet(700))
    assert run(problem) == (15000 - 500 - 400, {"five alba": 1, "pay": 1})


def test_work_is_counted() -> None:
    problem = made(card("store discount", "five", "5.00"))
    greedy = Greedy(problem)
    greedy.run()
    assert greedy.steps > 0
