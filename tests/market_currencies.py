"""Random markets in three currencies, one without decimals and one with three, under three policies of several named
layers; and their rules as files whose cards have amounts in all three."""

from __future__ import annotations

import re
from fractions import Fraction
from random import Random
from typing import Any
from unittest.mock import patch

from attrs import evolve

from pricing.model.cart import Cart
from pricing.model.kind import ITEM_KINDS, LAYERS, Kind
from pricing.model.policy import Layer, Policy, PolicyLimit
from pricing.model.rulebook import RuleBook
from pricing.money import show
from tests.market_words import WORDS_KINDS, Words
from tests.markets import Market, start, with_words
from tests.oracle import Oracle
from tests.rule_text import book_text

CURRENCIES = ("USD", "JPY", "KWD")
TIMES = {"USD": 1, "JPY": 3, "KWD": 7}
"""What an amount is multiplied by, in minor units, so that no two currencies have the same figures."""


def _order(*layers: Kind | tuple[Kind, str]) -> tuple[Layer, ...]:
    return tuple([Layer(*one) if isinstance(one, tuple) else Layer(one) for one in layers])


POLICIES = (
    Policy(
        name="members",
        order=_order(
            Kind.FLASH_SALE, Kind.ITEM_DISCOUNT, (Kind.STORE_DISCOUNT, "member-price"), Kind.STORE_DISCOUNT,
            (Kind.STORE_DISCOUNT, "last-chance"), Kind.SELLER_COUPON, Kind.CROSS_STORE_DISCOUNT, Kind.SELECT_COUPON,
            Kind.PLATFORM_COUPON, (Kind.PROMO_CODE, "partner-code"), Kind.PROMO_CODE, Kind.FREE_SHIPPING,
            Kind.COIN_PAYMENT,
        ),
        gets="rounds",
        limits=(PolicyLimit(2, None, "order", codes=True),),
    ),
    Policy(
        name="coupons-first",
        order=_order(
            Kind.FLASH_SALE, Kind.ITEM_DISCOUNT, Kind.PLATFORM_COUPON, (Kind.SELLER_COUPON, "shop-gift"),
            Kind.SELLER_COUPON, Kind.SELECT_COUPON, (Kind.CROSS_STORE_DISCOUNT, "early"), Kind.PROMO_CODE,
            Kind.STORE_DISCOUNT, Kind.CROSS_STORE_DISCOUNT, (Kind.FREE_SHIPPING, "club-delivery"), Kind.FREE_SHIPPING,
            Kind.COIN_PAYMENT,
        ),
        measured_on="item-price", share_by="item-price", automatic="when-better", rounding="down",
    ),
    Policy(
        name="floors",
        order=_order(
            Kind.FLASH_SALE, Kind.ITEM_DISCOUNT, Kind.FREE_SHIPPING, (Kind.STORE_DISCOUNT, "bundles"),
            Kind.STORE_DISCOUNT, Kind.CROSS_STORE_DISCOUNT, (Kind.CROSS_STORE_DISCOUNT, "season"),
            Kind.SELLER_COUPON, (Kind.PLATFORM_COUPON, "bank"), Kind.PLATFORM_COUPON, Kind.SELECT_COUPON,
            Kind.PROMO_CODE, Kind.COIN_PAYMENT,
        ),
        overflow="void", remainder="lost", floor=Fraction(2, 5),
        limits=(PolicyLimit(1, Kind.SELLER_COUPON, "store"), PolicyLimit(1, None, "order", group="summer")),
    ),
)  # fmt: skip


class Layered(Words):
    """A market whose cards stand in the layers that its policy names."""

    def kind_words(self, kind: Kind, at_home: bool) -> dict[str, Any]:
        words = super().kind_words(kind, at_home)
        own = [layer.name for layer in self.policy.order if layer.kind is kind]
        if kind not in ITEM_KINDS and kind in LAYERS:
            words["layer"] = self.rng.choice(own)
        return words


def market(seed: int) -> Market:
    """The market of this seed: each currency under each policy in turn."""
    currency, policy = CURRENCIES[seed % 3], POLICIES[seed // 3 % 3]
    attempt = 0
    while True:
        rng = Random(f"currencies {seed} {attempt}")
        attempt += 1
        plain = start(rng, rng.randint(2, 5))
        if plain.currency != currency:
            continue
        worded = with_words(plain)
        worded.policy = policy
        worded.campaigns = [evolve(worded.campaigns[0])]
        draft = Layered(**{name: getattr(worded, name) for name in _FIELDS})
        kinds = rng.choices(list(WORDS_KINDS), list(WORDS_KINDS.values()), k=rng.randint(5, 12))
        for kind in sorted(kinds, key=lambda kind: kind not in ITEM_KINDS):
            draft.add(kind, 2000)
        made = draft.book(), draft.cart(), draft.usage
        if Oracle(*made).size() > 1:
            return made


_FIELDS = (
    "rng", "currency", "at", "lines", "shipping", "policy", "campaigns", "segments", "generous", "codes", "customer",
    "region", "payment",
)  # fmt: skip

_AMOUNT = re.compile(r"¤([0-9]+)¤")


def texts_of(book: RuleBook, *currencies: str) -> dict[str, str]:
    """The rules as files in these currencies: an amount of n minor units is TIMES[currency] × n in each."""
    marked = RuleBook(book.rules, book.policy, tuple([evolve(each, currency=currencies[0]) for each in book.campaigns]))
    with patch("tests.rule_text.show", lambda minor, _: f"¤{minor}¤"):
        texts = book_text(marked)
    head = f"  currency {currencies[0]}\n"
    return {
        name: _AMOUNT.sub(lambda found: _in_each(int(found[1]), currencies), text).replace(
            head, f"  currency {', '.join(currencies)}\n", 1
        )
        for name, text in texts.items()
    }


def _in_each(minor: int, currencies: tuple[str, ...]) -> str:
    return " | ".join([show(TIMES[currency] * minor, currency) for currency in currencies])


def in_currency(cart: Cart, currency: str) -> Cart:
    """The cart with its amounts, as minor units, in another currency."""

    def money(minor: int) -> tuple[int, str]:
        return minor * TIMES[currency], currency

    lines = [
        evolve(
            line, price=money(line.unit_price), floor=money(line.floor_minor) if line.floor_minor else None,
            was=None if line.was_minor is None else money(line.was_minor),
        )
        for line in cart.lines
    ]  # fmt: skip
    charges = [evolve(each, amount=money(each.minor)) for each in cart.shipping]
    return evolve(cart, currency=currency, lines=lines, shipping=charges)
