"""Carts that people reported of other shops, and campaigns that they could not say: each comes out as it should."""

from __future__ import annotations

from typing import Any

import pytest

from pricing import Cart, Engine, Quote, refund

HEAD = (
    'campaign c "C"\n  owner o\n  brief B-1\n  currency USD\n  zone UTC\n  valid from 2026-06-01 through 2026-06-30\n\n'
)


def engine(*cards: str, policy: str = "") -> Engine:
    texts = {"campaigns/c.promo": HEAD + "\n\n".join(cards) + "\n"}
    return Engine.from_texts({**texts, "policy.promo": policy} if policy else texts)


def line(sku: str, price: str, quantity: int = 1, store: str = "s", **more: Any) -> dict[str, Any]:
    return {"id": sku, "sku": sku, "store": store, "price": price, "quantity": quantity, **more}


def cart(*lines: dict[str, Any], **more: Any) -> Cart:
    return Cart.from_dict({"currency": "USD", "at": "2026-06-15T12:00:00Z", "lines": list(lines), **more})


def total(quote: Quote) -> str:
    return str(quote.to_dict(why=False)["total"])


SAVE = 'promo code SAVE "5 off"\n  take 5.00 off'


def test_a_code_that_belongs_to_no_rule_is_named() -> None:
    quote = engine(SAVE).quote(cart(line("a", "20.00"), codes=["SAVE10"]))
    assert quote.to_dict(why=False)["unknown_codes"] == ["SAVE10"]
    assert "SAVE10" in quote.receipt()


@pytest.mark.parametrize("typed", ["SAVE\n", "SAVE\r\n", "\tSAVE", "save", "\u200bSA\u00adVE", "\uff33AVE"])
def test_what_stands_around_a_code_is_nothing(typed: str) -> None:
    assert total(engine(SAVE).quote(cart(line("a", "20.00"), codes=["", typed]))) == "15.00"


ONE = 'promo code ONE "5 off, once"\n  spend 20.00 take 5.00 off\n  limit 1 use per customer'


def test_a_limit_per_customer_needs_a_customer() -> None:
    rules = engine(ONE)
    quote = rules.quote(cart(line("a", "30.00"), codes=["ONE"]))
    assert (total(quote), [str(each.reason) for each in quote.refused]) == ("30.00", ["needs-customer"])
    assert total(rules.quote(cart(line("a", "30.00"), codes=["ONE"], customer={"id": "c-1"}))) == "25.00"


def test_codes_are_told_to_nobody_unless_they_are_public() -> None:
    rules = engine(SAVE, 'promo code OPEN "1 off"\n  public\n  take 1.00 off')
    quote = rules.quote(cart(line("a", "20.00")))
    assert [each.rule for each in quote.refused] == ["OPEN"]
    assert "SAVE" not in quote.receipt()


SALE = 'flash sale sale "Sale"\n  price a at 8.00\n  limit 1 item per order'
TWENTY = 'promo code TWENTY "20% off"\n  take 20% off, at most 50.00\n  never with flash sale'


def test_a_sale_shuts_a_code_out_of_its_own_units_only() -> None:
    rules = engine(SALE, TWENTY)
    assert total(rules.quote(cart(line("a", "10.00", 3), codes=["TWENTY"]))) == "24.00"
    two = {**line("a", "10.00", 2), "id": "b"}
    assert total(rules.quote(cart(line("a", "10.00"), two, codes=["TWENTY"]))) == "24.00"


def test_a_cap_per_item_is_for_each_unit_however_a_cart_is_cut() -> None:
    rules = engine('store discount half "Half"\n  take 50% off\n  at most 1.00 per item')
    assert total(rules.quote(cart(line("a", "5.00", 3)))) == "12.00"
    assert total(rules.quote(cart(line("a", "5.00"), {**line("a", "5.00", 2), "id": "b"}))) == "12.00"


def test_an_automatic_offer_may_be_left_out_where_the_policy_says_so() -> None:
    cards = (
        'store discount five "1 off 50"\n  spend 50.00 take 1.00 off',
        'promo code TWELVE "12 off 60"\n  spend 60.00 take 12.00 off',
    )
    basket = cart(line("a", "60.00"), codes=["TWELVE"])
    assert total(engine(*cards).quote(basket)) == "59.00"
    better = "policy p\n  limit 1 promo code per order\n  set automatic to when-better\n"
    assert total(engine(*cards, policy=better).quote(basket)) == "48.00"


def test_what_shuts_a_rule_out_is_named() -> None:
    rules = engine(
        'item discount cut "Cut"\n  price a at 8.00',
        'promo code TWENTY "20% off"\n  spend 25.00 take 20% off, at most 50.00\n  never with item discount',
    )
    refusal = rules.quote(cart(line("a", "10.00", 2), codes=["TWENTY"])).refused[0]
    assert (refusal.rule, refusal.clashes_with) == ("TWENTY", "cut")


@pytest.mark.parametrize(("back", "cash"), [("a", 1800), ("b", 1200)])
def test_a_free_item_is_shared_with_the_one_that_it_was_bought_with(back: str, cash: int) -> None:
    rules = engine(
        'store discount two "Buy one, get one"\n  buy 1 get 1 free', policy="policy p\n  set gets to rounds\n"
    )
    quote = rules.quote(cart(line("a", "30.00"), line("b", "20.00")))
    assert total(quote) == "30.00"
    assert refund(quote, {back: 1}, at=quote.cart.at).cash == cash


def test_three_vouchers_of_one_order() -> None:
    rules = engine(
        'seller coupon five "5 off 30"\n  stores a\n  spend 30.00 take 5.00 off',
        'seller coupon three "3 off 10 on books"\n  stores a\n  categories books\n  spend 10.00 take 3.00 off',
        'platform coupon ten "10%, up to 8"\n  spend 40.00 take 10% off, at most 8.00',
        'platform coupon six "6 off 60"\n  spend 60.00 take 6.00 off',
        'free shipping ship "Free delivery, up to 4.90"\n  held\n  ladder per order\n  ship free\n  at most 4.90 per order',
    )
    basket = cart(
        line("b", "25.00", store="a", categories=["books"]),
        line("p", "12.00", store="a"),
        line("q", "40.00", store="b"),
        shipping=[
            {"store": "a", "method": "standard", "amount": "4.00"},
            {"store": "b", "method": "standard", "amount": "5.00"},
        ],
        wallet={
            "coins": 0,
            "coupons": [{"rule": name, "pieces": 1} for name in ("five", "three", "ten", "six", "ship")],
        },
    )
    quote = rules.quote(basket)
    assert quote.optimal
    # 77.00 - 5.00 = 72.00, less 10% is 64.80; delivery 9.00 - 4.90 is 4.10.
    assert total(quote) == "68.90"


def test_points_in_whole_steps() -> None:
    rules = engine('coin payment coins "Points"\n  rate 100 coins = 1.00, in steps')
    quote = rules.quote(cart(line("a", "20.00"), wallet={"coins": 550}))
    assert (total(quote), quote.coins_spent) == ("15.00", 500)


def test_a_second_at_half_price_both_ways() -> None:
    basket = cart(line("a", "30.00"), line("b", "20.00"), line("c", "10.00"))
    bought = engine('store discount d "Second at half price"\n  buy 1 get 1 at 50% off')
    assert total(bought.quote(basket)) == "55.00"
    paired = engine('store discount d "Second at half price"\n  every 2 items take 50% off the cheapest')
    assert total(paired.quote(basket)) == "50.00"


def test_buy_one_get_one_over_stores_by_code() -> None:
    rules = engine('promo code 3FOR2 "Buy one, get one, over all stores"\n  buy 1 get 1 free')
    basket = [line("a", "30.00", store="x"), line("b", "20.00", store="y"), line("c", "10.00", store="z")]
    assert total(rules.quote(cart(*basket))) == "60.00"
    assert total(rules.quote(cart(*basket, codes=["3for2"]))) == "50.00"
