"""`pricing diff`: sums by hand, folders and revisions, mistakes of the user."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from pricing.cli import run

RULES = """campaign week-1 "Week"
  owner marketing
  currency USD
  zone UTC
  valid from 2026-06-01 through 2026-06-30

store discount ten "From a hundred"
  stores nova-home
  spend 100.00 take {off} off

promo code HALF "Half by the platform"
  take 1.00 off
  funded by platform 50%
"""


def write(folder: Path, off: str) -> Path:
    (folder / "campaigns").mkdir(parents=True, exist_ok=True)
    (folder / "campaigns" / "a.promo").write_text(RULES.format(off=off))
    return folder


@pytest.fixture
def carts(tmp_path: Path) -> Path:
    file = tmp_path / "carts.jsonl"
    lines = [
        {"currency": "USD", "at": "2026-06-20T18:30:00Z", "codes": ["HALF"],
         "lines": [{"sku": "A", "store": "nova-home", "price": "40.00", "quantity": many}]}
        for many in (1, 2, 3, 4)
    ]  # fmt: skip
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return file


def git(folder: Path, *args: str) -> None:
    who = {f"GIT_{role}_{what}": "a@b.c" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    subprocess.run(["git", *args], cwd=folder, check=True, capture_output=True, env={**os.environ, **who})


def test_the_sums_are_those_of_a_pencil(tmp_path: Path, carts: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old, new = write(tmp_path / "old", "9.00"), write(tmp_path / "new", "12.00")
    assert run(["diff", str(old), str(new), "--carts", str(carts), "--json"]) == 0
    (found,) = json.loads(capsys.readouterr().out)
    assert found == {
        "currency": "USD",
        "carts": 4,
        "old": "378.00",  # 39 + 79 + (120 - 10) + (160 - 10)
        "new": "372.00",
        "pay_more": {"carts": 0, "amount": "0.00"},
        "pay_less": {"carts": 2, "amount": "6.00"},
        "rules": [{"name": "ten", "old": "18.00", "new": "24.00", "carts_old": 2, "carts_new": 2}],
        "funders": [{"name": "seller nova-home", "old": "20.00", "new": "26.00", "carts_old": 4, "carts_new": 4}],
        "changes": [
            {"cart": f"{carts}:3", "old": "110.00", "new": "107.00", "rules": {"ten": "3.00"}},
            {"cart": f"{carts}:4", "old": "150.00", "new": "147.00", "rules": {"ten": "3.00"}},
        ],
        "unproved": 0,
    }


def test_the_text_says_who_pays_more(tmp_path: Path, carts: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old, new = write(tmp_path / "old", "12.00"), write(tmp_path / "new", "9.00")
    assert run(["diff", str(old), str(new), "--carts", str(carts), "--top", "1"]) == 0
    text = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert "2 carts pay more +6.00" in text
    assert "0 carts pay less 0.00" in text
    assert "ten 24.00 (2) 18.00 (2) -6.00" in text
    assert text[-1] == "ten saves 3.00 less"
    assert all(len(line) <= 84 for line in text)


def test_revisions_are_read_without_touching_the_tree(
    tmp_path: Path, carts: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "shop" / "rules", "9.00")
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "shop")
    git(tmp_path, "commit", "-qm", "one")
    write(tmp_path / "shop" / "rules", "12.00")
    git(tmp_path, "commit", "-qam", "two")
    write(tmp_path / "shop" / "rules", "13.00")
    monkeypatch.chdir(tmp_path / "shop")
    for old, new, expected in (
        ("HEAD~1", "HEAD", "-6.00"), ("HEAD", "rules", "-2.00"), ("HEAD~1:shop/rules", "rules", "-8.00"),
        ("HEAD~1:./rules", "HEAD:./rules", "-6.00"),
    ):  # fmt: skip
        assert run(["diff", old, new, "--carts", str(carts)]) == 0
        pays = next(line for line in capsys.readouterr().out.splitlines() if line.startswith("All carts"))
        assert pays.split()[-1] == expected
    assert "take 13.00" in (tmp_path / "shop" / "rules" / "campaigns" / "a.promo").read_text()


def test_mistakes_of_the_user_are_told(
    tmp_path: Path, carts: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    rules = str(write(tmp_path / "rules", "9.00"))
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "carts.jsonl")
    git(tmp_path, "commit", "-qm", "one")
    monkeypatch.chdir(tmp_path)
    for old, said in (
        ("nothing", "'nothing' is neither a folder nor a git revision"),
        ("HEAD", "git knows no folder './rules' in 'HEAD'"),
        ("HEAD:carts.jsonl", "git knows no folder 'carts.jsonl' in 'HEAD'"),
        ("--upload-pack=x", "No such option"),
    ):
        assert run(["diff", old, rules, "--carts", str(carts)]) == 2
        assert said in capsys.readouterr().err
    assert run(["diff", "--carts", str(carts), "--", "--all", rules]) == 2
    assert run(["diff", rules, rules]) == 2
    (tmp_path / "rules" / "campaigns" / "a.promo").write_text("campain x")
    assert run(["diff", rules, rules, "--carts", str(carts)]) == 1
    assert "The rules of OLD" in capsys.readouterr().err


def test_a_wrong_cart_is_named_and_the_others_compared(
    tmp_path: Path, carts: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rules = str(write(tmp_path / "rules", "9.00"))
    carts.write_text(carts.read_text() + "{}\n")
    assert run(["diff", rules, rules, "--carts", str(carts)]) == 1
    told = capsys.readouterr()
    assert "4 carts pay the same" in told.out
    assert f"{carts}:5" in told.err


def test_a_coupon_whose_dates_have_moved_is_told(
    tmp_path: Path, carts: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old, new = write(tmp_path / "old", "12.00"), write(tmp_path / "new", "12.00")
    card = '\nplatform coupon gift "4 off"\n  valid from {} through {}\n  spend 30.00 take 4.00 off\n'
    for folder, day in ((old, "2026-06-05"), (new, "2026-06-20")):
        file = folder / "campaigns" / "a.promo"
        file.write_text(file.read_text() + card.format(day, day))
    assert run(["diff", str(old), str(new), "--carts", str(carts)]) == 0
    told = " ".join(capsys.readouterr().err.split())
    assert "gift has new dates under its old name: customers who kept it can use it again" in told
    assert run(["diff", str(new), str(old), "--carts", str(carts)]) == 0
    assert "new dates" not in capsys.readouterr().err
