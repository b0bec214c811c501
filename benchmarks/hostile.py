"""What does a service harm, measured: costly carts beside small ones, rules that change, killed workers, the last pieces.

Each function starts a service of its own, and prints its figures; `benchmarks.service` calls them.
"""

from __future__ import annotations

import json
import os
import random
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from benchmarks.callers import Answers, Serving, load, post, sent, serving
from benchmarks.hard import a_cent_apart
from benchmarks.markets import carts, texts
from pricing.api import Engine
from pricing.ledger import Ledger
from pricing.wire import cart_from_dict

NOON = "2026-06-10T12:00:00+00:00"
POLICY = "policy house\n  limit       1 promo code per order\n"
SHOP = """
campaign fair "Fair"
  currency    USD
  zone        UTC
  valid       from 2026-06-01 through 2026-06-30

promo code FIRST "3 off for the first thousand"
  spend       10.00  take 3.00 off
  limit       1000 uses in total
"""
EXTRA = """
campaign extra "One more"
  currency    USD
  zone        UTC
  valid       from 2026-01-01 through 2026-12-31

item discount one-more "1 off"
  skus        SKU
  take        1.00 off
"""
CART = {
    "currency": "USD",
    "at": NOON,
    "lines": [{"sku": "A", "store": "a", "price": "25.00", "quantity": 1}],
    "codes": ["FIRST"],
}


def written(found: dict[str, str], place: Path) -> Path:
    """Rules as files."""
    for name, text in found.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(text, encoding="utf-8")
    return place


@contextmanager
def beside(work: Callable[[], object]) -> Iterator[threading.Event]:
    """Does something again and again in a thread of its own, for the time of a `with`."""
    ending = threading.Event()

    def again() -> None:
        while not ending.is_set():
            work()

    thread = threading.Thread(target=again)
    thread.start()
    try:
        yield ending
    finally:
        ending.set()
        thread.join()


def told(name: str, found: Answers) -> None:
    """One line of figures."""
    print(
        f"{name}: {len(found.times)} answers, p50 {found.at(0.5):.1f}, p99 {found.at(0.99):.1f}, failed {found.failed}",
        flush=True,
    )


def worst_carts(place: Path, seconds: float) -> None:
    """Small carts on one connection, idle and while four connections send the worst carts that we know."""
    hard = a_cent_apart()
    rules = written(hard.book.texts(), place)
    worst = hard.carts[0]
    small = {**worst, "lines": worst["lines"][:2]}
    many = {**worst, "lines": [{**worst["lines"][0], "id": str(number)} for number in range(1_000)]}
    requests = [post("/v1/quote", json.dumps(cart).encode()) for cart in (worst, worst, many)]
    mine = [post("/v1/quote", json.dumps(small).encode())]
    with serving(rules, workers=2) as service:
        load(service.port, mine, 1.0, 1)
        idle = load(service.port, mine, seconds, 1)
        told("small carts, idle", idle)
        with beside(lambda: load(service.port, requests, 2.0, 4)):
            time.sleep(1.0)
            busy = load(service.port, mine, seconds, 1)
        told("small carts beside worst ones", busy)
        print(f"p99 beside worst carts is {busy.at(0.99) / idle.at(0.5):.1f} times the idle p50")


def reloads(place: Path, seconds: float) -> None:
    """A market of 10,000 rules, of which a card comes and goes every five seconds under full load."""
    market = texts(10_000)
    rules = written(market, place)
    extra = rules / "campaigns" / "extra.promo"
    (cart,) = carts(10_000, 1)
    extra_text = EXTRA.replace("SKU", cart["lines"][0]["sku"])
    good = {}
    for more in ({}, {"campaigns/extra.promo": extra_text}):
        engine = Engine.from_texts({**market, **more})
        good[engine.fingerprint] = str(engine.quote(cart_from_dict(cart)).to_dict(why="none")["total"])
    assert len(set(good.values())) == 2, good
    requests = [post("/v1/quote", json.dumps(cart).encode())]

    def fine(answer: bytes) -> bool:
        body = json.loads(answer.partition(b"\r\n\r\n")[2])
        return bool(good.get(body["rules"]) == body["total"])

    def change() -> None:
        if extra.exists():
            extra.unlink()
        else:
            extra.write_text(extra_text, encoding="utf-8")
        time.sleep(5.0)

    with serving(rules, workers=2) as service:
        before = load(service.port, requests, seconds, 8, fine)
        told("10,000 rules that stay", before)
        with beside(change):
            during = load(service.port, requests, seconds, 8, fine)
        told("10,000 rules that change", during)
        text = httpx.get(f"{service.url}/metrics").text
        reads = next(line for line in text.splitlines() if line.startswith('pricing_reloads_total{outcome="fine"}'))
        print(f"p99 while rules change is {during.at(0.99) / before.at(0.99):.1f} times that before; {reads}")


def workers_of(service: Serving) -> list[int]:
    """Process ids of a service's workers: children of the process that reads rules."""
    return [
        int(word)
        for reader in service.children()
        for word in Path(f"/proc/{reader}/task/{reader}/children").read_text(encoding="ascii").split()
    ]


def body_of(number: int) -> dict[str, Any]:
    """A checkout by a customer of its own."""
    return {"order": f"o-{number}", "cart": {**CART, "customer": {"id": f"c-{number}"}}}


def checkout(number: int) -> bytes:
    """The same as a request."""
    return post("/v1/checkout", json.dumps(body_of(number)).encode(), Idempotency_Key=f"k-{number}")


def bought(http: httpx.Client, number: int) -> tuple[int, bool]:
    """The status of a checkout, and whether it had the code."""
    answer = http.post("/v1/checkout", json=body_of(number), headers={"Idempotency-Key": f"k-{number}"})
    found: dict[str, Any] = answer.json()
    return answer.status_code, bool(found.get("quote", {}).get("used"))


def killed(place: Path, seconds: float) -> None:
    """Checkouts from eight clients while a worker is killed every half second; then every failed one once more."""
    rules = written({"policy.promo": POLICY, "campaigns/fair.promo": SHOP}, place)
    books = str(place.parent / "killed.db")
    with serving(rules, "--ledger", books, "--at", NOON, workers=2) as service:
        kills = 0

        def kill() -> None:
            nonlocal kills
            time.sleep(0.5)
            if found := workers_of(service):
                os.kill(random.choice(found), signal.SIGKILL)
                kills += 1

        end = time.monotonic() + seconds
        asked: list[tuple[int, int]] = []

        def client(first: int) -> None:
            with httpx.Client(base_url=service.url, timeout=60) as http:
                number = first
                while time.monotonic() < end:
                    asked.append((number, bought(http, number)[0]))
                    number += 8

        with beside(kill), ThreadPoolExecutor(8) as clients:
            list(clients.map(client, range(8)))
        failed = [number for number, status in asked if status != 200]
        with httpx.Client(base_url=service.url, timeout=60) as http:
            again = [bought(http, number)[0] for number in failed]
            there = [http.get(f"/v1/orders/o-{number}").status_code for number, _ in asked]
    with Ledger(books, Engine.load(rules)) as ledger:
        print(
            f"{len(asked)} checkouts, {kills} workers killed: {len(failed)} failed, {again.count(200)} of these done"
            f" when asked again, {there.count(200)} orders there, books: {ledger.verify() or 'sound'}"
        )


def pieces(place: Path, reservations: int, books: str, clients: int = 16) -> None:
    """So many reservations of a thousand pieces, in a ledger there."""
    rules = written({"policy.promo": POLICY, "campaigns/fair.promo": SHOP}, place)
    Ledger(books, Engine.load(rules), migrate=True).close()
    had = 0

    def fine(answer: bytes) -> bool:
        nonlocal had
        had += bool(json.loads(answer.partition(b"\r\n\r\n")[2])["quote"]["used"])
        return True

    with serving(rules, "--ledger", books, "--at", NOON, workers=2) as service:
        start = time.monotonic()
        found = sent(service.port, (checkout(number) for number in range(reservations)), clients, fine)
        seconds = time.monotonic() - start
    with Ledger(books, Engine.load(rules)) as ledger:
        kept = ledger.verify()
    base = "PostgreSQL" if "://" in books else "SQLite"
    print(
        f"{base}: {reservations} reservations from {clients} clients in {seconds:.0f} s: {had} had the code,"
        f" {len(found.times) - had} had not, failed {found.failed}, books: {kept or 'sound'}",
        flush=True,
    )
