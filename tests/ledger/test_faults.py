"""A database that is away, full, damaged or too busy: one clear sentence, the cause kept, and the books right."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Event
from typing import Any

import psycopg
import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import SQLAlchemyError

from benchmarks.postgres import Server, server
from pricing.cli import run
from pricing.ledger import Ledger, LedgerError
from pricing.model.cart import Customer
from tests.ledger.shop import ENGINE, NOON, RULES, at, cart

SECRET = "ann.private@example.org"


def kill_others(where: str) -> None:
    """Ends every connection to the server but its own."""
    with psycopg.connect(where, autocommit=True) as connection:
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")


@pytest.fixture(scope="module")
def apart() -> Iterator[Server]:
    """A server of its own, whose connections nobody else misses. It waits for the disk: its plug is pulled."""
    with server() as running:
        yield running


@pytest.fixture
def lonely(apart: Server) -> str:
    """An empty ledger there."""
    url = apart.database()
    Ledger(url, ENGINE, migrate=True).close()
    return url


@pytest.mark.postgres
def test_connections_that_died_while_idle_are_not_met(lonely: str) -> None:
    with Ledger(lonely, ENGINE) as ledger:
        for number in range(3):
            ledger.checkout(cart(when=at(number)), f"o-{number}")
            kill_others(lonely)
            assert ledger.commit(f"o-{number}", at(number)).state == "committed"
            kill_others(lonely)
            assert ledger.wallet("ann", NOON).known
        assert ledger.verify() == ()


@pytest.mark.postgres
@pytest.mark.parametrize("lost_at", range(1, 9))
def test_a_connection_lost_in_the_middle_of_a_call_is_made_up_for(lonely: str, lost_at: int) -> None:
    """Before any statement, and before the commit: the call is made once more, and done once."""
    with Ledger(lonely, ENGINE) as ledger:
        ledger.grant("ann", NOON, "game", coins=500)
        ledger.checkout(cart(codes=("TODAY3",)), "warm")
        sent: list[str] = []

        def lose(*_: Any) -> None:
            sent.append("")
            if len(sent) == lost_at:
                kill_others(lonely)

        event.listen(ledger._database.engine, "before_cursor_execute", lose)
        event.listen(ledger._database.engine, "commit", lose)
        order = ledger.checkout(cart(codes=("TODAY3",)), "o-1").order
        assert ledger.commit("o-1", at(1)).total == order.total
        assert ledger.verify() == ()
        assert ledger.usage("", ["TODAY3"], NOON)["TODAY3"].today == 2


@pytest.mark.postgres
def test_a_server_that_is_away_is_told_and_met_again(apart: Server, lonely: str) -> None:
    with Ledger(lonely, ENGINE) as ledger:
        ledger.checkout(cart(), "o-1")
        apart.stop()
        calls: list[Callable[[], object]] = [lambda: ledger.commit("o-1", at(1)), lambda: ledger.wallet("ann", NOON)]
        for call in (*calls, lambda: Ledger(lonely, ENGINE)):
            with pytest.raises(LedgerError, match="the database does not answer; make the call again") as failed:
                call()
            assert failed.value.code == "unavailable" and isinstance(failed.value.__cause__, SQLAlchemyError)
        apart.start()
        assert ledger.commit("o-1", at(1)).state == "committed"
        assert ledger.verify() == ()


@pytest.mark.postgres
def test_a_server_that_is_lost_at_work_loses_and_doubles_nothing(
    apart: Server, lonely: str, request: pytest.FixtureRequest
) -> None:
    """A till that makes a call again until it is answered, while the server's plug is pulled again and again."""
    enough, moment = Event(), Event()
    told: list[str] = []
    sold: list[str] = []

    def until_answered(call: Callable[..., object], *given: Any, **more: Any) -> None:
        while True:
            try:
                call(*given, **more)
                return
            except LedgerError as error:
                told.append(error.code)
                assert error.code == "unavailable", error
                moment.wait(0.1)

    def till(ledger: Ledger) -> None:
        while not enough.is_set():
            order, when = f"o-{len(sold)}", at(len(sold) % 50)
            until_answered(ledger.grant, "eve", NOON, "game", coins=3, key=order)
            until_answered(ledger.checkout, cart(when=when), order)
            until_answered(ledger.commit, order, when)
            sold.append(order)

    with Ledger(lonely, ENGINE) as ledger:
        with ThreadPoolExecutor(1) as pool:
            work = pool.submit(till, ledger)
            try:
                for number in range(request.config.getoption("--lost-servers")):
                    while len(sold) < 3 * number and not work.done():
                        moment.wait(0.01)
                    apart.stop()
                    apart.start()
            finally:
                enough.set()
            work.result()
        assert ledger.verify() == ()
        assert ledger.wallet("eve", NOON).coins == 3 * len(sold)
        states = ledger._database.ask("SELECT state, count(*) FROM orders GROUP BY state", {})
        assert [tuple(row) for row in states] == [("committed", len(sold))]
    print(f"{len(sold)} orders, {len(told)} calls were told that the server is away")


@pytest.mark.parametrize("size", [1, 2])
def test_more_calls_than_connections_wait_and_then_are_told(
    where: str, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pricing.ledger.store.database._WAIT_MILLISECONDS", 50)
    with Ledger(where, ENGINE, pool_size=size) as ledger, ThreadPoolExecutor(size) as pool:
        free = Event()
        taken = [Event() for _ in range(size)]
        held = [pool.submit(ledger._database.read, lambda _, one=one: (one.set(), free.wait(30))) for one in taken]
        assert all(one.wait(30) for one in taken)
        with pytest.raises(LedgerError, match=r"all connections are in use.*pool_size") as failed:
            ledger.wallet("ann", NOON)
        assert failed.value.code == "unavailable"
        free.set()
        assert [one.result() is not None for one in held] == [True] * size
        assert not ledger.wallet("ann", NOON).known


def test_settings_of_connections_are_handed_on_and_checked(tmp_path: Path) -> None:
    place = tmp_path / "ledger.db"
    Ledger(place, ENGINE, connect_args={"timeout": 1}).close()
    for wrong in (0, -1, True, "5"):
        with pytest.raises(LedgerError, match="pool_size"):
            Ledger(place, ENGINE, pool_size=wrong)  # type: ignore[arg-type]
    with pytest.raises(LedgerError) as failed:
        Ledger(place, ENGINE, connect_args={"no_such_thing": 1})
    assert failed.value.code == "bad-address"


def test_no_message_holds_what_was_sent(where: str) -> None:
    """A failing statement puts neither the customer nor the cart into a log."""
    with Ledger(where, ENGINE) as ledger:
        ledger._database.write(lambda connection: connection.execute(text("DROP TABLE orders")))
        with pytest.raises(LedgerError) as failed:
            ledger.checkout(cart(customer=Customer(SECRET)), "o-1")
        assert failed.value.code == "storage"
        error: BaseException | None = failed.value
        while error is not None:
            assert SECRET not in str(error)
            error = error.__cause__


def test_a_full_disk_is_told_and_the_books_are_right(tmp_path: Path) -> None:
    with Ledger(tmp_path / "ledger.db", ENGINE, pool_size=1) as ledger:
        ledger.grant("eve", NOON, "game", coins=5)
        pages = ledger._database.ask("PRAGMA page_count", {})[0][0]
        ledger._database.ask(f"PRAGMA max_page_count = {pages + 8}", {})
        told = []
        for number in range(60):
            try:
                ledger.checkout(cart(when=at(number)), f"o-{number}")
                ledger.commit(f"o-{number}", at(number))
            except LedgerError as error:
                told.append(error)
                assert error.code == "storage"
                assert str(error).startswith("the database's disk is full; nothing was written (")
        assert 0 < len(told) < 120
        assert ledger.wallet("eve", NOON).coins == 5
        assert ledger.verify() == ()
        ledger._database.ask("PRAGMA max_page_count = 100000", {})
        for number in range(60):
            ledger.checkout(cart(when=at(number)), f"o-{number}")
            ledger.commit(f"o-{number}", at(number))
        assert ledger.verify() == ()


def _filled(folder: Path) -> Path:
    place = folder / "whole.db"
    with Ledger(place, ENGINE) as ledger:
        for number in range(12):
            ledger.grant("ann", NOON, "game", coins=50, key=f"g-{number}")
            ledger.checkout(cart(codes=("TODAY3",), when=at(number)), f"o-{number}")
            ledger.commit(f"o-{number}", at(number))
            ledger.refund(f"o-{number}", {"LL-2": 1}, at(number), key=f"r-{number}")
    with closing(sqlite3.connect(place)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return place


def test_a_damaged_file_is_found_and_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Pages overwritten all over the file: every call answers or raises a LedgerError, and `verify` never says that all
    is well while something is not."""
    (tmp_path / "rules" / "campaigns").mkdir(parents=True)
    (tmp_path / "rules" / "campaigns" / "fair.promo").write_text(RULES)
    whole = _filled(tmp_path)
    size = whole.stat().st_size
    found = 0
    for place in range(600, size, size // 25):
        damaged = tmp_path / "damaged.db"
        for rest in tmp_path.glob("damaged.db*"):
            rest.unlink()
        shutil.copy(whole, damaged)
        with damaged.open("r+b") as file:
            file.seek(place)
            was = file.read(64)
            file.seek(place)
            file.write(bytes(byte ^ 0xA5 for byte in was))
        findings: tuple[object, ...] | LedgerError
        try:
            with Ledger(damaged, ENGINE) as ledger:
                for call in (
                    lambda: ledger.wallet("ann", NOON),
                    lambda: ledger.order("o-1"),
                    lambda: ledger.usage("ann", None, NOON),
                    lambda: ledger.refund("o-3", {"LL-2": 1}, at(3), key="r-3"),
                    ledger.report,
                ):
                    try:
                        call()
                    except LedgerError as error:
                        assert "\n" not in str(error)
                findings = ledger.verify()
        except LedgerError as error:
            findings = error
        status = run(["ledger", "verify", "--db", str(damaged), "--rules", str(tmp_path / "rules")])
        told = capsys.readouterr()
        assert "Traceback" not in told.err
        assert status == (0 if findings == () else 1), place
        found += findings != ()
    assert found > 4  # the other places are free, or hold what no balance stands on


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ("document = replace(document, '\"total\": 2200', '\"total\": 2100')", "not the one that was written"),
        ("document = replace(document, 'TODAY3', 'TODAY4')", "not the one that was written"),
        ("document = replace(document, 'TODAY3', 'TODAY4'), seal = ''", "not the one that was reserved"),
        ("document = 'x', seal = ''", "cannot be read"),
        ("document = '{}', seal = ''", "cannot be read"),
        ("customer = 'bob'", "its row is not that of the kept quote"),
    ],
)
def test_an_order_that_is_not_as_it_was_kept_is_found(where: str, change: str, what: str) -> None:
    with Ledger(where, ENGINE) as ledger:
        ledger.checkout(cart(codes=("TODAY3",)), "o-1")
        assert ledger.verify() == ()
        ledger._database.write(lambda connection: connection.execute(text(f"UPDATE orders SET {change}")))
        (finding,) = ledger.verify()
        assert what in str(finding) and finding.where == "o-1"
        if "cannot be read" in what:
            for call in (lambda: ledger.commit("o-1", NOON), lambda: ledger.order("o-1")):
                with pytest.raises(LedgerError, match="what is kept of it is damaged @ order o-1") as failed:
                    call()
                assert failed.value.code == "storage"


def test_a_wallet_above_what_a_cart_may_hold_can_still_pay(ledger: Ledger) -> None:
    for number in range(3):
        ledger.grant("ann", NOON, "game", coins=10**12, key=f"c-{number}")
        ledger.grant("ann", NOON, "game", rule="welcome", pieces=10**6, key=f"p-{number}")
    wallet = ledger.wallet_for_cart("ann", NOON)
    assert (wallet.coins, [lot.pieces for lot in wallet.coupons]) == (10**12, [10**6])
    assert ledger.wallet("ann", NOON).coins == 3 * 10**12
    assert ledger.checkout(cart(), "o-1").quote.coins_spent > 0
    assert ledger.commit("o-1", NOON).state == "committed"
