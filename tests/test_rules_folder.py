"""The rule folder as marketing has it: nothing to find fault with, a catalogue that agrees, a README to follow."""

from __future__ import annotations

import csv
import re
from functools import cache
from pathlib import Path

import pytest

from pricing import Cart, Engine, Quote
from pricing.examples import SUFFIX, find, load, run
from pricing.language.load import load_folder, load_texts
from pricing.model.cart import Line
from pricing.model.kind import Kind
from pricing.money import parse
from pricing.wire import cart_from_json

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


@pytest.mark.parametrize("card", heads_and_cards()[1], ids=lambda card: card.splitlines()[0])
def test_each_card_can_be_copied_into_this_folder_alone(card: str) -> None:
    texts = {path.relative_to(RULES).as_posix(): path.read_text("utf-8") for path in RULES.rglob("*.promo")}
    texts["campaigns/2026/tea-days.promo"] = f"{heads_and_cards()[0]}\n{card}"
    assert load_texts(texts, catalogue()).report() == ""


def test_the_message_in_readme_is_what_its_wrong_card_gets() -> None:
    (wrong,), (message,) = blocks("wrong"), blocks("message")
    head, _ = heads_and_cards()
    loaded = load_texts({"campaigns/2026/tea-days.promo": f"{head}\n\n{wrong}"}, catalogue())
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


def test_readme_is_for_people_and_names_only_what_exists() -> None:
    rules = {rule.name for rule in engine().book.rules}
    for path in re.findall(r"`(?:rules/)?((?:campaigns|catalogue|demo)/[\w./-]*)`", README):
        assert (RULES / path).exists() or path == "campaigns/2026/tea-days.promo", path
    assert {"every-30", "SUMMER8"} <= rules
