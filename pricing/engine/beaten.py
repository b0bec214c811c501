"""The options of one store that no other option of it beats: what is left of `options.py` before stores are joined.

Lemma (beaten): when figures are exact, let one option cost no more than another, offer no less to every watched base and
draw no more on anything that stores share. Whatever completes the other then completes it to a total that is no higher;
and where it draws on the same, ties go to it as soon as it comes first by (cost, count, expiries and names).
"""

from __future__ import annotations

from pricing.engine.outcome import Option
from pricing.engine.states import Watch


def reduced_options(options: list[Option], watched: list[Watch]) -> list[Option]:
    """Without those that another of the same store beats in everything that a later layer can read."""
    ranked = sorted(options, key=_order)
    drawn = [[*option.pools, *option.groups, *option.caps, option.coins] for option in ranked]
    states, shared, guards = _packed(_shortfalls(ranked, watched), drawn)
    kept: list[int] = []
    for place, option in enumerate(ranked):
        state = states[place] | guards
        cost, count = option.cost, option.count
        for better in kept:
            if (state - states[better]) & guards == guards and (
                shared[place] == shared[better] or ranked[better].cost < cost or ranked[better].count < count
            ):
                break
        else:
            kept.append(place)
    return [ranked[place] for place in kept]


def _shortfalls(ranked: list[Option], watched: list[Watch]) -> list[list[int]]:
    """For each option, how far each watched base falls short of the best that the store offers."""
    shortfalls: list[list[int]] = [[] for _ in ranked]
    for position, sign in watched:
        edge = min(sign * option.bases[position] for option in ranked)
        for place, option in enumerate(ranked):
            shortfalls[place].append(sign * option.bases[position] - edge)
    return shortfalls


def _packed(shortfalls: list[list[int]], drawn: list[list[int]]) -> tuple[list[int], list[int], int]:
    """Packed as in `states.py`: everything, and what is drawn alone, for each option; and the guard bits."""
    shift = guards = 0
    states = [0] * len(drawn)
    shared = [0] * len(drawn)
    for table, is_drawn in ((drawn, True), (shortfalls, False)):
        for column in range(len(table[0])):
            most = max(row[column] for row in table)
            if most:
                for place, row in enumerate(table):
                    states[place] += row[column] << shift
                    if is_drawn:
                        shared[place] += row[column] << shift
                shift += most.bit_length() + 1
                guards |= 1 << (shift - 1)
    return states, shared, guards


def _order(option: Option) -> tuple[int, int, int]:
    return option.cost, option.count, option.tie
