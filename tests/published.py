"""A published record said in the rule language: rule texts, a cart, and what should come out.

Reads a record of `scenarios/published/examples.json` (its README says what the fields mean); makes a `Said`. General on
purpose: it looks at forms, layers and policy words, never at which record it has. What the language has no words for
raises `NotSayable` with the reason; a form or word that nobody has thought about raises KeyError, and so fails a test.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from attrs import frozen

FOLDER = Path(__file__).parent / "scenarios" / "published"

Taken = dict[str, list[tuple[str, set[str]]]]
"""By layer, the exclusion group and the lines of each promotion so far."""

MARKETPLACES = {
    "AliExpress": "aliexpress",
    "Taobao": "taobao-tmall",
    "Tmall": "taobao-tmall",
    "JD": "jd",
    "Shopee": "shopee",
    "Lazada": "lazada",
}
"""By the first word of a record's platform. Others are priced under AliExpress's, which is also the engine's own."""

KINDS = {
    "item_discount": ("item discount",),
    "store_discount": ("store discount",),
    "seller_discount": ("store discount",),
    "buy_n_discount": ("store discount",),
    "bundle": ("store discount",),
    "store_coupon": ("seller coupon",),
    "product_coupon": ("seller coupon",),
    "cross_store_spend_save": ("cross-store discount",),
    "select_coupon": ("select coupon",),
    "shopping_coupon": ("platform coupon",),
    "category_coupon": ("platform coupon",),
    "platform_coupon": ("platform coupon",),
    "code": ("promo code",),
    "free_shipping": ("free shipping",),
    "coins": ("coin payment",),
    # Shops that know one layer only: offers on the same lines that do not exclude each other follow one another.
    "order_discount": ("store discount", "cross-store discount"),
    "coupon": ("platform coupon", "promo code"),
    # Layers that only forms without words have.
    "presale_deposit": ("",),
    "cashback_voucher": ("",),
}
"""What the language calls a layer."""

APPLIED_BY_ITSELF = {"seller coupon": "store discount", "platform coupon": "cross-store discount"}
"""A coupon that the customer cannot leave out is what the language calls a discount."""

SWITCHES: dict[tuple[str, str], tuple[str, str] | None] = {
    ("threshold_base", "running"): ("measured-on", "running"),
    ("threshold_base", "item_price"): ("measured-on", "item-price"),
    ("coin_base", "item_price"): ("measured-on", "item-price"),
    ("percent_base", "original_subtotal"): ("measured-on", "item-price"),
    ("refund", "paid_share"): ("refund", "paid-share"),
    ("refund", "recompute"): ("refund", "recompute"),
    ("exclusivity_unit", "line set"): None,  # rules of one kind share no line, and that is all
    ("selection", "fixed_order"): None,  # see APPLIED_BY_ITSELF
}
"""Policy words of a record, and the switch that says the same."""

NO_WORDS = {
    ("below_threshold", "scale"): "below its threshold a coupon gives a part; here a step is reached or not",
    ("rounding", "ceil each share of what is left"): "shares are rounded up one by one; here remainders decide",
    ("rounding", "last unit takes remainder"): "the last unit takes the odd cents; here remainders decide",
    ("rounding", "last line takes remainder"): "freight is shared over lines; here it stays a charge of its own",
    ("deposit_inflation", "item-level, reduces later thresholds"): "a deposit that counts as more than was paid",
}
"""Policy words that the language has no words for, and why."""

NO_FORM = {
    "deposit": "a deposit that counts as more than was paid",
    "cashback_percent": "coins earned by an order; the language only takes money off",
    "fixed_price": "one price for a set of different goods bought together",
}


class NotSayable(Exception):
    """The language has no words for a record; says what is missing."""


@frozen
class Said:
    """A record in the language."""

    texts: Mapping[str, str]
    cart: dict[str, Any]


def policy_text(platform: str, policy: Mapping[str, str]) -> str:
    """The marketplace's policy with the switches that the record names."""
    text = (FOLDER / MARKETPLACES.get(platform.split()[0], "aliexpress") / "policy.promo").read_text("utf-8")
    for word in policy.items():
        if word in NO_WORDS:
            raise NotSayable(NO_WORDS[word])
        switch = SWITCHES[word]
        if switch is not None:
            text, found = re.subn(rf"(?m)^(  set +{switch[0]} to ).*$", rf"\g<1>{switch[1]}", text)
            assert found == 1, switch
    return text


def said(record: dict[str, Any]) -> Said:
    """The record in the language. Raises NotSayable."""
    policy = policy_text(record["platform"], record["policy"])
    if any(line["unit_price"] is None for line in record["cart"]):
        raise NotSayable("the source gives no prices")
    cards = []
    wallet: dict[str, Any] = {"coupons": []}
    codes = []
    taken: Taken = {}
    for promotion in record["promotions"]:
        if promotion["form"] in NO_FORM:
            raise NotSayable(NO_FORM[promotion["form"]])
        lines = lines_of(promotion, record["cart"])
        kind = kind_of(promotion, lines, taken)
        if record["policy"].get("selection") == "fixed_order":
            kind = APPLIED_BY_ITSELF.get(kind, kind)
        cards.append(card(promotion, kind, lines, record["cart"]))
        if kind.endswith("coupon"):
            wallet["coupons"].append({"rule": promotion["id"], "pieces": promotion.get("coupons_held", 1)})
        if kind == "promo code":
            codes.append(promotion["id"])
        if kind == "coin payment":
            wallet["coins"] = promotion["balance"]
    head = f'campaign published "{record["id"]}"\n  currency {record["currency"]}\n  zone UTC\n'
    texts = {"policy.promo": policy, "campaigns/published.promo": "\n".join([head, *cards])}
    cart = {
        "currency": record["currency"],
        "at": "2024-06-18T12:00:00Z",
        "lines": [
            {
                "sku": line["line"],
                "store": line["store"],
                "price": line["unit_price"],
                "quantity": line["qty"],
            }
            for line in record["cart"]
        ],
        "wallet": wallet,
        "codes": codes,
    }
    if Decimal(record["shipping"]):
        cart["shipping"] = [{"store": record["cart"][0]["store"], "method": "standard", "amount": record["shipping"]}]
    return Said(texts, cart)


def lines_of(promotion: dict[str, Any], cart: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The lines of the cart that a promotion is for."""
    word, _, names = promotion["scope"].partition(":")
    by = {"all": "", "line": "line", "lines": "line", "store": "store", "stores": "store"}[word]
    return [line for line in cart if (line[by] in names.split(",") if by else line.get("eligible", True))]


def kind_of(promotion: dict[str, Any], lines: list[dict[str, Any]], taken: Taken) -> str:
    """What the language calls the promotion; the next kind of its layer when an earlier one is on the same lines."""
    kinds = list(KINDS[promotion["layer"]])
    mine = {line["line"] for line in lines}
    for group, others in taken.setdefault(promotion["layer"], []):
        if mine & others and not (group and group == promotion.get("group")):
            kinds.pop(0)
            if not kinds:
                raise NotSayable("two offers of one kind on the same lines, each on what the other leaves")
    taken[promotion["layer"]].append((promotion.get("group", ""), mine))
    return kinds[0]


def card(promotion: dict[str, Any], kind: str, lines: list[dict[str, Any]], cart: list[dict[str, Any]]) -> str:
    """One promotion as a card."""
    clauses = [*scope(promotion, kind, lines, cart), *gives(promotion, kind, lines)]
    return "\n".join([f"{kind} {promotion['id']}", *(f"  {clause}" for clause in clauses), ""])


def scope(
    promotion: dict[str, Any], kind: str, lines: list[dict[str, Any]], cart: list[dict[str, Any]]
) -> Iterator[str]:
    stores = sorted({line["store"] for line in lines})
    if kind == "seller coupon" and len(stores) != 1:
        raise NotSayable("a coupon of several sellers")
    if promotion["scope"] != "all" or kind == "seller coupon":
        yield f"stores {', '.join(stores)}"
    if promotion["scope"].startswith("line"):
        yield f"skus {', '.join(line['line'] for line in lines)}"
    elif len(lines) < len(cart) and promotion["scope"] == "all":
        yield f"except skus {', '.join(line['line'] for line in cart if line not in lines)}"
    if kind == "store discount" and len(stores) > 1:
        yield "ladder per order"


def gives(promotion: dict[str, Any], kind: str, lines: list[dict[str, Any]]) -> Iterator[str]:
    form = promotion["form"]
    if form == "price_override":
        for line in lines:
            yield f"price {line['line']} at {promotion['price']}"
    elif form == "every_amount_off":
        yield f"every {promotion['every']} take {promotion['amount']} off"
        if promotion.get("max_times"):
            yield f"at most {promotion['max_times'] * Decimal(promotion['amount'])} per order"
        if promotion.get("wallet"):
            yield f"at most {promotion['wallet']} per order"
    elif form == "amount_off" and kind == "select coupon":
        yield f"piece {promotion['amount']}"
        yield f"{step(promotion)}take {promotion['store_cap']} off"
        yield f"limit {promotion['max_coupons']} uses per order"
    elif form == "amount_off":
        yield f"{step(promotion)}take {promotion['amount']} off"
    elif form == "percent_off":
        cap = f", at most {promotion['cap']}" if promotion.get("cap") else ""
        yield f"{step(promotion)}take {promotion['percent']}% off{cap}"
    elif form == "tiers":
        for tier in promotion["tiers"]:
            yield f"{step(tier)}take {tier['amount'] if 'amount' in tier else tier['percent'] + '%'} off"
    elif form == "points":
        yield f"rate {promotion['rate']}"
        if promotion.get("max_percent"):
            yield f"at most {promotion['max_percent']}% per item"
    elif form == "shipping_off":
        yield f"spend {promotion['threshold']} ship free" if promotion.get("threshold") else "ship free"
        yield f"at most {promotion['max']} per order"
    else:
        raise KeyError(form)


def step(promotion: dict[str, Any]) -> str:
    """`spend ...`, `buy ...`, or nothing. A threshold that must be passed is one minor unit above it."""
    if promotion.get("min_qty"):
        return f"buy {promotion['min_qty']} "
    if not promotion.get("threshold"):
        return ""
    threshold = Decimal(promotion["threshold"])
    if promotion.get("threshold_op", ">=") == ">":
        threshold += Decimal(1).scaleb(threshold.as_tuple().exponent)  # type: ignore[arg-type]  # finite
    return f"spend {threshold} "
