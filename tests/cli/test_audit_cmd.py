"""`pricing audit`: what it prints, when it fails, and that its carts can be priced again."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pricing.cli import run
from tests.audit.markets import HEAD, SKUS

CARD = """store discount ten "Ten"
  stores alba
  spend 100.00 take 10.00 off

promo code AGAIN "Twenty"
  spend 40.00 take 20.00 off
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr("pricing.cli.audit.now", lambda: datetime(2026, 6, 20, tzinfo=UTC))
    (tmp_path / "catalogue").mkdir()
    (tmp_path / "catalogue" / "skus.csv").write_text(SKUS)
    (tmp_path / "a.promo").write_text(HEAD + CARD)
    return str(tmp_path)


def test_a_floor_that_holds(folder: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["audit", folder, "--floor", "40%", "--effort", "400"]) == 0
    told = capsys.readouterr()
    assert "No cart was found that pays less than 40.0% of its list price." in told.err
    assert "Worst carts in USD" in told.out
    head = "Usable in order after order: no limit per customer, day or in total, and no budget\n"
    assert f"{head}  - AGAIN ({folder}/a.promo:10)" in told.out
    assert all(len(line) <= 84 or line.startswith("  - ") for line in told.out.splitlines())
    assert "for later" not in told.out


def test_a_floor_that_is_broken(folder: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["audit", folder, "--floor", "55", "--effort", "400"]) == 1
    assert "error: alba: a cart of 44.10 pays 24.10, 54.6% of its list price" in capsys.readouterr().err
    assert run(["audit", folder, "--effort", "400"]) == 0  # nobody stated a floor


def test_the_carts_can_be_priced_again(folder: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    saved = tmp_path / "worst.jsonl"
    assert run(["audit", folder, "--json", "--effort", "400", "--save", str(saved), "--floor", "55%"]) == 1
    (made,) = json.loads(capsys.readouterr().out)
    assert made["currency"] == "USD"
    assert [json.loads(line) for line in saved.read_text().splitlines()] == list(
        {json.dumps(one["cart"]): one["cart"] for one in made["findings"]}.values()
    )
    assert any(one["below_floor"] for one in made["findings"])
    assert run(["quote", str(saved), "--rules", folder, "--json"]) == 0
    totals = {json.loads(line)["total"] for line in capsys.readouterr().out.splitlines()}
    assert totals == {one["pays"] for one in made["findings"]}


@pytest.mark.parametrize("floor", ["much", "140%", "-1%", "40 percent", "1e1", "4０%"])
def test_a_floor_is_a_share(folder: str, floor: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["audit", folder, f"--floor={floor}"]) == 2
    assert "is not a share between 0% and 100%" in capsys.readouterr().err


def test_wrong_rules_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.promo").write_text("campain x\n")
    assert run(["audit", str(tmp_path)]) == 1
    assert "error P01" in capsys.readouterr().err
    assert run(["audit", str(tmp_path / "nothing")]) == 2


def test_coupons_without_end_are_named_though_the_worst_carts_do_not_use_them(
    folder: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with (Path(folder) / "a.promo").open("a") as file:
        file.write('\npromo code SMALL "One"\n  spend 90.00 take 1.00 off\n')
        file.write('\npromo code ONCE "Two"\n  spend 90.00 take 2.00 off\n  limit 1 use per customer\n')
    assert run(["audit", folder, "--effort", "400"]) == 0
    assert "Nothing stops these from being used in order after order: AGAIN, SMALL.\n" in capsys.readouterr().out
    assert run(["audit", folder, "--effort", "400", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["endless"] == ["AGAIN", "SMALL"]


def test_one_table_with_the_worst_first(folder: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["audit", folder, "--effort", "400"]) == 0
    lines = capsys.readouterr().out.splitlines()
    head = next(place for place, line in enumerate(lines) if line.startswith("Smallest share of the list price"))
    assert lines[head].split()[-5:] == ["List", "Pays", "Pays", "%", "Most", "saved"][-5:]
    shares = [float(line.split()[-2].rstrip("%")) for line in lines[head + 1 : lines.index("", head)]]
    assert shares == sorted(shares) and len(shares) >= 2


def test_what_is_over_is_counted_and_not_named(
    folder: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pricing.cli.audit.now", lambda: datetime(2036, 6, 20, tzinfo=UTC))
    assert run(["audit", folder, "--effort", "400"]) == 0
    said = capsys.readouterr().out
    assert "Nothing stops" not in said
    assert "1 card could be used in order after order, but is over." in said


def test_what_was_not_looked_at_is_counted_with_its_reason(folder: str, capsys: pytest.CaptureFixture[str]) -> None:
    with (Path(folder) / "a.promo").open("a") as file:
        file.write('\nfree shipping ships "Ships"\n  stores alba\n  spend 90.00 ship free\n')
        file.write('\nstore discount nowhere "Nowhere"\n  stores zeta\n  spend 90.00 take 1.00 off\n')
    with (Path(folder) / "catalogue" / "skus.csv").open("a") as file:
        file.write("GIFT,alba,\nLOST,,5.00\n")
    assert run(["audit", folder, "--effort", "400"]) == 0
    said = capsys.readouterr().out
    assert said[said.index("Not looked at\n") :].splitlines()[1:] == [
        "  - goods without a price in USD: 1 (GIFT)",
        "  - goods without a store: 1 (LOST)",
        "  - cards about delivery, which does not count: 1 (ships)",
        "  - cards with none of the goods in their scope: 1 (nowhere)",
    ]
    assert run(["audit", folder, "--effort", "400", "--json"]) == 0
    (made,) = json.loads(capsys.readouterr().out)
    assert {"count": 1, "why": "goods without a price in USD", "names": ["GIFT"]} in made["left_out"]
