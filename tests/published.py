"""A published record said in the rule language: rule texts, a cart, and what should come out.

Reads a record of `scenarios/published/examples.json` (its README says what the fields mean); makes a `Said`. General on
purpose: it looks at forms, layers, scopes and policy words, never at which record it has and never at what is expected
of it. What the language has no words for raises `NotSayable` with the reason; `test_published.py` lists those.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from attrs import field, frozen

FOLDER = Path(__file__).parent / "scenarios" / "published"

MARKETPLACES = {
    "AliExpress": "aliexpress",
    "Taobao": "taobao-tmall",
    "Tmall": "taobao-tmall",
    "JD": "jd",
    "JD.com": "jd",
    "Shopee": "shopee",
    "Lazada": "lazada",
}
"""By the first word of a record's platform. Others are priced in AliExpress's order, without its limits."""

KINDS = {
    "item_discount": ("item discount",),
    "flash_sale": ("flash sale",),
    "store_discount": ("store discount",),
    "seller_discount": ("store discount",),
    "buy_n_discount": ("store discount",),
    "bundle": ("store discount",),
    "store_coupon": ("seller coupon",),
    "product_coupon": ("seller coupon",),
    "cross_store_spend_save": ("cross-store discount",),
    "select_coupon": ("select coupon",),
    "shopping_coupon": ("platform coupon", "promo code"),
    "category_coupon": ("platform coupon", "promo code"),
    "platform_coupon": ("platform coupon", "promo code"),
    "code": ("promo code",),
    "free_shipping": ("free shipping",),
    "coins": ("coin payment",),
    # Shops that know one layer only: offers on the same lines that do not exclude each other follow one another.
    "order_discount": ("store discount", "cross-store discount"),
    "coupon": ("platform coupon", "promo code"),
    # Money off the item price for those who paid a deposit; the balance is what is left to pay.
    "presale_deposit": ("item discount",),
    "cashback_voucher": ("",),
}
"""What the language calls a layer, and the kinds that come after it for a second offer on the same lines."""

LAYER_WORDS = (
    ("ship", "free_shipping"), ("freight", "free_shipping"), ("coin", "coins"), ("point", "coins"), ("bean", "coins"),
    ("code", "code"), ("flash", "flash_sale"), ("item", "item_discount"), ("cross", "cross_store_spend_save"),
    ("allowance", "cross_store_spend_save"), ("select", "select_coupon"), ("bundle", "bundle"),
    ("platform", "platform_coupon"), ("red_packet", "platform_coupon"),
)  # fmt: skip
"""Parts of a layer's name that say enough, when the name as a whole is not known."""

BY_ITSELF = {
    "seller coupon": ("store discount", "cross-store discount"),
    "platform coupon": ("cross-store discount",),
    "promo code": ("cross-store discount",),
}
"""A coupon that the customer cannot leave out is what the language calls a discount."""

PARALLEL = ("item_price", "original", "original_price", "original_subtotal", "parallel", "list_price")
RUNNING = ("running", "sequential", "payable", "after_coupons", "after_discounts")
BASES = {
    **dict.fromkeys(PARALLEL, ("measured-on", "item-price")),
    **dict.fromkeys(RUNNING, ("measured-on", "running")),
}
SWITCHES: dict[str, Mapping[str, tuple[str, str] | None]] = {
    "threshold_base": BASES,
    "coin_base": BASES,
    "percent_base": BASES,
    "refund": {"paid_share": ("refund", "paid-share"), "recompute": ("refund", "recompute")},
    "exclusivity_unit": {"line set": None},  # rules of one kind share no line, and that is all
    "selection": {"fixed_order": None, "best": None},  # see BY_ITSELF
    "below_threshold": {"scale": None},  # see `scaled`
    "deposit_inflation": {"item-level, reduces later thresholds": None},  # see `deposit`
    "overflow": {"clamp": ("overflow", "clamp"), "void": ("overflow", "void")},
    "rounding": {
        "half_up": ("rounding", "half-up"),
        "down": ("rounding", "down"),
        "floor": ("rounding", "down"),
        # Where the odd cents of a share go has no switch; whether the figures come out all the same, the test says.
        "ceil each share of what is left": None,
        "last unit takes remainder": None,
        "last line takes remainder": None,
    },
}
"""Policy words of a record, and the switch that says the same; None: it needs none."""

STAND_IN_PRICE = "100.00"
"""Where the source gives no prices and prints no total: any price that its offers do not use up would do."""


class NotSayable(Exception):
    """The language has no words for a record; says what is missing."""


@frozen
class Said:
    """A record in the language."""

    texts: Mapping[str, str]
    cart: dict[str, Any]


@frozen
class Offer:
    """A promotion of a record, with the lines that it is for."""

    terms: dict[str, Any]
    lines: list[dict[str, Any]]
    kind: str
    combines: tuple[str, ...] = ()
    """Offers of the same kind on the same lines, which it goes with."""
    stores: frozenset[str] = field(init=False)
    skus: frozenset[str] = field(init=False)

    @stores.default
    def _stores(self) -> frozenset[str]:
        return frozenset(line["store"] for line in self.lines)

    @skus.default
    def _skus(self) -> frozenset[str]:
        return frozenset(line["line"] for line in self.lines)


def said(record: dict[str, Any], more_policy: str = "") -> Said:
    """The record in the language, perhaps with one more line in its policy. Raises NotSayable."""
    policy = policy_text(record["platform"], record["policy"]) + more_policy
    cart = priced_lines(record)
    offers = offers_of(record, cart)
    head = f'campaign published "{record["id"]}"\n  currency {record["currency"]}\n  zone UTC\n'
    cards = [card(offer, cart, record["policy"]) for offer in offers]
    return Said(
        {"policy.promo": policy, "campaigns/published.promo": "\n".join([head, *cards])},
        {
            "currency": record["currency"],
            "at": "2024-06-18T12:00:00Z",
            "lines": [
                {"sku": line["line"], "store": line["store"], "price": line["unit_price"], "quantity": line["qty"]}
                for line in cart
            ],
            "shipping": charges(record, offers),
            "wallet": {
                "coins": sum(coins(offer.terms) for offer in offers if offer.kind == "coin payment"),
                "coupons": [
                    {"rule": offer.terms["id"], "pieces": offer.terms.get("coupons_held", 1)}
                    for offer in offers
                    if offer.kind.endswith("coupon")
                ],
            },
            "codes": [offer.terms["id"] for offer in offers if offer.kind == "promo code"],
        },
    )


def policy_text(platform: str, policy: Mapping[str, str]) -> str:
    """The marketplace's policy with the switches that the record names."""
    folder = MARKETPLACES.get(platform.split(maxsplit=1)[0])
    text = (FOLDER / (folder or "aliexpress") / "policy.promo").read_text("utf-8")
    if folder is None:
        text = re.sub(r"(?m)^  limit .*\n", "", text)
    switched: dict[str, str] = {}
    for word, value in policy.items():
        if value not in SWITCHES.get(word, {}):
            raise NotSayable(f"the policy word {word}: {value}")
        switch = SWITCHES[word][value]
        if switch is None:
            continue
        if switched.setdefault(*switch) != switch[1]:
            raise NotSayable("thresholds, percentages and coins measured on different amounts")
        text, found = re.subn(rf"(?m)^(  set +{switch[0]} to ).*$", rf"\g<1>{switch[1]}", text)
        assert found == 1, switch
    return text


def priced_lines(record: dict[str, Any]) -> list[dict[str, Any]]:
    """The lines of the cart, with a price each."""
    if all(line["unit_price"] is not None for line in record["cart"]):
        return list(record["cart"])
    if record["expected"].get("total") is not None:
        raise NotSayable("the source gives no prices")
    return [{**line, "unit_price": line["unit_price"] or STAND_IN_PRICE} for line in record["cart"]]


def charges(record: dict[str, Any], offers: list[Offer]) -> list[dict[str, str]]:
    """The record's one shipping charge, of the store that ships free when a single one does."""
    if not Decimal(record["shipping"]):
        return []
    free = [offer for offer in offers if offer.kind == "free shipping" and len(offer.stores) == 1]
    store = min(free[0].stores) if free else record["cart"][0]["store"]
    return [{"store": store, "method": "standard", "amount": record["shipping"]}]


# Which kind of card


def offers_of(record: dict[str, Any], cart: list[dict[str, Any]]) -> list[Offer]:
    """The promotions of a record, those that go first in front. An offer that takes nothing off is none."""
    found: list[Offer] = []
    for terms in sorted(record["promotions"], key=lambda terms: terms.get("priority", 0)):
        if terms["form"] == "fixed_price":
            raise NotSayable("one price for a set of different goods bought together")
        if terms["form"] != "cashback_percent":  # what an order earns does not change what it costs
            found.append(offer_of(terms, lines_of(terms, cart), found, record["policy"]))
    return found


def lines_of(terms: dict[str, Any], cart: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The lines of the cart that a promotion is for."""
    word, _, names = terms["scope"].partition(":")
    by = {"all": "", "line": "line", "lines": "line", "store": "store", "stores": "store"}[word]
    named = [line for line in cart if not by or line[by] in names.split(",")]
    return [line for line in named if by == "line" or line.get("eligible", True)]


def offer_of(
    terms: dict[str, Any], lines: list[dict[str, Any]], others: list[Offer], policy: Mapping[str, str]
) -> Offer:
    """The offer as the first kind of its layer that no offer on the same lines has taken."""
    mine = {line["line"] for line in lines}
    group = terms.get("group", "")
    rivals = [other for other in others if other.skus & mine and not (group and group == other.terms.get("group"))]
    kinds = kinds_of(terms, lines, policy)
    for kind in kinds:
        if not any(other.kind == kind for other in rivals):
            return Offer(terms, lines, kind)
    beside = [other for other in rivals if other.kind == kinds[-1]]
    # Two offers of one layer both look at the amounts before it: right where all do, and where nobody needs to look.
    if kinds[-1].endswith(("sale", "item discount")) or not (
        any(value in PARALLEL for value in policy.values())
        or all(plain(offer) for offer in [terms, *(other.terms for other in beside)])
    ):
        raise NotSayable("two offers of one kind on the same lines, each on what the other leaves")
    return Offer(terms, lines, kinds[-1], tuple(other.terms["id"] for other in beside))


def plain(terms: dict[str, Any]) -> bool:
    """So much off, and no threshold."""
    return terms["form"] == "amount_off" and not step(terms)


def kinds_of(terms: dict[str, Any], lines: list[dict[str, Any]], policy: Mapping[str, str]) -> tuple[str, ...]:
    """What the language calls the layer of a promotion."""
    layer = terms["layer"]
    if layer not in KINDS:
        layer = next((known for part, known in LAYER_WORDS if part in layer), layer)
    if layer not in KINDS:
        raise NotSayable(f"a layer called {layer}")
    kinds = KINDS[layer]
    stores = {line["store"] for line in lines}
    if kinds[0] in ("item discount", "flash sale") and not for_each_unit(terms, lines):
        kinds = ("store discount",)
    if kinds[0] == "seller coupon" and len(stores) != 1:
        kinds = ("platform coupon",)
    return BY_ITSELF.get(kinds[0], kinds) if policy.get("selection") == "fixed_order" else kinds


def for_each_unit(terms: dict[str, Any], lines: list[dict[str, Any]]) -> bool:
    """Whether an item rule can say it: something off every unit, whatever else is in the cart."""
    if any(terms.get(word) for word in ("threshold", "min_qty", "tiers", "every")):
        return False
    return terms["form"] != "amount_off" or all(line["qty"] == 1 for line in lines)


# What stands in the card


def card(offer: Offer, cart: list[dict[str, Any]], policy: Mapping[str, str]) -> str:
    """One promotion as a card."""
    clauses = [*scope(offer, cart), *gives(offer, policy)]
    if offer.combines:
        clauses.append(f"combines with {', '.join(offer.combines)}")
    return "\n".join([f"{offer.kind} {offer.terms['id']}", *(f"  {clause}" for clause in clauses), ""])


def scope(offer: Offer, cart: list[dict[str, Any]]) -> Iterator[str]:
    word = offer.terms["scope"]
    if word != "all" or offer.kind == "seller coupon":
        yield f"stores {', '.join(sorted(offer.stores))}"
    if word.startswith("line"):
        yield f"skus {', '.join(sorted(offer.skus))}"
    else:
        near = [line["line"] for line in cart if word == "all" or line["store"] in offer.stores]
        out = [name for name in near if name not in offer.skus]
        if out:
            yield f"except skus {', '.join(out)}"
    if offer.kind in ("store discount", "free shipping") and len(offer.stores) > 1:
        yield "ladder per order"


def gives(offer: Offer, policy: Mapping[str, str]) -> Iterator[str]:
    """The lines that say what an offer gives. Raises NotSayable."""
    terms, form = offer.terms, offer.terms["form"]
    if form not in FORMS:
        raise NotSayable(f"the form {form}")
    if terms.get("min_qty") and terms.get("threshold"):
        raise NotSayable("a threshold of money and one of pieces at once")
    if form == "amount_off" and offer.kind == "select coupon":
        yield from pieces(terms)
    elif form == "amount_off" and policy.get("below_threshold") == "scale" and terms.get("threshold"):
        yield scaled(terms)
    else:
        yield from FORMS[form](offer)


def amount_off(offer: Offer) -> Iterator[str]:
    yield f"{step(offer.terms)}take {offer.terms['amount']} off"


def amount_off_each(offer: Offer) -> Iterator[str]:
    """Off every unit."""
    terms = offer.terms
    if offer.kind in ("item discount", "flash sale"):
        yield f"take {terms['amount']} off"
        return
    if step(terms):
        raise NotSayable("so much off each unit, from a threshold on")
    yield f"every 1 items take {terms['amount']} off"


def every(offer: Offer) -> Iterator[str]:
    terms = offer.terms
    yield f"every {terms['every']} take {terms['amount']} off"
    caps = [Decimal(terms[word]) for word in ("wallet", "cap") if terms.get(word)]
    if terms.get("max_times"):
        caps.append(terms["max_times"] * Decimal(terms["amount"]))
    if caps:
        yield f"at most {min(caps)} per order"


def percent_off(offer: Offer) -> Iterator[str]:
    yield f"{step(offer.terms)}take {benefit(offer.terms)}"


def tiers(offer: Offer) -> Iterator[str]:
    if offer.kind == "select coupon":
        yield f"piece {offer.terms.get('amount') or min(Decimal(tier['amount']) for tier in offer.terms['tiers'])}"
    for tier in offer.terms["tiers"]:
        yield f"{step({**offer.terms, **tier})}take {benefit(tier)}"


def price_override(offer: Offer) -> Iterator[str]:
    for line in offer.lines:
        yield f"price {line['line']} at {offer.terms['price']}"


def pieces(terms: dict[str, Any]) -> Iterator[str]:
    """A select coupon of which several count, up to the store's cap."""
    most = terms.get("max_coupons") or terms.get("coupons_held", 1)
    yield f"piece {terms['amount']}"
    yield f"{step(terms)}take {terms.get('store_cap') or most * Decimal(terms['amount'])} off"
    if terms.get("max_coupons"):
        yield f"limit {terms['max_coupons']} uses per order"


def scaled(terms: dict[str, Any]) -> str:
    """Below its threshold a coupon gives its part: a percentage that ends at the amount says just that."""
    share = Fraction(terms["amount"]) / Fraction(terms["threshold"]) * 100
    if 10**6 % share.denominator:
        raise NotSayable("a part of a coupon that is no percentage")
    return f"take {Decimal(share.numerator) / share.denominator}% off, at most {terms['amount']}"


def coin_payment(offer: Offer) -> Iterator[str]:
    terms = offer.terms
    if in_parts_of_a_unit(offer):
        raise NotSayable("coins that are spent in whole units only")
    yield f"rate {terms['rate']}"
    if terms.get("max_percent"):
        yield f"at most {terms['max_percent']}% per item"
    if terms.get("cap"):
        yield f"at most {terms['cap']} per order"


def in_parts_of_a_unit(offer: Offer) -> bool:
    """Whether a percentage, and not the balance, cuts the coins somewhere inside a unit."""
    unit, percent = int(offer.terms.get("unit") or 1), offer.terms.get("max_percent")
    worth = re.fullmatch(r"([0-9]+) coins = ([0-9.]+)", offer.terms["rate"])
    assert worth is not None, offer.terms["rate"]
    if unit == 1 or not percent:
        return False
    goods = sum(Fraction(line["unit_price"]) * line["qty"] for line in offer.lines)
    most = goods * Fraction(percent) / 100 * int(worth[1]) / Fraction(worth[2])
    return bool(coins(offer.terms) > most and most % unit != 0)


def coins(terms: dict[str, Any]) -> int:
    """The coins that can be spent of a balance: whole units only."""
    balance, unit = int(terms["balance"]), int(terms.get("unit") or 1)
    return balance - balance % unit


def shipping_off(offer: Offer) -> Iterator[str]:
    terms = offer.terms
    if terms.get("amount") or terms.get("percent"):
        yield f"{step(terms)}take {benefit(terms)}"
    else:
        yield f"{step(terms)}ship free"
    if terms.get("max"):
        yield f"at most {terms['max']} per order"


def deposit(offer: Offer) -> Iterator[str]:
    """A deposit that counts as more than was paid takes the difference off the item price."""
    if offer.kind != "item discount":
        raise NotSayable("one deposit for several units")
    yield f"take {Decimal(offer.terms['counts_as']) - Decimal(offer.terms['deposit'])} off"


FORMS = {
    "amount_off": amount_off,
    "amount_off_each": amount_off_each,
    "every_amount_off": every,
    "percent_off": percent_off,
    "tiers": tiers,
    "price_override": price_override,
    "points": coin_payment,
    "shipping_off": shipping_off,
    "deposit": deposit,
}
"""How each form is said."""


def benefit(terms: dict[str, Any]) -> str:
    """`5.00 off`, `15% off, at most 20.00`."""
    if terms.get("amount"):
        return f"{terms['amount']} off"
    return f"{terms['percent']}% off" + (f", at most {terms['cap']}" if terms.get("cap") else "")


def step(terms: dict[str, Any]) -> str:
    """`spend ...`, `buy ...`, or nothing. A threshold that must be passed is one minor unit above it."""
    if terms.get("min_qty"):
        return f"buy {terms['min_qty']} "
    if not Decimal(terms.get("threshold") or 0):
        return ""
    threshold = Decimal(terms["threshold"])
    if terms.get("threshold_op", ">=") == ">":
        threshold += Decimal(1).scaleb(threshold.as_tuple().exponent)  # type: ignore[arg-type]  # finite
    return f"spend {threshold} "
