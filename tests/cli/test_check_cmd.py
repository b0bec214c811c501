"""`pricing check`: what it has read, what it mends, and campaigns that are over."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from pricing.cli import run
from tests.cli.conftest import RULES, Run

pytestmark = pytest.mark.slow

SLIPS = RULES.replace("  stores  ", "  store  ").replace("50.00  take", "50,00  take")


@pytest.fixture
def june(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pricing.cli.check.now", lambda: datetime(2026, 6, 20, tzinfo=UTC))


def test_it_says_what_it_has_read(
    june: None, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(folder)
    assert run(["check", "rules"]) == 0
    assert capsys.readouterr() == ("", "rules: 1 file, 2 cards: all is well\n")
    (folder / "rules" / "campaigns" / "tea.promo.txt").write_text(RULES)
    assert run(["check", "rules"]) == 0
    shown = capsys.readouterr()
    assert "warning P0135" in shown.out and shown.err == "rules: 1 file, 2 cards\n"


def test_campaigns_that_are_over_are_named(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(folder)
    monkeypatch.setattr("pricing.cli.check.now", lambda: datetime(2026, 7, 1, tzinfo=UTC))
    assert run(["check", "rules"]) == 0
    said = " ".join(capsys.readouterr().err.split())
    assert said.endswith(
        "In the past is 1 of 1 campaign, so its cards change no price today: summer (until 2026-06-30)."
    )


def test_fix_says_what_it_did_and_diff_only_shows_it(june: None, folder: Path, pricing: Run) -> None:
    file = folder / "rules" / "campaigns" / "summer.promo"
    file.write_text(SLIPS, encoding="utf-8")
    shown = pricing("check", "rules", "--diff")
    assert file.read_text(encoding="utf-8") == SLIPS
    assert shown.returncode == 1 and shown.stderr == "2 places would be fixed\n"
    assert (
        "-  spend       50,00  take 5.00 off\n" in shown.stdout
        and "+  spend       50.00  take 5.00 off\n" in shown.stdout
    )
    done = pricing("check", "rules", "--fix")
    assert done.returncode == 0
    assert done.stderr.splitlines()[:4] == [
        "rules/campaigns/summer.promo:7:3: replace store with stores (P0104)",
        "rules/campaigns/summer.promo:8:15: replace 50,00 with 50.00 (P0212)",
        "fixed 2 places",
        "rules: 1 file, 2 cards: all is well",
    ]
    assert pricing("check", "rules", "--diff").stdout == ""


def test_what_cannot_be_mended_is_said(folder: Path, pricing: Run) -> None:
    file = folder / "rules" / "campaigns" / "summer.promo"
    file.write_bytes(SLIPS.encode().replace(b'"Summer"', b'"Summ\xe9r"'))
    before = file.read_bytes()
    done = pricing("check", "rules", "--fix")
    assert "rules/campaigns/summer.promo: left as it is: it is not written in UTF-8\nfixed 0 places\n" in done.stderr
    assert file.read_bytes() == before
    file.write_text(SLIPS, encoding="utf-16")
    done = pricing("check", "rules", "--fix")
    assert done.stdout.count("error ") == 1 and "written in UTF-16" in done.stdout
