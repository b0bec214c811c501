"""What a customer wants to buy, and what is known of earlier uses (SPEC section 1).

Built by a caller from py-money amounts, or by `wire` from JSON; read by `engine.match`. Amounts are kept in minor
units. Whatever way a cart is built, it is checked here, once: what reaches the engine is sound.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timezone
from itertools import chain
from typing import TYPE_CHECKING, Any
from unicodedata import category

from attrs import field, frozen
from attrs.converters import optional

from pricing.model.doors import doors
from pricing.model.errors import CartError, Problem, shown
from pricing.money import LARGEST, AmountError, decimals, from_money, to_money

if TYPE_CHECKING:
    from money.money import Money

Amount = tuple[int, str]
"""Minor units and currency code: what a `Money` becomes inside."""

MOST_UNITS = 1_000_000
"""No line may ask for more units, and no wallet hold more pieces."""
MOST_COINS = 10**12
MOST_LINES = 10_000
"""No cart may have more lines; no list in it more entries."""
MOST_TEXT = 1_000
"""No name may have more characters."""
MOST_USES = 10**15
"""No count of earlier uses may be higher."""


def _minor(value: Money | Amount) -> Amount:
    if type(value) is tuple:
        return value
    try:
        return from_money(value)  # type: ignore[arg-type]  # a tuple that is not exactly a tuple is refused inside
    except AmountError as error:
        raise CartError([Problem(str(error), "price")]) from None


def _entries(values: Iterable[Any]) -> tuple[Any, ...]:
    # A text is an iterable too, of letters: `tags="new"` would quietly become n, e, w. The cart's check says so.
    if type(values) is tuple or isinstance(values, (str, bytes)) or not isinstance(values, Iterable):
        return values  # type: ignore[return-value]
    return tuple(values)


def _settled(instant: Any) -> Any:
    """The same instant with the offset it has, as a number instead of a zone.

    A zone cannot be written as JSON, and Python calls no two instants equal when one falls into the hour that a clock
    change repeats.
    """
    if not isinstance(instant, datetime) or instant.tzinfo is None or type(instant.tzinfo) is timezone:
        return instant
    offset = instant.utcoffset()
    return instant if offset is None else instant.replace(tzinfo=timezone(offset), fold=0)


@frozen
class Line:
    """A row of the cart: some units of one sku."""

    sku: str
    store: str
    _price: Amount = field(converter=_minor)
    """List price of one unit: given as `price`, a py-money `Money`."""
    quantity: int
    id: str = field()
    """Unique in the cart; the sku when not given."""
    categories: tuple[str, ...] = field(default=(), converter=_entries)
    """Paths such as `home/kitchen`."""
    brand: str = ""
    tags: tuple[str, ...] = field(default=(), converter=_entries)
    title: str = ""
    """What people call the item."""
    _was: Amount | None = field(default=None, converter=optional(_minor), alias="was")
    """The struck price of one unit, given as `was`; above `price` it says that the line is reduced."""
    _floor: Amount | None = field(default=None, converter=optional(_minor), alias="floor")
    """The least that one unit may cost, given as `floor`."""

    @id.default
    def _sku_as_id(self) -> str:
        return self.sku

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
        return self._price[1]

    @property
    def was(self) -> Money | None:
        """The struck price of one unit; None when it has none."""
        return None if self._was is None else to_money(*self._was)

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
    _amount: Amount = field(converter=_minor)
    """Given as `amount`, a py-money `Money`."""
    id: str = ""
    """Tells charges of one store and method apart (parcels)."""

    @property
    def amount(self) -> Money:
        return to_money(*self._amount)

    @property
    def minor(self) -> int:
        """The charge in minor units."""
        return self._amount[0]

    @property
    def currency(self) -> str:
        return self._amount[1]


@frozen
class Customer:
    """Who buys."""

    id: str = ""
    segments: tuple[str, ...] = field(default=(), converter=_entries)
    """Names such as `new`, `vip`."""


@frozen
class Lot:
    """Pieces of one coupon that expire together."""

    rule: str
    pieces: int
    expires: datetime | None = field(default=None, converter=_settled)
    """Aware; the pieces can be used before this instant. None: never expires."""


@frozen
class TypedCode:
    """A single code out of many, with the rule that the ledger found for it."""

    code: str
    rule: str


@frozen
class Wallet:
    """What the customer holds."""

    coins: int = 0
    coupons: tuple[Lot, ...] = field(default=(), converter=_entries)


@frozen
class Cart:
    """One checkout. Raises CartError, with every problem and its path, when the parts do not fit together."""

    currency: str
    at: datetime = field(converter=_settled)
    """The instant to price at; aware. A zone becomes the offset that it has at that instant."""
    lines: tuple[Line, ...] = field(converter=_entries)
    shipping: tuple[ShippingCharge, ...] = field(default=(), converter=_entries)
    customer: Customer = Customer()
    channel: str = ""
    country: str = ""
    wallet: Wallet = Wallet()
    codes: tuple[str, ...] = field(default=(), converter=_entries)
    """What the customer typed."""
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


@frozen
class RuleUsage:
    """Earlier uses of one rule, as counted by whoever keeps the ledger."""

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


NO_USAGE = RuleUsage()

Usage = Mapping[str, RuleUsage]
"""By rule name; a rule that is not named has not been used."""


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
    lists: list[tuple[str, Any, type]] = [
        ("lines", cart.lines, Line),
        ("shipping", cart.shipping, ShippingCharge),
        ("codes", cart.codes, str),
        ("customer.segments", getattr(cart.customer, "segments", ()), str),
        ("wallet.coupons", getattr(cart.wallet, "coupons", ()), Lot),
    ]
    for path, entries, expected in lists:
        yield from _list_problems(path, entries, expected)
    for place, line in enumerate(cart.lines if type(cart.lines) is tuple else ()):
        if type(line) is Line and not type(line.categories) is type(line.tags) is tuple:
            yield from _list_problems(f"lines[{place}].categories", line.categories, str)
            yield from _list_problems(f"lines[{place}].tags", line.tags, str)


def _list_problems(path: str, entries: object, expected: type) -> Iterator[Problem]:
    """What is wrong with a list as a whole, and entries of a wrong type; of texts, `text_problem` says more."""
    if type(entries) is not tuple:
        yield Problem(f"expected a list, not {shown(entries)}", path)
    elif len(entries) > MOST_LINES:
        yield Problem(f"has {len(entries)} entries; at most {MOST_LINES} are allowed", path)
    elif expected is not str:
        for place, entry in enumerate(entries):
            if type(entry) is not expected:
                yield Problem(f"expected a {expected.__name__}, not {shown(entry)}", f"{path}[{place}]")


def text_problem(value: object, *, may_be_empty: bool = False) -> str | None:
    """What is wrong with a name, or None. Control characters and half characters never get past the door."""
    if not isinstance(value, str):
        return f"expected text, not {shown(value)}"
    if not value:
        return None if may_be_empty else "is empty"
    if len(value) > MOST_TEXT:
        return f"has {len(value)} characters; at most {MOST_TEXT} are allowed"
    if not value.isprintable():
        for letter in value:
            if category(letter) in _NOT_IN_NAMES or letter in _TURNS_TEXT_ROUND:
                return f"contains a character that cannot be shown, {letter!a}"
    return None


_NOT_IN_NAMES = frozenset({"Cc", "Cs", "Zl", "Zp"})
"""Control characters, halves of surrogate pairs, line and paragraph separators."""
_TURNS_TEXT_ROUND = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""These make what follows read backwards, amounts on a receipt included."""


def _text_problems(cart: Cart) -> Iterator[Problem]:
    """Names that are empty, too long or not to be shown: one look at all of them together, one by one when needed."""
    needed = [cart.currency, *cart.codes, *cart.customer.segments, *[lot.rule for lot in cart.wallet.coupons]]
    optional = [cart.channel, cart.country, cart.customer.id]
    for line in cart.lines:
        needed += (line.sku, line.store, line.id, *line.categories, *line.tags)
        optional.append(line.brand)
    for charge in cart.shipping:
        needed += (charge.store, charge.method)
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
    yield "channel", cart.channel, True
    yield "country", cart.country, True
    yield "customer.id", cart.customer.id, True
    yield from _each("customer.segments", cart.customer.segments)
    for place, line in enumerate(cart.lines):
        path = f"lines[{place}]"
        yield f"{path}.id", line.id, False
        yield f"{path}.sku", line.sku, False
        yield f"{path}.store", line.store, False
        yield f"{path}.brand", line.brand, True
        yield from _each(f"{path}.categories", line.categories)
        yield from _each(f"{path}.tags", line.tags)
    for place, charge in enumerate(cart.shipping):
        yield f"shipping[{place}].store", charge.store, False
        yield f"shipping[{place}].method", charge.method, False
    for place, lot in enumerate(cart.wallet.coupons):
        yield f"wallet.coupons[{place}].rule", lot.rule, False
    yield from _each("codes", cart.codes)


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
            yield from _amount_problems(price, line.currency, cart.currency, f"lines[{place}].price")
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
        named = isinstance(charge.store, str) and isinstance(charge.method, str)
        first = charges.setdefault((charge.store, charge.method) if named else place, place)
        if first != place:
            yield Problem(f"this store and method are charged by shipping[{first}]", path)
        expected = cart.currency if known else charge.currency
        yield from _amount_problems(charge.minor, charge.currency, expected, f"{path}.amount")


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


def _amount_problems(minor: int, currency: str, expected: str, path: str) -> Iterator[Problem]:
    if minor < 0:
        yield Problem("an amount is never negative", path)
    if currency != expected:
        yield Problem(f"is in {currency}, but the cart is in {shown(expected)}", path)


def count_problems(count: object, least: int, most: int, path: str) -> Iterator[Problem]:
    """What is wrong with a count of things."""
    if type(count) is not int:  # a bool is an int to Python, and no count to anybody else
        yield Problem(f"expected a whole number, not {shown(count)}", path)
    elif not least <= count <= most:
        yield Problem(f"must be from {least} to {most}, not {shown(count)}", path)


def in_utc(instant: datetime) -> datetime:
    """The same instant in UTC, where comparing is cheap."""
    return instant.astimezone(UTC)
