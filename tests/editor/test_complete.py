"""Completion: what is offered where. The sign ¦ is the cursor."""

from __future__ import annotations

from pathlib import Path

import pytest

from pricing.editor.complete import NOTHING, Offers, offers
from pricing.editor.folder import Snapshot
from pricing.language.vocabulary import KIND_NAMES, WORDS, words_for
from pricing.model.kind import Kind

FILES = {
    "policy.promo": "policy house\n",
    "catalogue/stores.csv": "store\nnova-home\nluma-lights\n",
    "catalogue/skus.csv": "sku,store,price\nLL-1,luma-lights,19.99\n",
    "campaigns/a.promo": 'campaign week "Week"\n  currency USD\n  zone UTC\n\nlist friends\n  stores nova-home\n\n'
    'seller coupon six "Six"\n  stores nova-home\n  tags summer\n  take 6.00 off\n\n'
    'promo code CODE "Code"\n  take 1.00 off\n\n',
}  # fmt: skip


def offered(text: str, key: str = "campaigns/a.promo") -> Offers:
    whole = FILES[key] + text
    before = whole[: whole.index("¦")]
    snapshot = Snapshot(Path("/rules"), {**FILES, key: whole.replace("¦", "")})
    return offers(snapshot, key, before.count("\n"), before.rsplit("\n", 1)[-1])


def texts(text: str, key: str = "campaigns/a.promo") -> list[str]:
    return [offer.text for offer in offered(text, key).offers]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  stores ¦", ["luma-lights", "nova-home", "list friends"]),
        ("  stores nova-home, ¦", ["luma-lights", "list friends"]),
        ("  stores nova-home,\n    ¦", ["luma-lights", "list friends"]),
        ("  stores list ¦", ["friends"]),
        ("  tags ¦", ["summer", "list friends"]),
        ("  except stores no¦", ["luma-lights", "nova-home", "list friends"]),
        ("  ladder per ¦", ["store", "order", "sku"]),
        ("  funded by ¦", ["platform", "seller"]),
        ("  days ¦", ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]),
        ("  spend 60.00 ¦", ["at", "earn", "for", "get", "pay", "ship", "take"]),
        ("  valid ¦", ["from", "through", "until"]),
        ("  trade 10 coins for 1 ¦", ["six"]),
        ("  price ¦", ["LL-1", "list friends"]),
        ("  limit 3 ¦", ["uses per customer", "uses per order", "uses per day", "uses in total", "items per order",
                         "items per customer"]),
        ("  limit 3 uses per ¦", ["customer", "order", "day", "customer and day"]),
        ("  combines with ¦", ["CODE"]),
        ("  combines ¦", ["with"]),
        ("  # stores ¦", []),
        ('promo code X "Label ¦', []),
    ],
)  # fmt: skip
def test_what_is_offered(text: str, expected: list[str]) -> None:
    assert texts(text) == expected


def test_words_of_the_card_come_first_words_of_others_never() -> None:
    assert texts("  ¦") == ["at most" if word.word == "at" else word.word for word in words_for(Kind.PROMO_CODE)]
    assert "piece" not in texts("  pi¦")
    assert texts("¦")[: 1 + len(KIND_NAMES)] == ["list", *KIND_NAMES]


def test_a_kind_is_replaced_whole() -> None:
    found = offered("seller co¦")
    assert found.begun == len("seller co")
    assert [offer.text for offer in found.offers] == list(KIND_NAMES)
    assert offered("  stores nov¦").begun == 3


def test_kinds_and_cards_do_not_meet() -> None:
    found = texts("  never with ¦")
    assert found[: len(KIND_NAMES)] == list(KIND_NAMES)
    assert found[len(KIND_NAMES) :] == ["anything", "CODE", "six"]


def test_a_new_file_begins_with_a_campaign() -> None:
    snapshot = Snapshot(Path("/rules"), {"b.promo": ""})
    assert [offer.text for offer in offers(snapshot, "b.promo", 0, "").offers] == ["campaign"]


def test_the_policy() -> None:
    assert texts("  ¦", "policy.promo") == [word.word for word in words_for("policy")]
    assert texts("  set ¦", "policy.promo")[0] == "measured-on to"
    assert texts("  set rounding to ¦", "policy.promo") == ["half-up", "down"]
    assert Kind.COIN_EXCHANGE not in texts("  order ¦", "policy.promo")
    assert texts("  never promo code ¦", "policy.promo")[-1] == "with"


def test_remarks_and_labels_are_left_alone() -> None:
    assert offered("  take 1.00 off # ¦") == NOTHING


@pytest.mark.parametrize("word", WORDS)
def test_every_word_can_be_followed(word: str) -> None:
    for text in (f"  {word} ¦", f"  {word} 1 ¦", f"  {word} x, ¦", f"{word} ¦"):
        texts(text)
        texts(text, "policy.promo")


def test_names_are_offered_with_what_people_call_them() -> None:
    stores = {**FILES, "catalogue/stores.csv": "store,name\nnova-home,Nova Home\nluma-lights,\n"}
    made = offers(Snapshot(Path("/rules"), stores), "campaigns/a.promo", 20, "  stores ")
    assert [(offer.text, offer.says) for offer in made.offers][:2] == [("luma-lights", ""), ("nova-home", "Nova Home")]
