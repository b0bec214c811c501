"""Lists, policies and carts to fill in: what `pricing new` prints besides cards and campaigns.

Reads names that exist; makes text that loads as it stands.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from pricing.cli.templates import NamesThere, laid_out
from pricing.language.loading.catalogue import Catalogue
from pricing.language.vocabulary import SWITCHES
from pricing.model.policy import HOUSE_POLICY
from pricing.money import AmountError, parse, show

MOST_LINES = 3


def list_text(name: str, names: NamesThere) -> str:
    """A list with one line; others as remarks."""
    taken, number, free = names.taken, 2, name or "my-list"
    while free in taken:
        free, number = f"my-list-{number}", number + 1
    text = f"""list {free}
  stores {names.store}   # what it lists; named in cards as: stores list {free}
  # categories  {names.category}
  # except      categories gift-cards   # leaves something out wherever the list is used
"""
    return laid_out(text)


def policy_text(name: str) -> str:
    """The policy that holds without a file, with every switch and its other values."""
    order = HOUSE_POLICY.order
    half = len(order) // 2
    lines = [
        "# How rules work together. Change it with an engineer: every quote moves.",
        "",
        f"policy {name}",
        f"  order {', '.join(map(str, order[:half]))},",
        f"              {', '.join(map(str, order[half:]))}",
        *(f"  limit {limit.count} {limit} per {limit.per}" for limit in HOUSE_POLICY.limits),
    ]
    for switch, values in SWITCHES.items():
        lines.append(f"  set {switch} to {values[0]}   # or {', '.join(values[1:])}")
    lines.append("  # never     promo code with seller coupon   # kinds that never meet on one line")
    return laid_out("\n".join(lines) + "\n")


def cart_text(names: NamesThere, catalogue: Catalogue, at: datetime) -> str:
    """A cart in JSON with goods of the catalogue; everything that a cart can say, most of it empty."""
    lines: list[dict[str, Any]] = []
    for item in catalogue.items:
        try:
            amounts = item.amounts(names.currency)
        except AmountError:
            continue
        store, categories, tags = item.store or names.store, list(item.categories), list(item.tags)
        lines.append(_line(item.sku, store, amounts, categories, item.brand, tags))
        if len(lines) == MOST_LINES:
            break
    if not lines:
        amounts = {"price": show(parse("20", names.currency), names.currency)}
        lines = [_line("SKU-1", names.store, amounts, [names.category], "", [])]
    charge = show(parse("5", names.currency), names.currency)
    stores = list(dict.fromkeys(line["store"] for line in lines))
    cart = {
        "currency": names.currency,
        "at": at.isoformat(),
        "customer": {"id": "c-1", "segments": []},
        "country": "",
        "channel": "",
        "lines": lines,
        "shipping": [{"store": store, "method": "standard", "amount": charge} for store in stores],
        "wallet": {"coins": 0, "coupons": []},
        "codes": [],
    }
    return _shown(cart)


def _line(
    sku: str, store: str, amounts: dict[str, str], categories: list[str], brand: str, tags: list[str]
) -> dict[str, Any]:
    return {
        "id": sku, "sku": sku, "store": store, **amounts, "quantity": 1, "categories": categories, "brand": brand,
        "tags": tags,
    }  # fmt: skip


def _shown(cart: dict[str, Any]) -> str:
    """JSON with one line of the cart on one line of the text, as people like to read and change it."""
    parts = []
    for key, value in cart.items():
        if isinstance(value, list) and value:
            rows = ",\n".join(f"    {json.dumps(row, ensure_ascii=False)}" for row in value)
            parts.append(f"  {json.dumps(key)}: [\n{rows}\n  ]")
        else:
            parts.append(f"  {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}")
    return "{\n" + ",\n".join(parts) + "\n}\n"
