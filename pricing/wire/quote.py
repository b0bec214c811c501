"""Quotes in JSON, out only (INTERFACE: "Quote, JSON"; SPEC section 7)."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from pricing.model.quote import NextStep, Quote, Reasons, Refusal, Saving, reasons_wanted
from pricing.money import show

Why = bool | str | Reasons | None
"""Which reasons: see `Quote.to_dict`."""


def quote_to_json(quote: Quote, why: Why = None) -> str:
    """The quote as one line of JSON; equal quotes give equal bytes. `why` as in `Quote.to_dict`."""
    return json.dumps(quote_to_dict(quote, why), ensure_ascii=False)


def quote_to_dict(quote: Quote, why: Why = None) -> dict[str, Any]:
    """The JSON object of a quote, keys in INTERFACE's order, amounts as text in major units. `why` as in `Quote.to_dict`.

    Reasons that are not asked for are left out: to work them out takes many times longer than to price, and empty lists
    would claim that there is nothing to tell.
    """
    currency = quote.currency
    goods = sum([line.pays for line in quote.lines])
    return {
        "currency": currency,
        "list_total": show(quote.list_minor, currency),
        "item_total": show(sum([line.item for line in quote.lines]), currency),
        "goods_total": show(goods, currency),
        "shipping_total": show(sum([charge.pays for charge in quote.shipping]), currency),
        "savings_total": show(quote.list_minor - quote.total_minor, currency),
        "total": show(quote.total_minor, currency),
        "coins_spent": quote.coins_spent,
        "lines": _lines(quote),
        "shipping": _charges(quote),
        "used": _used(quote),
        "bought": {
            bought.coupon: {"pieces": bought.pieces, "coins": bought.coins}
            for bought in sorted(quote.bought, key=lambda bought: bought.coupon)
        },
        **_reasons(quote, why),
        "rules": quote.rules,
        "optimal": quote.optimal,
        "steps": quote.steps,
        "lower_bound": show(quote.lower_bound_minor, currency),
    }


def _lines(quote: Quote) -> list[dict[str, Any]]:
    currency = quote.currency
    return [
        {
            "id": line.id,
            "sku": line.sku,
            "store": line.store,
            "quantity": line.quantity,
            "list": show(line.list, currency),
            "item": show(line.item, currency),
            "pays": show(line.pays, currency),
            "savings": _savings(line.savings, currency),
        }
        for line in sorted(quote.lines, key=lambda line: line.id)
    ]


def _charges(quote: Quote) -> list[dict[str, Any]]:
    currency = quote.currency
    return [
        {
            "store": charge.store,
            "method": charge.method,
            "list": show(charge.list, currency),
            "pays": show(charge.pays, currency),
            "savings": _savings(charge.savings, currency),
        }
        for charge in sorted(quote.shipping, key=lambda charge: (charge.store, charge.method))
    ]


def _savings(savings: Iterable[Saving], currency: str) -> list[dict[str, Any]]:
    """In the order in which they were taken: it is the same for equal quotes, and tells how the price came about."""
    return [
        {"rule": saving.rule, "amount": show(saving.amount, currency), "funders": _funders(saving, currency)}
        for saving in savings
    ]


def _funders(saving: Saving, currency: str) -> dict[str, str]:
    shares = (("platform", saving.platform), ("seller", saving.seller))
    return {funder: show(share, currency) for funder, share in shares if share}


def _used(quote: Quote) -> list[dict[str, Any]]:
    return [
        {
            "rule": use.rule,
            "kind": str(use.kind),
            "store": use.store,
            "pieces": use.pieces,
            "coins": use.coins,
            "amount": show(use.amount, quote.currency),
        }
        for use in sorted(quote.used, key=lambda use: (use.rule, use.store or ""))
    ]


def _reasons(quote: Quote, why: Why) -> dict[str, Any]:
    reasons, currency = reasons_wanted(quote, why), quote.currency
    if reasons is None:
        return {}
    refused = [_refusal(refusal, currency) for refusal in sorted(reasons.refused, key=_refusal_order)]
    if why == "refused":
        return {"refused": refused}
    steps = [_next_step(step, currency) for step in sorted(reasons.next_steps, key=_step_order)]
    return {"refused": refused, "next_steps": steps}


def _refusal_order(refusal: Refusal) -> tuple[str, str, str, str]:
    return refusal.rule, refusal.store or "", refusal.reason, refusal.clashes_with or ""


def _refusal(refusal: Refusal, currency: str) -> dict[str, Any]:
    made: dict[str, Any] = {"rule": refusal.rule, "store": refusal.store, "reason": refusal.reason}
    if refusal.clashes_with is not None:
        made["with"] = refusal.clashes_with
    if refusal.total_with is not None:
        made["total_with"] = show(refusal.total_with, currency)
    if refusal.short_by is not None:
        made["short_by"] = show(refusal.short_by, currency)
    if refusal.short_units is not None:
        made["short_units"] = refusal.short_units
    return made


def _step_order(step: NextStep) -> tuple[str, str, int, int]:
    return step.rule, step.store or "", step.missing or 0, step.missing_units or 0


def _next_step(step: NextStep, currency: str) -> dict[str, Any]:
    made: dict[str, Any] = {"rule": step.rule, "store": step.store}
    if step.missing is not None:
        made["missing"] = show(step.missing, currency)
    if step.missing_units is not None:
        made["missing_units"] = step.missing_units
    made["saves"] = show(step.saves, currency)
    return made
