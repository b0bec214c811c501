"""Random books survive the way through text: printed as rule files and loaded, they are the same books."""

from __future__ import annotations

import pytest

from pricing.language.loading.load import load_texts
from tests.markets import market
from tests.rule_text import book_text


@pytest.mark.parametrize("hundred", [0, *(pytest.param(hundred, marks=pytest.mark.slow) for hundred in range(1, 4))])
def test_a_printed_book_loads_to_the_same_book(hundred: int) -> None:
    for seed in range(100 * hundred, 100 * hundred + 100):
        book, _, _ = market(seed)
        loaded = load_texts(book_text(book))
        assert loaded.book == book, f"seed {seed}\n{loaded.report()}"
