"""One CSV file of the catalogue, row by row, with a place for every finding.

Reads the text of a file; makes a `Table`, and says what spreadsheets do to such files: semicolons or tabs instead of commas,
cells that a decimal comma has cut in two, characters that cannot be seen. Next: `catalogue`.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from itertools import islice

from attrs import evolve, field, frozen

from pricing.language.diagnostics.diagnostic import Diagnostic, Findings, about_file
from pricing.language.diagnostics.source import Source, Span

HEADS = 10
"""Lines in which the names of the columns are looked for."""
_SIGNS = {",": "commas", ";": "semicolons", "\t": "tabs"}
_BREAKS = ("\n", "\r")


@frozen
class Row:
    """A row below the one that names the columns."""

    number: int
    """From 1; all rows of the file count."""
    cells: Mapping[str, str]
    """By column, without outer blanks; empty where the row is too short."""
    line: int
    """The line of the file on which the row ends."""
    raw: tuple[str, ...] = field(default=(), repr=False)
    """Its cells as they stand, in order."""


@frozen
class Table:
    """A file of rows with what there is to say about it."""

    source: Source
    rows: tuple[Row, ...]
    findings: Findings
    whole: bool
    """Whether its rows can be read."""
    head: tuple[str, ...] = ()
    """The names of its columns, in small letters."""

    def tell(
        self, code: str, row: Row, cell: str, message: str, *, column: str = "", caret: str = "",
        helps: Iterable[str] = (), severity: str = "", right: str = "",
    ) -> None:  # fmt: skip
        """Note a finding about a cell of a row, or a part of it. `right`: what to put in its place, the quotes around it
        included.
        """
        where = self._where(row, cell, column)
        fix = None
        if right and self.source.text[where.start : where.end] == cell:
            quoted = Span(where.start - 1, where.end + 1)
            around = (
                self.source.text[max(quoted.start, 0) : quoted.start + 1] + self.source.text[where.end : quoted.end]
            )
            fix = self.findings.replace(quoted if around == '""' else where, right, safe=True)
        self.findings.add(code, where, message, caret=caret, helps=helps, severity=severity, fix=fix)

    def _where(self, row: Row, cell: str, column: str) -> Span:
        """A cell in the text of its row, or the row's last line."""
        text, start = self.source.line(row.line), self.source.start(row.line)
        begin = 0
        for before in row.raw[: self.head.index(column)] if column in self.head else ():
            begin = max(text.find(before, begin), begin - len(before)) + len(before)
        at = text.find(cell, begin) if cell else -1
        return Span(start + at, start + at + len(cell)) if at >= 0 else Span(start, start + len(text))


def read_table(path: str, text: str, column: str) -> Table:
    """The rows of a file that must have a column."""
    source = Source(path, text)
    findings = Findings(source)
    try:
        sign, above = _laid_out(text, column)
        table = _rows(source, findings, column, sign or ",", above)
    except csv.Error as error:
        return _unread(source, findings, f"This catalogue file cannot be read: {error}.")
    if not text.strip():
        return _unread(source, findings, "There is nothing in this catalogue file.", _named(column))
    if not sign:
        has = ", ".join(name[:40] for name in table.head[:8] if name.isprintable())
        said = f"Its first line says: {has}" if has else ""
        return _unread(source, findings, f'This catalogue file has no column "{column}".', _named(column), said)
    if sign != ",":
        said = f"This catalogue file has {_SIGNS[sign]} between its columns, not commas."
        helps = "Save it as CSV with commas, in UTF-8; amounts as in 45.00."
        findings.found.insert(0, about_file("P0232", path, said, helps=(helps,)))
    if above:
        said = f"This catalogue file names its columns in line {above + 1}, not in the first."
        findings.found.insert(0, about_file("P0232", path, said, helps=("Take away the lines above it.",)))
    if not table.rows:
        said = "This catalogue file names its columns, and nothing else."
        findings.found.append(about_file("P0134", path, said, helps=("Was it saved with its rows?",)))
    return table


def _named(column: str) -> str:
    return f"Its first line names the columns: {column}"


def _laid_out(text: str, column: str) -> tuple[str, int]:
    """What stands between the columns of a file, and how many lines above the one that names them; ("", 0): none does.
    Raises csv.Error.
    """
    lines = io.StringIO(text[:100_000], newline="")
    for above, line in enumerate(islice(lines, HEADS)):
        for sign in _SIGNS:
            for cells in csv.reader([line], delimiter=sign):
                if column in [cell.strip().lower() for cell in cells]:
                    return sign, above
    return "", 0


def _unread(source: Source, findings: Findings, message: str, *helps: str) -> Table:
    told: Diagnostic = about_file("P0232", source.name, message, helps=filter(None, helps))
    findings.found[:] = [told]
    return Table(source, (), findings, False)


def _rows(source: Source, findings: Findings, column: str, sign: str, above: int) -> Table:
    """All rows with something in them, and the names of the columns. Raises csv.Error."""
    lines = io.StringIO(source.text, newline="")
    for _ in range(above):
        lines.readline()
    reader = csv.reader(lines, delimiter=sign)
    table = Table(source, (), findings, True)
    rows: list[Row] = []
    for number, raw in enumerate(reader, above + 1):
        cells = [cell.strip() for cell in raw]
        if not table.head:
            table = evolve(table, head=tuple(name.lower() for name in cells))
            if column not in table.head:
                break
            continue
        if not any(cells):
            continue
        row = Row(number, dict(zip(table.head, map(_seen, (*cells, *[""] * len(table.head))), strict=False)),
                  reader.line_num + above, tuple(cells))  # fmt: skip
        rows.append(row)
        _check(table, row, cells)
    return evolve(table, rows=tuple(rows))


def _seen(cell: str) -> str:
    """A cell without characters that cannot be seen; one that goes over several lines is taken for none."""
    if cell.isprintable():
        return cell
    return "" if any(sign in cell for sign in _BREAKS) else "".join(filter(str.isprintable, cell))


def _check(table: Table, row: Row, cells: list[str]) -> None:
    """Tells cells over several lines, characters that cannot be seen, and more cells than columns."""
    unseen = "".join(letter for cell in cells if not cell.isprintable() for letter in cell if not letter.isprintable())
    if any(sign in unseen for sign in _BREAKS):
        table.tell(
            "P0232", row, "", f"A cell of row {row.number} of this catalogue file goes on in the next line.",
            caret="it ends here", helps=("Has it a line break in it? Or do its quotes begin, and never end?",),
        )  # fmt: skip
    elif unseen:
        code = f"U+{ord(unseen[0]):04X}"
        said = f"Row {row.number} of this catalogue file has a character that cannot be seen ({code})."
        table.tell("P0232", row, unseen[0], said)
    if any(cells[len(table.head) :]):
        room = f"{len(table.head)} column{'' if len(table.head) == 1 else 's'}"
        table.tell(
            "P0240", row, "", f"This row has {len(cells)} cells, for {room}.",
            helps=("A cell with a comma in it stands in quotes; decimals stand after a point.",),
        )  # fmt: skip
