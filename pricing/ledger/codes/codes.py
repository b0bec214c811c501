"""Single codes in the ledger: made in batches, found for a customer who types one, held and used by one order, void.

A code is a row of its own, taken by one conditional statement: of two orders at once one gets it. Whoever tries codes that
do not exist is let try only so many; a text whose check sign is wrong is a slip, and costs nothing to tell.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any, Final
from zlib import crc32

from attrs import frozen
from sqlalchemy import Connection, bindparam, text

from pricing.engine import code_key
from pricing.ledger.codes.signs import is_sound, random_code
from pricing.ledger.core import Core
from pricing.ledger.errors import LedgerError, Shortage
from pricing.ledger.store.instants import count_of, instant_of, name_of, text_after, text_of
from pricing.ledger.store.journal import Call, Entry, once, write
from pricing.model.cart import TypedCode
from pricing.model.codes import fits, normalised
from pricing.model.rule import CodePattern, Rule

MOST_AT_ONCE: Final = 100_000
"""Codes of one batch."""
MOST_GUESSES: Final = 10
"""Codes that do not exist, by one customer within `GUESSES_IN`."""
GUESSES_IN: Final = timedelta(hours=1)
STATES: Final = ("free", "held", "used", "void")
_ROWS = 1000
_LOCKS = 14102 << 32
_ROUNDS = 1000

_MAKE = text(
    "INSERT INTO unique_code (code, shown, rule, state, batch, at) VALUES (:code, :shown, :rule, 'free', :batch, :at)"
    " ON CONFLICT DO NOTHING"
)
_COUNT = text("SELECT count(*) FROM unique_code WHERE rule = :rule AND state <> 'void'")
_OF_BATCH = text("SELECT count(*) FROM unique_code WHERE batch = :batch")
_LIST = "SELECT shown, state, order_id, at FROM unique_code WHERE rule = :rule AND state IN :states ORDER BY at, code"
_FIND = "SELECT rule, state, shown FROM unique_code WHERE code = :code"
_HOLD = text(
    "UPDATE unique_code SET state = 'held', order_id = :order_id WHERE code = :code AND rule = :rule AND state = 'free'"
)
_END = text(
    "UPDATE unique_code SET state = :state, order_id = :kept WHERE order_id = :order_id AND state = :before"
    " AND rule = :rule"
)
_VOID_ALL = text("UPDATE unique_code SET state = 'void' WHERE rule = :rule AND state = 'free'")
_VOID = text("UPDATE unique_code SET state = 'void' WHERE code = :code AND rule = :rule AND state = 'free'")
_GUESSES = "SELECT since, many FROM guess WHERE customer = :customer"
_GUESSED = text(
    "INSERT INTO guess (customer, since, many) VALUES (:customer, :now, 1) ON CONFLICT (customer) DO UPDATE SET"
    " many = CASE WHEN guess.since <= :before THEN 1 ELSE guess.many + 1 END,"
    " since = CASE WHEN guess.since <= :before THEN :now ELSE guess.since END"
)


class TooManyGuesses(LedgerError):
    """A customer has tried too many codes that do not exist; `until` is when the next one is looked up."""

    def __init__(self, until: datetime, where: str) -> None:
        self.until = until
        what = f"too many codes were tried that do not exist; the next one is looked up from {until.isoformat()}"
        super().__init__("too-many-guesses", what, where)


@frozen
class SingleCode:
    """One code as the ledger keeps it."""

    code: str
    """As it is printed."""
    state: str
    """`free`, `held`, `used` or `void`."""
    order_id: str
    """The order that holds it or has used it; else empty."""
    at: datetime
    """When it was made."""


def mint(core: Core, rule: str, many: int, at: datetime, key: str | None = None) -> tuple[str, ...]:
    """Makes so many new codes of a card with `codes N like PATTERN`; N is the most that there ever are, void ones aside.

    `key` names the batch: repeated, it gives the same codes. In the order of their signs.
    """
    pattern = _pattern(core.rules.rule(rule))
    wanted = count_of(many, "codes", MOST_AT_ONCE)
    core.clock.text(at)

    def work(connection: Connection) -> dict[str, Any]:
        def done(key: str) -> dict[str, Any]:
            if not core.database.is_sqlite:  # batches of one card, one after the other
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCKS + crc32(rule.encode())})")
            there = int(connection.execute(_COUNT, {"rule": rule}).scalar_one())
            if there + wanted > pattern.count:
                what = f"the card says {pattern.count} codes, {there} are there: {wanted} more are too many"
                raise LedgerError("too-many-codes", what, f"rule {rule}")
            _make(connection, rule, pattern.pattern, wanted, key, text_of(at))
            write(connection, Call("mint", text_of(at), key), [Entry("codes", "", wanted, rule)])
            return {"batch": key}

        return once(connection, "mint", key, at, (rule, wanted), done)

    batch = core.database.write(work)["batch"]
    rows = core.database.ask("SELECT shown FROM unique_code WHERE batch = :batch ORDER BY code", {"batch": batch})
    return tuple(row.shown for row in rows)


def _make(connection: Connection, rule: str, pattern: str, wanted: int, batch: str, at: str) -> None:
    """New rows; a code that is there already, of whatever card, is drawn again."""
    for _ in range(_ROUNDS):
        missing = wanted - int(connection.execute(_OF_BATCH, {"batch": batch}).scalar_one())
        if not missing:
            return
        drawn = [random_code(pattern) for _ in range(missing)]
        rows = [{"code": normalised(code), "shown": code, "rule": rule, "batch": batch, "at": at} for code in drawn]
        for start in range(0, missing, _ROWS):
            connection.execute(_MAKE, rows[start : start + _ROWS])
    what = "nearly all codes of this pattern are taken: give it one # more"
    raise LedgerError("too-many-codes", what, f"rule {rule}")


def codes(core: Core, rule: str, states: Iterable[str] = STATES) -> Iterator[SingleCode]:
    """The codes of a card in these states, in the order in which they were made."""
    _pattern(core.rules.rule(rule))
    wanted = list(states)
    if unknown := [state for state in wanted if state not in STATES]:
        raise LedgerError("bad-state", f"expected {', '.join(STATES)}, not {unknown[0]!r:.60}", "states")
    statement = text(_LIST).bindparams(bindparam("states", expanding=True))
    for row in core.database.ask(statement, {"rule": rule, "states": wanted}):
        yield SingleCode(row.shown, row.state, row.order_id, instant_of(row.at))


def void(core: Core, rule: str, single: Iterable[str] | None, at: datetime, key: str | None = None) -> int:
    """Takes codes out of use: these, or all that are free. How many. One that an order holds or has used is an error."""
    _pattern(core.rules.rule(rule))
    wanted = None if single is None else sorted({normalised(name_of(code, "codes")) for code in single})
    core.clock.text(at)

    def work(connection: Connection) -> dict[str, Any]:
        def done(key: str) -> dict[str, Any]:
            if wanted is None:
                many = connection.execute(_VOID_ALL, {"rule": rule}).rowcount
            else:
                many = sum(_voided(connection, rule, code) for code in wanted)
            write(connection, Call("void", text_of(at), key), [Entry("codes", "", -many, rule)] if many else [])
            return {"many": many}

        return once(connection, "void", key, at, (rule, wanted), done)

    return int(core.database.write(work)["many"])


def _voided(connection: Connection, rule: str, code: str) -> int:
    if connection.execute(_VOID, {"code": code, "rule": rule}).rowcount:
        return 1
    row = connection.execute(text(_FIND), {"code": code}).first()
    if row is None or row.rule != rule:
        raise LedgerError("unknown-code", f"{rule!r} has no such code", "codes")
    if row.state != "void":
        raise LedgerError("code-taken", f"{row.shown} is {row.state}: only free codes can be made void", "codes")
    return 0


def resolve(core: Core, typed: str, customer: str, at: datetime) -> str | TypedCode:
    """What a customer has typed, as it belongs into the cart's `codes`: a code that stands on a card as it is, a single
    code with its rule. LedgerError `unknown-code`, `code-taken` or `code-void`, or TooManyGuesses."""
    who = name_of(customer, "customer")
    core.clock.text(at)
    if not isinstance(typed, str) or len(typed) > 200:
        raise LedgerError("bad-name", "a code is a text of at most 200 signs", "code")
    code = normalised(typed)
    book = core.rules.book
    shapes = [
        rule.pattern.pattern for rule in book.rules if rule.pattern is not None and fits(rule.pattern.pattern, code)
    ]
    named = [rule for rule in book.rules if any(code_key(own) == code_key(typed) for own in rule.codes)]
    if not named and shapes and not any(is_sound(shape, code) for shape in shapes):
        raise LedgerError("unknown-code", "there is no such code: a sign of it is wrong", "code")
    if any(rule.public for rule in named):
        return typed
    may_guess(core, who, at)
    if named:
        return typed
    rows = core.database.ask(_FIND, {"code": code}) if shapes else []
    if not rows:
        guessed(core, who, at)
        raise LedgerError("unknown-code", "there is no such code", "code")
    (row,) = rows
    _must_be_free(row.state, row.shown)
    return TypedCode(row.shown, row.rule)


def guessed(core: Core, customer: str, at: datetime) -> None:
    """Counts a code that does not exist; guests, whom nobody tells apart, are not counted."""
    if customer:
        values = {"customer": customer, "now": text_of(at), "before": text_after(at, -GUESSES_IN)}
        core.database.write(lambda connection: connection.execute(_GUESSED, values))


def may_guess(core: Core, customer: str, at: datetime) -> None:
    """TooManyGuesses for a customer who has tried too many codes that do not exist."""
    now = text_of(at)
    for since, many in core.database.ask(_GUESSES, {"customer": customer}):
        until = text_after(instant_of(since), GUESSES_IN)
        if many >= MOST_GUESSES and until > now:
            raise TooManyGuesses(instant_of(until), f"customer {customer}")


def _must_be_free(state: str, shown: str) -> None:
    if state == "void":
        raise LedgerError("code-void", f"{shown} is not valid any more", "code")
    if state != "free":
        what = "has been used" if state == "used" else "is held for an order that is not paid yet"
        raise LedgerError("code-taken", f"{shown} {what}", "code")


def hold(connection: Connection, rule: str, code: str, order_id: str) -> None:
    """Takes a single code for an order. Raises Shortage when another order has it, LedgerError when there is none."""
    values = {"code": code, "rule": rule, "order_id": order_id}
    if connection.execute(_HOLD, values).rowcount:
        return
    row = connection.execute(text(_FIND), values).first()
    if row is None or row.rule != rule:
        raise LedgerError("unknown-code", f"the ledger has no such code of {rule!r}", "cart.codes")
    if row.state == "void":
        raise LedgerError("code-void", f"{row.shown} is not valid any more", "cart.codes")
    raise Shortage("code", rule, 1, 0, f"code {row.shown}")


def end(connection: Connection, rule: str, order_id: str, before: str, state: str) -> int:
    """What the order has of the rule's codes in a state goes over into another; how many there were."""
    kept = order_id if state in ("held", "used") else ""
    values = {"rule": rule, "order_id": order_id, "before": before, "state": state, "kept": kept}
    return connection.execute(_END, values).rowcount


def _pattern(rule: Rule) -> CodePattern:
    if rule.pattern is None:
        what = f"{rule.name!r} has no single codes: its card has no line such as `codes 1000 like MAIL-####-####`"
        raise LedgerError("no-single-codes", what, "rule")
    return rule.pattern
