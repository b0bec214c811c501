"""What is paid back for returned units (SPEC section 8). Made by `engine.refund`, recorded by `ledger`.

Amounts are minor units of the quote's currency.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from pricing.model.cart import Lot
from pricing.money import to_money

if TYPE_CHECKING:
    from money.money import Money


def first_units(amount: int, quantity: int, units: int) -> int:
    """What the first `units` of `quantity` equal units have of an amount: the same each, and one minor unit more for
    each of the first ones until it is used up (SPEC 8, unit by unit)."""
    each, over = divmod(amount, quantity)
    return each * units + min(over, units)


@frozen
class RefundLine:
    """What one line of the order gets back."""

    id: str
    units: int
    """Units returned now; 0 for an agreed amount without a return."""
    cash: int
    """Minor units paid back."""
    coins: int
    """Coins paid back, for the share of the line that coins had paid."""


@frozen
class FunderShare:
    """What those who funded a rule need not fund any more, as the goods came back."""

    rule: str
    platform: int
    seller: int
    payers: tuple[tuple[str, int], ...] = ()
    """Others, as in ("bank-x", 120); sorted."""

    @property
    def amount(self) -> int:
        """What all of them together need not fund."""
        return self.platform + self.seller + sum([share for _, share in self.payers])


@frozen
class Refund:
    """The answer to one return."""

    currency: str
    lines: tuple[RefundLine, ...]
    """Sorted by line id; only lines that get or gave something back."""
    shipping: int
    """Minor units paid back for shipping, all charges together."""
    shipping_coins: int
    """Coins paid back for the part of shipping that coins had paid."""
    pieces: tuple[Lot, ...]
    """Pieces of coupons that come back, with their expiry; sorted by rule, then expiry (never last)."""
    expired: tuple[Lot, ...]
    """Pieces that would have come back but have expired; sorted likewise."""
    uses: tuple[tuple[str, int], ...]
    """(rule, uses) of coupons and codes that count as not used again; sorted. Expired ones are not among them."""
    funders: tuple[FunderShare, ...]
    """Sorted by rule."""
    charges: tuple[tuple[str, int], ...] = ()
    """What each charge gets back of `shipping` where it was named: (as in "nova-home/standard", minor units); sorted."""
    earned: tuple[tuple[str, int], ...] = ()
    """(rule, coins) that a reward had brought and that are taken back; sorted."""

    @property
    def cash(self) -> int:
        """Minor units paid back in all."""
        return sum(line.cash for line in self.lines) + self.shipping

    @property
    def total(self) -> Money:
        """What is paid back in all."""
        return to_money(self.cash, self.currency)

    @property
    def coins(self) -> int:
        """Coins paid back in all."""
        return sum(line.coins for line in self.lines) + self.shipping_coins

    @property
    def coupons(self) -> dict[str, int]:
        """Pieces that come back, by rule."""
        found: dict[str, int] = {}
        for lot in self.pieces:
            found[lot.rule] = found.get(lot.rule, 0) + lot.pieces
        return found
