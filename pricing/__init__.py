"""Prices a marketplace cart at the provably best permitted total, to the cent, and says why."""

from pricing import receipt, wire  # noqa: F401  # they hang themselves into the doors of the model
from pricing.api import Engine
from pricing.engine import agreed, refund
from pricing.model.cart import Cart, Customer, Line, Lot, RuleUsage, ShippingCharge, TypedCode, Usage, Wallet
from pricing.model.diagnostic import Diagnostic
from pricing.model.errors import CartError, Problem, RuleErrors
from pricing.model.quote import Quote, Reasons
from pricing.model.refund import Refund

__all__ = [
    "Cart",
    "CartError",
    "Customer",
    "Diagnostic",
    "Engine",
    "Line",
    "Lot",
    "Problem",
    "Quote",
    "Reasons",
    "Refund",
    "RuleErrors",
    "RuleUsage",
    "ShippingCharge",
    "TypedCode",
    "Usage",
    "Wallet",
    "agreed",
    "refund",
]
__version__ = "0.1.0"
