"""Labels: choices of options for some of the stores, and which of them no other makes needless.

Lemma (dominance): when every option is certain, a label's future depends on its state alone. If one label costs no more
and is no worse in any field of its state than another, then whatever completes the other completes it to a total that is
no higher; where totals tie the rest of SPEC 6 adds up, so equal states compare by (count, expiry, names).
"""

from __future__ import annotations

from pricing.engine.search.joining.states import NO_LIMIT, Field, States
from pricing.engine.search.stores.outcome import Option

MOST_COMPARED = 40
"""A label is compared with so many of the cheapest: refusing more would cost more than carrying it."""

MOST_STEPS = 4096
"""Stairs are not made higher than this."""


class Label:
    """A choice of options for the first cells."""

    __slots__ = ("cost", "count", "option", "parent", "reduced", "signature", "state", "tie")

    def __init__(
        self,
        reduced: int,
        cost: int,
        state: int,
        count: int,
        parent: Label | None,
        option: Option | None,
        signature: int,
    ) -> None:
        self.signature = signature
        self.reduced = reduced
        self.cost = cost
        self.state = state
        self.count = count
        self.parent = parent
        self.option = option
        self.tie: int | None = 0 if option is None else None
        """What decides between labels with equal cost and count in one state; worked out when it must."""

    def options(self) -> list[Option]:
        """The options chosen, the last one first."""
        chosen: list[Option] = []
        at: Label | None = self
        while at is not None:
            if at.option is not None:
                chosen.append(at.option)
            at = at.parent
        return chosen


def by_reduced(labels: list[Label]) -> list[Label]:
    """The labels by rising reduced cost."""
    return [labels[place] for place in ascending([label.reduced for label in labels])]


def by_reduced_and_ties(labels: list[Label]) -> list[Label]:
    """The labels by rising reduced cost, those that tie mostly the best first."""
    ordered = by_reduced(labels)
    start = 0
    for end in range(1, len(ordered) + 1):
        if end < len(ordered) and ordered[end].reduced == ordered[start].reduced:
            continue
        if end - start > 1:
            alike = ordered[start:end]
            alike.sort(key=ties_of)
            ordered[start:end] = alike
        start = end
    return ordered


def ascending(keys: list[int]) -> list[int]:
    """The places of the keys from the least to the greatest, equal ones in the order in which they stand.

    Whole numbers are sorted several times faster than anything by a key: key and place are packed into one.
    """
    many = len(keys)
    if many < 2:
        return [0] * many
    least = keys[0]
    for key in keys:
        if key < least:
            least = key
    packed = [(key - least) * many + place for place, key in enumerate(keys)]
    packed.sort()
    return [each % many for each in packed]


def ties_of(label: Label) -> int:
    """What decides between labels in one state with equal cost and count: expiries, then names, packed."""
    tie = label.tie
    if tie is None:
        tie = 0
        if label.parent is not None and label.option is not None:
            tie = ties_of(label.parent) + label.option.tie
        label.tie = tie
    return tie


def undominated(labels: list[Label], states: States, by_stairs: bool = True) -> list[Label]:
    """Without those that cost more than another whose state is no worse, as far as that is seen at little cost."""
    if len(labels) < 2:
        return labels
    most = 0
    for label in labels:
        most = max(most, label.count)
    # By cost, then count: as one number each, for a key of two is slow to make and to compare.
    labels = [labels[place] for place in ascending([label.cost * (most + 1) + label.count for label in labels])]
    if by_stairs and len(labels) > MOST_COMPARED and states.fields and len(states.fields) <= 2:
        wide, deep = states.fields[0], states.fields[-1]
        if wide.top < deep.top:
            wide, deep = deep, wide
        if deep is wide or deep.limit < MOST_STEPS:
            return Stairs(wide, None if deep is wide else deep).kept(labels)
    kept: list[Label] = []
    guards = states.guards
    for label in labels:
        state = label.state | guards
        for place in range(min(len(kept), MOST_COMPARED)):
            better = kept[place]
            if (state - better.state) & guards == guards and (better.cost < label.cost or better.count < label.count):
                break
        else:
            kept.append(label)
    return kept


class Stairs:
    """What the labels met so far draw on two fields, all that there are: few looks tell whether a label is dominated.

    A Fenwick tree of minima: entry n answers for the amounts of the second field from n - (n & -n) up to n - 1.
    """

    __slots__ = ("deep", "least", "wide")

    def __init__(self, wide: Field, deep: Field | None) -> None:
        self.wide = wide
        self.deep = deep
        self.least = [NO_LIMIT] * (2 if deep is None else deep.limit + 2)
        """The least that labels with so much of the second field draw on the first."""

    def kept(self, labels: list[Label]) -> list[Label]:
        """The labels that are not dominated, of labels in order of cost and count."""
        kept: list[Label] = []
        entered = 0
        cost = count = -1
        for label in labels:
            if label.cost != cost or label.count != count:
                # Of labels that cost the same none dominates another: ties between them are open.
                while entered < len(kept):
                    self._enter(kept[entered].state)
                    entered += 1
                cost, count = label.cost, label.count
            if not self._is_above(label.state):
                kept.append(label)
        return kept

    def _is_above(self, state: int) -> bool:
        """Whether a label met so far draws no more on either."""
        least = self.least
        drawn = self.wide.of(state)
        at = 1 if self.deep is None else self.deep.of(state) + 1
        while at > 0:
            if least[at] <= drawn:
                return True
            at &= at - 1
        return False

    def _enter(self, state: int) -> None:
        least = self.least
        drawn = self.wide.of(state)
        at = 1 if self.deep is None else self.deep.of(state) + 1
        while at < len(least):
            if least[at] > drawn:
                least[at] = drawn
            at += at & -at
