"""Checkout: the ledger's wallet and usage, a quote, a hold; and what it says when something ran out in between."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from pricing.api import Engine
from pricing.ledger import Checkout, Ledger, LedgerError
from pricing.model.cart import Cart, Customer, Lot, Usage, Wallet
from pricing.model.quote import Quote
from pricing.model.rulebook import RuleBook
from tests.ledger.shop import ANN, ENGINE, NOON, at, cart, engine_with, line


class Meddler:
    """An engine beside which something happens just after the first quote: somebody else is faster."""

    def __init__(self, meddle: object) -> None:
        self.meddle = meddle
        self.engine: Engine = ENGINE

    @property
    def book(self) -> RuleBook:
        return self.engine.book

    @property
    def fingerprint(self) -> str:
        return self.engine.fingerprint

    def quote(self, cart: Cart, usage: Usage | None = None, without: Iterable[str] = ()) -> Quote:
        quote = self.engine.quote(cart, usage, without)
        meddle, self.meddle = self.meddle, lambda: None
        meddle()  # type: ignore[operator]
        return quote


def test_the_ledger_s_wallet_counts_not_the_cart_s(ledger: Ledger) -> None:
    from attrs import evolve

    ledger.grant("ann", NOON, "game", rule="select", pieces=1)
    boast = evolve(cart(), wallet=Wallet(10**6, [Lot("select", 9), Lot("for-vips", 1)]))
    checked = ledger.checkout(boast, "o-1")
    assert [(use.rule, use.pieces) for use in checked.quote.used] == [("select", 1)]
    assert checked.changes == () and checked.order.state == "reserved"


def test_the_same_checkout_again_is_the_same_order(ledger: Ledger) -> None:
    first = ledger.checkout(cart(codes=("CODE10",)), "o-1")
    again = ledger.checkout(cart(codes=("CODE10",)), "o-1")
    assert again == first and again.quote.to_dict() == first.quote.to_dict(why=False)
    with pytest.raises(LedgerError, match="another cart"):
        ledger.checkout(cart(line(units=2), codes=("CODE10",)), "o-1")
    ledger.release("o-1", NOON)
    with pytest.raises(LedgerError, match="new id"):
        ledger.checkout(cart(codes=("CODE10",)), "o-1")


def test_a_budget_that_cannot_pay_this_order_is_left_out_and_told(ledger: Ledger) -> None:
    first = ledger.checkout(cart(codes=("POT",)), "o-1")
    assert first.quote.total_minor == 1800
    second = ledger.checkout(cart(codes=("POT",), customer=Customer("bob")), "o-2")
    assert second.quote.total_minor == 2500
    (change,) = second.changes
    assert (change.rule, change.of, change.left) == ("POT", "budget", 300)
    assert (change.total_before, change.total_after) == (1800, 2500)
    assert str(change) == "budget of POT ran out (300 left)"
    # 3.00 are still there for an order that needs no more.
    third = ledger.checkout(cart(line("B", 600), line("C", 500), codes=("POT",), customer=Customer("eve")), "o-3")
    assert third.changes[0].left == 300
    assert ledger.usage("", ["POT"], NOON)["POT"].spent == 700


def test_when_somebody_was_faster_the_next_best_price_is_taken(where: str) -> None:
    with Ledger(where, ENGINE) as others:

        def empty_the_pot() -> None:
            for number in range(4):
                others.checkout(cart(codes=("CODE10",), customer=Customer(f"c-{number}")), f"other-{number}")

        with Ledger(where, Meddler(empty_the_pot)) as ledger:
            checked = ledger.checkout(cart(codes=("CODE10",)), "o-1")
        assert [(change.rule, change.of) for change in checked.changes] == [("CODE10", "uses in total")]
        assert checked.quote.total_minor == 2500
        assert others.verify() == ()


def test_pieces_and_coins_spent_elsewhere_are_read_anew(where: str) -> None:
    with Ledger(where, ENGINE) as others:
        others.grant("ann", NOON, "game", rule="select", pieces=2)
        others.grant("ann", NOON, "game", coins=100)

        def buy_elsewhere() -> None:
            others.checkout(cart(), "other")

        with Ledger(where, Meddler(buy_elsewhere)) as ledger:
            checked = ledger.checkout(cart(customer=ANN), "o-1")
        assert {change.of for change in checked.changes} <= {"coins", "pieces"} and checked.changes
        assert checked.quote.total_minor == 2500 and checked.quote.used == ()
        assert others.verify() == ()


def test_a_rule_book_alone_cannot_check_out(where: str) -> None:
    with Ledger(where, ENGINE.book) as ledger, pytest.raises(LedgerError, match="needs an engine"):
        ledger.checkout(cart(), "o-1")


def test_usage_is_one_query(ledger: Ledger) -> None:
    from sqlalchemy import event

    asked: list[str] = []
    ledger.checkout(cart(codes=("CODE10",)), "o-1")
    event.listen(ledger._database.engine, "before_cursor_execute", lambda *parts: asked.append(parts[2]))
    usage = ledger.usage("ann", None, at(1))
    assert len([statement for statement in asked if statement.startswith("SELECT")]) == 1
    assert (usage["CODE10"].customer, usage["CODE10"].total) == (1, 1)


def test_pieces_that_nobody_can_hand_out_any_more_are_not_bought(where: str) -> None:
    scarce = engine_with(**{"  budget      20.00 in total\n\ncoin": "  limit       3 uses in total\n\ncoin"})
    with Ledger(where, scarce) as ledger:
        ledger.grant("bob", NOON, "game", rule="select", pieces=2)
        ledger.grant("ann", NOON, "game", coins=20)
        checked = ledger.checkout(cart(), "o-1", without=["coin payment"])
        # Two pieces would be worth it, but only one is left to be had: the exchange is left out.
        assert [(change.rule, change.of, change.left) for change in checked.changes] == [("select", "stock", 1)]
        assert checked.quote.bought == () and checked.quote.total_minor == 2500
        assert ledger.verify() == ()


def test_a_guest_pays_the_price_without_what_is_limited_for_each_customer(ledger: Ledger) -> None:
    guest = cart(line("LL-1", 1000, 2), customer=Customer(""), codes=("CODE10",))
    checked = ledger.checkout(guest, "o-1")
    assert checked.quote.total_minor == 2000 and checked.changes == ()
    assert ledger.commit("o-1", at(1)).state == "committed"


def test_the_same_checkout_twice_at_once_is_one_order(where: str) -> None:
    """A double click: the second call has a quote of its own when the first one takes the pieces."""
    with Ledger(where, ENGINE) as others:
        others.grant("ann", NOON, "game", rule="select", pieces=2)
        faster: list[Checkout] = []

        def click_again() -> None:
            others.grant("ann", NOON, "game", coins=50)  # so that the two quotes differ
            faster.append(others.checkout(cart(), "o-1"))

        engine = Meddler(click_again)
        with Ledger(where, engine) as ledger:
            checked = ledger.checkout(cart(), "o-1")
        assert [checked.order] == [one.order for one in faster]
        assert checked.quote.total_minor == faster[0].quote.total_minor
        assert others.verify() == ()
