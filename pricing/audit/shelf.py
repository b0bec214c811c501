"""What can be put into a cart: the goods of the catalogue with their prices, and which rules look at each of them.

Reads a `Plan` and a `Catalogue`; makes a `Shelf` for one currency; next: `situations`. Where the catalogue has no
prices, goods are made up from the scope of the rules, at round prices.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from attrs import frozen

from pricing.engine import Plan, Situation, scope_of
from pricing.language.loading.catalogue import Catalogue
from pricing.model.cart import MOST_LINES, Cart, Line
from pricing.model.kind import Kind
from pricing.model.rule import Rule
from pricing.money import AmountError, decimals, parse

ROUND_PRICES = (1, 5, 10, 20, 50, 100, 500)
"""Major units; what made-up goods cost, in currencies with decimals. Others: a hundred times as much."""


@frozen
class Product:
    """Something to buy."""

    sku: str
    store: str
    price: int
    """List price of one unit, minor units."""
    categories: tuple[str, ...] = ()
    brand: str = ""
    tags: tuple[str, ...] = ()
    was: int | None = None
    floor: int | None = None

    def line(self, quantity: int, currency: str) -> Line:
        """The line of a cart with so many units."""
        price, was, floor = (None if one is None else (one, currency) for one in (self.price, self.was, self.floor))
        assert price is not None
        return Line(
            self.sku, self.store, price, quantity, categories=self.categories, brand=self.brand, tags=self.tags, was=was,
            floor=floor,
        )  # fmt: skip


@frozen
class Shelf:
    """All goods in one currency, sorted by store and sku."""

    currency: str
    products: tuple[Product, ...]
    rules: tuple[frozenset[str], ...]
    """For each product, the rules that have it in scope."""
    made_up: bool
    """The goods are not the catalogue's."""

    @property
    def stores(self) -> tuple[str, ...]:
        return tuple(sorted({product.store for product in self.products}))


def shelf_of(plan: Plan, catalogue: Catalogue, currency: str) -> Shelf:
    """The goods that have a price in a currency; two rows of one sku count once, at the dearer price."""
    found: dict[str, Product] = {}
    for item in catalogue.items:
        try:
            amounts = {word: parse(text, currency) for word, text in item.amounts(currency).items()}
        except AmountError:
            continue
        price, was, floor = amounts["price"], amounts.get("was"), amounts.get("floor")
        if item.sku and item.store and price and (item.sku not in found or found[item.sku].price < price):
            about = (item.categories, item.brand, item.tags)
            found[item.sku] = Product(item.sku, item.store, price, *about, was, floor)
    made_up = not found
    if made_up:
        rules = [rule.rule for rule in plan.rules if rule.rule.currency == currency]
        found = {product.sku: product for product in _made_up(rules, currency)}
    products = tuple(sorted(found.values(), key=lambda product: (product.store, product.sku)))[:MOST_LINES]
    return Shelf(currency, products, _rules_of(plan, products, currency), made_up)


def _rules_of(plan: Plan, products: Sequence[Product], currency: str) -> tuple[frozenset[str], ...]:
    if not products:
        return ()
    names: list[set[str]] = [set() for _ in products]
    lines = [product.line(1, currency) for product in products]
    situation = Situation(plan, Cart(currency, datetime(2000, 1, 1, tzinfo=UTC), lines), {}, frozenset())
    place_of = {product.sku: place for place, product in enumerate(products)}
    for rule in plan.rules:
        if rule.rule.currency != currency or rule.kind is Kind.COIN_EXCHANGE:
            continue
        for place in scope_of(rule, situation):
            names[place_of[situation.lines[place].sku]].add(rule.name)
    return tuple(frozenset(mine) for mine in names)


def _made_up(rules: Sequence[Rule], currency: str) -> Iterator[Product]:
    """Goods for the scope of every rule: one row of prices for each store that it names."""
    stores = sorted({name for rule in rules for name in _named(rule, "stores")}) or ["any-store"]
    unit = 10 ** decimals(currency) if decimals(currency) else 100
    seen: set[tuple[str, tuple[str, ...], str, tuple[str, ...]]] = set()
    for rule in rules:
        categories, brands, tags = _named(rule, "categories"), _named(rule, "brands"), _named(rule, "tags")
        for sku, store in ((sku, store) for sku in _named(rule, "skus") for store in _named(rule, "stores") or stores):
            for price in ROUND_PRICES[3:5]:
                yield Product(sku, store, price * unit, categories[:1], (*brands, "")[0], tags[:1])
        for store in _named(rule, "stores") or stores:
            about = (store, categories[:1], (*brands, "")[0], tags[:1])
            if about in seen:
                continue
            seen.add(about)
            for price in ROUND_PRICES:
                yield Product(f"{store}-{len(seen)}-{price}", store, price * unit, *about[1:])


def _named(rule: Rule, word: str) -> tuple[str, ...]:
    """What a rule's scope asks for by one word: the values of its narrowest line."""
    if word == "skus" and rule.prices:
        return tuple(sku for sku, _ in rule.prices)
    lines = [clause.values for clause in rule.scope.only if clause.word == word]
    return min(lines, key=len) if lines else ()
