"""What is used, packed into whole numbers that compare as SPEC 6.4 and 6.5 say, so that they add up over stores.

Lemma (names): of two sets of uses, the sorted list of (rule, store, pieces) that is smaller as text has, at the first
(rule, store) in which they differ, the fewer pieces, or is the one that uses it at all. Digits in that order of weight,
with "not used" as the largest digit, add up over stores to the same comparison. Each digit is as wide as its application
needs, one bit for most: what fits a machine word is added and compared many times faster.
"""

from __future__ import annotations

from pricing.engine.search.judge import order_of
from pricing.engine.search.stores.parts import Parts


class Keys:
    """How uses are packed into whole numbers that compare as SPEC 6.4 and 6.5 say."""

    __slots__ = ("absent", "expiries", "names", "pools", "rank_size", "ranks", "slots")

    def __init__(self, parts: Parts) -> None:
        apps = parts.problem.applications
        self.absent = [0] * len(apps)
        """For each application, its digit when it is not used: above those of all counts, the first of which is 0."""
        self.slots = [0] * len(apps)
        """For each application, the shift of its digit; earlier names weigh more."""
        self.names = 0
        """Bits that names take: expiries stand above them."""
        pieces = 0
        for index in reversed(order_of(parts.problem)):
            app = apps[index]
            many = app.most if app.pool >= 0 else 0
            pieces += many
            self.absent[index] = max(many, 1)
            self.slots[index] = self.names
            self.names += max(many, 1).bit_length()
        self.ranks = parts.problem.never_expires
        self.rank_size = pieces.bit_length() + 1
        self.pools = parts.problem.pools
        self.expiries: list[list[int]] = [[0] for _ in self.pools]
        """For each pool, the packed expiries of so many of its pieces, as far as anybody has asked."""

    def of_use(self, index: int, count: int) -> int:
        """What using it so often adds to the packed names, against leaving it out; 0 pieces where it has none."""
        digit = count - 1 if count else 0
        return (digit - self.absent[index]) << self.slots[index]

    def of_pieces(self, pool: int, pieces: int) -> int:
        """The packed expiries of so many pieces of a pool, soonest first: sooner ones weigh more, and less is better."""
        known = self.expiries[pool]
        while len(known) <= pieces:
            rank = self.pools[pool].rank_of(len(known) - 1)
            weight = 0 if rank < 0 or rank >= self.ranks else 1 << self.names + self.rank_size * (self.ranks - 1 - rank)
            known.append(known[-1] - weight)
        return known[pieces]
