"""The rule folder as marketing has it: nothing to find fault with, a catalogue that agrees, a README to follow."""

from __future__ import annotations

import csv
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest

from pricing import Cart, Engine, Quote
from pricing.examples import SUFFIX, find, load, run
from pricing.language.loading.load import Loaded, load_again, load_folder, load_texts
from pricing.language.vocabulary import WORDS
from pricing.model.cart import Line
from pricing.model.kind import Kind
from pricing.money import parse
from pricing.wire import cart_from_json
from tests.pages import typed

RULES = Path(__file__).parent.parent / "rules"
README = (RULES / "README.md").read_text("utf-8")


@cache
def engine() -> Engine:
    return Engine.load(RULES)


def demo(name: str) -> Cart:
    return cart_from_json((RULES / "demo" / name).read_bytes())


@cache
def quoted(name: str) -> Quote:
    return engine().quote(demo(name))


def blocks(word: str) -> list[str]:
    return re.findall(rf"(?ms)^```{word}\n(.*?)^```$", README)


def table(name: str) -> list[dict[str, str]]:
    with (RULES / "catalogue" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_there_is_nothing_to_say_about_the_rules() -> None:
    assert load_folder(RULES).report() == ""


def test_every_campaign_has_examples() -> None:
    campaigns = {path.with_suffix("") for path in RULES.glob("campaigns/*/*.promo")}
    with_examples = {Path(str(path).removesuffix(SUFFIX)) for path in find(RULES)}
    assert len(campaigns) >= 5
    assert with_examples == campaigns
    assert all(load(path) for path in find(RULES))


def test_every_kind_of_card_is_in_use() -> None:
    assert {rule.kind for rule in engine().book.rules} == set(Kind)


def test_names_in_the_catalogue_agree() -> None:
    stores = {row["store"] for row in table("stores.csv")}
    brands = {row["brand"] for row in table("brands.csv")}
    categories = {row["category"] for row in table("categories.csv")}
    for row in table("skus.csv"):
        assert row["store"] in stores
        assert row["brand"] in brands | {""}
        assert set(row["categories"].split(";")) <= categories
        assert parse(row["price"], "USD") > 0
    for name, column in (("skus", "sku"), ("stores", "store"), ("categories", "category"), ("brands", "brand")):
        names = [row[column] for row in table(f"{name}.csv")]
        assert len(names) == len(set(names))


def all_lines() -> list[tuple[str, Line]]:
    carts = [(example.where, cart_from_json(example.cart.text)) for path in find(RULES) for example in load(path)]
    carts += [(name, demo(name)) for name in ("cart.json", "hard-cart.json")]
    return [(where, line) for where, cart in carts for line in cart.lines]


def test_carts_hold_what_the_catalogue_sells() -> None:
    rows = {row["sku"]: row for row in table("skus.csv")}
    for where, line in all_lines():
        row = rows[line.sku]
        assert (where, line.store, line.unit_price) == (where, row["store"], parse(row["price"], "USD"))
        assert set(line.categories) == set(row["categories"].split(";")), where


def test_the_demonstration_cart_shows_the_engine_off() -> None:
    quote = quoted("cart.json")
    assert quote.optimal
    kinds = {use.kind for use in quote.used}
    assert len(kinds) >= 9
    assert quote.bought
    assert quote.kept
    assert len({line.store for line in quote.lines}) >= 5


def test_the_hard_cart_is_hard() -> None:
    cart = demo("hard-cart.json")
    assert len(cart.lines) == 40
    assert len({line.store for line in cart.lines}) == 10
    assert len({lot.rule for lot in cart.wallet.coupons}) + 1 == 30  # the select coupon comes in two lots
    assert len(cart.wallet.coupons) == 30
    assert len(cart.codes) == 2
    assert cart.wallet.coins > 1000


def test_the_hard_cart_is_priced_for_certain() -> None:
    quote = quoted("hard-cart.json")
    assert quote.optimal
    assert quote.lower_bound_minor == quote.total_minor


# README, followed literally


def heads_and_cards() -> tuple[str, list[str]]:
    """The campaign's head in README, and all other `promo` blocks."""
    heads = [block for block in blocks("promo") if block.startswith("campaign ")]
    assert len(heads) == 1
    return heads[0], [block for block in blocks("promo") if not block.startswith("campaign ")]


def catalogue() -> dict[str, str]:
    return {f"catalogue/{path.name}": path.read_text("utf-8") for path in (RULES / "catalogue").glob("*.csv")}


def test_every_card_in_readme_loads_without_a_finding_and_every_kind_is_there() -> None:
    head, cards = heads_and_cards()
    loaded = load_texts({"campaigns/2026/tea-days.promo": "\n".join([head, *cards])}, catalogue())
    assert loaded.report() == ""
    assert loaded.book is not None
    assert {rule.kind for rule in loaded.book.rules} == set(Kind)


def test_every_word_of_the_language_is_shown_in_a_card() -> None:
    shown = {
        line.split()[0] for word in ("promo", "policy") for block in blocks(word) for line in block.splitlines() if line
    }
    assert set(WORDS) - shown == set()


@cache
def folder() -> tuple[dict[str, str], Loaded]:
    """The texts of this folder, and what loading them gave: what a copied card does not touch is not read again."""
    texts = {path.relative_to(RULES).as_posix(): path.read_text("utf-8") for path in RULES.rglob("*.promo")}
    texts |= catalogue()
    return texts, load_again(texts)


@pytest.mark.parametrize("card", heads_and_cards()[1], ids=lambda card: card.splitlines()[0])
def test_each_card_can_be_copied_into_this_folder_alone(card: str) -> None:
    texts, loaded = folder()
    copied = {"campaigns/2026/tea-days.promo": f"{heads_and_cards()[0]}\n{card}"}
    assert load_again(texts | copied, loaded).report() == ""


def test_the_message_in_readme_is_what_its_wrong_card_gets() -> None:
    (wrong,), (message,) = blocks("wrong"), blocks("message")
    head, _ = heads_and_cards()
    loaded = load_texts({"campaigns/2026/tea-days.promo": f"{head}\n{wrong}"}, catalogue())
    report = loaded.report().replace("--> campaigns", "--> rules/campaigns")
    assert report.startswith(message)
    assert len(loaded.errors) == 2


def test_the_example_in_readme_costs_what_it_says(tmp_path: Path) -> None:
    text = next(iter(re.findall(r"(?ms)^````text\n(## .*?)^````$", README)))
    file = tmp_path / f"tea-days{SUFFIX}"
    file.write_text(text, "utf-8")
    (example,) = load(file)
    head, cards = heads_and_cards()
    card = next(card for card in cards if "cross-store discount" in card)
    outcome = run(example, Engine.from_texts({"campaigns/tea-days.promo": f"{head}\n{card}"}))
    assert "cost 58.00 together" in example.title
    assert " 58.00\n====" in outcome.receipt


@pytest.mark.slow
def test_every_command_of_the_page_does_what_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All of them, in order, with what the page says to put into which file when."""
    shutil.copytree(RULES, tmp_path / "rules")
    monkeypatch.chdir(tmp_path)
    for words in ("init -q", "add rules", "-c user.name=a -c user.email=b commit -qm rules"):
        subprocess.run(["git", *words.split()], check=True)
    head, cards = heads_and_cards()
    promo = tmp_path / "rules/campaigns/2026/tea-days.promo"
    told: dict[str, tuple[int, str]] = {}
    for command in [line for block in blocks("text") for line in block.splitlines()]:
        if command == "pricing check rules":
            status, said = typed(command)
            assert status == 0 and said.startswith("rules: 6 files, 63 cards: all is well\n")
            promo.write_text(head, "utf-8")
            assert "hint P0504: This campaign has no cards." in typed(command)[1]
            promo.write_text(f"{head}\n{blocks('wrong')[0]}", "utf-8")
            status, said = typed(command)
            assert status == 1 and said.startswith(blocks("message")[0])
            continue
        if command.endswith("--update"):
            every_30 = next(card for card in cards if "cross-store discount" in card)
            promo.write_text(f"{promo.read_text('utf-8')}\n{every_30}", "utf-8")
            example = next(iter(re.findall(r"(?ms)^````text\n(## .*?)^````$", README)))
            promo.with_suffix(SUFFIX).write_text(example, "utf-8")
        told[command] = typed(command + " --effort 400" * ("audit" in command))
    assert {command: status for command, (status, _) in told.items() if status} == {"pricing fmt rules --diff": 1}
    for command, said in (
        ("pricing check rules --fix", "fixed 2 places\nrules: 7 files, 64 cards: all is well\n"),
        ("pricing explain P0104", "P0104 (error): "),
        ("pricing explain tea-week", "From\n25.00 on it takes 3.00 off."),
        ("pricing fmt rules", "7 files, 1 changed\n"),
        ("pricing test rules", "40 examples, all as expected.\n"),
        ("pricing test rules --update", "41 examples, 1 block rewritten.\n"),
        ("pricing diff HEAD rules --carts rules/demo/cart.json", "1 cart pays the same"),
        ("pricing audit rules --floor 30%", "No cart was found that pays less than 30.0% of its list price."),
    ):
        assert said in told[command][1], told[command][1]
    assert " 58.00\n====" in promo.with_suffix(SUFFIX).read_text("utf-8")


def test_readme_is_for_people_and_names_only_what_exists() -> None:
    rules = {rule.name for rule in engine().book.rules}
    for path in re.findall(r"`(?:rules/)?((?:campaigns|catalogue|demo)/[\w./-]*)`", README):
        assert (RULES / path).exists() or path.startswith("campaigns/2026/tea-days."), path
    assert {"every-30", "SUMMER8"} <= rules
