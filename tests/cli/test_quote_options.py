"""`pricing quote` without a file of JSON: goods of the catalogue, a coupon or code for this once, one rule's answer."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pricing import Cart
from pricing.cli import run
from pricing.cli.pricer import Pricer
from tests.cli.conftest import CART, RULES, Run

MORE = """
seller coupon three "Three off thirty"
  stores      nova-home
  spend       30.00  take 3.00 off
"""
SKUS = (
    "sku,store,price,categories,brand,tags,name\n"
    "NH-1,nova-home,60.00,home/kitchen,nova,new;red,Kettle\n"
    "X-1,nova-home,1.00,,,,\nX-1,luma-lights,2.00,,,,\nFREE,nova-home,,,,,\n"
)


@pytest.fixture
def shop(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (folder / "rules" / "campaigns" / "summer.promo").write_text(RULES + MORE, encoding="utf-8")
    (folder / "rules" / "catalogue").mkdir()
    (folder / "rules" / "catalogue" / "skus.csv").write_text(SKUS)
    (folder / "rules" / "catalogue" / "segments.csv").write_text("segment\nnew\nvip\n")
    monkeypatch.chdir(folder)
    monkeypatch.setattr("pricing.cli.quote.now", lambda: datetime(2026, 6, 20, tzinfo=UTC))
    return folder


def quoted(capsys: pytest.CaptureFixture[str], *args: str) -> dict[str, Any]:
    assert run(["quote", *args, "--json"]) == 0
    made: dict[str, Any] = json.loads(capsys.readouterr().out)
    return made


def test_goods_are_bought_from_the_catalogue(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = quoted(capsys, "--buy", "NH-1*2", "--buy", "luma-lights/X-1", "--buy", "NH-1")
    assert [(line["id"], line["store"], line["quantity"], line["list"]) for line in made["lines"]] == [
        ("NH-1", "nova-home", 2, "120.00"), ("NH-1+2", "nova-home", 1, "60.00"), ("X-1", "luma-lights", 1, "2.00"),
    ]  # fmt: skip
    assert made["total"] == "177.00"


def test_goods_have_the_floor_and_the_struck_price_of_the_catalogue(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Five off fifty, on goods that were dearer and may not come below 58.00, or 99 % of their price."""
    for floor, total in (("", "55.00"), ("58.00", "58.00"), ("99%", "59.40"), ("99.99%", "60.00")):
        (shop / "rules" / "catalogue" / "skus.csv").write_text(
            f"sku,store,price,was,floor\nNH-1,nova-home,60,75,{floor}\n"
        )
        assert quoted(capsys, "--buy", "NH-1")["total"] == total
        assert run(["new", "cart"]) == 0
        (line,) = json.loads(capsys.readouterr().out)["lines"]
        assert (line["was"], "floor" in line) == ("75.00", bool(floor))
    (shop / "rules" / "campaigns" / "summer.promo").write_text(RULES.replace("spend", "except reduced\n  spend", 1))
    assert quoted(capsys, "--buy", "NH-1")["total"] == "60.00"


def test_a_coupon_and_a_code_are_given_for_this_once(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert quoted(capsys, "--buy", "NH-1")["total"] == "55.00"
    assert quoted(capsys, "--buy", "NH-1", "--with", "three*2")["total"] == "52.00"
    assert quoted(capsys, "--buy", "NH-1", "--with", "three", "--with", "ten")["total"] == "46.80"
    cart = {**CART, "codes": [], "wallet": {"coins": 5}}
    (shop / "cart.json").write_text(json.dumps(cart))
    assert quoted(capsys, "cart.json", "--with", "TEN")["total"] == "49.50"
    assert quoted(capsys, "cart.json", "--buy", "nova-home/X-1", "--with", "three")["total"] == "53.00"


def test_a_way_to_pay_is_put_into_the_cart(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    def quoted(_: Pricer, cart: Cart, __: object) -> str:
        seen.append(cart.payment)
        return ""

    monkeypatch.setattr(Pricer, "quoted", quoted)
    assert run(["quote", "cart.json", "--payment", "card-x"]) == 0
    assert seen == ["card-x"]


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["--buy", "NH-11"], "There is no sku called 'NH-11' in the catalogue. Did you mean 'NH-1'?"),
        (["--buy", "X-1"], "Several stores sell 'X-1': say nova-home/X-1 or luma-lights/X-1."),
        (["--buy", "FREE"], "FREE has no price in USD: the catalogue says ''."),
        (["--buy", "NH-1", "--with", "thre"], "There is no coupon or code called 'thre'. Did you mean 'three'?"),
        (["--buy", "NH-1", "--with", "home-five"], "home-five is a store discount: nobody holds or types it"),
        (["--buy", "NH-1", "--why", "home-fiv"], "no rule is called so. Did you mean 'home-five'?"),
        (["--buy", "NH-1", "--why", "all", "--why", "three"], "--why takes one of none, refused and all, or names"),
        (["--buy", "NH-1", "--at", "2026-02-30"], "write it like 2026-06-20T18:30:00-07:00, 2026-06-20 (noon) or now"),
    ],
)
def test_what_is_not_there_is_told(shop: Path, capsys: pytest.CaptureFixture[str], args: list[str], said: str) -> None:
    assert run(["quote", *args]) == 2
    shown = capsys.readouterr()
    assert shown.out == "" and said in " ".join(shown.err.split())


def test_moments(shop: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pricing.cli.moments.now", lambda: datetime(2026, 7, 1, tzinfo=UTC))
    for at, total in (
        ("now", "60.00"),
        ("2026-06-30", "49.50"),
        ("2026-07-01", "60.00"),
        ("2026-06-30T23:59:59Z", "49.50"),
    ):
        assert quoted(capsys, "cart.json", "--at", at)["total"] == total


def test_reasons_are_told_of_one_cart_and_not_of_many(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    line = json.dumps(CART)
    (shop / "two.jsonl").write_text(f"{line}\n{line}\n")

    def reasons(*args: str) -> list[set[str]]:
        assert run(["quote", *args, "--json"]) == 0
        lines = capsys.readouterr().out.splitlines()
        return [set(json.loads(line)) & {"refused", "next_steps"} for line in lines]

    assert reasons("cart.json") == [{"refused", "next_steps"}]
    assert reasons("two.jsonl") == reasons("cart.json", "cart.json") == [set(), set()]
    assert reasons("two.jsonl", "--why", "refused") == [{"refused"}] * 2
    assert reasons("two.jsonl", "--why", "all") == [{"refused", "next_steps"}] * 2
    assert reasons("cart.json", "--why", "none") == reasons("cart.json", "--no-why") == [set()]


def test_one_rule_answers(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    args = ["quote", "--buy", "nova-home/X-1*20", "--with", "three", "--why", "three", "--why", "TEN"]
    assert run(args) == 0
    said = capsys.readouterr().out
    assert 'three "Three off thirty": 10.00 short at nova-home.' in said
    assert 'TEN "Ten per cent": the code was not typed in.' in said
    assert "home-five" not in said.partition("====\n\n")[2]
    assert run(["quote", "--buy", "NH-1", "--why", "home-five"]) == 0
    assert 'home-five "Five off fifty": used, it takes 5.00 off.' in capsys.readouterr().out


def test_names_that_nobody_knows_are_noted_once(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cart = {
        **CART,
        "customer": {"segments": ["nwe", "vip"]},
        "country": "Germany",
        "wallet": {"coupons": [{"rule": "thre", "pieces": 1}]},
        "lines": [{**CART["lines"][0], "sku": "NH-2"}],
    }
    (shop / "cart.json").write_text(json.dumps(cart))
    assert run(["quote", "cart.json", "cart.json"]) == 0
    assert capsys.readouterr().err.splitlines() == [
        "note: cart.json: there is no customer segment called 'nwe' in segments.csv; did you mean 'new'?"
        " @ customer.segments[0]",
        "note: cart.json: there is no country called 'Germany'; did you mean 'DE'? @ country",
        "note: cart.json: there is no sku called 'NH-2' in skus.csv; did you mean 'NH-1'? @ lines[0].sku",
        "note: cart.json: there is no coupon called 'thre' @ wallet.coupons[0].rule",
    ]


def test_a_cart_is_needed(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["quote"]) == 2
    assert "Missing argument 'CART...': the file of a cart, or goods with --buy SKU*N." in capsys.readouterr().err


def test_who_pays_is_said_on_request(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["quote", "cart.json", "--funders"]) == 0
    said = capsys.readouterr().out
    assert "Who pays for the savings\n" in said and "  Seller nova-home " in said


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("pricing quote cart.json --with T", ["TEN", "three"]),
        ("pricing quote cart.json --why h", ["home-five"]),
        ("pricing quote cart.json --why re", ["refused"]),
        ("pricing quote cart.json --without promo", ["promo code"]),
        ("pricing quote --buy NH", ["NH-1"]),
        ("pricing explain th", ["three"]),
        ("pricing explain sp", ["spend"]),
    ],
)
def test_names_are_completed(shop: Path, pricing: Run, words: str, offered: list[str]) -> None:
    env = {"_PRICING_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(words.count(" "))}
    done = pricing(env=env)
    assert [line.partition(",")[2] for line in done.stdout.splitlines()] == offered
