"""Promotions as plain data, so that one generator feeds every engine alike.

A `Card` writes itself in the rule language for our engine; the peers read its fields. Amounts are whole US cents.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Cart = dict[str, Any]
"""A cart as JSON; amounts are strings in dollars."""

START = "2026-11-01"
END = "2026-11-30"
AT = "2026-11-20T12:00:00+00:00"

POLICY = """policy bench
  order       flash sale, item discount, store discount, seller coupon, cross-store discount,
              select coupon, platform coupon, promo code, free shipping, coin payment
  limit       1 promo code per order
  limit       1 platform coupon per order
  limit       1 seller coupon per store
"""


def dollars(cents: int) -> str:
    """The amount as the language and carts write it."""
    return f"{cents // 100}.{cents % 100:02d}"


def cents(text: str) -> int:
    """The amount of a cart in cents."""
    whole, _, part = text.partition(".")
    return int(whole) * 100 + int(part.ljust(2, "0") or "0")


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a ladder: `spend` so many cents or `buy` so many units, take an amount or a percentage."""

    word: str
    reach: int
    amount: int = 0
    percent: int = 0
    at_most: int | None = None

    def text(self) -> str:
        """The clause in the rule language."""
        reach = dollars(self.reach) if self.word == "spend" else str(self.reach)
        benefit = f"{self.percent}%" if self.percent else dollars(self.amount)
        cap = f", at most {dollars(self.at_most)}" if self.at_most is not None else ""
        return f"{self.word} {reach} take {benefit} off{cap}"


@dataclass(frozen=True, slots=True)
class Card:
    """One promotion. `extra` holds clauses that only our engine understands; peers must refuse a card that has some."""

    kind: str
    name: str
    stores: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    without_stores: tuple[str, ...] = ()
    without_categories: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()
    piece: int = 0
    extra: tuple[str, ...] = ()

    def clauses(self) -> list[str]:
        """All lines of the card but the first, in the rule language."""
        found = []
        if self.stores:
            found.append("stores " + ", ".join(self.stores))
        if self.categories:
            found.append("categories " + ", ".join(self.categories))
        if self.without_stores:
            found.append("except stores " + ", ".join(self.without_stores))
        if self.without_categories:
            found.append("except categories " + ", ".join(self.without_categories))
        if self.piece:
            found.append(f"piece {dollars(self.piece)}")
        return [*found, *(step.text() for step in self.steps), *self.extra]

    def text(self) -> str:
        """The card in the rule language."""
        head = f'{self.kind} {self.name} "{self.name}"'
        return "\n".join([head, *(f"  {clause}" for clause in self.clauses())]) + "\n"

    def takes(self, line: dict[str, Any]) -> bool:
        """Whether the cart line is in scope."""
        if self.stores and line["store"] not in self.stores:
            return False
        if line["store"] in self.without_stores:
            return False
        if self.categories and not _under(line["categories"], self.categories):
            return False
        return not (self.without_categories and _under(line["categories"], self.without_categories))


def _under(paths: list[str], roots: tuple[str, ...]) -> bool:
    """Whether any path is one of the roots or lies below one."""
    return any(path == root or path.startswith(root + "/") for path in paths for root in roots)


def coin_payment(per_item: int = 10, per_order: int = 500) -> Card:
    """100 coins are worth a dollar; caps in percent of each item and in cents per order."""
    clauses = ("rate 100 coins = 1.00", f"at most {per_item}% per item", f"at most {dollars(per_order)} per order")
    return Card("coin payment", "pay-with-coins", extra=clauses)


@dataclass(frozen=True, slots=True)
class Book:
    """The cards of one rule folder."""

    name: str
    cards: tuple[Card, ...]
    policy: str = POLICY

    def texts(self, switches: str = "") -> dict[str, str]:
        """Rule files for `Engine.from_texts`. `switches`: further lines of the policy."""
        return {"policy.promo": self.policy + switches, f"campaigns/{self.name}.promo": campaign(self.name, self.cards)}


def campaign(name: str, cards: tuple[Card, ...] | list[Card]) -> str:
    """A campaign file with the cards."""
    head = (
        f'campaign {name} "Benchmark {name}"\n  owner benchmarks\n  brief BENCH-1\n  currency USD\n  zone UTC\n'
        f"  valid from {START} through {END}\n"
    )
    return "\n".join([head, *(card.text() for card in cards)])


@dataclass(frozen=True, slots=True)
class Workload:
    """Carts to be priced under one book. `separable` says that the table of options per store expresses all of it."""

    name: str
    book: Book
    carts: tuple[Cart, ...]
    separable: bool = True
