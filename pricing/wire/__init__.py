"""JSON at the door: carts and usage in, quotes out (INTERFACE: "Cart, JSON" and "Quote, JSON"; SPEC sections 1 and 7).

Reads what `json` makes of a text, or the text itself; makes `Cart`, `RuleUsage` and plain dictionaries.
"""

from pricing.model.doors import doors
from pricing.wire.cart import cart_from_dict, cart_from_json, cart_to_dict
from pricing.wire.decision import Decision, decision_from_dict, decision_to_dict, digest_of
from pricing.wire.fields import instant, json_from_text
from pricing.wire.quick import plain_cart
from pricing.wire.quote import quote_to_dict, quote_to_json
from pricing.wire.schema import cart_schema, quote_schema
from pricing.wire.usage import check_usage, usage_from_dict, usage_to_dict

__all__ = [
    "Decision",
    "cart_from_dict",
    "cart_from_json",
    "cart_schema",
    "cart_to_dict",
    "check_usage",
    "decision_from_dict",
    "decision_to_dict",
    "digest_of",
    "instant",
    "json_from_text",
    "plain_cart",
    "quote_schema",
    "quote_to_dict",
    "quote_to_json",
    "usage_from_dict",
    "usage_to_dict",
]

doors.cart_from_dict = cart_from_dict
doors.cart_to_dict = cart_to_dict
doors.quote_to_dict = quote_to_dict
doors.cart_schema = cart_schema
doors.quote_schema = quote_schema
