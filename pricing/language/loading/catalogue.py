"""The names that exist: stores, categories, brands, skus, segments and more, as the catalogue's CSV files list them.

Reads the texts of `catalogue/*.csv`, each optional; makes a `Catalogue`, and a finding for every row that cannot be meant
so. A name is checked only when its file is there. Next: `scopes`, checks of sense, `audit`, completion.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction

from attrs import evolve, field, frozen

from pricing.facts import FACTS, LINE
from pricing.language.diagnostics.diagnostic import Diagnostic, about_file
from pricing.language.diagnostics.nearest import LONGEST, MOST, nearest
from pricing.language.loading.table import Row, Table, read_table
from pricing.money import AmountError, decimals, parse, show

_LISTED = sorted([fact for fact in FACTS if fact.file], key=lambda fact: fact.of != LINE)
_COLUMNS = {**{fact.word: fact.column for fact in _LISTED}, "payers": "payer"}
_FILES = {**{fact.word: fact.file for fact in _LISTED}, "payers": "payers.csv"}
TABLES = tuple(_FILES.values())
"""The files of a catalogue."""
_SEPARATORS = re.compile(r"[;|,\s]+")
_NAMED = {"stores": ("store", "P0239"), "categories": ("categories", "P0239"), "brands": ("brand", "P0239")}
"""Columns of skus.csv that name things of other files."""
_READ = ("sku", "store", "price", "was", "floor", "categories", "brand", "tags", "name")
"""All columns of skus.csv that are read; others are for people."""


@frozen
class Item:
    """A row of skus.csv. Empty texts where the file has no such column."""

    sku: str
    store: str
    price: str
    categories: tuple[str, ...]
    brand: str
    tags: tuple[str, ...]
    was: str = ""
    floor: str = ""
    """An amount, or a share of the price."""

    def amounts(self, currency: str) -> dict[str, str]:
        """`price`, `was` and `floor` as a line of a cart has them. Raises AmountError where one is none in this currency."""
        minor = {"price": parse(self.price, currency)}
        if self.was:
            minor["was"] = parse(self.was, currency)
        if self.floor.endswith("%"):
            try:
                minor["floor"] = -(-minor["price"] * Fraction(self.floor.rstrip(" %")) // 100)
            except ValueError:
                raise AmountError(f"{self.floor[:40]!r} is not a share") from None
        elif self.floor:
            minor["floor"] = parse(self.floor, currency)
        return {word: show(amount, currency) for word, amount in minor.items()}


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
        _two_columns(table, column)
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
        _check_goods(goods, names, files, titles)
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
        row.get("brand", ""), _several(row.get("tags", "")), row.get("was", ""), row.get("floor", ""),
    )  # fmt: skip


def _several(cell: str) -> tuple[str, ...]:
    return tuple(part for part in _SEPARATORS.split(cell) if part)


def above(category: str) -> list[str]:
    """The categories that a category stands under."""
    parts = category.split("/")
    return ["/".join(parts[:depth]) for depth in range(1, len(parts))]


def too_fine(catalogue: Catalogue, currencies: Iterable[str]) -> Iterator[Diagnostic]:
    """Prices with more decimals than any of these currencies has: nothing is sold at them."""
    known = sorted({*currencies}, key=lambda currency: (-decimals(currency), currency))
    for item in catalogue.items if known else ():
        if _GOOD.fullmatch(item.price) and len(item.price.partition(".")[2]) > decimals(known[0]):
            said = f"{item.sku[:60]} costs {item.price}, which is no amount in {known[0]}."
            helps = f"{known[0]} has {decimals(known[0]) or 'no'} decimals."
            yield evolve(about_file("P0237", catalogue.files["skus"], said, helps=(helps,)), severity="warning")


# Row by row


def _check_goods(
    table: Table, names: Mapping[str, frozenset[str]], files: Mapping[str, str], titles: Mapping[str, Mapping[str, str]]
) -> None:
    """Prices that are none, names that do not exist, cells that a spreadsheet spoiled, and skus with two prices."""
    known = Catalogue(names, files, titles=titles)
    _check_columns(table)
    for row in table.rows:
        if table.findings.full:
            return
        if not row.cells["sku"]:
            table.tell("P0240", row, "", "This row has no sku.")
            continue
        _check_spoilt(table, row)
        for column in ("price", "was", "floor"):
            _check_amount(table, row, column)
        _check_beside(table, row)
        for word, (column, code) in _NAMED.items():
            cell = row.cells.get(column, "")
            for name in _several(cell) if word == "categories" else (cell,):
                if name and word in names and name not in names[word]:
                    _unknown(table, row, column, name, word, known, code)
    _twice(table, "sku")


def _check_columns(table: Table) -> None:
    """A column that is named almost like one that is read, and one that few rows leave empty."""
    for column in ("store", "price"):
        bare = [row for row in table.rows if column in table.head and not row.cells[column]]
        if bare and len(bare) < len(table.rows):
            many = "One row has" if len(bare) == 1 else f"{len(bare)} rows have"
            table.tell(
                "P0240", bare[0], "", f"{many} no {column}.", caret="the first of them" if bare[1:] else "",
                helps=("Is it forgotten? Goods without a price cannot be tried in a basket.",) if column == "price" else (),
                severity="hint",
            )  # fmt: skip
    for name in table.head:
        meant = nearest(name, [known for known in _READ if known not in table.head], 0.7) if name not in _READ else ""
        if meant:
            said = f'The column "{name[:40]}" of this catalogue file is not read.'
            told = about_file("P0240", table.source.name, said, helps=(f"Did you mean {meant}?",))
            table.findings.found.insert(0, evolve(told, severity="warning"))


def _two_columns(table: Table, column: str) -> None:
    """Two columns of one name that is read: whoever reads the file sees one of them."""
    for name in dict.fromkeys((column, "name", *_READ)):
        if table.head.count(name) > 1:
            said = f"This catalogue file has {table.head.count(name)} columns called {name}."
            told = about_file(
                "P0240", table.source.name, said, helps=("Take all but one away, or give them other names.",)
            )
            table.findings.found.insert(0, told)


def _check_spoilt(table: Table, row: Row) -> None:
    """Names that a spreadsheet took for a number, a date or a formula."""
    for column in ("sku", "store"):
        cell = row.cells.get(column, "")
        why = next((why for pattern, why in (*_SPOILT, _SUM) if pattern.fullmatch(cell)), "")
        if why:
            table.tell(
                "P0240", row, cell, f'"{cell[:40]}" is hardly the name of a {column}.', column=column, caret=why,
                helps=("Make the column a text column in the spreadsheet, and save it again.",)
                if why != _SUM[1]
                else ("Take this row away.",),
                severity="warning",
            )  # fmt: skip


def _check_beside(table: Table, row: Row) -> None:
    """A struck price that is none, and a floor that lets nothing come off."""
    price, was, floor = (row.cells.get(column, "") for column in ("price", "was", "floor"))
    if not _GOOD.fullmatch(price):
        return
    if _GOOD.fullmatch(was) and Fraction(was) <= Fraction(price):
        said = "The struck price is not above the price, so this is not reduced."
        table.tell("P0237", row, was, said, column="was", severity="warning")
    if _GOOD.fullmatch(floor) and Fraction(floor) >= Fraction(price):
        said = "The floor is not below the price, so nothing can come off."
        table.tell("P0237", row, floor, said, column="floor", severity="warning")


def _unknown(table: Table, row: Row, column: str, name: str, word: str, known: Catalogue, code: str) -> None:
    singular = "category" if column == "categories" else column
    called = known.called(word, row.cells[column]) or known.called(word, name)
    meant = called or table.findings.nearest(name, known.names[word])
    shown = row.cells[column] if called and known.called(word, row.cells[column]) else name
    table.tell(
        code, row, shown, f'There is no {singular} called "{shown[:60]}".', column=column,
        caret=f"its name is {called}" if called else f"not in {known.files[word]}",
        helps=(f"Did you mean {meant}?",) if meant else (),
    )  # fmt: skip


def _twice(table: Table, column: str) -> None:
    """Two rows of one name: in skus.csv an error when they differ, for one of the two prices is wrong."""
    first: dict[tuple[str, str], Row] = {}
    for row in table.rows:
        name = row.cells[column]
        if not name or table.findings.full:
            continue
        key = (name.casefold(), row.cells.get("store", "") if column == "sku" else "")
        other = first.setdefault(key, row)
        if other is row:
            continue
        if other.cells[column] != name:
            table.tell(
                "P0238", row, name, f"{name[:60]} and {other.cells[column][:60]} differ in capitals only.",
                helps=(f"The other one stands in row {other.number}; they are two.",), severity="warning",
            )  # fmt: skip
            continue
        differ = column == "sku" and other.cells != row.cells
        what = "with something else in it" if differ else "once is enough"
        table.tell(
            "P0238", row, name, f"The {column} {name[:60]} stands here twice.", caret=what,
            helps=(f"It stands in row {other.number} too.",), severity="" if differ else "warning",
        )  # fmt: skip


_GOOD = re.compile(r"(?:0|[1-9][0-9]{0,11})(?:\.[0-9]{1,4})?", re.ASCII)
_READINGS = (
    (re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]{1,4})?", re.ASCII), ",", ".", "thousands have no commas"),
    (
        re.compile(r"[0-9]{1,3}(?:\.[0-9]{3})+,[0-9]{1,2}", re.ASCII),
        ".",
        ",",
        "thousands have no points",
    ),
    (
        re.compile(r"[0-9]{1,3}(?:[ '’][0-9]{3})+(?:[.,][0-9]{1,2})?", re.ASCII),
        " '’",
        ",",
        "thousands stand without a sign",
    ),
    (re.compile(r"[0-9]{1,12},[0-9]{1,2}", re.ASCII), "", ",", "decimals stand after a point"),
)
"""What people write for an amount: its sign of thousands, its sign of decimals, and why it is not written so."""
_WITH_CURRENCY = re.compile(r"(?:[A-Z]{3} ?|[$€£¥] ?)?([0-9].*?)(?: ?[A-Z]{3}| ?[$€£¥])?")
_DATE = re.compile(r"[0-9]{1,4}[./-][0-9]{1,2}[./-][0-9]{1,4}", re.ASCII)
_SHORTENED = re.compile(r"[0-9](?:[.,][0-9]+)?E\+?[0-9]{1,3}", re.ASCII)
_FORMULA = re.compile(r"#(?:NAME\?|REF!|N/A|NV|VALUE!|WERT!|BEZUG!|DIV/0!|NULL!|NUM!|ZAHL!|#+)", re.ASCII)
_MONTH = re.compile(r"[0-9]{1,2}-(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)", re.ASCII)
_SPOILT = (
    (_FORMULA, "what a spreadsheet writes when a formula fails"),
    (_SHORTENED, "a long number that a spreadsheet has shortened"),
    (_MONTH, "a date that a spreadsheet has made of it"),
    (re.compile(r"=.+"), "a formula, not what it gives"),
)
"""What spreadsheets make of names."""
_SUM = (re.compile(r"(?:grand |sub-?)?total:?|sum:?|summe:?|gesamt:?|average:?", re.IGNORECASE), "a row of sums")


def _check_amount(table: Table, row: Row, column: str) -> None:
    cell = row.cells.get(column, "")
    if not cell or _GOOD.fullmatch(cell) or (column == "floor" and _GOOD.fullmatch(cell.rstrip(" %"))):
        return
    right, why = _meant(cell)
    table.tell(
        "P0237", row, cell, f'"{cell[:40]}" is not a {"struck price" if column == "was" else column}.', column=column,
        caret=why, right=right,
        helps=("Write amounts as in 45.00: digits, and decimals after a point.",) if not right else (),
    )  # fmt: skip


def _meant(cell: str) -> tuple[str, str]:
    """The amount that is meant by what is none, empty where that is not certain; and what is wrong with it."""
    bare = _WITH_CURRENCY.fullmatch(cell)
    number = bare[1] if bare is not None else cell
    if number != cell and _GOOD.fullmatch(number):
        return number, "without a currency"
    for pattern, thousands, point, why in _READINGS:
        if pattern.fullmatch(number):
            right = "".join(letter for letter in number if letter not in thousands).replace(point, ".")
            return right, why if number == cell else f"{why}; without a currency"
    if cell[0] in "-−" and _GOOD.fullmatch(cell[1:].strip()):
        return "", "a price is not negative"
    if _DATE.fullmatch(cell):
        return "", "a date"
    return "", next((why for pattern, why in _SPOILT if pattern.fullmatch(cell)), "not an amount")
