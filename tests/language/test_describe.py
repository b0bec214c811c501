"""Every field of a rule is mentioned in its paragraph."""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

import pytest
from attrs import evolve, fields

from pricing.forms import AmountOff, Get, ShareOff, ShipFree
from pricing.language.describe import paragraph
from pricing.language.loading.load import load_texts
from pricing.model.kind import Kind
from pricing.model.ladder import Caps, Earning, Limit, Rate, Reward, Step, Trade
from pricing.model.rule import CodePattern, Rule
from pricing.model.scope import Clause, Scope
from pricing.model.window import Hours, Window

BARE = Rule(name="bare", kind=Kind.SELLER_COUPON)
SPAN = Window(datetime(2026, 6, 18, tzinfo=UTC), datetime(2026, 6, 20, 9, 30, tzinfo=UTC))

CASES: list[tuple[dict[str, Any], list[str]]] = [
    ({"name": "other"}, ["other"]),
    ({"kind": Kind.ITEM_DISCOUNT}, ["an item discount"]),
    ({"label": "Six off"}, ["“Six off”"]),
    ({"currency": "EUR"}, ["EUR"]),
    ({"zone": "Europe/Madrid", "valid": SPAN}, ["2026-06-18 02:00", "2026-06-20 11:30", "Europe/Madrid"]),
    ({"zone": "Europe/Madrid", "days": (0,)}, ["Europe/Madrid"]),
    ({"valid": evolve(SPAN, end=datetime(2026, 6, 25, tzinfo=UTC))}, ["from 2026-06-18 through 2026-06-24"]),
    ({"days": (0, 6)}, ["Mondays and Sundays"]),
    ({"hours": (Hours(1320, 120),)}, ["from 22:00 until 02:00 of the next day"]),
    (
        {"scope": Scope((Clause("stores", ("a", "b"), ("c",)),), (Clause("tags", ("t",)), Clause("skus", ("S",))))},
        ["sold by a or b (but not c)", "tagged t or with the sku S are left out"],
    ),
    ({"scope": Scope((Clause("brands", ("n",)), Clause("categories", ("home",))))}, ["brand n", "category home"]),
    ({"scope": Scope((Clause("methods", ("standard",)),))}, ["standard shipping"]),
    (
        {
            "audience": Scope(
                (Clause("customers", ("vip",)), Clause("channels", ("app",))), (Clause("countries", ("US",)),)
            )
        },
        ["in the segment vip", "through app", "in US are left out"],
    ),
    ({"kind": Kind.FLASH_SALE, "prices": (("LL-1", 1999),)}, ["One LL-1 costs 19.99"]),
    ({"ladder": (Step(reach=6000, gives=AmountOff(600)),)}, ["From 60.00 on it takes 6.00 off", "one store at a time"]),
    ({"ladder": (Step(gives=ShareOff(Fraction(1, 8)), at_most=500),)}, ["12.5% off (at most 5.00)"]),
    (
        {"ladder": (Step(measure="units", reach=3, gives=ShareOff(Fraction(1, 10))),)},
        ["From 3 items on it takes 10% off"],
    ),
    ({"ladder": (Step(reach=3000, gives=AmountOff(300), repeats=True),)}, ["For every 30.00 it takes 3.00 off"]),
    (
        {"ladder": (Step(measure="units", reach=2, gives=Get(1, Fraction(1))),)},
        ["For every 2 items bought the cheapest item is free"],
    ),
    (
        {"kind": Kind.FREE_SHIPPING, "ladder": (Step(reach=3500, gives=ShipFree()),)},
        ["From 35.00 on", "all shipping off"],
    ),
    ({"ladder": (Step(gives=AmountOff(100)),), "ladder_per": "order"}, ["the order as a whole"]),
    (
        {"caps": Caps(100, Fraction(1, 10), 300, 400)},
        ["at most 10% per item, 1.00 per item, 3.00 per store and 4.00 per order"],
    ),
    ({"limits": (Limit(1, "uses", "customer"), Limit(9, "uses", "total"))}, ["1 use per customer and 9 uses in total"]),
    ({"budget": 2500000}, ["25000.00"]),
    ({"payers": (("platform", Fraction(2, 5)),)}, ["platform pays 40%", "seller the other 60%"]),
    ({"payers": (("platform", Fraction(1)),)}, ["The platform pays for it."]),
    ({"piece": 200}, ["One piece is worth 2.00"]),
    ({"kind": Kind.COIN_EXCHANGE, "trade": Trade(10, 2, "pick")}, ["10 coins buy 2 pieces of pick"]),
    ({"kind": Kind.COIN_PAYMENT, "rate": Rate(100, 100)}, ["100 coins pay 1.00"]),
    ({"claim": SPAN}, ["picked up from 2026-06-18 until 2026-06-20 09:30"]),
    ({"lasts_days": 7}, ["for 7 days"]),
    ({"never": ("anything", "promo code")}, ["never meets anything or promo code"]),
    ({"combines": ("six",)}, ["may meet six"]),
    ({"note": "While stocks last"}, ["“While stocks last”"]),
    ({"campaign": "summer"}, ["of the campaign summer"]),
    (
        {"counts": Scope((Clause("categories", ("coats",)),), (Clause("skus", ("A",)),))},
        ["category coats but items with"],
    ),
    ({"given": "held"}, ["picks up first"]),
    ({"given": "code", "codes": ("A", "B")}, ["types in", "Its codes: A, B."]),
    ({"given": "code", "pattern": CodePattern(10, "M-##")}, ["There are 10 codes like M-##"]),
    ({"public": True}, ["may be shown to everybody"]),
    ({"layer": "member-price"}, ["in the layer member-price"]),
    ({"groups": ("summer", "welcome")}, ["in the groups summer and welcome"]),
    ({"budget_day": 5000}, ["It stops for the day when 50.00"]),
    ({"reward": Reward((Earning(2, 500, True),), 100)}, ["For every 5.00 it earns 2 coins.", "at most 100 coins"]),
    ({"labels": (("de", "Rabatt"),)}, ["In de it is called “Rabatt”."]),
    ({"notes": (("de", "Nur heute"),)}, ["In de customers are told: “Nur heute”"]),
    ({"also": (evolve(BARE, currency="EUR"),)}, ["there are others for EUR"]),
]


@pytest.mark.parametrize(
    ("change", "words"), CASES, ids=lambda value: "-".join(value) if isinstance(value, dict) else ""
)
def test_a_field_is_mentioned(change: dict[str, Any], words: list[str]) -> None:
    text = paragraph(evolve(BARE, **change))
    for said in words:
        assert said in text, text


def test_no_field_is_forgotten() -> None:
    assert {name for change, _ in CASES for name in change} == {field.name for field in fields(Rule)} - {"place"}


def test_a_whole_paragraph(summer: dict[str, str]) -> None:
    book = load_texts(summer).book
    assert book is not None
    (rule,) = (rule for rule in book.rules if rule.name == "nova-spend-more")
    assert paragraph(rule) == (
        "nova-spend-more, “Spend more, save more at Nova Home”, is a store discount of the campaign "
        "summer-brand-week-2026 that is given without being asked for; amounts are in USD. From 50.00 on it takes "
        "5.00 off, from 100.00 on it takes 12.00 off and from 200.00 on it takes 15% off (at most 60.00). Only "
        "the highest step reached counts. It looks at one store at a time. It is for items sold by nova-home. "
        "Items in the category gift-cards or with the sku NH-2040 are left out. It holds from 2026-06-18 through "
        "2026-06-24 (America/Los_Angeles time). The seller pays for it, as usual."
    )
