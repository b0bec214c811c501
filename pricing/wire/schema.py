"""What carts and quotes look like in JSON, as JSON Schema 2020-12 (INTERFACE: "Cart, JSON" and "Quote, JSON").

For those who build requests or read answers in other languages. What a schema cannot say (decimals of a currency, ids that
are unique, dates that exist) is said by CartError. `docs/schemas` holds the same as files; a test keeps them equal.
"""

from __future__ import annotations

from typing import Any

from pricing.model.kind import Kind
from pricing.model.reason import Reason
from pricing.wire import schema_words as words
from pricing.wire.table import CART, PARTS

_DRAFT = "https://json-schema.org/draft/2020-12/schema"


def cart_schema() -> dict[str, Any]:
    """The schema of a cart, from the table of its fields."""
    return {
        "$schema": _DRAFT,
        "$id": "urn:promotion-pricing:cart",
        "title": "Cart",
        "description": "What a customer wants to buy. Amounts are text in major units, with no more decimals than the"
        " currency has.",
        **CART.schema(""),
        "$defs": {
            "amount": words.amount("Major units, never negative."),
            **{name: part.schema("") for name, part in PARTS.items()},
        },
    }


def quote_schema() -> dict[str, Any]:
    """The schema of a quote, with or without reasons and units."""
    amount = words.ref("amount")
    totals = ("list_total", "item_total", "goods_total", "shipping_total", "savings_total", "total")
    fields: dict[str, Any] = {"currency": words.text("ISO 4217 code.", pattern="^[A-Z]{3}$")}
    fields |= dict.fromkeys(totals, amount)
    fields |= {
        "coins_spent": words.count(0),
        "lines": words.many(words.ref("line")),
        "shipping": words.many(words.ref("charge")),
        "used": words.many(words.ref("use")),
        "bought": {
            "type": "object",
            "additionalProperties": words.record({"pieces": words.count(1), "coins": words.count(0)}),
            "description": "Pieces of coupons bought for coins by the way, by coupon.",
        },
    }
    required = (*fields, "rules", "optimal", "steps", "lower_bound")
    fields |= {
        "unknown_codes": words.texts("What was typed and belongs to no rule."),
        "unclaimed": words.many(words.ref("unclaimed")),
        "earned": words.many(words.record({"rule": words.text(""), "coins": words.count(0)})),
        "refused": words.many(words.ref("refusal")),
        "next_steps": words.many(words.ref("next_step")),
        "rules": words.text("Fingerprint of the rules.", pattern="^sha256:"),
        "optimal": {"type": "boolean", "description": "False when the search hit its work limit."},
        "steps": words.count(0),
        "lower_bound": words.ref("amount", "No permitted total is lower."),
    }
    return {
        "$schema": _DRAFT,
        "$id": "urn:promotion-pricing:quote",
        "title": "Quote",
        "description": "The best permitted price of a cart. Amounts are text in major units. Fields that are not"
        " required are left out when there is nothing to tell, or when they were not asked for.",
        **words.record(fields, required),
        "$defs": _quote_parts(amount),
    }


def _quote_parts(amount: dict[str, Any]) -> dict[str, Any]:
    """The parts of a quote, by name."""
    whose: dict[str, Any] = {
        "rule": words.text(""),
        "store": words.or_null(words.text("null: over the whole order.")),
        "sku": words.text(""),
    }
    savings = {"savings": words.many(words.ref("saving"))}
    return {
        "amount": words.amount("Major units, never negative."),
        "saving": words.record(
            {
                "rule": words.text(""),
                "amount": amount,
                "funders": {
                    "type": "object",
                    "additionalProperties": amount,
                    "description": "Who pays for it: platform, seller, or a payer that the catalogue names.",
                },
            }
        ),
        "line": words.record(
            {
                "id": words.text(""),
                "sku": words.text(""),
                "store": words.text(""),
                "quantity": words.count(1),
                "list": amount,
                "item": amount,
                "pays": amount,
                **savings,
                "units": words.many(words.ref("units")),
            },
            ("id", "sku", "store", "quantity", "list", "item", "pays", "savings"),
        ),
        "units": words.record({"quantity": words.count(1), "pays": amount, **savings}),
        "charge": words.record(
            {
                "store": words.text(""),
                "method": words.text(""),
                "id": words.text(""),
                "list": amount,
                "pays": amount,
                **savings,
            },
            ("store", "method", "list", "pays", "savings"),
        ),
        "use": words.record(
            whose
            | {
                "kind": {"enum": [str(kind) for kind in Kind]},
                "pieces": words.count(0),
                "coins": words.count(0),
                "amount": amount,
                "label": words.text("What customers call the rule."),
                "because": words.texts("Ids of lines outside its scope whose units its step counted."),
            },
            ("rule", "kind", "store", "pieces", "coins", "amount"),
        ),
        "unclaimed": words.record(
            {
                "rule": words.text(""),
                "store": whose["store"],
                "units": words.count(1),
                "skus": words.texts("Empty: any in its scope."),
            }
        ),
        "refusal": words.record(
            whose
            | {
                "reason": {"enum": [str(reason) for reason in Reason]},
                "with": words.text("Beside which rule it may not be."),
                "total_with": amount,
                "short_by": amount,
                "short_units": words.count(1),
                "after": words.texts("Used rules without which its step would be reached."),
                "total_without": amount,
            },
            ("rule", "store", "reason"),
        ),
        "next_step": words.record(
            whose | {"payment": words.text(""), "missing": amount, "missing_units": words.count(1), "saves": amount},
            ("rule", "store", "saves"),
        ),
    }
