"""Sharing an amount over lines to the last minor unit (SPEC section 4.5)."""

from __future__ import annotations

from typing import Final


def allocate(amount: int, weights: list[int], room: list[int], moved: bool) -> list[int]:
    """Shares of `amount`, one for each weight; see `allocate_over`."""
    return allocate_over(amount, list(range(len(weights))), weights, [], room, moved)


def allocate_over(
    amount: int, places: list[int], weights: list[int], caps: list[int], room: list[int], moved: bool
) -> list[int]:
    """Shares of `amount`, one for each of `places`, all in minor units; places stand in the order in which ties are broken.

    Shares are in proportion to `weights` and floored; units left over go one each to the largest remainders (ties: the
    larger weight, then the earlier place). No share exceeds its cap, and what that cuts off is lost; nor its `room`, and
    what that cuts off goes to the places that are below their cap and their room, by the same rule, when `moved`, and is
    dropped otherwise. So the sum may be below `amount`.

    `weights`, `caps` (empty: none) and `room` are read at each place: whoever has the amounts of all lines need not pick
    some of them out.
    """
    shares = _shares_by_weight(amount, places, weights)
    over = 0
    for position, place in enumerate(places):
        if caps and shares[position] > caps[place]:
            shares[position] = caps[place]
        free = room[place]
        if shares[position] > free:
            over += shares[position] - free
            shares[position] = free
    while over > 0 and moved:
        still: list[int] = []
        for position, place in enumerate(places):
            if shares[position] < room[place] and not (caps and shares[position] >= caps[place]):
                still.append(position)
        more = _shares_by_weight(over, [places[position] for position in still], weights)
        over = 0
        for position, share in zip(still, more, strict=True):
            place = places[position]
            share += shares[position]
            if caps and share > caps[place]:
                share = caps[place]
            if share > room[place]:
                over += share - room[place]
                share = room[place]
            shares[position] = share
    return shares


FEW: Final = 8
"""Up to so many places, looking through them for each unit left over is faster than sorting them."""


def _shares_by_weight(amount: int, places: list[int], weights: list[int]) -> list[int]:
    """`amount` over `places` by largest remainder; nothing when nothing has a weight."""
    shares = [0] * len(places)
    total = 0
    for place in places:
        total += weights[place]
    if total == 0:
        return shares
    if len(places) == 1:
        return [amount]
    left = amount
    for position, place in enumerate(places):
        share = amount * weights[place] // total
        shares[position] = share
        left -= share
    if len(places) > FEW:
        _give_left_over(left, amount, total, places, weights, shares)
        return shares
    while left > 0:
        left -= 1
        best = 0
        weight = weights[places[0]]
        most = amount * weight - shares[0] * total
        for position in range(1, len(places)):
            other = weights[places[position]]
            # Below zero where a unit was given already.
            remainder = amount * other - shares[position] * total
            if remainder > most or (remainder == most and other > weight):
                best, most, weight = position, remainder, other
        shares[best] += 1
    return shares


def _give_left_over(
    left: int, amount: int, total: int, places: list[int], weights: list[int], shares: list[int]
) -> None:
    """One unit each to the largest remainders, found by sorting."""
    if left == 0:
        return
    remainders: list[int] = []
    for position, place in enumerate(places):
        remainders.append(amount * weights[place] - shares[position] * total)
    least = sorted(remainders)[len(places) - left]
    tied: list[int] = []
    for position, remainder in enumerate(remainders):
        if remainder > least:
            shares[position] = shares[position] + 1
            left -= 1
        elif remainder == least:
            tied.append(position)
    if len(tied) > left:
        tied.sort(key=lambda position: -weights[places[position]])
    for position in tied[:left]:
        shares[position] = shares[position] + 1
