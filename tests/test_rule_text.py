"""Random books survive the way through text: printed as rule files and loaded, they are the same books."""

from __future__ import annotations

import pytest

from pricing.language.formatter import fmt
from pricing.language.loading.load import load_texts
from tests.markets import market
from tests.rule_text import book_text
from tests.sayable import sayable

pytestmark = pytest.mark.no_cover

PAYERS = {"catalogue/payers.csv": "payer\nbank-x\nbrand-y\n"}


@pytest.mark.parametrize("hundred", range(4))
def test_a_printed_book_loads_to_the_same_book(hundred: int) -> None:
    for seed in range(100 * hundred, 100 * hundred + 100):
        book, _, _ = market(seed)
        loaded = load_texts(book_text(book))
        assert loaded.book == book, f"seed {seed}\n{loaded.report()}"


@pytest.mark.parametrize("fifty", range(4))
def test_a_book_with_every_word_loads_to_the_same_book(fifty: int) -> None:
    for seed in range(50 * fifty, 50 * fifty + 50):
        book = sayable(market(seed, "words")[0])
        texts = book_text(book)
        loaded = load_texts(texts, PAYERS)
        assert loaded.book == book, f"seed {seed}\n{loaded.report()}"
        for name, text in texts.items():
            formatted = fmt(text, name)
            assert not formatted.problem
            assert fmt(formatted.text, name).text == formatted.text
