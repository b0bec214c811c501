"""What the studio shows of a ledger: budgets and reports, read and never written."""

from __future__ import annotations

import base64
import io
from pathlib import Path

import openpyxl
import pytest

from pricing import Engine
from pricing.studio.asked import WrongQuestion
from pricing.studio.books import Books
from tests.studio.conftest import BUDGETED, opened, written
from tests.studio.shop import TEXTS
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
