"""Our engine: the whole of `engine.quote`, from a `Cart` object to a `Quote` object."""

from __future__ import annotations

from typing import Any

from benchmarks.cards import Book, Cart
from benchmarks.peers.peer import Answer


class Ours:
    """Compiled when the build is there, unless the environment has PRICING_PURE=1."""

    def load(self, book: Book) -> None:
        from pricing.api import Engine

        self.engine = Engine.from_texts(book.texts())

    def ready(self, cart: Cart) -> Any:
        from pricing.model.cart import Cart as OurCart

        return OurCart.from_dict(cart)

    def run(self, ready: Any) -> Any:
        return self.engine.quote(ready)

    def answer(self, result: Any) -> Answer:
        return Answer(
            total=result.total_minor,
            proved=result.optimal or result.lower_bound_minor == result.total_minor,
            optimal=result.optimal,
            lower_bound=result.lower_bound_minor,
            steps=result.steps,
            matched=len(result.used),
        )
