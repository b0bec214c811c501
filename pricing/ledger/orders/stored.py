"""A quote as the ledger keeps it: JSON with whole numbers, enough to pay back an order years later.

What the second edition added stands at the end of its row, and only where there is some: older documents stay as they are.

`document_of` and `quote_of` are each other's inverse, but for the quote's reasons, which an order does not need.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pricing.model.cart import FACTS_OF_CART, Cart, Customer, Line, Lot, ShippingCharge, TypedCode, Wallet
from pricing.model.kind import Kind
from pricing.model.quote import Bought, Earned, KeptCoupon, Quote, QuoteCharge, QuoteLine, Saving, Use

_LATER_FACTS = tuple(name for name in FACTS_OF_CART if name not in ("channel", "country"))
"""Facts of the checkout that stand only where they are known."""


def document_of(quote: Quote) -> dict[str, Any]:
    """The quote as JSON; lists stand for tuples, amounts are minor units."""
    return {
        "currency": quote.currency,
        "lines": [
            [line.id, line.sku, line.store, line.quantity, line.list, line.item, line.pays, _savings(line.savings)]
            for line in quote.lines
        ],
        "shipping": [
            [charge.store, charge.method, charge.list, charge.pays, _savings(charge.savings), *_some(charge.id)]
            for charge in quote.shipping
        ],
        "used": [_use_document(use) for use in quote.used],
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
        **({"unknown_codes": list(quote.unknown_codes)} if quote.unknown_codes else {}),
        **({"earned": [[one.rule, one.coins, list(one.lines)] for one in quote.earned]} if quote.earned else {}),
    }


def _some(*values: Any) -> list[Any]:
    """The values, without the last ones that are empty."""
    found = list(values)
    while found and (found[-1] is None or found[-1] in ("", [])):
        found.pop()
    return found


def _use_document(use: Use) -> list[Any]:
    first = [use.rule, use.kind.value, use.store, use.pieces, use.coins, use.amount]
    return [*first, *_some(use.sku, list(use.because))]


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
                *_some(line.title, line.was_minor, line.floor_minor if line.floor is not None else None),
            ]
            for line in cart.lines
        ],
        "shipping": [[charge.store, charge.method, charge.minor, *_some(charge.id)] for charge in cart.shipping],
        "customer": [cart.customer.id, list(cart.customer.segments)],
        "channel": cart.channel,
        "country": cart.country,
        "codes": [code if isinstance(code, str) else [code.code, code.rule] for code in cart.codes],
        **{name: value for name in _LATER_FACTS if (value := getattr(cart, name))},
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
        used=tuple(_use(*use) for use in document["used"]),
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
        unknown_codes=tuple(document.get("unknown_codes", ())),
        earned=tuple(Earned(rule, coins, tuple(lines)) for rule, coins, lines in document.get("earned", ())),
    )


def _use(
    rule: str,
    kind: str,
    store: str | None,
    pieces: int,
    coins: int,
    amount: int,
    sku: str | None = None,
    because: Sequence[str] = (),
) -> Use:
    return Use(rule, Kind(kind), store, pieces, coins, amount, sku, tuple(because))


def _line(
    one: str, sku: str, store: str, quantity: int, listed: int, item: int, pays: int, savings: list[list[Any]]
) -> QuoteLine:
    return QuoteLine(one, sku, store, quantity, listed, item, pays, _saved(savings))


def _charge(store: str, method: str, listed: int, pays: int, savings: list[list[Any]], parcel: str = "") -> QuoteCharge:
    return QuoteCharge(store, method, listed, pays, _saved(savings), parcel)


def _bought(coupon: str, pieces: int, coins: int, trades: list[list[Any]]) -> Bought:
    return Bought(coupon, pieces, coins, tuple((name, times) for name, times in trades))


def _cart(kept: dict[str, Any]) -> Cart:
    currency = kept["currency"]
    coins, lots = kept["wallet"]
    return Cart(
        currency=currency,
        at=datetime.fromisoformat(kept["at"]),
        lines=[_cart_line(currency, *line) for line in kept["lines"]],
        shipping=[
            ShippingCharge(store, method, (amount, currency), *more)
            for store, method, amount, *more in kept["shipping"]
        ],
        customer=Customer(kept["customer"][0], kept["customer"][1]),
        channel=kept["channel"],
        country=kept["country"],
        wallet=Wallet(coins, [Lot(rule, pieces, _read(expires)) for rule, pieces, expires in lots]),
        codes=[code if isinstance(code, str) else TypedCode(*code) for code in kept["codes"]],
        **{name: kept[name] for name in _LATER_FACTS if name in kept},
    )


def _cart_line(
    currency: str,
    one: str,
    sku: str,
    store: str,
    price: int,
    quantity: int,
    categories: list[str],
    brand: str,
    tags: list[str],
    title: str = "",
    was: int | None = None,
    floor: int | None = None,
) -> Line:
    return Line(
        id=one,
        sku=sku,
        store=store,
        price=(price, currency),
        quantity=quantity,
        categories=categories,
        brand=brand,
        tags=tags,
        title=title,
        was=None if was is None else (was, currency),
        floor=None if floor is None else (floor, currency),
    )


def _savings(savings: tuple[Saving, ...]) -> list[list[Any]]:
    return [
        [saving.rule, saving.amount, saving.platform, *_some([list(payer) for payer in saving.payers])]
        for saving in savings
    ]


def _saved(savings: list[list[Any]]) -> tuple[Saving, ...]:
    return tuple(
        Saving(rule, amount, platform, tuple([(who, share) for payers in more for who, share in payers]))
        for rule, amount, platform, *more in savings
    )


def _spelled(expires: datetime | None) -> str | None:
    return None if expires is None else expires.isoformat()


def _read(expires: str | None) -> datetime | None:
    return None if expires is None else datetime.fromisoformat(expires)
