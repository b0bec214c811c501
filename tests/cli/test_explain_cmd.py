"""`pricing explain`: cards as paragraphs, codes as pages, suggestions for what is not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from pricing.cli import run
from pricing.language.diagnostics.codes import severity_of

RULES = """campaign week-1 "Week"
  owner marketing
  currency USD
  zone UTC
  valid from 2026-06-01 through 2026-06-30

store discount ten-off "From a hundred"
  stores nova-home
  spend 100.00 take 10.00 off

promo code SUMMER10 "Ten"
  spend 50.00 take 10.00 off
"""


@pytest.fixture
def folder(tmp_path: Path) -> str:
    (tmp_path / "a.promo").write_text(RULES)
    return str(tmp_path)


def test_a_card_is_told_with_its_place(folder: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", "ten-off", "--rules", folder]) == 0
    told = capsys.readouterr()
    assert told.err == ""
    place, blank, *lines = told.out.splitlines()
    assert (place, blank) == (f"{folder}/a.promo:7", "")
    text = " ".join(lines)
    assert "From 100.00" in text and "10.00 off" in text and "nova-home" in text
    assert all(len(line) <= 84 for line in lines)


def test_a_code_is_found_in_small_letters(folder: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", "summer10", "--rules", folder]) == 0
    assert "SUMMER10" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "meant"),
    [("ten-of", "ten-off"), ("SUMMERlO", "SUMMER10"), ("sumer10", "SUMMER10"), ("zzz", "takes the name")],
)
def test_a_name_that_is_not_there_is_met_with_a_suggestion(
    folder: str, name: str, meant: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["explain", name, "--rules", folder]) == 2
    told = capsys.readouterr()
    assert f"There is no card called '{name}'." in told.err
    assert meant in told.err
    assert told.out == ""


def test_a_card_is_told_although_another_is_wrong(folder: str, capsys: pytest.CaptureFixture[str]) -> None:
    (Path(folder) / "b.promo").write_text("campain b\n")
    assert run(["explain", "ten-off", "--rules", folder]) == 0
    assert "`pricing check`" in capsys.readouterr().err


def test_a_page_is_plain_text(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", "p0305"]) == 0
    told = capsys.readouterr().out
    assert told.startswith(f"P0305 ({severity_of('P0305')}): ")
    assert "```" not in told
    assert "Instead of:\n\n    " in told
    assert "Write:\n\n    " in told


def test_a_code_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", "P0399"]) == 2
    assert "There is no code P0399. Did you mean P03" in capsys.readouterr().err


def test_no_folder_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["explain", "ten-off"]) == 2
    assert "There is no folder called rules" in capsys.readouterr().err


def test_the_shell_is_told_the_names(folder: str, capsys: pytest.CaptureFixture[str]) -> None:
    from click.shell_completion import ShellComplete

    from pricing.cli import commands

    found = ShellComplete(commands, {}, "pricing", "_PRICING_COMPLETE").get_completions(
        ["explain", "--rules", folder], "summer"
    )
    assert [item.value for item in found] == ["SUMMER10"]
