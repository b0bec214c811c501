"""A good selection of an exact branch before the join: from one that fits, by changing the options of one or two stores.

Reads the `Join` of a branch; offers whole selections to `Best`. It proves nothing and refuses nothing: it only brings
the best total down, so that the join has less to look at. Where a threshold binds and its base moves with
the total, everything near ties, and the change of two stores that lands just on the threshold is what a join finds last.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import Final

from pricing.engine.search.joining.halves import Pairs
from pricing.engine.search.joining.join import Join, total_of
from pricing.engine.search.joining.labels import ascending
from pricing.engine.search.judge import NOTHING
from pricing.engine.search.stores.parts import SCALE

MOST_ROUNDS: Final = 16
FEW_ROUNDS: Final = 4
"""Rounds before prices are moved: only an easy selection is worth finding then."""
QUICK: Final = 200
THOROUGH: Final = 3000
"""Pairs of changes looked at in one round, likewise."""


class Change:
    """Another option for one store; none for cell -1."""

    __slots__ = ("cell", "cost", "count", "fall", "place", "reduced", "state")

    def __init__(self, cell: int, place: int, reduced: int, cost: int, count: int, state: int, fall: int) -> None:
        self.cell = cell
        self.place = place
        self.reduced = reduced
        self.cost = cost
        self.count = count
        self.state = state
        """What it adds to the packed state; may be negative, since only the sum is one."""
        self.fall = fall
        """What it adds to the field that is looked through."""


def swapped(join: Join, thorough: bool) -> int:
    """Start from the choices of options that the prices suggest, and change them as long as that pays; the steps taken.

    `thorough`: whether it may take its time.
    """
    if join.is_empty:
        return 0
    before = join.steps
    pairs = Pairs(join)
    Swaps(join, pairs, [0] * len(join.options), thorough).run()
    fitting = join.relaxation.fitting
    if fitting and total_of(join.parts, join.prices.bound) < join.best.total:
        at: list[int] = []
        for options, chosen in zip(join.options, fitting, strict=True):
            place = 0
            for other, option in enumerate(options):
                if option is chosen.option:
                    place = other
            at.append(place)
        Swaps(join, pairs, at, thorough).run()
    return join.steps - before


class Swaps:
    """Changes of one or two stores."""

    __slots__ = (
        "at",
        "changes",
        "cost",
        "count",
        "falls",
        "join",
        "most_tried",
        "pairs",
        "reduced",
        "rounds",
        "state",
        "value",
    )

    def __init__(self, join: Join, pairs: Pairs, at: list[int], thorough: bool) -> None:
        self.rounds = MOST_ROUNDS if thorough else FEW_ROUNDS
        self.most_tried = THOROUGH if thorough else QUICK
        self.join = join
        self.pairs = pairs
        self.at = at
        """For each cell, which of its options is chosen."""
        self.reduced = join.start.reduced
        self.cost = join.start.cost
        self.count = join.start.count
        self.state = join.start.state
        for cell, place in enumerate(at):
            option = join.options[cell][place]
            self.reduced += join.reduced[cell][place]
            self.cost += option.cost
            self.count += option.count
            self.state += join.states.added[cell][place]
        self.value = self._value(self.cost, self.count, self.state)
        """What the choice comes to, as reduced costs do; above everything when it does not fit."""
        self.changes: list[Change] = []
        self.falls: list[int] = []

    def run(self) -> None:
        join = self.join
        if not join.states.within(self.state):
            self._repair()
            if not join.states.within(self.state):
                return
            self.value = self._value(self.cost, self.count, self.state)
        least = join.start.reduced + join.prices.least
        for _ in range(self.rounds):
            if self.value <= least or not self._changed():
                break
        chosen = [options[place] for options, place in zip(join.options, self.at, strict=True)]
        self.pairs.offered(chosen, self.state)

    def _repair(self) -> None:
        """Change stores, the cheapest change first, until nothing is above its limit any more."""
        join = self.join
        for _ in range(MOST_ROUNDS):
            self._list_changes()
            changed = [False] * len(self.at)
            for change in self._by_reduced():
                join.steps += 1
                if change.cell < 0 or changed[change.cell] or not self._helps(change.state):
                    continue
                changed[change.cell] = True
                self._take(change)
                if join.states.within(self.state):
                    return
            if not any(changed):
                return

    def _helps(self, more: int) -> bool:
        """Whether what is above its limit gets less by a change, and nothing else gets above it."""
        helps = False
        for field in self.join.states.fields:
            before, after = field.of(self.state), field.of(self.state + more)
            if after > field.limit and after > before:
                return False
            helps = helps or after < before > field.limit
        return helps

    def _value(self, cost: int, count: int, state: int) -> int:
        join = self.join
        if not join.states.within(state):
            return NOTHING
        total = self.pairs.total(cost, state) - join.parts.constant
        return SCALE * total + join.parts.weight * count + join.prices.constant

    def _changed(self) -> bool:
        """Take the best change of one or two stores; whether there was one."""
        self._list_changes()
        field, price = self.pairs.field, self.pairs.price
        least = min(change.reduced for change in self.changes)
        shortfall = field.of(self.state) if field is not None else 0
        tried = 0
        best: list[Change] = []
        for one in self._by_reduced():
            room = self.value - self.reduced - one.reduced
            if least >= room or tried > self.most_tried:
                break
            last, lowest, high = len(self.changes), 0, 0
            if field is not None:
                high = field.limit - shortfall - one.fall
                last = bisect_right(self.falls, high)
                lowest = high - (room - least) // price
            for place in range(last - 1, -1, -1):
                if field is not None and self.falls[place] < lowest:
                    break
                other = self.changes[place]
                tried += 1
                if other.cell == one.cell or other.reduced + price * (high - other.fall) >= room:
                    continue
                state = self.state + one.state + other.state
                value = self._value(self.cost + one.cost + other.cost, self.count + one.count + other.count, state)
                if value < self.value:
                    self.value = value
                    best = [one, other]
                    room = value - self.reduced - one.reduced
        self.join.steps += tried
        for change in best:
            self._take(change)
        return bool(best)

    def _list_changes(self) -> None:
        """Every other option of every store, and none, by what they add to the field that is looked through."""
        join = self.join
        field = self.pairs.field
        self.changes = [Change(-1, 0, 0, 0, 0, 0, 0)]
        for cell, at in enumerate(self.at):
            options, reduced, added = join.options[cell], join.reduced[cell], join.states.added[cell]
            now = field.of(added[at]) if field is not None else 0
            for place, option in enumerate(options):
                if place != at:
                    self.changes.append(
                        Change(
                            cell,
                            place,
                            reduced[place] - reduced[at],
                            option.cost - options[at].cost,
                            option.count - options[at].count,
                            added[place] - added[at],
                            field.of(added[place]) - now if field is not None else 0,
                        )
                    )
        join.steps += len(self.changes) >> 2
        falls = [change.fall for change in self.changes]
        places = ascending(falls)
        self.changes = [self.changes[place] for place in places]
        self.falls = [falls[place] for place in places]

    def _by_reduced(self) -> list[Change]:
        """The changes, the cheapest first."""
        return [self.changes[place] for place in ascending([change.reduced for change in self.changes])]

    def _take(self, change: Change) -> None:
        if change.cell >= 0:
            self.at[change.cell] = change.place
        self.reduced += change.reduced
        self.cost += change.cost
        self.count += change.count
        self.state += change.state
