"""Rules that customers hold though their kind is no coupon, and codes on other kinds: got, held, used, given back."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pricing.ledger import Ledger, LedgerError
from pricing.model.cart import Customer
from tests.ledger.shop import ANN, at, cart, engine_with, line

ENGINE = engine_with(
    """
free shipping ship-voucher "Free delivery voucher"
  held
  spend       15.00  ship free
  limit       1 use per customer

store discount kept-five "5 off, for holders"
  held
  spend       20.00  take 5.00 off

store discount typed-three "3 off with THREE"
  code        THREE
  spend       20.00  take 3.00 off
  limit       1 use per customer
"""
)


def states(ledger: Ledger, rule: str) -> dict[str, int]:
    return {card.state: card.pieces for card in ledger.wallet("ann", at(5)).cards if card.rule == rule}


def test_a_delivery_voucher_is_picked_up_held_used_and_given_back(shop: Ledger) -> None:
    asked = cart(line(), shipping=495)
    offers = {one.rule: one.state for one in shop.offers(asked, ANN, at())}
    assert offers["ship-voucher"] == "pick-up"
    assert shop.checkout(asked, "o-0").quote.total_minor == 2995
    assert shop.pick_up(ANN, "ship-voucher", at()).expires == datetime(2026, 7, 1, tzinfo=UTC)  # the campaign's end
    assert {one.rule: one.state for one in shop.offers(asked, ANN, at(1))}["ship-voucher"] == "held"
    found = shop.checkout(asked, "o-1")
    assert {use.rule: use.pieces for use in found.quote.used} == {"ship-voucher": 1}
    assert states(shop, "ship-voucher") == {"held": 1}
    shop.release("o-1", at(2))
    assert states(shop, "ship-voucher") == {"usable": 1}
    shop.checkout(asked, "o-2")
    shop.commit("o-2", at(3))
    assert states(shop, "ship-voucher") == {"used": 1}
    assert shop.refund("o-2", {"LL-2": 1}, at(4)).coupons == {}
    back = shop.refund("o-2", {}, at(4), shipping=True)
    assert back.coupons == {"ship-voucher": 1}
    assert states(shop, "ship-voucher") == {"usable": 1}


def test_a_held_discount_takes_a_piece_for_each_store(shop: Ledger) -> None:
    goods = (line("A", 2500), line("B", 3000, store="kettles"))
    shop.grant("ann", at(), "thanks", rule="kept-five", pieces=1)
    assert [use.store for use in shop.checkout(cart(*goods), "o-1").quote.used if use.rule == "kept-five"] == [
        "kettles"
    ]
    shop.grant("ann", at(1), "thanks", rule="kept-five", pieces=2)
    found = shop.checkout(cart(*goods, when=at(1)), "o-2")
    assert sorted(use.store or "" for use in found.quote.used if use.rule == "kept-five") == ["kettles", "lamps"]
    shop.commit("o-2", at(2))
    assert shop.refund("o-2", {"A": 1}, at(3)).coupons == {"kept-five": 1}


def test_two_held_cards_serve_one_order_once_and_come_back_with_it(shop: Ledger) -> None:
    for rule in ("kept-five", "ship-voucher"):
        shop.grant(ANN, at(), "sorry", rule=rule, pieces=1)
    asked = cart(line(), shipping=495)
    first, second = shop.checkout(asked, "o-1"), shop.checkout(asked, "o-2")
    assert {use.rule: use.amount for use in first.quote.used} == {"kept-five": 500, "ship-voucher": 495}
    assert second.quote.used == ()
    shop.commit("o-1", at(1))
    back = shop.refund("o-1", {"LL-2": 1}, at(2), shipping=True)
    assert [(lot.rule, lot.pieces) for lot in back.pieces] == [("kept-five", 1), ("ship-voucher", 1)]


def test_a_guest_holds_nothing(shop: Ledger) -> None:
    found = shop.checkout(cart(line(), customer=Customer(), shipping=495), "o-1")
    assert found.quote.used == ()


def test_what_is_not_held_cannot_be_picked_up(shop: Ledger) -> None:
    with pytest.raises(LedgerError, match="which nobody can hold"):
        shop.pick_up(ANN, "typed-three", at())


def test_a_code_on_a_store_discount_comes_back_with_the_goods(shop: Ledger) -> None:
    asked = cart(codes=("three",))
    assert shop.checkout(asked, "o-1").quote.total_minor == 2200
    shop.commit("o-1", at(1))
    assert shop.checkout(cart(codes=("three",), when=at(2)), "o-2").quote.total_minor == 2500
    assert shop.refund("o-1", {"LL-2": 1}, at(3)).uses == (("typed-three", 1),)
    assert shop.checkout(cart(codes=("three",), when=at(4)), "o-3").quote.total_minor == 2200


WINDOWED = engine_with(
    """
free shipping week "Free delivery for a week"
  held
  claim       from 2026-06-09 through 2026-06-11
  lasts       7 days
  spend       15.00  ship free

coin exchange coins-for-week "20 coins for it"
  trade       20 coins for 1 week
"""
)


def test_a_held_card_has_its_days_to_be_picked_up_lasts_and_is_sold_for_coins(where: str) -> None:
    asked = cart(line(), shipping=495)
    with Ledger(where, WINDOWED) as ledger:
        got = ledger.pick_up(ANN, "week", at())
        assert got.expires == at(days=7)
        with pytest.raises(LedgerError, match="picking up"):
            ledger.pick_up(ANN, "week", at(days=2))
        assert ledger.checkout(asked, "o-1").quote.shipping[0].pays == 0
        ledger.commit("o-1", at())
        assert ledger.checkout(asked, "o-2").quote.shipping[0].pays == 495
        ledger.grant("ann", at(), "game", coins=40)
        assert ledger.exchange(ANN, "coins-for-week", at()).expires == at(days=7)
        quote = ledger.checkout(asked, "o-3", without=["coin payment", "select"]).quote
        assert (quote.shipping[0].pays, quote.coins_spent) == (0, 0)
        quote = ledger.checkout(asked, "o-4", without=["coin payment", "select"]).quote  # a piece is bought by the way
        assert (quote.shipping[0].pays, quote.coins_spent) == (0, 20)
        assert ledger.verify() == ()
