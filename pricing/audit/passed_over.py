"""What an audit does not look at, and why: a floor that holds says nothing about it.

Reads the rules, the catalogue and the `Shelf` that was made of it; makes `Omission`s for the end of the report.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from attrs import frozen

from pricing.audit.shelf import Shelf
from pricing.language.loading.catalogue import Catalogue, Item
from pricing.model.cart import MOST_LINES
from pricing.model.kind import Kind
from pricing.model.rule import Rule
from pricing.money import AmountError, parse


@frozen
class Omission:
    """Goods, cards or occasions that were left out for one reason."""

    count: int
    why: str
    """As in `goods without a price in USD`."""
    names: tuple[str, ...] = ()
    """Sorted; empty where there are none to tell."""


def omissions(rules: Iterable[Rule], catalogue: Catalogue, shelf: Shelf, occasions: int) -> tuple[Omission, ...]:
    """All that was left out; `occasions` is how many were passed over."""
    return tuple(one for one in _all(rules, catalogue, shelf, occasions) if one.count)


def _all(rules: Iterable[Rule], catalogue: Catalogue, shelf: Shelf, occasions: int) -> Iterator[Omission]:
    currency = shelf.currency
    if not shelf.made_up:
        yield _named(
            [item.sku for item in catalogue.items if not _has_price(item, currency)], f"without a price in {currency}"
        )
        yield _named([item.sku for item in catalogue.items if not item.store], "without a store")
        count = Counter(item.sku for item in catalogue.items)
        twice = [sku for sku, rows in count.items() if rows > 1]
        yield _named(twice, "in several rows, of which the dearest counts")
        known = len({item.sku for item in catalogue.items if item.store and _has_price(item, currency)})
        yield Omission(max(0, known - MOST_LINES), f"goods behind the first {MOST_LINES}")
    looked_at = frozenset().union(*shelf.rules) if shelf.rules else frozenset()
    mine = [rule for rule in rules if rule.currency == currency and rule.kind is not Kind.COIN_EXCHANGE]
    delivery = [rule.name for rule in mine if rule.kind is Kind.FREE_SHIPPING]
    yield _named(delivery, "about delivery, which does not count", "cards")
    idle = [rule.name for rule in mine if rule.name not in looked_at and rule.kind is not Kind.FREE_SHIPPING]
    yield _named(idle, "with none of the goods in their scope", "cards")
    yield Omission(occasions, "occasions on which fewer rules hold")


def _named(names: Iterable[str], why: str, what: str = "goods") -> Omission:
    found = tuple(sorted(names))
    return Omission(len(found), f"{what} {why}", found)


def _has_price(item: Item, currency: str) -> bool:
    try:
        return parse(item.price, currency) > 0
    except AmountError:
        return False
