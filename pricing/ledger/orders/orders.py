"""An order's hold: reserved, perhaps verifying, then committed or released. Each step is one transaction.

    reserve ──► reserved ──► verifying
                   │  ╲        ╱  │
                committed ◄─ released          refunds come after committed (refunds.py)

A payment that comes after the hold ran out is not lost: what is still held is used, and what was given back is taken again
where it can still be had.

Every step may be repeated: it gives the same answer and changes nothing. A step that does not follow from the order's
state is a LedgerError, and nothing is written.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from attrs import astuple, evolve, frozen
from sqlalchemy import Connection, text

from pricing.engine import used_lots
from pricing.ledger.codes import codes
from pricing.ledger.core import Core
from pricing.ledger.errors import LedgerError
from pricing.ledger.orders import holding
from pricing.ledger.orders.checks import check_quote
from pricing.ledger.orders.demand import Demand, demand_of, surplus
from pricing.ledger.orders.stored import document_of, quote_of
from pricing.ledger.store.counters import Counter, GivenBack
from pricing.ledger.store.faults import read_back
from pricing.ledger.store.instants import (
    LONGEST_TEXT,
    digest_of,
    expiry_of,
    expiry_text,
    instant_of,
    name_of,
    seal_of,
    text_after,
    text_of,
)
from pricing.ledger.store.journal import Call, Entry, write
from pricing.ledger.wallet import balances
from pricing.ledger.wallet.reading import usage
from pricing.model.cart import NO_USAGE, Lot, RuleUsage, Usage
from pricing.model.policy import Policy
from pricing.model.quote import Quote

OPEN = ("reserved", "verifying")


@frozen
class Order:
    """An order as the ledger knows it."""

    id: str
    customer: str
    state: str
    """`reserved`, `verifying`, `committed` or `released`."""
    hold_until: datetime
    """Of a reserved or verifying order: from this instant on it may be released."""
    currency: str
    total: int
    """Minor units to pay."""
    cash_back: int
    """Minor units paid back so far."""
    coins_back: int
    settled: bool = False
    """Whether what it earned can be spent."""


@frozen
class Asked:
    """What was asked beside the cart when the quote was made."""

    usage: Usage | None = None
    """None: what the ledger knew of the customer when the order was reserved."""
    without: tuple[str, ...] = ()
    cart: str = ""
    """Fingerprint of the cart that `checkout` was asked for; empty when the order was reserved with a quote."""


@frozen
class Kept:
    """An order's row with what it holds."""

    order: Order
    digest: str
    quote: Quote
    demand: Demand
    lots: tuple[Lot, ...]
    """Pieces and codes used, each with its expiry; bought pieces that it used are among them."""
    refund_policy: Policy
    """The house's words on refunds as they were when the order was made; its other words are the default's."""
    shipping_back: bool
    asked: Asked
    document: dict[str, Any]
    """All of it as it is kept."""


_INSERT = text(
    "INSERT INTO orders (order_id, customer, state, at, changed, hold_until, currency, total, digest, document, seal)"
    " VALUES (:order_id, :customer, 'reserved', :at, :at, :hold_until, :currency, :total, :digest, :document,"
    " :seal)"
    " ON CONFLICT DO NOTHING"
)
_DOCUMENT = text("UPDATE orders SET document = :document, seal = :seal WHERE order_id = :order_id")
_SELECT = (
    "SELECT order_id, customer, state, hold_until, currency, total, cash_back, coins_back, shipping_back, settled, digest,"
    " document FROM orders WHERE order_id = :order_id"
)
_MOVE = text("UPDATE orders SET state = :state, changed = :at, hold_until = :hold_until WHERE order_id = :order_id")
_EXPIRED = text("SELECT 1 FROM entry WHERE order_id = :order_id AND call = 'expire' LIMIT 1")
_RAN_OUT = (
    "SELECT order_id FROM orders WHERE state IN ('reserved', 'verifying') AND hold_until <= :now"
    " ORDER BY hold_until, order_id LIMIT :most"
)


def find(core: Core, order_id: str) -> Kept | None:
    """The order, or None."""
    rows = core.database.ask(_SELECT, {"order_id": name_of(order_id, "order_id")})
    return _kept(rows[0]) if rows else None


def reserve(core: Core, quote: Quote, order_id: str, at: datetime, asked: Asked, customer: str | None = None) -> Order:
    """Holds everything that the quote uses. Raises Shortage, with nothing held, when something ran out."""
    name_of(order_id, "order_id")
    now = core.clock.text(at)
    try:
        check_quote(quote, core.fingerprints(), at, core.holds.quote, customer)
    except LedgerError as error:
        if error.code not in ("other-rules", "old-quote"):
            raise
        # A worker asks again, perhaps after new rules came: what it has reserved it has reserved.
        kept = find(core, order_id)
        if kept is None or kept.digest != digest_of(document_of(quote)):
            raise
        return _again(kept, kept.digest)
    demand = demand_of(quote, core.rules, at)
    document = document_of(quote)
    digest = digest_of(document)
    hold_until = text_after(at, core.holds.payment)
    keep = _keep(core, quote, document, demand, asked, at)
    row = {
        "order_id": order_id,
        "customer": demand.customer,
        "at": now,
        "hold_until": hold_until,
        "currency": quote.currency,
        "total": quote.total_minor,
        "digest": digest,
        **_sealed(keep),
    }

    def work(connection: Connection, moved: dict[Counter, int]) -> Order:
        if connection.execute(_INSERT, row).rowcount == 0:
            return _again(locked(connection, core, order_id, None), digest)
        held = holding.hold(connection, core, demand, order_id, at)
        lots = holding.lots(quote, demand, held, keep["lots"])
        if lots != keep["lots"]:
            connection.execute(_DOCUMENT, {"order_id": order_id, **_sealed({**keep, "lots": lots})})
        entries = [Entry("hold", demand.customer, 1), *holding.entries(demand, held)]
        write(connection, Call("reserve", now, f"reserve:{order_id}", order_id=order_id), entries)
        core.counters.take(connection, holding.claims(core, demand, quote.currency), order_id, moved)
        return Order(
            order_id, demand.customer, "reserved", instant_of(hold_until), quote.currency, quote.total_minor, 0, 0
        )

    return core.claiming(work)


def _keep(
    core: Core, quote: Quote, document: dict[str, Any], demand: Demand, asked: Asked, at: datetime
) -> dict[str, Any]:
    """What the order keeps beside its row."""
    policy = core.rules.book.policy
    return {
        "quote": document,
        "demand": demand.to_document(),
        "cart": asked.cart,
        "asked": _asked_document(core, demand.customer, quote.currency, asked, at),
        "policy": {"refund": policy.refund, "returns": policy.returns, "coins_return": policy.coins_return},
        "lots": [[lot.rule, lot.pieces, expiry_text(lot.expires)] for lot in used_lots(quote, core.rules.book)],
    }


def verifying(core: Core, order_id: str, at: datetime, customer: str | None = None) -> Order:
    """Keeps the hold longer while the payment is being checked."""
    core.clock.text(at)
    longer = text_after(at, core.holds.verifying)

    def work(connection: Connection) -> Order:
        kept = locked(connection, core, order_id, customer)
        if kept.order.state == "verifying":
            return kept.order
        _must_hold(kept.order, "verify its payment")
        if at >= kept.order.hold_until:
            ended = kept.order.hold_until.isoformat()
            what = f"cannot verify its payment: the hold ran out {ended}"
            raise LedgerError("hold-ran-out", what, f"order {order_id}")
        until = max(longer, text_of(kept.order.hold_until))  # clocks go back; a hold does not get shorter
        _move(connection, order_id, "verifying", at, until)
        _mark(connection, kept, "verifying", at, 0)
        return evolve(kept.order, state="verifying", hold_until=instant_of(until))

    return core.database.write(work)


def commit(core: Core, order_id: str, at: datetime, customer: str | None = None) -> Order:
    """The order is paid: what it held is used; pieces that it bought and does not use are the customer's.

    Also after the hold ran out: what was given back then is taken again. Raises Shortage, which says what is gone, when
    it cannot be had any more.
    """
    core.clock.text(at)

    def work(connection: Connection, moved: dict[Counter, int]) -> Order:
        kept = locked(connection, core, order_id, customer)
        if kept.order.state == "committed":
            return kept.order
        if kept.order.state == "released" and connection.execute(_EXPIRED, {"order_id": order_id}).first():
            kept = _held_again(connection, core, kept, at, moved)
        _must_hold(kept.order, "commit")
        _move(connection, order_id, "committed", at, text_of(kept.order.hold_until))
        for rule, _ in kept.demand.codes:
            codes.end(connection, rule, order_id, "held", "used")
        entries = [
            Entry("paid", kept.order.customer, 1, money=kept.order.total),
            *_end(connection, kept, back=False),
            *_earned(connection, kept),
        ]
        _mark(connection, kept, "commit", at, -1, entries)
        return evolve(kept.order, state="committed")

    return core.claiming(work)


def _held_again(connection: Connection, core: Core, kept: Kept, at: datetime, moved: dict[Counter, int]) -> Kept:
    """The order with all that it had held, taken once more; on the day on which it was reserved."""
    order_id, demand = kept.order.id, kept.demand
    held = holding.hold(connection, core, demand, order_id, at)
    before = [[lot.rule, lot.pieces, expiry_text(lot.expires)] for lot in kept.lots]
    lots = holding.lots(kept.quote, demand, held, before)
    if lots != before:
        connection.execute(_DOCUMENT, {"order_id": order_id, **_sealed({**kept.document, "lots": lots})})
    entries = [Entry("hold", demand.customer, 1), *holding.entries(demand, held)]
    call = Call("reserve", text_of(at), f"reserve:{order_id}", "paid after the hold ran out", order_id)
    write(connection, call, entries)
    core.counters.take(connection, holding.claims(core, demand, kept.order.currency), order_id, moved)
    again = tuple(Lot(rule, pieces, expiry_of(expires)) for rule, pieces, expires in lots)
    return evolve(kept, order=evolve(kept.order, state="reserved"), lots=again)


def release(core: Core, order_id: str, at: datetime, why: str = "", customer: str | None = None) -> Order:
    """The order is not paid: everything that it held is free again."""
    reason = why and name_of(why, "why", LONGEST_TEXT)
    core.clock.text(at)

    def work(connection: Connection) -> Order:
        kept = locked(connection, core, order_id, customer)
        return kept.order if kept.order.state == "released" else _release(connection, core, kept, at, reason)

    return core.database.write(work)


def expire_holds(core: Core, at: datetime, most: int = 1000) -> list[str]:
    """Releases the orders whose hold ran out at `at`, the longest overdue first; returns their ids."""
    now = core.clock.text(at)
    done: list[str] = []
    for row in core.database.ask(_RAN_OUT, {"now": now, "most": most}):
        order_id = str(row.order_id)

        def work(connection: Connection, order_id: str = order_id) -> bool:
            kept = locked(connection, core, order_id, None)
            # Somebody may have paid, verified or released it since it was listed.
            if kept.order.state not in OPEN or text_of(kept.order.hold_until) > now:
                return False
            _release(connection, core, kept, at, "hold ran out", "expire")
            return True

        if core.database.write(work):
            done.append(order_id)
    return done


def locked(connection: Connection, core: Core, order_id: str, customer: str | None) -> Kept:
    """The order for changing; LedgerError when there is none, or it is somebody else's."""
    name_of(order_id, "order_id")
    row = connection.execute(text(_SELECT + core.database.lock), {"order_id": order_id}).first()
    if row is None:
        raise LedgerError("unknown-order", "there is no such order", f"order {order_id}")
    kept = _kept(row)
    if customer is not None and customer != kept.order.customer:
        raise LedgerError("foreign-order", "this order belongs to another customer", f"order {order_id}")
    return kept


def _kept(row: Any) -> Kept:
    with read_back(f"order {row.order_id}"):
        return _kept_by(row, json.loads(row.document))


def _kept_by(row: Any, document: dict[str, Any]) -> Kept:
    return Kept(
        order=Order(
            id=row.order_id,
            customer=row.customer,
            state=row.state,
            hold_until=instant_of(row.hold_until),
            currency=row.currency,
            total=row.total,
            cash_back=row.cash_back,
            coins_back=row.coins_back,
            settled=bool(row.settled),
        ),
        digest=row.digest,
        quote=quote_of(document["quote"]),
        demand=Demand.from_document(document["demand"]),
        lots=tuple(Lot(rule, pieces, expiry_of(expires)) for rule, pieces, expires in document["lots"]),
        refund_policy=Policy(**document["policy"]),
        shipping_back=bool(row.shipping_back),
        asked=Asked(
            {rule: RuleUsage(*numbers) for rule, numbers in document.get("asked", {}).get("usage", {}).items()},
            tuple(document.get("asked", {}).get("without", ())),
            document["cart"],
        ),
        document=document,
    )


def _sealed(keep: dict[str, Any]) -> dict[str, str]:
    """The document as it is kept, and its fingerprint."""
    document = json.dumps(keep)
    return {"document": document, "seal": seal_of(document)}


def _asked_document(core: Core, customer: str, currency: str, asked: Asked, at: datetime) -> dict[str, Any]:
    """What `refund to recompute` needs to price the kept cart as the whole one was priced; else nothing."""
    if core.rules.book.policy.refund != "recompute":
        return {}
    counted = usage(core, customer, None, at, currency) if asked.usage is None else asked.usage
    return {
        "usage": {rule: astuple(use) for rule, use in sorted(counted.items()) if use != NO_USAGE},
        "without": sorted(asked.without),
    }


def _again(kept: Kept, digest: str) -> Order:
    """The answer to a repeated `reserve`."""
    order_id = kept.order.id
    if kept.digest != digest:
        raise LedgerError("order-taken", "this order was reserved with another quote", f"order {order_id}")
    if kept.order.state == "released":
        raise LedgerError("released", "this order was released; reserve under a new order id", f"order {order_id}")
    return kept.order


def _must_hold(order: Order, what: str) -> None:
    if order.state not in OPEN:
        raise LedgerError("wrong-state", f"cannot {what}: the order is {order.state}", f"order {order.id}")


def _release(connection: Connection, core: Core, kept: Kept, at: datetime, why: str, name: str = "release") -> Order:
    """Gives back everything that an open order holds."""
    order, demand = kept.order, kept.demand
    if order.state not in OPEN:
        raise LedgerError("wrong-state", f"cannot release: the order is {order.state}; refund it", f"order {order.id}")
    _move(connection, order.id, "released", at, text_of(order.hold_until))
    entries = _end(connection, kept, back=True)
    for one in demand.rules:
        balances.unuse(connection, order.customer, one.rule, one.uses, one.items)
        entries.append(
            Entry("use", order.customer, -one.uses, one.rule, day=one.day, money=-one.money, platform=-one.platform)
        )
        if one.items:
            entries.append(Entry("item", order.customer, -one.items, one.rule))
    entries.extend(Entry("handed", order.customer, -many, rule) for rule, many, _ in demand.bought)
    entries.extend(code_back(connection, kept, rule, "held") for rule, _ in demand.codes)
    _mark(connection, kept, name, at, -1, entries, why)
    handed = {rule: many for rule, many, _ in demand.bought}
    back = [
        GivenBack(one.rule, one.day, one.uses, one.money, handed.pop(one.rule, 0), one.items, order.currency)
        for one in demand.rules
    ]
    core.counters.give_back(connection, back, order.id)
    return evolve(order, state="released")


def code_back(connection: Connection, kept: Kept, rule: str, before: str) -> Entry:
    """Makes a single code that the order holds, or has used, free again."""
    return Entry("code", kept.order.customer, -codes.end(connection, rule, kept.order.id, before, "free"), rule)


def _end(connection: Connection, kept: Kept, back: bool) -> list[Entry]:
    """Ends the holds on coins and pieces: `back` as they were before the order, or used."""
    demand, who = kept.demand, kept.order.customer
    entries: list[Entry] = []
    if demand.coins:
        balances.end_coins(connection, who, demand.coins, back)
        entries.append(Entry("coins-held", who, -demand.coins))
        if back:
            entries.append(Entry("coins", who, demand.coins))
    for rule, expires, many, free in _held_lots(kept, back):
        balances.end_pieces(connection, who, rule, expires, many, free)
        entries.append(Entry("pieces-held", who, -many, rule, expires))
        if free:
            entries.append(Entry("pieces", who, free, rule, expires))
    return entries


def _earned(connection: Connection, kept: Kept) -> Iterable[Entry]:
    """Coins that the paid order brings, pending until it is settled; a guest has nowhere to keep them."""
    who = kept.order.customer
    for each in kept.quote.earned if who else ():
        balances.add_pending(connection, who, each.coins)
        yield Entry("coins-pending", who, each.coins, each.rule)


def _held_lots(kept: Kept, back: bool) -> Iterable[tuple[str, str, int, int]]:
    """(coupon, expiry, pieces held, how many of them are free now): the customer's own, then those bought by the way."""
    coupons = dict(kept.demand.pieces)
    for lot in kept.lots:
        many = min(lot.pieces, coupons.get(lot.rule, 0))
        if many:
            coupons[lot.rule] -= many
            yield lot.rule, expiry_text(lot.expires), many, many if back else 0
    spare = surplus(kept.quote, kept.demand)
    for rule, many, expires in kept.demand.bought:
        yield rule, expires, many, 0 if back else spare[rule]


def _move(connection: Connection, order_id: str, state: str, at: datetime, hold_until: str) -> None:
    values = {"order_id": order_id, "state": state, "at": text_of(at), "hold_until": hold_until}
    connection.execute(_MOVE, values)


def _mark(
    connection: Connection, kept: Kept, name: str, at: datetime, many: int, entries: Iterable[Entry] = (), why: str = ""
) -> None:
    """Writes the entries of a step, with the one that says the step was taken."""
    call = Call(name, text_of(at), f"{name}:{kept.order.id}", why, kept.order.id)
    write(connection, call, [Entry("hold", kept.order.customer, many), *entries])
