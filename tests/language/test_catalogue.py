"""Catalogue files are checked row by row: whoever saves a spreadsheet is told everything that went wrong with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from pricing.language.diagnostics.fixes import applied, safe_edits
from pricing.language.loading.load import load_folder, load_texts
from tests.language.rules_text import HEAD

CARD = HEAD + 'store discount a "A"\n  stores nova-home\n  take 5% off\n'
STORES = "store,name\nnova-home,Nova Home\nluma-lights,Luma Lights\n"
CATEGORIES = "category\nhome/kitchen/kettles\n"


def told(skus: str | bytes, **tables: str) -> list[str]:
    """Each finding as `code line:column message`."""
    files = {"stores": STORES, "categories": CATEGORIES, **tables}
    texts = {f"{name}.csv": text for name, text in files.items()}
    found = load_texts({"a.promo": CARD}, {**texts, "skus.csv": skus}).diagnostics
    return [f"{item.code} {item.line}:{item.column} {item.message}" for item in found if item.file != "a.promo"]


def test_a_catalogue_without_mistakes_is_not_told() -> None:
    assert (
        told('sku,store,price,categories,,\nNH-1,nova-home,45.00,"home/kitchen, home"\n\n,,,\n"N,3",nova-home,0,\n')
        == []
    )
    assert told("sku,store,price,categories\nNH-1,,,\nNH-2,,,\n") == []


@pytest.mark.parametrize(
    ("cell", "why", "right"),
    [
        ('"45,00"', "decimals stand after a point", "45.00"),
        ('"1,234.00"', "thousands have no commas", "1234.00"),
        ("$45.00", "without a currency", "45.00"),
        ("abc", "not an amount", ""),
        ("-79.00", "a price is not negative", ""),
        ("#REF!", "what a spreadsheet writes when a formula fails", ""),
        ("4.5E+03", "a long number that a spreadsheet has shortened", ""),
        ("1 234.00", "thousands stand without a sign", "1234.00"),
        ("1'234.00", "thousands stand without a sign", "1234.00"),
        ('"1.234,00"', "thousands have no points", "1234.00"),
        ("45.00 €", "without a currency", "45.00"),
        ("EUR 45.00", "without a currency", "45.00"),
        ('"1.234,00 EUR"', "thousands have no points; without a currency", "1234.00"),
        ("01.12.2026", "a date", ""),
        ("045.00", "not an amount", ""),
        ("nan", "not an amount", ""),
    ],
)
def test_a_price_that_is_none(cell: str, why: str, right: str) -> None:
    text = f"sku,store,price\nNH-1,nova-home,{cell}\nNH-2,nova-home,9.00\n"
    (item,) = load_texts({"a.promo": CARD}, {"skus.csv": text}).diagnostics
    assert (item.code, item.severity, item.line, item.caret) == ("P0237", "error", 2, why)
    fixed = applied(text, safe_edits([item], item.file))
    assert fixed == (text.replace(cell, right) if right else text)


def test_names_of_other_files_are_checked_where_these_are_there() -> None:
    skus = "sku,store,price,categories,brand\nA,nova-hom,1.00,home/kitchen;home/dining,nobody\n"
    assert told(skus) == [
        'P0239 2:3 There is no store called "nova-hom".',
        'P0239 2:30 There is no category called "home/dining".',
    ]
    assert told(skus, brands="brand\nnova\n")[-1] == 'P0239 2:42 There is no brand called "nobody".'


def test_one_sku_twice() -> None:
    skus = "sku,store,price\nA,nova-home,1.00\nA,luma-lights,2.00\nA,nova-home,1.50\n"
    assert told(skus) == ["P0238 4:1 The sku A stands here twice."]
    (same,) = load_texts({"a.promo": CARD}, {"skus.csv": "sku,price\nA,1.00\nA,1.00\n"}).diagnostics
    assert (same.code, same.severity) == ("P0238", "warning")
    assert told("sku\nA\n", stores="store\nnova-home\nnova-home\n") == [
        "P0238 3:1 The store nova-home stands here twice."
    ]


def test_rows_that_do_not_fit() -> None:
    assert told("sku,store,price\nA,nova-home,45,00\n,nova-home,1.00\n") == [
        "P0240 2:1 This row has 4 cells, for 3 columns.",
        "P0240 3:1 This row has no sku.",
    ]


def test_what_spreadsheets_save() -> None:
    said = "P0232 0:0 This catalogue file has {} between its columns, not commas."
    assert told("sku;store;price\nA;nova-home;45,00\n;nova-hom;1,00\n") == [
        said.format("semicolons"),
        'P0237 2:13 "45,00" is not a price.',
        "P0240 3:1 This row has no sku.",
    ]
    assert told("sku\tstore\tprice\nA\tnova-home\t45.00\n") == [said.format("tabs")]
    assert told(b"\xef\xbb\xbfsku,store,price\r\nA,nova-home,45.00\r\n") == []
    assert told("sku,price\nA,1.00\n".encode("utf-16")) == ["P0101 0:0 This file is written in UTF-16, not in UTF-8."]
    assert told(b"PK\x03\x04...") == [
        "P0137 0:0 This is a document of a word processor or spreadsheet (.docx, .xlsx), not plain text."
    ]
    assert told("") == ["P0232 0:0 There is nothing in this catalogue file."]
    assert told("sku,price\n") == ["P0134 0:0 This catalogue file names its columns, and nothing else."]
    above = "P0232 0:0 This catalogue file names its columns in line {}, not in the first."
    assert told("Our prices 2026,,\n,,\nSKU,Store,Price\nA,nova-home,x\n") == [
        above.format(3), 'P0237 4:13 "x" is not a price.',
    ]  # fmt: skip
    assert told("sep=;\nsku;store\nA;nova-home\n") == [said.format("semicolons"), above.format(2)]
    assert told("Artikel;Preis\nA;1,00\n") == ['P0232 0:0 This catalogue file has no column "sku".']


def test_names_in_two_spellings_and_columns_in_two_places() -> None:
    assert told("sku\nNH-1\nnh-1\n") == ["P0238 3:1 nh-1 and NH-1 differ in capitals only."]
    assert told("sku\nNH-1\n", segments="segment\nvip\nVIP\nvip\n") == [
        "P0238 3:1 VIP and vip differ in capitals only.",
        "P0238 4:1 The segment vip stands here twice.",
    ]
    assert told("sku,price,price,note,note\nNH-1,1.00,2.00,,\n") == [
        "P0240 0:0 This catalogue file has 2 columns called price."
    ]


def test_a_row_of_sums_and_a_formula_are_no_goods() -> None:
    assert told("sku,price\nNH-1,1.00\nTotal,1.00\n=A1,1.00\n") == [
        'P0240 3:1 "Total" is hardly the name of a sku.',
        'P0240 4:1 "=A1" is hardly the name of a sku.',
    ]


def test_cells_over_several_lines() -> None:
    torn = "P0232 3:1 A cell of row 2 of this catalogue file goes on in the next line."
    assert told('sku,store,price,name\nA,nova-home,1.00,"Green\ntea"\nB,nova-home,x,\n') == [
        torn, 'P0237 4:13 "x" is not a price.',
    ]  # fmt: skip
    (one,) = told('sku,store,price,categories\nA,nova-home,1.00,"home\nB,nova-home,2.00,home\n')
    assert one == torn


def test_columns_and_cells_that_are_passed_over_are_told() -> None:
    assert told("sku,store,price,category\nA,nova-home,1.00,x\n") == [
        'P0240 0:0 The column "category" of this catalogue file is not read.'
    ]
    assert sorted(told("sku,store,price\nA,nova-home,1.00\nB,,\nC,nova-home,\n")) == [
        "P0240 3:1 2 rows have no price.", "P0240 3:1 One row has no store.",
    ]  # fmt: skip
    for spoilt in ("1-Mar", "1.23457E+12", "#NAME?"):
        assert told(f"sku,price\n{spoilt},1.00\n") == [f'P0240 2:1 "{spoilt}" is hardly the name of a sku.']
    assert told("sku,price,was,floor\nA,5.00,5.00,5.00\nB,5.00,6.00,4.00\nC,5.00,,20%\n") == [
        "P0237 2:8 The struck price is not above the price, so this is not reduced.",
        "P0237 2:13 The floor is not below the price, so nothing can come off.",
    ]
    assert told("sku,price\nA,5.005\n") == ["P0237 0:0 A costs 5.005, which is no amount in USD."]


def test_what_people_call_things_is_not_their_name() -> None:
    found = load_texts(
        {"a.promo": CARD},
        {"stores.csv": STORES, "skus.csv": "sku,store,price\nA,Luma Lights,1.00\nB,nova-home,1.00\n"},
    ).diagnostics
    assert [(item.code, item.line, item.column, item.caret) for item in found] == [
        ("P0239", 2, 3, "its name is luma-lights")
    ]


def test_the_place_of_a_cell_is_its_own_column() -> None:
    """The same text stands in a column before it."""
    assert told("sku,store,price,categories\nA,nova-home,1.00,A\n") == ['P0239 2:18 There is no category called "A".']


def test_all_mistakes_are_told_in_one_run_and_no_more_than_can_be_read() -> None:
    rows = "".join(f"S-{number},nova-home,x\n" for number in range(2000))
    found = told("sku,store,price\n" + rows)
    assert len(found) == 501 and found[0].startswith("P0120")


def test_a_rule_file_in_another_encoding_gets_one_message() -> None:
    for data, code in (
        (CARD.encode("utf-16"), "P0101"),
        (CARD.encode("utf-16-le"), "P0101"),
        (b"PK\x03\x04" * 9, "P0137"),
    ):
        assert [item.code for item in load_texts({"a.promo": data}).diagnostics] == [code]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "campaigns" / "2026").mkdir(parents=True)
    (tmp_path / "catalogue").mkdir()
    (tmp_path / "campaigns" / "a.promo").write_text(CARD)
    (tmp_path / "catalogue" / "stores.csv").write_text(STORES)
    return tmp_path


@pytest.mark.parametrize(
    ("name", "help_"),
    [
        ("campaigns/tea.promo.txt", "Call it tea.promo when"),
        ("campaigns/2026/TEA.PROMO", "Call it TEA.promo when"),
        ("campaigns/tea.txt", "Call it tea.promo when"),
        ("campaigns/tea.promo.orig", "Call it tea.promo when"),
        ("campaigns/a.promo.txt", "a.promo is there already, and read: keep this one somewhere else."),
        ("campaigns/2026/a.promo.txt", "Call it a.promo when"),
        ("policy.promo.txt", "Call it policy.promo when"),
        ("catalogue/skus.xlsx", "Save it as CSV, with commas and in UTF-8: skus.csv"),
        ("catalogue/store.csv", "Did you mean stores.csv?"),
        ("catalogue/skus.CSV", "Did you mean skus.csv?"),
        ("catalogue/prices.csv", "A catalogue has stores.csv"),
    ],
)
def test_a_file_that_is_not_read_is_told(folder: Path, name: str, help_: str) -> None:
    (folder / name).write_text("whatever")
    loaded = load_folder(folder)
    assert [(item.code, item.severity, item.file) for item in loaded.diagnostics] == [
        ("P0135", "warning", f"{folder.as_posix()}/{name}")
    ]
    assert loaded.diagnostics[0].helps[0].startswith(help_)
    assert load_folder(folder, folder / "cache").report() == loaded.report()
    assert load_folder(folder, folder / "cache").report() == loaded.report()
    (folder / name).unlink()
    assert load_folder(folder, folder / "cache").report() == ""


def test_what_is_meant_for_people_is_left_alone(folder: Path) -> None:
    for name in ("README.md", "campaigns/a.examples.md", "campaigns/README.md", "campaigns/.a.promo.swp", "notes.txt"):
        (folder / name).write_text("whatever")
    assert load_folder(folder).report() == ""


def test_an_empty_rule_file_is_told(folder: Path) -> None:
    (folder / "campaigns" / "b.promo").write_text(" \n\n")
    (folder / "campaigns" / "c.promo").write_text("# Summer is over.\n")
    assert [(item.code, item.severity) for item in load_folder(folder).diagnostics] == [("P0134", "warning")]
