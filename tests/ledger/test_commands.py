"""`pricing ledger` as its users meet it, and the walk through the life of a coupon."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from pricing.cli import run
from pricing.ledger import Ledger, demo
from tests.ledger.shop import ENGINE, NOON, RULES, cart, engine_with, line


@pytest.fixture
def rules(tmp_path: Path) -> str:
    folder = tmp_path / "rules" / "campaigns"
    folder.mkdir(parents=True)
    (folder / "fair.promo").write_text(RULES)
    return str(folder.parent)


AT = ["--at", NOON.isoformat()]


def test_from_new_tables_to_a_report(where: str, rules: str, capsys: pytest.CaptureFixture[str]) -> None:
    place = ["--db", where]
    with_rules = [*place, "--rules", rules]
    assert run(["ledger", "migrate", *place]) == 0
    assert "nothing to do" in capsys.readouterr().out
    grant = ["ledger", "grant", "ann", "--why", "a game", *with_rules, *AT]
    assert run([*grant, "--coins", "50", "--key", "game-1"]) == 0
    assert run([*grant, "--coins", "50", "--key", "game-1"]) == 0
    assert run([*grant, "--coupon", "select", "--pieces", "2"]) == 0
    capsys.readouterr()
    with Ledger(where, ENGINE) as ledger:
        ledger.checkout(cart(), "o-1", without=["coin payment"])
        ledger.commit("o-1", NOON)
    assert run(["ledger", "wallet", "ann", *with_rules, *AT]) == 0
    assert capsys.readouterr().out == (
        "Wallet of ann: 50 coins\n"
        "state  coupon  label          pieces  when                     why\n"
        "-----  ------  -------------  ------  -----------------------  ---------\n"
        "used   select  Select coupon       2  on 2026-06-10 12:00 UTC  order o-1\n"
    )
    assert run(["ledger", "wallet", "ann", *with_rules, *AT, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["cards"][0]["state"] == "used"
    assert run(["ledger", "report", *with_rules]) == 0
    assert capsys.readouterr().out == (
        "Rules\n"
        "rule    label          uses  customers  currency  given  platform  sellers  budget  handed out\n"
        "------  -------------  ----  ---------  --------  -----  --------  -------  ------  ----------\n"
        "select  Select coupon     2          1  USD        4.00      4.00     0.00   20.00           2\n"
        "total                                   USD        4.00      4.00     0.00\n"
    )
    assert run(["ledger", "report", *with_rules, "--from", "2026-06-11T00:00:00Z", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"rows": [], "totals": []}
    for span, many in ((("--from", "2026-06-11"), 0), (("--from", "2026-06-10"), 1), (("--until", "2026-06-10"), 0)):
        assert run(["ledger", "report", *with_rules, *span, "--zone", "Asia/Tokyo", "--json"]) == 0
        assert len(json.loads(capsys.readouterr().out)["rows"]) == many
    assert run(["ledger", "report", *with_rules, "--from", "2026-06-11", "--zone", "Mars"]) == 1
    assert "there is no zone called 'Mars'" in capsys.readouterr().err
    assert run(["ledger", "verify", *with_rules]) == 0
    assert capsys.readouterr().out == "The books are right.\n"


def test_orders_past_their_returns_are_settled(
    where: str, rules: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    reward = 'coin reward earn "A coin for every 1.00"\n  earn 1 coin every 1.00\n'
    file = Path(rules, "campaigns", "fair.promo")
    file.write_text(f"{file.read_text()}\n{reward}")
    with Ledger(where, engine_with(reward)) as ledger:
        for order in ("o-1", "o-2", "o-3", "o-4"):
            ledger.checkout(cart(line(units=2)), order)
            if order != "o-4":
                ledger.commit(order, NOON)
        earned = ledger.wallet("ann", NOON).coins_pending
        assert earned > 0
    settle = ["ledger", "settled", "--db", where, "--rules", rules, *AT]
    assert run([*settle, "o-1"]) == 0
    assert capsys.readouterr().out == "1 order is settled\n"
    monkeypatch.setattr(
        "sys.stdin", SimpleNamespace(buffer=io.BytesIO(b"o-1\r\n\no-4\nnobody's\n" + b"x" * 1500 + b"\no-2"))
    )
    assert run([*settle, "-", "o-3"]) == 1
    told = capsys.readouterr()
    assert told.out == "3 orders are settled\n"
    assert len(told.err.splitlines()) == 4 and "cannot settle: the order is reserved @ order o-4" in told.err
    with Ledger(where, engine_with(reward)) as ledger:
        purse = ledger.wallet("ann", NOON)
        assert (purse.coins, purse.coins_pending) == (earned, 0)
        assert ledger.verify() == ()


def test_verify_says_what_is_wrong_and_fails(where: str, rules: str, capsys: pytest.CaptureFixture[str]) -> None:
    from sqlalchemy import text

    with Ledger(where, ENGINE) as ledger:
        ledger.grant("ann", NOON, "game", coins=5)
        ledger._database.write(lambda connection: connection.execute(text("UPDATE coin_balance SET coins = 6")))
    assert run(["ledger", "verify", "--db", where, "--rules", rules]) == 1
    out = capsys.readouterr().out
    assert out.splitlines()[-1].split() == ["coin_balance.coins", "ann", "5", "6"]
    assert run(["ledger", "verify", "--db", where, "--rules", rules, "--repair"]) == 1


@pytest.mark.parametrize(
    ("args", "status", "message"),
    [
        (["wallet", "nobody"], 1, "never heard of this customer @ nobody"),
        (["wallet", "ann", "--at", "2026-06-10"], 2, "is not an instant"),
        (["wallet", "a\nb"], 1, "cannot be shown"),
        (["grant", "ann", "--why", "x"], 2, "give either --coins N or --coupon RULE"),
        (["grant", "ann", "--why", "x", "--coins", "-5"], 2, "-5"),
        (["grant", "ann", "--why", "x", "--coins", "1", "--coupon", "select"], 2, "give either"),
        (["grant", "ann", "--why", "x", "--coupon", "five-off", *AT], 1, "a store discount, which nobody can hold"),
        (["grant", "ann", "--why", "x", "--coupon", "nothing", *AT], 1, "no rule called 'nothing'"),
    ],
)
def test_mistakes_are_told_in_a_line(
    where: str, rules: str, args: list[str], status: int, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["ledger", *args, "--db", where, "--rules", rules]) == status
    told = capsys.readouterr()
    assert message in told.err and told.out == "" and "Traceback" not in told.err


def test_places_that_are_no_ledger(tmp_path: Path, rules: str, capsys: pytest.CaptureFixture[str]) -> None:
    nowhere = str(tmp_path / "typo.db")
    assert run(["ledger", "verify", "--db", nowhere, "--rules", rules]) == 1
    assert "`pricing ledger migrate` makes one" in capsys.readouterr().err
    assert not Path(nowhere).exists()
    letter = tmp_path / "letter.txt"
    letter.write_text("Dear customer, " * 99)
    for name in ("verify", "report"):
        assert run(["ledger", name, "--db", str(letter), "--rules", rules]) == 1
        assert "file is not a database" in capsys.readouterr().err
    assert run(["ledger", "migrate", "--db", str(letter)]) == 1
    assert "file is not a database" in capsys.readouterr().err
    assert run(["ledger", "migrate", "--db", "mysql://x/y"]) == 1
    assert "use a path (SQLite) or postgresql://" in capsys.readouterr().err


@pytest.mark.parametrize(
    "place", ["\x1b]0;pwn\a.db", "a\x1b[31m.db", "a\nb.db", "mysql://\x1b[31m", "sqlite:///\x1b[31m/x"]
)
def test_no_place_steers_a_terminal(place: str, rules: str, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("verify", "report"):
        assert run(["ledger", name, "--db", place, "--rules", rules]) == 1
        told = capsys.readouterr()
        assert "\x1b" not in told.err + told.out and told.err.count("\n") == 1


def test_the_demo_walks_from_the_product_page_to_a_refund(capsys: pytest.CaptureFixture[str]) -> None:
    demo.main()
    out = capsys.readouterr().out
    assert out.count("Wallet of ann") == 9
    assert out.endswith("Paid 101.60, paid back 101.60. The books are right.\n")


def test_without_its_extra_the_ledger_says_what_to_install() -> None:
    """Also for `python -m pricing.ledger.demo`, which no command line of ours stands before."""
    hidden = "import runpy, sys; sys.modules['sqlalchemy'] = None; runpy.run_module('pricing.ledger.demo')"
    asked = subprocess.run([sys.executable, "-c", hidden], capture_output=True, text=True, check=False)
    assert asked.returncode != 0
    assert "the ledger needs sqlalchemy: pip install 'promotion-pricing[ledger]' brings it" in asked.stderr
