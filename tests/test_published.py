"""Worked examples that marketplaces print on their own pages, to the cent, under the policy that each names."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from pricing import Cart, Engine, Quote
from pricing.engine import refund
from pricing.money import show
from tests.published import FOLDER, NotSayable, said

RECORDS: list[dict[str, Any]] = json.loads((FOLDER / "examples.json").read_text("utf-8"))

NOT_SAYABLE = {
    "WE-68": "one price for a set of different goods bought together",
}
"""Every record that the language cannot say at all, and why."""

NOT_COMPARED = {
    ("WE-58", "coins_earned"): "what an order earns; a quote says what it costs",
    ("WE-92", "share_incl_shipping"): "freight shared over lines; here it is a charge of its own",
    ("WE-94", "one line may be covered per coupon, coupons may be split over lines"): (
        "a coupon that its holder puts on some of the lines it is for; here it is on all of them"
    ),
}
"""Every figure of the other records that does not come out, and why. All others do, to the cent."""


def sayable() -> list[Any]:
    return [
        pytest.param(record, id=f"{record['id']} {record['platform']}: {record['title']}")
        for record in RECORDS
        if record["id"] not in NOT_SAYABLE
    ]


def quoted(record: dict[str, Any], more_policy: str = "") -> tuple[Engine, Quote]:
    words = said(record, more_policy)
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


@pytest.mark.parametrize("record", sayable())
def test_record_to_the_cent(record: dict[str, Any]) -> None:
    """Every figure that the record expects, but those of the table, which must be wrong: a reason never outlives it."""
    _, quote = quoted(record)
    assert quote.optimal
    agree = {}
    for name, figure in figures(record):
        compare = FIGURES.get(name)
        agree[record["id"], name] = compare is not None and compare(quote, record) == figure
    assert {place for place, same in agree.items() if not same} == {
        place for place in NOT_COMPARED if place[0] == record["id"]
    }


def figures(record: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """What a record expects, by name; a total that the source does not print is none."""
    for name, figure in record["expected"].items():
        if name == "coupons_used_by_mode":
            yield from figure.items()
        elif figure is not None:
            yield name, figure


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


def balance_due(quote: Quote, record: dict[str, Any]) -> str:
    """Less the deposits, which were paid before."""
    deposits = sum(Decimal(promotion.get("deposit", 0)) for promotion in record["promotions"])
    return str(Decimal(total(quote, record)) - deposits)


def unit_alloc(quote: Quote, record: dict[str, Any]) -> list[str]:
    """What came off each unit of a line, as it shows when the units come back one by one."""
    (line,) = quote.lines
    each = line.list // line.quantity
    shares = []
    for back in range(line.quantity):
        paid = refund(quote, {line.id: 1}, {line.id: back}, at=datetime(2024, 6, 20, tzinfo=UTC))
        shares.append(amount(quote, each - paid.cash))
    return shares


def coupons_used(quote: Quote, _: dict[str, Any]) -> int:
    return sum(use.pieces for use in quote.used)


def one_coupon_per_order(_: Quote, record: dict[str, Any]) -> int:
    return coupons_used(quoted(record, "  limit 1 platform coupon per order\n")[1], record)


FIGURES: dict[str, Callable[[Quote, dict[str, Any]], Any]] = {
    "applied": applied,
    "alloc": alloc,
    "total": total,
    "per_line": lambda quote, _: {line.id: amount(quote, line.pays) for line in quote.lines},
    "coins_used": lambda quote, _: quote.coins_spent,
    "coupons_used": coupons_used,
    "subtotal_after": lambda quote, _: amount(quote, sum(line.pays for line in quote.lines)),
    "balance_due": balance_due,
    "unit_alloc": unit_alloc,
    "coupons may not share a line": coupons_used,
    "one coupon per order": one_coupon_per_order,
}
"""What a record expects, as the quote has it."""


def returns() -> Iterator[Any]:
    for param in sayable():
        record = param.values[0]
        assert isinstance(record, dict)
        for number, back in enumerate(record["refunds"]):
            yield pytest.param(record, back, id=f"{param.id}, return {number + 1}")


@pytest.mark.parametrize(("record", "back"), list(returns()))
def test_refund_to_the_cent(record: dict[str, Any], back: dict[str, Any]) -> None:
    """Each return by itself, as the records mean them."""
    assert set(back) <= {"return", "cash", "alternative"}, "something that nobody compares"
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
    from pricing.language.loading.load import load_folder

    folders = sorted(folder for folder in FOLDER.iterdir() if folder.is_dir())
    assert [folder.name for folder in folders] == ["aliexpress", "jd", "lazada", "shopee", "taobao-tmall"]
    for folder in folders:
        loaded = load_folder(folder)
        assert loaded.report() == ""
        assert loaded.book is not None
        assert loaded.book.policy.name == folder.name
        assert loaded.book.rules
