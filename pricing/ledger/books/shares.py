"""Who gives what: every saving of paid orders by seller, month, campaign, rule and payer, less what returns gave back.

Reads the journal and the kept quotes; makes `Share`s, one for each part of a saving. What a return gives back is the
difference of two running sums, as in a refund, so that the parts of an order end at nothing when all of it came back.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime, tzinfo
from itertools import groupby
from typing import Any

from attrs import evolve, frozen
from sqlalchemy import Connection, text

from pricing.engine import State, charge_name, charges_back
from pricing.ledger.core import Core
from pricing.ledger.orders.stored import quote_of
from pricing.ledger.store.faults import read_back
from pricing.ledger.store.instants import instant_of
from pricing.model.quote import Quote, Saving, less, shared

PLATFORM, SELLER = "platform", "seller"
"""The payers that no catalogue names; the seller is the one of the goods."""


@frozen
class Share:
    """What one payer gives by one rule at one seller in one order, or has back when goods return. Minor units."""

    order: str
    seller: str
    month: str
    """As in `2026-06`."""
    currency: str
    campaign: str = ""
    """Empty for a rule that the book does not have any more."""
    rule: str = ""
    """Empty for what the customer paid, and was paid back, at the seller."""
    payer: str = ""
    given: int = 0
    back: int = 0
    paid: int = 0
    paid_back: int = 0


_ORDERS = text(
    "SELECT order_id, document FROM orders WHERE state = 'committed' AND order_id > :after AND EXISTS"
    " (SELECT 1 FROM entry WHERE entry.order_id = orders.order_id AND entry.what IN ('paid', 'back')"
    " AND entry.at >= :start AND entry.at < :end) ORDER BY order_id LIMIT 500"
)
_MOVES = text(
    "SELECT order_id, at, call, key, rule, line, many, money FROM entry"
    " WHERE what IN ('paid', 'back') AND order_id > :after AND order_id <= :last ORDER BY order_id, id"
)


def shares(core: Core, connection: Connection, start: str, end: str, zone: tzinfo) -> Iterator[Share]:
    """Every share of what was paid, and came back, from `start` until `end` (as the tables spell them); by order."""

    def campaign_of(rule: str) -> str:
        card = core.rules.find(rule)
        return card.campaign if card else ""

    after = ""
    while rows := connection.execute(_ORDERS, {"start": start, "end": end, "after": after}).all():
        moves: dict[str, list[Any]] = {}
        for move in connection.execute(_MOVES, {"after": after, "last": rows[-1].order_id}):
            moves.setdefault(move.order_id, []).append(move)
        for row in rows:
            with read_back(f"order {row.order_id}"):
                quote = quote_of(json.loads(row.document)["quote"])
            story = _Story(row.order_id, quote, campaign_of, zone)
            for _, call in groupby(moves[row.order_id], lambda move: (move.call, move.key)):
                yield from story.told(list(call), start, end)
        after = rows[-1].order_id


class _Story:
    """One order from its payment on."""

    def __init__(self, order: str, quote: Quote, campaign_of: Callable[[str], str], zone: tzinfo) -> None:
        self.order = order
        self.quote = quote
        self.campaign_of = campaign_of
        self.zone = zone
        self.units = {line.id: 0 for line in quote.lines}
        self.charges = charges_back(quote, False)
        self.stores = {line.id: line.store for line in quote.lines}
        self.charge_stores = {charge_name(charge): charge.store for charge in quote.shipping}

    def told(self, moves: list[Any], start: str, end: str) -> Iterator[Share]:
        """The shares of one payment, or of one payment back; none when it was not between `start` and `end`."""
        at = moves[0].at
        month = self.month(at)
        if moves[0].call == "commit":
            found = self._paid(month)
        else:
            old = State(self.quote, dict(self.units), dict(self.charges))
            self._move_on(moves)
            found = self._back(old, moves, month)
        if start <= at < end:
            yield from found

    def month(self, at: str) -> str:
        """The month of an instant, as in `2026-06`."""
        return _month(instant_of(at), self.zone)

    def _paid(self, month: str) -> Iterator[Share]:
        priced = [(line.store, line.pays, line.savings) for line in self.quote.lines]
        priced += [(charge.store, charge.pays, charge.savings) for charge in self.quote.shipping]
        for store, pays, savings in priced:
            yield Share(self.order, store, month, self.quote.currency, paid=pays)
            for saving in savings:
                yield from self._parts(saving, store, month)

    def _back(self, old: State, moves: list[Any], month: str) -> Iterator[Share]:
        for move in moves:
            if move.rule:
                for name, money in self._charges_of(move):
                    store = self.charge_stores[name]
                    yield Share(self.order, store, month, self.quote.currency, paid_back=money)
            else:
                store = self.stores[move.line]
                yield Share(self.order, store, month, self.quote.currency, paid_back=move.money)
        new = State(self.quote, self.units, self.charges)
        for before, after in zip(old.parts(), new.parts(), strict=True):
            for saving in after.savings:
                now = less(shared(saving, after.share), shared(saving, before.share))
                for share in self._parts(now, after.store, month):
                    yield evolve(share, given=0, back=share.given)

    def _charges_of(self, move: Any) -> list[tuple[str, int]]:
        """(charge, minor units) of an entry that pays shipping back; older ones stand for all charges together."""
        if move.line:
            return [(move.line, move.money)]
        return [(charge_name(charge), charge.pays) for charge in self.quote.shipping]

    def _move_on(self, moves: list[Any]) -> None:
        """Takes what came back into account."""
        whole = charges_back(self.quote, True)
        for move in moves:
            if not move.rule:
                self.units[move.line] += move.many
                continue
            for name, money in self._charges_of(move):
                self.charges[name] = whole[name] if move.many else self.charges[name] + money

    def _parts(self, saving: Saving, store: str, month: str) -> Iterator[Share]:
        """The payers' parts of a saving, as given."""
        campaign = self.campaign_of(saving.rule)
        for payer, amount in ((PLATFORM, saving.platform), *saving.payers, (SELLER, saving.seller)):
            if amount:
                yield Share(
                    self.order, store, month, self.quote.currency, campaign, saving.rule, payer, given=amount
                )  # fmt: skip


def _month(at: datetime, zone: tzinfo) -> str:
    return at.astimezone(zone).strftime("%Y-%m")
