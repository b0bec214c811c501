"""What a person reads: the terminal in 80 columns, one page that needs nothing else, data that adds up."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from collections.abc import Iterator, Sequence
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from pricing.cli import run
from pricing.columns import width
from tests.simulate import shop


class Told:
    """Where a command was run, and what came of it."""

    def __init__(self, place: Path, status: int, out: str, err: str) -> None:
        self.place = place
        self.status = status
        self.out = out
        self.err = err


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    shop.folder(tmp_path / "old", **shop.OLD)
    shop.folder(tmp_path / "new", **shop.NEW)
    shop.write(tmp_path / "orders.jsonl", shop.orders(120))
    return tmp_path


def replay(place: Path, capsys: pytest.CaptureFixture[str], *more: str, rules: Sequence[str] = ("old", "new")) -> Told:
    status = run(["replay", *rules, "--orders", "orders.jsonl", *more])
    told = capsys.readouterr()
    return Told(place, status, told.out, told.err)


def test_the_terminal_says_who_pays_more_in_80_columns(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = replay(place, capsys)
    assert told.status == 0
    lines = told.out.splitlines()
    assert max(map(width, lines)) <= 80
    assert lines[0] == "120 orders, 2026-06-10 to 2026-06-20, amounts in USD"
    for begin in ("All orders pay", "Savings by rule", "Savings by payer", "Budgets", "  select, new",
                  "      gone on 2026-06-", "Orders just short of a step", "Orders that change most"):  # fmt: skip
        assert any(line.startswith(begin) for line in lines), begin


def test_json_csv_and_parquet_say_the_same(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = replay(place, capsys, "--json", "--report", "a.csv", "--report", "a.parquet", "--report", "a.json")
    (found,) = json.loads(told.out)["currencies"]
    assert json.loads((place / "a.json").read_text()) == json.loads(told.out)
    rows = pq.read_table(place / "a.parquet").to_pylist()
    assert len(rows) == found["orders"] == 120
    assert sum(row["new"] - row["old"] for row in rows) == round(100 * float(found["change"]))
    by_rule = {
        row["name"]: row
        for row in csv.DictReader(io.StringIO((place / "a.csv").read_text()))
        if row["table"] == "rules"
    }
    for row in found["rules"]:
        assert by_rule[row["name"]]["saved_new"] == row["saved_new"]
        given = sum(part["new"] for order in rows for part in order["savings"] if part["rule"] == row["name"])
        assert given == round(100 * float(row["saved_new"]))
    one = found["changes"][0]
    assert one["receipt_old"] != one["receipt_new"] and one["new"] in one["receipt_new"]


class Page(HTMLParser):
    """What a browser would fetch, and whether every tag is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.open: list[str] = []
        self.text = ""

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.fetched += [f"{tag} {name}" for name, _ in attrs if name in ("src", "href", "srcset", "data", "action")]
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_page_needs_nothing_else_and_says_it_in_a_sentence(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = replay(place, capsys, "--report", "a.html")
    assert told.status == 0
    text = (place / "a.html").read_text(encoding="utf-8")
    page = Page()
    page.feed(text)
    assert page.open == [] and page.fetched == []
    assert "<script" not in text and "url(" not in text and "@import" not in text
    assert re.search(r"Under the new rules customers would have paid USD [\d,.]+ (less|more)", page.text)
    assert "select, new rules: the money is gone on 2026-06-" in page.text
    assert re.search(r"What changes: Nova: 5 off 30 \(nova-5\) changed; .*Spend more \(nova-more\) changed", page.text)
    assert re.search(
        r"What it costs: savings of [\d,.]+, [\d.]+ more than the [\d,.]+ before; the platform [\d.]+ more, sellers",
        page.text,
    )
    assert re.search(r"Who loses: \d+ orders? pays? [\d.]+ more together\..* Rules give: nova-5 [\d.]+ less", page.text)
    assert "When the money is gone: Select (select): the money is gone on" in page.text
    assert text.count("<svg") >= 4
    assert len(text) < 200_000


def test_names_from_outside_are_text_on_the_page(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    carts = shop.orders(30)
    for cart in carts:
        cart["customer"]["segments"] = ["<script>alert(1)</script>", "=cmd()"]
        cart["lines"][0]["categories"] = ["a&b<i>"]
    shop.write(place / "orders.jsonl", carts)
    replay(place, capsys, "--report", "a.html", "--report", "a.csv")
    text = (place / "a.html").read_text(encoding="utf-8")
    assert "<script" not in text and "<i>" not in text and "&lt;script&gt;" in text
    assert "\n=" not in (place / "a.csv").read_text() and ",=cmd" not in (place / "a.csv").read_text()


FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip


@pytest.fixture
def browser() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("there is no Chromium on this machine")
    with playwright.sync_playwright() as running:
        opened = running.chromium.launch(executable_path=chromium, args=FLAGS)
        yield opened
        opened.close()


@pytest.mark.browser
def test_the_page_is_read_on_a_screen_a_telephone_and_paper(
    place: Path, capsys: pytest.CaptureFixture[str], browser: Any
) -> None:
    """Nothing is fetched, nothing runs wide of the screen, all that marketing asks stands at its head, and it prints."""
    replay(place, capsys, "--report", "a.html")
    for wide in (1200, 390):
        page = browser.new_page(viewport={"width": wide, "height": 900})
        asked: list[str] = []
        page.on("request", lambda request, asked=asked: asked.append(request.url))
        page.on("console", lambda said, asked=asked: asked.append(said.text))
        page.goto(f"file://{place / 'a.html'}")
        assert asked == [f"file://{place / 'a.html'}"]
        assert page.evaluate("document.documentElement.scrollWidth") <= wide
        head = page.inner_text("section >> nth=0")
        for title in ("What it costs:", "Who gains:", "When the money is gone:"):
            assert title in head
        page.click("details >> nth=0 >> summary")
        assert page.is_visible("details >> nth=0 >> pre >> nth=1")
        assert page.evaluate("document.documentElement.scrollWidth") <= wide
        every = page.query_selector_all("figure > svg")
        assert len(every) >= 3 and all(picture.bounding_box()["height"] > 60 for picture in every)
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.pdf(format="A4")[:5] == b"%PDF-"


def test_mistakes_of_the_user_are_told(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for more, said in (
        (["--orders", "none.jsonl"], "none.jsonl: there is no such file."),
        (["--report", "a.pdf"], "'a.pdf' ends in none of .html, .json, .csv, .parquet"),
        (["--report", "nowhere/a.html"], "there is no folder 'nowhere'"),
        (["--at", "yesterday"], "neither an instant"),
        (["--work", "old"], "this folder holds other things"),
        (["--columns", "orders.jsonl"], "orders.jsonl: "),
    ):
        told = replay(place, capsys, *more)
        assert told.status == 2 and said in told.err and "Traceback" not in told.err, more
    assert replay(place, capsys, rules=("nothing", "new")).status == 2
    (place / "orders.jsonl").write_text((place / "orders.jsonl").read_text() + "{}\n")
    told = replay(place, capsys)
    assert told.status == 1 and "orders.jsonl:121: " in told.err and "1 of 121 orders could not be priced." in told.err


def test_orders_at_one_instant_and_the_shipped_file(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = replay(place, capsys, "--at", "2026-08-01T12:00:00Z", "--usage", "ignored", "--no-near", "--json")
    (found,) = json.loads(told.out)["currencies"]
    assert found["old"] == found["new"] == found["listed"]
    rules = str(Path(__file__).parents[2] / "rules")
    shipped = f"{rules}/demo/orders.jsonl.gz"
    assert run(["replay", rules, rules, "--orders", shipped]) == 0
    assert "400 orders pay the same" in capsys.readouterr().out
