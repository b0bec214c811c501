"""Who owes what: by seller, month, campaign, rule and payer, refunds included; its sums are the journal's."""

from __future__ import annotations

import csv
import io
import itertools
import json
from pathlib import Path
from typing import Any

import pytest

from pricing.cli import run
from pricing.ledger import Ledger, LedgerError
from pricing.ledger.books.owed import KEYS
from pricing.ledger.books.sheet import owed_sheet
from pricing.ledger.store.tables import report_table
from pricing.model.cart import Cart, Customer, ShippingCharge
from pricing.money import show
from tests.ledger.shop import BOB, ENGINE, NOON, RULES, at, cart, line

FUNDED = """
store discount kettles-off "10 off 20, shared"
  stores      kettles
  spend       20.00  take 10.00 off
  funded      by platform 40%
"""


def shop(where: str) -> Ledger:
    from tests.ledger.shop import engine_with

    return Ledger(where, engine_with(FUNDED))


def _two_stores(when: int) -> Cart:
    return Cart(
        currency="USD",
        at=at(when),
        lines=[line(units=3), line("X", 999, 2), line("K", 2500, store="kettles")],
        customer=BOB,
        codes=("CODE10",),
        shipping=[
            ShippingCharge(store, "standard", (amount, "USD")) for store, amount in (("lamps", 495), ("kettles", 700))
        ],
    )


def live(ledger: Ledger) -> None:
    """Orders paid, open and released; returns in part, in sequence and of shipping; agreed amounts; two months."""
    ledger.grant("ann", NOON, "game", coins=500)
    ledger.grant("ann", NOON, "game", rule="select", pieces=4)
    ledger.checkout(cart(line(units=3), codes=("TODAY3",), shipping=495), "o-1")
    ledger.commit("o-1", at(1))
    ledger.checkout(_two_stores(2), "o-2")
    ledger.commit("o-2", at(3))
    ledger.checkout(cart(codes=("POT",), when=at(4)), "open")
    ledger.checkout(cart(codes=("POT",), when=at(4), customer=Customer("eve")), "gone")
    ledger.release("gone", at(5))
    ledger.refund("o-1", {"LL-2": 1}, at(days=22), key="a")
    ledger.refund("o-2", {"X": 1, "K": 1}, at(days=22), key="b", shipping={"kettles/standard": 100})
    ledger.refund("o-2", {"LL-2": 1}, at(days=23), key="c", shipping=True)
    ledger.dispute("o-2", 150, at(days=24), key="d", line="LL-2")


def given_by_the_journal(ledger: Ledger) -> dict[str, tuple[int, int]]:
    """(minor units, the platform's part) of each rule in orders that were paid, by the entries of uses."""
    rows = ledger._database.ask(
        "SELECT rule, sum(money) AS money, sum(platform) AS platform FROM entry WHERE what = 'use' AND order_id IN"
        " (SELECT order_id FROM orders WHERE state = 'committed') GROUP BY rule HAVING sum(money) <> 0",
        {},
    )
    return {row.rule: (int(row.money), int(row.platform)) for row in rows}


def test_its_sums_are_the_journal_s(where: str) -> None:
    with shop(where) as ledger:
        live(ledger)
        by_rule: dict[str, list[int]] = {}
        for one in ledger.owed(["rule", "payer"]).rows:
            rule, payer = one.keys
            sums = by_rule.setdefault(rule, [0, 0])
            sums[0] += one.net
            sums[1] += one.net if payer == "platform" else 0
        found = {rule: tuple(sums) for rule, sums in by_rule.items() if any(sums)}
        assert found == given_by_the_journal(ledger)
        (total,) = ledger.owed(["seller"]).totals
        asked = "SELECT sum(money) AS money FROM entry WHERE what = :what"
        assert total.paid == ledger._database.ask(asked, {"what": "paid"})[0].money > 0
        assert total.paid_back == ledger._database.ask(asked, {"what": "back"})[0].money > 0
        assert total.orders == 2
        assert ledger.verify() == ()


def test_every_way_to_part_it_adds_up_to_the_same(where: str) -> None:
    with shop(where) as ledger:
        live(ledger)
        whole = ledger.owed(["rule"]).totals[0]
        assert whole.given > whole.back > 0
        for many in range(1, len(KEYS) + 1):
            for by in itertools.combinations(KEYS, many):
                report = ledger.owed(by)
                assert [one.keys for one in report.rows] == sorted(one.keys for one in report.rows)
                for field in ("given", "back"):
                    assert sum(getattr(one, field) for one in report.rows) == getattr(whole, field)
                    assert getattr(report.totals[0], field) == getattr(whole, field)


def test_who_gives_what_in_which_month(where: str) -> None:
    with shop(where) as ledger:
        live(ledger)
        rows = {one.keys: one for one in ledger.owed(["month", "seller", "rule", "payer"]).rows}
        assert {keys[0] for keys in rows} == {"2026-06", "2026-07"}
        shared = {keys[3]: one for keys, one in rows.items() if keys[:3] == ("2026-06", "kettles", "kettles-off")}
        assert {payer: one.given for payer, one in shared.items()} == {"platform": 400, "seller": 600}
        back = {keys[3]: one for keys, one in rows.items() if keys[:3] == ("2026-07", "kettles", "kettles-off")}
        assert {payer: (one.given, one.back) for payer, one in back.items()} == {
            "platform": (0, 400),
            "seller": (0, 600),
        }
        assert {one.keys for one in ledger.owed(["campaign"]).rows} == {("fair",)}


def test_it_can_be_cut_at_any_instant(where: str) -> None:
    with shop(where) as ledger:
        live(ledger)
        whole = {one.keys: one for one in ledger.owed(["seller", "payer"]).rows}
        cuts = [None, at(2), at(days=22), at(days=22, minutes=1), at(days=23, minutes=1), None]
        sums: dict[tuple[str, ...], list[int]] = {}
        for start, end in itertools.pairwise(cuts):
            for one in ledger.owed(["seller", "payer"], start, end).rows:
                both = sums.setdefault(one.keys, [0, 0])
                both[0] += one.given
                both[1] += one.back
        assert sums == {keys: [one.given, one.back] for keys, one in whole.items()}


def test_an_order_that_comes_back_whole_owes_nothing(where: str) -> None:
    with shop(where) as ledger:
        ledger.checkout(_two_stores(0), "o-1")
        ledger.commit("o-1", at(1))
        total = ledger.order("o-1")
        ledger.refund("o-1", {"LL-2": 2}, at(2), key="a")
        ledger.refund("o-1", {"X": 2}, at(3), key="b")
        ledger.refund("o-1", {"LL-2": 1, "K": 1}, at(4), key="c", shipping=True)
        assert {one.net for one in ledger.owed(KEYS).rows} == {0}
        order = ledger.order("o-1")
        assert order is not None and total is not None and order.cash_back == total.total


def test_months_are_those_of_a_zone(where: str) -> None:
    with shop(where) as ledger:
        ledger.checkout(cart(when=at(days=20, minutes=60), codes=("TODAY3",)), "o-1")
        ledger.commit("o-1", at(days=20, minutes=11 * 60 + 59))
        assert {one.keys for one in ledger.owed(["month"]).rows} == {("2026-06",)}
        assert {one.keys for one in ledger.owed(["month"], zone="Asia/Tokyo").rows} == {("2026-07",)}
        with pytest.raises(LedgerError, match="no zone called"):
            ledger.owed(["month"], zone="Mars/Base")


@pytest.mark.parametrize("by", [["month", "month"], ["store"], [""]])
def test_other_keys_are_told(ledger: Ledger, by: list[str]) -> None:
    with pytest.raises(LedgerError, match="a report is by seller, month, campaign, rule, payer") as failed:
        ledger.owed(by)
    assert failed.value.code == "bad-report"


@pytest.fixture
def args(where: str, tmp_path: Path) -> list[str]:
    folder = tmp_path / "rules" / "campaigns"
    folder.mkdir(parents=True)
    (folder / "fair.promo").write_text(RULES + FUNDED)
    with shop(where) as ledger:
        live(ledger)
    return ["ledger", "report", "--db", where, "--rules", str(folder.parent)]


def test_every_format_says_the_same(args: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import openpyxl

    asked = [*args, "--by", "seller, payer"]
    assert run([*asked, "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["rows"][0] == {
        "seller": "kettles", "payer": "platform", "currency": "USD", "orders": 1,
        "given": found["rows"][0]["given"], "back": found["rows"][0]["back"], "net": found["rows"][0]["net"],
    }  # fmt: skip
    assert all("." in row["given"] for row in found["rows"])
    (total,) = found["totals"]
    assert list(total) == ["currency", "orders", "given", "back", "net"]
    assert run([*asked, "--format", "csv"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert rows == [{name: str(cell) for name, cell in row.items()} for row in found["rows"]]
    assert run(asked) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Given by seller, payer" and lines[-1].split()[0] == "total"
    assert lines[-1].split()[-3:] == [total["given"], total["back"], total["net"]]
    files = [tmp_path / "one.xlsx", tmp_path / "two.xlsx"]
    for file in files:
        assert run([*asked, "--format", "xlsx", "--output", str(file)]) == 0
    assert files[0].read_bytes() == files[1].read_bytes()
    page: Any = openpyxl.load_workbook(files[0]).active
    cells = [[cell.value for cell in row] for row in page.iter_rows()]
    assert cells[0] == ["seller", "payer", "currency", "orders", "given", "back", "net"]
    assert cells[-1][0] == "total"
    assert {page.cell(line, 5).number_format for line in range(2, len(cells) + 1)} == {"0.00"}
    assert [f"{row[4]:.2f}" for row in cells[1:]] == [row["given"] for row in found["rows"]] + [total["given"]]


def test_by_seller_and_month_it_says_what_was_paid(args: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*args, "--by", "month,seller", "--format", "json"]) == 0
    rows = json.loads(capsys.readouterr().out)["rows"]
    assert [(row["month"], row["seller"]) for row in rows] == [
        ("2026-06", "kettles"), ("2026-06", "lamps"), ("2026-07", "kettles"), ("2026-07", "lamps"),
    ]  # fmt: skip
    assert all(row["paid_back"] == "0.00" for row in rows[:2]) and all(row["paid"] == "0.00" for row in rows[2:])


def test_a_file_of_quotes_is_added_up_the_same_way(
    args: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from tests.ledger.shop import engine_with

    engine = engine_with(FUNDED)
    quotes = [engine.quote(asked) for asked in (_two_stores(2), cart(line(units=3), codes=("TODAY3",), shipping=495))]
    file = tmp_path / "quotes.jsonl"
    file.write_text("".join(json.dumps(quote.to_dict(why=False)) + "\n" for quote in quotes))
    asked = [*args, "--quotes", str(file), "--format", "json", "--by"]
    assert run([*asked, "campaign,seller,payer"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert {row["campaign"] for row in found["rows"]} == {"fair"}
    saved = sum(quote.list_minor - quote.total_minor for quote in quotes)
    assert found["totals"] == [
        {"currency": "USD", "orders": 2, "given": show(saved, "USD"), "back": "0.00", "net": show(saved, "USD")}
    ]
    assert run([*asked, "seller"]) == 0
    (total,) = json.loads(capsys.readouterr().out)["totals"]
    assert total["paid"] == show(sum(quote.total_minor for quote in quotes), "USD")
    assert run([*asked, "month"]) == 1
    assert "leave month out" in capsys.readouterr().err
    for wrong in ("{}", "[]", "7", "{", '{"currency": "USD", "lines": [{"store": 1}], "shipping": []}', "[" * 5000):
        file.write_text(json.dumps(quotes[0].to_dict(why=False)) + "\n" + wrong + "\n")
        assert run([*asked, "seller"]) == 1
        assert "is no quote as `pricing quote --json` writes it @ " in (told := capsys.readouterr().err)
        assert told.endswith("quotes.jsonl:2\n")
    assert run([*args, "--quotes", str(tmp_path / "none.jsonl"), "--by", "seller"]) == 1
    assert "No such file" in capsys.readouterr().err
    assert run([*args, "--quotes", str(file)]) == 2


@pytest.mark.parametrize(
    ("more", "status", "message"),
    [
        (["--by", "shop"], 1, "a report is by seller"),
        (["--by", "month", "--zone", "X"], 1, "no zone called 'X'"),
        (["--format", "xlsx"], 2, "--output FILE go together"),
        (["--output", "x"], 2, "go together"),
        (["--by", "rule", "--format", "xlsx", "--output", "/nowhere/at/all.xlsx"], 1, "cannot be written"),
    ],
)
def test_mistakes_are_told(
    args: list[str], more: list[str], status: int, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*args, *more]) == status
    told = capsys.readouterr()
    assert message in told.err and told.out == "" and "Traceback" not in told.err


def test_names_are_never_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal of 80 columns a long name goes on below."""
    from rich.console import Console

    name = "a-seller-with-a-very-long-name-" + "x" * 60
    with Ledger(tmp_path / "ledger.db", ENGINE) as ledger:
        ledger.checkout(cart(line(store=name), codes=("TODAY3",)), "o-1")
        ledger.commit("o-1", at(1))
        table = report_table(owed_sheet(ledger.owed(KEYS)))
    text = io.StringIO()
    monkeypatch.setattr("rich.console.Console", lambda: Console(file=text, width=80))
    table._ruled()
    lines = text.getvalue().splitlines()
    assert max(map(len, lines)) <= 80 and "…" not in text.getvalue()
    first = "".join(row.split("│")[1].strip() for row in lines if row.startswith("│"))
    assert name in first
