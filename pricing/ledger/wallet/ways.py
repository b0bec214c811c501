"""Ways of getting: picking up, being granted, exchanging coins. Each is one transaction and one key.

Pieces come into being here (and when an order buys some by the way). Where the coupon has `limit N uses in total`, all
of them together are at most N, so that every piece in a wallet can be used: a promise, not a lottery.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from attrs import frozen
from sqlalchemy import Connection

from pricing.ledger.core import Core
from pricing.ledger.errors import LedgerError
from pricing.ledger.store.counters import Claim, Counter
from pricing.ledger.store.instants import LONGEST_TEXT, count_of, expiry_of, expiry_text, name_of, text_of
from pricing.ledger.store.journal import Call, Entry, once, write
from pricing.ledger.wallet import balances
from pricing.ledger.wallet.eligible import check_customer, check_hours, check_window, claim_window, customer_of
from pricing.ledger.wallet.limits import day_of, piece_expires
from pricing.model.cart import MOST_COINS, MOST_UNITS, Customer
from pricing.model.rule import Rule
from pricing.model.window import Window


@frozen
class Got:
    """What a customer received: pieces of a coupon, or coins."""

    customer: str
    rule: str
    """The coupon; empty for coins."""
    pieces: int
    coins: int
    """Received when positive, paid when negative."""
    expires: datetime | None
    key: str
    """Under which the call is kept: give it again and the answer is the same."""


def pick_up(
    core: Core, customer: str | Customer, rule: str, at: datetime, pieces: int = 1, key: str | None = None
) -> Got:
    """Puts pieces of a coupon into the wallet: while `claim` lasts, for whom the card is, while there are some left."""
    who = customer_of(customer)
    coupon = core.rules.coupon(rule)
    many = count_of(pieces, "pieces", MOST_UNITS)
    core.clock.text(at)
    check_window(claim_window(coupon), at, "picking up", coupon)
    check_window(Window(end=coupon.valid.end), at, "the coupon", coupon)
    check_customer(coupon, who)
    limits = core.rules.limits(rule)

    def work(connection: Connection, moved: dict[Counter, int]) -> dict[str, Any]:
        def done(key: str) -> dict[str, Any]:
            balances.pick(connection, who.id, rule, limits, many, at)
            expires = _put(connection, who.id, coupon, many, at)
            entries = [Entry("picked", who.id, many, rule), *_handed(who.id, rule, many, expires)]
            write(connection, Call("pick-up", text_of(at), key), entries)
            core.counters.take(connection, stock(core, coupon, many), who.id, moved)
            return _answer(who.id, rule, many, 0, expires, key)

        return once(connection, "pick-up", key, at, (who.id, rule, many), done)

    return _got(core.claiming(work))


def grant(
    core: Core,
    customer: str | Customer,
    at: datetime,
    why: str,
    rule: str = "",
    pieces: int = 0,
    coins: int = 0,
    key: str | None = None,
) -> Got:
    """Gives pieces or coins with a reason: a game, a check-in, a thank-you after payment. Segments do not matter."""
    who = customer_of(customer)
    reason = name_of(why, "why", LONGEST_TEXT)
    core.clock.text(at)
    if bool(rule) == bool(coins) or (pieces and not rule):
        raise LedgerError("bad-count", "grant either pieces of one coupon or coins", "grant")
    if not rule:
        count_of(coins, "coins", MOST_COINS)
    else:
        count_of(pieces, "pieces", MOST_UNITS)
        coupon = core.rules.coupon(rule)
        check_window(Window(end=coupon.valid.end), at, "the coupon", coupon)

    def work(connection: Connection, moved: dict[Counter, int]) -> dict[str, Any]:
        def done(key: str) -> dict[str, Any]:
            call = Call("grant", text_of(at), key, reason)
            if not rule:
                balances.add_coins(connection, who.id, coins)
                write(connection, call, [Entry("coins", who.id, coins)])
                return _answer(who.id, "", 0, coins, expiry_text(None), key)
            expires = _put(connection, who.id, coupon, pieces, at)
            write(connection, call, _handed(who.id, rule, pieces, expires))
            core.counters.take(connection, stock(core, coupon, pieces), who.id, moved)
            return _answer(who.id, rule, pieces, 0, expires, key)

        return once(connection, "grant", key, at, (who.id, reason, rule, pieces, coins), done)

    return _got(core.claiming(work))


def exchange(
    core: Core, customer: str | Customer, rule: str, at: datetime, times: int = 1, key: str | None = None
) -> Got:
    """Trades coins for pieces, `times` times, by a coin exchange rule and within its limits."""
    who = customer_of(customer)
    trading = core.rules.rule(rule)
    if trading.trade is None:
        raise LedgerError("not-an-exchange", f"{rule!r} is a {trading.kind}, not a coin exchange", "rule")
    trade = trading.trade
    many = count_of(times, "times", MOST_UNITS)
    core.clock.text(at)
    coupon = core.rules.coupon(trade.coupon)
    check_window(trading.valid, at, "the exchange", trading)
    check_hours(trading, at, "the exchange")
    check_window(Window(end=coupon.valid.end), at, "the coupon", coupon)
    check_customer(trading, who)
    pieces, coins = many * trade.pieces, many * trade.coins
    limits = core.rules.limits(rule)

    def work(connection: Connection, moved: dict[Counter, int]) -> dict[str, Any]:
        def done(key: str) -> dict[str, Any]:
            balances.take_coins(connection, who.id, coins, hold=False)
            expires = _put(connection, who.id, coupon, pieces, at)
            if limits.by_customer:
                balances.use(connection, who.id, rule, limits, many, 0, day_of(trading, at))
            entries = [
                Entry("coins", who.id, -coins, rule),
                Entry("use", who.id, many, rule, day=day_of(trading, at)),
                *_handed(who.id, coupon.name, pieces, expires),
            ]
            write(connection, Call("exchange", text_of(at), key), entries)
            claims = [*uses(core, trading, day_of(trading, at), many, 0), *stock(core, coupon, pieces)]
            core.counters.take(connection, claims, who.id, moved)
            return _answer(who.id, coupon.name, pieces, -coins, expires, key)

        return once(connection, "exchange", key, at, (who.id, rule, many), done)

    return _got(core.claiming(work))


def stock(core: Core, coupon: Rule | None, pieces: int) -> list[Claim]:
    """What handing out pieces takes from the coupon's stock; nothing where it has no limit in total."""
    limit = core.rules.limits(coupon.name).uses_total if coupon else None
    if coupon is None or limit is None or not pieces:
        return []
    return [Claim(Counter(coupon.name, "stock", "", limit), pieces)]


def uses(
    core: Core, rule: Rule, day: str, many: int, money: int = 0, items: int = 0, currency: str = ""
) -> list[Claim]:
    """What uses of a rule take from its counters; nothing for a rule without limits. `currency` is that of the money."""
    limits = core.rules.limits(rule.name)
    counted = (
        ("total", "", limits.uses_total, many),
        ("day", day, limits.uses_day, many),
        ("items", "", limits.items_total, items),
        (f"budget {currency}", "", dict(limits.budgets).get(currency), money),
        (f"day-budget {currency}", day, dict(limits.day_budgets).get(currency), money),
    )
    return [Claim(Counter(rule.name, what, on, most), of) for what, on, most, of in counted if most is not None and of]


def _put(connection: Connection, customer: str, coupon: Rule, pieces: int, at: datetime) -> str:
    """Adds the pieces to the wallet; returns their expiry as the tables spell it."""
    expires = expiry_text(piece_expires(coupon, at))
    balances.add_pieces(connection, customer, coupon.name, expires, pieces)
    return expires


def _handed(customer: str, rule: str, pieces: int, expires: str) -> list[Entry]:
    return [Entry("pieces", customer, pieces, rule, expires), Entry("handed", customer, pieces, rule)]


def _answer(customer: str, rule: str, pieces: int, coins: int, expires: str, key: str) -> dict[str, Any]:
    return {"customer": customer, "rule": rule, "pieces": pieces, "coins": coins, "expires": expires, "key": key}


def _got(kept: dict[str, Any]) -> Got:
    return Got(**{**kept, "expires": expiry_of(kept["expires"])})
