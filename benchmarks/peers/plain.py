"""The plain policies as peers, and the building of the exact peers' table, so that its time can be told apart."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from benchmarks.cards import Book, Card, Cart
from benchmarks.peers import greedy, table
from benchmarks.peers.facts import by_store
from benchmarks.peers.peer import Answer


class Plain:
    """A function from book, cart and index to a total (or to a table)."""

    price: Callable[[Book, Cart, dict[str, list[Card]]], Any]

    def load(self, book: Book) -> None:
        self.book, self.index = book, by_store(book)

    def ready(self, cart: Cart) -> Cart:
        return cart

    def run(self, ready: Cart) -> Any:
        return type(self).price(self.book, ready, self.index)

    def answer(self, result: Any) -> Answer:
        return Answer(total=result)


class LayerByLayer(Plain):
    """Priority order: each layer for itself."""

    price = staticmethod(greedy.layer_by_layer)


class BestCode(Plain):
    """Layer by layer, best over all codes."""

    price = staticmethod(greedy.best_code)


class OneAtATime(Plain):
    """Naive greedy."""

    price = staticmethod(greedy.one_at_a_time)


class TableBuilding(Plain):
    """Matching and expanding what HiGHS and CP-SAT are given."""

    price = staticmethod(table.build)

    def answer(self, result: Any) -> Answer:
        return Answer(matched=sum(map(len, result.stores)))
