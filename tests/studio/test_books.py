"""What the studio shows of a ledger: budgets and reports, read and never written."""

from __future__ import annotations

import base64
import io
from pathlib import Path

import openpyxl
import pytest

from pricing import Engine
from pricing.cli import run
from pricing.studio.asked import WrongQuestion
from pricing.studio.books import Books
from tests.studio.conftest import BUDGETED, LETTER, NOON, opened, written
from tests.studio.shop import CARDS, SUMMER, TEXTS
from tests.studio.test_app import ask


def test_a_budget_is_watched_and_the_report_adds_up(place: str) -> None:
    book = Engine.from_texts(BUDGETED).book
    told = Books(place).report(book, "rule", "UTC")
    assert told["budgets"] == [
        {
            "rule": "tea-3",
            "label": "Tea House: 3 off 25",
            "currency": "USD",
            "given": "6.00",
            "budget": "12.00",
            "percent": 50,
        }
    ]
    by_seller = Books(place).report(book, "seller,month", "UTC")
    assert by_seller["rows"][0][:2] == ["tea-house", "2026-06"]
    assert by_seller["csv"].startswith("seller,month,")
    page = openpyxl.load_workbook(io.BytesIO(base64.b64decode(by_seller["xlsx"]))).active
    assert page is not None and page["A2"].value == "tea-house"


def test_what_cannot_be_told_is_said_in_a_sentence(place: str, tmp_path: Path) -> None:
    book = Engine.from_texts(TEXTS).book
    with pytest.raises(WrongQuestion, match="by one of"):
        Books(place).report(book, "customer", "UTC")
    with pytest.raises(WrongQuestion, match="none at this place"):
        Books(str(tmp_path / "other.db")).report(book, "rule", "UTC")
    assert not (tmp_path / "other.db").exists()


def test_the_page_hears_of_it_only_where_a_ledger_was_named(place: str, tmp_path: Path) -> None:
    folder = written(tmp_path / "rules")
    with opened(folder, place) as studio:
        assert ask(studio, "folder").json()["can"]["report"] is True
        assert ask(studio, "report", {"by": "rule"}).json()["rows"][0][0] == "tea-3"
    with opened(folder) as studio:
        assert ask(studio, "folder").json()["can"]["report"] is False
        assert ask(studio, "report").status_code == 422


def test_single_codes_are_made_once_counted_and_listed_as_the_command_does(
    place: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = written(tmp_path / "rules")
    (folder / SUMMER).write_text(CARDS + LETTER, encoding="utf-8")
    book, books = Engine.load(folder).book, Books(place)
    made = books.mint(book, "mail", 3, NOON, "a-press")
    assert books.mint(book, "mail", 3, NOON, "a-press") == made
    assert made["csv"].splitlines() == ["code", *made["codes"]] and len(made["codes"]) == 3
    told = {"rule": "mail", "label": "Letter: 4 off 30", "pattern": "MAIL-####-####", "most": 20}
    assert books.codes(book)["rules"] == [{**told, "free": 3, "held": 0, "used": 0, "void": 0}]
    assert run(["codes", "export", "mail", "--db", place, "--rules", str(folder)]) == 0
    assert books.listed(book, "mail")["csv"] == capsys.readouterr().out
    with pytest.raises(WrongQuestion, match="18 more are too many"):
        books.mint(book, "mail", 18, NOON, "another")
    with pytest.raises(WrongQuestion):
        books.mint(book, "tea-3", 1, NOON, "a-third")


def test_codes_are_made_of_saved_cards_only(place: str, tmp_path: Path) -> None:
    folder = written(tmp_path / "rules")
    with opened(folder, place) as studio:
        assert ask(studio, "codes").json() == {"rules": []}
        (folder / SUMMER).write_text(f"{CARDS}{LETTER}  spent 3\n", encoding="utf-8")
        ask(studio, "folder")
        refused = ask(studio, "mint", {"rule": "mail", "many": 1, "key": "a"})
        assert refused.status_code == 422 and "mistakes" in refused.json()["error"]
    with opened(folder) as studio:
        assert ask(studio, "mint", {"rule": "mail", "many": 1, "key": "a"}).status_code == 422
