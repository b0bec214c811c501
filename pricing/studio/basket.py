"""What is bought, as the page has it, made into a cart: what the catalogue knows of an item need not be said.

Reads a basket, which is a cart in JSON (INTERFACE: "Cart, JSON") where lines may leave out what the catalogue has, `at` may
be local time in the campaigns' zone, and `usage` and `without` stand beside it; makes a `Bought`. Next: `till`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from attrs import frozen

from pricing.language.loading.catalogue import Item
from pricing.model.cart import Cart, Usage
from pricing.model.errors import CartError, Problem
from pricing.money import AmountError, parse
from pricing.studio.asked import WrongQuestion
from pricing.studio.bench import Bench
from pricing.wire import cart_from_dict, usage_from_dict
from pricing.wire.cart import cart_to_dict
from pricing.wire.table import CART

_LOCAL = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d)?", re.ASCII)
_BESIDE = frozenset({"usage", "without", "zone"})


@frozen
class Basket:
    """A basket that can be priced."""

    cart: Cart
    json: Mapping[str, Any]
    """The cart as JSON, with all that the catalogue has filled in."""
    usage: Usage
    without: tuple[str, ...]


def basket_of(bench: Bench, given: Mapping[str, Any]) -> Basket:
    """Raises CartError with every problem as "what @ path", WrongQuestion for fields that no basket has."""
    strange = sorted(given.keys() - CART.keys - _BESIDE)
    if strange:
        raise WrongQuestion(f"a basket has no field {strange[0][:40]!r}")
    cart = {name: value for name, value in given.items() if name in CART.keys}
    cart.setdefault("currency", bench.currency)
    cart["at"] = _instant(bench, cart.get("at"), given.get("zone", ""))
    lines = cart.get("lines", [])
    if isinstance(lines, list):
        cart["lines"] = [_line(bench, line, cart["currency"]) for line in lines]
    made = cart_from_dict(cart)
    usage = usage_from_dict(given.get("usage", {}), made.currency)
    without = given.get("without", [])
    if not isinstance(without, list) or not all(isinstance(name, str) for name in without):
        raise CartError([Problem("expected a list of names", "without")])
    engine = bench.engine
    declined = [name for name in without if engine is None or engine.plan.rules.find(name) is not None]
    return Basket(made, cart_to_dict(made), usage, tuple(declined))


def _instant(bench: Bench, at: object, zone: object) -> object:
    """A local time as an instant with its offset; anything else as it is, for whoever reads carts to judge."""
    if not isinstance(at, str) or not isinstance(zone, str) or not _LOCAL.fullmatch(at):
        return at
    try:
        local = datetime.fromisoformat(at)
        instant = local.replace(tzinfo=bench.zone_named(zone))
        back = instant.astimezone(UTC).astimezone(instant.tzinfo)
    except (ValueError, OverflowError) as error:
        raise CartError([Problem(f"is not a time: {error}", "at")]) from None
    if back.replace(tzinfo=None) != local:
        raise CartError([Problem("the clocks go forward then: there is no such time on that day", "at")])
    return instant.isoformat()


def _line(bench: Bench, line: object, currency: object) -> object:
    """A line with what the catalogue knows of its sku; one that has a store and a price says all but its title itself."""
    if not isinstance(line, dict):
        return line
    item = item_of(bench, line.get("sku"), line.get("store"))
    known = known_of(bench, item, currency) if item is not None else {}
    if "price" in line and "store" in line:
        known = {name: text for name, text in known.items() if name == "title"}
    return {**known, **line}


def item_of(bench: Bench, sku: object, store: object = None) -> Item | None:
    """The catalogue's row of a sku, at a store where one is named."""
    items = bench.items.get(sku, ()) if isinstance(sku, str) else ()
    return next((item for item in items if store in (None, item.store)), None)


def known_of(bench: Bench, item: Item, currency: object) -> dict[str, Any]:
    """All that a line says of a row of the catalogue; without a price where it has none in this currency."""
    made: dict[str, Any] = {
        "sku": item.sku, "store": item.store, "categories": list(item.categories), "brand": item.brand,
        "tags": list(item.tags),
    }  # fmt: skip
    title = bench.catalogue.title("skus", item.sku)
    if title:
        made["title"] = title
    if isinstance(currency, str):
        with suppress(AmountError):
            made |= item.amounts(currency)
    return made


def minor_of(item: Item, currency: str) -> int | None:
    """The price of a row in minor units; None where it is no amount of this currency."""
    try:
        return parse(item.price, currency)
    except AmountError:
        return None


def goods(bench: Bench, search: str, store: str, currency: str, most: int) -> dict[str, Any]:
    """Rows of the catalogue that have all words of a search, in the order of the file: see `desk` (goods)."""
    wanted = search.casefold().split()
    found: list[dict[str, Any]] = []
    total = 0
    for item in bench.catalogue.items:
        if store not in ("", item.store) or minor_of(item, currency) is None:
            continue
        title, shop = bench.catalogue.title("skus", item.sku), bench.catalogue.title("stores", item.store)
        said = " ".join([item.sku, title, item.store, shop, item.brand, *item.categories, *item.tags]).casefold()
        if all(word in said for word in wanted):
            total += 1
            if len(found) < most:
                found.append({**known_of(bench, item, currency), "title": title, "shop": shop})
    return {"total": total, "goods": found}
