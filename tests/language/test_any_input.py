"""Whatever is fed in, nothing is raised, and nothing is the program's own fault."""

from __future__ import annotations

import random
import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pricing.language.loading.load import Loaded, load_texts
from tests.language.rules_text import HEAD

pytestmark = [pytest.mark.slow, pytest.mark.no_cover]

WORDS = [
    "campaign",
    "list",
    "policy",
    "stores",
    "except",
    "valid",
    "claim",
    "from",
    "until",
    "through",
    "take",
    "spend",
    "buy",
    "every",
    "get",
    "free",
    "off",
    "at",
    "most",
    "per",
    "order",
    "store",
    "customer",
    "in",
    "total",
    "limit",
    "uses",
    "items",
    "budget",
    "funded",
    "by",
    "platform",
    "seller",
    "never",
    "with",
    "combines",
    "anything",
    "price",
    "piece",
    "trade",
    "coins",
    "for",
    "rate",
    "=",
    "ladder",
    "lasts",
    "days",
    "hours",
    "note",
    "order",
    "set",
    "to",
    "flash",
    "sale",
    "item",
    "discount",
    "coupon",
    "select",
    "promo",
    "code",
    "coin",
    "payment",
    "exchange",
    "2026-06-18",
    "18:00",
    "5.00",
    "15%",
    "3",
    ",",
    '"',
    "#",
    "$5",
    "1,000",
    "1,50",
    "x",
]


def fine(loaded: Loaded) -> None:
    assert [item.message for item in loaded.diagnostics if item.code == "P0901"] == []
    for form in ("text", "short", "json"):
        assert isinstance(loaded.report(form, colour=form == "text"), str)
    places = [(item.file, item.start) for item in loaded.diagnostics]
    assert places == sorted(places)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300))
@example(b"\x00\xff\xfe\r\n")
@example(b"\xef\xbb\xbf\xef\xbb\xbfcampaign")
def test_bytes(data: bytes) -> None:
    fine(load_texts({"a.promo": data, "policy.promo": data, "catalogue/stores.csv": data, "catalogue/skus.csv": data}))


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=200))
@example("\ud800")
@example('"')
@example("campaign\u2028x")
@example("order flash sale,")
@example('campaign x\n  owner"me"\n  zone"UTC"\n  currency=USD')
def test_text(text: str) -> None:
    fine(load_texts({"a.promo": text, "policy.promo": text}))


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from([*WORDS, "\n", "\n  "]), max_size=60))
def test_words_in_any_order(words: list[str]) -> None:
    text = " ".join(words)
    fine(load_texts({"a.promo": HEAD + text, "policy.promo": "policy p\n" + text}))


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_a_good_text_with_a_hole(data: st.DataObject, summer: dict[str, str]) -> None:
    changed = {}
    for name, text in summer.items():
        start = data.draw(st.integers(0, len(text)))
        end = data.draw(st.integers(start, min(len(text), start + 12)))
        changed[name] = text[:start] + data.draw(st.sampled_from(["", " ", "\n", '"', ",", "#", "0", "é"])) + text[end:]
    fine(load_texts(changed))


@pytest.mark.parametrize(
    "garbage",
    [
        random.Random(1).randbytes(1_000_000),
        b"store x y\n" * 100_000,
        b'"' * 1_000_000,
        b"stores a" + b",\n" * 300_000,
        b"campaign x\n currency USD\n zone UTC\nplatform coupon c\n never with "
        + b",".join(b"q%d" % n for n in range(50_000)),
        b"list a\n stores list a\n" * 20_000,
        b"spend " * 60_000,
    ],
    ids=["random", "lines", "quotes", "commas", "names", "lists", "words"],
)
def test_a_megabyte_of_garbage(garbage: bytes) -> None:
    start = time.monotonic()
    fine(load_texts({"a.promo": garbage}))
    assert time.monotonic() - start < 30


def test_ten_thousand_rules_in_seconds() -> None:
    cards = [
        f'seller coupon c-{n} "Coupon {n}"\n  stores s-{n % 300}\n  spend {20 + n % 90}.00 take {1 + n % 9}.00 off\n'
        for n in range(10_000)
    ]
    start = time.monotonic()
    loaded = load_texts({"a.promo": HEAD + "".join(cards)})
    assert time.monotonic() - start < 20  # some three seconds on a plain machine
    assert loaded.book is not None
    assert len(loaded.book.rules) == 10_000
