"""What may not be used beside what, and how often (SPEC 5.1 to 5.3)."""

from __future__ import annotations

import pytest

from pricing import Lot, Wallet
from pricing.engine.matching.case import Case
from tests.hand import app_of, case, line

STEP = "  spend       1.00  take 0.10 off\n"
LAMPS, CHAIRS = line("a", 1000, categories=("lamps",)), line("b", 1000, categories=("chairs",))
BOTH = LAMPS, CHAIRS


def clash(made: Case, one: str, other: str) -> bool:
    first, second = app_of(made, one), app_of(made, other)
    ways = [bool(first.clash >> second.index & 1), bool(second.clash >> first.index & 1)]
    assert ways[0] == ways[1]
    return ways[0]


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("store discount x", "store discount y", True),  # one rule of a layer on each line
        ("store discount x", "cross-store discount y", False),
        ("store discount x", "store discount y|  categories  chairs", True),
        ("store discount x|  categories  lamps", "store discount y|  categories  chairs", False),
        ("store discount x|  combines    with y", "store discount y", False),
        ("store discount x|  never       with y", "cross-store discount y", True),
        ("store discount x|  never       with cross-store discount", "cross-store discount y", True),
        ("store discount x|  never       with anything", "cross-store discount y", True),
        (
            "store discount x|  never       with y|  categories  lamps",
            "cross-store discount y|  categories  chairs",
            False,
        ),
        ("store discount x|  never       with group g", "cross-store discount y|  group       g", True),
        ("store discount x|  never       with group g", "cross-store discount y", False),
    ],
)
def test_which_rules_clash(one: str, other: str, expected: bool) -> None:
    cards = ""
    for card in (one, other):
        head, *clauses = card.split("|")
        cards += f'{head} "X"\n{STEP}' + "".join(f"{clause}\n" for clause in clauses)
    if "group g" in one and "group       g" not in other:
        cards += f'cross-store discount z "Z"\n{STEP}  group       g\n  categories  nothing\n'
    assert clash(case(cards, *BOTH), "x", "y") == expected


def test_the_policy_keeps_kinds_off_each_others_lines() -> None:
    cards = f'store discount x "X"\n{STEP}cross-store discount y "Y"\n{STEP}'
    policy = "  never       store discount with cross-store discount\n"
    assert clash(case(cards, LAMPS, policy=policy), "x", "y")


def select(pieces: int, more: str = "", policy: str = "") -> Case:
    card = f'select coupon pick "Pick"\n  piece       1.00\n  spend       5.00  take 3.00 off\n{more}'
    return case(
        card, line("a", 1000), line("b", 1000, store="t"), policy=policy, wallet=Wallet(0, [Lot("pick", pieces)])
    )


def test_pieces_held_are_the_most_that_can_be_used() -> None:
    made = select(2)
    assert [app.most for app in made.problem.applications] == [2, 2]
    assert [(group.weight, group.most, len(group.members)) for group in made.problem.groups] == [(1, 2, 2)]


def test_plenty_of_pieces_need_no_limit() -> None:
    assert select(6).problem.groups == []


def test_a_limit_of_uses_per_order_counts_pieces() -> None:
    made = select(6, "  limit       4 uses per order\n")
    assert [(group.weight, group.most) for group in made.problem.groups] == [(1, 4)]


def test_a_limit_of_the_policy_counts_codes_by_rule() -> None:
    cards = f'promo code ONE "One"\n{STEP}promo code TWO "Two"\n{STEP}'
    made = case(cards, LAMPS, policy="  limit       1 promo code per order\n", codes=["one", "two"])
    assert [(group.members, group.most) for group in made.problem.groups] == [([0, 1], 1)]
