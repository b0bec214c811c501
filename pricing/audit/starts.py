"""Baskets worth trying first: those that just reach a step, or just fill a cap.

Reads the goods and the rules that look at them; makes baskets, in an order that does not depend on anything else; next:
`climb`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction

from attrs import frozen

from pricing.audit.shelf import Product, Shelf
from pricing.forms import amount_of, share_of
from pricing.model.ladder import Step
from pricing.model.rule import Rule

Basket = tuple[tuple[int, int], ...]
"""(place on the shelf, units), sorted by place."""

EARLIER = (*(Fraction(100, 100 - percent) for percent in (0, 5, 10, 15, 20, 25, 30, 40, 50)), Fraction(3, 2))
"""A step is measured on what is left after earlier layers; so the list price must be that much larger."""
MOST_PRICES = 5
"""Goods of one store that the same rules look at: so many, from the cheapest to the dearest."""


@frozen
class Bounds:
    """How large a cart may be."""

    lines: int = 6
    units: int = 20
    """Of one line."""


def basket_of(counts: dict[int, int]) -> Basket:
    return tuple(sorted((place, units) for place, units in counts.items() if units > 0))


def pool_of(shelf: Shelf, stores: frozenset[str], rules: frozenset[str], most: int) -> list[int]:
    """Places of goods that stand for all: of those that the same rules look at, a few prices of each store."""
    alike: dict[tuple[str, frozenset[str]], list[int]] = {}
    for place, product in enumerate(shelf.products):
        if product.store in stores:
            alike.setdefault((product.store, shelf.rules[place] & rules), []).append(place)
    keys = sorted(alike, key=lambda key: (-len(key[1]), key[0], sorted(key[1])))
    spread = [_spread(shelf.products, alike[key]) for key in keys]
    pool: list[int] = []
    for rank in range(MOST_PRICES):
        pool += [places[rank] for places in spread if rank < len(places)]
    return sorted(pool[:most])


def _spread(products: Sequence[Product], places: list[int]) -> list[int]:
    """The cheapest, the dearest, then others between them."""
    by_price: dict[int, int] = {}
    for place in places:
        by_price.setdefault(products[place].price, place)
    prices = sorted(by_price)
    if len(prices) > MOST_PRICES:
        last = len(prices) - 1
        prices = [prices[last * rank // (MOST_PRICES - 1)] for rank in range(MOST_PRICES)]
    ordered = [prices[0], *prices[:0:-1]] if prices else []
    return [by_price[price] for price in ordered]


def singles(pool: Iterable[int], bounds: Bounds) -> Iterator[Basket]:
    """One, two, three and as many as possible of each of the goods."""
    for place in pool:
        for units in sorted({1, 2, 3, bounds.units}):
            if units <= bounds.units:
                yield ((place, units),)


def reaching(shelf: Shelf, pool: Sequence[int], rules: Iterable[Rule], bounds: Bounds) -> Iterator[Basket]:
    """Baskets that just reach what the steps and caps of the rules look at, by goods in scope."""
    for rule in rules:
        mine = [place for place in pool if rule.name in shelf.rules[place]]
        if not mine:
            continue
        for units in sorted({step.reach for step in rule.ladder if step.measure == "units"}):
            yield from _counted(mine, units, bounds)
        for target in _targets(rule):
            yield from filled(shelf.products, mine, target, bounds)


def _targets(rule: Rule) -> list[int]:
    """Amounts at which what the rule gives changes its worth."""
    found: set[Fraction | int] = set()
    for step in rule.ladder:
        found.update(_amounts(step))
    for cap in (rule.caps.per_order, rule.caps.per_store, rule.caps.per_item):
        found.add(cap or 0)
        found.update(-(-(cap or 0) // share) for step in rule.ladder if (share := share_of(step)))
    if rule.rate is not None:
        found.add(rule.rate.amount)
    return sorted({int(-(-Fraction(amount) * more // 1)) for amount in found if amount for more in EARLIER})


def _amounts(step: Step) -> Iterator[Fraction | int]:
    if step.measure == "money":
        yield step.reach
        if step.repeats:
            yield from (step.reach * times for times in (2, 3, 5))
    yield amount_of(step)
    if step.at_most and share_of(step):
        yield Fraction(step.at_most) / share_of(step)


def _counted(places: list[int], units: int, bounds: Bounds) -> Iterator[Basket]:
    """So many units, of one of the goods or of two."""
    for place in places:
        if units <= bounds.units:
            yield ((place, units),)
    for one in places[:1]:
        for other in places[1:]:
            if 1 < units <= bounds.units + 1:
                yield basket_of({one: units - 1, other: 1})


def filled(products: Sequence[Product], places: Sequence[int], target: int, bounds: Bounds) -> list[Basket]:
    """The two baskets of at most two goods whose list price passes a target by least."""
    best: list[tuple[int, int, int, int, int, int]] = []
    worst = products[places[0]].price * bounds.units
    for one in places:
        price = products[one].price
        most = min(bounds.units, -(-target // price))
        if price * most >= target:
            best.append((price * most - target, most, one, most, one, 0))
        for units in range(1, most + 1):
            short = target - price * units
            if short <= 0:
                break
            for other in places:
                more = -(-short // products[other].price)
                over = products[other].price * more - short
                if over <= worst and more <= bounds.units and other != one:
                    best.append((over, units + more, one, units, other, more))
        if len(best) > 2:
            best = sorted(best)[:3]  # the best is found from either of its two goods
            worst = best[-1][0]
    found = [basket_of({other: more, one: units}) for _, _, one, units, other, more in sorted(best)]
    return list(dict.fromkeys(found))[:2]
