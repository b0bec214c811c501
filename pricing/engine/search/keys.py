"""What is used, packed into whole numbers that compare as SPEC 6.4 and 6.5 say, so that they add up over stores.

Lemma (names): of two sets of uses, the sorted list of (rule, store, pieces) that is smaller as text has, at the first
(rule, store) in which they differ, the fewer pieces, or is the one that uses it at all. Digits in that order of weight,
with "not used" as the largest digit, add up over stores to the same comparison.
"""

from __future__ import annotations

from pricing.engine.search.judge import order_of
from pricing.engine.search.stores.parts import Parts


class Keys:
    """How uses are packed into whole numbers that compare as SPEC 6.4 and 6.5 say."""

    __slots__ = ("absent", "digit", "expiries", "names", "pools", "rank_size", "ranks", "slots")

    def __init__(self, parts: Parts) -> None:
        apps = parts.problem.applications
        most = max((app.most for app in apps), default=1)
        self.digit = (most + 2).bit_length()
        self.absent = most + 1
        self.slots = [0] * len(apps)
        """For each application, the shift of its digit; earlier names weigh more."""
        for rank, index in enumerate(order_of(parts.problem)):
            self.slots[index] = self.digit * (len(apps) - 1 - rank)
        self.names = self.digit * (len(apps) + 1)
        """Bits that names take: expiries stand above them."""
        self.ranks = parts.problem.never_expires
        self.rank_size = sum(app.most for app in apps).bit_length() + 1
        self.pools = parts.problem.pools
        self.expiries: list[list[int]] = [[0] for _ in self.pools]
        """For each pool, the packed expiries of so many of its pieces, as far as anybody has asked."""

    def of_use(self, index: int, count: int) -> int:
        """What using it so often adds to the packed names, against leaving it out."""
        return (count - self.absent) << self.slots[index]

    def of_pieces(self, pool: int, pieces: int) -> int:
        """The packed expiries of so many pieces of a pool, soonest first: sooner ones weigh more, and less is better."""
        known = self.expiries[pool]
        while len(known) <= pieces:
            rank = self.pools[pool].rank_of(len(known) - 1)
            weight = 0 if rank < 0 or rank >= self.ranks else 1 << self.names + self.rank_size * (self.ranks - 1 - rank)
            known.append(known[-1] - weight)
        return known[pieces]
