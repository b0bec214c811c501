"""What the rows of a replay list of a quote: savings by rule and payer, what goods cost, uses (SPEC 5.3 and 7).

Reads quotes; makes plain tuples, sorted, for `rows.py`. Compiled where that is possible (setup.py).
"""

from __future__ import annotations

from typing import Final

from pricing.model.cart import Cart
from pricing.model.quote import Quote, Saving

Entry = tuple[str | int, ...]
"""Names, then amounts or counts."""
SHIPPING: Final = "(shipping)"
"""The category of what shipping costs."""


def savings(old: Quote, new: Quote) -> list[Entry]:
    """(rule, payer, seller, saved under old, under new)."""
    before = _savings_of(old)
    if old is new:
        return [(*key, amount, amount) for key, amount in sorted(before.items())]
    after = _savings_of(new)
    return [(*key, before.get(key, 0), after.get(key, 0)) for key in sorted({**before, **after})]


def _savings_of(quote: Quote) -> dict[tuple[str, str, str], int]:
    """Minor units by rule, payer and seller. By category it is what goods cost less than their list price."""
    found: dict[tuple[str, str, str], int] = {}
    for line in quote.lines:
        if line.savings:
            _note(found, line.store, line.savings)
    for charge in quote.shipping:
        if charge.savings:
            _note(found, charge.store, charge.savings)
    return found


def _note(found: dict[tuple[str, str, str], int], store: str, every: tuple[Saving, ...]) -> None:
    """Adds savings at a store to what each payer gives: the platform, further ones by name, and the seller the rest."""
    for rule, amount, platform, payers in every:
        seller = amount - platform
        for payer, share in payers:
            seller -= share
            named = rule, payer, store
            found[named] = found.get(named, 0) + share
        if platform:
            of_platform = rule, "platform", store
            found[of_platform] = found.get(of_platform, 0) + platform
        if seller:
            of_seller = rule, "seller", store
            found[of_seller] = found.get(of_seller, 0) + seller


def goods(cart: Cart, old: Quote, new: Quote) -> list[Entry]:
    """What the goods of each seller and category cost: listed, old, new."""
    found: dict[tuple[str, str], list[int]] = {}
    categories: dict[str, str] = {}
    for each in cart.lines:
        categories[each.id] = each.categories[0] if each.categories else ""
    later, after = new.lines, new.shipping
    for at, line in enumerate(old.lines):
        _cost(found, (line.store, categories[line.id]), line.list, line.pays, later[at].pays)
    for at, charge in enumerate(old.shipping):
        _cost(found, (charge.store, SHIPPING), charge.list, charge.pays, after[at].pays)
    return [(*key, *amounts) for key, amounts in sorted(found.items())]


def _cost(found: dict[tuple[str, str], list[int]], key: tuple[str, str], listed: int, old: int, new: int) -> None:
    row = found.get(key)
    if row is None:
        found[key] = [listed, old, new]
    else:
        row[0] += listed
        row[1] += old
        row[2] += new


def uses(old: Quote, new: Quote, items: tuple[dict[str, int], dict[str, int]]) -> list[Entry]:
    """(rule, uses under old, under new, items under old, under new)."""
    before = uses_of(old)
    after = before if old is new else uses_of(new)
    names = sorted(before if old is new else {**before, **after})
    return [
        (name, before.get(name, 0), after.get(name, 0), items[0].get(name, 0), items[1].get(name, 0)) for name in names
    ]


def uses_of(quote: Quote) -> dict[str, int]:
    """Uses by rule as limits count them: applications, pieces of coupons, trades of an exchange (SPEC 5.3)."""
    found: dict[str, int] = {}
    for use in quote.used:
        found[use.rule] = found.get(use.rule, 0) + (use.pieces or 1)
    for one in quote.bought:
        for name, times in one.trades:
            found[name] = found.get(name, 0) + times
    return found


def savings_by_rule(quote: Quote) -> dict[str, int]:
    """What each rule saves, minor units."""
    found: dict[str, int] = {}
    every = [line.savings for line in quote.lines] + [charge.savings for charge in quote.shipping]
    for each in every:
        for saving in each:
            found[saving.rule] = found.get(saving.rule, 0) + saving.amount
    return found
