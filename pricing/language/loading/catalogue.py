"""The names that exist: stores, categories, brands, skus, segments and more, as the catalogue's CSV files list them.

Reads the texts of `catalogue/*.csv`, each optional; makes a `Catalogue`, and a finding for every row that cannot be meant
so. A name is checked only when its file is there. Next: `scopes`, checks of sense, `audit`, completion.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from attrs import field, frozen

from pricing.facts import FACTS, LINE
from pricing.language.diagnostics.diagnostic import Diagnostic
from pricing.language.diagnostics.nearest import LONGEST, MOST
from pricing.language.loading.table import Row, Table, read_table

_LISTED = sorted([fact for fact in FACTS if fact.file], key=lambda fact: fact.of != LINE)
_COLUMNS = {**{fact.word: fact.column for fact in _LISTED}, "payers": "payer"}
_FILES = {**{fact.word: fact.file for fact in _LISTED}, "payers": "payers.csv"}
TABLES = tuple(_FILES.values())
"""The files of a catalogue."""
_SEPARATORS = re.compile(r"[;|\s]+")
_NAMED = {"stores": ("store", "P0239"), "categories": ("categories", "P0239"), "brands": ("brand", "P0239")}
"""Columns of skus.csv that name things of other files."""


@frozen
class Item:
    """A row of skus.csv. Empty texts where the file has no such column."""

    sku: str
    store: str
    price: str
    categories: tuple[str, ...]
    brand: str
    tags: tuple[str, ...]


@frozen
class Catalogue:
    """Known names by scope word; a word that is missing has no file and is not checked."""

    names: Mapping[str, frozenset[str]]
    files: Mapping[str, str]
    """The file of each word, as messages name it."""
    items: tuple[Item, ...] = ()
    titles: Mapping[str, Mapping[str, str]] = field(factory=dict, repr=False)
    """By scope word and name, what people call it: the column `name`."""

    def has(self, word: str, name: str) -> bool:
        """Whether a name exists; a category also when something stands under it."""
        return word not in self.names or name in self.names[word]

    def title(self, word: str, name: str) -> str:
        """What people call something; empty when the catalogue does not say."""
        return self.titles.get(word, {}).get(name, "")

    def called(self, word: str, title: str) -> str:
        """The one name of what people call so, whatever its capitals; empty when there is none, or several."""
        titles = self.titles.get(word, {})
        if len(titles) > MOST or len(title) > LONGEST:
            return ""
        sought = title.casefold()
        found = [name for name, one in titles.items() if one.casefold() == sought]
        return found[0] if len(found) == 1 else ""


NO_CATALOGUE = Catalogue({}, {})


def read_catalogue(texts: Mapping[str, str]) -> tuple[Catalogue, tuple[Diagnostic, ...]]:
    """The catalogue of CSV texts by the name of their file, such as `rules/catalogue/stores.csv`."""
    names: dict[str, frozenset[str]] = {}
    files: dict[str, str] = {}
    titles: dict[str, Mapping[str, str]] = {}
    told: list[Diagnostic] = []
    goods: Table | None = None
    by_last = {path.rsplit("/", 1)[-1].lower(): path for path in sorted(texts)}
    for word, file in _FILES.items():
        path = by_last.get(file)
        if path is None:
            continue
        column = _COLUMNS[word]
        table = read_table(path, texts[path], column)
        if table.whole:
            names[word] = _names(table, column)
            files[word] = path
            titles[word] = {row.cells[column]: row.cells["name"] for row in table.rows if row.cells.get("name")}
            if word == "skus":
                goods = table
            else:
                _twice(table, column)
        if word != "skus" or not table.whole:
            told += table.findings.found
    items: tuple[Item, ...] = ()
    if goods is not None:
        items = tuple(_item(row.cells) for row in goods.rows if row.cells["sku"])
        _check_goods(goods, names, files)
        told += goods.findings.found
    return Catalogue(names, files, items, titles), tuple(told)


def _names(table: Table, column: str) -> frozenset[str]:
    found = {row.cells[column] for row in table.rows if row.cells[column]}
    if column == "category":
        found |= {path for name in found for path in above(name)}
    return frozenset(found)


def _item(row: Mapping[str, str]) -> Item:
    return Item(
        row["sku"], row.get("store", ""), row.get("price", ""), _several(row.get("categories", "")),
        row.get("brand", ""), _several(row.get("tags", "")),
    )  # fmt: skip


def _several(cell: str) -> tuple[str, ...]:
    return tuple(part for part in _SEPARATORS.split(cell) if part)


def above(category: str) -> list[str]:
    """The categories that a category stands under."""
    parts = category.split("/")
    return ["/".join(parts[:depth]) for depth in range(1, len(parts))]


# Row by row


def _check_goods(table: Table, names: Mapping[str, frozenset[str]], files: Mapping[str, str]) -> None:
    """Prices that are none, names that do not exist, and skus with two prices."""
    for row in table.rows:
        if table.findings.full:
            return
        if not row.cells["sku"]:
            table.tell("P0240", row, "", "This row has no sku.")
            continue
        for column in ("price", "floor"):
            _check_amount(table, row, column)
        for word, (column, code) in _NAMED.items():
            cell = row.cells.get(column, "")
            for name in _several(cell) if word == "categories" else (cell,):
                if name and word in names and name not in names[word]:
                    _unknown(table, row, column, name, names[word], files[word], code)
    _twice(table, "sku")


def _unknown(table: Table, row: Row, column: str, name: str, known: frozenset[str], file: str, code: str) -> None:
    singular = "category" if column == "categories" else column
    meant = table.findings.nearest(name, known)
    table.tell(
        code, row, name, f'There is no {singular} called "{name[:60]}".', caret=f"not in {file}",
        helps=(f"Did you mean {meant}?",) if meant else (),
    )  # fmt: skip


def _twice(table: Table, column: str) -> None:
    """Two rows of one name: in skus.csv an error when they differ, for one of the two prices is wrong."""
    first: dict[tuple[str, str], Row] = {}
    for row in table.rows:
        name = row.cells[column]
        if not name or table.findings.full:
            continue
        key = (name, row.cells.get("store", "") if column == "sku" else "")
        other = first.setdefault(key, row)
        if other is row:
            continue
        differ = column == "sku" and other.cells != row.cells
        what = "with something else in it" if differ else "once is enough"
        table.tell(
            "P0238", row, name, f"The {column} {name[:60]} stands here twice.", caret=what,
            helps=(f"It stands in row {other.number} too.",), severity="" if differ else "warning",
        )  # fmt: skip


_GOOD = re.compile(r"(?:0|[1-9][0-9]{0,11})(?:\.[0-9]{1,4})?", re.ASCII)
_COMMA = re.compile(r"[0-9]{1,12},[0-9]{1,2}", re.ASCII)
_THOUSANDS = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]{1,4})?", re.ASCII)


def _check_amount(table: Table, row: Row, column: str) -> None:
    cell = row.cells.get(column, "")
    if not cell or _GOOD.fullmatch(cell) or (column == "floor" and _GOOD.fullmatch(cell.rstrip(" %"))):
        return
    right, why = "", "not an amount"
    if _THOUSANDS.fullmatch(cell):
        right, why = cell.replace(",", ""), "thousands have no commas"
    elif _COMMA.fullmatch(cell):
        right, why = cell.replace(",", "."), "decimals stand after a point"
    elif cell[0] in "-−" and _GOOD.fullmatch(cell[1:].strip()):
        why = "a price is not negative"
    elif _GOOD.fullmatch(cell.strip(" $€£¥")):
        right, why = cell.strip(" $€£¥"), "without a currency"
    elif cell.startswith("#"):
        why = "what a spreadsheet writes when a formula fails"
    table.tell(
        "P0237", row, cell, f'"{cell[:40]}" is not a {column}.', caret=why,
        helps=("Write amounts as in 45.00: digits, and decimals after a point.",) if not right else (), right=right,
    )  # fmt: skip
