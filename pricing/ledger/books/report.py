"""What every rule cost and did: for finance and marketing, straight from the journal."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from attrs import frozen
from sqlalchemy import Connection, text

from pricing.ledger.core import Core
from pricing.ledger.store.instants import text_of
from pricing.ledger.wallet.limits import in_currency
from pricing.model.rule import Rule


@frozen
class RuleReport:
    """One rule over a span of time; a card in several currencies has one for each."""

    rule: str
    label: str
    uses: int
    """Net of what was released and given back."""
    customers: int
    money: int
    """Minor units given, net."""
    platform: int
    """The platform's part; sellers pay the rest."""
    currency: str
    budget: int | None
    handed: int
    """Pieces handed out."""


_REPORT = (
    "SELECT rule, sum(CASE WHEN what = 'use' THEN many ELSE 0 END) AS uses,"
    " count(DISTINCT CASE WHEN what = 'use' THEN customer END) AS customers,"
    " sum(CASE WHEN what = 'use' THEN money ELSE 0 END) AS money,"
    " sum(CASE WHEN what = 'use' THEN platform ELSE 0 END) AS platform,"
    " sum(CASE WHEN what = 'handed' THEN many ELSE 0 END) AS handed"
    " FROM entry WHERE what IN ('use', 'handed') AND at >= :start AND at < :end GROUP BY rule ORDER BY rule"
)

_BY_CURRENCY = (
    # Of a card in several currencies: money is of the order's.
    "SELECT currency, sum(many) AS uses, count(DISTINCT entry.customer) AS customers, sum(money) AS money,"
    " sum(platform) AS platform FROM entry JOIN orders ON orders.order_id = entry.order_id"
    " WHERE what = 'use' AND rule = :rule AND entry.at >= :start AND entry.at < :end GROUP BY currency ORDER BY currency"
)


def report(core: Core, start: datetime | None = None, end: datetime | None = None) -> tuple[RuleReport, ...]:
    """Uses, customers and money of each rule from `start` until `end`; sorted by rule, then currency."""
    values = {
        "start": "" if start is None else text_of(start, "start"),
        "end": "~" if end is None else text_of(end, "end"),
    }

    def work(connection: Connection) -> tuple[RuleReport, ...]:
        found: list[RuleReport] = []
        for row in connection.execute(text(_REPORT), values):
            rule = core.rules.find(row.rule)
            if rule is None or not rule.also:
                found.append(_told(row, row.rule, rule, int(row.handed)))
                continue
            for part in connection.execute(text(_BY_CURRENCY), {**values, "rule": row.rule}):
                own = part.currency == rule.currency
                found.append(_told(part, row.rule, in_currency(rule, part.currency), int(row.handed) if own else 0))
        return tuple(found)

    return core.database.read(work)


def _told(row: Any, name: str, rule: Rule | None, handed: int) -> RuleReport:
    return RuleReport(
        rule=name,
        label=rule.label if rule else "",
        uses=int(row.uses),
        customers=int(row.customers),
        money=int(row.money),
        platform=int(row.platform),
        currency=rule.currency if rule else "USD",
        budget=rule.budget if rule else None,
        handed=handed,
    )
