"""Reasons, totals and accounts of carts that a reader can reckon."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from pricing.api import Engine
from pricing.engine.why.explain import Asked, refusals
from pricing.model.cart import Cart, RuleUsage
from pricing.model.quote import NextStep, Quote, Refusal

HEAD = """campaign c "C"
  currency    USD
  zone        UTC
  valid       from 2026-06-01 through 2026-06-30
"""


def engine(*cards: str, policy: str = "") -> Engine:
    texts = {"campaigns/c.promo": "\n".join((HEAD, *cards)) + "\n"}
    if policy:
        texts["policy.promo"] = policy
    return Engine.from_texts(texts)


def cart(*prices: str, store: str = "alba", **more: Any) -> Cart:
    """Lines 1, 2, ... of one unit each, on Saturday 20 June 2026 at 12:00 UTC."""
    lines = [
        {"id": str(number), "sku": f"S-{number}", "store": store, "price": price, "quantity": 1, "categories": ["home"]}
        for number, price in enumerate(prices, 1)
    ]
    return Cart.from_dict({"currency": "USD", "at": "2026-06-20T12:00:00+00:00", "lines": lines, **more})


def held(*rules: str, pieces: int = 1, coins: int = 0) -> dict[str, Any]:
    return {"coins": coins, "coupons": [{"rule": rule, "pieces": pieces} for rule in rules]}


def refused(quote: Quote) -> dict[tuple[str, str | None], Refusal]:
    return {(refusal.rule, refusal.store): refusal for refusal in quote.refused}


PLATFORM = 'platform coupon four "4 off"\n  {}\n  take 4.00 off\n'


@pytest.mark.parametrize(
    ("line", "reason", "usage"),
    [
        ("valid from 2026-06-21 through 2026-06-22", "not-yet", RuleUsage()),
        ("valid from 2026-06-01 until 2026-06-20 12:00", "expired", RuleUsage()),
        ("days mon, tue", "wrong-day-or-hour", RuleUsage()),
        ("hours from 13:00 until 14:00", "wrong-day-or-hour", RuleUsage()),
        ("customers vip", "other-customer", RuleUsage()),
        ("except customers new", "other-customer", RuleUsage()),
        ("countries JP", "other-country", RuleUsage()),
        ("channels web", "other-channel", RuleUsage()),
        ("except stores alba", "no-item-in-scope", RuleUsage()),
        ("limit 2 uses per customer", "used-up", RuleUsage(customer=2)),
        ("limit 2 uses in total", "used-up", RuleUsage(total=3)),
        ("budget 100.00 in total", "no-budget", RuleUsage(spent=10_000)),
    ],
)
def test_reasons_before_applications(line: str, reason: str, usage: RuleUsage) -> None:
    """The coupon is held, and one condition fails: one refusal, without a store or a total."""
    made = cart("50.00", wallet=held("four"), customer={"id": "c", "segments": ["new"]}, country="US", channel="app")
    quote = engine(PLATFORM.format(line)).quote(made, {"four": usage})
    assert quote.refused == (Refusal("four", None, reason),)


def test_the_first_condition_that_fails_is_told() -> None:
    rules = engine(PLATFORM.format("customers vip\n  days mon\n  limit 1 use per customer"))
    assert rules.quote(cart("50.00")).refused[0].reason == "wrong-day-or-hour"


def test_other_currency() -> None:
    other = Cart.from_dict(
        {
            "currency": "EUR",
            "at": "2026-06-20T12:00:00+00:00",
            "lines": [{"sku": "S", "store": "alba", "price": "50.00", "quantity": 1}],
            "wallet": held("four"),
        }
    )
    assert engine(PLATFORM.format("")).quote(other).refused == (Refusal("four", None, "other-currency"),)


def test_not_held_not_typed_and_declined() -> None:
    rules = engine(PLATFORM.format(""), 'promo code SAVE5 "5 off"\n  take 5.00 off')
    # A code that was not typed is told to nobody.
    assert [(each.rule, each.reason) for each in rules.quote(cart("50.00")).refused] == [("four", "not-held")]
    both = cart("50.00", wallet=held("four"), codes=["save5"])
    quote = rules.quote(both, without=["four", "promo code"])
    assert [(each.rule, each.reason) for each in quote.refused] == [("SAVE5", "declined"), ("four", "declined")]
    assert rules.quote(both).refused == ()


def test_rules_of_other_stores_did_not_look() -> None:
    rules = engine('store discount far "Far"\n  stores brio\n  spend 10.00 take 1.00 off')
    assert rules.quote(cart("50.00")).refused == ()


STEPS = 'store discount steps "Steps"\n  spend 30.00 take 2.00 off\n  spend 60.00 take 6.00 off'


def test_below_threshold_in_each_store_apart() -> None:
    lines = [
        {"id": "1", "sku": "A", "store": "alba", "price": "25.96", "quantity": 1},
        {"id": "2", "sku": "B", "store": "brio", "price": "31.00", "quantity": 1},
    ]
    made = Cart.from_dict({"currency": "USD", "at": "2026-06-20T12:00:00+00:00", "lines": lines})
    quote = engine(STEPS).quote(made)
    assert quote.refused == (Refusal("steps", "alba", "below-threshold", short_by=404),)
    assert quote.next_steps == (NextStep("steps", "alba", 404, None, 200), NextStep("steps", "brio", 2900, None, 400))


def test_below_threshold_by_units() -> None:
    quote = engine('store discount three "Three"\n  buy 3 take 10% off').quote(cart("20.00", "10.00"))
    assert quote.refused == (Refusal("three", "alba", "below-threshold", short_units=1),)
    assert quote.next_steps == (NextStep("three", "alba", None, 1, 400),)  # 10% of 20 + 10 + 10


def test_a_discount_before_it_raises_what_is_missing() -> None:
    """20% come off first: 2.50 more of goods, not 2.00, make up the 2.00 that the step lacks."""
    code = 'promo code OFF10 "10 off"\n  spend 42.00 take 10.00 off'
    first = 'store discount fifth "20% off"\n  take 20% off'
    quote = engine(first, code).quote(cart("50.00", codes=["OFF10"]))
    assert refused(quote)["OFF10", None].short_by == 200
    assert quote.next_steps == (NextStep("OFF10", None, 250, None, 1050),)  # 10.00, and 20% of 2.50


def test_a_step_that_brings_nothing_is_not_told() -> None:
    """The customer holds one piece: the higher step would let him use two."""
    select = 'select coupon sel "Select"\n  piece 2.00\n  spend 15.00 take 2.00 off\n  spend 60.00 take 4.00 off'
    rules = engine(select)
    assert rules.quote(cart("20.00", wallet=held("sel"))).next_steps == ()
    assert rules.quote(cart("20.00", wallet=held("sel", pieces=2))).next_steps == (
        NextStep("sel", "alba", 4000, None, 200),
    )


def test_nothing_to_save() -> None:
    """No charge to take shipping from; an item rule above the list price; goods that are paid for already."""
    rules = engine(
        'free shipping ships "Ships"\n  ship free',
        'flash sale dear "Dear"\n  price S-1 at 60.00',
        'store discount all "All"\n  take 100% off',
        'promo code SAVE5 "5 off"\n  take 5.00 off',
    )
    quote = rules.quote(cart("50.00", codes=["SAVE5"]))
    assert [(each.rule, each.store, each.reason) for each in quote.refused] == [
        ("SAVE5", None, "nothing-to-save"),
        ("dear", None, "nothing-to-save"),
        ("ships", "alba", "nothing-to-save"),
    ]


def test_clashes_names_the_used_rule() -> None:
    rules = engine(
        'seller coupon six "6 off 40"\n  stores alba\n  spend 40.00 take 6.00 off',
        'seller coupon two "2 off"\n  stores alba\n  take 2.00 off',
        'promo code TEN "10 off 60"\n  spend 60.00 take 10.00 off\n  never with seller coupon',
    )
    made = cart("50.00", "12.00", wallet=held("six", "two"), codes=["TEN"])
    quote = rules.quote(made)
    assert quote.total_minor == 5200
    assert quote.refused == (
        Refusal("six", "alba", "clashes", clashes_with="TEN", total_with=5600),
        Refusal("two", "alba", "clashes", clashes_with="TEN", total_with=6000),
    )


def test_what_a_rival_took_is_not_missing() -> None:
    """The seller coupon leaves 56.00, less than the code asks for; but beside the code it would not be used."""
    rules = engine(
        'seller coupon six "6 off 40"\n  stores alba\n  spend 40.00 take 6.00 off',
        'promo code FIVE "5 off 60"\n  spend 60.00 take 5.00 off\n  never with seller coupon',
    )
    quote = rules.quote(cart("62.00", wallet=held("six"), codes=["FIVE"]))
    assert quote.refused == (Refusal("FIVE", None, "clashes", clashes_with="six", total_with=5700),)


def test_a_limit_of_the_policy_clashes() -> None:
    rules = engine('promo code A5 "5 off"\n  take 5.00 off', 'promo code B7 "7 off"\n  stores brio\n  take 7.00 off')
    lines = [
        {"id": "1", "sku": "A", "store": "alba", "price": "20.00", "quantity": 1},
        {"id": "2", "sku": "B", "store": "brio", "price": "20.00", "quantity": 1},
    ]
    made = Cart.from_dict({"currency": "USD", "at": "2026-06-20T12:00:00+00:00", "lines": lines, "codes": ["A5", "B7"]})
    assert rules.quote(made).refused == (Refusal("A5", None, "clashes", clashes_with="B7", total_with=3500),)


def test_beaten_would_spoil_another() -> None:
    """4 off first would leave less than the code's 60: together they are not better than the code alone."""
    rules = engine(
        PLATFORM.format(""),
        'promo code TEN "10 off 60"\n  spend 60.00 take 10.00 off',
    )
    quote = rules.quote(cart("62.00", wallet=held("four"), codes=["TEN"]))
    assert refused(quote)["four", None] == Refusal("four", None, "beaten", total_with=5800)


def test_lines_taken_by_an_item_rule() -> None:
    rules = engine(
        'flash sale hour "Hour"\n  price S-1 at 19.99\n  never with seller coupon',
        'seller coupon six "6 off"\n  stores alba\n  take 6.00 off',
    )
    quote = rules.quote(cart("50.00", wallet=held("six")))
    assert quote.refused == (Refusal("six", None, "no-item-in-scope", clashes_with="hour"),)


EXCHANGE = (
    'select coupon sel "Select"\n  piece 2.00\n  spend 15.00 take 2.00 off',
    'coin exchange trade-in "Coins"\n  {}\n  trade 10 coins for 1 sel',
)


def test_exchanges_are_spoken_of_when_they_are_refused() -> None:
    """One that nobody needed is not listed; nor is one whose coupon had nothing to look at."""
    plain = engine(EXCHANGE[0], EXCHANGE[1].format(""))
    assert plain.quote(cart("20.00", wallet=held("sel", coins=50))).refused == ()
    assert plain.quote(cart("20.00")).refused == (Refusal("sel", None, "not-held"),)
    over = engine(EXCHANGE[0], EXCHANGE[1].format("valid from 2026-06-01 through 2026-06-02"))
    assert over.quote(cart("20.00", wallet=held(coins=50))).refused == (
        Refusal("sel", None, "not-held"),
        Refusal("trade-in", None, "expired"),
    )
    declined = plain.quote(cart("20.00", wallet=held(coins=50)), without=["coin exchange"])
    assert [each.reason for each in declined.refused] == ["not-held", "declined"]


def test_coins_spent_elsewhere() -> None:
    """All coins went into a piece worth more; paying with them instead is possible, and dearer."""
    rules = engine(*EXCHANGE[:1], EXCHANGE[1].format(""), 'coin payment pay "Pay"\n  rate 10 coins = 0.10')
    quote = rules.quote(cart("20.00", wallet=held(coins=10)))
    assert quote.total_minor == 1800
    assert quote.refused == (Refusal("pay", None, "beaten", total_with=1990),)


# --- asking -----------------------------------------------------------------------------------------------------------


def test_reasons_are_worked_out_when_asked_and_kept() -> None:
    quote = engine(STEPS).quote(cart("25.00"))
    asked = quote._asked
    assert isinstance(asked, Asked) and asked._chosen is None and asked._refused is None
    known = quote.refused
    assert asked._steps is None  # which take longest
    assert quote.reasons().refused is quote.refused is known
    assert quote.reasons().next_steps is quote.next_steps
    assert refusals(asked.chosen(quote), quote, totals=False) == known


def test_threads_find_the_same() -> None:
    quote = engine(STEPS, PLATFORM.format("")).quote(cart("25.00", wallet=held("four")))
    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(lambda _: quote.reasons(), range(32)))) == 1


def test_order_of_lines_and_files_does_not_matter() -> None:
    first = 'promo code OFF10 "10 off"\n  spend 90.00 take 10.00 off'
    made = cart("20.00", "15.00", "9.99", codes=["OFF10"])
    turned = Cart.from_dict({**made.to_dict(), "lines": made.to_dict()["lines"][::-1]})
    one = Engine.from_texts(
        {"campaigns/a.promo": HEAD + STEPS, "campaigns/b.promo": HEAD.replace(" c ", " d ") + first}
    )
    two = Engine.from_texts(
        {"campaigns/a.promo": HEAD + first, "campaigns/b.promo": HEAD.replace(" c ", " d ") + STEPS}
    )
    assert one.quote(made).reasons() == two.quote(turned).reasons()


# --- the account ------------------------------------------------------------------------------------------------------

SUMMER = {
    "campaigns/c.promo": HEAD
    + "\n".join(
        (
            STEPS,  # lines 5 to 7
            'flash sale hour "Hour"\n  price S-2 at 9.99',  # 8, 9
            'promo code TEN "10% off"\n  spend 20.00 take 10% off, at most 3.00\n  funded by platform 40%',  # 10 to 12
            'promo code FIVE "5 off"\n  spend 20.00 take 5.00 off\n  stores brio, alba',  # 13 to 15
            'free shipping ships "Ships"\n  spend 30.00 ship free',  # 16, 17
        )
    )
    + "\n"
}


def told(texts: Mapping[str, str], made: Cart) -> tuple[Quote, str]:
    rules = Engine.from_texts(texts)
    quote = rules.quote(made)
    return quote, rules.explain(quote).text()


def test_an_account_points_at_every_rule() -> None:
    shipping = [{"store": "alba", "method": "standard", "amount": "6.50"}]
    quote, text = told(SUMMER, cart("30.00", "15.00", codes=["TEN", "FIVE"], shipping=shipping))
    assert quote.total_minor == 3000 + 999 - 200 - 500
    assert text == (
        "Line 1: S-1 at alba, 1 x 30.00 is 30.00; to pay 24.75.\n"
        "  steps (store discount) takes 1.50, from 30.00 to 28.50: 39.99 in scope at alba, reaching the step of 30.00: "
        "2.00 off, shared among all that it covers. The seller alba pays for it. [campaigns/c.promo:5]\n"
        "  FIVE (promo code) takes 3.75, from 28.50 to 24.75: 37.99 in scope in the whole order, reaching the step of "
        "20.00: 5.00 off, shared among all that it covers. The platform pays for it. [campaigns/c.promo:13]\n"
        "\n"
        "Line 2: S-2 at alba, 1 x 15.00 is 15.00; to pay 8.24.\n"
        "  hour (flash sale) takes 5.01, from 15.00 to 9.99: 1 at 9.99 each instead of 15.00. "
        "The seller alba pays for it. [campaigns/c.promo:8]\n"
        "  steps (store discount) takes 0.50, from 9.99 to 9.49: 39.99 in scope at alba, reaching the step of 30.00: "
        "2.00 off, shared among all that it covers. The seller alba pays for it. [campaigns/c.promo:5]\n"
        "  FIVE (promo code) takes 1.25, from 9.49 to 8.24: 37.99 in scope in the whole order, reaching the step of "
        "20.00: 5.00 off, shared among all that it covers. The platform pays for it. [campaigns/c.promo:13]\n"
        "\n"
        "Shipping: standard by alba is 6.50; to pay 0.00.\n"
        "  ships (free shipping) takes 6.50, from 6.50 to 0.00: 32.99 in scope at alba, reaching the step of 30.00: "
        "100% of the shipping. The seller alba pays for it. [campaigns/c.promo:16]\n"
        "\n"
        "Not used\n"
        "  TEN (promo code) was not used: it may not be used together with FIVE; the best total with it is 34.99, "
        "2.00 more. [campaigns/c.promo:10]\n"
        "\n"
        "Within reach\n"
        "  steps (store discount) has a step within reach: 20.01 more in goods at alba would save 4.00 in all. "
        "[campaigns/c.promo:5]\n"
    )


def test_an_account_says_who_pays() -> None:
    _, text = told(SUMMER, cart("30.00", codes=["TEN"]))
    assert "10% of 28.00, at most 3.00. The platform pays 1.12, the seller alba 1.68." in text


def test_an_account_of_other_rules_is_refused() -> None:
    with pytest.raises(ValueError, match="other rules"):
        engine(STEPS).explain(engine(PLATFORM.format("")).quote(cart("5.00")))


def test_hundreds_of_coupons_are_no_walk_too_deep() -> None:
    """Of more applications than are ever walked through, each is told by a search of its own."""
    many = 260
    cards = [f'platform coupon p{n} "P"\n  take 1.{n % 100:02} off\n' for n in range(many)]
    limit = (
        "policy p\n  order flash sale, item discount, store discount, seller coupon, cross-store discount, select coupon,"
        " platform coupon, promo code, free shipping, coin payment\n  limit 1 platform coupon per order\n"
    )
    quote = engine(*cards, policy=limit).quote(cart("90.00", wallet=held(*(f"p{n}" for n in range(many)))))
    told = refused(quote)
    assert quote.total_minor == 9000 - 199
    assert told["p0", None].total_with == 8900
    assert len(told) == many - 1
