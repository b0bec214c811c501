"""What a folder may hold besides rule files, and the codes whose pages cannot show an example."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pricing.language.diagnostics.codes import pages
from pricing.language.diagnostics.diagnostic import MOST
from pricing.language.loading.load import load_folder, load_texts
from pricing.language.loading.texts import Text
from tests.language.rules_text import HEAD

CARD = HEAD + 'store discount a "A"\n  take 5% off\n'

WITHOUT_EXAMPLE: dict[str, Text] = {
    "P0101": CARD.encode().replace(b"discount a", b"discount \xff"),
    "P0102": CARD.replace("take", "take\u200b"),
    "P0137": b"PK\x03\x04 what a word processor writes",
    "P0120": HEAD + "x y\n" * (MOST + 1),
    "P0132": CARD + "  stores " + "a, " * 200_000 + "a\n",
    "P0603": HEAD + "store discount a\n  take 1.00 off\n" + f"  tags {', '.join(['x'] * (MOST + 2))}\n",
}


@pytest.mark.parametrize(("code", "text"), WITHOUT_EXAMPLE.items(), ids=WITHOUT_EXAMPLE)
def test_codes_that_a_page_cannot_show(code: str, text: Text) -> None:
    told = load_texts({"a.promo": text}).diagnostics
    assert code in {item.code for item in told}
    assert len(told) <= 2 * MOST + 2


def test_a_label_that_is_too_long() -> None:
    told = load_texts({"a.promo": HEAD + f'store discount a "{"x" * 600_000}"\n  take 1.00 off\n'}).diagnostics
    assert [(item.code, item.line) for item in told] == [("P0132", 6)]


def test_every_page_without_an_example_has_a_test_of_its_own() -> None:
    without = {code for code, page in pages().items() if not page.wrong}
    assert without - set(WITHOUT_EXAMPLE) == {"P0130", "P0131", "P0136", "P0901"}  # here below, and in test_load


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "campaigns").mkdir()
    (tmp_path / "campaigns" / "a.promo").write_text(CARD)
    return tmp_path


def test_what_is_named_like_a_rule_file_and_cannot_be_read_is_told(folder: Path) -> None:
    """And nothing waits: reading a pipe would take for ever, and so would a device without an end."""
    inside = folder / "campaigns"
    (inside / "dangling.promo").symlink_to("nowhere")
    (inside / "folder.promo").mkdir()
    (inside / "loop.promo").symlink_to("loop.promo")
    (inside / "self").symlink_to(".")
    os.mkfifo(inside / "pipe.promo")
    (inside / "zero.promo").symlink_to("/dev/zero")
    (inside / ".#a.promo").symlink_to("somebody@somewhere")  # what editors leave while a file is open
    loaded = load_folder(folder)
    assert [(item.code, Path(item.file).name) for item in loaded.diagnostics] == [
        ("P0131", f"{name}.promo") for name in ("dangling", "folder", "loop", "pipe", "zero")
    ]
    assert loaded.book is None


def test_a_folder_that_cannot_be_looked_into_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scandir = os.scandir

    def closed(path: str | Path) -> object:
        if Path(path).name == "campaigns":
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", closed)
    loaded = load_folder(folder)
    assert [(item.code, item.message) for item in loaded.diagnostics] == [
        ("P0131", "This folder cannot be read: Permission denied.")
    ]


def test_no_name_steers_a_terminal(folder: Path) -> None:
    (folder / "campaigns" / "red\x1b[31m\n.promo").write_text("x y")
    report = load_folder(folder).report()
    assert "red\N{REPLACEMENT CHARACTER}[31m\N{REPLACEMENT CHARACTER}.promo:1:1" in report
    assert all(letter == "\n" or letter.isprintable() for letter in report)
    assert "\x1b" not in load_folder(folder).report("short")


def test_unseen_characters_in_the_catalogue_are_told() -> None:
    told = load_texts(
        {"a.promo": CARD + "  stores nova-home\n"}, {"stores.csv": "store\nnova\u200b-home\n"}
    ).diagnostics
    assert [(item.code, item.message) for item in told] == [
        ("P0232", "Row 2 of this catalogue file has a character that cannot be seen (U+200B).")
    ]


def label(text: str) -> list[tuple[str, str]]:
    told = load_texts({"a.promo": HEAD + f'store discount a "{text}"\n  stores x\n  take 5% off\n'}).diagnostics
    return [(item.code, item.message) for item in told]


@pytest.mark.parametrize(
    "text",
    ["\U0001f468\u200d\U0001f469\u200d\U0001f467 family", "\u0915\u094d\u200d\u0937", "\u0645\u06cc\u200c\u062e"],
)
def test_labels_may_hold_what_joins_two_signs(text: str) -> None:
    assert label(text) == []


def test_what_joins_nothing_or_stands_outside_a_label_is_told() -> None:
    unseen = [("P0102", "There is a character here that cannot be seen (U+200D).")]
    assert label("a\u200db") == label("\u200dx") == label("\u0915\u200d") == unseen
    told = load_texts({"a.promo": HEAD + 'store discount a "A"\n  stores "\u0915\u200d\u0937"\n  take 5% off\n'})
    assert [(item.code, item.message) for item in told.diagnostics] == unseen


def test_a_tab_in_a_label_is_told_and_tabs_between_words_are_not() -> None:
    assert label("a\tb") == [("P0102", "There is a tab in this text.")]
    assert load_texts({"a.promo": HEAD + 'store discount a "A"\n\tstores\tx\n\ttake\t5% off\n'}).diagnostics == ()
