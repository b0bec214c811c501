"""The answer: what every line pays, who funds each saving, what was used and why the rest was not (SPEC section 7).

Made by `engine`, shown by `wire` (JSON) and `receipt` (text). Amounts are minor units of the quote's currency; `total`
and its sisters give py-money.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from pricing.model.cart import Cart
from pricing.model.kind import Kind
from pricing.money import to_money

if TYPE_CHECKING:
    from money.money import Money


@frozen(weakref_slot=False)
class Saving:
    """Money off one line (or one shipping charge) by one rule."""

    rule: str
    amount: int
    platform: int
    """What the platform pays of it; the seller (the line's store) pays the rest."""

    @property
    def seller(self) -> int:
        return self.amount - self.platform


@frozen(weakref_slot=False)
class QuoteLine:
    """What one line of the cart pays."""

    id: str
    sku: str
    store: str
    quantity: int
    list: int
    """List price times quantity."""
    item: int
    """Item price amount: after flash sales and item discounts."""
    pays: int
    savings: tuple[Saving, ...]
    """In the order in which they were taken; item rules included. list - savings = pays."""


@frozen
class QuoteCharge:
    """What one shipping charge costs."""

    store: str
    method: str
    list: int
    pays: int
    savings: tuple[Saving, ...]


@frozen(weakref_slot=False)
class Use:
    """A used application."""

    rule: str
    kind: Kind
    store: str | None
    """None: over the whole order."""
    pieces: int
    """Pieces of a coupon used; 0 for rules that have none."""
    coins: int
    """Coins that a coin payment cost."""
    amount: int
    """Its benefit: the sum of its savings."""


@frozen
class Bought:
    """Pieces of a coupon bought for coins by the way."""

    coupon: str
    pieces: int
    coins: int
    trades: tuple[tuple[str, int], ...]
    """Which exchange rules, how many times each."""


@frozen
class Refusal:
    """Why a rule was not used, with the numbers that its reason needs."""

    rule: str
    store: str | None
    reason: str
    short_by: int | None = None
    """`below-threshold`: minor units missing; for steps by units see `short_units`."""
    short_units: int | None = None
    clashes_with: str | None = None
    total_with: int | None = None
    """`beaten`, `clashes`: the best total had the rule been forced in. None: not asked for, or no such selection."""


@frozen
class NextStep:
    """What to add to reach the next step of an application, and what that would save in all."""

    rule: str
    store: str | None
    missing: int | None
    """Minor units of goods; None when the step counts units."""
    missing_units: int | None
    saves: int


@frozen(weakref_slot=False)
class KeptCoupon:
    """Pieces left in the wallet after this order."""

    rule: str
    pieces: int
    expires: datetime | None


@frozen
class Reasons:
    """What is worked out only when somebody asks."""

    refused: tuple[Refusal, ...] = ()
    next_steps: tuple[NextStep, ...] = ()


@frozen(weakref_slot=False)
class Quote:
    """The provably best permitted price of one cart."""

    currency: str
    lines: tuple[QuoteLine, ...]
    """Sorted by line id."""
    shipping: tuple[QuoteCharge, ...]
    """Sorted by store, then method."""
    used: tuple[Use, ...]
    """Sorted by rule, then store."""
    bought: tuple[Bought, ...]
    kept: tuple[KeptCoupon, ...]
    coins_spent: int
    rules: str
    """Fingerprint of the rules that priced it."""
    optimal: bool
    """False when the search hit its work limit; then `lower_bound_minor` says how low the best total could be."""
    steps: int
    lower_bound_minor: int
    total_minor: int
    """Goods and shipping, to pay."""
    cart: Cart = field(repr=False)
    _ask: Callable[[Quote], Reasons] = field(eq=False, repr=False)
    """Works out reasons; asked on demand, never by the hot path."""
    labels: Mapping[str, str] = field(factory=dict, eq=False, repr=False)
    """What customers call a rule, by rule name; a rule that is not named has no label."""

    @property
    def list_minor(self) -> int:
        """Goods and shipping before any saving."""
        return sum(line.list for line in self.lines) + sum(charge.list for charge in self.shipping)

    @property
    def total(self) -> Money:
        """What the customer pays for goods and shipping."""
        return to_money(self.total_minor, self.currency)

    @property
    def savings(self) -> Money:
        return to_money(self.list_minor - self.total_minor, self.currency)

    def reasons(self) -> Reasons:
        """`refused` and `next_steps` in one go: working them out costs more than the quote itself."""
        return self._ask(self)

    @property
    def refused(self) -> tuple[Refusal, ...]:
        """Every rule that looked at the cart and was not used, with its reason. Worked out anew on each call."""
        return self._ask(self).refused

    @property
    def next_steps(self) -> tuple[NextStep, ...]:
        return self._ask(self).next_steps

    def to_dict(self, why: bool = True) -> dict[str, Any]:
        """The JSON object of INTERFACE ("Quote, JSON"); amounts are strings in major units.

        Without `why` it has no `refused` and no `next_steps`, which take longer to work out than the price.
        """
        from pricing.wire import quote_to_dict

        return quote_to_dict(self, why)

    def receipt(self, why: bool = True) -> str:
        """The text a person reads; `why`: with the reasons for what was not used, and what to add."""
        from pricing.receipt import receipt

        return receipt(self, why)
