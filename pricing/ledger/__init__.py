"""Who holds and used what: wallets, holds, uses, refunds. The only state of the product; an extra of the library.

`from pricing.ledger import Ledger`. Needs `pip install "promotion-pricing[ledger]"` (SQLite) or `[postgres]`.
"""

from importlib import import_module

try:
    import_module("sqlalchemy")
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(
        f"the ledger needs {error.name}: pip install 'promotion-pricing[ledger]' brings it", name=error.name
    ) from None

from pricing.ledger.books.findings import Finding
from pricing.ledger.books.owed import Owed, OwedReport
from pricing.ledger.books.report import RuleReport
from pricing.ledger.codes.codes import SingleCode, TooManyGuesses
from pricing.ledger.core import Holds
from pricing.ledger.errors import LedgerError, Shortage
from pricing.ledger.ledger import Ledger
from pricing.ledger.orders.checkout import Change, Checkout
from pricing.ledger.orders.orders import Order
from pricing.ledger.wallet.offers import Offer
from pricing.ledger.wallet.reading import Card, MyCoupons
from pricing.ledger.wallet.ways import Got

__all__ = [
    "Card",
    "Change",
    "Checkout",
    "Finding",
    "Got",
    "Holds",
    "Ledger",
    "LedgerError",
    "MyCoupons",
    "Offer",
    "Order",
    "Owed",
    "OwedReport",
    "RuleReport",
    "Shortage",
    "SingleCode",
    "TooManyGuesses",
]
