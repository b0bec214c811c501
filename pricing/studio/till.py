"""A basket priced for the page: the quote, where its cards stand, who pays, why, and what would bring more.

Reads a `Bench` and a `Basket`; makes plain JSON. Amounts are text in major units.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pricing.api import Engine
from pricing.engine import Situation, places_within, scope_of
from pricing.language.loading.catalogue import Item
from pricing.model.cart import Cart, Line
from pricing.model.errors import CartError
from pricing.model.quote import NextStep, Quote, QuoteCharge, QuoteLine
from pricing.model.reason import Reason
from pricing.money import show
from pricing.studio.basket import Basket, basket_of, item_of, minor_of
from pricing.studio.bench import Bench

WHY = ("none", "refused", "all")
MOST_TRIED = 2_000
"""Goods that are looked at for one next step."""
MOST_UNITS = 20
"""More of one thing is not what a customer would add."""


def price(bench: Bench, given: Mapping[str, Any], why: str, language: str | None) -> dict[str, Any]:
    """The price of a basket, or why there is none: see `desk` (price)."""
    engine = bench.engine
    if engine is None:
        return {"mistakes": sum(item.is_error for item in bench.loaded.diagnostics)}
    try:
        basket = basket_of(bench, given)
        quote = engine.quote(basket.cart, basket.usage, basket.without)
        return _priced(bench, engine, basket, quote, why, language)
    except CartError as error:
        return {"problems": [{"what": one.what, "path": one.path} for one in error.problems]}


def _priced(
    bench: Bench, engine: Engine, basket: Basket, quote: Quote, why: str, language: str | None
) -> dict[str, Any]:
    document = quote.to_dict(why=why, units=True, language=language)
    reasons = quote.reasons(why) if why != "none" else None
    spoken = {saving.rule for entry in _entries(quote) for saving in entry.savings} | {use.rule for use in quote.used}
    for name in ("refused", "next_steps", "unclaimed", "earned"):
        spoken |= {entry["rule"] for entry in document.get(name, ())}
    spoken |= {entry.get("with", "") for entry in document.get("refused", ())} | set(document["bought"])
    made: dict[str, Any] = {
        "quote": document,
        "cart": dict(basket.json),
        "rules": _rules(bench, engine, sorted(spoken - {""}), quote.labels_in(language)),
        "titles": {line.id: line.title for line in basket.cart.lines if line.title},
        "shops": {name: title for line in basket.cart.lines
                  if (name := line.store) and (title := bench.catalogue.title("stores", name))},
        "payers": payers(quote),
        "kept": [{"rule": one.rule, "pieces": one.pieces, "known": one.known} for one in quote.kept],
    }  # fmt: skip
    if reasons is not None:
        made["near"] = _near(quote, document)
    if why == "all" and reasons is not None:
        made["adds"] = [_add(bench, engine, basket, step) for step in sorted(reasons.next_steps, key=_step_order)]
        made["account"] = _account(engine, quote)
    return made


def _entries(quote: Quote) -> Iterable[QuoteLine | QuoteCharge]:
    return [*quote.lines, *quote.shipping]


def _rules(bench: Bench, engine: Engine, names: Iterable[str], labels: Mapping[str, str]) -> dict[str, Any]:
    """Of each rule spoken of: what it is called and where its card stands."""
    found: dict[str, Any] = {}
    for name in names:
        planned = engine.plan.rules.find(name)
        if planned is None:
            continue
        rule = planned.rule
        found[name] = {
            "label": labels.get(name) or rule.label,
            "kind": rule.kind.value,
            "file": rule.place.file,
            "line": rule.place.line - 1,
        }
    return found


def payers(quote: Quote) -> list[dict[str, str]]:
    """Who pays how much of all savings: the platform, each payer, each seller; see `desk` (price)."""
    shares: dict[tuple[int, str, str], int] = {}
    for entry in _entries(quote):
        for saving in entry.savings:
            parts = [((0, "platform", ""), saving.platform), ((2, "seller", entry.store), saving.seller)]
            parts += [((1, who, ""), share) for who, share in saving.payers]
            for key, share in parts:
                shares[key] = shares.get(key, 0) + share
    return [
        {"who": who, "store": store, "amount": show(share, quote.currency)}
        for (_, who, store), share in sorted(shares.items())
        if share
    ]


def _near(quote: Quote, document: Mapping[str, Any]) -> list[bool]:
    """For each refusal of the document, whether it says anything to this customer (as a receipt chooses)."""
    held = {lot.rule for lot in quote.cart.wallet.coupons}
    held |= {code for code in quote.cart.codes if isinstance(code, str)}
    return [Reason(entry["reason"]).is_near or entry["rule"] in held for entry in document["refused"]]  # type: ignore[call-arg]


def _account(engine: Engine, quote: Quote) -> list[dict[str, Any]]:
    """The account of the goods and charges, sentence by sentence."""
    parts = engine.explain(quote).parts[: len(quote.lines) + len(quote.shipping)]
    return [{"title": part.title, "sentences": [each.text for each in part.sentences]} for part in parts]


# What to add


def _step_order(step: NextStep) -> tuple[str, str, str, str, int, int]:
    who = step.rule, step.store or "", step.sku or "", step.payment or ""
    return *who, step.missing or 0, step.missing_units or 0


def _add(bench: Bench, engine: Engine, basket: Basket, step: NextStep) -> dict[str, Any] | None:
    """What to put into the basket for a next step: the goods of the catalogue that come nearest; None where none fits."""
    if step.payment is not None:
        return {"payment": step.payment}
    currency = basket.cart.currency
    tried = [
        (item, minor)
        for item in bench.catalogue.items
        if step.store in (None, item.store) and step.sku in (None, item.sku) and (minor := minor_of(item, currency))
    ][:MOST_TRIED]
    if not tried:
        return None
    counted = _counted(engine, basket.cart, step.rule, [(item, minor) for item, minor in tried])
    best: tuple[int, int, str, str] | None = None
    for item, minor in counted:
        many = step.missing_units or -(-(step.missing or 0) // minor)
        if 0 < many <= MOST_UNITS:
            offer = (many * minor, many, item.sku, item.store)
            best = offer if best is None or offer < best else best
    if best is None:
        return None
    cost, many, sku, store = best
    found = item_of(bench, sku, store)
    title = bench.catalogue.title("skus", sku)
    return (
        {"sku": sku, "store": store, "quantity": many, "title": title, "cost": show(cost, currency)} if found else None
    )


def _counted(engine: Engine, cart: Cart, name: str, goods: list[tuple[Item, int]]) -> list[tuple[Item, int]]:
    """Those goods that the steps of a rule look at."""
    rule = engine.plan.rules.named(name).of(cart.currency)
    lines = [
        Line(item.sku, item.store, (minor, cart.currency), 1, f"{place:06}", item.categories, item.brand, item.tags)
        for place, (item, minor) in enumerate(goods)
    ]
    situation = Situation(engine.plan, Cart(cart.currency, cart.at, tuple(lines)), {}, frozenset())
    if rule.counts is None:
        return [goods[place] for place in scope_of(rule, situation)]
    places = places_within(rule.counts, situation, list(range(len(goods))))
    return [goods[place] for place in places_within(rule.counts_stores, situation, places)]
