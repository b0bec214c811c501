"""The append-only journal: every change of every balance, with who, what, how many, why, order, when and key.

Balances are sums of entries by `what`:

======================  ==============================================================================
coins, coins-held       coins of a customer: free, and held for an order (`coin_balance`)
coins-pending           coins that a reward brings once its order is settled (`coin_balance`)
coins-owed              coins of a reward that had to come back and were spent (`coin_balance`)
pieces, pieces-held     pieces of a coupon in one lot: free, and held for an order (`lot`)
picked                  pieces a customer picked up (`picked`)
handed                  pieces given out in any way (`counter` stock)
use                     uses of a rule, with money and the platform's part (`customer_use.uses`, `counter`)
item                    units at the rule's price (`customer_use.items`)
paid                    money of a committed order
back                    units and money paid back, for one line, or for shipping (`returned`, `orders`)
code                    a single code that an order holds or has used (`unique_code`)
codes                   single codes that were made, less those that were made void (`unique_code`)
hold                    an order's hold: 1 when it begins, 0 when it is only lengthened, -1 when it ends
======================  ==============================================================================
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, TypeVar, cast

from attrs import frozen
from sqlalchemy import Connection, text

from pricing.ledger.errors import LedgerError
from pricing.ledger.store.faults import read_back
from pricing.ledger.store.instants import digest_of, name_of, text_of

T = TypeVar("T")


@frozen
class Entry:
    """One change of one balance."""

    what: str
    customer: str
    many: int
    rule: str = ""
    expires: str = ""
    day: str = ""
    line: str = ""
    money: int = 0
    """Minor units."""
    platform: int = 0
    """The platform's part of `money`."""


@frozen
class Call:
    """What the entries of one transaction have in common."""

    name: str
    at: str
    key: str
    why: str = ""
    order_id: str = ""


_WRITE = text(
    "INSERT INTO entry (at, call, what, customer, rule, expires, many, why, key, order_id, day, money, platform, line)"
    " VALUES (:at, :call, :what, :customer, :rule, :expires, :many, :why, :key, :order_id, :day, :money, :platform,"
    " :line)"
)


def write(connection: Connection, call: Call, entries: Iterable[Entry]) -> None:
    """Adds the entries to the journal. The balances are the caller's to move, in the same transaction."""
    rows = [
        {
            "at": call.at,
            "call": call.name,
            "what": entry.what,
            "customer": entry.customer,
            "rule": entry.rule,
            "expires": entry.expires,
            "many": entry.many,
            "why": call.why,
            "key": call.key,
            "order_id": call.order_id,
            "day": entry.day,
            "money": entry.money,
            "platform": entry.platform,
            "line": entry.line,
        }
        for entry in entries
    ]
    if rows:
        connection.execute(_WRITE, rows)


_CLAIM_KEY = text(
    "INSERT INTO answered (key, call, asked, at, answer) VALUES (:key, :call, :asked, :at, '') ON CONFLICT DO NOTHING"
)
_KNOWN = text("SELECT call, asked, answer FROM answered WHERE key = :key")
_ANSWER = text("UPDATE answered SET answer = :answer WHERE key = :key")


def once(
    connection: Connection,
    name: str,
    key: str | None,
    at: datetime,
    asked: tuple[Any, ...],
    work: Callable[[str], dict[str, Any]],
) -> dict[str, Any]:
    """The answer of `work(key)`, which is done once for each key; a repeated call gets the first answer.

    Without a key the arguments are the key: the same call at the same instant is a repetition. The key row is written
    first, so that of two calls at once one waits for the other.
    """
    digest = digest_of(name, *asked)
    key = f"{name}:{digest_of(name, text_of(at), *asked)}" if key is None else name_of(key, "key")
    claimed = connection.execute(_CLAIM_KEY, {"key": key, "call": name, "asked": digest, "at": text_of(at)})
    if claimed.rowcount == 0:
        call, before, answer = connection.execute(_KNOWN, {"key": key}).one()
        if (call, before) != (name, digest):
            raise LedgerError("key-taken", f"this key was used for another {call}", f"key {key}")
        with read_back(f"key {key}"):
            return cast("dict[str, Any]", json.loads(answer))
    found = work(key)
    connection.execute(_ANSWER, {"key": key, "answer": json.dumps(found)})
    return found
