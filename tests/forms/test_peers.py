"""The capabilities that other shops' own tests ask for, to the cent on totals and on each line; figures by hand.

A card's lines stand with `;` between; a basket's lines with `,`, each a price, `xN` units, `@category`, `+floor`.
"""

from __future__ import annotations

import pytest

from tests.forms import peers
from tests.forms.test_forms_by_hand import D, quoted

GOODS = {
    "get across sets": peers.ACROSS,
    "fixed prices": peers.FIXED,
    "each": peers.EACH,
    "cheapest or dearest": peers.SOME,
    "needs other goods": peers.NEEDS,
    "order at a price": peers.ORDER,
    "floors": peers.FLOORS,
    "gifts": peers.GIFTS,
}
CASES = [(what, case) for what, cases in GOODS.items() for case in cases]


@pytest.mark.parametrize(("what", "case"), CASES, ids=[f"{what}: {case[0]} on {case[1]}" for what, case in CASES])
def test_goods(what: str, case: tuple[str, ...]) -> None:
    card, basket, expected, *policy = case
    assert quoted(D + card, basket, policy="".join(policy)) == expected.split()


@pytest.mark.parametrize(("card", "typed", "basket", "expected"), peers.CODES)
def test_codes_on_delivery_and_items(card: str, typed: str, basket: str, expected: str) -> None:
    assert quoted(card, basket, shipping="4.00", codes=(typed,)) == expected.split()


@pytest.mark.parametrize(("card", "charges", "expected"), peers.DELIVERY)
def test_delivery_at_a_price(card: str, charges: str, expected: str) -> None:
    assert quoted('free shipping d "D";' + card, "40.00", shipping=charges) == expected.split()


@pytest.mark.parametrize(("cards", "typed", "basket", "expected", "policy"), peers.TOGETHER)
def test_two_promotions(cards: str, typed: str, basket: str, expected: str, policy: str) -> None:
    assert quoted(cards, basket, policy=policy, codes=tuple(typed.split())) == expected.split()


def test_an_item_price_below_the_floor_is_the_floor() -> None:
    assert quoted('item discount i "I";take 50% off', "10.00 x2 +6.00") == ["12.00", "12.00"]
    assert quoted('flash sale f "F";price S-1 at 3.00', "10.00 +4.00") == ["4.00", "4.00"]
