"""The routes as a table: the application and its OpenAPI page are both made of it."""

from __future__ import annotations

from typing import Any

from attrs import field, frozen

from pricing.service import shapes

CART, QUOTE, ANY = "Cart", "Quote", "Object"
"""Shapes that are not ours to declare: their schemas are the library's own."""

_FLAG = {"type": "boolean"}
_TEXT = {"type": "string", "maxLength": 200}
_MANY = {"type": "array", "items": _TEXT, "maxItems": 100}
WISHES = {"without": _MANY}
SHAPE = {**WISHES, "why": {"enum": ["none", "refused", "all"]}, "units": _FLAG, "language": _TEXT}
_ONE = ("campaign", "sku", "store", "price", "currency", "brand", "customer", "country", "channel", "region")
OFFER = dict.fromkeys(_ONE, _TEXT) | dict.fromkeys(("category", "tag", "segment"), _MANY)


@frozen
class Route:
    """One operation."""

    method: str
    path: str
    task: str
    """What a worker does for it; empty: the front does it."""
    says: str
    answer: Any
    body: Any = None
    scope: str = "quote"
    query: dict[str, Any] = field(factory=dict)
    writes: bool = False
    """Needs an Idempotency-Key."""
    optional: bool = False
    """The body may be left out."""


def _ledger(method: str, path: str, task: str, says: str, answer: Any, body: Any = None, **more: Any) -> Route:
    return Route(method, path, task, says, answer, body, "ledger", **{"writes": method == "POST", **more})


_WALLET, _ORDER, _CODES = "/v1/wallets/{customer}", "/v1/orders/{order}", "/v1/codes/{rule}"
STATES = {"type": "array", "items": {"enum": ["free", "held", "used", "void"]}, "maxItems": 4}

ROUTES = (
    Route("POST", "/v1/quote", "quote", "Price a cart.", QUOTE, CART, query=SHAPE),
    Route("POST", "/v1/quotes", "", "Price many carts: an array, or NDJSON; answers in order.", [ANY], [CART], query=SHAPE),
    Route("POST", "/v1/explain", "explain", "The account of a quote.", shapes.Explained, CART, query=WISHES),
    Route("GET", "/v1/rules", "", "The rules in force.", shapes.RulesNow),
    Route("POST", "/v1/rules/check", "check", "What is wrong with rule texts.", shapes.Checked, shapes.Texts, "rules"),
    Route("POST", "/v1/rules/reload", "", "Read the folder of rules again.", shapes.RulesNow, scope="rules"),
    Route("POST", "/ucp/discounts", "ucp", "Discounts for a UCP cart or checkout.", ANY, ANY),
    Route("POST", "/acp/discounts", "acp", "Discounts for an ACP cart or checkout.", ANY, ANY),
    _ledger("GET", "/v1/offers", "offers", "What to show beside a product or campaign.", [shapes.Offered], query=OFFER),
    _ledger("GET", _WALLET, "wallet", "What a customer holds.", shapes.Holdings),
    _ledger("POST", f"{_WALLET}/pick-ups", "pick-up", "Pick a coupon up.", shapes.Received, shapes.PickUp),
    _ledger("POST", f"{_WALLET}/exchanges", "exchange", "Trade coins.", shapes.Received, shapes.Exchange),
    _ledger("POST", f"{_WALLET}/grants", "grant", "Give pieces or coins.", shapes.Received, shapes.Grant),
    _ledger("POST", f"{_WALLET}/codes", "resolve", "What a customer typed, as a cart takes it.", shapes.Resolved,
            shapes.Typed, writes=False),
    _ledger("GET", _CODES, "codes", "Single codes of a rule.", shapes.CodePage, query={"state": STATES, "from": _TEXT}),
    _ledger("POST", f"{_CODES}/mint", "mint", "Make single codes.", shapes.Minted, shapes.Mint),
    _ledger("POST", f"{_CODES}/void", "void", "Take codes out of use.", shapes.Voided, shapes.Void),
    _ledger("POST", "/v1/checkout", "checkout", "Quote and reserve.", shapes.CheckedOut, shapes.CheckOut),
    _ledger("GET", _ORDER, "order", "An order.", shapes.Ordered),
    _ledger("POST", f"{_ORDER}/reserve", "reserve", "Reserve at this total.", shapes.CheckedOut, shapes.Reserve),
    _ledger("POST", f"{_ORDER}/verifying", "verifying", "The payment is being checked.", shapes.Ordered, shapes.OrderStep,
            optional=True),
    _ledger("POST", f"{_ORDER}/commit", "commit", "The order is paid.", shapes.Ordered, shapes.OrderStep, optional=True),
    _ledger("POST", f"{_ORDER}/settled", "settled", "Nobody returns it any more.", shapes.Ordered, shapes.OrderStep,
            optional=True),
    _ledger("POST", f"{_ORDER}/release", "release", "It is not paid.", shapes.Ordered, shapes.OrderStep, optional=True),
    _ledger("POST", f"{_ORDER}/refund", "refund", "Units come back.", shapes.PaidBack, shapes.Return),
    _ledger("POST", f"{_ORDER}/agreed", "agreed", "An amount agreed on.", shapes.PaidBack, shapes.Agreement),
    Route("GET", "/health/live", "", "Whether it runs.", shapes.Live, scope=""),
    Route("GET", "/health/ready", "", "Whether it has rules.", shapes.Live, scope=""),
)  # fmt: skip
