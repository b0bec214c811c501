"""A quote made by hand, with something of everything, for the tests of what is written from quotes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

from attrs import evolve
from money.currency import Currency
from money.money import Money

from pricing.model.cart import Cart, Line, ShippingCharge
from pricing.model.kind import Kind
from pricing.model.quote import (
    Bought,
    KeptCoupon,
    NextStep,
    Quote,
    QuoteCharge,
    QuoteLine,
    Reasons,
    Refusal,
    Saving,
    Use,
)

SUMMER = timezone(timedelta(hours=-7))

LABELS = {
    "SUMMER15": "15% off, up to 20",
    "home-ships-free": "Free standard shipping over 35",
    "lamp-hour": "One-hour lamp sale",
    "nova-6-off-60": "Nova Home: 6 off 60",
    "nova-spend-more": "Spend more, save more at Nova Home",
    "select-summer": "Select coupon",
    "summer-coins": "Pay part with coins",
}

REASONS = Reasons(
    (
        Refusal("welcome-4", None, "not-held"),
        Refusal("peak-three", "peak-sport", "below-threshold", short_units=1),
        Refusal("nova-6-off-60", "nova-home", "clashes", clashes_with="SUMMER15", total_with=9098),
        Refusal("home-ships-free", "luma-lights", "below-threshold", short_by=404),
    ),
    (NextStep("peak-three", None, None, 1, 450), NextStep("home-ships-free", "luma-lights", 404, None, 450)),
)


def a_cart() -> Cart:
    def usd(amount: str) -> Money:
        return Money(amount, Currency.USD)

    return Cart(
        currency="USD",
        at=datetime(2026, 6, 20, 18, 30, tzinfo=SUMMER),
        lines=[Line("NH-1001", "nova-home", usd("45.00"), 2, "1"), Line("LL-100", "luma-lights", usd("30.96"), 1, "2")],
        shipping=[ShippingCharge("nova-home", "standard", usd("6.50"))],
    )


def a_quote(reasons: Reasons = REASONS, on_ask: Callable[[], object] = lambda: None, **parts: Any) -> Quote:
    """The quote; with other `reasons`, or other `parts` of `Quote`. `on_ask` is called whenever reasons are."""

    class Asked:
        def reasons(self, quote: Quote, why: str) -> Reasons:
            on_ask()
            return reasons

    quote = Quote(
        currency="USD",
        lines=(
            QuoteLine("1", "NH-1001", "nova-home", 2, 9000, 9000, 6680, (
                Saving("nova-spend-more", 1200, 0), Saving("select-summer", 400, 160), Saving("SUMMER15", 720, 720))),
            QuoteLine("2", "LL-100", "luma-lights", 1, 3096, 1999, 1499, (
                Saving("lamp-hour", 1097, 0), Saving("summer-coins", 500, 500))),
        ),
        shipping=(QuoteCharge("nova-home", "standard", 650, 0, (Saving("home-ships-free", 650, 0),)),),
        used=(
            Use("SUMMER15", Kind.PROMO_CODE, None, 0, 0, 720),
            Use("home-ships-free", Kind.FREE_SHIPPING, "nova-home", 0, 0, 650),
            Use("lamp-hour", Kind.FLASH_SALE, None, 0, 0, 1097),
            Use("nova-spend-more", Kind.STORE_DISCOUNT, "nova-home", 0, 0, 1200),
            Use("select-summer", Kind.SELECT_COUPON, "nova-home", 2, 0, 400),
            Use("summer-coins", Kind.COIN_PAYMENT, None, 0, 500, 500),
        ),
        bought=(Bought("select-summer", 2, 20, (("coins-for-select", 2),)),),
        kept=(KeptCoupon("welcome-4", 1, datetime(2026, 6, 25, tzinfo=SUMMER)),),
        coins_spent=520,
        rules="sha256:00",
        optimal=True,
        steps=41,
        lower_bound_minor=8179,
        total_minor=8179,
        cart=a_cart(),
        labels=LABELS,
        asked=Asked(),
    )  # fmt: skip
    return evolve(quote, **parts) if parts else quote
