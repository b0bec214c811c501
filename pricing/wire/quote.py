"""Quotes in JSON, out only (INTERFACE: "Quote, JSON"; SPEC section 7)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from pricing.model.quote import NextStep, Quote, QuoteCharge, QuoteLine, Reasons, Refusal, Saving, Use, reasons_wanted
from pricing.money import show

Why = bool | str | Reasons | None
"""Which reasons: see `Quote.to_dict`."""


def quote_to_json(quote: Quote, why: Why = None, units: bool = False, language: str | None = None) -> str:
    """The quote as one line of JSON; equal quotes give equal bytes. As `Quote.to_dict`."""
    return json.dumps(quote_to_dict(quote, why, units, language), ensure_ascii=False)


def quote_to_dict(quote: Quote, why: Why = None, units: bool = False, language: str | None = None) -> dict[str, Any]:
    """The JSON object of a quote, keys in INTERFACE's order, amounts as text in major units. As `Quote.to_dict`.

    Reasons that are not asked for are left out: to work them out takes many times longer than to price, and empty lists
    would claim that there is nothing to tell. What the second edition added is left out when there is none of it.
    """
    currency, labels = quote.currency, quote.labels_in(language)
    return {
        "currency": currency,
        "list_total": show(quote.list_minor, currency),
        "item_total": show(sum([line.item for line in quote.lines]), currency),
        "goods_total": show(sum([line.pays for line in quote.lines]), currency),
        "shipping_total": show(sum([charge.pays for charge in quote.shipping]), currency),
        "savings_total": show(quote.list_minor - quote.total_minor, currency),
        "total": show(quote.total_minor, currency),
        "coins_spent": quote.coins_spent,
        "lines": [_line(line, currency, units) for line in sorted(quote.lines, key=lambda line: line.id)],
        "shipping": [_charge(charge, currency) for charge in sorted(quote.shipping, key=_charge_order)],
        "used": [_use(use, currency, labels) for use in sorted(quote.used, key=_use_order)],
        "bought": {
            bought.coupon: {"pieces": bought.pieces, "coins": bought.coins}
            for bought in sorted(quote.bought, key=lambda bought: bought.coupon)
        },
        **_told(quote),
        **_reasons(quote, why),
        "rules": quote.rules,
        "optimal": quote.optimal,
        "steps": quote.steps,
        "lower_bound": show(quote.lower_bound_minor, currency),
    }


def _line(line: QuoteLine, currency: str, units: bool) -> dict[str, Any]:
    made: dict[str, Any] = {
        "id": line.id,
        "sku": line.sku,
        "store": line.store,
        "quantity": line.quantity,
        "list": show(line.list, currency),
        "item": show(line.item, currency),
        "pays": show(line.pays, currency),
        "savings": _savings(line.savings, currency),
    }
    if units:
        made["units"] = [
            {"quantity": run.quantity, "pays": show(run.pays, currency), "savings": _savings(run.savings, currency)}
            for run in line.units
        ]
    return made


def _charge_order(charge: QuoteCharge) -> tuple[str, str, str]:
    return charge.store, charge.method, charge.id


def _charge(charge: QuoteCharge, currency: str) -> dict[str, Any]:
    made: dict[str, Any] = {"store": charge.store, "method": charge.method}
    if charge.id:
        made["id"] = charge.id
    return made | {
        "list": show(charge.list, currency),
        "pays": show(charge.pays, currency),
        "savings": _savings(charge.savings, currency),
    }


def _savings(savings: Iterable[Saving], currency: str) -> list[dict[str, Any]]:
    """In the order in which they were taken: it is the same for equal quotes, and tells how the price came about."""
    return [
        {"rule": saving.rule, "amount": show(saving.amount, currency), "funders": _funders(saving, currency)}
        for saving in savings
    ]


def _funders(saving: Saving, currency: str) -> dict[str, str]:
    shares = [("platform", saving.platform), *saving.payers, ("seller", saving.seller)]
    return {funder: show(share, currency) for funder, share in shares if share}


def _use_order(use: Use) -> tuple[str, str, str]:
    return use.rule, use.store or "", use.sku or ""


def _use(use: Use, currency: str, labels: Mapping[str, str]) -> dict[str, Any]:
    made: dict[str, Any] = {"rule": use.rule, "kind": str(use.kind), "store": use.store}
    if use.sku is not None:
        made["sku"] = use.sku
    made["pieces"] = use.pieces
    made["coins"] = use.coins
    made["amount"] = show(use.amount, currency)
    if label := labels.get(use.rule):
        made["label"] = label
    if use.because:
        made["because"] = list(use.because)
    return made


def _whose(rule: str, store: str | None, sku: str | None) -> dict[str, Any]:
    """What an entry is about: rule, store and, with `ladder per sku`, sku."""
    made: dict[str, Any] = {"rule": rule, "store": store}
    if sku is not None:
        made["sku"] = sku
    return made


def _told(quote: Quote) -> dict[str, Any]:
    """What is told only when there is some of it."""
    made: dict[str, Any] = {}
    if quote.unknown_codes:
        made["unknown_codes"] = list(quote.unknown_codes)
    if quote.unclaimed:
        made["unclaimed"] = [
            {"rule": each.rule, "store": each.store, "units": each.units, "skus": list(each.skus)}
            for each in quote.unclaimed
        ]
    if quote.earned:
        made["earned"] = [{"rule": each.rule, "coins": each.coins} for each in quote.earned]
    return made


def _reasons(quote: Quote, why: Why) -> dict[str, Any]:
    reasons, currency = reasons_wanted(quote, why), quote.currency
    if reasons is None:
        return {}
    refused = [_refusal(refusal, currency) for refusal in sorted(reasons.refused, key=_refusal_order)]
    if why == "refused":
        return {"refused": refused}
    steps = [_next_step(step, currency) for step in sorted(reasons.next_steps, key=_step_order)]
    return {"refused": refused, "next_steps": steps}


def _refusal_order(refusal: Refusal) -> tuple[str, ...]:
    return refusal.rule, refusal.store or "", refusal.sku or "", refusal.reason, refusal.clashes_with or ""


def _refusal(refusal: Refusal, currency: str) -> dict[str, Any]:
    made = _whose(refusal.rule, refusal.store, refusal.sku)
    made["reason"] = str(refusal.reason)
    if refusal.clashes_with is not None:
        made["with"] = refusal.clashes_with
    if refusal.total_with is not None:
        made["total_with"] = show(refusal.total_with, currency)
    if refusal.short_by is not None:
        made["short_by"] = show(refusal.short_by, currency)
    if refusal.short_units is not None:
        made["short_units"] = refusal.short_units
    if refusal.after:
        made["after"] = list(refusal.after)
    if refusal.total_without is not None:
        made["total_without"] = show(refusal.total_without, currency)
    return made


def _step_order(step: NextStep) -> tuple[str, str, str, str, int, int]:
    who = step.rule, step.store or "", step.sku or "", step.payment or ""
    return *who, step.missing or 0, step.missing_units or 0


def _next_step(step: NextStep, currency: str) -> dict[str, Any]:
    made = _whose(step.rule, step.store, step.sku)
    if step.payment is not None:
        made["payment"] = step.payment
    if step.missing is not None:
        made["missing"] = show(step.missing, currency)
    if step.missing_units is not None:
        made["missing_units"] = step.missing_units
    made["saves"] = show(step.saves, currency)
    return made
