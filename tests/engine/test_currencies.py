"""Three currencies under three policies of several layers: engine and oracle agree, and a card that has amounts in
several currencies is in each of them what it would be alone.

`pytest tests/engine/test_currencies.py --first-seed 1000 --currency-markets 300` compares others, and more.
"""

from __future__ import annotations

import pytest
from attrs import evolve

from pricing import Engine
from pricing.language.loading.load import load_texts
from tests.engine.test_differential import compared, figures_of, figures_of_oracle
from tests.market_currencies import CURRENCIES, POLICIES, in_currency, market, texts_of
from tests.sayable import sayable

PAYERS = {"catalogue/payers.csv": "payer\nbank-x\nbrand-y\n"}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """All currencies under all policies, several times."""
    first, many = (metafunc.config.getoption(name) for name in ("--first-seed", "--currency-markets"))
    if "seed" in metafunc.fixturenames:
        metafunc.parametrize("seed", range(first, first + many))


def test_every_currency_and_every_further_layer_comes_up() -> None:
    books = [market(seed) for seed in range(36)]
    assert {(cart.currency, book.policy.name) for book, cart, _ in books} == {
        (currency, policy.name) for currency in CURRENCIES for policy in POLICIES
    }
    used = {rule.layer for book, _, _ in books for rule in book.rules if rule.layer}
    assert used == {layer.name for policy in POLICIES for layer in policy.order if layer.name}


def test_engine_and_oracle_agree(seed: int) -> None:
    made = market(seed)
    assert not list(compared(made, figures_of_oracle(made)))


def test_a_card_in_three_currencies_is_three_cards(seed: int) -> None:
    book, cart, usage = market(seed)
    book = sayable(book)
    book = evolve(book, rules=tuple([rule for rule in book.rules if rule.campaign == "main"]))
    together = load_texts(texts_of(book, *CURRENCIES), PAYERS)
    assert together.book is not None, together.report()
    for currency in CURRENCIES:
        alone = load_texts(texts_of(book, currency), PAYERS)
        assert alone.book is not None, alone.report()
        here = in_currency(cart, currency)
        made = together.book, here, usage
        expected = figures_of_oracle(made)
        assert not list(compared(made, expected)), currency
        assert figures_of(Engine(alone.book).quote(here, usage)) == figures_of(Engine(together.book).quote(here, usage))
