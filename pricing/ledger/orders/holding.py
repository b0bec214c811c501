"""What a reservation takes and writes down: the customer's own things, the journal's entries, claims on common limits."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from pricing.ledger.codes import codes
from pricing.ledger.core import Core
from pricing.ledger.errors import LedgerError
from pricing.ledger.orders.demand import Demand, surplus
from pricing.ledger.store.counters import Claim
from pricing.ledger.store.journal import Entry
from pricing.ledger.wallet import balances
from pricing.ledger.wallet.ways import stock, uses
from pricing.model.quote import Quote


def hold(connection: Connection, core: Core, demand: Demand, order_id: str, at: datetime) -> list[tuple[str, str, int]]:
    """Takes what is the customer's own: coins, pieces, single codes, personal limits. Returns (coupon, expiry, pieces)
    held."""
    held: list[tuple[str, str, int]] = []
    for rule, code in demand.codes:
        codes.hold(connection, rule, code, order_id)
    if demand.coins:
        balances.take_coins(connection, demand.customer, demand.coins, hold=True)
    for rule, many in demand.pieces:
        lots = balances.hold_pieces(connection, demand.customer, rule, many, at, core.database.lock)
        held.extend((rule, expires, part) for expires, part in lots)
    for rule, many, expires in demand.bought:
        balances.add_pieces(connection, demand.customer, rule, expires, 0, held=many)
    for one in demand.rules:
        limits = core.rules.limits(one.rule)
        if limits.by_customer:
            if not demand.customer:
                raise LedgerError("no-customer", f"{one.rule!r} has a limit per customer", "quote.cart.customer")
            balances.use(connection, demand.customer, one.rule, limits, one.uses, one.items, one.day)
    return held


def entries(demand: Demand, held: list[tuple[str, str, int]]) -> Iterable[Entry]:
    """The journal of a reservation."""
    who = demand.customer
    if demand.coins:
        yield Entry("coins", who, -demand.coins)
        yield Entry("coins-held", who, demand.coins)
    for rule, expires, many in held:
        yield Entry("pieces", who, -many, rule, expires)
        yield Entry("pieces-held", who, many, rule, expires)
    for rule, many, expires in demand.bought:
        yield Entry("pieces-held", who, many, rule, expires)
        yield Entry("handed", who, many, rule)
    for one in demand.rules:
        yield Entry("use", who, one.uses, one.rule, day=one.day, money=one.money, platform=one.platform)
        if one.items:
            yield Entry("item", who, one.items, one.rule)
    for rule, _ in demand.codes:
        yield Entry("code", who, 1, rule)


def claims(core: Core, demand: Demand, currency: str) -> list[Claim]:
    """What the order takes from limits over all customers; its money is of that currency."""
    found = [
        claim
        for one in demand.rules
        for claim in uses(core, core.rules.rule(one.rule), one.day, one.uses, one.money, one.items, currency)
    ]
    for rule, many, _ in demand.bought:
        found.extend(stock(core, core.rules.find(rule), many))
    return found


def lots(quote: Quote, demand: Demand, held: list[tuple[str, str, int]], before: list[list[Any]]) -> list[list[Any]]:
    """The lots of `used_lots`, with the expiries that the ledger's own pieces really have."""
    coupons = {use.rule for use in quote.used if use.pieces_taken}
    typed = [lot for lot in before if lot[0] not in coupons]
    own = [[rule, many, expires] for rule, expires, many in held]
    spare = surplus(quote, demand)
    bought = [[rule, many - spare[rule], expires] for rule, many, expires in demand.bought]
    return typed + sorted(own + bought, key=lambda lot: str(lot[0]))
