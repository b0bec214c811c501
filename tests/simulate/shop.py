"""A small market for replays: two versions of its rules, and orders drawn by a seed."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from attrs import evolve

from pricing.language.loading.load import load_texts
from pricing.model.ladder import Limit
from pricing.model.rulebook import RuleBook

RULES = """\
campaign june "June"
  currency    USD
  zone        America/Los_Angeles
  valid       from 2026-06-01 through 2026-06-30

flash sale lamp-hour "Lamps"
  stores      luma
  price       LL-1 at 15.00
  limit       3 items per customer

store discount nova-more "Spend more"
  stores      nova
  spend        40.00  take {off} off
  spend       100.00  take 12.00 off

seller coupon nova-5 "Nova: 5 off 30"
  stores      nova
  spend       30.00  take 5.00 off
  limit       2 uses per customer
  limit       {total} uses in total

cross-store discount every-30 "3 off every 30"
  every       30.00  take 3.00 off
  limit       6 uses per day

select coupon select "Select"
  piece       2.00
  spend       20.00  take 2.00 off
  spend       60.00  take 6.00 off
  budget      {budget} in total

coin exchange coins-for-select "10 coins for one"
  trade       10 coins for 1 select
  limit       2 uses per customer

promo code TEN "10% off, up to 8"
  spend       25.00  take 10% off, at most 8.00
  limit       1 use per customer
  funded      by platform 50%

promo code WEEKLY "2 off, once a week"
  spend       15.00  take 2.00 off

store discount tea-ten "Tea 10% off"
  stores      tea
  take        10% off

item discount n2-sale "The first dozen"
  stores      nova
  price       N-2 at 36.00
"""
OLD = {"off": "4.00", "total": "25", "budget": "60.00"}
NEW = {"off": "5.00", "total": "15", "budget": "90.00"}


def book(**numbers: str) -> RuleBook:
    """The rules with these numbers in them."""
    loaded = load_texts(texts(**numbers))
    assert loaded.book is not None, loaded.report()
    return loaded.book


def counted_in_every_way(book: RuleBook) -> RuleBook:
    """The same rules with limits per week and on items in total, and a budget for each day."""
    changes: dict[str, dict[str, Any]] = {
        "WEEKLY": {"limits": (Limit(1, "uses", "customer and week"),)},
        "n2-sale": {"limits": (Limit(12, "items", "total"),)},
        "tea-ten": {"budget_day": 300},
    }
    return evolve(book, rules=tuple(evolve(rule, **changes.get(rule.name, {})) for rule in book.rules))


def texts(**numbers: str) -> dict[str, str]:
    return {"campaigns/june.promo": RULES.format(**numbers)}


def folder(place: Path, **numbers: str) -> Path:
    """The rules as a folder."""
    for name, text in texts(**numbers).items():
        file = place / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return place


GOODS = (("LL-1", "luma", "19.00"), ("LL-2", "luma", "34.50"), ("N-1", "nova", "22.00"), ("N-2", "nova", "41.00"),
         ("T-1", "tea", "6.20"))  # fmt: skip


def orders(count: int, seed: int = 1, in_order: bool = True) -> list[dict[str, Any]]:
    """Carts over ten days of June."""
    made = [_order(Random(1000 * seed + number), number, count) for number in range(count)]
    if not in_order:
        Random(seed).shuffle(made)
    return made


def _order(chance: Random, number: int, count: int) -> dict[str, Any]:
    at = datetime(2026, 6, 10, 5, tzinfo=UTC) + timedelta(days=10) * number / count
    lines = []
    for place, (sku, store, price) in enumerate(chance.sample(GOODS, chance.randrange(1, 5)), 1):
        lines.append({
            "id": str(place), "sku": sku, "store": store, "price": price, "quantity": chance.randrange(1, 4),
            "categories": [f"goods/{store}"],
        })  # fmt: skip
    coupons = [{"rule": "nova-5", "pieces": 1}] if chance.random() < 0.5 else []
    if chance.random() < 0.5:
        coupons.append({"rule": "select", "pieces": chance.randrange(1, 4)})
    customer = f"c-{chance.randrange(max(count // 4, 1))}"
    return {
        "currency": "USD", "at": at.replace(microsecond=0).isoformat(),
        "customer": {"id": customer, "segments": ["vip"] if chance.random() < 0.3 else []},
        "lines": lines, "shipping": [{"store": lines[0]["store"], "method": "standard", "amount": "4.00"}],
        "wallet": {"coins": chance.randrange(0, 60), "coupons": coupons},
        "codes": [chance.choice(("TEN", "WEEKLY"))] if chance.random() < 0.6 else [],
    }  # fmt: skip


def write(file: Path, carts: list[dict[str, Any]]) -> Path:
    """As JSON lines."""
    file.write_text("".join(json.dumps(cart) + "\n" for cart in carts), encoding="utf-8")
    return file
