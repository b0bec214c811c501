"""A quote that was changed on its way, is of other rules, of somebody else or too old is refused, and nothing is written."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from attrs import evolve

from pricing.ledger import Holds, Ledger, LedgerError
from pricing.model.cart import Customer
from pricing.model.quote import Quote, QuoteLine, Saving
from tests.ledger.shop import ENGINE, NOON, at, cart, engine_with, line


def priced() -> Quote:
    """Two lamps and a kettle, 5.00 off, 10% off by code, sent for nothing."""
    return ENGINE.quote(cart(line(units=2), line("K", 1000, store="lamps"), codes=("CODE10",), shipping=495))


def first(change: Callable[[QuoteLine], QuoteLine]) -> Callable[[Quote], Quote]:
    """Changes the first line, and the total with it."""

    def changed(quote: Quote) -> Quote:
        lines = (change(quote.lines[0]), *quote.lines[1:])
        pays = sum(one.pays for one in lines) + sum(charge.pays for charge in quote.shipping)
        return evolve(quote, lines=lines, total_minor=pays)

    return changed


def _charge(**changes: object) -> Callable[[Quote], Quote]:
    return lambda quote: evolve(quote, shipping=(quote.shipping[0]._replace(**changes),))  # type: ignore[arg-type]


CHANGES: dict[str, tuple[Callable[[Quote], Quote], str]] = {
    "the total": (lambda quote: evolve(quote, total_minor=1), "total is 1, but its lines pay"),
    "coins": (lambda quote: evolve(quote, coins_spent=7), "spends 7 coins, but its parts spend 0"),
    "a line for nothing": (first(lambda one: one._replace(pays=0)), "pays 0, but 1000 less savings of"),
    "all for nothing, without savings": (
        lambda quote: evolve(
            quote, used=(), total_minor=495,
            lines=tuple(one._replace(list=0, item=0, pays=0, savings=()) for one in quote.lines),
            shipping=(quote.shipping[0]._replace(pays=495, savings=()),)),
        "has a list amount of 0, but its cart says 1000"),
    "more units": (first(lambda one: one._replace(quantity=9)), "this line is another one in its cart"),
    "another store": (first(lambda one: one._replace(store="kettles")), "this line is another one in its cart"),
    "another sku": (first(lambda one: one._replace(sku="X")), "this line is another one in its cart"),
    "an item price above the list price": (first(lambda one: one._replace(item=1001)), "costs 1001 at item prices"),
    "a line less": (lambda quote: evolve(quote, lines=quote.lines[1:]), "its lines are not those of its cart"),
    "a line twice": (
        lambda quote: evolve(quote, lines=(quote.lines[0], *quote.lines)), "its lines are not those of its cart"),
    "no shipping": (lambda quote: evolve(quote, shipping=()), "its shipping is not that of its cart"),
    "cheaper shipping": (_charge(list=1), "has a list amount of 1, but its cart says 495"),
    "shipping that pays": (_charge(pays=5), "pays 5, but 495 less savings of 495 is 0"),
    "a saving more than it is": (
        first(lambda one: one._replace(pays=0, savings=(Saving("CODE10", 1000, 1000),))), "save .* by 'CODE10'"),
    "a payer who pays too much": (
        first(lambda one: one._replace(savings=tuple(each._replace(platform=10**6) for each in one.savings))),
        "not a whole number from 0"),
    "a share that is no whole number": (
        first(lambda one: one._replace(pays=1.5)), "not a whole number from 0"),  # type: ignore[arg-type]
    "the currency": (lambda quote: evolve(quote, currency="EUR"), "is in 'EUR', but its cart is in USD"),
    "nothing used": (lambda quote: evolve(quote, used=()), "but it uses that for 0"),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_a_quote_that_was_changed_is_refused(ledger: Ledger, change: str) -> None:
    changed, message = CHANGES[change]
    with pytest.raises(LedgerError, match=message) as failed:
        ledger.reserve(changed(priced()), "o-1", NOON)
    assert failed.value.code == "bad-quote"
    assert ledger.order("o-1") is None
    assert ledger.reserve(priced(), "o-1", NOON).total == priced().total_minor


@pytest.mark.parametrize("something", [{}, None, "quote", 7, [1]])
def test_what_is_no_quote_is_told(ledger: Ledger, something: object) -> None:
    with pytest.raises(LedgerError, match="expected a Quote") as failed:
        ledger.reserve(something, "o-1", NOON)  # type: ignore[arg-type]
    assert failed.value.code == "bad-quote"


def test_a_quote_of_other_rules_is_refused_unless_they_are_named(where: str) -> None:
    other = engine_with(**{"take 10% off, at most 5.00": "take 99% off"})
    quote = other.quote(cart(codes=("CODE10",)))
    for rules in (ENGINE, ENGINE.book):
        with Ledger(where, rules) as ledger, pytest.raises(LedgerError, match="priced under other rules") as failed:
            ledger.reserve(quote, "o-1", NOON)
        assert failed.value.code == "other-rules"
    with Ledger(where, ENGINE, also=[other.fingerprint]) as ledger:
        order = ledger.reserve(quote, "o-1", NOON)
    with Ledger(where, ENGINE) as ledger:  # a worker asks once more, after yesterday's rules are gone
        assert ledger.reserve(quote, "o-1", NOON) == order
        with pytest.raises(LedgerError, match="other rules"):
            ledger.reserve(evolve(quote, steps=7), "o-1", NOON)
        assert ledger.verify() == ()


def test_a_quote_of_somebody_else_is_refused_where_it_is_said_who_asks(ledger: Ledger) -> None:
    ledger.grant("bob", NOON, "game", rule="select", pieces=4)
    quote = evolve(priced(), cart=evolve(priced().cart, customer=Customer("bob")))
    with pytest.raises(LedgerError, match="another customer") as failed:
        ledger.reserve(quote, "o-1", NOON, customer="ann")
    assert failed.value.code == "foreign-quote"
    assert ledger.reserve(priced(), "o-1", NOON, customer="ann").customer == "ann"


def test_a_quote_has_its_day(where: str) -> None:
    with Ledger(where, ENGINE) as ledger:
        with pytest.raises(LedgerError, match="too long before") as old:
            ledger.reserve(priced(), "o-1", at(1, days=1))
        assert old.value.code == "old-quote"
        ahead = ENGINE.quote(cart(when=at(1, days=1)))
        with pytest.raises(LedgerError, match="too long after"):
            ledger.reserve(ahead, "o-1", NOON)
        order = ledger.reserve(priced(), "o-1", at(days=1))
        assert ledger.reserve(priced(), "o-1", at(days=9)) == order  # what is reserved is reserved
    with Ledger(where, ENGINE, holds=Holds(quote=timedelta(days=7))) as ledger:
        assert ledger.reserve(priced(), "o-2", at(days=7)).state == "reserved"
