"""Rules made into applications: one for the order, for each store or each sku, with what they count and take from."""

from __future__ import annotations

import pytest

from pricing import ShippingCharge
from pricing.engine.matching.case import Case
from pricing.engine.problem import NO_CAP, Application
from tests.hand import app_of, case, line

LINES = line("a", 1000, store="north"), line("b", 2000, 2, store="south"), line("c", 3000, store="north")
STEP = "  spend       1.00  take 0.10 off\n"


def apps(cards: str, **more: object) -> tuple[Case, list[Application]]:
    made = case(cards, *LINES, **more)  # type: ignore[arg-type]
    return made, made.problem.applications


def test_a_store_discount_is_one_for_each_store_with_lines_in_scope() -> None:
    _, found = apps('store discount x "X"\n' + STEP)
    assert [(app.store, app.scope) for app in found] == [("north", [0, 2]), ("south", [1])]


def test_a_card_of_one_store_has_one() -> None:
    _, found = apps('store discount x "X"\n  stores      south\n' + STEP)
    assert [(app.store, app.scope) for app in found] == [("south", [1])]


def test_a_discount_over_all_stores_is_one_for_the_order() -> None:
    _, (app,) = apps('cross-store discount x "X"\n' + STEP)
    assert (app.store, app.scope) == ("", [0, 1, 2])


def test_with_a_ladder_per_sku_each_sku_of_each_store_has_its_own() -> None:
    _, found = apps('store discount x "X"\n  ladder      per sku\n  buy         1 take 0.10 off\n')
    assert [(app.store, app.sku) for app in found] == [("north", "a"), ("north", "c"), ("south", "b")]


def test_what_is_counted_may_be_more_than_what_gets_cheaper() -> None:
    _, (app,) = apps('cross-store discount x "X"\n  skus        a\n  counts      everything\n' + STEP)
    assert (app.scope, app.lines) == ([0], [0, 1, 2])


def test_where_nothing_else_is_counted_the_two_lists_are_one() -> None:
    _, found = apps('store discount x "X"\n' + STEP)
    assert all(app.lines is app.scope is app.targets for app in found)


def test_free_shipping_takes_from_the_charges_of_the_stores_in_scope() -> None:
    charges = ShippingCharge("north", "post", (500, "USD")), ShippingCharge("south", "post", (700, "USD"))
    _, found = apps('free shipping x "X"\n  stores      south\n  spend       1.00  ship free\n', shipping=charges)
    assert [(app.lines, app.targets, app.is_shipping) for app in found] == [([1], [4], True)]


def test_steps_by_units_are_looked_up_once() -> None:
    made, _ = apps('cross-store discount x "X"\n  buy         2 take 1.00 off\n  buy         4 take 3.00 off\n')
    assert [rung.amount for rung in app_of(made, "x").rungs] == [300]  # four units, whatever is selected


def test_steps_by_money_stay_all() -> None:
    made, _ = apps('cross-store discount x "X"\n  spend       2.00  take 1.00 off\n  spend       4.00  take 3.00 off\n')
    assert [(rung.reach, rung.amount) for rung in app_of(made, "x").rungs] == [(200, 100), (400, 300)]


@pytest.mark.parametrize(("cap", "item", "order"), [("5.00 per item", 500, NO_CAP), ("5.00 per order", NO_CAP, 500)])
def test_caps_are_of_a_unit_or_of_the_order(cap: str, item: int, order: int) -> None:
    made, _ = apps(f'cross-store discount x "X"\n  take        50% off\n  at most     {cap}\n')
    app = app_of(made, "x")
    assert (app.cap_item, app.cap_order) == (item, order)


def test_codes_and_coupons_count_and_discounts_do_not() -> None:
    made, _ = apps('promo code X "X"\n' + STEP + '\ncross-store discount y "Y"\n' + STEP, codes=("X",))
    assert (app_of(made, "X").counted, app_of(made, "y").counted) == (1, 0)
