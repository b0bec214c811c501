"""What a quote leaves to Python's collector of reference cycles: nothing to collect, and its switch as it was."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from typing import Any

import pytest

from benchmarks.workloads import workload
from pricing import Cart, Engine
from pricing.engine.search.search import search


@pytest.fixture(autouse=True)
def _switched_on() -> Iterator[None]:
    gc.enable()
    yield
    gc.enable()


def _medium() -> tuple[Engine, Cart]:
    work = workload("M", "tight", 1)
    return Engine.from_texts(work.book.texts()), Cart.from_dict(work.carts[0])


def test_a_quote_leaves_no_cycles() -> None:
    """It is priced with the collector at rest, so whatever it left would pile up."""
    engine, cart = _medium()
    engine.quote(cart)
    gc.collect()
    gc.disable()
    quote = engine.quote(cart)
    assert gc.collect() == 0
    engine.reasons(quote)
    del quote
    assert gc.collect() == 0


@pytest.mark.parametrize("was_on", [True, False])
def test_the_collector_rests_during_a_quote_and_is_as_it_was_afterwards(
    monkeypatch: pytest.MonkeyPatch, was_on: bool
) -> None:
    engine, cart = _medium()
    found: list[bool] = []

    def watched(*asked: Any) -> Any:
        found.append(gc.isenabled())
        return search(*asked)

    monkeypatch.setattr("pricing.engine.questions.search", watched)
    if not was_on:
        gc.disable()
    engine.quote(cart)
    assert found == [False]
    assert gc.isenabled() == was_on


def test_a_fault_wakes_the_collector_too(monkeypatch: pytest.MonkeyPatch) -> None:
    engine, cart = _medium()

    def broken(*_: Any) -> Any:
        raise MemoryError

    monkeypatch.setattr("pricing.engine.questions.search", broken)
    with pytest.raises(MemoryError):
        engine.quote(cart)
    assert gc.isenabled()
