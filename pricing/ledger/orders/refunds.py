"""Paying back: returned units (SPEC section 8), and amounts that a dispute ends with.

Reads the kept order, asks `engine.refund`, and records what it says: cash by line, coins, pieces, uses, and what the
funders need not fund, which is free in the rule's budget again. One transaction and one key for each.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from attrs import asdict
from sqlalchemy import Connection, text

from pricing.engine import Earlier, Price, agreed, charge_name, charges_back
from pricing.engine import refund as worked_out
from pricing.ledger.core import Core
from pricing.ledger.errors import LedgerError
from pricing.ledger.orders import rewards
from pricing.ledger.orders.demand import RuleDemand
from pricing.ledger.orders.orders import Kept, code_back, locked
from pricing.ledger.store.counters import GivenBack
from pricing.ledger.store.instants import LONGEST_TEXT, expiry_of, expiry_text, name_of, text_of
from pricing.ledger.store.journal import Call, Entry, once, write
from pricing.ledger.wallet import balances
from pricing.model.cart import Lot
from pricing.model.errors import CartError
from pricing.model.refund import FunderShare, Refund, RefundLine

if TYPE_CHECKING:
    from money.money import Money

_RETURNED = text("SELECT line, units, cash FROM returned WHERE order_id = :order_id")
_AGREED = text(
    "SELECT line, sum(money) AS cash FROM entry WHERE order_id = :order_id AND call = 'dispute' AND what = 'back'"
    " GROUP BY line"
)
_CHARGES = text(
    "SELECT line, sum(money) AS cash FROM entry WHERE order_id = :order_id AND what = 'back' AND rule = 'shipping'"
    " GROUP BY line"
)
_USES = text("SELECT rule, sum(many) AS uses FROM entry WHERE order_id = :order_id AND what = 'use' GROUP BY rule")
_ADD_RETURNED = text(
    "INSERT INTO returned (order_id, line, units, cash) VALUES (:order_id, :line, :units, :cash)"
    " ON CONFLICT (order_id, line) DO UPDATE SET units = returned.units + :units, cash = returned.cash + :cash"
)
_ADD_BACK = text(
    "UPDATE orders SET cash_back = cash_back + :cash, coins_back = coins_back + :coins,"
    " shipping_back = shipping_back + :shipping, changed = :at WHERE order_id = :order_id"
)


def refund(
    core: Core,
    order_id: str,
    returned: Mapping[str, int],
    at: datetime,
    key: str | None = None,
    shipping: bool | Mapping[str, Money | int] = False,
    why: str = "",
    price: Price | None = None,
    customer: str | None = None,
) -> Refund:
    """Pays back returned units of a committed order. `key` names this return: repeated, it pays nothing more."""
    reason = why and name_of(why, "why", LONGEST_TEXT)
    core.clock.text(at)
    if not isinstance(returned, Mapping):
        raise LedgerError("bad-return", "returned units are a mapping of line id to units", "returned")

    def work(connection: Connection) -> dict[str, Any]:
        kept = _committed(connection, core, order_id, customer)

        def done(key: str) -> dict[str, Any]:
            policy = kept.refund_policy
            earlier = _earlier(connection, kept)
            try:
                found = worked_out(
                    kept.quote,
                    dict(returned),
                    earlier,
                    at=at,
                    policy=policy,
                    shipping=shipping,
                    used=kept.lots,
                    price=price,
                )
            except CartError as error:
                raise _told("bad-return", error, order_id) from None
            call = Call("refund", text_of(at), key, reason, order_id)
            _record(connection, core, kept, earlier, found, call, shipping is True)
            return _document(found)

        charges: object = shipping
        if isinstance(shipping, Mapping):
            charges = sorted((str(name), str(many)) for name, many in shipping.items())
        asked = (order_id, sorted((str(line), repr(units)) for line, units in returned.items()), charges)
        return once(connection, "refund", key, at, asked, done)

    return _refund_of(core.database.write(work))


def dispute(
    core: Core,
    order_id: str,
    amount: int,
    at: datetime,
    key: str | None = None,
    line: str | None = None,
    why: str = "",
    customer: str | None = None,
    store: str | None = None,
) -> Refund:
    """Pays back an amount (minor units) that buyer and seller agreed on for a line or a store; at most what is paid and
    not yet back."""
    reason = why and name_of(why, "why", LONGEST_TEXT)
    core.clock.text(at)

    def work(connection: Connection) -> dict[str, Any]:
        kept = _committed(connection, core, order_id, customer)

        def done(key: str) -> dict[str, Any]:
            earlier = _earlier(connection, kept)
            try:
                found = agreed(kept.quote, amount, earlier, line, store=store)
            except CartError as error:
                raise _told("bad-amount", error, order_id) from None
            call = Call("dispute", text_of(at), key, reason, order_id)
            _record(connection, core, kept, earlier, found, call, False)
            return _document(found)

        asked = (order_id, repr(amount), line) if store is None else (order_id, repr(amount), line, store)
        return once(connection, "dispute", key, at, asked, done)

    return _refund_of(core.database.write(work))


def _told(code: str, error: CartError, order_id: str) -> LedgerError:
    """All that the engine finds wrong with a return, as one error of this order."""
    what = "; ".join(f"{problem.what} ({problem.path})" for problem in error.problems)
    made = LedgerError(code, what, f"order {order_id}")
    made.problems = tuple((problem.what, problem.path) for problem in error.problems)
    return made


def _committed(connection: Connection, core: Core, order_id: str, customer: str | None) -> Kept:
    kept = locked(connection, core, order_id, customer)
    if kept.order.state != "committed":
        what = f"cannot refund: the order is {kept.order.state}"
        raise LedgerError("wrong-state", what, f"order {order_id}")
    return kept


def _earlier(connection: Connection, kept: Kept) -> Earlier:
    rows = connection.execute(_RETURNED, {"order_id": kept.order.id}).all()
    units = {line.id: 0 for line in kept.quote.lines}
    cash = dict(units)
    for row in rows:
        units[row.line] = row.units
        cash[row.line] = row.cash
    agreed = {row.line: int(row.cash) for row in connection.execute(_AGREED, {"order_id": kept.order.id})}
    back = {row.line: int(row.cash) for row in connection.execute(_CHARGES, {"order_id": kept.order.id})}
    return Earlier(units, cash, kept.shipping_back or back, agreed)


def _record(
    connection: Connection,
    core: Core,
    kept: Kept,
    earlier: Earlier,
    found: Refund,
    call: Call,
    whole: bool,
) -> None:
    """Moves the balances and writes the entries of one payment back."""
    who, order_id = kept.order.customer, kept.order.id
    entries: list[Entry] = []
    if found.coins:
        balances.add_coins(connection, who, found.coins)
        entries.append(Entry("coins", who, found.coins))
    for lot in found.pieces:
        balances.add_pieces(connection, who, lot.rule, expiry_text(lot.expires), lot.pieces)
        entries.append(Entry("pieces", who, lot.pieces, lot.rule, expiry_text(lot.expires)))
    for line in found.lines:
        values = {"order_id": order_id, "line": line.id, "units": line.units, "cash": line.cash}
        connection.execute(_ADD_RETURNED, values)
        entries.append(Entry("back", who, line.units, line=line.id, money=line.cash))
    entries.extend(
        Entry("back", who, int(whole), rule="shipping", line=name, money=money)
        for name, money in _charges(kept, earlier, found, whole)
    )
    entries.extend(rewards.taken_back(connection, core, kept, found))
    given = _given_back(kept, found, earlier)
    for part, platform, items in given:
        balances.unuse(connection, who, part.rule, part.uses, items)
        entries.append(Entry("use", who, -part.uses, part.rule, day=part.day, money=-part.money, platform=-platform))
        if items:
            entries.append(Entry("item", who, -items, part.rule))
    connection.execute(
        _ADD_BACK,
        {"cash": found.cash, "coins": found.coins, "shipping": int(whole), "at": call.at, "order_id": order_id},
    )
    entries.extend(code_back(connection, kept, rule, "used") for rule in _whole_again(connection, kept, found))
    write(connection, call, entries)
    core.counters.give_back(connection, [part for part, _, _ in given], order_id)


def _whole_again(connection: Connection, kept: Kept, found: Refund) -> list[str]:
    """Rules typed by a single code all of whose uses are back now: one code serves every store."""
    single, uses = dict(kept.demand.codes), dict(found.uses)
    names = [rule for rule in uses if rule in single]
    if not names:
        return []
    left = {row.rule: int(row.uses) for row in connection.execute(_USES, {"order_id": kept.order.id})}
    return [rule for rule in names if left.get(rule, 0) <= uses[rule]]


def _charges(kept: Kept, earlier: Earlier, found: Refund, whole: bool) -> list[tuple[str, int]]:
    """Minor units paid back for each charge: what was asked for, or the `whole` of what each still holds."""
    if not whole:
        return list(found.charges)
    before = charges_back(kept.quote, earlier.shipping)
    return [
        (name, max(0, charge.pays - before[name])) for charge in kept.quote.shipping for name in [charge_name(charge)]
    ]


def _given_back(kept: Kept, found: Refund, earlier: Earlier) -> list[tuple[GivenBack, int, int]]:
    """(uses and money given back, the platform's part, items) for each rule that has any."""
    shares = {share.rule: share for share in found.funders}
    uses = dict(found.uses)
    result: list[tuple[GivenBack, int, int]] = []
    for one in kept.demand.rules:
        share = shares.get(one.rule, FunderShare(one.rule, 0, 0))
        items = _items_back(kept, one, found, earlier)
        many = uses.get(one.rule, 0)
        if share.amount or many or items:
            back = GivenBack(one.rule, one.day, many, share.amount, 0, items, kept.order.currency)
            result.append((back, share.platform, items))
    return result


def _items_back(kept: Kept, demand: RuleDemand, found: Refund, earlier: Earlier) -> int:
    """Units at an item rule's price that came back: of each line its own, by the share of the line that is back."""
    now = {line.id: line.units for line in found.lines}
    bought = {line.id: line.quantity for line in kept.quote.lines}
    back = 0
    for line, many in demand.by_line:
        before = earlier.units[line]
        after = before + now.get(line, 0)
        back += many * after // bought[line] - many * before // bought[line]
    return back


def _document(found: Refund) -> dict[str, Any]:
    """The refund as JSON, kept under its key."""

    def lots(of: tuple[Lot, ...]) -> list[list[Any]]:
        return [[lot.rule, lot.pieces, expiry_text(lot.expires)] for lot in of]

    return {
        "currency": found.currency,
        "lines": [asdict(line) for line in found.lines],
        "shipping": found.shipping,
        "shipping_coins": found.shipping_coins,
        "pieces": lots(found.pieces),
        "expired": lots(found.expired),
        "uses": [list(use) for use in found.uses],
        "funders": [_share_document(share) for share in found.funders],
        **({"charges": [list(charge) for charge in found.charges]} if found.charges else {}),
        **({"earned": [list(each) for each in found.earned]} if found.earned else {}),
    }


def _share_document(share: FunderShare) -> dict[str, Any]:
    document: dict[str, Any] = {"rule": share.rule, "platform": share.platform, "seller": share.seller}
    return document | ({"payers": [list(payer) for payer in share.payers]} if share.payers else {})


def _refund_of(kept: dict[str, Any]) -> Refund:
    def lots(of: list[list[Any]]) -> tuple[Lot, ...]:
        return tuple(Lot(rule, pieces, expiry_of(expires)) for rule, pieces, expires in of)

    return Refund(
        currency=kept["currency"],
        lines=tuple(RefundLine(**line) for line in kept["lines"]),
        shipping=kept["shipping"],
        shipping_coins=kept["shipping_coins"],
        pieces=lots(kept["pieces"]),
        expired=lots(kept["expired"]),
        uses=tuple((rule, many) for rule, many in kept["uses"]),
        funders=tuple(
            FunderShare(share["rule"], share["platform"], share["seller"], tuple(map(tuple, share.get("payers", ()))))
            for share in kept["funders"]
        ),
        charges=tuple((name, money) for name, money in kept.get("charges", ())),
        earned=tuple((rule, coins) for rule, coins in kept.get("earned", ())),
    )
