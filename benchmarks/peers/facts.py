"""A cart beside its book, indexed once: what every peer that chooses among options starts from."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

from benchmarks.cards import Book, Card, Cart
from benchmarks.peers.amounts import list_amounts, places_of, sorted_lines, units_of

CHOSEN = ("store discount", "seller coupon", "select coupon", "promo code", "coin payment")
"""The kinds that the table of options expresses."""


class NotExpressible(ValueError):
    """A card that these peers do not understand."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A card on one group of lines."""

    card: Card
    places: tuple[int, ...]
    units: int


@dataclass(frozen=True, slots=True)
class StoreFacts:
    """The lines and the offers of one store."""

    store: str
    places: tuple[int, ...]
    discounts: tuple[Offer, ...]
    coupons: tuple[Offer, ...]
    selects: tuple[Offer, ...]


@dataclass(slots=True)
class Facts:
    """Lines of a cart, amounts, and the offers that it meets."""

    cart: Cart
    lines: list[dict[str, object]]
    amounts: list[int]
    stores: list[StoreFacts] = field(default_factory=list)
    codes: list[Offer] = field(default_factory=list)
    held: dict[str, int] = field(default_factory=dict)
    """Pieces of each select coupon in the wallet."""
    coin_card: Card | None = None


def by_store(book: Book) -> dict[str, list[Card]]:
    """Cards that hold for one store at a time, by store; those of every store under the empty name."""
    found: dict[str, list[Card]] = {}
    for card in book.cards:
        if card.kind in ("store discount", "seller coupon", "select coupon"):
            for store in card.stores or ("",):
                found.setdefault(store, []).append(card)
    return found


def facts_of(book: Book, cart: Cart, index: dict[str, list[Card]] | None = None) -> Facts:
    """Match the cart against the book."""
    index = by_store(book) if index is None else index
    lines = sorted_lines(cart)
    facts = Facts(cart, lines, list_amounts(lines))
    owned: dict[str, int] = {}
    for lot in cart["wallet"]["coupons"]:
        owned[lot["rule"]] = owned.get(lot["rule"], 0) + lot["pieces"]
    for store in sorted({str(line["store"]) for line in lines}):
        cards = [*index.get(store, ()), *index.get("", ())]
        groups: dict[str, list[Offer]] = {kind: [] for kind in CHOSEN}
        for card in cards:
            if card.kind != "store discount" and not owned.get(card.name):
                continue
            places = [place for place in places_of(card, lines) if lines[place]["store"] == store]
            if places:
                groups[card.kind].append(Offer(card, tuple(places), units_of(lines, places)))
            if places and card.kind == "select coupon":
                facts.held[card.name] = owned[card.name]
        facts.stores.append(
            StoreFacts(
                store,
                tuple(place for place, line in enumerate(lines) if line["store"] == store),
                tuple(groups["store discount"]),
                tuple(groups["seller coupon"]),
                tuple(groups["select coupon"]),
            )
        )
    for card in book.cards:
        if card.kind == "promo code" and card.name in cart["codes"]:
            places = places_of(card, lines)
            if places:
                facts.codes.append(Offer(card, tuple(places), units_of(lines, places)))
        elif card.kind == "coin payment":
            facts.coin_card = card
    return facts


def check_expressible(book: Book) -> None:
    """Refuse a book with cards beyond the model of the exact peers."""
    for card in book.cards:
        if card.kind not in CHOSEN or (card.extra and card.kind != "coin payment"):
            raise NotExpressible(f"{card.kind} {card.name}")
        if card.kind == "promo code" and any(step.percent or step.word != "spend" for step in card.steps):
            raise NotExpressible(f"{card.name}: only amounts off a sum spent")
        rising = all(low.reach < high.reach and low.amount <= high.amount for low, high in pairwise(card.steps))
        if card.kind == "promo code" and not rising:
            raise NotExpressible(f"{card.name}: steps must rise")
