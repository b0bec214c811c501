"""JSON Schemas of carts and quotes: good ones pass, slips do not, and docs/schemas holds the same.

python -m tests.test_schema    writes docs/schemas
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from pricing import Cart, Engine, Quote
from pricing.model.cart import TypedCode
from pricing.wire import table
from tests.markets import market
from tests.wire.examples import EXAMPLE, changed
from tests.wire.test_wrong_carts import WRONG

ROOT = Path(__file__).parents[1]
SCHEMAS = {"cart": Cart.json_schema(), "quote": Quote.json_schema()}
CART, QUOTE = (Draft202012Validator(schema) for schema in SCHEMAS.values())


def written(name: str) -> str:
    return json.dumps(SCHEMAS[name], indent=2, ensure_ascii=False) + "\n"


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_files_are_what_the_library_says(name: str) -> None:
    Draft202012Validator.check_schema(SCHEMAS[name])
    assert (ROOT / "docs" / "schemas" / f"{name}.json").read_text(encoding="utf-8") == written(name)


def test_the_fields_are_those_that_are_read() -> None:
    schema = SCHEMAS["cart"]
    parts = schema["$defs"]
    told = [schema, *(schema["properties"][name] for name in ("customer", "wallet"))]
    told += [parts[name] for name in ("line", "charge", "lot", "code")]
    read = [table.CART, table.CUSTOMER, table.WALLET, table.LINE, table.CHARGE, table.LOT, table.CODE]
    assert [list(one["properties"]) for one in told] == [[row.key for row in one.rows] for one in read]


def test_good_carts_pass() -> None:
    CART.validate(EXAMPLE)
    for path in (ROOT / "rules" / "demo").glob("*cart.json"):
        CART.validate(json.loads(path.read_text(encoding="utf-8")))
    more = changed("codes", ["A ", {"code": "B", "rule": "mail"}]) | {"region": "US-CA", "payment": "card-x"}
    more["lines"][0] |= {"title": "Kettle", "was": "59.00", "floor": None}
    CART.validate(more)
    CART.validate(Cart.from_dict(more).to_dict())
    assert Cart.from_dict(more).codes == ("A", TypedCode("B", "mail"))


BEYOND = ("There is no currency", "many decimals", "never negative", "calendar", "offset", "is not an instant", "years",
          "cannot be shown", "too large", "taken", "is empty", "not 1.0", "digits")  # fmt: skip
"""What a schema leaves to the cart's own checks: 1.0 is a whole number to it, and of endless numbers it cannot speak."""


@pytest.mark.parametrize(("path", "value", "expected"), WRONG, ids=[f"{n}-{case[0]!a}" for n, case in enumerate(WRONG)])
def test_slips_do_not_pass(path: str, value: Any, expected: str) -> None:
    if not any(words in expected for words in BEYOND):
        assert not CART.is_valid(changed(path, value)), expected


def test_quotes_of_random_markets_pass() -> None:
    for seed in range(40):
        book, cart, usage = market(seed)
        quote = Engine(book).quote(cart, usage)
        for data in (quote.to_dict(units=True), quote.to_dict(why="refused"), quote.to_dict(why="none")):
            QUOTE.validate(data)
        CART.validate(cart.to_dict())


def test_a_quote_that_says_something_else_does_not_pass() -> None:
    book, cart, usage = market(1)
    data = Engine(book).quote(cart, usage).to_dict()
    for slip in ({"total": 1}, {"refused": [{"rule": "r", "store": None, "reason": "no-idea"}]}, {"more": 1}):
        assert not QUOTE.is_valid(data | slip)


if __name__ == "__main__":
    for name in SCHEMAS:
        (ROOT / "docs" / "schemas").mkdir(parents=True, exist_ok=True)
        (ROOT / "docs" / "schemas" / f"{name}.json").write_text(written(name), encoding="utf-8")
