"""pytest-benchmark: whole quotes of the seeded and the hard carts.

python -m pytest benchmarks/test_quote.py --benchmark-enable --benchmark-group-by=group
"""

from __future__ import annotations

from itertools import cycle
from typing import Any

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.cards import Workload
from benchmarks.hard import hard
from benchmarks.workloads import MOODS, workload
from pricing import Cart, Engine

CARTS = {"S": 20, "M": 10, "L1": 4, "L3": 4}


def price(benchmark: BenchmarkFixture, work: Workload) -> Any:
    """Quote the carts in turn; returns the last quote."""
    engine = Engine.from_texts(work.book.texts())
    carts = cycle([Cart.from_dict(cart) for cart in work.carts])
    return benchmark(lambda: engine.quote(next(carts)))


@pytest.mark.parametrize("mood", MOODS)
@pytest.mark.parametrize("size", ["S", "M", "L1", "L3"])
def test_seeded(benchmark: BenchmarkFixture, size: str, mood: str) -> None:
    """A seeded size and mood."""
    benchmark.group = size
    quote = price(benchmark, workload(size, mood, CARTS[size]))
    assert quote.lower_bound_minor <= quote.total_minor


@pytest.mark.parametrize("work", hard(), ids=lambda work: work.name)
def test_hard(benchmark: BenchmarkFixture, work: Workload) -> None:
    """A cart built to be hard."""
    benchmark.group = "hard"
    quote = price(benchmark, work)
    assert quote.lower_bound_minor <= quote.total_minor


def test_cart_from_json(benchmark: BenchmarkFixture) -> None:
    """Reading a cart of 30 lines."""
    cart = workload("M", "tight", 1).carts[0]
    assert len(benchmark(Cart.from_dict, cart).lines) == 30


def test_quote_to_json(benchmark: BenchmarkFixture) -> None:
    """Writing the quote of a cart of 5 lines, reasons included."""
    work = workload("S", "tight", 1)
    quote = Engine.from_texts(work.book.texts()).quote(Cart.from_dict(work.carts[0]))
    assert benchmark(quote.to_dict)["currency"] == "USD"
