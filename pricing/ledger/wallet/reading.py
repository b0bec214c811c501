"""What the ledger knows, without changing it: usage for the engine, the wallet, My Coupons."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from attrs import evolve, frozen
from sqlalchemy import BindParameter, Connection, bindparam, text

from pricing.ledger.core import Core
from pricing.ledger.store.instants import expiry_of, instant_of, name_of, text_of
from pricing.ledger.wallet.eligible import is_in_hours
from pricing.ledger.wallet.limits import ENDLESS, SPANS, day_of, span_of, used_up
from pricing.model.cart import MOST_COINS, MOST_LINES, MOST_UNITS, NO_USAGE, Lot, RuleUsage, Usage, Wallet

_USAGE = (
    "SELECT rule, 'customer' AS what, '' AS day, uses AS n, items AS m FROM customer_use"
    " WHERE customer = :customer AND rule IN :rules"
    " UNION ALL SELECT rule, what, day, sum(used), 0 FROM counter"
    " WHERE rule IN :rules AND what <> 'stock' AND (day = '' OR day IN :days) GROUP BY rule, what, day"
)
_USES_BY_DAY = (
    "SELECT rule, day, sum(many) FROM entry WHERE customer = :customer AND what = 'use' AND day >= :first AND day <= :last"
    " GROUP BY rule, day"
)
_FIELDS = {"total": "total", "day": "today", "budget": "spent", "day-budget": "spent_today", "items": "items_total"}
"""What a counter is in a rule's usage; those of money are followed by their currency."""
_MOST_NAMES = 500
"""So many rules are named in one query; with more, it asks for all and picks."""
_USAGE_OF_ALL = _USAGE.replace("rule IN :rules", "1 = 1")


def usage(
    core: Core,
    customer: str,
    rules: Iterable[str] | None,
    at: datetime,
    currency: str | None = None,
    looking: bool = False,
) -> Usage:
    """Earlier uses of limited rules (all of the book, or those named), holds included: one query.

    Money is that of budgets in `currency`; None: in the first of each card. `looking`: nobody buys yet, so that somebody
    without a name is shown what somebody new would see.
    """
    if customer:
        name_of(customer, "customer")
    text_of(at)
    wanted = set(core.rules.limited)
    if rules is not None:
        wanted &= {core.rules.rule(name).name for name in rules}
    if not wanted:
        return {}
    days = {rule: day_of(core.rules.find(rule), at) for rule in wanted if core.rules.limits(rule).by_day}
    values: dict[str, Any] = {"customer": customer, "days": sorted({"", *days.values()})}
    names: list[BindParameter[Any]] = [bindparam("days", expanding=True)]
    if len(wanted) <= _MOST_NAMES:
        values["rules"] = sorted(wanted)
        names.append(bindparam("rules", expanding=True))
    statement = text(_USAGE if "rules" in values else _USAGE_OF_ALL).bindparams(*names)
    found: dict[str, RuleUsage] = {}
    if not customer and not looking:
        # Nobody can count what somebody without a name used: what is limited for each customer is not for guests.
        nothing_left = RuleUsage(
            customer=ENDLESS,
            items_customer=ENDLESS,
            customer_day=ENDLESS,
            customer_week=ENDLESS,
            customer_month=ENDLESS,
        )
        found = {rule: nothing_left for rule in wanted if core.rules.limits(rule).by_customer}
    for rule, what, day, uses, items in core.database.ask(statement, values):
        if rule not in wanted or (day and day != days.get(rule)):
            continue
        known = found.get(rule, RuleUsage())
        name, _, money = what.partition(" ")
        if name == "customer":
            found[rule] = evolve(known, customer=int(uses), items_customer=int(items))
        elif not money or money == (currency or core.rules.rule(rule).currency):
            found[rule] = evolve(known, **{_FIELDS[name]: int(uses)})
    for rule, spans in _in_spans(core, customer, wanted, at).items():
        found[rule] = evolve(found.get(rule, RuleUsage()), **spans)
    return found


def _in_spans(core: Core, customer: str, wanted: set[str], at: datetime) -> dict[str, dict[str, int]]:
    """Uses by this customer today, this week and this month, of the rules that limit them: by rule and field of usage."""
    days = {rule: day_of(core.rules.find(rule), at) for rule in wanted if core.rules.limits(rule).uses_spans}
    if not customer or not days:
        return {}
    ends = {rule: {span: span_of(span, day) for span in SPANS} for rule, day in days.items()}
    values = {
        "customer": customer,
        "first": min(first for spans in ends.values() for first, _ in spans.values()),
        "last": max(last for spans in ends.values() for _, last in spans.values()),
    }
    found = {rule: dict.fromkeys((f"customer_{span}" for span in SPANS), 0) for rule in days}
    for rule, day, many in core.database.ask(_USES_BY_DAY, values):
        for span, (first, last) in ends.get(rule, {}).items():
            found[rule][f"customer_{span}"] += int(many) if first <= day <= last else 0
    return found


_WALLET = (
    # Coins that are owed are nobody's to spend.
    "SELECT '' AS rule, '' AS expires, coins - owed AS pieces, held FROM coin_balance WHERE customer = :customer"
    " UNION ALL SELECT rule, expires, pieces, held FROM lot WHERE customer = :customer AND pieces + held > 0"
)


def wallet_for_cart(core: Core, customer: str, at: datetime) -> Wallet:
    """What the customer can pay with now: free coins, and free pieces of coupons in the book that have not expired.

    At most as much as a cart may hold.
    """
    if not customer:
        return Wallet()
    now = text_of(at)
    coins, lots = 0, []
    for rule, expires, pieces, _ in core.database.ask(_WALLET, {"customer": customer}):
        if not rule:
            coins = max(0, min(int(pieces), MOST_COINS))
        elif pieces and expires > now and core.rules.find(rule) is not None:
            lots.append(Lot(rule, min(int(pieces), MOST_UNITS), expiry_of(expires)))
    lots.sort(key=lambda lot: (lot.rule, lot.expires is None, text_or_empty(lot)))
    return Wallet(coins, tuple(lots[:MOST_LINES]))


def text_or_empty(lot: Lot) -> str:
    """The lot's expiry for sorting."""
    return "" if lot.expires is None else text_of(lot.expires)


@frozen
class Card:
    """Pieces of one coupon in the same state."""

    rule: str
    label: str
    state: str
    """`usable`, `later`, `held` (for an order that is not paid yet), `used` or `expired`."""
    pieces: int
    when: datetime | None
    """Usable, held: until when (None: no end). Later: from when (None: see why). Used, expired: when."""
    why: str


@frozen
class MyCoupons:
    """What a customer sees under My Coupons."""

    customer: str
    known: bool
    """False: the ledger has never heard of this customer."""
    coins: int
    coins_held: int
    cards: tuple[Card, ...]
    """Usable first, then later, held, used, expired; within each by rule and time."""
    coins_pending: int = 0
    """What rewards bring once the orders that earned them are settled."""
    coins_owed: int = 0
    """Coins of rewards that were spent before their goods came back; taken off the next ones."""

    def of(self, state: str) -> tuple[Card, ...]:
        """The cards that are in this state: `usable`, `later`, `held`, `used` or `expired`."""
        return tuple(card for card in self.cards if card.state == state)


_STATES = ("usable", "later", "held", "used", "expired")

_MOVED = (
    "SELECT order_id, rule, call, at, what, many FROM entry WHERE customer = :customer AND order_id <> ''"
    " AND what IN ('pieces', 'pieces-held') AND call IN ('commit', 'refund') ORDER BY id"
)
_PENDING = text("SELECT pending FROM coin_balance WHERE customer = :customer")
_KNOWN = "SELECT 1 FROM entry WHERE customer = :customer LIMIT 1"


def wallet(core: Core, customer: str, at: datetime) -> MyCoupons:
    """Coins and coupons of a customer: usable now, later, held, used, expired; with when and why."""
    name_of(customer, "customer")
    text_of(at)
    counted = usage(core, customer, None, at)

    def work(connection: Connection) -> MyCoupons:
        values = {"customer": customer}
        coins = held = pending = 0
        cards: list[Card] = []
        for rule, expires, pieces, on_hold in connection.execute(text(_WALLET), values):
            if not rule:
                coins, held = int(pieces), int(on_hold)
                pending = int(connection.execute(_PENDING, values).scalar_one())
                continue
            if pieces:
                cards.append(_card(core, rule, int(pieces), expires, at, counted.get(rule, NO_USAGE)))
            if on_hold:
                why = "held for an order that is not paid yet"
                cards.append(Card(rule, _label(core, rule), "held", int(on_hold), expiry_of(expires), why))
        cards.extend(_used(core, connection, customer))
        known = connection.execute(text(_KNOWN), values).first() is not None
        cards.sort(key=_place)
        return MyCoupons(customer, known, max(0, coins), held, tuple(cards), pending, max(0, -coins))

    return core.database.read(work)


def _card(core: Core, rule: str, pieces: int, expires: str, at: datetime, use: RuleUsage) -> Card:
    card = core.rules.find(rule)
    until = expiry_of(expires)
    label = _label(core, rule)
    if expires <= text_of(at):
        return Card(rule, label, "expired", pieces, until, "not used in time")
    if card is None:
        return Card(rule, label, "expired", pieces, None, "no longer offered")
    if card.valid.end is not None and at >= card.valid.end:
        return Card(rule, label, "expired", pieces, card.valid.end, "the campaign is over")
    if card.valid.start is not None and at < card.valid.start:
        return Card(rule, label, "later", pieces, card.valid.start, "the campaign has not started")
    if not is_in_hours(card, at):
        return Card(rule, label, "later", pieces, None, "not on this day or at this hour")
    if why := used_up(core.rules.limits(rule), use, card.currency):
        return Card(rule, label, "later", pieces, None, why)
    return Card(rule, label, "usable", pieces, until, "")


def _used(core: Core, connection: Connection, customer: str) -> Iterable[Card]:
    """Pieces that orders used and that did not come back."""
    used: dict[tuple[str, str], list[Any]] = {}
    for order_id, rule, call, at, _, many in connection.execute(text(_MOVED), {"customer": customer}):
        known = used.setdefault((order_id, rule), [0, at])
        known[0] -= int(many)
        if call == "commit":
            known[1] = at
    for (order_id, rule), (pieces, at) in used.items():
        if pieces > 0:
            yield Card(rule, _label(core, rule), "used", pieces, instant_of(at), f"order {order_id}")


def _label(core: Core, rule: str) -> str:
    card = core.rules.find(rule)
    return card.label if card else ""


def _place(card: Card) -> tuple[int, str, bool, str, str]:
    when = "" if card.when is None else text_of(card.when)
    return _STATES.index(card.state), card.rule, card.when is None, when, card.why
