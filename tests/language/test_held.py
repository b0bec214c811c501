"""`claim`, `lasts` and coins are for what customers hold, whatever its kind."""

from __future__ import annotations

import pytest

from pricing.language.describe import paragraph
from pricing.language.formatter import fmt
from pricing.language.loading.load import load_texts
from tests.language.rules_text import HEAD

KINDS = ("store discount", "cross-store discount", "free shipping")
CARD = HEAD + '{} x "X"\n{}  claim       from 2026-06-15 through 2026-06-23\n  lasts       7 days\n{}\n'


def card(kind: str, given: str) -> str:
    return CARD.format(kind, given, "  ship free" if kind == "free shipping" else "  spend       50.00  take 5.00 off")


@pytest.mark.parametrize("kind", KINDS)
def test_a_held_card_says_when_it_is_picked_up_and_how_long_it_lasts(kind: str) -> None:
    text = card(kind, "  held\n")
    loaded = load_texts({"a.promo": text})
    assert loaded.book is not None and not loaded.errors
    (rule,) = loaded.book.rules
    assert rule.lasts_days == 7 and rule.claim != rule.valid
    said = paragraph(rule)
    assert "It can be picked up from 2026-06-15 through 2026-06-23" in said and "can be used for 7 days" in said
    assert fmt(fmt(text).text).text == fmt(text).text


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("given", ["", "  code        X1\n"])
def test_what_nobody_holds_is_not_picked_up(kind: str, given: str) -> None:
    told = load_texts({"a.promo": card(kind, given)}).errors
    assert [(item.code, item.line) for item in told] == [("P0301", 7 + bool(given)), ("P0301", 8 + bool(given))]
    assert told[0].helps == ("It belongs in a coupon card; where customers hold this one, like a coupon, write: held",)


def test_coins_buy_what_is_held_and_nothing_else() -> None:
    held, trade = card("free shipping", "  held\n"), "coin exchange swap\n  trade 10 coins for 1 x\n"
    assert not load_texts({"a.promo": f"{held}\n{trade}"}).errors
    (told,) = load_texts({"a.promo": f'{HEAD}store discount x "X"\n  take 5% off\n\n{trade}'}).errors
    assert told.code == "P0407" and "a card with a line held" in told.helps[0]
