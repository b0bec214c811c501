"""A quote as the ledger keeps it comes back as it was; what an order does not have takes no room in its document."""

from __future__ import annotations

import json

from attrs import evolve

from pricing.ledger.orders.stored import document_of, quote_of
from pricing.model.cart import Line, ShippingCharge, TypedCode
from pricing.model.quote import Earned, Saving
from tests.quotes import a_quote


def test_a_plain_quote_comes_back() -> None:
    quote = evolve(a_quote(), asked=None)
    document = json.loads(json.dumps(document_of(quote)))
    assert quote_of(document) == quote
    assert [len(document[name][0]) for name in ("lines", "shipping", "used")] == [8, 5, 6]
    assert "region" not in document["cart"] and "unknown_codes" not in document


def test_a_quote_with_everything_comes_back() -> None:
    quote = a_quote()
    usd = "USD"
    cart = evolve(
        quote.cart,
        lines=[
            Line("a", "s", (100, usd), 1, title="A", was=(0, usd), floor=(0, usd)),
            Line("b", "s", (1, usd), 1, was=(0, usd)),
        ],
        shipping=[ShippingCharge("s", "m", (100, usd), "parcel-1")],
        codes=["A", TypedCode("B-1", "mail")],
        region="US-CA",
        payment="card-x",
    )
    whole = evolve(
        quote,
        lines=(quote.lines[0]._replace(savings=(Saving("gift", 2320, 1000, (("bank-x", 320),)),)), quote.lines[1]),
        shipping=(quote.shipping[0]._replace(id="parcel-1"),),
        used=(quote.used[0]._replace(store="s", sku="a"), quote.used[1]._replace(because=("1", "2"))),
        unknown_codes=("XYZ",),
        earned=(Earned("club", 12), Earned("tea", 3, ("1", "2"))),
        cart=cart,
        asked=None,
    )
    assert quote_of(json.loads(json.dumps(document_of(whole)))) == whole
