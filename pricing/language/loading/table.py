"""One CSV file of the catalogue, row by row, with a place for every finding.

Reads the text of a file; makes a `Table`, and says what spreadsheets do to such files: semicolons or tabs instead of commas,
cells that a decimal comma has cut in two, characters that cannot be seen. Next: `catalogue`.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping

from attrs import frozen

from pricing.language.diagnostics.diagnostic import Diagnostic, Findings, about_file
from pricing.language.diagnostics.source import Source, Span


@frozen
class Row:
    """A row below the first one."""

    number: int
    """From 1; the first row, which names the columns, counts."""
    cells: Mapping[str, str]
    """By column, without outer blanks; empty where the row is too short."""
    line: int
    """The line of the file on which the row ends."""


@frozen
class Table:
    """A file of rows with what there is to say about it."""

    source: Source
    rows: tuple[Row, ...]
    findings: Findings
    whole: bool
    """Whether its rows can be read."""

    def tell(
        self, code: str, row: Row, cell: str, message: str, *, caret: str = "", helps: Iterable[str] = (),
        severity: str = "", right: str = "",
    ) -> None:  # fmt: skip
        """Note a finding about a cell of a row. `right`: what to put in its place, the quotes around it included."""
        where = self._where(row, cell)
        fix = None
        if right and self.source.text[where.start : where.end] == cell:
            quoted = Span(where.start - 1, where.end + 1)
            around = (
                self.source.text[max(quoted.start, 0) : quoted.start + 1] + self.source.text[where.end : quoted.end]
            )
            fix = self.findings.replace(quoted if around == '""' else where, right, safe=True)
        self.findings.add(code, where, message, caret=caret, helps=helps, severity=severity, fix=fix)

    def _where(self, row: Row, cell: str) -> Span:
        """A cell in the text of its row, or the row's last line."""
        text, start = self.source.line(row.line), self.source.start(row.line)
        at = text.find(cell) if cell else -1
        return Span(start + at, start + at + len(cell)) if at >= 0 else Span(start, start + len(text))


def read_table(path: str, text: str, column: str) -> Table:
    """The rows of a file that must have a column."""
    source = Source(path, text)
    findings = Findings(source)
    try:
        rows, head = _rows(source, findings, column)
    except csv.Error as error:
        return _unread(source, findings, f"This catalogue file cannot be read: {error}.")
    if column in head:
        return Table(source, tuple(rows), findings, True)
    helps = f"Its first line names the columns: {column}"
    if len(head) < 2 and (sign := next((sign for sign in ";\t" if sign in "".join(head)), "")):
        what = "semicolons" if sign == ";" else "tabs"
        said = f"This catalogue file has {what} between its columns, not commas."
        return _unread(source, findings, said, "Save it as CSV with commas, in UTF-8; amounts as in 45.00.")
    return _unread(source, findings, f'This catalogue file has no column "{column}".', helps)


def _unread(source: Source, findings: Findings, message: str, *helps: str) -> Table:
    told: Diagnostic = about_file("P0232", source.name, message, helps=helps)
    findings.found[:] = [told]
    return Table(source, (), findings, False)


def _rows(source: Source, findings: Findings, column: str) -> tuple[list[Row], list[str]]:
    """All rows with something in them, and the names of the columns. Raises csv.Error."""
    reader = csv.reader(io.StringIO(source.text, newline=""))
    head: list[str] = []
    rows: list[Row] = []
    table = Table(source, (), findings, True)
    for number, raw in enumerate(reader, 1):
        cells = [cell.strip() for cell in raw]
        if not head:
            head = [name.lower() for name in cells]
            if column not in head:
                break
            continue
        if not any(cells):
            continue
        seen = [cell if cell.isprintable() else "".join(filter(str.isprintable, cell)) for cell in cells]
        row = Row(number, dict(zip(head, (*seen, *[""] * len(head)), strict=False)), reader.line_num)
        rows.append(row)
        _check(table, row, cells, len(head))
    return rows, head


def _check(table: Table, row: Row, cells: list[str], columns: int) -> None:
    """Tells characters that cannot be seen, which are passed over, and more cells than columns."""
    unseen = next(
        (letter for cell in cells if not cell.isprintable() for letter in cell if not letter.isprintable()), ""
    )
    if unseen:
        said = f"Row {row.number} of this catalogue file has a character that cannot be seen (U+{ord(unseen):04X})."
        table.tell("P0232", row, unseen, said)
    if any(cells[columns:]):
        room = f"{columns} column{'' if columns == 1 else 's'}"
        table.tell(
            "P0240", row, "", f"This row has {len(cells)} cells, for {room}.",
            helps=("A cell with a comma in it stands in quotes; decimals stand after a point.",),
        )  # fmt: skip
