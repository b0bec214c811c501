"""One decision made ready: its relaxation, how far its figures are the true ones, and the parts that it falls into.

Reads a `Node` and its `Relaxation`; makes parts of it whose gains follow one step each. `nodes.py` makes branches,
`joining/join.py` works them off.
"""

from __future__ import annotations

from itertools import product
from typing import Final

from pricing.engine.search.branches.bounds import Relaxation
from pricing.engine.search.branches.gains import Gain
from pricing.engine.search.joining.states import Watch
from pricing.engine.search.keys import Keys
from pricing.engine.search.stores.outcome import Node
from pricing.engine.settling.settle import coins_for

EXACT: Final = -1
LOOSE: Final = -2

MOST_CHILDREN: Final = 64
"""Into so many parts a decision falls at most."""


class Branch:
    """One node, ready to be judged."""

    __slots__ = ("keys", "least_coins", "node", "relaxation", "trust", "watched")

    def __init__(self, keys: Keys, node: Node, relaxation: Relaxation, trust: int, watched: list[Watch]) -> None:
        self.keys = keys
        self.node = node
        self.relaxation = relaxation
        self.trust = trust
        """EXACT: relaxed figures are the true ones, so that dominance holds. LOOSE: they are only bounds. Else a layer:
        selections that decide alike below it, and in every option that is in doubt, are told apart by exact figures."""
        self.watched = watched
        self.least_coins = self._least_coins()
        """Coins that every selection of the branch spends."""

    def _least_coins(self) -> int:
        """What a coin payment takes whose saving cannot vary."""
        coins = 0
        for position, gain in enumerate(self.relaxation.gains):
            if gain is not None and gain.app.is_coins and not gain.varies() and not self.relaxation.short[position]:
                coins += coins_for(gain.app, gain.at(gain.low))
        return coins

    def decision(self) -> tuple[int, ...]:
        """What the decision uses: application and pieces, by turns."""
        used: list[int] = []
        for app, count in zip(self.node.apps, self.node.counts, strict=True):
            used += [app.index, count]
        return tuple(used)

    def figures(self) -> int:
        """How many figures of its options a bound reads in one pass."""
        many = 0
        for each in self.relaxation.rows:
            many += len(each)
        shared = len(self.relaxation.positions) + len(self.relaxation.available)
        return many if shared <= 2 and len(self.relaxation.positions) <= 1 else many * shared << 2

    def priced(self) -> list[int]:
        """The globals whose base is worth a price."""
        return [position for position, sign in self.watched if sign < 0]

    def children(self) -> list[Branch]:
        """The branch cut by the stretches of the gains that vary: every selection of it is in one of them.

        On a stretch a threshold is a condition that a bound can price; over a whole range it is a jump that it cannot.

        Lemma (empty stretch): what a decision uses must be usable (SPEC 5.5); where its gain, which is never too low, is
        nothing, no selection of the decision is.
        """
        gains = self.relaxation.gains
        cuts: list[list[Gain | None]] = []
        many = 1
        for gain in gains:
            parts: list[Gain | None] = [gain]
            if gain is not None and gain.varies() and not gain.app.is_coins:
                stretches = [gain.on(first, last) for first, last in gain.stretches()]
                if not gain.app.free:
                    stretches = [stretch for stretch in stretches if stretch.gives()]
                if many * len(stretches) <= MOST_CHILDREN:
                    many *= len(stretches)
                    parts = [*stretches]
            cuts.append(parts)
        if many == 1 and all(parts[0] is gain for parts, gain in zip(cuts, gains, strict=True)):
            return [self]
        relaxation = self.relaxation
        children: list[Branch] = []
        for chosen in product(*cuts):
            cut = Relaxation(
                relaxation.rows,
                relaxation.positions,
                list(chosen),
                relaxation.chained,
                relaxation.available,
                relaxation.faces,
                relaxation.short,
                relaxation.weight,
            )
            children.append(Branch(self.keys, self.node, cut, self.trust, self._watched_on(chosen)))
        return children

    def _watched_on(self, chosen: tuple[Gain | None, ...]) -> list[Watch]:
        """What must still be watched: bases that vary, that must reach the stretch, or that are chained to others."""
        watched: list[Watch] = []
        for position, sign in self.watched:
            gain, whole = chosen[position], self.relaxation.gains[position]
            if gain is None or whole is None:
                continue
            if (position, 1) in self.watched or gain.varies() or gain.low > whole.low:
                watched.append((position, sign))
        return watched
