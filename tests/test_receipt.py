"""The text that people read: what it says, that its columns stand under each other, and that nothing odd gets in."""

from __future__ import annotations

from unicodedata import category

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from pricing import Cart, Engine
from pricing.columns import clean, left, right, shorten, shorten_name, width, wrapped
from pricing.model.cart import Lot, Wallet
from pricing.model.kind import Kind
from pricing.model.quote import Earned, KeptCoupon, NextStep, Reasons, Refusal, Saving, Unclaimed, Use
from pricing.model.reason import Reason
from pricing.receipt import WIDTH, answers, receipt
from tests.quotes import LABELS, a_quote
from tests.quotes import REASONS as REASONS_OF_QUOTE

EXPECTED = """\
Your price                                       20 June 2026, 18:30 (UTC-07:00)
================================================================================
Amounts in USD                                       Price      Saved     To pay

luma-lights
  LL-100                                             30.96                 14.99
    One-hour lamp sale                                         -10.97
    Pay part with coins                                         -5.00

nova-home
  NH-1001  2 x 45.00                                 90.00                 66.80
    Spend more, save more at Nova Home                         -12.00
    Select coupon                                               -4.00
    15% off, up to 20                                           -7.20

Delivery
  nova-home, standard                                 6.50                  0.00
    Free standard shipping over 35                              -6.50

Savings, in the order in which they were taken
  Flash sales
    One-hour lamp sale (lamp-hour)                                        -10.97
  Store discounts
    Spend more, save more at Nova… (nova-spend-more), at nova-home        -12.00
  Select coupons
    Select coupon (select-summer), at nova-home, 2 pieces                  -4.00
  Promo codes
    15% off, up to 20 (SUMMER15)                                           -7.20
  Free shipping
    Free standard shipping over 35 (home-ships-free), at nova-home         -6.50
  Coin payment
    Pay part with coins (summer-coins), 500 coins                          -5.00

--------------------------------------------------------------------------------
Goods                                               120.96     -39.17      81.79
Delivery                                              6.50      -6.50       0.00
To pay, in USD                                      127.46     -45.67      81.79
================================================================================

Coins and coupons
  - 520 coins spent in all.
  - 500 coins paid 5.00: Pay part with coins (summer-coins).
  - 2 pieces of Select coupon (select-summer) bought for 20 coins.
  - 1 piece of welcome-4 kept for later, good until 25 June 2026, 00:00
    (UTC-07:00).

With a little more
  - Add 4.04 more at luma-lights to reach the next step of Free standard
    shipping over 35 (home-ships-free): 4.50 more saved.
  - Add 1 more item in this order to reach the next step of peak-three: 4.50
    more saved.

Why not
  - home-ships-free "Free standard shipping over 35": 4.04 short at luma-lights.
  - nova-6-off-60 "Nova Home: 6 off 60": cannot be used at nova-home together
    with 15% off, up to 20 (SUMMER15); with it instead, you would pay 90.98.
  - peak-three: 1 more item needed at peak-sport.
"""


def test_the_whole_receipt() -> None:
    assert receipt(a_quote()) == a_quote().receipt() == EXPECTED


def test_without_why_nothing_is_worked_out() -> None:
    asked: list[int] = []
    short = receipt(a_quote(on_ask=lambda: asked.append(1)), why=False)
    assert short == EXPECTED[: EXPECTED.index("\nWith a little more")]
    assert asked == []


def test_a_search_that_hit_its_limit_says_so() -> None:
    text = receipt(a_quote(optimal=False, lower_bound_minor=8000))
    assert "best price found within the limit of work" in text and "none below 80.00" in text


def test_a_plain_cart_has_no_empty_sections() -> None:
    quote = a_quote(Reasons())
    line = quote.lines[0]._replace(savings=(), pays=9000)
    plain = evolve(quote, lines=(line,), shipping=(), used=(), bought=(), kept=(), coins_spent=0, total_minor=9000)
    assert receipt(plain).split("\n")[3:] == [
        "",
        "nova-home",
        "  NH-1001  2 x 45.00                                 90.00                 90.00",
        "",
        "-" * WIDTH,
        "Goods                                                90.00       0.00      90.00",
        "To pay, in USD                                       90.00       0.00      90.00",
        "=" * WIDTH,
        "",
    ]


REASONS = {
    Refusal("r", None, "not-yet"): "has not begun yet.",
    Refusal("r", None, "expired"): "is over.",
    Refusal("r", None, "wrong-day-or-hour"): "holds on other days or at other hours.",
    Refusal("r", None, "other-currency"): "is not for orders in USD.",
    Refusal("r", None, "other-customer"): "is for other customers.",
    Refusal("r", None, "other-country"): "is for other countries.",
    Refusal("r", None, "other-channel"): "is not offered on this channel.",
    Refusal("r", None, "not-held"): "there is no such coupon in the wallet.",
    Refusal("r", None, "not-typed"): "the code was not typed in.",
    Refusal("r", None, "no-item-in-scope"): "nothing in the cart takes part.",
    Refusal("r", None, "no-item-in-scope", clashes_with="lamp-hour"): (
        "cannot be used on goods at the price of One-hour lamp sale (lamp-hour)."
    ),
    Refusal("r", None, "used-up"): "has been used as often as it can be.",
    Refusal("r", None, "no-budget"): "all its money has been given out.",
    Refusal("r", None, "declined"): "was left out on request.",
    Refusal("r", "s", "nothing-to-save"): "would save nothing at s on this cart.",
    Refusal("r", "s", "below-threshold", short_by=404): "4.04 short at s.",
    Refusal("r", None, "below-threshold", short_units=2): "2 more items needed.",
    Refusal("r", "s", "below-threshold", short_by=1, short_units=1): "0.01 short and 1 more item needed at s.",
    Refusal("r", None, "below-threshold"): "not enough.",
    Refusal("r", None, "beaten"): "could be used, but there is a better way to pay less.",
    Refusal("r", None, "beaten", total_with=9000): (
        "could be used, but there is a better way to pay less; with it, you would pay 90.00."
    ),
    Refusal("r", "s", "beaten", total_with=8179): "could be used at s, but the total would be the same.",
    Refusal("r", None, "clashes"): "cannot be used together with what is used.",
    Refusal("r", "s", "clashes", clashes_with="t", total_with=8179): (
        "cannot be used at s together with t; with it instead, the total is the same."
    ),
    Refusal("r", None, "other-region"): "is for other regions.",
    Refusal("r", None, "other-payment"): "is for another way to pay.",
    Refusal("r", None, "needs-customer"): "is for customers who have signed in.",
}


@pytest.mark.parametrize(("refusal", "sentence"), REASONS.items(), ids=range(len(REASONS)))
def test_every_reason_is_a_sentence(refusal: Refusal, sentence: str) -> None:
    text = answers(a_quote(Reasons((refusal,))), ["r"])
    assert " ".join(text.split()) == f"Why not - r: {sentence}"


def test_no_reason_is_without_its_sentence() -> None:
    assert {refusal.reason for refusal in REASONS} == set(Reason)
    with pytest.raises(ValueError, match="of-tomorrow"):
        Refusal("r", None, "of-tomorrow")


def test_what_the_second_edition_tells_beside_prices() -> None:
    quote = evolve(
        a_quote(Reasons((), (NextStep("r", "s", None, None, 450, payment="card-x"),))),
        unknown_codes=("SAVE10",),
        unclaimed=(Unclaimed("gift", "nova-home", 2, ("MUG-1", "MUG-2")), Unclaimed("more", None, 1, ())),
        earned=(Earned("club", 12),),
        kept=(KeptCoupon("luma-3-off-26", 1, None, known=False),),
    )
    text = receipt(quote)
    for sentence in (
        "  - SAVE10: there is no such code.\n",
        "  - 2 more items of MUG-1, MUG-2 can still be had at nova-home at the terms of\n    gift.\n",
        "  - 1 more item can still be had at the terms of more.\n",
        "  - 12 coins earned: club.\n",
        "  - luma-3-off-26: there is no such coupon.\n",
        "  - Pay with card-x for r at s: 4.50 more saved.\n",
    ):
        assert sentence in text


def test_who_pays_is_told_on_request() -> None:
    quote = a_quote()
    gift = quote.lines[1]._replace(savings=(Saving("gift", 1597, 500, (("bank-x", 97),)),))
    quote = evolve(
        quote, lines=(quote.lines[0], gift), used=(*quote.used, Use("gift", Kind.FLASH_SALE, None, 0, 0, 1597))
    )
    text = receipt(quote, why=False, funders=True)
    rows = [" ".join(line.split()) for line in text.split("Who pays for the savings\n")[1].split("\n")[:4]]
    assert rows == ["The platform 13.80", "bank-x 0.97", "Seller luma-lights 10.00", "Seller nova-home 20.90"]
    assert "Who pays" not in receipt(quote)


def test_items_are_called_what_people_call_them_and_parcels_are_told_apart() -> None:
    quote = a_quote()
    lines = (evolve(quote.cart.lines[0], title="Kettle, 1 l"), quote.cart.lines[1])
    charges = tuple(quote.shipping[0]._replace(id=name) for name in ("p-1", "p-2"))
    text = receipt(evolve(quote, cart=evolve(quote.cart, lines=lines), shipping=charges))
    assert "  Kettle, 1 l  2 x 45.00" in text and "NH-1001" not in text
    assert "  nova-home, standard (p-1)" in text and "  nova-home, standard (p-2)" in text


def test_answers_are_about_the_rules_asked_about() -> None:
    assert answers(a_quote(), ["welcome-4"]) == "Why not\n  - welcome-4: there is no such coupon in the wallet.\n"
    assert answers(a_quote(), []).count("\n  - ") == len(REASONS_OF_QUOTE.refused) + len(REASONS_OF_QUOTE.next_steps)


FAR = ["not-yet", "expired", "other-currency", "not-held", "not-typed", "no-item-in-scope"]


@pytest.mark.parametrize("reason", FAR)
def test_a_receipt_tells_only_what_its_customer_can_relate_to(reason: str) -> None:
    quote = a_quote(Reasons((Refusal("SOME-1", None, reason), Refusal("other", "s", "nothing-to-save"))))
    assert "SOME-1" not in receipt(quote) and "other" in receipt(quote)
    for brought in ({"wallet": Wallet(0, (Lot("SOME-1", 1),))}, {"codes": (" some-1 ",)}):
        assert "SOME-1" in receipt(evolve(quote, cart=evolve(quote.cart, **brought)))


def test_a_held_coupon_that_has_expired_is_told_so() -> None:
    quote = a_quote(Reasons((Refusal("c", None, "not-held"),)))
    held = evolve(quote, cart=evolve(quote.cart, wallet=Wallet(0, (Lot("c", 1),))))
    assert "  - c: what is in the wallet has expired.\n" in receipt(held)


def test_layers_follow_the_order_in_which_lines_met_them() -> None:
    """A policy may take promo codes before store discounts; the receipt then does too."""
    quote = a_quote()
    first = quote.lines[0]
    turned = evolve(quote, lines=(first._replace(savings=first.savings[::-1]), quote.lines[1]))
    text = receipt(turned)
    assert text.index("  Promo codes") < text.index("  Select coupons") < text.index("  Store discounts")


def test_lines_are_counted_as_people_count() -> None:
    quote = a_quote()
    lines = tuple(quote.lines[0]._replace(id=str(number), savings=()) for number in (1, 10, 2))
    text = receipt(evolve(quote, lines=lines, used=quote.used[:1]))
    assert text.index("(line 1)") < text.index("(line 2)") < text.index("(line 10)")


# Names of any length and script

ODD = st.text(min_size=1, max_size=60) | st.sampled_from(
    ["灯り屋" * 30, "x" * 300, "\x1b[31mred", "a\u0301" * 80, "שלום " * 20]
)


@settings(max_examples=60, deadline=None)
@given(ODD, ODD, ODD, ODD)
def test_columns_stand_whatever_things_are_called(sku: str, store: str, rule: str, label: str) -> None:
    quote = a_quote()
    lines = tuple(line._replace(sku=sku, store=store, id=line.id + sku) for line in quote.lines)
    charge = quote.shipping[0]._replace(store=store, method=rule)
    reasons = Reasons(
        (Refusal(rule, store, "clashes", clashes_with=rule, total_with=1), Refusal("r", store, "expired"))
    )
    labels = {**LABELS, "SUMMER15": label, rule: label}
    text = receipt(a_quote(reasons, lines=lines, shipping=(charge,), labels=labels))
    rows = text.split("\n")
    assert max(map(width, rows)) <= WIDTH <= 88
    assert all(category(letter) not in ("Cc", "Cs", "Zl", "Zp") for row in rows for letter in row)
    assert all(width(row) == WIDTH for row in rows if row.endswith((" 66.80", " 14.99", " 81.79", " 0.00")))


def test_wide_signs_take_two_columns() -> None:
    assert [width(text) for text in ("abc", "灯り屋", "a\u0301", "ｱ", "é")] == [3, 6, 1, 1, 1]
    assert left("灯", 4) == "灯  " and right("灯", 4) == "  灯"


def test_names_keep_both_ends_and_labels_their_beginning() -> None:
    assert shorten_name("NH-1001-very-long-name-RED", 16) == "NH-1001-ve…e-RED"
    assert shorten("Spend more, save more at Nova Home", 24) == "Spend more, save more…"
    assert shorten("Unbreakable-and-very-long", 10) == "Unbreakab…"
    assert shorten_name("灯り屋の赤いランプ", 9) == "灯り屋…プ"
    assert shorten_name("fits", 4) == shorten("fits", 4) == "fits"


@given(st.text(max_size=40), st.integers(2, 30))
def test_what_is_shortened_fits(text: str, room: int) -> None:
    text = clean(text)
    assert width(shorten(text, room)) <= room
    assert width(shorten_name(text, room)) <= room
    assert all(width(line) <= max(room, 6) for line in wrapped(text, max(room, 6), "- ", "  "))


def test_clean_keeps_what_can_be_read() -> None:
    assert clean("Café 灯り屋 👍 a\u200db") == "Café 灯り屋 👍 a\u200db"
    assert clean("a\x1b[0m\n\u202e\ud800\u2028") == "a\ufffd[0m\ufffd\ufffd\ufffd\ufffd"
    assert clean("a\u00a0b") == "a b"


@pytest.mark.parametrize("columns", [60, 72, 100])
def test_a_receipt_fits_the_columns_that_it_is_given(columns: int) -> None:
    lines = receipt(a_quote(), "all", columns=columns).splitlines()
    assert max(map(width, lines)) == columns


def test_coins_earned_and_gifts_to_be_had_are_told_by_their_labels() -> None:
    cards = (
        'campaign c "C"\n  currency USD\n  zone UTC\n\ncoin reward r "A coin for each"\n  earn 1 coin every 1.00\n\n'
        'store discount g "Two for one"\n  stores s\n  buy 1 get 1 free\n'
    )
    line = {"sku": "a", "store": "s", "price": "5.00", "quantity": 3}
    cart = Cart.from_dict({"currency": "USD", "at": "2026-06-20T12:00:00Z", "lines": [line]})
    text = Engine.from_texts({"a.promo": cards}).quote(cart).receipt()
    assert "  - 10 coins earned: A coin for each (r).\n" in text
    assert "at the terms of Two for one (g)" in " ".join(text.split())
