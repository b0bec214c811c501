"""What a step can give: one file for each form of benefit (SPEC 4). `FORMS` names them all.

A form is frozen plain data and says everything about itself: how a card spells it, what it means in plain English,
and what it comes to on a cart. Between model and language | engine; imports only the model and money."""

from __future__ import annotations

from pricing.forms.amount import AmountOff
from pricing.forms.bundle import Bundle, Slot
from pricing.forms.each import AtEach, OffEach
from pricing.forms.form import Form
from pricing.forms.get import Get
from pricing.forms.groups import GroupsFor
from pricing.forms.lowered import Goods, Lowered, UnitBenefit
from pricing.forms.pay import PayInAll
from pricing.forms.plain import amount_of, share_of
from pricing.forms.share import ShareOff
from pricing.forms.ship import ShipAt, ShipFree
from pricing.forms.some import OffSome

FORMS: tuple[type[Form], ...] = (
    AmountOff,
    ShareOff,
    PayInAll,
    OffEach,
    OffSome,
    AtEach,
    GroupsFor,
    Get,
    Bundle,
    ShipFree,
    ShipAt,
)
"""All forms of benefit, in the order in which they are explained."""

__all__ = [
    "FORMS",
    "AmountOff",
    "AtEach",
    "Bundle",
    "Form",
    "Get",
    "Goods",
    "GroupsFor",
    "Lowered",
    "OffEach",
    "OffSome",
    "PayInAll",
    "ShareOff",
    "ShipAt",
    "ShipFree",
    "Slot",
    "UnitBenefit",
    "amount_of",
    "share_of",
]
