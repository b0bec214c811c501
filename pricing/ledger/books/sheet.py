"""A report as rows of text: for a table, CSV, JSON or a spreadsheet. Amounts are in major units, a row in one currency."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from attrs import frozen

from pricing.columns import clean
from pricing.ledger.books.owed import Owed, OwedReport
from pricing.ledger.books.report import RuleReport
from pricing.ledger.errors import LedgerError
from pricing.money import show

Cell = str | int | None
"""Text, an amount as text too; a count; nothing."""


@frozen
class Sheet:
    """Named columns, rows, and a total for each currency."""

    title: str
    columns: tuple[str, ...]
    """Machine names, such as `paid_back`."""
    rows: tuple[tuple[Cell, ...], ...]
    totals: tuple[tuple[Cell, ...], ...]
    """Under the same columns; None where a total has no meaning."""
    amounts: frozenset[str]
    """Columns whose text is an amount in major units."""

    def json(self) -> str:
        """One object: `rows` and `totals`, each a list of objects."""
        found = {"rows": self._objects(self.rows), "totals": self._objects(self.totals)}
        return json.dumps(found, ensure_ascii=False)

    def csv(self) -> str:
        """A line of names, then the rows; without totals, which a spreadsheet adds up itself."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(self.columns)
        writer.writerows([["" if cell is None else _plain(cell) for cell in row] for row in self.rows])
        return text.getvalue()

    def xlsx(self, place: Path) -> None:
        """Writes a spreadsheet with numbers as numbers, the totals below. Needs the extra `xlsx`.

        Amounts show the decimals of their currency; printed, it is as wide as one page, with the headings on each.
        """
        try:
            from xlsxwriter import Workbook
            from xlsxwriter.exceptions import XlsxWriterException
        except ModuleNotFoundError as error:
            what = "a spreadsheet needs xlsxwriter: pip install 'promotion-pricing[xlsx]' brings it"
            raise LedgerError("no-xlsxwriter", what, "xlsx") from error
        # Text that looks like a formula or an address stays text: names may hold anything.
        options = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
        book = Workbook(str(place), options)
        book.set_properties({"created": datetime(2000, 1, 1, tzinfo=UTC)})  # the same report, the same bytes
        page = book.add_worksheet("report")

        @cache
        def look(bold: bool, digits: str) -> object:
            return book.add_format({"bold": bold, "num_format": digits})

        for column, name in enumerate(self.columns):
            page.write_string(0, column, _heading(name), look(True, "@"))
        for line, row in enumerate(self._with_totals(), 1):
            bold = line > len(self.rows)
            for column, cell in enumerate(row):
                if isinstance(cell, int) or (cell is not None and self.columns[column] in self.amounts):
                    # A spreadsheet's numbers are floats; an amount has fewer digits than they hold: it is shown as it is.
                    page.write_number(line, column, float(cell), look(bold, _digits(cell)))
                elif cell is not None:
                    page.write_string(line, column, cell, look(bold, "@"))
        page.set_landscape()
        page.fit_to_pages(1, 0)
        page.repeat_rows(0)
        page.freeze_panes(1, 0)
        page.autofit()
        try:
            book.close()
        except (OSError, XlsxWriterException) as error:
            raise LedgerError("no-file", f"cannot be written: {error}", str(place)) from error

    def texts(self) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...], frozenset[int]]:
        """(headings, rows with the totals below, columns of numbers) for a table."""
        texts = tuple(tuple("" if cell is None else str(cell) for cell in row) for row in self._with_totals())
        numbers = {place for place, name in enumerate(self.columns) if name in self.amounts or name in _COUNTS}
        return tuple(map(_heading, self.columns)), texts, frozenset(numbers)

    def _with_totals(self) -> list[tuple[Cell, ...]]:
        """The rows, and below them the totals, which say so in the first column."""
        return [*self.rows, *(("total", *row[1:]) for row in self.totals)] if self.rows else []

    def _objects(self, rows: Sequence[tuple[Cell, ...]]) -> list[dict[str, Cell]]:
        return [
            {name: cell for name, cell in zip(self.columns, row, strict=True) if cell is not None or rows is self.rows}
            for row in rows
        ]


_COUNTS = frozenset({"orders", "uses", "customers", "handed_out"})


def _heading(name: str) -> str:
    return name.replace("_", " ")


def _digits(cell: str | int) -> str:
    """How a spreadsheet shows a number: with as many decimals as its text has."""
    decimals = len(cell.partition(".")[2]) if isinstance(cell, str) else 0
    return "0." + "0" * decimals if decimals else "0"


def _plain(cell: str | int) -> str | int:
    """A cell of CSV: a spreadsheet must not take a name for a formula."""
    if isinstance(cell, int):
        return cell
    shown = clean(cell)
    return "'" + shown if shown[:1] in ("=", "+", "@") or (shown[:1] == "-" and not shown[1:2].isdigit()) else shown


def owed_sheet(report: OwedReport) -> Sheet:
    """Who owes what."""
    amounts = ("given", "back", "net", *(("paid", "paid_back") if report.has_sales else ()))

    def row(one: Owed, keys: Sequence[Cell]) -> tuple[Cell, ...]:
        found = {"given": one.given, "back": one.back, "net": one.net, "paid": one.paid, "paid_back": one.paid_back}
        return (*keys, one.currency, one.orders, *(show(found[name], one.currency) for name in amounts))

    return Sheet(
        title=f"Given by {', '.join(report.by)}" if report.rows else "Nothing was paid",
        columns=(*report.by, "currency", "orders", *amounts),
        rows=tuple(row(one, one.keys) for one in report.rows),
        totals=tuple(row(one, [None] * len(report.by)) for one in report.totals),
        amounts=frozenset(amounts),
    )


def rules_sheet(rows: Sequence[RuleReport]) -> Sheet:
    """What every rule cost and did."""
    sums: dict[str, list[int]] = {}
    for one in rows:
        total = sums.setdefault(one.currency, [0, 0])
        total[0] += one.money
        total[1] += one.platform
    return Sheet(
        title="Rules" if rows else "No rule was used, no piece handed out",
        columns=(
            "rule", "label", "uses", "customers", "currency", "given", "platform", "sellers", "budget", "handed_out",
        ),
        rows=tuple(
            (
                one.rule,
                one.label,
                one.uses,
                one.customers,
                one.currency,
                *(show(many, one.currency) for many in (one.money, one.platform, one.money - one.platform)),
                None if one.budget is None else show(one.budget, one.currency),
                one.handed,
            )
            for one in rows
        ),
        totals=tuple(
            (None, None, None, None, currency, *(show(many, currency) for many in (given, ours, given - ours)), None, None)
            for currency, (given, ours) in sorted(sums.items())
        ),
        amounts=frozenset({"given", "platform", "sellers", "budget"}),
    )  # fmt: skip
