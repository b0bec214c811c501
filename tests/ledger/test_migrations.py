"""Migrations go forward from every earlier version with data in it; the journal cannot be rewritten."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from benchmarks.postgres import Server
from pricing.ledger import Ledger, LedgerError
from pricing.ledger.store.database import Database
from pricing.ledger.store.instants import NEVER
from pricing.ledger.store.migrate import migrate, names, newest, version
from tests.ledger.shop import ENGINE, NOON, at, cart


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where nothing is, not even tables."""
    if request.param == "sqlite":
        return str(tmp_path / "old.db")
    server: Server = request.getfixturevalue("postgres")
    return server.database()


EXPIRES = "2026-06-17T12:00:00.000000Z"
WHEN = "2026-06-10T12:00:00.000000Z"


def row(table: str, **values: object) -> str:
    """An INSERT of one row."""
    spelled = (str(value) if isinstance(value, int) else f"'{value}'" for value in values.values())
    return f"INSERT INTO {table} ({', '.join(values)}) VALUES ({', '.join(spelled)})"


def entry(call: str, what: str, many: int, key: str, **more: object) -> str:
    return row("entry", at=WHEN, call=call, what=what, customer="ann", many=many, key=key, **more)


# What each version's own program would have left behind: first coins and pieces, then an exchange.
DATA = {
    1: [
        entry("grant", "coins", 50, "k1", why="game"),
        row("coin_balance", customer="ann", coins=50),
        entry("pick-up", "picked", 1, "k2", rule="one-each"),
        entry("pick-up", "pieces", 1, "k2", rule="one-each", expires=EXPIRES),
        entry("pick-up", "handed", 1, "k2", rule="one-each"),
        row("lot", customer="ann", rule="one-each", expires=EXPIRES, pieces=1),
        row("picked", customer="ann", rule="one-each", pieces=1),
        row("answered", key="k0", call="grant", asked="x", at=WHEN, answer="{}"),
    ],
    2: [
        entry("exchange", "use", 2, "k3", rule="coins-for-select", day="2026-06-10", money=0, platform=0),
        row("customer_use", customer="ann", rule="coins-for-select", uses=2, items=0),
        entry("exchange", "coins", -20, "k3", rule="coins-for-select"),
        "UPDATE coin_balance SET coins = coins - 20",
        entry("exchange", "pieces", 2, "k3", rule="select", expires=NEVER),
        entry("exchange", "handed", 2, "k3", rule="select"),
        row("lot", customer="ann", rule="select", expires=NEVER, pieces=2, held=0),
    ],
}


def test_the_numbers_have_no_gap() -> None:
    assert [int(name[:4]) for name in names()] == list(range(1, newest() + 1))
    assert all(re.fullmatch(r"\d{4}_[a-z_]+", name) for name in names())


@pytest.mark.parametrize("start", range(newest()))
def test_every_earlier_version_with_data_in_it_comes_up(empty: str, start: int) -> None:
    database = Database(empty)
    migrate(database, upto=start)
    assert version(database) == start
    for number in range(1, start + 1):
        for statement in DATA.get(number, ()):
            database.write(partial(Connection.execute, statement=text(statement)))
    database.close()

    database = Database(empty)
    assert migrate(database) == names()[start:]
    assert migrate(database) == []
    assert version(database) == newest()
    database.close()

    with Ledger(empty, ENGINE) as ledger:
        assert ledger.verify() == ()
        wallet = ledger.wallet("ann", NOON)
        assert wallet.coins == (0, 50, 30, 30)[min(start, 3)]
        assert sum(card.pieces for card in wallet.cards) == (0, 1, 3, 3)[min(start, 3)]
        checked = ledger.checkout(cart(when=at(1)), "o-1")
        assert ("one-each" in {use.rule for use in checked.quote.used}) is (start > 0)
        ledger.commit("o-1", at(2))
        ledger.refund("o-1", {"LL-2": 1}, at(3))
        assert ledger.verify() == ()


def test_budgets_become_those_of_the_currency_they_were_spent_in(empty: str) -> None:
    database = Database(empty)
    migrate(database, upto=5)
    kept = {"at": WHEN, "changed": WHEN, "hold_until": WHEN, "total": 1, "digest": "x", "document": "{}"}
    for statement in (
        row("orders", order_id="o-1", customer="ann", state="committed", currency="EUR", **kept),
        entry("reserve", "use", 1, "k", rule="POT", day="2026-06-10", money=700, order_id="o-1"),
        row("counter", rule="POT", what="budget", day="", shard=0, total=1000, lim=1000, used=700),
        row("counter", rule="POT", what="day-budget", day="2026-06-10", shard=0, total=1000, lim=1000, used=700),
        row("counter", rule="NEVER-USED", what="budget", day="", shard=0, total=1000, lim=1000, used=0),
    ):
        database.write(partial(Connection.execute, statement=text(statement)))
    migrate(database)
    found = database.ask("SELECT rule, what, used FROM counter ORDER BY what", {})
    assert [tuple(one) for one in found] == [("POT", "budget EUR", 700), ("POT", "day-budget EUR", 700)]
    database.close()


def test_an_old_schema_is_refused_with_the_way_out(empty: str) -> None:
    database = Database(empty)
    migrate(database, upto=1)
    database.close()
    with pytest.raises(LedgerError, match="run `pricing ledger migrate`") as failed:
        Ledger(empty, ENGINE)
    assert failed.value.code == "old-schema"
    Ledger(empty, ENGINE, migrate=True).close()
    Ledger(empty, ENGINE).close()


def test_a_newer_schema_is_refused(where: str) -> None:
    database = Database(where)
    database.write(lambda connection: connection.execute(text("INSERT INTO schema_version VALUES (9999, 'future')")))
    with pytest.raises(LedgerError, match="use a newer program"):
        Ledger(where, ENGINE)
    with pytest.raises(LedgerError, match="schema 9999"):
        migrate(database)
    database.close()


@pytest.mark.parametrize("lost", ["DELETE FROM schema_version", "DELETE FROM schema_version WHERE number > 1"])
def test_tables_that_the_schema_s_number_does_not_know_are_told(where: str, lost: str) -> None:
    database = Database(where)
    database.write(lambda connection: connection.execute(text(lost)))
    number = version(database)
    for _ in range(2):
        with pytest.raises(LedgerError, match="the tables know more than `schema_version` says: 000") as failed:
            migrate(database)
        assert failed.value.code == "half-known-schema"
        assert version(database) == number
    database.close()
    with pytest.raises(LedgerError, match=r"the tables know more|run `pricing ledger migrate`"):
        Ledger(where, ENGINE)


@pytest.mark.parametrize("statement", ["UPDATE entry SET many = 7", "DELETE FROM entry"])
def test_nobody_rewrites_the_journal(where: str, statement: str) -> None:
    with Ledger(where, ENGINE) as ledger:
        ledger.grant("ann", NOON, "game", coins=5)
        with pytest.raises(LedgerError, match="append-only"):
            ledger._database.write(lambda connection: connection.execute(text(statement)))
        assert ledger.verify() == ()


@pytest.mark.parametrize(
    ("statement", "table"),
    [
        ("UPDATE coin_balance SET coins = coins + 1", "coin_balance.coins"),
        ("UPDATE lot SET pieces = pieces + 1", "lot.pieces"),
        ("UPDATE counter SET used = used - 1 WHERE what = 'total' AND shard = 0", "counter.total"),
        ("UPDATE counter SET lim = lim + 1 WHERE what = 'total' AND shard = 0", "counter.lim"),
        ("UPDATE customer_use SET uses = 0 WHERE rule = 'CODE10'", "customer_use.uses"),
        ("DELETE FROM picked", "picked.pieces"),
        ("UPDATE orders SET state = 'released'", "orders.total"),
        ("UPDATE orders SET state = 'reserved'", "orders.state"),
        ("UPDATE orders SET total = 1", "orders.total"),
        ("UPDATE orders SET cash_back = 1", "orders.cash_back"),
        ("UPDATE orders SET coins_back = 1", "orders.coins_back"),
        ("INSERT INTO returned VALUES ('o-1', 'LL-2', 1, 0)", "returned.units"),
    ],
)
def test_verify_finds_what_was_tampered_with(where: str, statement: str, table: str) -> None:
    with Ledger(where, ENGINE) as ledger:
        ledger.grant("ann", NOON, "game", coins=5)
        ledger.pick_up("ann", "select", NOON)
        ledger.checkout(cart(codes=("CODE10",)), "o-1")
        ledger.commit("o-1", NOON)
        assert ledger.verify() == ()
        ledger._database.write(lambda connection: connection.execute(text(statement)))
        findings = ledger.verify()
        assert any(finding.table.startswith(table) for finding in findings), findings
        if table.startswith("c") and "use" in table + statement:
            ledger.repair()
            assert ledger.verify() == () or table.startswith("coin")
