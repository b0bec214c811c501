"""The names that exist: stores, categories, brands, skus and segments, as the catalogue's CSV files list them.

Reads the texts of `catalogue/*.csv`, each optional; makes a `Catalogue`. A name is checked only when its file is there.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping

from attrs import frozen

from pricing.language.diagnostics.diagnostic import Diagnostic, about_file

_COLUMNS = {"stores": "store", "categories": "category", "brands": "brand", "customers": "segment", "skus": "sku"}
_FILES = {
    "stores": "stores.csv",
    "categories": "categories.csv",
    "brands": "brands.csv",
    "customers": "segments.csv",
    "skus": "skus.csv",
}
_SEPARATORS = re.compile(r"[;|\s]+")


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

    def has(self, word: str, name: str) -> bool:
        """Whether a name exists; a category also when something stands under it."""
        return word not in self.names or name in self.names[word]


NO_CATALOGUE = Catalogue({}, {})


def read_catalogue(texts: Mapping[str, str]) -> tuple[Catalogue, tuple[Diagnostic, ...]]:
    """The catalogue of CSV texts by the name of their file, such as `rules/catalogue/stores.csv`."""
    names: dict[str, frozenset[str]] = {}
    files: dict[str, str] = {}
    items: tuple[Item, ...] = ()
    told: list[Diagnostic] = []
    by_last = {path.rsplit("/", 1)[-1].lower(): path for path in sorted(texts)}
    for word, file in _FILES.items():
        path = by_last.get(file)
        if path is None:
            continue
        rows, problem = _rows(texts[path], _COLUMNS[word])
        if problem:
            helps = (f"Its first line names the columns: {_COLUMNS[word]}",) if "column" in problem else ()
            told.append(about_file("P0232", path, problem, helps=helps))
            continue
        found = {row[_COLUMNS[word]] for row in rows if row[_COLUMNS[word]]}
        if word == "categories":
            found |= {path_above for name in found for path_above in above(name)}
        names[word] = frozenset(found)
        files[word] = path
        if word == "skus":
            items = tuple(_item(row) for row in rows)
    return Catalogue(names, files, items), tuple(told)


def _rows(text: str, column: str) -> tuple[list[dict[str, str]], str]:
    try:
        rows = list(csv.reader(io.StringIO(text, newline="")))
    except csv.Error as error:
        return [], f"This catalogue file cannot be read: {error}."
    head = [name.strip().lower() for name in rows[0]] if rows else []
    if column not in head:
        return [], f'This catalogue file has no column "{column}".'
    for number, row in enumerate(rows, 1):
        unseen = next((letter for cell in row for letter in cell.strip() if not letter.isprintable()), "")
        if unseen:
            return [], f"Row {number} of this catalogue file has a character that cannot be seen (U+{ord(unseen):04X})."
    return [dict(zip(head, (*(cell.strip() for cell in row), *[""] * len(head)), strict=False)) for row in rows[1:]], ""


def _item(row: dict[str, str]) -> Item:
    def several(column: str) -> tuple[str, ...]:
        return tuple(part for part in _SEPARATORS.split(row.get(column, "")) if part)

    return Item(
        row["sku"], row.get("store", ""), row.get("price", ""), several("categories"), row.get("brand", ""),
        several("tags"),
    )  # fmt: skip


def above(category: str) -> list[str]:
    """The categories that a category stands under."""
    parts = category.split("/")
    return ["/".join(parts[:depth]) for depth in range(1, len(parts))]
