"""What every rule cost and did: for finance and marketing, straight from the journal."""

from __future__ import annotations

from datetime import datetime

from attrs import frozen
from sqlalchemy import Connection, text

from pricing.ledger.core import Core
from pricing.ledger.store.instants import text_of


@frozen
class RuleReport:
    """One rule over a span of time."""

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


def report(core: Core, start: datetime | None = None, end: datetime | None = None) -> tuple[RuleReport, ...]:
    """Uses, customers and money of each rule from `start` until `end`; sorted by rule."""
    values = {
        "start": "" if start is None else text_of(start, "start"),
        "end": "~" if end is None else text_of(end, "end"),
    }

    def work(connection: Connection) -> tuple[RuleReport, ...]:
        found = []
        for row in connection.execute(text(_REPORT), values):
            rule = core.rules.find(row.rule)
            found.append(
                RuleReport(
                    rule=row.rule,
                    label=rule.label if rule else "",
                    uses=int(row.uses),
                    customers=int(row.customers),
                    money=int(row.money),
                    platform=int(row.platform),
                    currency=rule.currency if rule else "USD",
                    budget=rule.budget if rule else None,
                    handed=int(row.handed),
                )
            )
        return tuple(found)

    return core.database.read(work)
