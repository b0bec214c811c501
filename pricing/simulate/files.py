"""The answer of a replay as data: JSON, one tidy CSV, and Parquet with a row for each order."""

from __future__ import annotations

import csv
import io
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pricing.money import show
from pricing.simulate.receipts import Shown
from pricing.simulate.rows import SCHEMA
from pricing.simulate.sums import Answer, Sums
from pricing.simulate.tables import Cell, tables

Orders = dict[str, tuple[Shown, ...]]
"""By currency, the orders that change most."""

_NOT_SHOWN = ("limits", "cart", "usage")
"""Columns of the rows that are of use to the replay alone."""


def as_dict(answer: Answer, orders: Orders) -> dict[str, Any]:
    """Everything; amounts are texts in major units, as in a quote."""
    return {
        "orders": answer.orders,
        "wrong": answer.wrong,
        "problems": [{"order": where, "problem": what} for where, what in answer.problems],
        **_decisions(answer),
        "currencies": [_sums(sums, orders[name]) for name, sums in sorted(answer.by_currency.items())],
    }


def _decisions(answer: Answer) -> dict[str, Any]:
    """Whether a decision log recomputes; nothing where no version is one."""
    if not answer.log:
        return {}
    differences = [{"decision": where, "difference": what} for where, what in answer.differences]
    return {"differing": answer.differing, "differences": differences}


def _sums(sums: Sums, orders: tuple[Shown, ...]) -> dict[str, Any]:
    def amount(minor: int) -> str:
        return show(minor, sums.currency)

    made: dict[str, Any] = {
        "currency": sums.currency,
        "orders": sums.orders,
        "listed": amount(sums.listed),
        "old": amount(sums.old),
        "new": amount(sums.new),
        "change": amount(sums.new - sums.old),
        "pay_more": {"orders": sums.pay_more, "amount": amount(sums.more)},
        "pay_less": {"orders": sums.pay_less, "amount": amount(sums.less)},
        "pay_the_same": sums.orders - sums.pay_more - sums.pay_less,
        "priced_twice": sums.twice,
        "coins": {"old": sums.coins_old, "new": sums.coins_new},
        "earned": {"old": sums.earned_old, "new": sums.earned_new},
        "unproved": {
            "old": {"orders": sums.unproved_old, "at_least": amount(sums.old - sums.slack_old)},
            "new": {"orders": sums.unproved_new, "at_least": amount(sums.new - sums.slack_new)},
        },
    }
    for table in tables(sums):
        made[table.name] = [
            {
                column.name: _data(cell, column.kind, sums.currency)
                for column, cell in zip(table.columns, row, strict=True)
            }
            for row in table.rows
        ]
    made["spent_by_day"] = [
        {"name": rule, "day": day, "old": amount(old), "new": amount(new)}
        for rule, spent in sorted(sums.spent.items())
        for day, (old, new) in sorted(spent.days.items())
    ]
    made["changes"] = [_change(one, sums.currency) for one in orders]
    return made


def _change(one: Shown, currency: str) -> dict[str, Any]:
    change = one.change
    return {
        "order": change.where, "old": show(change.old, currency), "new": show(change.new, currency),
        "change": show(change.more, currency), "rules": {rule: show(by, currency) for rule, by in one.rules},
        "receipt_old": one.old, "receipt_new": one.new,
    }  # fmt: skip


def _data(cell: Cell, kind: str, currency: str) -> Cell:
    return cell if cell is None or kind in ("text", "count") else show(int(cell), currency)


def as_csv(answer: Answer) -> str:
    """All tables below each other: which table, which name, and a column for each measure."""
    measures: dict[str, None] = {}
    rows: list[dict[str, Any]] = []
    for currency, sums in sorted(answer.by_currency.items()):
        for table in tables(sums):
            for row in table.rows:
                made: dict[str, Any] = {"currency": currency, "table": table.name}
                for column, cell in zip(table.columns, row, strict=True):
                    measures.setdefault(column.name)
                    made[column.name] = _data(cell, column.kind, currency)
                rows.append({**made, "name": _tame(str(made["name"]))})
    out = io.StringIO()
    writer = csv.DictWriter(out, ["currency", "table", *measures], restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def _tame(name: str) -> str:
    """A name that no spreadsheet takes for a formula."""
    return f"'{name}" if name[:1] in "=+-@\t\r" else name


class OrdersFile:
    """A Parquet file with one row for each order, written batch by batch."""

    def __init__(self, file: str) -> None:
        names = [name for name in SCHEMA.names if name not in _NOT_SHOWN]
        self._names = names
        self._writer = pq.ParquetWriter(file, pa.schema([SCHEMA.field(name) for name in names]), compression="zstd")

    def write(self, rows: Any) -> None:
        self._writer.write_batch(rows.select(self._names))

    def close(self) -> None:
        self._writer.close()
