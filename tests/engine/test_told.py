"""What a customer typed or brought that these rules do not know is told, not passed over (SPEC 7)."""

from __future__ import annotations

import pytest
from attrs import evolve

from pricing import Cart, Engine
from pricing.forms import AmountOff
from pricing.model.kind import Kind
from pricing.model.ladder import Step
from pricing.model.quote import NextStep
from pricing.model.reason import Reason
from pricing.model.rule import Rule
from pricing.model.rulebook import RuleBook
from pricing.model.scope import Clause, Scope

RULES = {
    "policy.promo": "policy p\n  limit 1 promo code per order\n",
    "campaigns/a.promo": """campaign c "C"
  currency USD
  zone UTC
  valid from 2026-01-01 until 2027-01-01

promo code SAVE10 "10 off"
  spend 20.00 take 10.00 off

platform coupon four "4 off"
  spend 10.00 take 4.00 off
""",
}


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine.from_texts(RULES)


def cart(*codes: object, coupon: str = "") -> Cart:
    wallet = {"coupons": [{"rule": coupon, "pieces": 1}]} if coupon else {}
    line = {"sku": "a", "store": "s", "price": "30.00", "quantity": 1}
    return Cart.from_dict(
        {"currency": "USD", "at": "2026-06-20T12:00:00Z", "lines": [line], "codes": list(codes), "wallet": wallet}
    )


def test_a_code_that_belongs_to_no_rule_is_named(engine: Engine) -> None:
    quote = engine.quote(cart("SAVE", "save ", "SAVE10", "ABC"))
    assert quote.unknown_codes == ("ABC", "SAVE")
    assert quote.to_dict()["unknown_codes"] == ["ABC", "SAVE"]
    assert "\nCodes\n  - ABC: there is no such code.\n  - SAVE: there is no such code.\n" in quote.receipt(why=False)
    assert quote.total_minor == 2000


@pytest.mark.parametrize("typed", ["save10", "SAVE10\r\n", "\tSAVE10\u200b ", ""])
def test_a_code_is_known_however_it_was_typed(engine: Engine, typed: str) -> None:
    quote = engine.quote(cart(typed))
    assert quote.unknown_codes == () and "unknown_codes" not in quote.to_dict()
    assert quote.total_minor == (2000 if typed else 3000)


def test_a_single_code_whose_rule_has_no_such_code_is_unknown(engine: Engine) -> None:
    quote = engine.quote(cart({"code": "MAIL-1", "rule": "SAVE10"}, {"code": "MAIL-2", "rule": "mail"}))
    assert quote.unknown_codes == ("MAIL-1", "MAIL-2")


def test_a_coupon_that_nobody_knows_is_not_kept_for_later(engine: Engine) -> None:
    told = engine.quote(cart(coupon="for")).receipt(why=False)
    assert "for: there is no such coupon." in told and "kept for later" not in told
    assert engine.quote(cart(coupon="SAVE10")).kept[0].known is False
    assert "used" in engine.quote(cart(coupon="four")).to_dict()


def test_a_code_is_told_what_took_its_threshold_away() -> None:
    """An automatic discount may not be left out, and brings the amount below what the code needs."""
    five = 'store discount five "Five off"\n  stores s\n  spend 50.00 take 1.00 off\n\n'
    code = 'promo code TWELVE "Twelve off"\n  spend 60.00 take 12.00 off\n'
    texts = RULES | {"campaigns/a.promo": RULES["campaigns/a.promo"].partition("promo code")[0] + five + code}
    quote = Engine.from_texts(texts).quote(
        Cart.from_dict(
            cart("TWELVE").to_dict() | {"lines": [{"sku": "a", "store": "s", "price": "60.00", "quantity": 1}]}
        )
    )
    assert quote.total_minor == 5900
    assert quote.to_dict()["refused"] == [
        {"rule": "TWELVE", "store": None, "reason": "below-threshold", "short_by": "1.00", "after": ["five"],
         "total_without": "48.00"},
    ]  # fmt: skip
    said = " ".join(quote.receipt().split())
    assert 'TWELVE "Twelve off": 1.00 short after Five off (five); without it, you would pay 48.00.' in said


def test_the_label_of_what_is_used_is_told(engine: Engine) -> None:
    assert engine.quote(cart("SAVE10")).to_dict()["used"][0]["label"] == "10 off"


def by_card() -> Engine:
    """Rules made by hand: by code for who pays with one card or another, and a store's that anybody has."""
    cards = Clause("payments", ("card-x", "card-y", "wire"), removed=("wire",))
    rules = (
        Rule("five", Kind.STORE_DISCOUNT, ladder=(Step(gives=AmountOff(500)),), labels=(("de", "5 weniger"),)),
        Rule("ten", Kind.STORE_DISCOUNT, audience=Scope((cards,)), ladder=(Step(gives=AmountOff(1000)),)),
    )
    return Engine(RuleBook(rules))


def test_what_another_way_to_pay_would_bring_is_told() -> None:
    quote = by_card().quote(cart())
    assert quote.total_minor == 2500
    assert [(each.rule, each.reason) for each in quote.refused] == [("ten", Reason.OTHER_PAYMENT)]
    assert quote.next_steps == (
        NextStep("ten", None, None, None, 500, payment="card-x"),
        NextStep("ten", None, None, None, 500, payment="card-y"),
    )
    assert quote.to_dict()["next_steps"][0] == {"rule": "ten", "store": None, "payment": "card-x", "saves": "5.00"}
    paid = by_card().quote(evolve(cart(), payment="card-x"))
    assert paid.total_minor == 2000 and not any(step.payment for step in paid.next_steps)


def test_labels_of_cards_come_in_their_languages() -> None:
    quote = by_card().quote(cart())
    assert quote.translations == (("five", "de", "5 weniger"),)
    assert quote.to_dict(why=False, language="de-AT")["used"][0]["label"] == "5 weniger"
    assert "label" not in quote.to_dict(why=False)["used"][0]
