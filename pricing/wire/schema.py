"""What carts and quotes look like in JSON, as JSON Schema 2020-12 (INTERFACE: "Cart, JSON" and "Quote, JSON").

For those who build requests or read answers in other languages. What a schema cannot say (decimals of a currency, ids that
are unique, dates that exist) is said by CartError. `docs/schemas` holds the same as files; a test keeps them equal.
"""

from __future__ import annotations

from typing import Any

from pricing.model.cart import MOST_CODES, MOST_COINS, MOST_LINES, MOST_LOTS, MOST_UNITS
from pricing.model.checked import MOST_TEXT
from pricing.model.kind import Kind
from pricing.model.reason import Reason

_DRAFT = "https://json-schema.org/draft/2020-12/schema"


def cart_schema() -> dict[str, Any]:
    """The schema of a cart."""
    return {
        "$schema": _DRAFT,
        "$id": "urn:promotion-pricing:cart",
        "title": "Cart",
        "description": "What a customer wants to buy. Amounts are text in major units, with no more decimals than the"
        " currency has.",
        **_record(
            {
                "currency": _text("ISO 4217 code.", pattern="^[A-Z]{3}$"),
                "at": _instant("The instant to price at, with its offset."),
                "customer": _record({"id": _text("", least=0), "segments": _texts("Names such as new, vip.")}, ()),
                "country": _text("", least=0),
                "region": _text("ISO 3166-2.", least=0),
                "channel": _text("", least=0),
                "payment": _text("How the customer pays.", least=0),
                "lines": _list(_ref("line"), MOST_LINES, least=1),
                "shipping": _list(_ref("charge"), MOST_LINES),
                "wallet": _record(
                    {"coins": _count(0, MOST_COINS), "coupons": _list(_ref("lot"), MOST_LOTS)},
                    (),
                    description="What the customer holds.",
                ),
                "codes": _list({"anyOf": [{"type": "string", "maxLength": MOST_TEXT}, _ref("code")]}, MOST_CODES)
                | {"description": "What the customer typed; a single code out of many with the rule found for it."},
            },
            ("currency", "at", "lines"),
        ),
        "$defs": {
            "amount": _amount("Major units, never negative."),
            "line": _record(
                {
                    "id": _text("Unique in the cart; the sku when not given."),
                    "sku": _text(""),
                    "store": _text(""),
                    "price": _ref("amount", "List price of one unit."),
                    "quantity": _count(1, MOST_UNITS),
                    "categories": _texts("Paths such as home/kitchen."),
                    "brand": _text("", least=0),
                    "tags": _texts(""),
                    "title": _text("What people call the item.", least=0),
                    "was": _or_null(_ref("amount", "The struck price of one unit.")),
                    "floor": _or_null(_ref("amount", "The least that one unit may cost.")),
                },
                ("sku", "store", "price", "quantity"),
            ),
            "charge": _record(
                {
                    "store": _text(""),
                    "method": _text(""),
                    "amount": _ref("amount"),
                    "id": _text("Tells charges of one store and method apart.", least=0),
                },
                ("store", "method", "amount"),
            ),
            "lot": _record(
                {
                    "rule": _text("The coupon's name."),
                    "pieces": _count(0, MOST_UNITS),
                    "expires": _or_null(_instant("The pieces can be used before this instant.")),
                },
                ("rule", "pieces"),
            ),
            "code": _record({"code": _text(""), "rule": _text("")}, ("code", "rule")),
        },
    }


def quote_schema() -> dict[str, Any]:
    """The schema of a quote, with or without reasons and units."""
    amount = _ref("amount")
    totals = ("list_total", "item_total", "goods_total", "shipping_total", "savings_total", "total")
    fields: dict[str, Any] = {"currency": _text("ISO 4217 code.", pattern="^[A-Z]{3}$")}
    fields |= dict.fromkeys(totals, amount)
    fields |= {
        "coins_spent": _count(0),
        "lines": _list(_ref("line")),
        "shipping": _list(_ref("charge")),
        "used": _list(_ref("use")),
        "bought": {
            "type": "object",
            "additionalProperties": _record({"pieces": _count(1), "coins": _count(0)}),
            "description": "Pieces of coupons bought for coins by the way, by coupon.",
        },
    }
    required = (*fields, "rules", "optimal", "steps", "lower_bound")
    fields |= {
        "unknown_codes": _texts("What was typed and belongs to no rule."),
        "unclaimed": _list(_ref("unclaimed")),
        "earned": _list(_record({"rule": _text(""), "coins": _count(0)})),
        "refused": _list(_ref("refusal")),
        "next_steps": _list(_ref("next_step")),
        "rules": _text("Fingerprint of the rules.", pattern="^sha256:"),
        "optimal": {"type": "boolean", "description": "False when the search hit its work limit."},
        "steps": _count(0),
        "lower_bound": _ref("amount", "No permitted total is lower."),
    }
    return {
        "$schema": _DRAFT,
        "$id": "urn:promotion-pricing:quote",
        "title": "Quote",
        "description": "The best permitted price of a cart. Amounts are text in major units. Fields that are not"
        " required are left out when there is nothing to tell, or when they were not asked for.",
        **_record(fields, required),
        "$defs": _quote_parts(amount),
    }


def _quote_parts(amount: dict[str, Any]) -> dict[str, Any]:
    """The parts of a quote, by name."""
    whose: dict[str, Any] = {
        "rule": _text(""),
        "store": _or_null(_text("null: over the whole order.")),
        "sku": _text(""),
    }
    savings = {"savings": _list(_ref("saving"))}
    return {
        "amount": _amount("Major units, never negative."),
        "saving": _record(
            {
                "rule": _text(""),
                "amount": amount,
                "funders": {
                    "type": "object",
                    "additionalProperties": amount,
                    "description": "Who pays for it: platform, seller, or a payer that the catalogue names.",
                },
            }
        ),
        "line": _record(
            {"id": _text(""), "sku": _text(""), "store": _text(""), "quantity": _count(1), "list": amount,
             "item": amount, "pays": amount, **savings, "units": _list(_ref("units"))},
            ("id", "sku", "store", "quantity", "list", "item", "pays", "savings"),
        ),
        "units": _record({"quantity": _count(1), "pays": amount, **savings}),
        "charge": _record(
            {"store": _text(""), "method": _text(""), "id": _text(""), "list": amount, "pays": amount, **savings},
            ("store", "method", "list", "pays", "savings"),
        ),
        "use": _record(
            whose
            | {"kind": {"enum": [str(kind) for kind in Kind]}, "pieces": _count(0), "coins": _count(0), "amount": amount,
               "label": _text("What customers call the rule."),
               "because": _texts("Ids of lines outside its scope whose units its step counted.")},
            ("rule", "kind", "store", "pieces", "coins", "amount"),
        ),
        "unclaimed": _record(
            {"rule": _text(""), "store": whose["store"], "units": _count(1), "skus": _texts("Empty: any in its scope.")}
        ),
        "refusal": _record(
            whose
            | {"reason": {"enum": [str(reason) for reason in Reason]}, "with": _text("Beside which rule it may not be."),
               "total_with": amount, "short_by": amount, "short_units": _count(1),
               "after": _texts("Used rules without which its step would be reached."),
               "total_without": amount},
            ("rule", "store", "reason"),
        ),
        "next_step": _record(
            whose | {"payment": _text(""), "missing": amount, "missing_units": _count(1), "saves": amount},
            ("rule", "store", "saves"),
        ),
    }  # fmt: skip


# Small things


def _record(fields: dict[str, Any], required: tuple[str, ...] | None = None, description: str = "") -> dict[str, Any]:
    """An object with these fields and no others; all of them required when nothing else is said."""
    made: dict[str, Any] = {"type": "object", "properties": fields, "additionalProperties": False}
    if needed := list(fields if required is None else required):
        made["required"] = needed
    return _described(made, description)


def _described(schema: dict[str, Any], description: str) -> dict[str, Any]:
    return schema | ({"description": description} if description else {})


def _ref(name: str, description: str = "") -> dict[str, Any]:
    return _described({"$ref": f"#/$defs/{name}"}, description)


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [schema, {"type": "null"}]}


def _list(of: dict[str, Any], most: int | None = None, least: int = 0) -> dict[str, Any]:
    made: dict[str, Any] = {"type": "array", "items": of}
    if least:
        made["minItems"] = least
    if most is not None:
        made["maxItems"] = most
    return made


def _text(description: str, least: int = 1, pattern: str = "") -> dict[str, Any]:
    made: dict[str, Any] = {"type": "string"}
    if pattern:
        made["pattern"] = pattern
    elif least:
        made["minLength"] = least
    made["maxLength"] = MOST_TEXT
    return _described(made, description)


def _texts(description: str) -> dict[str, Any]:
    return _described(_list(_text("")), description)


def _count(least: int, most: int | None = None) -> dict[str, Any]:
    return {"type": "integer", "minimum": least} | ({} if most is None else {"maximum": most})


def _amount(description: str) -> dict[str, Any]:
    return {"type": "string", "pattern": r"^(0|[1-9][0-9]*)(\.[0-9]+)?$", "description": description}


def _instant(description: str) -> dict[str, Any]:
    return {"type": "string", "format": "date-time", "description": description}
