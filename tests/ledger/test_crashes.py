"""A crash between any two statements, and kill -9 of a process at work: nothing lost, nothing twice."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from pricing.ledger import Ledger
from pricing.model.cart import Customer
from tests.ledger.crash import Crash, crashing
from tests.ledger.shop import ENGINE, NOON, at, cart, line

ROOT = Path(__file__).parents[2]

Step = Callable[[Ledger], object]

STORY: dict[str, Step] = {
    "grant coins": lambda ledger: ledger.grant("ann", NOON, "game", coins=500),
    "grant pieces": lambda ledger: ledger.grant("ann", NOON, "game", rule="select", pieces=1),
    "pick up": lambda ledger: ledger.pick_up("ann", "one-each", NOON),
    "exchange": lambda ledger: ledger.exchange("ann", "coins-for-select", NOON),
    "checkout": lambda ledger: ledger.checkout(
        cart(line(units=2), line("LL-1", 1000, 2), codes=("CODE10",), shipping=495), "o-1"
    ),
    "checkout another": lambda ledger: ledger.checkout(cart(codes=("POT",), when=at(1)), "o-2"),
    "verifying": lambda ledger: ledger.verifying("o-1", at(2)),
    "commit": lambda ledger: ledger.commit("o-1", at(3)),
    "release": lambda ledger: ledger.release("o-2", at(4), "card refused"),
    "checkout a third": lambda ledger: ledger.checkout(cart(codes=("TODAY3",), when=at(5)), "o-3"),
    "refund": lambda ledger: ledger.refund("o-1", {"LL-2": 1, "LL-1": 1}, at(6), key="r-1"),
    "dispute": lambda ledger: ledger.dispute("o-1", 50, at(7), key="d-1"),
    "refund the rest": lambda ledger: ledger.refund("o-1", {"LL-2": 1, "LL-1": 1}, at(8), key="r-2", shipping=True),
    "expire": lambda ledger: ledger.expire_holds(at(60)),
}

TABLES = ("entry", "answered", "coin_balance", "lot", "picked", "orders", "customer_use", "counter", "returned")


def everything(ledger: Ledger) -> dict[str, list[Any]]:
    """All rows of all tables, but for the numbers that the database gives to entries."""
    found = {}
    for table in TABLES:
        rows = ledger._database.ask(f"SELECT * FROM {table}", {})
        found[table] = sorted(tuple(row)[1:] if table == "entry" else tuple(row) for row in rows)
    return found


def test_a_crash_between_any_two_statements(ledger: Ledger) -> None:
    crashes = 0
    for name, step in STORY.items():
        before = everything(ledger)
        number = 1
        while True:
            try:
                with crashing(ledger, number):
                    answer = step(ledger)
                break
            except Crash:
                crashes += 1
                after = everything(ledger)
                # Making or levelling a counter is a transaction of its own, and changes no sum.
                for table in set(TABLES) - {"counter"}:
                    assert after[table] == before[table], (name, number, table)
                number += 1
        assert ledger.verify() == (), name
        done = everything(ledger)
        # The answer was lost on the way: the call is made once more.
        again = step(ledger)
        assert everything(ledger) == done, name
        assert name == "expire" or again == answer or name.startswith("checkout"), name
    assert crashes > 100
    order = ledger.order("o-1")
    assert order is not None and order.cash_back == order.total


WORKER = """
import sys
from tests.ledger.test_crashes import long_story
long_story(sys.argv[1], int(sys.argv[2]))
"""

ORDERS = 16


def long_story(where: str, worker: int) -> None:
    """What a worker does over and over: every call has a key or an order id, so it may start again from the top."""
    with Ledger(where, ENGINE) as ledger:
        print("at work", flush=True)
        for number in range(ORDERS):
            who, order = f"c-{worker}-{number % 5}", f"o-{worker}-{number}"
            ledger.grant(who, at(number), "game", coins=30, key=f"g-{order}")
            ledger.grant(who, at(number), "game", rule="select", pieces=1, key=f"p-{order}")
            known = ledger.order(order)
            if known is None or known.state == "reserved":
                asked = cart(line(units=2), codes=("POT",), customer=Customer(who), when=at(number))
                ledger.checkout(asked, order)
                if number % 4 == 3:
                    ledger.release(order, at(number), "card refused")
                else:
                    ledger.commit(order, at(number))
            if number % 4 != 3:
                ledger.refund(order, {"LL-2": 1}, at(number + 1), key=f"r-{order}")
        print("done", flush=True)


def _start(where: str, *workers: int) -> list[subprocess.Popen[bytes]]:
    """Workers that have opened their ledgers and are at work."""
    started = [
        subprocess.Popen([sys.executable, "-c", WORKER, where, str(worker)], cwd=ROOT, stdout=subprocess.PIPE)
        for worker in workers
    ]
    for process in started:
        assert process.stdout is not None and process.stdout.readline() == b"at work\n"
    return started


@pytest.mark.slow
@pytest.mark.no_cover
def test_workers_that_are_killed_and_started_again(where: str, request: pytest.FixtureRequest) -> None:
    """Two at a time on the same rows; each pair has work of its own, so that a quick one cannot have finished it all."""
    chance = random.Random(1)
    workers = range(request.config.getoption("--kills"))
    kills = 0
    for first in workers[::2]:
        for process in _start(where, first, first + 1):
            time.sleep(chance.uniform(0.01, 0.05))
            if process.poll() is None:
                os.kill(process.pid, signal.SIGKILL)
                kills += 1
            process.communicate()
    assert kills, "all were done before"
    print(f"{kills} of {len(workers)} were killed at work")
    with ThreadPoolExecutor(2) as pool:
        for first in workers[::2]:
            list(pool.map(lambda worker: long_story(where, worker), (first, first + 1)))
    with Ledger(where, ENGINE) as ledger:
        assert ledger.verify() == ()
        orders = ledger._database.ask("SELECT state, count(*) FROM orders GROUP BY state ORDER BY state", {})
        count = len(workers) * ORDERS
        assert [tuple(row) for row in orders] == [("committed", count * 3 // 4), ("released", count // 4)]
        for worker in workers:
            for customer in range(5):
                wallet = ledger.wallet(f"c-{worker}-{customer}", at(60))
                assert wallet.coins_held == 0 and not wallet.of("held")
                moved = ledger._database.ask(MOVED, {"who": wallet.customer})[0][0]
                assert wallet.coins == 30 * len(range(customer, ORDERS, 5)) + moved
        assert ledger.usage("", ["POT"], NOON)["POT"].spent <= 1000


MOVED = "SELECT coalesce(sum(many), 0) FROM entry WHERE what = 'coins' AND customer = :who AND call <> 'grant'"
