"""What `pricing quote` puts into a cart for this once: goods of the catalogue, coupons, codes, a way to pay.

Reads options and the rules; makes `Added`, which changes the JSON of a cart before it is read as any other.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from difflib import get_close_matches
from typing import Any

import click
from attrs import frozen

from pricing.api import Engine
from pricing.engine import code_key
from pricing.language.loading.catalogue import Catalogue, Item
from pricing.money import AmountError

_MANY = re.compile(r"(?P<name>.+?)\*(?P<many>[0-9]{1,7})", re.ASCII)


@frozen
class Added:
    """Plain values as in the JSON of a cart."""

    lines: tuple[Mapping[str, Any], ...] = ()
    coupons: tuple[Mapping[str, Any], ...] = ()
    codes: tuple[str, ...] = ()
    payment: str = ""

    def to(self, cart: dict[str, Any]) -> None:
        """Puts all of it into a cart. What is wrong with the cart is left for those who read it."""
        lines = cart.setdefault("lines", [])
        if isinstance(lines, list):
            taken = {str(line.get("id") or line.get("sku")) for line in lines if isinstance(line, dict)}
            cart["lines"] = [*lines, *(_named_anew(line, taken) for line in self.lines)]
        wallet = cart.setdefault("wallet", {}) if self.coupons else None
        if isinstance(wallet, dict) and isinstance(wallet.get("coupons", []), list):
            cart["wallet"] = {**wallet, "coupons": [*wallet.get("coupons", []), *self.coupons]}
        codes = cart.setdefault("codes", []) if self.codes else None
        if isinstance(codes, list):
            cart["codes"] = [*codes, *self.codes]
        if self.payment:
            cart["payment"] = self.payment


NOTHING_ADDED = Added()


def _named_anew(line: Mapping[str, Any], taken: set[str]) -> dict[str, Any]:
    """The line with an id that no other line has."""
    name, number = str(line["sku"]), 2
    while name in taken:
        name, number = f"{line['sku']}+{number}", number + 1
    taken.add(name)
    return {"id": name, **line}


def currency_of(engine: Engine) -> str:
    """The currency that most campaigns have."""
    count = Counter(campaign.currency for campaign in engine.book.campaigns)
    return min(count, key=lambda currency: (-count[currency], currency), default="USD")


def empty_cart(currency: str, at: datetime) -> bytes:
    """A cart to put goods into."""
    return json.dumps(
        {"currency": currency, "at": at.isoformat(), "customer": {"id": "somebody"}, "lines": []}
    ).encode()


def added(
    engine: Engine, catalogue: Catalogue, buy: Iterable[str], with_: Iterable[str], payment: str, currency: str
) -> Added:
    """All that the options ask for. Raises click.BadParameter for what the catalogue or the rules do not have."""
    coupons: list[Mapping[str, Any]] = []
    codes: list[str] = []
    for text in with_:
        name, many = _parted(text)
        rule = engine.plan.rules.find(name)
        if code_key(name) in engine.plan.codes:
            codes.append(name)
        elif rule is None:
            raise click.BadParameter(
                f"There is no coupon or code called {name!r}.{near(name, engine.plan.names)}", param_hint="'--with'"
            )
        elif rule.is_coupon:
            coupons.append({"rule": rule.name, "pieces": many})
        else:
            raise click.BadParameter(
                f"{rule.name} is a {rule.kind}: nobody holds or types it, it is given by itself.", param_hint="'--with'"
            )
    lines = tuple(_line(text, catalogue, currency) for text in buy)
    return Added(lines, tuple(coupons), tuple(codes), payment)


def _parted(text: str) -> tuple[str, int]:
    """Name and number of `NAME*N`."""
    found = _MANY.fullmatch(text)
    return (found["name"].strip(), int(found["many"])) if found else (text.strip(), 1)


def _line(text: str, catalogue: Catalogue, currency: str) -> dict[str, Any]:
    """A line of a cart for `SKU*N` or `STORE/SKU*N`."""
    name, many = _parted(text)
    store, _, sku = name.rpartition("/")
    found = [item for item in catalogue.items if name == item.sku or (sku == item.sku and store == item.store)]
    if not found:
        found = [item for item in catalogue.items if item.sku.casefold() == name.casefold()]
    if not found:
        skus = [item.sku for item in catalogue.items]
        what = near(name, skus) if skus else " The catalogue has no skus: catalogue/skus.csv lists them, with prices."
        raise click.BadParameter(f"There is no sku called {name!r} in the catalogue.{what}", param_hint="'--buy'")
    if len(found) > 1:
        ways = " or ".join(f"{item.store}/{item.sku}" for item in found[:3])
        raise click.BadParameter(f"Several stores sell {name!r}: say {ways}.", param_hint="'--buy'")
    return _bought(found[0], many, catalogue, currency)


def _bought(item: Item, many: int, catalogue: Catalogue, currency: str) -> dict[str, Any]:
    try:
        amounts = item.amounts(currency)
    except AmountError:
        raise click.BadParameter(
            f"{item.sku} has no price in {currency}: the catalogue says {item.price!r}.", param_hint="'--buy'"
        ) from None
    title = catalogue.title("skus", item.sku)
    return {
        "sku": item.sku, "store": item.store, **amounts, "quantity": many,
        "categories": list(item.categories), "brand": item.brand, "tags": list(item.tags),
        **({"title": title} if title else {}),
    }  # fmt: skip


def near(name: str, known: Sequence[str]) -> str:
    """What may have been meant, as a sentence after a space; empty when nothing is like it."""
    folded = {one.casefold(): one for one in known}
    found = get_close_matches(name.casefold(), folded, 1)
    return f" Did you mean {folded[found[0]]!r}?" if found else ""
