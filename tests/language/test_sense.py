"""Checks of sense where they must speak, and where they must not: what they say is what the engine does."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pricing import Cart, Engine, Line
from pricing.language.loading.load import load_texts
from pricing.model.cart import Lot, Wallet
from tests.language.rules_text import HEAD

SKUS = {"skus.csv": "sku,store,price,categories\nA,nova,4.50,home\nB,nova,45.00,home\nC,luma,9.00,lamps\n"}


def told(cards: str, catalogue: dict[str, str] | None = None, more: dict[str, str] | None = None) -> set[str]:
    """The codes of what is said about some cards."""
    return {item.code for item in load_texts({"a.promo": HEAD + cards, **(more or {})}, catalogue).diagnostics}


# A budget that one order could empty


@pytest.mark.parametrize(
    ("card", "code"),
    [
        ('promo code S "S"\n  spend 30.00 take 5.00 off\n  budget 4.99 in total\n', "P0327"),
        ('promo code S "S"\n  spend 30.00 take 5.00 off\n  budget 5.00 in total\n', "P0335"),
        ('promo code S "S"\n  spend 30.00 take 5.00 off\n  budget 5.01 in total\n', ""),
        ('promo code S "S"\n  spend 30.00 take 15% off\n  budget 9000.00 in total\n', "P0335"),
        ('promo code S "S"\n  spend 30.00 take 15% off, at most 5.00\n  budget 9000.00 in total\n', ""),
        ('promo code S "S"\n  spend 30.00 take 15% off\n  at most 5.00 per order\n  budget 9000.00 in total\n', ""),
        ('cross-store discount s "S"\n  every 30.00 take 3.00 off\n  budget 9000.00 in total\n', "P0335"),
        ('cross-store discount s "S"\n  every 30.00 take 3.00 off, at most 9.00\n  budget 9000.00 in total\n', ""),
        ('store discount s "S"\n  stores a, b\n  spend 30.00 take 5.00 off\n  budget 10.00 in total\n', "P0335"),
        ('store discount s "S"\n  stores a, b\n  spend 30.00 take 5.00 off\n  budget 10.01 in total\n', ""),
        ('item discount s "S"\n  take 10% off\n  budget 100.00 in total\n', "P0335"),
        ('item discount s "S"\n  take 10% off\n  limit 2 items per order\n  budget 100.00 in total\n', ""),
    ],
)
def test_a_budget_that_one_order_could_empty(card: str, code: str) -> None:
    assert told(card) & {"P0327", "P0335"} == ({code} if code else set())


# Thresholds that no cart reaches, and thresholds that are missing


def test_a_step_that_takes_more_than_a_thousand_of_the_dearest_item() -> None:
    card = 'store discount s "S"\n  stores nova\n  spend {} take 5.00 off\n'
    assert told(card.format("45000.00"), SKUS) == set()
    assert told(card.format("45000.01"), SKUS) == {"P0334"}
    assert told(card.format("45000.01")) == set()  # no catalogue, no prices
    assert told('store discount s "S"\n  buy 1001 take 5.00 off\n') == {"P0334"}


def test_money_off_any_order_is_doubted_and_a_percentage_is_not() -> None:
    assert told('store discount s "S"\n  take 5.00 off\n') == {"P0336"}
    assert told('store discount s "S"\n  take 5% off\n') == set()
    assert told('item discount s "S"\n  take 5.00 off\n') == set()


# Thresholds that cancel each other

SIXTY = 'store discount sixty "5 off 60"\n  stores nova\n  spend 60.00 take 5.00 off\n\n'
EIGHT = 'platform coupon eight "8 off 58"\n  spend 58.00 take 8.00 off\n'


def total(cards: str, price: int) -> int:
    line = Line("1", "nova", (price, "USD"), 1)
    cart = Cart("USD", datetime(2026, 6, 20, tzinfo=UTC), [line], wallet=Wallet(0, (Lot("eight", 1),)))
    return Engine.from_texts({"a.promo": HEAD + cards}).quote(cart).total_minor


def test_thresholds_that_cancel_each_other_do_so_in_the_engine() -> None:
    report = load_texts({"a.promo": HEAD + SIXTY + EIGHT}).report()
    assert "P0409: Who reaches this step loses eight, and saves 3.00 less by the two." in report
    before, after = total(SIXTY + EIGHT, 5999), total(SIXTY + EIGHT, 6000)
    assert (before, after) == (5199, 5500)  # one cent more to buy, three dollars and a cent more to pay


@pytest.mark.parametrize(
    "cards",
    [
        SIXTY + EIGHT.replace("58.00", "55.00"),
        SIXTY + EIGHT + '\nplatform coupon six "6 off 40"\n  spend 40.00 take 6.00 off\n',  # steps in
        SIXTY.replace("store discount", "seller coupon") + EIGHT,  # may be left out
        SIXTY + EIGHT.replace("spend", "stores luma\n  spend"),
        SIXTY + EIGHT.replace("spend", "valid from 2027-01-01 through 2027-01-31\n  spend"),
    ],
    ids=["low enough", "another steps in", "a choice", "other goods", "another time"],
)
def test_thresholds_that_do_not_cancel_each_other(cards: str) -> None:
    assert "P0409" not in told(cards)


def test_thresholds_measured_on_item_prices_do_not_cancel_each_other() -> None:
    assert "P0409" not in told(SIXTY + EIGHT, more={"policy.promo": "policy p\n  set measured-on to item-price\n"})


# Two campaigns

JUNE = """campaign june "June"
  currency USD
  zone UTC
  valid from 2026-06-01 through 2026-06-30

store discount june "5 off 50"
  stores nova
  spend 50.00 take 5.00 off
"""
WEEK = 'store discount week "12 off 100"\n  stores nova\n  spend 100.00 take 12.00 off\n'


@pytest.mark.parametrize(
    ("card", "doubted"),
    [
        (WEEK, True),
        (WEEK + "  never with june\n", False),
        (WEEK + "  never with store discount\n", False),
        (WEEK + "  combines with june\n", False),
        (WEEK.replace("stores nova", "stores luma"), False),
        (WEEK.replace("stores nova", "except stores nova"), False),
        (WEEK + "  valid from 2026-07-01 through 2026-07-31\n", False),
        (WEEK.replace("store discount", "cross-store discount"), False),  # different kinds go together
    ],
)
def test_two_campaigns_that_want_the_same_items(card: str, doubted: bool) -> None:
    codes = told(card, SKUS, {"b.promo": JUNE})
    assert ("P0511" in codes) == doubted
    assert codes <= {"P0511"}


def test_kinds_of_which_the_policy_lets_one_count_are_decided() -> None:
    swap = {"b.promo": JUNE.replace("store discount", "seller coupon")}
    card = WEEK.replace("store discount", "seller coupon")
    assert "P0511" in told(card, more=swap)
    assert "P0511" not in told(card, more={**swap, "policy.promo": "policy p\n  limit 1 seller coupon per store\n"})


def test_coins_that_buy_a_coupon_only_after_it_has_ended() -> None:
    six = 'seller coupon six "6 off 60"\n  stores nova\n  spend 60.00 take 6.00 off\n{}\n\n'
    swap = 'coin exchange swap "S"\n  trade 10 coins for 1 six\n  valid from 2026-07-01 through 2026-07-31\n'
    assert told(six.format("") + swap) == set()
    assert told(six.format("  valid from 2026-06-01 through 2026-06-30") + swap) == {"P0410"}
