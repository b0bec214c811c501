"""What a customer wants to buy, and what is known of earlier uses (SPEC section 1).

Built by a caller from py-money amounts, or by `wire` from JSON; read by `engine.match`. Amounts are kept in minor
units. Whatever way a cart is built, it is checked here, once: what reaches the engine is sound.
"""

from __future__ import annotations

import typing
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import chain
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from attrs import Factory, field, fields, frozen

from pricing.model import checked
from pricing.model.checked import MOST_TEXT, Amount, count_problems, list_problems, text_problem
from pricing.model.doors import doors
from pricing.model.errors import CartError, Problem, shown
from pricing.money import LARGEST, AmountError, decimals, to_money

if TYPE_CHECKING:
    from money.money import Money

MOST_UNITS = 1_000_000
"""No line may ask for more units, and no wallet hold more pieces."""
MOST_COINS = 10**12
MOST_LINES = 10_000
"""No cart may have more lines or charges; no list of texts in it more entries."""
MOST_CODES = 1_000
"""No cart may come with more codes."""
MOST_LOTS = 10_000
"""No wallet may hold more lots of coupons."""
MOST_USES = 10**15
"""No count of earlier uses may be higher."""


@frozen
class Line:
    """A row of the cart: some units of one sku."""

    sku: str
    store: str
    _price: Amount = field(converter=checked.price, alias="price")
    """List price of one unit: given as `price`, a py-money `Money`."""
    quantity: int
    id: str = field(default=Factory(lambda line: line.sku, takes_self=True))
    """Unique in the cart; the sku when not given."""
    categories: tuple[str, ...] = field(default=(), converter=checked.entries)
    """Paths such as `home/kitchen`."""
    brand: str = ""
    tags: tuple[str, ...] = field(default=(), converter=checked.entries)
    title: str = ""
    """What people call the item."""
    _was: Amount | None = field(default=None, converter=checked.struck, alias="was")
    """The struck price of one unit, given as `was`; above `price` it says that the line is reduced."""
    _floor: Amount | None = field(default=None, converter=checked.floor, alias="floor")
    """The least that one unit may cost, given as `floor`."""

    @property
    def price(self) -> Money:
        """List price of one unit."""
        return to_money(*self._price)

    @property
    def unit_price(self) -> int:
        """List price of one unit in minor units."""
        return self._price[0]

    @property
    def currency(self) -> str:
        """The currency of its price; the cart's, or the cart refuses it."""
        return self._price[1]

    @property
    def was(self) -> Money | None:
        """The struck price of one unit; None when it has none."""
        return None if self._was is None else to_money(*self._was)

    @property
    def was_minor(self) -> int | None:
        """The struck price of one unit in minor units; None when it has none."""
        return None if self._was is None else self._was[0]

    @property
    def floor(self) -> Money | None:
        """The least that one unit may cost; None when it may cost anything."""
        return None if self._floor is None else to_money(*self._floor)

    @property
    def floor_minor(self) -> int:
        """The least that one unit may cost in minor units; 0 when it may cost anything."""
        return 0 if self._floor is None else self._floor[0]

    @property
    def is_reduced(self) -> bool:
        """Whether its struck price is above its list price (SPEC 1)."""
        return self._was is not None and self._was[0] > self._price[0]


@frozen
class ShippingCharge:
    """What a store charges for sending its goods by one method."""

    store: str
    method: str
    _amount: Amount = field(converter=checked.charge, alias="amount")
    """Given as `amount`, a py-money `Money`."""
    id: str = ""
    """Tells charges of one store and method apart (parcels)."""

    @property
    def amount(self) -> Money:
        """What it costs before any saving."""
        return to_money(*self._amount)

    @property
    def minor(self) -> int:
        """The charge in minor units."""
        return self._amount[0]

    @property
    def currency(self) -> str:
        """The currency of its amount; the cart's, or the cart refuses it."""
        return self._amount[1]


@frozen
class Customer:
    """Who buys."""

    id: str = ""
    segments: tuple[str, ...] = field(default=(), converter=checked.entries)
    """Names such as `new`, `vip`."""


@frozen
class Lot:
    """Pieces of one coupon that expire together."""

    rule: str
    pieces: int
    expires: datetime | None = field(default=None, converter=checked.settled)
    """Aware; the pieces can be used before this instant. None: never expires."""


@frozen
class TypedCode:
    """A single code out of many, with the rule that the ledger found for it."""

    code: str = field(converter=checked.typed_code)
    rule: str


@frozen
class Wallet:
    """What the customer holds."""

    coins: int = 0
    coupons: tuple[Lot, ...] = field(default=(), converter=checked.entries)


@frozen
class Cart:
    """One checkout. Raises CartError, with every problem and its path, when the parts do not fit together."""

    currency: str
    at: datetime = field(converter=checked.settled)
    """The instant to price at; aware. A zone becomes the offset that it has at that instant."""
    lines: tuple[Line, ...] = field(converter=checked.entries)
    shipping: tuple[ShippingCharge, ...] = field(default=(), converter=checked.entries)
    customer: Customer = Customer()
    channel: str = ""
    country: str = ""
    wallet: Wallet = Wallet()
    codes: tuple[str | TypedCode, ...] = field(default=(), converter=checked.typed)
    """What the customer typed, without what stands around it; an empty code is none."""
    region: str = ""
    """ISO 3166-2."""
    payment: str = ""
    """How the customer pays."""

    def __attrs_post_init__(self) -> None:
        problems = list(_problems(self))
        if problems:
            raise CartError(problems)

    @classmethod
    def from_dict(cls, data: object) -> Cart:
        """The cart of a JSON object (INTERFACE: "Cart, JSON"). Raises CartError with every problem as "what @ path"."""
        made: Cart = doors.cart_from_dict(data)
        return made

    def to_dict(self) -> dict[str, Any]:
        """The JSON object that `from_dict` reads back to an equal cart."""
        return doors.cart_to_dict(self)

    @staticmethod
    def json_schema() -> dict[str, Any]:
        """JSON Schema 2020-12 of what `from_dict` reads; also the file docs/schemas/cart.json."""
        return doors.cart_schema()


FACTS_OF_CART = tuple(each.name for each in fields(Cart) if each.default == "")
"""Names of the fields that are plain text and may be empty: what is known of the checkout besides its lines."""
_facts_of = attrgetter(*FACTS_OF_CART)


@frozen
class RuleUsage:
    """Earlier uses of one rule, as counted by whoever keeps the ledger. Raises CartError for what is no count."""

    customer: int = 0
    """Uses by this customer."""
    today: int = 0
    total: int = 0
    spent: int = 0
    """Money given so far, minor units."""
    items_customer: int = 0
    """Units this customer bought at the rule's price."""
    spent_today: int = 0
    """Money given today, minor units. Days are those of the campaign's zone."""
    customer_day: int = 0
    """Uses by this customer today."""
    customer_week: int = 0
    """This week, from Monday."""
    customer_month: int = 0
    items_total: int = 0
    """Units sold at the rule's price in total."""

    def __attrs_post_init__(self) -> None:
        problems = [
            problem
            for each in fields(RuleUsage)
            for problem in count_problems(getattr(self, each.name), 0, MOST_USES, each.name)
        ]
        if problems:
            raise CartError(problems)


NO_USAGE = RuleUsage()

Usage = typing.Mapping[str, RuleUsage]
Usage.__doc__ = (
    "What earlier orders used, by rule name: a mapping to `RuleUsage`. A rule it does not name was not used."
)


def _problems(cart: Cart) -> Iterator[Problem]:
    """Everything that makes the parts of a cart unfit for each other."""
    wrong = list(_type_problems(cart))
    if wrong:
        yield from wrong  # and nothing else: the other checks would stumble over it
        return
    yield from _text_problems(cart)
    known = False
    try:
        decimals(cart.currency)
        known = True
    except AmountError as error:
        yield Problem(str(error), "currency")
    except TypeError:
        pass  # not a text, which has been said
    yield from _at_problems(cart.at)
    yield from _line_problems(cart, known)
    yield from _charge_problems(cart, known)
    yield from _wallet_problems(cart.wallet)


def _type_problems(cart: Cart) -> Iterator[Problem]:
    """Parts that are not what they should be, and lists that are too long to look into."""
    if type(cart.customer) is not Customer:
        yield Problem(f"expected a Customer, not {shown(cart.customer)}", "customer")
    if type(cart.wallet) is not Wallet:
        yield Problem(f"expected a Wallet, not {shown(cart.wallet)}", "wallet")
    lists: list[tuple[str, object, tuple[type, ...], int]] = [
        ("lines", cart.lines, (Line,), MOST_LINES),
        ("shipping", cart.shipping, (ShippingCharge,), MOST_LINES),
        ("codes", cart.codes, (str,), MOST_CODES),
        ("customer.segments", getattr(cart.customer, "segments", ()), (str,), MOST_LINES),
        ("wallet.coupons", getattr(cart.wallet, "coupons", ()), (Lot,), MOST_LOTS),
    ]
    for path, found, expected, most in lists:
        yield from list_problems(path, found, expected, most)
    for place, line in enumerate(cart.lines if type(cart.lines) is tuple else ()):
        if type(line) is Line and not type(line.categories) is type(line.tags) is tuple:
            yield from list_problems(f"lines[{place}].categories", line.categories, (str,), MOST_LINES)
            yield from list_problems(f"lines[{place}].tags", line.tags, (str,), MOST_LINES)


def _text_problems(cart: Cart) -> Iterator[Problem]:
    """Names that are empty, too long or not to be shown: one look at all of them together, one by one when needed."""
    needed = [cart.currency, *cart.customer.segments, *[lot.rule for lot in cart.wallet.coupons]]
    optional = [cart.customer.id, *_facts_of(cart)]
    for code in cart.codes:
        needed += (code.code, code.rule) if type(code) is TypedCode else (code,)  # type: ignore[arg-type]
    for line in cart.lines:
        needed += (line.sku, line.store, line.id, *line.categories, *line.tags)
        optional += (line.brand, line.title)
    for charge in cart.shipping:
        needed += (charge.store, charge.method)
        optional.append(charge.id)
    try:
        every = "".join(chain(needed, optional))
        longest = max(map(len, chain(needed, optional)))
        if longest <= MOST_TEXT and every.isprintable() and all(needed):
            return
    except TypeError:
        pass  # something is not text: the look one by one says what
    for path, value, may_be_empty in _texts(cart):
        what = text_problem(value, may_be_empty=may_be_empty)
        if what is not None:
            yield Problem(what, path)


def _texts(cart: Cart) -> Iterator[tuple[str, object, bool]]:
    """Every name in the cart: its path, itself, and whether it may be empty."""
    yield "currency", cart.currency, False
    for name in FACTS_OF_CART:
        yield name, getattr(cart, name), True
    yield "customer.id", cart.customer.id, True
    yield from _each("customer.segments", cart.customer.segments)
    for place, line in enumerate(cart.lines):
        path = f"lines[{place}]"
        yield f"{path}.id", line.id, False
        yield f"{path}.sku", line.sku, False
        yield f"{path}.store", line.store, False
        yield f"{path}.brand", line.brand, True
        yield f"{path}.title", line.title, True
        yield from _each(f"{path}.categories", line.categories)
        yield from _each(f"{path}.tags", line.tags)
    for place, charge in enumerate(cart.shipping):
        yield f"shipping[{place}].store", charge.store, False
        yield f"shipping[{place}].method", charge.method, False
        yield f"shipping[{place}].id", charge.id, True
    for place, lot in enumerate(cart.wallet.coupons):
        yield f"wallet.coupons[{place}].rule", lot.rule, False
    for place, code in enumerate(cart.codes):
        if type(code) is TypedCode:
            yield f"codes[{place}].code", code.code, False
            yield f"codes[{place}].rule", code.rule, False
        else:
            yield f"codes[{place}]", code, False


def _each(path: str, values: tuple[str, ...]) -> Iterator[tuple[str, object, bool]]:
    for place, value in enumerate(values):
        yield f"{path}[{place}]", value, False


def _at_problems(at: object) -> Iterator[Problem]:
    if not isinstance(at, datetime) or at.utcoffset() is None:
        yield Problem("needs an offset, as in 2026-06-20T18:30:00-07:00", "at")
    elif not 1970 <= at.year <= 9998:  # so that every zone on earth can show it
        yield Problem(f"must be in the years 1970 to 9998, not {at.year}", "at")


def _line_problems(cart: Cart, known: bool) -> Iterator[Problem]:
    """Of the lines; amounts are only compared with a currency that is `known`."""
    if not cart.lines:
        yield Problem("a cart has at least one line", "lines")
    seen: dict[object, int] = {}
    total = 0
    for place, line in enumerate(cart.lines):
        first = seen.setdefault(line.id if isinstance(line.id, str) else place, place)
        if first != place:
            what = f"the id {shown(line.id)} is taken by lines[{first}]; a line without an id takes its sku"
            yield Problem(what, f"lines[{place}].id")
        price, quantity = line.unit_price, line.quantity
        if price < 0 or (known and line.currency != cart.currency):
            yield from _amount_problems(line._price, cart.currency, f"lines[{place}].price")
        if line._was is not None:
            yield from _amount_problems(line._was, cart.currency if known else "", f"lines[{place}].was")
        if line._floor is not None:
            yield from _amount_problems(line._floor, cart.currency if known else "", f"lines[{place}].floor")
        if type(quantity) is not int or not 1 <= quantity <= MOST_UNITS:
            yield from count_problems(quantity, 1, MOST_UNITS, f"lines[{place}].quantity")
        elif price * quantity >= LARGEST:
            yield Problem("price times quantity is too large for an amount", f"lines[{place}]")
        else:
            total += price * quantity
    if total + sum(charge.minor for charge in cart.shipping) >= LARGEST:
        yield Problem("all together costs too much for an amount", "lines")


def _charge_problems(cart: Cart, known: bool) -> Iterator[Problem]:
    charges: dict[object, int] = {}
    for place, charge in enumerate(cart.shipping):
        path = f"shipping[{place}]"
        named = isinstance(charge.store, str) and isinstance(charge.method, str) and isinstance(charge.id, str)
        first = charges.setdefault((charge.store, charge.method, charge.id) if named else place, place)
        if first != place:
            other = "; give each an id of its own" if not charge.id else " under the same id"
            yield Problem(f"this store and method are charged by shipping[{first}]{other}", path)
        yield from _amount_problems(charge._amount, cart.currency if known else "", f"{path}.amount")


def _wallet_problems(wallet: Wallet) -> Iterator[Problem]:
    yield from count_problems(wallet.coins, 0, MOST_COINS, "wallet.coins")
    for place, lot in enumerate(wallet.coupons):
        path = f"wallet.coupons[{place}]"
        yield from count_problems(lot.pieces, 0, MOST_UNITS, f"{path}.pieces")
        if lot.expires is None:
            continue
        if not isinstance(lot.expires, datetime) or lot.expires.utcoffset() is None:
            yield Problem("needs an offset, as in 2026-06-25T00:00:00-07:00", f"{path}.expires")
            continue
        try:
            in_utc(lot.expires)
        except OverflowError:
            yield Problem("is outside the calendar", f"{path}.expires")


def _amount_problems(amount: Amount, expected: str, path: str) -> Iterator[Problem]:
    """Of an amount that should be in a currency; none is expected when the cart's is not known."""
    minor, currency = amount
    if minor < 0:
        yield Problem("an amount is never negative", path)
    if minor >= LARGEST:
        yield Problem("is too large for an amount", path)
    if expected and currency != expected:
        yield Problem(f"is in {currency}, but the cart is in {shown(expected)}", path)


def in_utc(instant: datetime) -> datetime:
    """The same instant in UTC, where comparing is cheap."""
    return instant.astimezone(UTC)
