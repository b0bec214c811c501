"""Decisions in JSON: all that a quote was made of, so that the same rules give the same bytes again (docs/decision-log.md).

Whoever answers for others writes them, one on a line; whoever prices past orders reads them. In such a line stand besides
the instant, the route and the version of this package.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from attrs import frozen

from pricing.model.cart import Cart, RuleUsage
from pricing.model.errors import CartError, Problem, shown
from pricing.model.quote import Quote
from pricing.wire.cart import cart_from_dict, cart_to_dict
from pricing.wire.quote import quote_to_json
from pricing.wire.usage import usage_from_dict, usage_to_dict

WISHES = ("why", "units", "language")
"""What shapes the text of an answer, with the names that `quote_to_json` gives it."""


@frozen
class Decision:
    """A line, read back: what `engine.quote` and `quote_to_json` need for the same text, and its digest."""

    cart: Cart
    usage: dict[str, RuleUsage]
    without: tuple[str, ...]
    work: int
    """Steps that the quote was allowed."""
    wishes: dict[str, Any]
    rules: str
    """The fingerprint of the rules that were in force."""
    answer: str
    """`sha256:…` of the answer's UTF-8."""
    decision: str
    """The id that went out in `Pricing-Decision`; several quotes of one request share it."""
    place: int | None
    """Which cart of a batch it was, from 0."""


def digest_of(text: str) -> str:
    """What a decision keeps of an answer's text."""
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def decision_to_dict(
    quote: Quote,
    work: int,
    wishes: Mapping[str, Any] | None = None,
    *,
    customer: str | None = None,
    whole: bool = False,
) -> dict[str, Any]:
    """What was decided, without when and for whom; `customer` stands for the customer's id, `whole` adds the quote."""
    wishes = {name: wishes[name] for name in WISHES if name in wishes} if wishes is not None else {}
    wishes.setdefault("why", "none")
    text = quote_to_json(quote, **wishes)
    cart = cart_to_dict(quote.cart)
    if customer is not None:
        cart["customer"]["id"] = customer
    made = {
        "rules": quote.rules,
        "work": work,
        "query": wishes,
        "without": sorted(quote.without),
        "usage": usage_to_dict(dict(quote.usage), quote.currency),
        "cart": cart,
        "answer": digest_of(text),
    }
    return made | ({"quote": json.loads(text)} if whole else {})


def decision_from_dict(data: object) -> Decision:
    """A line of the log. Raises CartError with every problem as "what @ path"."""
    if not isinstance(data, dict):
        raise CartError([Problem(f"expected a decision, not {shown(data)}", "")])
    kinds = {"rules": str, "work": int, "query": dict, "without": list, "usage": dict, "cart": dict, "answer": str}
    wrong = [
        Problem("is missing or of another kind", name)
        for name, kind in kinds.items()
        if type(data.get(name)) is not kind
    ]
    if not wrong and not set(data["query"]) <= set(WISHES):
        wrong.append(Problem(f"knows {', '.join(WISHES)}", "query"))
    if wrong:
        raise CartError(wrong)
    cart = cart_from_dict(data["cart"])
    return Decision(
        cart,
        usage_from_dict(data["usage"], cart.currency),
        tuple(data["without"]),
        data["work"],
        data["query"],
        data["rules"],
        data["answer"],
        str(data.get("decision", "")),
        data["place"] if type(data.get("place")) is int else None,
    )
