"""What customers and checkouts met: prices that depended on who asked, codes that were told, ways to say an offer.

Most of these carts stand in `test_told_of_other_shops.py`; here is what they leave out.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from pricing import refund
from pricing.ledger import Ledger
from tests.test_told_of_other_shops import ONE, SAVE, cart, engine, line, total

PAGE = (Path(__file__).parents[2] / "rules" / "README.md").read_text("utf-8")


def test_a_quote_and_its_checkout_say_one_price_to_whom_nobody_knows() -> None:
    rules = engine(ONE)
    basket = cart(line("a", "30.00"), codes=["ONE"])
    with Ledger("sqlite://", rules) as ledger:
        checkout = ledger.checkout(basket, "o-1")
    assert total(rules.quote(basket)) == "30.00"
    assert (str(checkout.quote.total), checkout.changes) == ("USD 30.00", ())


def test_a_book_of_secret_codes_does_not_leak_through_any_answer() -> None:
    cards = [f'promo code SECRET-{n} "{n} off"\n  spend 500.00 take 1.00 off' for n in range(300)]
    quote = engine(*cards, 'seller coupon own "Own"\n  stores s\n  spend 5.00 take 1.00 off').quote(
        cart(line("a", "20.00"))
    )
    said = json.dumps(quote.to_dict(why="all", units=True)) + quote.receipt()
    assert "SECRET" not in said
    assert len(said) < 4000


def test_the_name_of_one_secret_code_does_not_tell_another() -> None:
    quote = engine(SAVE, 'promo code OTHER "1 off"\n  take 1.00 off').quote(cart(line("a", "20.00"), codes=["SAVE"]))
    assert "OTHER" not in json.dumps(quote.to_dict(why="all")) + quote.receipt()


@pytest.mark.parametrize(("back", "cash"), [("a", 3000), ("b", 0)])
def test_a_free_item_is_free_where_the_policy_gives_it(back: str, cash: int) -> None:
    quote = engine('store discount two "Buy one, get one"\n  buy 1 get 1 free').quote(
        cart(line("a", "30.00"), line("b", "20.00"))
    )
    assert refund(quote, {back: 1}, at=quote.cart.at).cash == cash


def test_a_coupon_that_nobody_knows_is_named_and_not_kept() -> None:
    basket = cart(line("a", "20.00"), wallet={"coins": 0, "coupons": [{"rule": "sav", "pieces": 1}]})
    receipt = engine(SAVE).quote(basket).receipt()
    assert "sav: there is no such coupon." in receipt
    assert "kept for later" not in receipt


def test_an_odd_basket_costs_what_marketings_page_says() -> None:
    said = re.findall(r"(?m)^\| `([^`]+)` \|[^|]+\| ([0-9.]+) \|$", PAGE)
    basket = cart(line("a", "30.00"), line("b", "20.00"), line("c", "10.00"))
    found = [(step, total(engine(f'store discount d "D"\n  {step}').quote(basket))) for step, _ in said]
    assert found == said == [("buy 1 get 1 at 50% off", "55.00"), ("every 2 items take 50% off the cheapest", "50.00")]


@pytest.mark.parametrize(
    ("offer", "costs"), [("buy 1 get 1 free", "50.00"), ("every 3 items take 100% off the cheapest", "50.00")]
)
def test_goods_of_three_stores_count_together_by_code(offer: str, costs: str) -> None:
    rules = engine(f'cross-store discount three "Three for two"\n  code 3FOR2\n  {offer}')
    basket = [line(sku, price, store=f"s-{sku}") for sku, price in (("a", "30.00"), ("b", "20.00"), ("c", "10.00"))]
    assert total(rules.quote(cart(*basket))) == "60.00"
    assert total(rules.quote(cart(*basket, codes=["3for2"]))) == costs


def test_an_offer_by_code_needs_no_store_and_a_held_one_its_piece() -> None:
    rules = engine('cross-store discount held-one "Held"\n  held\n  spend 10.00 take 2.00 off')
    basket = line("a", "30.00")
    assert total(rules.quote(cart(basket))) == "30.00"
    wallet = {"coins": 0, "coupons": [{"rule": "held-one", "pieces": 1}]}
    assert total(rules.quote(cart(basket, wallet=wallet))) == "28.00"
