"""What the conditions of a card can ask: one table of facts (SPEC sections 1, 2 and 7).

A new condition is a row here, and a field of the cart where the data is new. The vocabulary, scopes and explanations of the
language read it; whoever matches carts against rules may. Imports the model only.
"""

from __future__ import annotations

from typing import Final

from attrs import frozen

from pricing.model.reason import Reason

LINE: Final = "line"
CHARGE: Final = "charge"
CHECKOUT: Final = "checkout"
"""Whom a fact is asked of: a line of the cart, a shipping charge, or the cart as a whole."""


@frozen
class Fact:
    """One word that a card asks with."""

    word: str
    """The first word of its line."""
    of: str
    """`line`, `charge` or `checkout`."""
    one: str
    """What one value of it is called."""
    english: str
    """How a sentence says it, with its values in `{}`."""
    says: str
    """Its row of the vocabulary."""
    example: str
    reason: Reason
    """Why a rule is refused where it does not hold."""
    field: str = ""
    """Of a fact of the checkout: the field of the cart that answers, a text; empty: the customer's segments do."""
    shape: str = ""
    """What its values look like where they are no names of our own: a regular expression; empty: any name."""
    shaped: str = ""
    """The same in words."""
    file: str = ""
    """The catalogue's file that lists its values; empty: none."""
    column: str = ""
    unknown: str = ""
    """The code under which a value that the catalogue does not have is told."""
    values: bool = True
    """Whether it takes values between commas."""
    single: bool = True
    """Whether what is asked has one value of it, so that two lines of a card can exclude each other."""


FACTS: Final[tuple[Fact, ...]] = (
    Fact(
        "customers", CHECKOUT, "customer segment", "in the segment {}", "for which customer segments",
        "customers new, vip", Reason.OTHER_CUSTOMER, file="segments.csv", column="segment", unknown="P0205",
        single=False,
    ),
    Fact(
        "countries", CHECKOUT, "country", "in {}", "for customers in which countries", "countries US, CA",
        Reason.OTHER_COUNTRY, field="country", shape="[A-Z]{2}",
        shaped="Countries are written with their two-letter code, such as US, CA or ES.",
    ),
    Fact(
        "regions", CHECKOUT, "region", "in the region {}", "for customers in which states or provinces",
        "regions US-CA, US-NY", Reason.OTHER_REGION, field="region", shape="[A-Z]{2}-[A-Z0-9]{1,3}",
        shaped="Regions are written with their country, as ISO 3166-2 does: US-CA, ES-CT.", file="regions.csv",
        column="region", unknown="P0249",
    ),
    Fact(
        "channels", CHECKOUT, "channel", "who come through {}", "through which channels", "channels app, web",
        Reason.OTHER_CHANNEL, field="channel", file="channels.csv", column="channel", unknown="P0251",
    ),
    Fact(
        "payments", CHECKOUT, "way to pay", "who pay with {}", "for which ways to pay", "payments card-x",
        Reason.OTHER_PAYMENT, field="payment", file="payments.csv", column="payment", unknown="P0250",
    ),
    Fact(
        "stores", LINE, "store", "sold by {}", "goods of which stores", "stores nova-home, luma-lights",
        Reason.NO_ITEM_IN_SCOPE, file="stores.csv", column="store", unknown="P0201",
    ),
    Fact(
        "categories", LINE, "category", "in the category {}", "goods in which categories, and everything under them",
        "categories home/kitchen", Reason.NO_ITEM_IN_SCOPE, file="categories.csv", column="category", unknown="P0202",
        single=False,
    ),
    Fact(
        "brands", LINE, "brand", "of the brand {}", "goods of which brands", "brands nova", Reason.NO_ITEM_IN_SCOPE,
        file="brands.csv", column="brand", unknown="P0203",
    ),
    Fact(
        "tags", LINE, "tag", "tagged {}", "goods with which tags", "tags organic", Reason.NO_ITEM_IN_SCOPE,
        single=False,
    ),
    Fact(
        "skus", LINE, "sku", "with the sku {}", "which goods", "skus NH-1001, NH-1002", Reason.NO_ITEM_IN_SCOPE,
        file="skus.csv", column="sku", unknown="P0204",
    ),
    Fact(
        "prices", LINE, "price", "of {} apiece", "goods whose list price lies between two amounts, both included",
        "prices from 20.00", Reason.NO_ITEM_IN_SCOPE, values=False, single=False,
    ),
    Fact(
        "reduced", LINE, "reduced", "that are reduced already", "goods with a struck price", "except reduced",
        Reason.NO_ITEM_IN_SCOPE, values=False,
    ),
    Fact(
        "methods", CHARGE, "method", "sent by {} shipping", "which ways of shipping", "methods standard",
        Reason.NO_ITEM_IN_SCOPE, file="methods.csv", column="method", unknown="P0252",
    ),
)  # fmt: skip
"""In the order in which they are explained."""

FACT_OF: Final = {fact.word: fact for fact in FACTS}
"""By first word."""

AUDIENCE_WORDS: Final = tuple([fact.word for fact in FACTS if fact.of == CHECKOUT])
GOODS_WORDS: Final = tuple([fact.word for fact in FACTS if fact.of != CHECKOUT and fact.values])
VALUE_WORDS: Final = tuple([fact.word for fact in FACTS if fact.values])
"""Words with values between commas."""
