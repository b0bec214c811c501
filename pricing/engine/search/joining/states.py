"""States of labels packed into one whole number, so that adding and comparing are single operations.

A state has a field for everything that stores share and that a later store or global can read; in every field less is
better: how far the base of a watched global falls short of the most it could be, pieces, counts, caps, coins.

Lemma (guards): fields are w bits with a zero guard bit above each. With all guards set in `a`, the guards that are still
set in `a - b` mark the fields in which a >= b; no borrow passes a guard that stays set. So one subtraction compares all.

Lemma (levels): where a gain is constant between two breakpoints, and whatever the later stores add keeps the base between
them, the label can no longer change that gain: its shortfall may be written as the largest one of which that holds.
"""

from __future__ import annotations

from typing import Final

from pricing.engine.search.branches.gains import Gain
from pricing.engine.search.stores.outcome import Option

Watch = tuple[int, int]
"""A global whose saving varies with its base, and -1: more base is better; with 1 beside it, only equal base is as good.

A base that a later base is chained to needs both: more of it may save more here, and spoil a threshold there.
"""


NO_LIMIT: Final = 1 << 120


class Field:
    """One part of a state."""

    __slots__ = ("by_option", "edge", "least", "limit", "mask", "most", "pool", "price", "shift", "top", "watch")

    def __init__(self, by_option: list[list[int]], limit: int, start: int) -> None:
        self.by_option = by_option
        """What each option of each cell adds; never negative."""
        self.top = start
        """The most that it can come to."""
        for each in by_option:
            self.top += max(each)
        self.limit = min(limit, self.top)
        self.shift = 0
        self.mask = 0
        self.watch: Watch | None = None
        self.pool = -1
        """Of pieces: which of the shared pools they are from."""
        self.price = 0
        """Of a shared cap: what a minor unit of it is priced at, in SCALE."""
        self.edge = 0
        """Of a watched global: its noted base without any shortfall."""
        self.least: list[list[int]] = []
        """For each cell, from which shortfalls on the gain is settled once that cell is decided,"""
        self.most: list[list[int]] = []
        """and below which."""

    def of(self, state: int) -> int:
        """What a packed state has in this field."""
        return (state >> self.shift) & self.mask


class States:
    """How the states of one branch are packed."""

    __slots__ = ("added", "caps", "fields", "guards", "leveled", "limits", "none_fits", "start")

    def __init__(self, fields: list[Field], start: list[int], cap_fields: list[Field]) -> None:
        self.fields: list[Field] = []
        self.start = 0
        self.guards = 0
        self.limits = 0
        self.none_fits = False
        """Whether a limit is passed from the start: a base is out of reach, or too many pieces are drawn already."""
        shift = 0
        for field, first in zip(fields, start, strict=True):
            if field.limit < first:
                self.none_fits = True
            if field.top == 0:
                continue
            width = field.top.bit_length()
            field.shift = shift
            field.mask = (1 << width) - 1
            self.start |= first << shift
            self.limits |= field.limit << shift
            self.guards |= 1 << (shift + width)
            shift += width + 1
            self.fields.append(field)
        self.limits |= self.guards
        self.caps = [field for field in cap_fields if field.top]
        """Fields of shared caps: what is above the limit is not taken, rather than refused."""
        self.leveled = [field for field in self.fields if any(field.least)]
        self.added: list[list[int]] = []
        """What each option of each cell adds to a packed state."""
        for cell in range(len(fields[0].by_option) if fields else 0):
            added = [0] * len(fields[0].by_option[cell])
            for field in self.fields:
                for option, value in enumerate(field.by_option[cell]):
                    if value:
                        added[option] = added[option] + (value << field.shift)
            self.added.append(added)

    def within(self, state: int) -> bool:
        """Whether no field is above its limit."""
        return (self.limits - state) & self.guards == self.guards

    def leveled_at(self, cell: int, state: int) -> int:
        """The state once `cell` is decided, with shortfalls that no longer matter written alike."""
        for field in self.leveled:
            shortfall = (state >> field.shift) & field.mask
            most = field.most[cell]
            for place, least in enumerate(field.least[cell]):
                if least <= shortfall < most[place]:
                    state += (most[place] - shortfall) << field.shift
                    break
        return state


def base_field(
    options: list[list[Option]], watch: Watch, gain: Gain, taken: int, steady: bool, ways: list[list[int]]
) -> Field:
    """The field of a watched global, whose base must reach the gain's range.

    `taken`: what globals before it take off its base at the least. `steady`: they take just that, and no other base is
    chained to this one, so that levels may be written alike. `ways`: the cells in the order in which they are joined,
    one list for each half.
    """
    position, sign = watch
    edges = 0
    by_option: list[list[int]] = []
    for each in options:
        bases = [option.bases[position] for option in each]
        edge = max(bases) if sign < 0 else min(bases)
        edges += edge
        by_option.append([edge - base if sign < 0 else base - edge for base in bases])
    most = edges - taken
    field = Field(by_option, most - gain.low if sign < 0 else NO_LIMIT, 0)
    field.watch = watch
    field.edge = edges
    if steady and sign < 0:
        _set_levels(field, gain, most, ways)
    return field


def _set_levels(field: Field, gain: Gain, most: int, ways: list[list[int]]) -> None:
    """For each cell, between which shortfalls the gain is settled after it. `most`: the base without any shortfall."""
    points = gain.points
    steps: list[tuple[int, int]] = []
    for place, point in enumerate(points):
        if steps and gain.at(point) == gain.at(steps[-1][0]):
            steps[-1] = (steps[-1][0], point)
        elif place == 0 or point - points[place - 1] <= 1:
            steps.append((point, point))
        else:
            # The gain climbs between two breakpoints: it has no levels.
            return
    field.least = [[] for _ in field.by_option]
    field.most = [[] for _ in field.by_option]
    for way in ways:
        rest = field.top
        for cell in way:
            rest -= max(field.by_option[cell])
            # Of a level from base `first` to `last`: never above `last`, and `first` still reached at the least.
            for first, last in steps:
                least, largest = most - last, min(most - rest - first, field.top - rest)
                if least < largest:
                    field.least[cell].append(least)
                    field.most[cell].append(largest)
