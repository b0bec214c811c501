"""Sharing an amount over lines to the last minor unit (SPEC section 4.5)."""

from __future__ import annotations

from typing import Final


def allocate(amount: int, weights: list[int], room: list[int], moved: bool) -> list[int]:
    """Shares of `amount`, one for each place, all in minor units; places stand in the order of their ids.

    Shares are in proportion to `weights` and floored; units left over go one each to the largest remainders (ties: the
    larger weight, then the earlier place). No share exceeds its `room`; what does not fit goes to the places that have
    room left, by the same rule, when `moved`, and is dropped otherwise. So the sum may be below `amount`.
    """
    shares = [0] * len(weights)
    places = list(range(len(weights)))
    left = amount
    while left > 0:
        total = 0
        for place in places:
            total += weights[place]
        if total == 0:
            break
        given = _round_of_shares(left, total, weights, places)
        left = 0
        still: list[int] = []
        for position, place in enumerate(places):
            share = given[position]
            free = room[place] - shares[place]
            if share > free:
                left += share - free
                share = free
            shares[place] += share
            if shares[place] < room[place]:
                still.append(place)
        if not moved:
            break
        places = still
    return shares


FEW: Final = 16
"""Up to so many places, looking through them for each unit left over is faster than sorting them."""


def _round_of_shares(amount: int, total: int, weights: list[int], places: list[int]) -> list[int]:
    """`amount` over `places` by largest remainder; `total` is the sum of their weights and not zero."""
    given: list[int] = []
    remainders: list[int] = []
    left = amount
    for place in places:
        product = amount * weights[place]
        share = product // total
        given.append(share)
        left -= share
        remainders.append(product - share * total)
    if len(places) <= FEW:
        for _ in range(left):
            best = 0
            for position in range(1, len(places)):
                if remainders[position] > remainders[best] or (
                    remainders[position] == remainders[best] and weights[places[position]] > weights[places[best]]
                ):
                    best = position
            given[best] += 1
            remainders[best] = -1
    elif left > 0:
        order = sorted((-remainders[position], -weights[place], position) for position, place in enumerate(places))
        for _, _, position in order[:left]:
            given[position] += 1
    return given
