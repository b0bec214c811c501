"""Sharing an amount over lines: shares by weight, what is left over, room, caps (SPEC 4.5)."""

from __future__ import annotations

import pytest

from pricing.engine.settling.allocate import FEW, allocate, allocate_over

PLENTY = [10_000] * 20


@pytest.mark.parametrize(
    ("amount", "weights", "shares"),
    [
        (100, [1, 1], [50, 50]),
        (100, [3, 1], [75, 25]),
        (1, [1, 1, 1], [1, 0, 0]),  # equal remainders, equal weights: the earlier line
        (100, [1, 1, 1], [34, 33, 33]),
        (10, [1, 5, 5], [1, 5, 4]),  # 0.9, 4.5, 4.5: of two cents left over one goes to the largest remainder
        (1, [1, 2], [0, 1]),
        (7, [0, 5], [0, 7]),  # what costs nothing gives nothing
        (7, [0, 0], [0, 0]),
        (0, [3, 1], [0, 0]),
    ],
)
def test_shares_are_in_proportion_and_the_rest_goes_to_the_largest_remainders(
    amount: int, weights: list[int], shares: list[int]
) -> None:
    assert allocate(amount, weights, PLENTY, True) == shares


def test_what_a_line_has_no_room_for_moves_to_the_others_or_is_lost() -> None:
    assert allocate(100, [1, 1], [30, 100], moved=True) == [30, 70]
    assert allocate(100, [1, 1], [30, 100], moved=False) == [30, 50]


def test_what_moves_may_fill_another_line_and_move_on() -> None:
    assert allocate(90, [1, 1, 1], [10, 35, 90], moved=True) == [10, 35, 45]


def test_what_has_room_nowhere_is_dropped() -> None:
    assert allocate(100, [1, 1], [30, 20], moved=True) == [30, 20]


def test_what_a_cap_cuts_off_is_lost_even_where_others_have_room() -> None:
    assert allocate_over(100, [0, 1], [1, 1], [20, 100], PLENTY, True) == [20, 50]


def test_only_the_named_places_share() -> None:
    assert allocate_over(100, [2, 0], [1, 5, 3], [], PLENTY, True) == [75, 25]


def test_many_places_share_as_few_do() -> None:
    """Beyond a few places the left-over cents are found by sorting: the answer is the same."""
    weights = [7, 3, 9, 1, 1, 4, 4, 2, 8, 6]
    assert len(weights) > FEW
    shares = allocate(100, weights, PLENTY, True)
    assert sum(shares) == 100
    exact = [100 * weight / sum(weights) for weight in weights]
    assert all(abs(share - part) < 1 for share, part in zip(shares, exact, strict=True))
