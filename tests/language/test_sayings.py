"""What people write first gets the line that says it, and warnings do not claim what a quote contradicts."""

from __future__ import annotations

import pytest

from pricing.facts import FACTS
from pricing.language.loading.load import load_texts
from tests.language.rules_text import HEAD

CARD = HEAD + 'store discount x "X"\n  stores a\n'


@pytest.mark.parametrize(
    ("said", "right"),
    [
        ("3 for 2", "every 3 items take 100% off the cheapest"),
        ("2 for 5.00", "every 2 items for 5.00"),
        ("bogo", "buy 1 get 1 free"),
        ("10 off each", "take 10 off each"),
        ("$5 off", "take 5 off"),
        ("5 off 50", "spend 50 take 5 off"),
        ("half price", "take 50% off"),
        ("second one half price", "buy 1 get 1 at 50% off"),
        ("max 20", "at most 20 per order"),
        ("buy 3 get cheapest free", "every 3 items take 100% off the cheapest"),
        ("take free", "take 100% off"),
        ("take %15 off", "take 15% off"),
        ("buy 6 or more take 5% off", "buy 6 take 5% off"),
        ("take 1/3 off", "take 33.33% off"),
        ("buy 3 pay 2", "every 3 items take 100% off the cheapest"),
        ("third one free", "every 3 items take 100% off the cheapest"),
        ("10% off orders over 50", "spend 50 take 10% off"),
        ("spend 50 get 10% off", "spend 50 take 10% off"),
        ("discount 10%", "take 10% off"),
        ("reduce price by 10%", "take 10% off"),
        ("10% off everything", "take 10% off"),
        ("take 10% off the whole order", "take 10% off"),
        ("take 5.00 off per item", "take 5.00 off each"),
        ("3 for the price of 2", "every 3 items take 100% off the cheapest"),
        ("buy any 3 for 20.00", "every 3 items for 20.00"),
        ("take 50% off every second item", "every 2 items take 50% off the cheapest"),
        ("every 3rd item at 30% off", "every 3 items take 30% off the cheapest"),
        ("spend 50.00+ take 10% off", "spend 50.00 take 10% off"),
        ("spend 50.00 = 5.00 off", "spend 50.00 take 5.00 off"),
        ("buy 3 items -> 10% off", "buy 3 take 10% off"),
        ("spend 50.00 to 99.99 take 10% off", "spend 50.00 take 10% off"),
        ("take 5.00 off all orders over 50.00", "spend 50.00 take 5.00 off"),
        ("limit 2 uses a day", "limit 2 uses per customer and day"),
    ],
)
def test_a_saying_gets_its_line_and_the_line_loads(said: str, right: str) -> None:
    told = load_texts({"a.promo": f"{CARD}  {said}\n"}).diagnostics
    fixes = [fix for item in told for fix in item.fixes]
    assert [edit.replacement for fix in fixes for edit in fix.edits] == [right]
    more = "  take 5.00 off\n" if right.startswith(("at most", "limit")) else ""
    alone = f"{CARD}{more}  {right}\n"
    assert not load_texts({"a.promo": alone}).errors


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("spend 50.00 get 1 B-GIFT free", "skus B-GIFT / counts everything / spend 50.00 get 1 free"),
        ("free gift MUG-1", "skus MUG-1 / counts everything"),
        ("free shipping over 35", "spend 35 ship free"),
        ("spend 50.00 take 5.00 off spend 100.00 take 12.00 off", "and below it: spend 100.00 take 12.00 off"),
        ("customers not clubcard", "write except customers clubcard"),
        ("spend 50.00 and buy 3 take 5.00 off", "not at both"),
        ("valid from 11.10.2026 through 2026-12-01", "2026-11-10 or 2026-10-11"),
        ("valid from 11 October 2026 through 2026-12-01", "write 2026-10-11"),
        ("spend 10k take 5.00 off", "write 10000"),
        ("limit 1 use per person", "per customer"),
        ("limit 1 use per week", "per customer and week"),
        ("minimum 50", "spend 50"),
        ("take 5.00 off // in summer", "A remark begins with #"),
        ("take 5.00 off (in summer)", "A remark begins with #"),
        ("1. take 5.00 off", "leave this out"),
        ("take 5.00 off the 2 cheapest items", "leave this out"),
        ("spend 50.00 take 5.00 off plus free shipping", "spend 50.00 ship free"),
        ("price LL-1: 9.99", "write price LL-1 at 9.99"),
        ("price LL-1 from 19.99 to 9.99", "write price LL-1 at 9.99"),
        ("rate 1.00 = 100 coins", "write rate 100 coins = 1.00"),
        ("earn 1 coin per 1.00", "write earn 1 coin every 1.00"),
        ("ship free over 35.00", "write spend 35.00 ship free"),
        ("lasts 2 weeks", "write lasts 14 days"),
        (
            "bundle 1 of skus A and 1 of skus B, 2 of skus C for 9.00",
            "1 of skus A + 1 of skus B + 2 of skus C for 9.00",
        ),
        ("counts skus A\n  take 5.00 off", "without a step this says nothing"),
        ("except sale items", "write except reduced"),
        ("prices under 20.00", "write prices 0.00 to 20.00"),
        ("prices 20.00-50.00", "write prices 20.00 to 50.00"),
        ("take 5.00 off with code SPRING", "and below it: code SPRING"),
        ("take 5.00 off for members", "customers vip"),
        ("budget unlimited", "is not an amount"),
        ("never with coupons", "seller coupon, platform coupon, select coupon"),
        ("never with other discounts", "replace other discounts with anything"),
        ("combines with everything", "The names of cards and of kinds"),
        ("countries UK", "replace UK with GB"),
        ("countries Germany", "replace Germany with DE"),
        ("countries EU", "list them"),
        ("brands all", "leave the brands line out"),
        ("skus A-1; A-2", "replace A-1; A-2 with A-1, A-2"),
        ("days mon to fri", "replace mon to fri with mon, tue, wed, thu, fri"),
        ("days monday and friday", "replace monday and friday with mon, fri"),
        ("customers first order", "write new"),
        ("new customers only", "write customers new"),
        ("max 2 per customer", "write limit 2 uses per customer"),
        ("one per customer", "write limit 1 use per customer"),
        ("weekends only", "write days sat, sun"),
        ("only in app", "write channels app"),
        ("cannot be combined", "write never with anything"),
        ("stackable", "combines with NAME"),
        ("from 2026-06-01 to 2026-06-30", "write valid from 2026-06-01 through 2026-06-30"),
        ("funded by seller 60% and platform 40%", "write funded by platform 40%"),
        ("funded by platform 40% and the seller 60%", "cannot be read"),
        ("spend three take 5.00 off", "write 3.00"),
    ],
)
def test_what_takes_more_than_a_line_is_said(said: str, words: str) -> None:
    told = load_texts({"a.promo": f"{CARD}  {said}\n"}).report()
    assert words in told


def test_no_first_word_is_taken_for_another_without_ground() -> None:
    """`one` is near to `zone`, and `only` to nothing: told, with no fix that would say something else."""
    for line in ("one of each", "only food", "not on gift cards"):
        told = load_texts({"a.promo": f"{CARD}  take 5% off\n  {line}\n"}).diagnostics
        assert [(item.code, item.fixes) for item in told] == [("P0104", ())], line


def test_a_place_that_two_people_changed_is_one_message() -> None:
    card = 'store discount y "Y"\n  take {}% off\n'
    text = f"{HEAD}<<<<<<< HEAD\n{card.format(5)}=======\n{card.format(6)}  limit 1 use per person\n>>>>>>> other\n"
    for one in (
        text,
        text.replace("<<<<<<<", "  <<<<<<<").replace("=======", "\t=======").replace(">>>>>>>", "  >>>>>>>"),
    ):
        assert [item.code for item in load_texts({"a.promo": one}).diagnostics] == ["P0141"]
    alone = load_texts({"a.promo": f"{HEAD}{card.format(5)}=======\n  spnd 5\n"})
    assert len(alone.errors) == 2  # a line that was meant as an ornament hides nothing


def test_a_slip_in_what_a_catalogue_lists_is_told_for_every_fact() -> None:
    for fact in FACTS:
        if not fact.file or fact.word == "skus":
            continue
        names = {"regions": ("US-CA", "US-CB")}.get(fact.word, ("standard", "standart"))
        kind = "free shipping x" if fact.word == "methods" else "store discount x"
        step = "ship free" if fact.word == "methods" else "take 5% off"
        text = f'{HEAD}{kind} "X"\n  {fact.word} {names[1]}\n  {step}\n'
        (told,) = load_texts({"a.promo": text}, {fact.file: f"{fact.column}\n{names[0]}\n"}).diagnostics
        assert told.code == fact.unknown
        assert f"Did you mean {names[0]}?" in told.helps


def test_a_cap_on_what_repeats_is_not_called_idle() -> None:
    told = load_texts({"a.promo": f"{CARD}  every 100.00 take 10.00 off, at most 30.00\n"})
    assert "P0326" not in {item.code for item in told.diagnostics}


def test_no_rule_that_is_chosen_is_said_to_be_always_beaten() -> None:
    cards = (
        "".join(f'store discount c{n} "C"\n  spend 30.00 take {n}.00 off\n\n' for n in (6, 2))
        + 'promo code K "K"\n  never with c6\n  spend 30.00 take 5.00 off\n'
    )
    told = [item.message for item in load_texts({"a.promo": HEAD + cards}).diagnostics if item.code == "P0404"]
    assert told == ["Can c2 ever be better than c6?"]


def test_the_hint_on_codes_needs_a_code() -> None:
    texts = {"policy.promo": "policy p\n", "a.promo": f"{CARD}  spend 30.00 take 5.00 off\n"}
    assert not [item for item in load_texts(texts).diagnostics if item.code == "P0510"]
