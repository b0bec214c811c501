"""What a ledger says of the folder's cards: budgets used, who owes what, and single codes (extra `ledger`).

Reads the ledger of a shop; writes nothing but new single codes. Makes plain JSON with amounts in major units. Called by
`app`.
"""

from __future__ import annotations

import base64
import csv
import io
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
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
        from pricing.ledger.books.sheet import owed_sheet, rules_sheet

        if by not in WAYS:
            raise WrongQuestion(f"a report is by one of {'; '.join(WAYS)}")
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

    # Single codes

    def codes(self, book: RuleBook) -> dict[str, Any]:
        """{rules: [{rule, label, pattern, most, free, held, used, void}]}: cards with `codes N like PATTERN`, and how many
        of their codes are what. Raises WrongQuestion for what the ledger refuses."""
        cards = [(rule, rule.pattern) for rule in book.rules if rule.pattern is not None]
        if not cards:
            return {"rules": []}
        with self._opened(book) as ledger:
            return {
                "rules": [
                    {"rule": rule.name, "label": rule.label, "pattern": pattern.pattern, "most": pattern.count,
                     "free": 0, "held": 0, "used": 0, "void": 0, **Counter(one.state for one in ledger.codes(rule.name))}
                    for rule, pattern in cards
                ]
            }  # fmt: skip

    def mint(self, book: RuleBook, rule: str, many: int, at: datetime, key: str) -> dict[str, Any]:
        """{codes, csv}: so many new codes of a card; with the same key the same ones. Raises WrongQuestion."""
        with self._opened(book) as ledger:
            made = ledger.mint_codes(rule, many, at, key)
        return {"codes": list(made), "csv": _csv([("code",), *((code,) for code in made)])}

    def listed(self, book: RuleBook, rule: str) -> dict[str, Any]:
        """{csv}: all codes of a card, with the state and the order of each, as `pricing codes export`."""
        with self._opened(book) as ledger:
            rows = [(one.code, one.state, one.order_id, one.at.isoformat()) for one in ledger.codes(rule)]
        return {"csv": _csv([("code", "state", "order", "made"), *rows])}

    @contextmanager
    def _opened(self, book: RuleBook) -> Iterator[Ledger]:
        """The ledger; what it refuses is a WrongQuestion."""
        from pricing.ledger import Ledger, LedgerError

        if "://" not in self.place and not Path(self.place).exists():
            raise WrongQuestion("the ledger: there is none at this place")
        try:
            with Ledger(self.place, book) as ledger:
                yield ledger
        except LedgerError as error:
            raise WrongQuestion(f"the ledger: {error.what}") from None


def _csv(rows: Iterable[tuple[str, ...]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


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
