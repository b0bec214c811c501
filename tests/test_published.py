"""Worked examples that marketplaces print on their own pages, to the cent, under the policy that each names."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from pricing import Cart, Engine, Quote
from pricing.engine.refund import refund
from pricing.money import show
from tests.published import FOLDER, NotSayable, said

RECORDS: list[dict[str, Any]] = json.loads((FOLDER / "examples.json").read_text("utf-8"))
PRICED = ("checkout", "selection", "refund")
"""Kinds of record that have a cart and what it costs."""

NOT_SAYABLE = {
    "WE-34": "a deposit that counts as more than was paid",
    "WE-58": "coins earned by an order; the language only takes money off",
    "WE-64": "below its threshold a coupon gives a part; here a step is reached or not",
    "WE-68": "one price for a set of different goods bought together",
    "WE-76": "the last unit takes the odd cents; here remainders decide",
    "WE-90": "shares are rounded up one by one; here remainders decide",
    "WE-92": "freight is shared over lines; here it stays a charge of its own",
    "WE-94": "the source gives no prices",
}
"""Every record that the language cannot say, and why."""


def sayable(*kinds: str) -> list[Any]:
    return [
        pytest.param(record, id=f"{record['id']} {record['platform']}: {record['title']}")
        for record in RECORDS
        if record["id"] not in NOT_SAYABLE and record["kind"] in kinds
    ]


def quoted(record: dict[str, Any]) -> tuple[Engine, Quote]:
    words = said(record)
    engine = Engine.from_texts(words.texts)
    return engine, engine.quote(Cart.from_dict(words.cart))


def test_the_table_is_exactly_what_the_language_cannot_say() -> None:
    found = {}
    for record in RECORDS:
        try:
            said(record)
        except NotSayable as missing:
            found[record["id"]] = str(missing)
    assert found == NOT_SAYABLE


def test_every_other_record_is_priced() -> None:
    assert {record["kind"] for record in RECORDS if record["id"] not in NOT_SAYABLE} <= set(PRICED)
    assert len(sayable(*PRICED)) + len(NOT_SAYABLE) == len(RECORDS)


@pytest.mark.parametrize("record", sayable(*PRICED))
def test_record_to_the_cent(record: dict[str, Any]) -> None:
    _, quote = quoted(record)
    assert quote.optimal
    expected = record["expected"]
    assert set(expected) <= set(FIGURES), "a figure that nobody compares"
    for name, figure in expected.items():
        assert (name, FIGURES[name](quote, record)) == (name, figure)


def amount(quote: Quote, minor: int) -> str:
    return show(minor, quote.currency)


def applied(quote: Quote, record: dict[str, Any]) -> dict[str, str]:
    return {
        promotion["id"]: amount(quote, sum(use.amount for use in quote.used if use.rule == promotion["id"]))
        for promotion in record["promotions"]
    }


def alloc(quote: Quote, record: dict[str, Any]) -> dict[str, dict[str, str]]:
    return {
        rule: {
            line.id: amount(quote, sum(saving.amount for saving in line.savings if saving.rule == rule))
            for line in quote.lines
            if any(saving.rule == rule for saving in line.savings)
        }
        for rule in record["expected"]["alloc"]
    }


def total(quote: Quote, record: dict[str, Any]) -> str:
    """With the tax, which the record gives and the engine does not know."""
    untaxed = Decimal(amount(quote, quote.total_minor))
    return str(untaxed + Decimal(record["tax"])) if Decimal(record["tax"]) else str(untaxed)


FIGURES = {
    "applied": applied,
    "alloc": alloc,
    "total": total,
    "per_line": lambda quote, _: {line.id: amount(quote, line.pays) for line in quote.lines},
    "coins_used": lambda quote, _: quote.coins_spent,
    "coupons_used": lambda quote, _: sum(use.pieces for use in quote.used),
    "subtotal_after": lambda quote, _: amount(quote, sum(line.pays for line in quote.lines)),
}
"""What a record expects, as the quote has it."""


def returns() -> Iterator[Any]:
    for param in sayable("refund"):
        record = param.values[0]
        assert isinstance(record, dict)
        for number, back in enumerate(record["refunds"]):
            yield pytest.param(record, back, id=f"{param.id}, return {number + 1}")


@pytest.mark.parametrize(("record", "back"), list(returns()))
def test_refund_to_the_cent(record: dict[str, Any], back: dict[str, Any]) -> None:
    """Each return by itself, as the records mean them."""
    engine, quote = quoted(record)
    paid = refund(
        quote,
        back["return"],
        at=datetime(2024, 6, 20, tzinfo=UTC),
        policy=engine.plan.policy,
        price=lambda kept: sum(line.pays for line in engine.quote(kept).lines),
    )
    assert amount(quote, paid.cash) == back["cash"]


def test_five_marketplaces_have_a_policy_and_a_campaign_that_load_without_a_word() -> None:
    from pricing.language.load import load_folder

    folders = sorted(folder for folder in FOLDER.iterdir() if folder.is_dir())
    assert [folder.name for folder in folders] == ["aliexpress", "jd", "lazada", "shopee", "taobao-tmall"]
    for folder in folders:
        loaded = load_folder(folder)
        assert loaded.report() == ""
        assert loaded.book is not None
        assert loaded.book.policy.name == folder.name
        assert loaded.book.rules
