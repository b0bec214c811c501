"""Which lines a card has in scope (SPEC 2), by each word that narrows it."""

from __future__ import annotations

import pytest

from pricing.engine.matching.scoping import rules_met, scope_of
from tests.hand import case, line

CART = (
    line("a", 1000, store="north", categories=("home/lamps",), brand="nova", tags=("new",)),
    line("b", 2000, store="south", categories=("home/chairs", "sale"), brand="luma"),
    line("c", 3000, store="south", categories=("garden",), was=(3500, "USD")),
)


@pytest.mark.parametrize(
    ("clauses", "found"),
    [
        ("", "abc"),
        ("  stores      south\n", "bc"),
        ("  categories  home\n", "ab"),
        ("  categories  home, garden\n", "abc"),
        ("  categories  home\n  except      categories home/chairs\n", "a"),
        ("  except      categories home\n", "c"),
        ("  brands      nova, luma\n", "ab"),
        ("  tags        new\n", "a"),
        ("  skus        c\n", "c"),
        ("  stores      south\n  categories  home\n", "b"),
        ("  stores      north\n  categories  garden\n", ""),
    ],
)
def test_a_card_sees_the_lines_that_answer_all_its_clauses(clauses: str, found: str) -> None:
    card = f'cross-store discount x "X"\n{clauses}  spend       1.00  take 0.10 off\n'
    situation = case(card, *CART)
    (rule,) = situation.plan.rules
    assert "".join(CART[place].sku for place in scope_of(rule, situation.situation)) == found


def test_a_cart_meets_only_the_rules_that_look_at_it() -> None:
    cards = "".join(
        f'store discount {name} "X"\n  stores      {name}\n  spend       1.00  take 0.10 off\n'
        for name in ("east", "north", "south")
    )
    made = case(cards, *CART)
    assert [rule.name for rule in rules_met(made.plan, made.situation)] == ["north", "south"]


def test_coupons_and_codes_are_met_once_somebody_holds_or_types_them() -> None:
    step = "  spend       1.00  take 0.10 off\n"
    cards = f'platform coupon five "Five"\n{step}promo code SAVE "Save"\n{step}'
    made = case(cards, *CART)
    assert rules_met(made.plan, made.situation) == []
    assert [rule.name for rule in rules_met(made.plan, made.situation, everyone=True)] == ["SAVE", "five"]
    typed = case(cards, *CART, codes=["save"])
    assert [rule.name for rule in rules_met(typed.plan, typed.situation)] == ["SAVE"]
