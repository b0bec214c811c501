"""The translation of published records is general: what the schema can say beyond the records there are, by pencil.

Each case is a cart in short (`A S1 40.00 x2`), its promotions, policy words, and what should come off.
"""

from __future__ import annotations

from typing import Any

import pytest

from pricing import Cart, Engine
from pricing.money import show
from tests.published import NotSayable, said


def record(cart: str, *promotions: dict[str, Any], policy: dict[str, str] | None = None, **more: Any) -> dict[str, Any]:
    lines = []
    for part in cart.split(", "):
        line, store, price, *rest = part.split()
        qty = next((int(word[1:]) for word in rest if word[0] == "x"), 1)
        lines.append({"line": line, "store": store, "unit_price": price, "qty": qty, "eligible": "out" not in rest})
    offers = [
        {"id": f"P{number}", "scope": "all", "layer": "order_discount", **promotion}
        for number, promotion in enumerate(promotions, 1)
    ]
    whole = {"id": "X", "platform": "Anywhere", "currency": "USD", "shipping": "0", "tax": "0", "policy": policy or {}}
    return {**whole, "cart": lines, "promotions": offers, "expected": {}, **more}


def off(amount: str, threshold: str = "0", **more: Any) -> dict[str, Any]:
    return {"form": "amount_off", "amount": amount, "threshold": threshold, **more}


LADDER = [{"threshold": "50.00", "amount": "5.00"}, {"threshold": "100.00", "percent": "12", "cap": "11.00"}]
BY_PIECES = [{"min_qty": 2, "percent": "5"}, {"min_qty": 4, "percent": "10"}]
COINS = {"layer": "coins", "form": "points", "rate": "100 coins = 1.00", "max_percent": "50"}
SELLER = {"layer": "store_coupon"}
PLATFORM = {"layer": "platform_coupon"}

CASES = {
    # a step of money, then a percentage with a cap: 12% of 100.00 is 12.00, cut at 11.00
    "tiers below": (record("A S1 99.99", {"form": "tiers", "tiers": LADDER}), ["5.00"]),
    "tiers reached": (record("A S1 100.00", {"form": "tiers", "tiers": LADDER}), ["11.00"]),
    "tiers by pieces": (record("A S1 10.00 x5", {"form": "tiers", "tiers": BY_PIECES}), ["5.00"]),
    "select coupon in steps": (
        record(
            "A S1 70.00",
            {
                "layer": "select_coupon",
                "form": "tiers",
                "amount": "2.00",
                "coupons_held": 5,
                "tiers": [{"threshold": "15.00", "amount": "2.00"}, {"threshold": "65.00", "amount": "6.00"}],
            },
        ),
        ["6.00"],
    ),
    "every, so many times": (
        record(
            "A S1 95.00",
            {"form": "every_amount_off", "every": "30.00", "amount": "3.00", "max_times": 2, "wallet": "9"},
        ),
        ["6.00"],
    ),
    "percentage with a cap": (
        record("A S1 90.00", {"form": "percent_off", "percent": "20", "cap": "15.00"}),
        ["15.00"],
    ),
    "pieces too few": (record("A S1 9.00", {"form": "percent_off", "percent": "20", "min_qty": 2}), ["0.00"]),
    "off each unit": (record("A S1 9.00 x3", {"form": "amount_off_each", "amount": "1.50"}), ["4.50"]),
    "off each unit's price": (
        record("A S1 9.00 x3", {"layer": "item_discount", "form": "amount_off_each", "amount": "1.50"}),
        ["4.50"],
    ),
    "once off several units": (record("A S1 9.00 x3", off("2.00", layer="item_discount")), ["2.00"]),
    "an item discount from two on": (
        record("A S1 9.00 x2", {"layer": "item_discount", "form": "percent_off", "percent": "50", "min_qty": 2}),
        ["9.00"],
    ),
    "prices": (
        record(
            "A S1 9.00 x2, B S2 9.00",
            {"layer": "flash_sale", "form": "price_override", "price": "8", "scope": "line:A"},
        ),
        ["2.00"],
    ),
    "two stores of three": (
        record("A S1 30.00, B S2 30.00, C S3 30.00", off("6.00", "60.00", scope="stores:S1,S3")),
        ["6.00"],
    ),
    "a store without what is not eligible": (
        record("A S1 30.00, B S1 30.00 out", off("6.00", "60.00", scope="store:S1", **SELLER)),
        ["0.00"],
    ),
    "all without what is not eligible": (record("A S1 30.00, B S2 30.00 out", off("6.00", "31.00")), ["0.00"]),
    "over, not from": (record("A S1 50.00", off("5.00", "50.00", threshold_op=">")), ["0.00"]),
    "a store's offer over several stores": (
        record("A S1 30.00, B S2 30.00", off("6.00", "60.00", layer="store_discount")),
        ["6.00"],
    ),
    "a sellers' coupon over several stores": (
        record("A S1 30.00, B S2 30.00", off("6.00", "60.00", **SELLER)),
        ["6.00"],
    ),
    "a group": (
        record("A S1 60.00", off("6.00", group="g", **PLATFORM), off("7.00", group="g", **PLATFORM)),
        ["0.00", "7.00"],
    ),
    "no group: the second looks at what the first leaves": (
        record("A S1 60.00", off("6.00", **PLATFORM), off("7.00", "55.00", **PLATFORM)),
        ["0.00", "7.00"],  # and the customer keeps the first, for with it the second is out of reach
    ),
    "priority": (
        record(
            "A S1 26.00",
            off("1.00", layer="coupon", priority=2),
            {"layer": "coupon", "form": "percent_off", "percent": "25", "priority": 1},
        ),
        ["1.00", "6.50"],
    ),
    "three of one layer, side by side": (
        record("A S1 100.00", *[{"form": "percent_off", "percent": "10"}] * 3, policy={"percent_base": "original"}),
        ["10.00", "10.00", "10.00"],
    ),
    "three plain coupons": (record("A S1 9.00", *[off("1.00", layer="coupon")] * 3), ["1.00", "1.00", "1.00"]),
    "a fixed order": (
        record(
            "A S1 200.00",
            off("20.00", "200.00", layer="store_discount"),
            off("10.00", "190.00", **SELLER),
            policy={"selection": "fixed_order"},
        ),
        ["20.00", "0.00"],
    ),
    "coins up to a share": (record("A S1 9.00", {**COINS, "balance": 5000}), ["4.50"]),
    "coins in whole units": (record("A S1 90.00", {**COINS, "balance": 1999, "unit": 1000}), ["10.00"]),
    "coins up to an amount": (record("A S1 90.00", {**COINS, "balance": 5000, "cap": "7.00"}), ["7.00"]),
    "a deposit": (
        record("A S1 300.00", {"layer": "presale_deposit", "form": "deposit", "deposit": "30", "counts_as": "60"}),
        ["30.00"],
    ),
    "scaled below the threshold": (
        record("A S1 20.00", off("10.00", "50.00", **PLATFORM), policy={"below_threshold": "scale"}),
        ["4.00"],
    ),
    "scaled above the threshold": (
        record("A S1 80.00", off("10.00", "50.00", **PLATFORM), policy={"below_threshold": "scale"}),
        ["10.00"],
    ),
    "shipping free from an amount on": (
        record(
            "A S1 30.00, B S2 30.00",
            {"layer": "free_shipping", "form": "shipping_off", "threshold": "60.00"},
            shipping="5.00",
        ),
        ["5.00"],
    ),
    "some of the shipping, of the second store": (
        record(
            "A S1 30.00, B S2 30.00",
            {"layer": "shipping_voucher", "form": "shipping_off", "amount": "3.00", "scope": "store:S2"},
            shipping="5.00",
        ),
        ["3.00"],
    ),
    "a layer that is nearly known": (record("A S1 30.00", off("3.00", layer="platform_voucher")), ["3.00"]),
}


@pytest.mark.parametrize(("case", "expected"), CASES.values(), ids=CASES)
def test_what_comes_off(case: dict[str, Any], expected: list[str]) -> None:
    words = said(case)
    quote = Engine.from_texts(words.texts).quote(Cart.from_dict(words.cart))
    assert quote.optimal
    found = [
        show(sum(use.amount for use in quote.used if use.rule == promotion["id"]), "USD")
        for promotion in case["promotions"]
    ]
    assert found == expected


REFUSED = {
    "policy word": record("A S1 9.00", off("1.00"), policy={"moon": "full"}),
    "measured on different amounts": record(
        "A S1 9.00", off("1.00"), policy={"threshold_base": "item_price", "coin_base": "running"}
    ),
    "the form lottery": record("A S1 9.00", {"form": "lottery"}),
    "a layer called lottery": record("A S1 9.00", off("1.00", layer="lottery")),
    "each on what the other leaves": record("A S1 9.00", *[{"form": "percent_off", "percent": "5"}] * 3),
    "whole units": record("A S1 90.00", {**COINS, "balance": 9000, "unit": 1000}),
    "no percentage": record("A S1 9.00", off("1.00", "3.00"), policy={"below_threshold": "scale"}),
    "bought together": record("A S1 9.00, B S1 9.00", {"form": "fixed_price", "price": "15.00"}),
}


@pytest.mark.parametrize(("missing", "case"), REFUSED.items(), ids=REFUSED)
def test_what_has_no_words_says_so(missing: str, case: dict[str, Any]) -> None:
    with pytest.raises(NotSayable, match=missing):
        said(case)
