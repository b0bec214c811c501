"""What the worker asks of every peer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from benchmarks.cards import Book, Cart


@dataclass(frozen=True, slots=True)
class Answer:
    """What a peer found. A total of None: it only matches rules, or cannot price this cart."""

    total: int | None = None
    proved: bool = False
    """Whether no permitted total is lower."""
    optimal: bool = False
    """Ours only: proved, and so is the choice among selections of equal total."""
    exact: bool = True
    """False: the cart is outside what the peer's model expresses, so totals must not be compared."""
    lower_bound: int | None = None
    steps: int = 0
    matched: int = 0
    inner_ns: int | None = None
    """Time measured by the peer itself, when it runs in another process."""


class Peer(Protocol):
    """One way to price or match. Only `run` is timed."""

    def load(self, book: Book) -> None:
        """Take the rules."""

    def ready(self, cart: Cart) -> Any:
        """Prepare a cart, anew for every run."""

    def run(self, ready: Any) -> Any:
        """The timed part."""

    def answer(self, result: Any) -> Answer:
        """What the run found."""
