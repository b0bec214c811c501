"""Every word end to end: a card that has it is read, is formatted to itself, is explained, is priced as the oracle prices
it, and marketing's page shows the word. A word that is added to the table needs a card here."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pricing import Cart, Engine
from pricing.language.describe import paragraph
from pricing.language.formatter import fmt
from pricing.language.loading.load import Loaded, load_texts
from pricing.language.vocabulary import WORDS
from pricing.model.kind import HELD
from pricing.model.rule import Rule
from pricing.model.rulebook import RuleBook
from tests.engine.test_differential import compared, figures_of_oracle
from tests.markets import Market

ROOT = Path(__file__).parent.parent.parent
HEAD = """campaign summer "Summer"
  owner       marketing-us
  brief       MKT-1042
  currency    USD
  zone        America/Los_Angeles
  valid       from 2026-06-01 through 2026-06-30

list desk
  categories  office/paper
  skus        PEN

"""
POLICY = """policy house
  order       flash sale, item discount, member-price, store discount, seller coupon, cross-store discount,
              select coupon, platform coupon, promo code, free shipping, coin payment
  layer       member-price of store discount
  limit       1 promo code per order
  never       promo code with select coupon
  floor       10% of list-price
  set         rounding to half-up
"""
HEADS = frozenset({"campaign", "list", "policy", "owner", "brief", "currency", "zone", "order", "floor", "set"})
"""Words that no card begins a line with: they stand in the head of the folder below, which every card is read under."""

STORE, COUPON, CODE, SHIP = "store discount", "platform coupon", "promo code", "free shipping"
OFF = "spend 10.00 take 2.00 off"
CARDS: dict[str, tuple[str, str, str]] = {
    "valid": (STORE, "valid from 2026-06-18 through 2026-06-24", OFF),
    "claim": (COUPON, "claim from 2026-06-15 through 2026-06-23", OFF),
    "lasts": (COUPON, "lasts 7 days", OFF),
    "days": (STORE, "days sat, sun", OFF),
    "hours": (STORE, "hours from 18:00 until 22:00", OFF),
    "customers": (STORE, "customers vip", OFF),
    "countries": (STORE, "countries US, CA", OFF),
    "regions": (STORE, "regions US-CA", OFF),
    "channels": (STORE, "channels app", OFF),
    "payments": (STORE, "payments card-x", OFF),
    "stores": (STORE, "stores nova", OFF),
    "categories": (STORE, "categories office", OFF),
    "brands": (STORE, "brands inkwell", OFF),
    "tags": (STORE, "tags organic", OFF),
    "skus": (STORE, "skus PAPER, PEN", OFF),
    "prices": (STORE, "prices from 5.00", OFF),
    "methods": (SHIP, "methods standard", "ship free"),
    "except": (STORE, "except list desk", OFF),
    "counts": (STORE, "counts list desk", "ladder per order; skus LAMP; buy 2 get 1 at 50% off"),
    "held": (SHIP, "held", "ship free"),
    "code": (STORE, 'code SAVE, "SAVE 2"', OFF),
    "codes": (CODE, "codes 100 like MAIL-####-####", OFF),
    "public": (CODE, "public", OFF),
    "layer": (STORE, "layer member-price", OFF),
    "group": (STORE, "group welcome", OFF),
    "price": ("flash sale", "price LAMP at 19.99", ""),
    "take": (STORE, "take 5.00 off each of the 2 dearest", ""),
    "spend": (STORE, "spend 20.00 take 5.00 off", OFF),
    "buy": (STORE, "buy 2 get 1 free, dearest", ""),
    "every": (STORE, "every 3 items take 100% off the cheapest", ""),
    "ship": (SHIP, "ship at 1.00", ""),
    "pay": (STORE, "pay 20.00 in all", ""),
    "bundle": (STORE, "bundle 1 of list desk + 1 of skus LAMP for 25.00", "ladder per order"),
    "earn": ("coin reward", "earn 1 coin every 1.00", ""),
    "piece": ("select coupon", "piece 2.00", "spend 15.00 take 4.00 off"),
    "trade": ("coin exchange", "trade 10 coins for 1 other", ""),
    "rate": ("coin payment", "rate 100 coins = 1.00, in steps", ""),
    "ladder": (STORE, "ladder per order", OFF),
    "at": (STORE, "at most 1.50 per order", OFF),
    "limit": (STORE, "limit 1 use per customer and day", OFF),
    "budget": (STORE, "budget 500.00 in total", OFF),
    "funded": (STORE, "funded by platform 40%, bank-x 30%", OFF),
    "never": (STORE, "never with promo code", OFF),
    "combines": (STORE, "combines with twin", OFF),
    "label": (STORE, 'label de "Sommerrabatt"', OFF),
    "note": (STORE, 'note "While stocks last"', OFF),
}
"""By word: the kind of a card, the line with the word, and the other lines that such a card needs."""

OTHERS = """select coupon other "Other"
  piece       2.00
  spend       15.00  take 2.00 off

store discount twin "Twin"
  spend       12.00  take 1.00 off
"""
CART = {
    "currency": "USD", "at": "2026-06-20T18:30:00-07:00", "country": "US", "region": "US-CA", "channel": "app",
    "payment": "card-x", "customer": {"id": "c-1", "segments": ["vip"]},
    "lines": [
        {"sku": "PAPER", "store": "nova", "price": "6.50", "quantity": 3, "categories": ["office/paper"],
         "brand": "inkwell", "tags": ["organic"]},
        {"sku": "PEN", "store": "nova", "price": "2.25", "quantity": 2, "categories": ["office/pens"]},
        {"sku": "LAMP", "store": "luma", "price": "29.99", "quantity": 2, "categories": ["lamps"], "floor": "12.00"},
    ],
    "shipping": [{"store": "nova", "method": "standard", "amount": "4.50"},
                 {"store": "luma", "method": "express", "amount": "9.00"}],
}  # fmt: skip
CATALOGUE = {"payers.csv": "payer\nbank-x\n"}


def texts(word: str, *, without: bool = False) -> dict[str, str]:
    """A folder with the card of a word; or with the card's other lines only."""
    kind, line, more = CARDS.get(word, (STORE, OFF, ""))
    lines = [*([] if without else [line]), *more.split(";")]
    name = "CARD" if kind == CODE else "card"
    card = "".join([f'{kind} {name} "Card"\n', *[f"  {each.strip()}\n" for each in lines if each]])
    folder = {"campaigns/summer.promo": f"{HEAD}{card}\n{OTHERS}", "policy.promo": POLICY}
    return {file: fmt(text, file).text for file, text in folder.items()}


def loaded(word: str, *, without: bool = False) -> Loaded:
    return load_texts(texts(word, without=without), CATALOGUE)


def cart(word: str, book: RuleBook) -> Cart:
    """The cart of all words; with a piece of the card where customers hold it, or one of its codes."""
    held = [rule.name for rule in book.rules if rule.given == HELD]
    codes = [{"code": "MAIL-AAAA-AAAA", "rule": "CARD"}] if word == "codes" else ["SAVE", "CARD"]
    wallet = {"coins": 120, "coupons": [{"rule": name, "pieces": 1} for name in held]}
    return Cart.from_dict({**CART, "codes": codes, "wallet": wallet})


def card(found: Loaded) -> Rule:
    return next(rule for rule in found.partial.rules if rule.name.lower() == "card")


def first_words(text: str) -> set[str]:
    return {line.split()[0] for line in text.splitlines() if line.strip()}


def test_every_word_has_a_card() -> None:
    assert set(CARDS) | HEADS == set(WORDS)
    for word in CARDS:
        assert word in first_words(texts(word)["campaigns/summer.promo"]), word
    assert {name for name in HEADS if name != "policy"} <= first_words(HEAD + POLICY)


@pytest.mark.parametrize("word", CARDS)
def test_it_is_read_and_formatted_to_itself(word: str) -> None:
    found = loaded(word)
    assert found.book is not None, found.report()
    for file, text in texts(word).items():
        made = fmt(text, file)
        assert not made.problem and made.text == text


@pytest.mark.parametrize("word", CARDS)
def test_it_is_explained(word: str) -> None:
    """Without its line the paragraph says something else, so the line is told."""
    with_it = paragraph(card(loaded(word)))
    assert with_it.count(".") >= 2
    left = loaded(word, without=True)
    if any(rule.name.lower() == "card" for rule in left.partial.rules):
        assert paragraph(card(left)) != with_it


@pytest.mark.parametrize("word", CARDS)
def test_it_is_priced_as_the_oracle_prices_it(word: str) -> None:
    book = loaded(word).book
    assert book is not None
    made: Market = book, cart(word, book), {}
    assert not list(compared(made, figures_of_oracle(made)))


@pytest.mark.parametrize("word", [word for word in CARDS if word != "trade"])
def test_its_card_is_at_work(word: str) -> None:
    """On this cart the card of each word saves or earns something; a trade only when more pieces are wanted than held."""
    book = loaded(word).book
    assert book is not None
    quote = Engine(book).quote(cart(word, book))
    named = {saving.rule for line in quote.lines for saving in line.savings}
    named |= {saving.rule for charge in quote.shipping for saving in charge.savings}
    assert {"card", "CARD"} & (named | {each.rule for each in quote.earned}), quote.receipt()


@pytest.mark.parametrize("word", WORDS)
def test_marketings_page_shows_it(word: str) -> None:
    page = (ROOT / "rules" / "README.md").read_text("utf-8")
    shown = "\n".join(re.findall(r"(?ms)^```(?:promo|policy)\n(.*?)^```$", page))
    assert word in first_words(shown)
