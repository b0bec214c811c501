"""Safe fixes put right what they are for, and leave the rest alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from pricing.cli.check import command as check
from pricing.cli.fmt import command as fmt
from pricing.language.diagnostics.codes import Page, pages
from pricing.language.diagnostics.fixes import applied, safe_edits
from pricing.language.loading.load import load_texts
from tests.language.rules_text import HEAD, files

SHOWN = [found for found in pages().values() if found.wrong]


def fixed(texts: dict[str, str]) -> dict[str, str]:
    found = load_texts(texts).diagnostics
    return {name: applied(text, safe_edits(found, name)) for name, text in texts.items()}


@pytest.mark.parametrize("found", SHOWN, ids=lambda found: found.code)
def test_a_safe_fix_removes_its_finding(found: Page) -> None:
    texts = files(found.wrong)
    before = [item for item in load_texts(texts).diagnostics if item.code == found.code]
    if not any(fix.safe for item in before for fix in item.fixes):
        assert fixed(texts) == texts or any(item.code != found.code for item in load_texts(texts).diagnostics)
        return
    assert found.code not in {item.code for item in load_texts(fixed(texts)).diagnostics}


def test_edits_say_lines_and_columns() -> None:
    text = HEAD + 'store discount a "A"\r\n  store x\r\n  take $5 off\r\n'
    edits = safe_edits(load_texts({"a.promo": text}).diagnostics, "a.promo")
    assert [(edit.line, edit.column, edit.end_line, edit.end_column, edit.replacement) for edit in edits] == [
        (7, 3, 7, 8, "stores"),
        (8, 8, 8, 10, "5"),
    ]
    assert applied(text, edits) == HEAD + 'store discount a "A"\r\n  stores x\r\n  take 5 off\r\n'


def test_overlapping_edits_are_not_both_done() -> None:
    text = HEAD + 'item discount a "A"\n  take $1,000.00 off\n'
    assert applied(text, safe_edits(load_texts({"a.promo": text}).diagnostics, "a.promo")).endswith(
        "take 1000.00 off\n"
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "campaigns").mkdir()
    (tmp_path / "campaigns" / "a.promo").write_bytes(
        b"\xef\xbb\xbf" + HEAD.encode() + b'Store Discount a "A"\r\n  store x\r\n  take 5%\r\n'
    )
    return tmp_path


def test_check(folder: Path) -> None:
    result = CliRunner().invoke(check, [str(folder), "--format", "short"])
    assert result.exit_code == 1
    file = f"{folder}/campaigns/a.promo"
    assert result.stdout.splitlines() == [
        f"{file}:6:1: error P0107: The words of the language are written in small letters.",
        f'{file}:7:3: error P0104: A line cannot begin with "store".',
        f'{file}:8:8: error P0123: The word "off" is missing after 5%.',
    ]
    told = json.loads(CliRunner().invoke(check, [str(folder), "--format", "json"]).stdout)
    assert [item["code"] for item in told] == ["P0107", "P0104", "P0123"]
    assert told[1]["fixes"][0]["edits"][0]["replacement"] == "stores"


def test_check_and_fix(folder: Path) -> None:
    result = CliRunner().invoke(check, [str(folder), "--fix"])
    assert result.exit_code == 0, result.output
    assert "fixed 3 places" in result.stderr
    assert (folder / "campaigns" / "a.promo").read_bytes() == (
        b"\xef\xbb\xbf" + HEAD.encode() + b'store discount a "A"\r\n  stores x\r\n  take 5% off\r\n'
    )
    assert CliRunner().invoke(check, [str(folder)]).stdout == ""


def test_wrong_use(tmp_path: Path) -> None:
    assert CliRunner().invoke(check, [str(tmp_path / "nowhere")]).exit_code == 2
    assert CliRunner().invoke(check, [str(tmp_path), "--format", "xml"]).exit_code == 2
    assert CliRunner().invoke(fmt, [str(tmp_path / "nowhere")]).exit_code == 2


def test_fmt(tmp_path: Path) -> None:
    file = tmp_path / "a.promo"
    file.write_text("campaign x\n currency USD\n zone UTC\n")
    assert CliRunner().invoke(fmt, [str(file), "--check"]).exit_code == 1
    result = CliRunner().invoke(fmt, [str(tmp_path), "--diff"])
    assert result.exit_code == 1
    assert "+  currency    USD" in result.stdout
    assert file.read_text() == "campaign x\n currency USD\n zone UTC\n"
    assert CliRunner().invoke(fmt, [str(tmp_path)]).exit_code == 0
    assert file.read_text() == "campaign x\n  currency    USD\n  zone        UTC\n"
    assert CliRunner().invoke(fmt, [str(file), "--check"]).exit_code == 0
    result = CliRunner().invoke(fmt, ["-"], input="campaign x\n zone UTC\n")
    assert result.stdout == "campaign x\n  zone        UTC\n"


def test_fmt_leaves_what_it_cannot_read(tmp_path: Path) -> None:
    file = tmp_path / "a.promo"
    file.write_text("campaign x\n zoned UTC\n")
    result = CliRunner().invoke(fmt, [str(file)])
    assert result.exit_code == 1
    assert "cannot be read" in result.stderr
    assert file.read_text() == "campaign x\n zoned UTC\n"
