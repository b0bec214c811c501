"""Bad input, injected text, unknown rules: clear errors, and nothing written."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from pricing.ledger import Ledger, LedgerError
from pricing.model.cart import Customer
from pricing.model.errors import CartError
from pricing.model.quote import KeptCoupon
from tests.ledger.shop import ANN, ENGINE, NOON, cart, engine_with

INJECTIONS = [
    "'; DROP TABLE entry; --",
    '" OR 1=1',
    "%s %(x)s :rule ?",
    "Robert'); --",
    "😀",
    "[red]x[/red]",
]


def rows(ledger: Ledger) -> int:
    """Everything that is written anywhere."""
    tables = ("entry", "answered", "coin_balance", "lot", "picked", "orders", "customer_use", "counter", "returned")
    return sum(int(ledger._database.ask(f"SELECT count(*) FROM {table}", {})[0][0]) for table in tables)


WRONG_NAMES: list[Any] = ["", None, 7, "a\x00b", "new\nline", "\ud800", "x" * 201, b"ann", "\x9b2J", "ann\u202e"]

CALLS: dict[str, Callable[[Ledger, Any], object]] = {
    "pick_up": lambda ledger, bad: ledger.pick_up(bad, "welcome", NOON),
    "pick_up rule": lambda ledger, bad: ledger.pick_up("ann", bad, NOON),
    "pick_up key": lambda ledger, bad: ledger.pick_up("ann", "welcome", NOON, key=bad if bad is not None else ""),
    "grant": lambda ledger, bad: ledger.grant(bad, NOON, "game", coins=1),
    "grant why": lambda ledger, bad: ledger.grant("ann", NOON, bad if bad != "x" * 201 else "y" * 501, coins=1),
    "exchange": lambda ledger, bad: ledger.exchange(bad, "coins-for-select", NOON),
    "wallet": lambda ledger, bad: ledger.wallet(bad, NOON),
    "offers": lambda ledger, bad: ledger.offers("fair", bad or Customer("a\nb"), NOON),  # without a name: a visitor
    "reserve": lambda ledger, bad: ledger.reserve(ENGINE.quote(cart()), bad, NOON),
    "checkout": lambda ledger, bad: ledger.checkout(cart(), bad),
    "commit": lambda ledger, bad: ledger.commit(bad, NOON),
    "verifying": lambda ledger, bad: ledger.verifying(bad, NOON),
    "release": lambda ledger, bad: ledger.release(bad, NOON),
    "refund": lambda ledger, bad: ledger.refund(bad, {"LL-2": 1}, NOON),
    "dispute": lambda ledger, bad: ledger.dispute(bad, 1, NOON),
    "order": lambda ledger, bad: ledger.order(bad),
}


@pytest.mark.parametrize("call", CALLS)
def test_names_that_are_none(ledger: Ledger, call: str) -> None:
    for bad in WRONG_NAMES:
        with pytest.raises(LedgerError):
            CALLS[call](ledger, bad)
    assert rows(ledger) == 0


@pytest.mark.parametrize(
    "call",
    [
        lambda ledger, when: ledger.pick_up("ann", "welcome", when),
        lambda ledger, when: ledger.grant("ann", when, "game", coins=1),
        lambda ledger, when: ledger.exchange("ann", "coins-for-select", when),
        lambda ledger, when: ledger.wallet("ann", when),
        lambda ledger, when: ledger.usage("ann", None, when),
        lambda ledger, when: ledger.reserve(ENGINE.quote(cart()), "o-1", when),
        lambda ledger, when: ledger.commit("o-0", when),
        lambda ledger, when: ledger.verifying("o-0", when),
        lambda ledger, when: ledger.release("o-0", when),
        lambda ledger, when: ledger.expire_holds(when),
        lambda ledger, when: ledger.refund("o-0", {"LL-2": 1}, when),
        lambda ledger, when: ledger.dispute("o-0", 1, when),
    ],
)
def test_instants_need_an_offset(ledger: Ledger, call: Callable[[Ledger, Any], object]) -> None:
    ledger.checkout(cart(), "o-0")
    before = rows(ledger)
    for bad in (NOON.replace(tzinfo=None), "2026-06-10", None, 0):
        with pytest.raises(LedgerError, match="offset"):
            call(ledger, bad)
    assert rows(ledger) == before


@pytest.mark.parametrize(
    ("when", "zone"),
    [
        (datetime.min.replace(tzinfo=UTC), "America/Los_Angeles"),
        (datetime.max.replace(tzinfo=UTC), "Asia/Tokyo"),
    ],
)
def test_instants_at_the_ends_of_the_calendar_are_told(where: str, when: datetime, zone: str) -> None:
    engine = engine_with(
        **{
            "zone        UTC": f"zone        {zone}",
            "  valid       from 2026-06-01 through 2026-06-30\n": "",
            "  claim       from 2026-06-05 through 2026-06-20\n": "",
        }
    )
    quote = engine.quote(cart(codes=("TODAY3",)))
    with Ledger(where, engine) as ledger:
        for call in (
            lambda: ledger.reserve(quote, "o-1", when),
            lambda: ledger.grant("ann", when, "game", rule="one-each", pieces=1),
            lambda: ledger.pick_up("ann", "one-each", when),
            lambda: ledger.exchange("ann", "coins-for-select", when),
            lambda: ledger.usage("ann", None, when),
            lambda: ledger.wallet("ann", when),
            lambda: ledger.offers("fair", "ann", when),
        ):
            with suppress(LedgerError, CartError):  # some can be answered; none ends in another exception
                call()
        assert ledger.verify() == ()


@pytest.mark.parametrize("bad", [0, -1, True, 10**13, "5", None, 2.0])
def test_counts_are_whole_numbers_above_zero(ledger: Ledger, bad: Any) -> None:
    for call in (
        lambda: ledger.pick_up("ann", "welcome", NOON, pieces=bad),
        lambda: ledger.grant("ann", NOON, "game", coins=bad),
        lambda: ledger.grant("ann", NOON, "game", rule="welcome", pieces=bad),
        lambda: ledger.exchange("ann", "coins-for-select", NOON, times=bad),
    ):
        with pytest.raises(LedgerError):
            call()
    assert rows(ledger) == 0


def test_rules_that_are_something_else(ledger: Ledger) -> None:
    for call, message in (
        (lambda: ledger.pick_up("ann", "nothing", NOON), "no rule called 'nothing'"),
        (lambda: ledger.pick_up("ann", "CODE10", NOON), "a promo code, which nobody can hold"),
        (lambda: ledger.grant("ann", NOON, "x", rule="five-off", pieces=1), "a store discount"),
        (lambda: ledger.exchange("ann", "welcome", NOON), "not a coin exchange"),
        (lambda: ledger.usage("ann", ["nothing"], NOON), "no rule called 'nothing'"),
    ):
        with pytest.raises(LedgerError, match=message):
            call()
    assert rows(ledger) == 0


@pytest.mark.parametrize("text", INJECTIONS)
def test_text_is_only_text(ledger: Ledger, text: str) -> None:
    who = Customer(text)
    ledger.grant(who, NOON, text, coins=100, key=text)
    ledger.pick_up(who, "welcome", NOON)
    ledger.checkout(cart(customer=who), text)
    ledger.release(text, NOON, why=text)
    assert ledger.wallet(text, NOON).coins == 100
    assert ledger.wallet(ANN.id, NOON).known is False
    with pytest.raises(LedgerError):
        ledger.refund("' OR '1'='1", {text: 1}, NOON)


@pytest.mark.parametrize("address", ["", "mysql://x/y", "postgresql+nothing://x", "sqlite+aiosqlite:///x", "://"])
def test_addresses_that_lead_nowhere(address: str) -> None:
    with pytest.raises(LedgerError) as failed:
        Ledger(address, ENGINE)
    assert failed.value.code == "bad-address"


def test_a_database_that_somebody_keeps_locked_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pricing.ledger.store.database._WAIT_MILLISECONDS", 20)
    file = tmp_path / "ledger.db"
    with Ledger(file, ENGINE) as ledger, closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(LedgerError, match="keeps the database locked; try again") as failed:
            ledger.grant("ann", NOON, "game", coins=1)
        assert failed.value.code == "busy"
        other.execute("ROLLBACK")
        assert ledger.grant("ann", NOON, "game", coins=1).coins == 1


def test_a_file_that_is_something_else_is_told(tmp_path: Path) -> None:
    file = tmp_path / "letter.txt"
    file.write_text("Dear customer, this is not a database at all. " * 50)
    with pytest.raises(LedgerError, match=r"cannot be used .file is not a database") as failed:
        Ledger(file, ENGINE)
    assert failed.value.code == "storage"
    with pytest.raises(LedgerError, match="does not answer"):
        Ledger("postgresql://postgres:@/nothing?host=/nowhere-at-all", ENGINE)


def test_a_quote_that_keeps_more_than_it_buys_is_refused(ledger: Ledger) -> None:
    """All that it buys is used or kept, and some of it is used."""
    ledger.grant("ann", NOON, "game", coins=20)
    before = rows(ledger)
    quote = ENGINE.quote(evolve(cart(), wallet=ledger.wallet_for_cart("ann", NOON)), without=["coin payment"])
    assert [one.pieces for one in quote.bought] == [2]
    for bought, kept in ((2, 2), (2, 3), (3, 0), (0, 0), (2, -1)):
        changed = evolve(
            quote,
            bought=(evolve(quote.bought[0], pieces=bought),),
            kept=(KeptCoupon("select", kept, quote.cart.at),),
        )
        with pytest.raises(LedgerError) as failed:
            ledger.reserve(changed, "o-1", NOON)
        assert failed.value.code == "bad-quote"
    assert rows(ledger) == before
