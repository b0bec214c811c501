"""What every part of the ledger works with: the database, the rules, the counters; and the way a claim is made."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable
from datetime import timedelta
from random import random
from time import sleep
from typing import Protocol, TypeVar

from attrs import frozen
from sqlalchemy import Connection

from pricing.ledger.errors import LedgerError, Shortage
from pricing.ledger.store.clock import Clock
from pricing.ledger.store.counters import Counter, Counters, Miss
from pricing.ledger.store.database import Database
from pricing.ledger.wallet.limits import Rules
from pricing.model.cart import Cart, Usage
from pricing.model.quote import Quote

T = TypeVar("T")

SHARDS = 16
"""Rows over which a large limit is dealt out on PostgreSQL; SQLite has one writer at a time and needs one."""
_ATTEMPTS = 200

OF_COUNTER = {
    "total": "uses in total", "day": "uses per day", "budget": "budget", "day-budget": "budget per day",
    "items": "items in total", "stock": "stock",
}  # fmt: skip
"""How a Shortage calls a counter."""


class Quoter(Protocol):
    """What checkout and offers need of the engine."""

    def quote(self, cart: Cart, usage: Usage | None = None, without: Iterable[str] = ()) -> Quote: ...


@frozen
class Holds:
    """How long a hold lasts before it may be released."""

    payment: timedelta = timedelta(minutes=30)
    verifying: timedelta = timedelta(hours=6)
    """Once the payment is being checked."""
    quote: timedelta = timedelta(days=1)
    """How old a quote may be when it is reserved, and how far its cart's instant may lie ahead."""


class Core:
    """The parts that a `Ledger` is made of."""

    def __init__(
        self, database: Database, rules: Rules, holds: Holds, shards: int | None, ahead: timedelta | None
    ) -> None:
        self.database = database
        self.clock = Clock(database, ahead)
        self.rules = rules
        self.holds = holds
        self.fingerprints: Callable[[], Container[str]] = frozenset
        """Of the rules whose quotes may be reserved; set by the ledger."""
        self.counters = Counters(database, shards or (1 if database.is_sqlite else SHARDS))

    def claiming(self, work: Callable[[Connection, dict[Counter, int]], T]) -> T:
        """Runs `work` in one transaction; where a counter's shard ran out, levels the shards and runs it again.

        Raises Shortage only when all shards together have too little left. What other customers hold is not touched,
        be it overdue: holds end by `expire_holds`, by the clock of whoever runs that.
        """
        moved: dict[Counter, int] = {}
        for attempt in range(_ATTEMPTS):
            if attempt > 2:
                # Others level the same few pieces: who waits a little, each for another while, lets one through.
                sleep(random() * min(0.1, attempt / 250))
            try:
                return self.database.write(lambda connection: work(connection, moved))
            except Miss as miss:
                claim = miss.claim
                shard, left = self.counters.level(miss)
                if shard >= 0:
                    moved[claim.counter] = shard
                    continue
                of = OF_COUNTER[claim.counter.what.partition(" ")[0]]
                raise Shortage(of, claim.counter.rule, claim.many, left, f"rule {claim.counter.rule}") from None
        raise LedgerError("busy", "too many others take the last of it; try again", "counter")
