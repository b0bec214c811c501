"""What pages show: offers on a product, a cart and a campaign, and My Coupons."""

from __future__ import annotations

import pytest

from pricing.ledger import Ledger, LedgerError, Offer
from pricing.ledger.wallet.offers import words_of
from pricing.model.cart import Customer
from tests.ledger.shop import ANN, BOB, NOON, at, cart, engine_with, line


def states(found: tuple[Offer, ...]) -> dict[str, str]:
    return {offer.rule: offer.state for offer in found}


def test_a_product_page_shows_what_could_help(ledger: Ledger) -> None:
    found = ledger.offers(line(), ANN, NOON)
    assert states(found) == {
        "five-off": "ready",
        "one-each": "pick-up",
        "select": "pick-up",
        "welcome": "pick-up",
        "ships-free": "ready",
        "coins": "ready",
        "coins-for-select": "exchange",
    }
    by_name = {offer.rule: offer for offer in found}
    assert by_name["one-each"].left == 5 and by_name["one-each"].label == "6 off 20, one each"
    assert words_of(by_name["five-off"].ladder[0], by_name["five-off"]) == "spend 50.00 take 5.00 off"
    assert (by_name["coins-for-select"].coins, by_name["coins-for-select"].gives) == (10, (1, "select"))


def test_a_flash_sale_shows_on_its_own_product_only(ledger: Ledger) -> None:
    assert states(ledger.offers(line("LL-1", 1000), ANN, NOON))["lamp-hour"] == "ready"
    assert "lamp-hour" not in states(ledger.offers(line("LL-2"), ANN, NOON))


def test_what_is_for_others_is_not_shown(ledger: Ledger) -> None:
    kettle = line("K-1", store="kettles")
    assert "for-vips" not in states(ledger.offers(kettle, ANN, NOON))
    assert states(ledger.offers(kettle, BOB, NOON))["for-vips"] == "pick-up"


def test_an_offer_follows_the_customer_s_own_story(ledger: Ledger) -> None:
    ledger.pick_up("ann", "one-each", NOON)
    assert states(ledger.offers(line(), ANN, at(1)))["one-each"] == "held"
    ledger.checkout(cart(when=at(1)), "o-1")
    ledger.commit("o-1", at(2))
    assert states(ledger.offers(line(), ANN, at(3)))["one-each"] == "used-up"
    for number in range(4):
        ledger.pick_up(f"c-{number}", "one-each", NOON)
    gone = {offer.rule: offer for offer in ledger.offers(line(), BOB, at(3))}["one-each"]
    assert (gone.state, gone.left) == ("used-up", 0)


def test_what_starts_later_says_in_how_long(ledger: Ledger) -> None:
    early = at(days=-7, minutes=30)
    found = {offer.rule: offer for offer in ledger.offers("fair", ANN, early)}
    assert found["one-each"].state == "starts"
    assert found["one-each"].starts_in(early) == "1 day 11 h"
    assert found["one-each"].starts_in(at(days=-5, minutes=-733)) == "13 min"
    assert found["five-off"].state == "ready"
    assert {offer.state for offer in ledger.offers("fair", ANN, at(days=-20))} == {"starts"}


def test_a_cart_shows_offers_for_all_its_lines(ledger: Ledger) -> None:
    both = cart(line(), line("K-1", store="kettles"), customer=BOB)
    assert {"one-each", "for-vips"} <= set(states(ledger.offers(both, BOB, NOON)))


def test_a_campaign_in_another_currency_shows_what_holds_in_it(where: str) -> None:
    with Ledger(where, engine_with(**{"currency    USD": "currency    EUR"})) as ledger:
        assert {offer.state for offer in ledger.offers("fair", ANN, at(days=-20))} == {"starts"}
        assert states(ledger.offers("fair", ANN, NOON))["five-off"] == "ready"
        assert ledger.offers("fair", ANN, at(days=60)) == ()


def test_an_exchange_for_pieces_that_are_gone_is_used_up(where: str) -> None:
    scarce = engine_with(**{"  budget      20.00 in total\n\ncoin": "  limit       3 uses in total\n\ncoin"})
    with Ledger(where, scarce) as ledger:
        assert states(ledger.offers(line(), ANN, NOON))["coins-for-select"] == "exchange"
        ledger.grant("bob", NOON, "game", rule="select", pieces=3)
        assert states(ledger.offers(line(), ANN, NOON))["coins-for-select"] == "used-up"


def test_an_offer_says_what_it_gives_in_the_words_of_its_card(ledger: Ledger) -> None:
    words = {offer.rule: offer.words for offer in ledger.offers(line("LL-1", 1000), ANN, NOON)}
    assert words["lamp-hour"] == ("LL-1 at 8.00",)
    assert words["select"] == ("spend 20.00 take 4.00 off", "spend 60.00 take 8.00 off", "2.00 a piece")
    assert words["coins"] == ("100 coins = 1.00",)
    assert words["coins-for-select"] == ("10 coins for 1 select",)


def test_a_piece_that_its_limits_leave_nothing_of_is_not_usable_now(ledger: Ledger) -> None:
    ledger.grant("ann", NOON, "game", rule="one-each", pieces=2)
    ledger.checkout(cart(), "o-1")
    ledger.commit("o-1", at(1))
    later, used = ledger.wallet("ann", at(2)).cards
    assert (later.state, later.pieces, later.why) == ("later", 1, "used as often as one customer may")
    assert used.state == "used"
    ledger.refund("o-1", {"LL-2": 1}, at(3))
    assert [(card.state, card.pieces) for card in ledger.wallet("ann", at(4)).cards] == [("usable", 2)]


def test_a_campaign_that_does_not_exist(ledger: Ledger) -> None:
    with pytest.raises(LedgerError, match="no campaign called 'spring'"):
        ledger.offers("spring", ANN, NOON)


def test_my_coupons_says_when_and_why(ledger: Ledger) -> None:
    ledger.grant("ann", at(days=-15), "early bird", rule="welcome", pieces=1)
    assert [(card.state, card.why) for card in ledger.wallet("ann", at(days=-15)).cards] == [
        ("later", "the campaign has not started")
    ]
    ledger.pick_up("ann", "one-each", at(days=-3))
    ledger.grant("ann", NOON, "game", rule="select", pieces=4)
    ledger.checkout(cart(line(units=3)), "o-1")
    ledger.commit("o-1", at(1))
    ledger.grant("ann", at(2), "game", rule="one-each", pieces=1)
    ledger.grant("ann", at(2), "game", rule="select", pieces=2)
    ledger.checkout(cart(when=at(3), customer=ANN), "o-2", without=["seller coupon", "platform coupon"])
    shown = [(card.rule, card.state, card.pieces) for card in ledger.wallet("ann", at(days=8)).cards]
    assert shown == [
        ("select", "held", 2),
        ("one-each", "used", 1),
        ("select", "used", 4),
        ("welcome", "used", 1),
        ("one-each", "expired", 1),
    ]
    assert {card.why for card in ledger.wallet("ann", at(days=8)).of("used")} == {"order o-1"}
    assert ledger.wallet("ann", at(days=8)).of("expired")[0].why == "not used in time"


def test_a_coupon_whose_rule_is_gone_is_no_longer_offered(where: str) -> None:
    with Ledger(where, engine_with()) as ledger:
        ledger.grant("ann", NOON, "game", rule="welcome", pieces=1)
    without = engine_with(**{'platform coupon welcome "4 off"\n  spend       10.00  take 4.00 off\n': ""})
    with Ledger(where, without) as ledger:
        assert [card.why for card in ledger.wallet("ann", NOON).cards] == ["no longer offered"]
        assert ledger.wallet_for_cart("ann", NOON).coupons == ()
        assert ledger.verify() == ()


def test_an_unknown_customer_has_an_empty_wallet(ledger: Ledger) -> None:
    wallet = ledger.wallet("nobody", NOON)
    assert (wallet.known, wallet.coins, wallet.cards) == (False, 0, ())


def test_a_visitor_without_an_id_sees_what_somebody_new_would(ledger: Ledger) -> None:
    new = ledger.offers("fair", Customer("nobody-yet"), NOON)
    assert {one.state for one in new if one.rule in ("lamp-hour", "one-each")} == {"ready", "pick-up"}
    for nobody in (None, "", Customer("")):
        assert ledger.offers("fair", nobody, NOON) == new
    ledger.checkout(cart(codes=("CODE10",)), "o-1")
    assert ledger.offers(line(), None, NOON) == ledger.offers(line(), Customer("nobody-yet"), NOON)


GIFTS = """
store discount mug "A mug from 80.00 on"
  stores      lamps
  skus        MUG-1, MUG-2
  counts      everything
  counts      except skus MUG-1, MUG-2
  spend       80.00  get 1 free

store discount shade "Two lamps, a shade free"
  stores      lamps
  skus        SHADE
  counts      skus LL-2
  buy         2  get 1 free

promo code OPEN "3 off, for everybody"
  code        OPEN-DOOR
  public
  spend       20.00  take 3.00 off

free shipping ship-code "Delivery by code"
  code        SECRET
  spend       20.00  ship at 1.00

coin reward earn "Coins"
  earn        2 coins every 1.00
"""


def test_a_code_is_told_only_when_its_card_is_public(where: str) -> None:
    with Ledger(where, engine_with(GIFTS)) as ledger:
        found = {one.rule: one for one in ledger.offers(line(), ANN, NOON)}
        assert (found["OPEN"].state, found["OPEN"].codes) == ("code", ("OPEN-DOOR",))
        assert not {"CODE10", "TODAY3", "POT", "ship-code"} & set(found)
        typed = {one.rule: one for one in ledger.offers(cart(codes=("secret", "code10")), ANN, NOON)}
        assert (typed["ship-code"].state, typed["ship-code"].codes) == ("ready", ())
        assert "CODE10" in typed and "TODAY3" not in typed
        assert "CODE10" not in {one.rule for one in ledger.offers("fair", ANN, NOON)}
        assert found["earn"].words == ("earn 2 coins every 1.00",)


def test_a_product_page_tells_the_gift_that_comes_with_it(where: str) -> None:
    with Ledger(where, engine_with(GIFTS)) as ledger:
        page = {one.rule: one for one in ledger.offers(line(price=9000), None, NOON)}
        assert page["mug"].words == ("spend 80.00 get 1 free",)
        assert [(one.units, one.skus) for one in page["mug"].unclaimed] == [(1, ("MUG-1", "MUG-2"))]
        assert page["shade"].unclaimed == ()  # one lamp is not two
        two = {one.rule: one for one in ledger.offers(line(units=2), ANN, NOON)}
        assert [one.units for one in two["shade"].unclaimed] == [1]
        assert two["mug"].unclaimed == ()
        there = {one.rule: one for one in ledger.offers(cart(line(price=9000), line("MUG-1", 500)), ANN, NOON)}
        assert there["mug"].unclaimed == ()
        assert "mug" not in {one.rule for one in ledger.offers(line(store="kettles", price=9000), ANN, NOON)}


def test_a_rule_book_alone_shows_offers_and_nothing_unclaimed(where: str) -> None:
    with Ledger(where, engine_with(GIFTS).book) as ledger:
        page = {one.rule: one for one in ledger.offers(line(price=9000), ANN, NOON)}
        assert page["mug"].unclaimed == ()
