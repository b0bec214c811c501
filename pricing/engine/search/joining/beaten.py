"""The options of one store that no other option of it beats: what is left of `options.py` before stores are joined.

Lemma (beaten): when figures are exact, let one option cost no more than another, offer no less to every watched base and
draw no more on anything that stores share. Whatever completes the other then completes it to a total that is no higher;
and where it draws on the same, ties go to it as soon as it comes first by (cost, count, expiries and names).
"""

from __future__ import annotations

from typing import Final

from pricing.engine.search.joining.states import Watch
from pricing.engine.search.stores.outcome import Option

MOST_COMPARED: Final = 40
"""An option is compared with so many of the cheapest."""


def unbeaten(options: list[Option], watched: list[Watch]) -> list[int]:
    """The places of those that no other of the same store beats in everything that a later layer can read; `options` are
    in order (see `put_in_order`)."""
    kept: list[Option] = []
    places: list[int] = []
    for place, option in enumerate(options):
        for at in range(min(len(kept), MOST_COMPARED)):
            if _beats(kept[at], option, watched):
                break
        else:
            kept.append(option)
            places.append(place)
    return places


def _beats(one: Option, other: Option, watched: list[Watch]) -> bool:
    """Whether an option beats one that comes after it by cost, count, expiries and names."""
    for position, sign in watched:
        if sign * (one.bases[position] - other.bases[position]) > 0:
            return False
    if one.coins > other.coins or _draws_more(one.pools, other.pools):
        return False
    if _draws_more(one.groups, other.groups) or _draws_more(one.caps, other.caps):
        return False
    if one.cost < other.cost or one.count < other.count:
        return True
    alike = one.coins == other.coins and one.pools == other.pools
    return alike and one.groups == other.groups and one.caps == other.caps


def _draws_more(mine: list[int], theirs: list[int]) -> bool:
    """Whether more is drawn on anything."""
    for place in range(len(mine)):  # noqa: SIM110  # compiled code runs a loop much faster than a generator
        if mine[place] > theirs[place]:
            return True
    return False


def put_in_order(options: list[Option]) -> None:
    """Sort the options of a store by cost, then count, expiries and names."""
    options.sort(key=_by_cost)
    start = 0
    for end in range(1, len(options) + 1):
        if end < len(options) and options[end].cost == options[start].cost:
            continue
        if end - start > 1:
            alike = options[start:end]
            alike.sort(key=_by_tie)
            options[start:end] = alike
        start = end


def _by_cost(option: Option) -> int:
    return option.cost


def _by_tie(option: Option) -> tuple[int, int]:
    return option.count, option.tie
