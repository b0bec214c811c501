"""Item prices: every unit gets the lowest price that it can (SPEC 3)."""

from __future__ import annotations

import pytest

from pricing import Customer, RuleUsage
from pricing.model.cart import Line
from tests.hand import case, line

FLASH = 'flash sale flash "Flash"\n  price       a at 6.00\n'
CUSTOMER = Customer("c-1")
LAMPS = 'item discount lamps "Lamps"\n  take        10% off\n  categories  lamps\n'


def prices(cards: str, *lines: Line, usage: dict[str, RuleUsage] | None = None) -> list[list[tuple[int, int, str]]]:
    """Of each line, by id: (unit price, units, item rule)."""
    return [priced.parts for priced in case(cards, *lines, usage=usage).priced]


def test_without_an_item_rule_the_list_price_stands() -> None:
    assert prices('store discount x "X"\n  spend 1.00 take 0.10 off\n', line("a", 1000, 2)) == [[(1000, 2, "")]]


def test_a_fixed_price_is_for_its_sku_alone() -> None:
    assert prices(FLASH, line("a", 1000), line("b", 1000)) == [[(600, 1, "flash")], [(1000, 1, "")]]


def test_a_fixed_price_above_the_list_price_is_none() -> None:
    assert prices(FLASH, line("a", 500)) == [[(500, 1, "")]]


@pytest.mark.parametrize(("listed", "price", "rule"), [(1000, 600, "flash"), (640, 576, "lamps"), (666, 599, "lamps")])
def test_of_two_prices_the_lower_one(listed: int, price: int, rule: str) -> None:
    assert prices(FLASH + LAMPS, line("a", listed, categories=("lamps",))) == [[(price, 1, rule)]]


def test_the_share_is_rounded_for_each_unit() -> None:
    assert prices(LAMPS, line("a", 333, 3, categories=("lamps/desk",))) == [[(300, 3, "lamps")]]  # 33.3 is 33


def test_a_limit_on_items_leaves_the_rest_at_another_price() -> None:
    limited = FLASH + "  limit       2 items per order\n"
    assert sorted(prices(limited, line("a", 1000, 5))[0]) == [(600, 2, "flash"), (1000, 3, "")]


def test_what_was_bought_before_counts_towards_a_customers_limit() -> None:
    limited = FLASH + "  limit       2 items per customer\n"
    made = case(limited, line("a", 1000, 5), usage={"flash": RuleUsage(items_customer=1)}, customer=CUSTOMER)
    assert sorted(made.priced[0].parts) == [(600, 1, "flash"), (1000, 4, "")]


def test_no_item_price_is_below_the_floor_of_its_line() -> None:
    assert prices(FLASH, line("a", 1000, floor=(750, "USD"))) == [[(750, 1, "flash")]]
