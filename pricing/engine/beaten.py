"""The options of one store that no other option of it beats: what is left of `options.py` before stores are joined.

Lemma (beaten): when figures are exact, let one option cost no more than another, offer no less to every watched base and
draw no more on anything that stores share. Whatever completes the other then completes it to a total that is no higher;
and where it draws on the same, ties go to it as soon as it comes first by (cost, count, expiries and names).
"""

from __future__ import annotations

from pricing.engine.outcome import Option
from pricing.engine.states import Watch


class Ranked:
    """An option, and what it draws on and falls short of, packed as in `states.py`."""

    __slots__ = ("cost", "count", "drawn", "place", "state", "tie")

    def __init__(self, option: Option, place: int) -> None:
        self.place = place
        self.cost = option.cost
        self.count = option.count
        self.tie = option.tie
        self.drawn = 0
        """What it draws on alone."""
        self.state = 0


def unbeaten(options: list[Option], watched: list[Watch]) -> list[int]:
    """The places of those that no other of the same store beats in everything that a later layer can read."""
    ranked: list[Ranked] = []
    for place, option in enumerate(options):
        ranked.append(Ranked(option, place))
    guards = _pack(options, ranked, watched)
    _rank(ranked)
    kept: list[Ranked] = []
    places: list[int] = []
    for each in ranked:
        state = each.state | guards
        for better in kept:
            if (state - better.state) & guards == guards and (
                each.drawn == better.drawn or better.cost < each.cost or better.count < each.count
            ):
                break
        else:
            kept.append(each)
            places.append(each.place)
    return places


def _pack(options: list[Option], ranked: list[Ranked], watched: list[Watch]) -> int:
    """Note for each option what it draws on, and how far each watched base falls short of the best that the store offers;
    the guard bits of the fields."""
    first = options[0]
    guards = _packed([option.coins for option in options], ranked, 0)
    for place in range(len(first.pools)):
        guards = _packed([option.pools[place] for option in options], ranked, guards)
    for place in range(len(first.groups)):
        guards = _packed([option.groups[place] for option in options], ranked, guards)
    for place in range(len(first.caps)):
        guards = _packed([option.caps[place] for option in options], ranked, guards)
    for each in ranked:
        each.drawn = each.state
    for position, sign in watched:
        guards = _packed([sign * option.bases[position] for option in options], ranked, guards)
    return guards


def _packed(column: list[int], ranked: list[Ranked], guards: int) -> int:
    """One more field above those that are packed already; its numbers count from the least. The guard bits then."""
    least = most = column[0]
    for value in column:
        if value < least:
            least = value
        elif value > most:
            most = value
    if least == most:
        return guards
    shift = guards.bit_length()
    for place, value in enumerate(column):
        ranked[place].state += (value - least) << shift
    return guards | 1 << (shift + (most - least).bit_length())


def _rank(ranked: list[Ranked]) -> None:
    """Sort by cost, then count, expiries and names."""
    ranked.sort(key=_by_cost)
    start = 0
    for end in range(1, len(ranked) + 1):
        if end < len(ranked) and ranked[end].cost == ranked[start].cost:
            continue
        if end - start > 1:
            alike = ranked[start:end]
            alike.sort(key=_by_tie)
            ranked[start:end] = alike
        start = end


def _by_cost(ranked: Ranked) -> int:
    return ranked.cost


def _by_tie(ranked: Ranked) -> tuple[int, int]:
    return ranked.count, ranked.tie
