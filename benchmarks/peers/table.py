"""The table of options per store, from which the exact peers choose; plain code of its own, not our engine's.

For each store: every permitted set of its store discounts, each seller coupon or none, each select coupon with each
number of pieces or none. Amounts are worked off on the lines to the last cent, so an option's net and its part of each
code's base are exact. Options that another beats in every quantity are dropped, which helps the peers.

What the table expresses: books of store discounts, seller coupons (one per store), select coupons, promo codes that
take amounts (one per order), and coin payment as far as its caps per item cannot bind: those depend on how the code was
shared out over stores. `Table.coins_exact` says whether they can bind; a cart where they can is left out of the check
of totals.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

from benchmarks.cards import Book, Card, Cart
from benchmarks.peers.amounts import benefit, coin_caps, reached, share
from benchmarks.peers.facts import Facts, Offer, StoreFacts, facts_of


@dataclass(frozen=True, slots=True)
class Option:
    """One outcome of a store's own choices."""

    net: int
    bases: tuple[int, ...]
    """What it adds to the base of each code."""
    pieces: tuple[int, ...]
    """Pieces used of each pool."""


@dataclass(frozen=True, slots=True)
class Code:
    """A promo code: thresholds and amounts, rising."""

    name: str
    steps: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """All that is left to choose: one option per store, at most one code, pieces within their pools."""

    stores: tuple[tuple[Option, ...], ...]
    codes: tuple[Code, ...]
    pools: tuple[int, ...]
    coins: int
    """What coin payment takes whenever it is not bound by its caps per item."""
    coins_exact: bool


def build(book: Book, cart: Cart, index: dict[str, list[Card]] | None = None) -> Table:
    """The table of one cart."""
    facts = facts_of(book, cart, index)
    pool_names = sorted(facts.held)
    stores = tuple(_options(facts, store, pool_names) for store in facts.stores)
    codes = tuple(Code(c.card.name, tuple((s.reach, s.amount) for s in c.card.steps)) for c in facts.codes)
    coins, exact = _coins(facts, stores, codes)
    return Table(stores, codes, tuple(facts.held[name] for name in pool_names), coins, exact)


def discount_sets(store: StoreFacts, amounts: list[int]) -> list[list[tuple[Offer, int]]]:
    """Permitted sets of store discounts with their benefits: none shares a line, none usable may be left out idly."""
    usable = []
    for offer in store.discounts:
        base = sum(amounts[place] for place in offer.places)
        worth = benefit(reached(offer.card.steps, base, offer.units), base)
        if worth > 0:
            usable.append((offer, worth))
    found = []
    for size in range(len(usable), -1, -1):
        for chosen in combinations(usable, size):
            taken = {place for offer, _ in chosen for place in offer.places}
            if len(taken) < sum(len(offer.places) for offer, _ in chosen):
                continue
            rest = [offer for offer, _ in usable if all(offer is not other for other, _ in chosen)]
            if all(not taken.isdisjoint(offer.places) for offer in rest):
                found.append(list(chosen))
    return found


def coupon_choices(store: StoreFacts, running: list[int]) -> list[tuple[Offer, int] | None]:
    """No seller coupon, or one that can be used, with its benefit."""
    found: list[tuple[Offer, int] | None] = [None]
    for offer in store.coupons:
        base = sum(running[place] for place in offer.places)
        worth = benefit(reached(offer.card.steps, base, offer.units), base)
        if worth > 0:
            found.append((offer, worth))
    return found


def piece_limit(offer: Offer, running: list[int], held: int) -> int:
    """The most pieces of a select coupon that this store takes."""
    base = sum(running[place] for place in offer.places)
    step = reached(offer.card.steps, base, offer.units)
    return 0 if step is None else min(step.amount // offer.card.piece, held)


def _options(facts: Facts, store: StoreFacts, pool_names: list[str]) -> tuple[Option, ...]:
    """All outcomes of one store that none beats."""
    none = (0,) * len(pool_names)
    code_places = [set(code.places) & set(store.places) for code in facts.codes]

    def option(running: list[int], pieces: tuple[int, ...]) -> Option:
        bases = tuple(sum(running[place] for place in places) for places in code_places)
        return Option(sum(running[place] for place in store.places), bases, pieces)

    found = set()
    for discounts in discount_sets(store, facts.amounts):
        after_discounts = list(facts.amounts)
        for offer, worth in discounts:
            share(worth, after_discounts, list(offer.places))
        for coupon in coupon_choices(store, after_discounts):
            after_coupon = list(after_discounts)
            if coupon is not None:
                share(coupon[1], after_coupon, list(coupon[0].places))
            found.add(option(after_coupon, none))
            for offer in store.selects:
                pool = pool_names.index(offer.card.name)
                base = sum(after_coupon[place] for place in offer.places)
                for count in range(1, piece_limit(offer, after_coupon, facts.held[offer.card.name]) + 1):
                    running = list(after_coupon)
                    share(min(count * offer.card.piece, base), running, list(offer.places))
                    found.add(option(running, (*none[:pool], count, *none[pool + 1 :])))
    return _unbeaten(found)


def _unbeaten(options: set[Option]) -> tuple[Option, ...]:
    """Options that no other beats or equals in net, every base and every pool."""
    kept: list[Option] = []
    for option in sorted(options, key=lambda o: (o.net, sum(o.pieces), [-base for base in o.bases], o.pieces)):
        if not any(_beats(other, option) for other in kept):
            kept.append(option)
    return tuple(kept)


def _beats(one: Option, other: Option) -> bool:
    return (
        one.net <= other.net
        and all(a >= b for a, b in zip(one.bases, other.bases, strict=True))
        and all(a <= b for a, b in zip(one.pieces, other.pieces, strict=True))
    )


def _coins(facts: Facts, stores: tuple[tuple[Option, ...], ...], codes: tuple[Code, ...]) -> tuple[int, bool]:
    """What coins pay, and whether that is certain whatever is chosen."""
    if facts.coin_card is None:
        return 0, True
    per_item, per_order = coin_caps(facts.coin_card)
    most = min(per_order, facts.cart["wallet"]["coins"])
    least = sum(min(option.net for option in options) for options in stores)
    least -= max((amount for code in codes for _, amount in code.steps), default=0)
    return most, per_item * least // 100 - len(facts.lines) >= most
