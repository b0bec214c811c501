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
    if len(options) == 1:
        return options
    ranked = sorted(options, key=_order)
    shared, shift, guards = _packed(_drawn(ranked), 0, 0, [0] * len(ranked))
    states, _, guards = _packed(_shortfalls(ranked, watched), shift, guards, shared)
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


def _drawn(ranked: list[Option]) -> list[list[int]]:
    """What each option draws on, column by column."""
    first = ranked[0]
    columns = [[option.coins for option in ranked]]
    for place in range(len(first.pools)):
        columns.append([option.pools[place] for option in ranked])
    for place in range(len(first.groups)):
        columns.append([option.groups[place] for option in ranked])
    for place in range(len(first.caps)):
        columns.append([option.caps[place] for option in ranked])
    return columns


def _shortfalls(ranked: list[Option], watched: list[Watch]) -> list[list[int]]:
    """How far each watched base falls short of the best that the store offers, column by column."""
    columns: list[list[int]] = []
    for position, sign in watched:
        bases = [sign * option.bases[position] for option in ranked]
        edge = min(bases)
        columns.append([base - edge for base in bases])
    return columns


def _packed(columns: list[list[int]], shift: int, guards: int, below: list[int]) -> tuple[list[int], int, int]:
    """The columns packed as in `states.py`, above what is packed already; then the next shift, and the guard bits."""
    states = below
    for column in columns:
        most = max(column)
        if most:
            states = [state + (value << shift) for state, value in zip(states, column, strict=True)]
            shift += most.bit_length() + 1
            guards |= 1 << (shift - 1)
    return states, shift, guards


def _order(option: Option) -> tuple[int, int, int]:
    return option.cost, option.count, option.tie
