"""What a ledger says of the folder's cards: budgets used, and who owes what (extra `ledger`).

Reads the ledger of a shop, and never writes to it; makes plain JSON with amounts in major units. Called by `app`.
"""

from __future__ import annotations

import base64
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pricing.model.rulebook import RuleBook
from pricing.money import show
from pricing.studio.asked import WrongQuestion

if TYPE_CHECKING:
    from pricing.ledger import Ledger
    from pricing.ledger.books.sheet import Sheet

WAYS = ("rule", "seller,month", "payer,month", "campaign,rule")
"""What a report can be by."""


class Books:
    """The ledger at a place: a path (SQLite) or a postgresql:// URL."""

    def __init__(self, place: str) -> None:
        self.place = place

    def report(self, book: RuleBook, by: str, zone: str) -> dict[str, Any]:
        """Columns, rows and totals, the same as CSV and (where it can be made) as a spreadsheet in base64; budgets.

        Raises WrongQuestion, also for what the ledger refuses.
        """
        from pricing.ledger import LedgerError
        from pricing.ledger.books.sheet import owed_sheet, rules_sheet

        if by not in WAYS:
            raise WrongQuestion(f"a report is by one of {'; '.join(WAYS)}")
        try:
            with self._opened(book) as ledger:
                rules = ledger.report()
                sheet = rules_sheet(rules) if by == "rule" else owed_sheet(ledger.owed(by.split(","), zone=zone))
                budgets = [
                    {"rule": one.rule, "label": one.label, "currency": one.currency,
                     "given": show(one.money, one.currency), "budget": show(one.budget, one.currency),
                     "percent": 100 * one.money // one.budget if one.budget else 100}
                    for one in rules if one.budget is not None
                ]  # fmt: skip
                return {**_sheet(sheet), "budgets": budgets}
        except LedgerError as error:
            raise WrongQuestion(f"the ledger: {error.what}") from None

    def _opened(self, book: RuleBook) -> Ledger:
        from pricing.ledger import Ledger, LedgerError

        if "://" not in self.place and not Path(self.place).exists():
            raise LedgerError("no-ledger", "there is none at this place", self.place)
        return Ledger(self.place, book)


def _sheet(sheet: Sheet) -> dict[str, Any]:
    headings, rows, numbers = sheet.texts()
    return {
        "title": sheet.title,
        "columns": list(headings),
        "rows": [list(row) for row in rows],
        "numbers": sorted(numbers),
        "totals": len(sheet.totals) if sheet.rows else 0,
        "csv": sheet.csv(),
        "xlsx": _spreadsheet(sheet),
    }


def _spreadsheet(sheet: Sheet) -> str | None:
    """In base64; None without the library for it."""
    from pricing.ledger import LedgerError

    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "report.xlsx"
        try:
            sheet.xlsx(place)
        except LedgerError:
            return None
        return base64.b64encode(place.read_bytes()).decode()
