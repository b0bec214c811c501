"""A cart laid out for matching: lines by what cards say of them, codes as they are compared, lots by expiry."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from pricing import Cart, Engine, Line, Lot, Wallet
from pricing.engine.matching.situation import Situation, expiry_key
from tests.hand import AT, HEAD, line

CARDS = """store discount a "A"
  categories  home
  spend       1.00  take 0.10 off

store discount b "B"
  brands      acme
  spend       1.00  take 0.10 off
"""


def situation(*lines: Line, cards: str = CARDS, policy: str = "", **more: Any) -> Situation:
    texts = {"a.promo": HEAD + cards} | ({"policy.promo": f"policy p\n{policy}"} if policy else {})
    return Situation(Engine.from_texts(texts).plan, Cart("USD", AT, lines, **more), {}, frozenset())


def test_lines_stand_in_the_order_of_their_ids_whatever_the_cart_says() -> None:
    lines = line("b", 100), line("a", 200)
    assert (
        [each.id for each in situation(*lines).lines]
        == ["a", "b"]
        == [each.id for each in situation(*lines[::-1]).lines]
    )


def test_a_line_is_under_its_category_and_all_above_it() -> None:
    made = situation(line("a", 100, categories=("home/kitchen/kettles", "sale")))
    assert made.categories == [frozenset({"home", "home/kitchen", "home/kitchen/kettles", "sale"})]
    assert made.by_key["categories", "home"] == [0]


def test_lines_are_noted_under_the_words_that_cards_use() -> None:
    made = situation(line("a", 100, brand="acme"), line("b", 100, brand="bolt"), line("c", 100, brand="acme"))
    assert made.by_key["brands", "acme"] == [0, 2]
    assert made.by_key["", ""] == [0, 1, 2]
    assert ("tags", "new") not in made.by_key


def test_lines_of_some_skus() -> None:
    made = situation(line("a", 100), line("b", 100), line("c", 100))
    assert made.of_skus(frozenset({"c", "a", "z"})) == [0, 2]


@pytest.mark.parametrize("typed", ["save", " SAVE ", "Save"])
def test_codes_are_compared_without_case_and_blanks(typed: str) -> None:
    assert situation(line("a", 100), codes=(typed,)).codes == situation(line("a", 100), codes=("SAVE",)).codes


def test_an_empty_code_is_none() -> None:
    assert situation(line("a", 100), codes=("", "  ")).codes == set()


def lot(pieces: int, hours: int | None) -> Lot:
    return Lot("coupon", pieces, None if hours is None else AT + timedelta(hours=hours))


def test_pieces_that_have_expired_are_not_held() -> None:
    made = situation(line("a", 100), wallet=Wallet(coupons=(lot(1, -1), lot(2, 0))))
    assert made.lots == {}  # the moment of expiry is the first at which it cannot be used


def test_lots_stand_soonest_expiry_first_and_those_of_one_moment_are_one() -> None:
    made = situation(line("a", 100), wallet=Wallet(coupons=(lot(1, None), lot(2, 5), lot(3, 1), lot(4, 5))))
    assert [(each.pieces, each.expires) for each in made.lots["coupon"]] == [
        (3, AT + timedelta(hours=1)), (6, AT + timedelta(hours=5)), (1, None),
    ]  # fmt: skip
    assert made.lots["coupon"] == sorted(made.lots["coupon"], key=expiry_key)


def test_without_floors_nobody_keeps_any() -> None:
    assert situation(line("a", 100)).floors == []


def test_a_floor_is_the_higher_of_the_lines_own_and_the_policys_rounded_up() -> None:
    lines = line("a", 333, floor=(10, "USD")), line("b", 333, floor=(200, "USD"))
    assert situation(*lines, policy="  floor 50% of list-price\n").floors == [167, 200]
