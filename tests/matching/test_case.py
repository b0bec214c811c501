"""One checkout laid out as plain numbers: places, amounts, pools of pieces, and what is not asked of the search at all."""

from __future__ import annotations

import pytest

from pricing import Lot, ShippingCharge, Wallet
from tests.hand import app_of, case, line

STEP = "  spend       1.00  take 0.10 off\n"
CODE = 'promo code SAVE "Save"\n' + STEP


def names(cards: str, **more: object) -> list[str]:
    made = case(cards, line("a", 1000), **more)  # type: ignore[arg-type]
    return [app.name for app in made.problem.applications]


def test_places_are_lines_then_charges() -> None:
    charge = ShippingCharge("s", "post", (500, "USD"))
    problem = case(CODE, line("a", 1000, 3), line("b", 700), shipping=(charge,)).problem
    assert (problem.places, problem.item, problem.units) == (2, [3000, 700, 500], [3, 1, 1])


def test_units_at_two_prices_are_two_places() -> None:
    flash = 'flash sale flash "Flash"\n  price       a at 6.00\n  limit       1 item per order\n\n'
    problem = case(flash + CODE, line("a", 1000, 3)).problem
    assert sorted(zip(problem.item, problem.units, strict=True)) == [(600, 1), (2000, 2)]


def test_stores_are_numbered_by_name() -> None:
    problem = case(CODE, line("a", 100, store="south"), line("b", 100, store="north")).problem
    assert problem.stores == [1, 0]


@pytest.mark.parametrize(("codes", "found"), [((), []), (("SAVE",), ["SAVE"]), (("OTHER",), [])])
def test_a_code_that_nobody_typed_is_no_choice(codes: tuple[str, ...], found: list[str]) -> None:
    assert names(CODE, codes=codes) == found


def test_a_coupon_that_is_not_held_is_no_choice() -> None:
    coupon = 'platform coupon c "C"\n' + STEP
    assert names(coupon) == []
    assert names(coupon, wallet=Wallet(coupons=(Lot("c", 1),))) == ["c"]


def test_a_rule_without_a_line_in_scope_is_no_choice() -> None:
    assert names('cross-store discount x "X"\n  brands      acme\n' + STEP) == []


def test_applications_stand_in_the_order_in_which_they_are_settled() -> None:
    cards = 'cross-store discount b "B"\n' + STEP + '\nstore discount z "Z"\n' + STEP + "\n" + CODE
    assert names(cards, codes=("SAVE",)) == ["z", "b", "SAVE"]


def test_units_at_a_flash_price_are_out_of_reach_of_what_never_meets_it() -> None:
    flash = 'flash sale flash "Flash"\n  price       a at 6.00\n  never       with x\n\n'
    made = case(flash + 'cross-store discount x "X"\n' + STEP, line("a", 1000), line("b", 700))
    assert app_of(made, "x").scope == [1]


def test_pieces_come_from_one_pool_whatever_the_store() -> None:
    card = 'select coupon p "P"\n  piece       1.00\n  every       5.00  take 1.00 off\n'
    made = case(
        card, line("a", 1000, store="north"), line("b", 700, store="south"), wallet=Wallet(coupons=(Lot("p", 2),))
    )
    pools = {app.pool for app in made.problem.applications}
    assert len(made.problem.applications) == 2 and len(pools) == 1
    (pool,) = pools
    assert (
        made.problem.pools[pool].cost(2) == 0 and made.problem.pools[pool].cost(3) < 0
    )  # two are held, no more to be had
