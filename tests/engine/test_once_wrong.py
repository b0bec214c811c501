"""Carts that were once priced wrong, with the answer that an evaluator written from the specification alone gave."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pricing import Cart, Engine
from pricing.engine.search import search

FILES = sorted((Path(__file__).parent / "once_wrong").glob("*.json"))


@pytest.mark.parametrize("most", [search.SMALL, 0], ids=["as it comes", "joined"])
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_answer_is_right(file: Path, most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "SMALL", most)
    market = json.loads(file.read_text(encoding="utf-8"))
    engine = Engine.from_texts(market["texts"])
    quote = engine.quote(Cart.from_dict(market["cart"]), usage=market["usage"], without=market["without"])
    told = quote.to_dict(why=False)
    got = {"total": told["total"], "coins_spent": told["coins_spent"]}
    got["lines"] = {line["id"]: line["pays"] for line in told["lines"]}
    if "used" in market["right"]:  # of several selections with these prices, the right one
        got["used"] = [[use["rule"], use["store"]] for use in told["used"]]
    assert got == market["right"]
    assert quote.optimal


def test_there_are_some() -> None:
    assert FILES
