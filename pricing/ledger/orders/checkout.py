"""Checkout: quote, reserve, and when something ran out in between, quote again and say what changed.

The engine takes a budget or a limit as there until it is gone; the ledger reserves exactly. When a reservation fails,
the rule that ran out is shown to the engine as used up, or the wallet as it is now, and the next best quote is tried.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from attrs import evolve, fields, frozen

from pricing.ledger.codes import codes
from pricing.ledger.core import Core, Quoter
from pricing.ledger.errors import LedgerError, Shortage
from pricing.ledger.orders.orders import Asked, Kept, Order, find, reserve
from pricing.ledger.orders.stored import cart_document
from pricing.ledger.store.instants import digest_of
from pricing.ledger.wallet.limits import ENDLESS
from pricing.ledger.wallet.reading import usage, wallet_for_cart
from pricing.model.cart import Cart, RuleUsage, TypedCode, Usage
from pricing.model.quote import Quote

_ATTEMPTS = 50
_USED_UP = RuleUsage(*[ENDLESS] * len(fields(RuleUsage)))


@frozen
class Change:
    """Why the price is not the one that was quoted first."""

    rule: str
    """Empty for coins."""
    of: str
    """What ran out; see `Shortage.of`."""
    left: int
    total_before: int
    """Minor units; what the quote that could not be kept came to."""
    total_after: int

    def __str__(self) -> str:
        name = f" of {self.rule}" if self.rule else ""
        return f"{self.of}{name} ran out ({self.left} left)"


@frozen
class Checkout:
    """A reserved order with the quote that it holds."""

    order: Order
    quote: Quote
    changes: tuple[Change, ...]
    """In the order in which they were met; empty when the first quote held."""


def checkout(core: Core, engine: Quoter, cart: Cart, order_id: str, without: Iterable[str] = ()) -> Checkout:
    """Prices the cart with the customer's wallet and usage as the ledger knows them; reserves the order at `cart.at`.

    What the cart itself says about the wallet is not believed. Repeated with the same order id it gives the same quote.
    """
    declined = tuple(without)
    fingerprint = digest_of(cart_document(cart, wallet=False), sorted(declined))
    kept = find(core, order_id)
    if kept is not None:
        return _known(kept, fingerprint)
    if any(isinstance(code, TypedCode) for code in cart.codes):
        codes.may_guess(core, cart.customer.id, cart.at)
    used_up: set[str] = set()
    met: list[tuple[Shortage, int]] = []
    for _ in range(_ATTEMPTS):
        now, counted = _situation(core, cart, used_up)
        quote = engine.quote(now, counted, without=declined)
        try:
            order = reserve(core, quote, order_id, cart.at, Asked(counted, declined, fingerprint))
        except Shortage as shortage:
            used_up |= _blamed(shortage, quote)
            met.append((shortage, quote.total_minor))
            continue
        except LedgerError as error:
            if error.code == "unknown-code":
                codes.guessed(core, cart.customer.id, cart.at)
            # The same checkout was faster, on another connection: then its answer is the answer.
            kept = find(core, order_id) if error.code == "order-taken" else None
            if kept is None:
                raise
            return _known(kept, fingerprint)
        totals = [*(total for _, total in met), quote.total_minor][1:]
        changes = (
            Change(short.rule, short.of, short.left, before, after)
            for (short, before), after in zip(met, totals, strict=True)
        )
        return Checkout(order, quote, tuple(changes))
    raise LedgerError("busy", "too much runs out at once; try again", f"order {order_id}")


def _known(kept: Kept, fingerprint: str) -> Checkout:
    """The answer to a repeated checkout."""
    where = f"order {kept.order.id}"
    if kept.asked.cart != fingerprint:
        raise LedgerError("order-taken", "this order was checked out with another cart", where)
    if kept.order.state == "released":
        raise LedgerError("released", "this order was released; check out under a new id", where)
    return Checkout(kept.order, kept.quote, ())


def _situation(core: Core, cart: Cart, used_up: Iterable[str]) -> tuple[Cart, Usage]:
    """The cart with the ledger's wallet, and usage in which some rules are used up; without their single codes."""
    customer = cart.customer.id
    gone = frozenset(used_up)
    found = dict(usage(core, customer, None, cart.at, cart.currency))
    found.update(dict.fromkeys(gone, _USED_UP))
    # A rule without a limit is never used up: it is its single code that cannot be had.
    codes = tuple(code for code in cart.codes if not isinstance(code, TypedCode) or code.rule not in gone)
    return evolve(cart, wallet=wallet_for_cart(core, customer, cart.at), codes=codes), found


def _blamed(shortage: Shortage, quote: Quote) -> set[str]:
    """The rules to show as used up next time. Coins and pieces are read anew from the wallet instead."""
    if shortage.of == "stock":
        # Pieces that coins were to buy: it is the exchanges that cannot be had.
        return {name for one in quote.bought if one.coupon == shortage.rule for name, _ in one.trades}
    return {shortage.rule} if shortage.rule and shortage.of != "pieces" else set()


Price = Callable[[Cart], int]


def goods_price(engine: Quoter, asked: Asked) -> Price:
    """What a cart's goods cost as the order was priced, minor units: for `refund to recompute`."""
    return lambda cart: sum(line.pays for line in engine.quote(cart, asked.usage, asked.without).lines)
