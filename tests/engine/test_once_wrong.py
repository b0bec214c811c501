"""Carts that were once priced wrong, as pages to be read: rules, cart, and the answer that an evaluator written from the
specification alone gave."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pricing import Cart, Engine
from pricing.engine.search import search
from pricing.examples import Example, load
from pricing.wire import usage_from_dict
from tests.engine.test_differential import compared, figures_of_oracle
from tests.oracle import Oracle
from tests.pages import blocks

FILES = sorted((Path(__file__).parent / "once_wrong").glob("*.md"))
MOST_SELECTIONS = 3000
"""More are too many for the oracle; the page alone says what is right."""


def met(file: Path) -> tuple[Example, Engine, Cart, dict[str, Any]]:
    """The page, its rules, its cart and earlier uses."""
    (example,) = load(file)
    usage = json.loads(example.usage.text) if example.usage else {}
    return example, Engine.from_texts(example.texts), Cart.from_dict(json.loads(example.cart.text)), usage


def right(file: Path) -> dict[str, Any]:
    """What the page says: total, coins, what each line pays, and, of equal selections, which is used."""
    said: dict[str, Any] = json.loads(dict(blocks(file.read_text(encoding="utf-8")))["right"])
    return said


@pytest.mark.parametrize("most", [search.SMALL, 0], ids=["as it comes", "joined"])
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_answer_is_right(file: Path, most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "SMALL", most)
    example, engine, cart, usage = met(file)
    quote = engine.quote(cart, usage=usage, without=example.without)
    told = quote.to_dict(why=False)
    got = {
        "total": told["total"],
        "coins_spent": told["coins_spent"],
        "lines": {line["id"]: line["pays"] for line in told["lines"]},
        "used": [[use["rule"], use["store"]] for use in told["used"]],
    }
    assert got == right(file)
    assert quote.optimal


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_oracle_gives_the_same_in_every_figure(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    example, engine, cart, usage = met(file)
    made = engine.book, cart, usage_from_dict(usage, cart.currency)
    if example.without or Oracle(*made).size() > MOST_SELECTIONS:
        return
    monkeypatch.setattr(search, "SMALL", 0)
    assert list(compared(made, figures_of_oracle(made))) == []
