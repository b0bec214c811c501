"""What is used, packed into whole numbers that compare as SPEC 6.4 and 6.5 say, so that they add up over stores.

Lemma (names): of two sets of uses, the sorted list of (rule, store, pieces) that is smaller as text has, at the first
(rule, store) in which they differ, the fewer pieces, or is the one that uses it at all. Digits in that order of weight,
with "not used" as the largest digit, add up over stores to the same comparison.
"""

from __future__ import annotations

from pricing.engine.parts import Parts


class Keys:
    """How uses are packed into whole numbers that compare as SPEC 6.4 and 6.5 say."""

    __slots__ = ("absent", "digit", "names", "rank_size", "ranks", "slots")

    def __init__(self, parts: Parts) -> None:
        apps = parts.problem.applications
        order = sorted(range(len(apps)), key=lambda index: (apps[index].name, apps[index].store))
        most = max((app.most for app in apps), default=1)
        self.digit = (most + 2).bit_length()
        self.absent = most + 1
        self.slots = [0] * len(apps)
        """For each application, the shift of its digit; earlier names weigh more."""
        for rank, index in enumerate(order):
            self.slots[index] = self.digit * (len(apps) - 1 - rank)
        self.names = self.digit * (len(apps) + 1)
        """Bits that names take: expiries stand above them."""
        self.ranks = parts.problem.never_expires
        self.rank_size = sum(app.most for app in apps).bit_length() + 1

    def of_use(self, index: int, count: int) -> int:
        """What using it so often adds to the packed names, against leaving it out."""
        return (count - self.absent) << self.slots[index]

    def of_expiry(self, rank: int, pieces: int) -> int:
        """What pieces of one expiry add to the packed expiries: sooner ones weigh more, and less is better."""
        if rank >= self.ranks:
            return 0
        return -(pieces << self.names + self.rank_size * (self.ranks - 1 - rank))


def expiry_of(expiries: list[tuple[int, int]], pieces: int, keys: Keys) -> int:
    """Packed expiries of so many pieces of one pool, soonest first."""
    packed = 0
    for rank, many in expiries:
        packed += keys.of_expiry(rank, min(many, pieces))
        pieces -= min(many, pieces)
        if not pieces:
            break
    return packed
