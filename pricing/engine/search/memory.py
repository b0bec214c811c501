"""What one search leaves to the next, whose problem differs little: a quantity has changed, goods have been added.

`search` reads it and writes it. What was listed of cells that are as they were is not listed again (`stores/kept.py`); the
answer is the same, and so is the number of steps. Where it may be warm, prices and the best selection are kept
too: any prices bound and any permitted selection is one to begin with, so the answer is the same, with fewer steps.
"""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import Final

from pricing.engine.search.branches.bounds import Prices
from pricing.engine.search.branches.nodes import Brancher, Key, Outcomes
from pricing.engine.search.keys import Keys
from pricing.engine.search.stores.kept import likes_of
from pricing.engine.search.stores.parts import Parts

MOST_REMEMBERED: Final = 16
"""So many quotes are remembered."""

MOST_STEPS: Final = 50_000
"""What took more steps to list is forgotten: it may be large."""

NOTHING_LISTED: Final[dict[Key, Outcomes | None]] = {}

Decision = tuple[int, ...]
"""A decision of globals, and the number of its part where it is cut at thresholds."""


class Ready:
    """A problem cut already: since then nothing but amounts, steps and highest counts has changed."""

    __slots__ = ("keys", "listed", "parts")

    def __init__(self, parts: Parts, keys: Keys) -> None:
        self.parts = parts
        self.keys = keys
        self.listed: list[dict[Key, Outcomes | None]] = [{} for _ in parts.cells]
        """For each cell what is listed of it as it is now."""


class Memory:
    """What is known of problems like this one."""

    __slots__ = ("base", "base_counts", "guess", "guesses", "is_warm", "last", "last_counts", "prices", "ready")

    def __init__(self, is_warm: bool) -> None:
        self.is_warm = is_warm
        self.base: Brancher | None = None
        """The tables of a problem from which all others differ little; None: they differ from the last one."""
        self.base_counts: list[int] = []
        """Its best selection."""
        self.guess: list[int] = []
        """A selection that may be good, where somebody knows one."""
        self.last: Brancher | None = None
        """The tables of the last search."""
        self.last_counts: list[int] = []
        self.guesses: list[list[int]] = []
        """Selections to begin with, of problems whose applications are the same."""
        self.prices: dict[Decision, Prices] = {}
        """The last prices that were good for a part."""
        self.ready: Ready | None = None
        """The problem, where it has been cut already."""

    def kept(self, parts: Parts) -> list[dict[Key, Outcomes | None]]:
        """For each cell what was listed of its like; empty where nothing was."""
        self.guesses = []
        if self.ready is not None:
            for counts in (self.guess, self.last_counts or self.base_counts):
                if counts and counts not in self.guesses:
                    self.guesses.append(counts)
            return []
        kept: list[dict[Key, Outcomes | None]] = []
        for brancher, counts in ((self.last, self.last_counts), (self.base, self.base_counts)):
            likes = likes_of(brancher.parts, parts) if brancher is not None else []
            if brancher is None or not likes:
                continue
            self.guesses.append(counts)
            if not kept:
                kept = [NOTHING_LISTED] * len(likes)
            for place, like in enumerate(likes):
                if like >= 0 and not kept[place]:
                    kept[place] = brancher.cache[like]
        return kept

    def leave(self, brancher: Brancher, counts: list[int], prices: dict[Decision, Prices]) -> None:
        """Note what a search has found."""
        if self.ready is None:
            self.last = brancher
        brancher.kept = []
        if self.is_warm:
            self.last_counts = counts
            self.prices.update(prices)

    def settle_on_last(self) -> None:
        """What follows differs little from the last problem."""
        self.base, self.base_counts = self.last, self.last_counts


class Memories:
    """What the last quotes have listed, by their carts: a few of them, and none that is large; from the first time that
    anybody asks. Threads may share it.

    It is no part of an answer: a quote is the same with what is remembered and without, its steps included.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._is_asked = False
        """Whether anybody asks: to remember what nobody asks for costs every quote a tenth."""
        self._known: OrderedDict[int, tuple[object, Brancher]] = OrderedDict()

    def of(self, cart: object) -> Memory:
        """A memory for one search: with what the quote of this very cart has listed, if that is still known."""
        memory = Memory(is_warm=False)
        with self._lock:
            self._is_asked = self._is_asked or cart is not None
            known = self._known.get(id(cart))
        if known is not None and known[0] is cart:
            memory.last = known[1]
        return memory

    def note(self, cart: object, memory: Memory) -> None:
        """Remember what a search has left for the next one that begins at this cart."""
        brancher = memory.last
        if brancher is None or brancher.steps > MOST_STEPS or not self._is_asked:
            return
        with self._lock:
            self._known[id(cart)] = cart, brancher
            self._known.move_to_end(id(cart))
            if len(self._known) > MOST_REMEMBERED:
                self._known.popitem(last=False)
