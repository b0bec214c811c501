"""Balances kept beside the journal: coins, lots of pieces, and what one customer used of limited rules.

Every function is one conditional statement on rows of one customer; so only that customer's own calls wait for each
other.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, text

from pricing.ledger.errors import Shortage
from pricing.ledger.store.instants import text_of
from pricing.ledger.wallet.limits import ENDLESS, Limits, span_of

_ADD_COINS = text(
    "INSERT INTO coin_balance (customer, coins, held) VALUES (:customer, :many, 0)"
    " ON CONFLICT (customer) DO UPDATE SET coins = coin_balance.coins + :many"
)
_TAKE_COINS = text("UPDATE coin_balance SET coins = coins - :many WHERE customer = :customer AND coins - owed >= :many")
_HOLD_COINS = text(
    "UPDATE coin_balance SET coins = coins - :many, held = held + :many"
    " WHERE customer = :customer AND coins - owed >= :many"
)
_END_COINS = text(
    "UPDATE coin_balance SET coins = coins + :back, held = held - :many WHERE customer = :customer AND held >= :many"
)
_COINS = "SELECT coins - owed AS coins FROM coin_balance WHERE customer = :customer"
_ADD_PENDING = text(
    "INSERT INTO coin_balance (customer, coins, held, pending) VALUES (:customer, 0, 0, :many)"
    " ON CONFLICT (customer) DO UPDATE SET pending = coin_balance.pending + :many"
)
_END_PENDING = text("UPDATE coin_balance SET pending = pending - :many WHERE customer = :customer")
_TAKE_BACK = text(
    "UPDATE coin_balance SET coins = coins - :free, owed = owed + :many - :free WHERE customer = :customer"
)

_ADD_PIECES = text(
    "INSERT INTO lot (customer, rule, expires, pieces, held) VALUES (:customer, :rule, :expires, :many, :held)"
    " ON CONFLICT (customer, rule, expires) DO UPDATE SET pieces = lot.pieces + :many, held = lot.held + :held"
)
_HOLD_PIECES = text(
    "UPDATE lot SET pieces = pieces - :many, held = held + :many"
    " WHERE customer = :customer AND rule = :rule AND expires = :expires AND pieces >= :many"
)
_END_PIECES = text(
    "UPDATE lot SET pieces = pieces + :free, held = held - :many"
    " WHERE customer = :customer AND rule = :rule AND expires = :expires AND held >= :many"
)
_LOTS = (
    "SELECT expires, pieces FROM lot WHERE customer = :customer AND rule = :rule AND expires > :now AND pieces > 0"
    " ORDER BY expires"
)

_USE = text(
    # A rule that was used before it had a limit starts with what the journal knows of this customer.
    "INSERT INTO customer_use (customer, rule, uses, items)"
    " SELECT :customer, :rule,"
    " :uses + coalesce(sum(CASE WHEN what = 'use' THEN many ELSE 0 END), 0),"
    " :items + coalesce(sum(CASE WHEN what = 'item' THEN many ELSE 0 END), 0)"
    " FROM entry WHERE customer = :customer AND rule = :rule"
    " ON CONFLICT (customer, rule) DO UPDATE SET uses = customer_use.uses + :uses, items = customer_use.items + :items"
    " RETURNING uses, items"
)
_UNUSE = text(
    "UPDATE customer_use SET uses = uses - :uses, items = items - :items WHERE customer = :customer AND rule = :rule"
)
_IN_SPAN = text(
    "SELECT coalesce(sum(many), 0) FROM entry WHERE customer = :customer AND rule = :rule AND what = 'use'"
    " AND day >= :first AND day <= :last"
)
_PICK = text(
    "INSERT INTO picked (customer, rule, pieces) VALUES (:customer, :rule, :many)"
    " ON CONFLICT (customer, rule) DO UPDATE SET pieces = picked.pieces + :many RETURNING pieces"
)
_UNUSED = text(
    "SELECT coalesce(sum(pieces + held), 0) FROM lot WHERE customer = :customer AND rule = :rule AND expires > :now"
)


def add_coins(connection: Connection, customer: str, many: int) -> None:
    connection.execute(_ADD_COINS, {"customer": customer, "many": many})


def take_coins(connection: Connection, customer: str, many: int, hold: bool) -> None:
    """Takes free coins away, or holds them. Raises Shortage when there are not enough."""
    values = {"customer": customer, "many": many}
    if connection.execute(_HOLD_COINS if hold else _TAKE_COINS, values).rowcount == 0:
        left = connection.execute(text(_COINS), values).scalar()
        raise Shortage("coins", "", many, max(0, int(left or 0)), f"customer {customer}")


def add_pending(connection: Connection, customer: str, many: int) -> None:
    """Adds coins that a reward will bring, or takes some of them away."""
    if many > 0:
        connection.execute(_ADD_PENDING, {"customer": customer, "many": many})
    else:
        connection.execute(_END_PENDING, {"customer": customer, "many": -many})


def take_back_coins(connection: Connection, customer: str, many: int, lock: str) -> int:
    """Takes coins back that a reward had brought; those that are spent are owed. Returns how many were there."""
    left = connection.execute(text(_COINS + lock), {"customer": customer}).scalar()
    free = min(many, max(0, int(left or 0)))
    connection.execute(_TAKE_BACK, {"customer": customer, "many": many, "free": free})
    return free


def end_coins(connection: Connection, customer: str, many: int, back: bool) -> None:
    """Ends the hold on coins: they are free again, or spent."""
    connection.execute(_END_COINS, {"customer": customer, "many": many, "back": many if back else 0})


def add_pieces(connection: Connection, customer: str, rule: str, expires: str, many: int, held: int = 0) -> None:
    """Adds free and held pieces to a lot, which is made when it is new."""
    values = {"customer": customer, "rule": rule, "expires": expires, "many": many, "held": held}
    connection.execute(_ADD_PIECES, values)


def hold_pieces(
    connection: Connection, customer: str, rule: str, many: int, at: datetime, lock: str
) -> list[tuple[str, int]]:
    """Holds unexpired pieces, soonest expiry first; returns (expiry, pieces) of the lots. Raises Shortage."""
    values = {"customer": customer, "rule": rule, "now": text_of(at)}
    taken: list[tuple[str, int]] = []
    need = many
    for expires, pieces in connection.execute(text(_LOTS + lock), values).all():
        part = min(need, pieces)
        if part:
            done = connection.execute(
                _HOLD_PIECES, {"customer": customer, "rule": rule, "expires": expires, "many": part}
            )
            part *= done.rowcount
            taken.append((expires, part))
            need -= part
    if need:
        raise Shortage("pieces", rule, many, many - need, f"customer {customer}")
    return taken


def end_pieces(connection: Connection, customer: str, rule: str, expires: str, many: int, free: int) -> None:
    """Ends the hold on pieces: `free` of them are the customer's to use, the others are gone."""
    values = {"customer": customer, "rule": rule, "expires": expires, "many": many, "free": free}
    connection.execute(_END_PIECES, values)


def use(connection: Connection, customer: str, rule: str, limits: Limits, uses: int, items: int, day: str) -> None:
    """Counts what one customer uses of a rule that limits it, on a date of the rule's zone. Raises Shortage; the
    transaction is then rolled back.

    Comes before the journal is written: a first use reads there what came before it. The customer's row is locked from
    the first statement on, so that what the journal knows of a day, a week or a month is all that there is.
    """
    values = {"customer": customer, "rule": rule, "uses": uses, "items": items}
    now = connection.execute(_USE, values).one()
    where = f"customer {customer}"
    most_uses = ENDLESS if limits.uses_customer is None else limits.uses_customer
    most_items = ENDLESS if limits.items_customer is None else limits.items_customer
    if uses and now.uses > most_uses:
        raise Shortage("uses per customer", rule, uses, max(0, most_uses - now.uses + uses), where)
    if items and now.items > most_items:
        raise Shortage("items per customer", rule, items, max(0, most_items - now.items + items), where)
    for span, most in limits.uses_spans if uses else ():
        first, last = span_of(span, day)
        before = connection.execute(_IN_SPAN, {**values, "first": first, "last": last}).scalar_one()
        if uses + int(before) > most:
            raise Shortage(f"uses per customer and {span}", rule, uses, max(0, most - int(before)), where)


def unuse(connection: Connection, customer: str, rule: str, uses: int, items: int) -> None:
    """Gives uses and items back; nothing happens where they are not counted."""
    connection.execute(_UNUSE, {"customer": customer, "rule": rule, "uses": uses, "items": items})


def pick(connection: Connection, customer: str, rule: str, limits: Limits, many: int, at: datetime) -> None:
    """Counts a pick-up: at most `limit N uses per customer` pieces; one at a time where there is no such limit."""
    values = {"customer": customer, "rule": rule, "many": many, "now": text_of(at)}
    # The row is locked from here on, so that two pick-ups at once see each other.
    now = int(connection.execute(_PICK, values).scalar_one())
    if limits.uses_customer is not None:
        left = max(0, limits.uses_customer - now + many)
        if now > limits.uses_customer:
            raise Shortage("uses per customer", rule, many, left, f"customer {customer}")
    else:
        unused = int(connection.execute(_UNUSED, values).scalar_one())
        if unused + many > 1:
            raise Shortage("pick-ups at a time", rule, many, max(0, 1 - unused), f"customer {customer}")
