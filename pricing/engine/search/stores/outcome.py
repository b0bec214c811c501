"""A decision about the globals, and what one store can come to under it: what `options.py` makes and `join.py` joins."""

from __future__ import annotations

from typing import Final

from pricing.engine.problem import Application
from pricing.engine.search.stores.parts import Parts

NO_DOUBT: Final = -1
ANY_DOUBT: Final = 1 << 30

RATIO_ONE: Final = 1 << 40
"""Ratios D/B are whole numbers of this size."""

NOTHING: Final[list[int]] = []
"""Where stores share nothing; never changed. Options are many, and lists of their own would be most of them."""


class Node:
    """One decision about the global applications, and what is known of their savings."""

    __slots__ = ("apps", "bound", "counts", "groups_used", "least", "mask", "most", "ratio_hi", "ratio_lo")

    def __init__(self, parts: Parts, apps: list[Application], counts: list[int]) -> None:
        self.apps = apps
        """For each gauge of globals, which of its applications is meant; the first when none is used."""
        self.counts = counts
        """For each gauge of globals: pieces, 1 (used, or free to be used) or 0."""
        self.bound = 0
        """No selection of the node is below this, in SCALE, as far as is known before anything is listed."""
        self.mask = 0
        """Applications that are certainly used."""
        self.groups_used = [0] * len(parts.problem.groups)
        for position in parts.optional:
            app = apps[position]
            if counts[position]:
                self.mask |= 1 << app.index
                for group in app.groups:
                    self.groups_used[group] += counts[position]
        self.ratio_lo = [0] * len(parts.globals)
        self.ratio_hi = [RATIO_ONE] * len(parts.globals)
        """Between which ratios of base the saving of each global lies."""
        self.least: list[list[int]] = [NOTHING] * len(parts.globals)
        self.most: list[list[int]] = self.least.copy()
        """What each takes at least and at most from each place of the problem, where that is known beforehand; one list
        where both are the same."""


class Option:
    """One outcome of a store's own choices."""

    __slots__ = (
        "bases",
        "caps",
        "coins",
        "cost",
        "count",
        "counts",
        "doubt",
        "drawn",
        "fuzz",
        "groups",
        "pools",
        "tie",
    )

    def __init__(self, cost: int, bases: list[int], fuzz: list[int], doubt: int, counts: list[tuple[int, int]]) -> None:
        self.cost = cost
        """Goods and charges of the store after its own savings, at the least; globals not yet taken off."""
        self.bases = bases
        """For each global, the most that the store adds to its base."""
        self.fuzz = fuzz
        """For each global, how far below that the true figure may lie."""
        self.doubt = doubt
        """NO_DOUBT: `cost` is exact. Else the layer up to which shares of globals decide what it really costs, or
        ANY_DOUBT: other stores do."""
        self.pools = NOTHING
        """Pieces from each shared pool."""
        self.groups = NOTHING
        self.caps = NOTHING
        """What each shared cap would have to give."""
        self.drawn = NOTHING
        """All of what may have a price: pieces from each shared pool, then from each shared cap."""
        self.coins = 0
        """Coins for pieces of coupons that only this store uses."""
        self.count = 0
        self.tie = 0
        """Local pieces by expiry, then names, packed: less is better (SPEC 6.4 and 6.5)."""
        self.counts = counts
        """(application, count) of its decisions."""
