"""A quote as the ledger keeps it: JSON with whole numbers, enough to pay back an order years later.

`document_of` and `quote_of` are each other's inverse, but for the quote's reasons, which an order does not need.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pricing.model.cart import Cart, Customer, Line, Lot, ShippingCharge, Wallet
from pricing.model.kind import Kind
from pricing.model.quote import Bought, KeptCoupon, Quote, QuoteCharge, QuoteLine, Saving, Use


def document_of(quote: Quote) -> dict[str, Any]:
    """The quote as JSON; lists stand for tuples, amounts are minor units."""
    return {
        "currency": quote.currency,
        "lines": [
            [line.id, line.sku, line.store, line.quantity, line.list, line.item, line.pays, _savings(line.savings)]
            for line in quote.lines
        ],
        "shipping": [
            [charge.store, charge.method, charge.list, charge.pays, _savings(charge.savings)]
            for charge in quote.shipping
        ],
        "used": [[use.rule, use.kind.value, use.store, use.pieces, use.coins, use.amount] for use in quote.used],
        "bought": [[one.coupon, one.pieces, one.coins, [list(trade) for trade in one.trades]] for one in quote.bought],
        "kept": [[one.rule, one.pieces, _spelled(one.expires)] for one in quote.kept],
        "coins_spent": quote.coins_spent,
        "rules": quote.rules,
        "optimal": quote.optimal,
        "steps": quote.steps,
        "lower_bound": quote.lower_bound_minor,
        "total": quote.total_minor,
        "labels": _labels(quote),
        "cart": cart_document(quote.cart),
    }


def _labels(quote: Quote) -> dict[str, str]:
    """The labels of the rules that the document names; the folder may have a million others."""
    names = {use.rule for use in quote.used} | {one.coupon for one in quote.bought} | {one.rule for one in quote.kept}
    names |= {exchange for one in quote.bought for exchange, _ in one.trades}
    return {name: quote.labels[name] for name in sorted(names) if name in quote.labels}


def cart_document(cart: Cart, wallet: bool = True) -> dict[str, Any]:
    """The cart as JSON, without the wallet when only what was asked for matters."""
    found: dict[str, Any] = {
        "currency": cart.currency,
        "at": cart.at.isoformat(),
        "lines": [
            [
                line.id,
                line.sku,
                line.store,
                line.unit_price,
                line.quantity,
                list(line.categories),
                line.brand,
                list(line.tags),
            ]
            for line in cart.lines
        ],
        "shipping": [[charge.store, charge.method, charge.minor] for charge in cart.shipping],
        "customer": [cart.customer.id, list(cart.customer.segments)],
        "channel": cart.channel,
        "country": cart.country,
        "codes": list(cart.codes),
    }
    if wallet:
        lots = [[lot.rule, lot.pieces, _spelled(lot.expires)] for lot in cart.wallet.coupons]
        found["wallet"] = [cart.wallet.coins, lots]
    return found


def quote_of(document: dict[str, Any]) -> Quote:
    """The quote that `document_of` kept."""
    cart = _cart(document["cart"])
    return Quote(
        currency=document["currency"],
        lines=tuple(_line(*line) for line in document["lines"]),
        shipping=tuple(_charge(*charge) for charge in document["shipping"]),
        used=tuple(Use(use[0], Kind(use[1]), *use[2:]) for use in document["used"]),
        bought=tuple(_bought(*one) for one in document["bought"]),
        kept=tuple(KeptCoupon(rule, pieces, _read(expires)) for rule, pieces, expires in document["kept"]),
        coins_spent=document["coins_spent"],
        rules=document["rules"],
        optimal=document["optimal"],
        steps=document["steps"],
        lower_bound_minor=document["lower_bound"],
        total_minor=document["total"],
        cart=cart,
        labels=document["labels"],
    )


def _line(
    one: str, sku: str, store: str, quantity: int, listed: int, item: int, pays: int, savings: list[list[Any]]
) -> QuoteLine:
    return QuoteLine(one, sku, store, quantity, listed, item, pays, _saved(savings))


def _charge(store: str, method: str, listed: int, pays: int, savings: list[list[Any]]) -> QuoteCharge:
    return QuoteCharge(store, method, listed, pays, _saved(savings))


def _bought(coupon: str, pieces: int, coins: int, trades: list[list[Any]]) -> Bought:
    return Bought(coupon, pieces, coins, tuple((name, times) for name, times in trades))


def _cart(kept: dict[str, Any]) -> Cart:
    currency = kept["currency"]
    coins, lots = kept["wallet"]
    return Cart(
        currency=currency,
        at=datetime.fromisoformat(kept["at"]),
        lines=[
            Line(
                id=one,
                sku=sku,
                store=store,
                price=(price, currency),
                quantity=quantity,
                categories=categories,
                brand=brand,
                tags=tags,
            )
            for one, sku, store, price, quantity, categories, brand, tags in kept["lines"]
        ],
        shipping=[
            ShippingCharge(store=store, method=method, amount=(amount, currency))
            for store, method, amount in kept["shipping"]
        ],
        customer=Customer(kept["customer"][0], kept["customer"][1]),
        channel=kept["channel"],
        country=kept["country"],
        wallet=Wallet(coins, [Lot(rule, pieces, _read(expires)) for rule, pieces, expires in lots]),
        codes=kept["codes"],
    )


def _savings(savings: tuple[Saving, ...]) -> list[list[Any]]:
    return [[saving.rule, saving.amount, saving.platform] for saving in savings]


def _saved(savings: list[list[Any]]) -> tuple[Saving, ...]:
    return tuple(Saving(*saving) for saving in savings)


def _spelled(expires: datetime | None) -> str | None:
    return None if expires is None else expires.isoformat()


def _read(expires: str | None) -> datetime | None:
    return None if expires is None else datetime.fromisoformat(expires)
