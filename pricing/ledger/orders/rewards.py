"""Coins that an order brings (SPEC 4 and 8): pending from payment on, the customer's own once the order is settled.

    commit ──► pending ──► settled: free coins
                  ╲            ╲
                   ╲ returns    ╲ returns: from free coins; what is spent already is owed

What is owed is never paid in money: it is taken off the coins that the customer has or gets later, so that nobody buys,
earns, spends and returns for nothing.
"""

from __future__ import annotations

from datetime import datetime

from attrs import evolve
from sqlalchemy import Connection, text

from pricing.ledger.core import Core
from pricing.ledger.errors import LedgerError
from pricing.ledger.orders.orders import Kept, Order, locked
from pricing.ledger.store.instants import text_of
from pricing.ledger.store.journal import Call, Entry, write
from pricing.ledger.wallet import balances
from pricing.model.refund import Refund

_PENDING = text(
    "SELECT rule, sum(many) AS coins FROM entry WHERE order_id = :order_id AND what = 'coins-pending'"
    " GROUP BY rule ORDER BY rule"
)
_SETTLE = text("UPDATE orders SET settled = :at, changed = :at WHERE order_id = :order_id")


def settled(core: Core, order_id: str, at: datetime, customer: str | None = None) -> Order:
    """Nobody returns the order any more: coins that are pending for it can be spent. Repeated, it changes nothing."""
    now = core.clock.text(at)

    def work(connection: Connection) -> Order:
        kept = locked(connection, core, order_id, customer)
        if kept.order.settled:
            return kept.order
        if kept.order.state != "committed":
            what = f"cannot settle: the order is {kept.order.state}"
            raise LedgerError("wrong-state", what, f"order {order_id}")
        connection.execute(_SETTLE, {"at": now, "order_id": order_id})
        who = kept.order.customer
        entries = [Entry("hold", who, 0)]
        for rule, coins in connection.execute(_PENDING, {"order_id": order_id}):
            if coins:
                balances.add_pending(connection, who, -int(coins))
                balances.add_coins(connection, who, int(coins))
                entries += [Entry("coins-pending", who, -int(coins), rule), Entry("coins", who, int(coins), rule)]
        write(connection, Call("settled", text_of(at), f"settled:{order_id}", order_id=order_id), entries)
        return evolve(kept.order, settled=True)

    return core.database.write(work)


def taken_back(connection: Connection, core: Core, kept: Kept, found: Refund) -> list[Entry]:
    """Takes coins of rewards back for what is returned: pending ones, else free ones, and what is spent is owed."""
    who = kept.order.customer
    entries: list[Entry] = []
    for rule, coins in found.earned if who else ():
        if not kept.order.settled:
            balances.add_pending(connection, who, -coins)
            entries.append(Entry("coins-pending", who, -coins, rule))
            continue
        free = balances.take_back_coins(connection, who, coins, core.database.lock)
        if free:
            entries.append(Entry("coins", who, -free, rule))
        if coins - free:
            entries.append(Entry("coins-owed", who, coins - free, rule))
    return entries
