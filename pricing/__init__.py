"""Prices a marketplace cart at the provably best permitted total, to the cent, and says why."""

from pricing import receipt, wire  # noqa: F401  # they hang themselves into the doors of the model
from pricing.api import Engine
from pricing.model.cart import Cart, Customer, Line, Lot, RuleUsage, ShippingCharge, Usage, Wallet
from pricing.model.errors import CartError, RuleErrors
from pricing.model.quote import Quote

__all__ = [
    "Cart",
    "CartError",
    "Customer",
    "Engine",
    "Line",
    "Lot",
    "Quote",
    "RuleErrors",
    "RuleUsage",
    "ShippingCharge",
    "Usage",
    "Wallet",
]
__version__ = "0.1.0"
