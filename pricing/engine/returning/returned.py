"""What has come back of an order: units of lines, parts of shipping charges, and what is wrong with a return (SPEC 8).

`refund.py` works out what it is worth.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from attrs import field, frozen

from pricing.model.errors import CartError, Problem, shown
from pricing.model.quote import Quote, QuoteCharge, QuoteLine
from pricing.model.refund import first_units
from pricing.money import AmountError, from_money, show

if TYPE_CHECKING:
    from money.money import Money


@frozen
class Earlier:
    """What came back before this return; all empty for the first one."""

    units: Mapping[str, int] = field(factory=dict)
    """Line id: units."""
    cash: Mapping[str, int] = field(factory=dict)
    """Line id: minor units paid back, agreed amounts included. Empty: what SPEC pays for `units` at once; after several
    returns under `refund to recompute` give it, for a return that paid nothing there is not made up by a later one."""
    shipping: bool | Mapping[str, int] = False
    """Whether shipping was paid back; or, in part, minor units by charge, as in "nova-home/standard"."""
    agreed: Mapping[str, int] = field(factory=dict)
    """Line id: minor units of `cash` that were agreed on without a return. `refund to recompute` does not take them off
    what a return is worth."""


def charge_name(charge: QuoteCharge) -> str:
    """How a caller names a charge: store/method, or store/method/id where it has an id."""
    return f"{charge.store}/{charge.method}" + (f"/{charge.id}" if charge.id else "")


def minor_unit(amount: Money | int, currency: str, path: str) -> int:
    """Minor units of an amount of the order's currency; whole numbers are minor units. Raises CartError."""
    if isinstance(amount, int):  # a bool is refused where it is looked at
        return amount
    try:
        minor, named = from_money(amount)
    except AmountError as error:
        raise CartError([Problem(str(error), path)]) from None
    if named != currency:
        raise CartError([Problem(f"is in {named}, but the order is in {currency!r}", path)])
    return minor


def minor_units(shipping: bool | Mapping[str, Money | int], currency: str) -> bool | dict[str, int]:
    """What is asked for of shipping, in minor units; not looked at any closer."""
    if isinstance(shipping, bool):
        return shipping
    if not isinstance(shipping, Mapping):
        raise CartError([Problem(f"expected True, False or amounts by charge, not {shown(shipping)}", "shipping")])
    return {name: minor_unit(amount, currency, f"shipping[{name}]") for name, amount in shipping.items()}


def _whole(charge: QuoteCharge) -> int:
    """In how many parts a charge can come back: its minor units; a free one as a whole."""
    return charge.pays or 1


def charges_back(quote: Quote, shipping: bool | Mapping[str, int]) -> dict[str, int]:
    """For each charge, how many of its parts have come back."""
    if isinstance(shipping, bool):
        return {charge_name(charge): _whole(charge) * shipping for charge in quote.shipping}
    return {charge_name(charge): shipping.get(charge_name(charge), 0) for charge in quote.shipping}


def more_back(quote: Quote, before: Mapping[str, int], asked: bool | Mapping[str, int]) -> dict[str, int]:
    """For each charge, how many of its parts come back now."""
    if isinstance(asked, bool):
        return {name: (many - before[name]) * asked for name, many in charges_back(quote, True).items()}
    return charges_back(quote, asked)


class Part:
    """One line, or one shipping charge, with some of it back."""

    __slots__ = ("back", "id", "is_charge", "savings", "store", "whole")

    def __init__(self, priced: QuoteLine | QuoteCharge, back: int) -> None:
        self.is_charge = isinstance(priced, QuoteCharge)
        self.id = charge_id(priced) if isinstance(priced, QuoteCharge) else priced.id
        self.store = priced.store
        self.savings = priced.savings
        self.whole = _whole(priced) if isinstance(priced, QuoteCharge) else priced.quantity
        self.back = back
        """Units of a line, minor units of a charge."""

    @property
    def is_whole(self) -> bool:
        """Whether all of it is back."""
        return self.back == self.whole

    def share(self, amount: int) -> int:
        """What is back of an amount that belongs to the whole: of a line unit by unit, of a charge in proportion."""
        return amount * self.back // self.whole if self.is_charge else first_units(amount, self.whole, self.back)


class State:
    """The order with some of its units and charges returned."""

    __slots__ = ("charges", "quote", "units")

    def __init__(self, quote: Quote, units: Mapping[str, int], charges: Mapping[str, int]) -> None:
        self.quote = quote
        self.units = units
        self.charges = charges

    def parts(self) -> Iterator[Part]:
        """Every line, then every shipping charge."""
        for line in self.quote.lines:
            yield Part(line, self.units.get(line.id, 0))
        for charge in self.quote.shipping:
            yield Part(charge, self.charges[charge_name(charge)])


def charge_id(charge: QuoteCharge) -> str:
    """A name that no line can be confused with in practice: it starts with a control character."""
    return f"\x1f{charge.store}\x1f{charge.method}\x1f{charge.id}"


def paid_back(line: QuoteLine, earlier: Earlier) -> int:
    """Minor units paid back for the line so far."""
    if line.id in earlier.cash:
        return earlier.cash[line.id]
    return first_units(line.pays, line.quantity, earlier.units.get(line.id, 0))


def problems_of(
    quote: Quote, returned: object, earlier: Earlier, at: object, shipping: bool | Mapping[str, int]
) -> Iterator[Problem]:
    """Everything that makes this return impossible."""
    if not isinstance(at, datetime) or at.utcoffset() is None:
        yield Problem("needs an offset, as in 2026-06-20T18:30:00-07:00", "at")
    if not isinstance(earlier.shipping, (bool, Mapping)):
        yield Problem(f"expected True, False or amounts by charge, not {shown(earlier.shipping)}", "before.shipping")
    elif wrong := [name for name, back in _amounts(earlier.shipping) if type(back) is not int or back < 0]:
        yield Problem("an amount paid back is a whole number from zero", f"before.shipping[{wrong[0]}]")
    else:
        yield from _shipping_problems(quote, earlier.shipping, shipping)
    left = {line.id: line.quantity for line in quote.lines}
    for path, units_of in (("before", earlier.units), ("returned", returned)):
        if not isinstance(units_of, Mapping):
            yield Problem(f"expected units by line, not {shown(units_of)}", path)
            continue
        for name, units in units_of.items():
            if name not in left:
                yield Problem(f"the order has no line {name!r}", path)
            elif type(units) is not int or units < 0:
                yield Problem(f"units are a whole number from 0, not {shown(units)}", f"{path}[{name}]")
            elif units > left[name]:
                whole = next(line.quantity for line in quote.lines if line.id == name)
                yield Problem(f"only {left[name]} of {whole} units are left to return, not {units}", f"{path}[{name}]")
            else:
                left[name] -= units
    if not shipping and isinstance(returned, Mapping) and not any(returned.values()):
        yield Problem("nothing is returned", "returned")


def _amounts(shipping: bool | Mapping[str, int]) -> Iterator[tuple[str, int]]:
    if not isinstance(shipping, bool):
        yield from shipping.items()


def _shipping_problems(
    quote: Quote, before: bool | Mapping[str, int], asked: bool | Mapping[str, int]
) -> Iterator[Problem]:
    if asked is False:
        return
    names = [charge_name(charge) for charge in quote.shipping]
    pays = {charge_name(charge): charge.pays for charge in quote.shipping}
    back = charges_back(quote, before)
    if asked is True:
        if before and all(back[name] >= pays[name] for name in names):
            yield Problem("shipping was paid back before", "shipping")
        return
    for name, amount in asked.items():
        path = f"shipping[{name}]"
        if names.count(name) != 1:
            yield Problem(f"the order has {'no' if name not in names else 'more than one'} charge {name!r}", "shipping")
        elif type(amount) is not int or amount <= 0:
            yield Problem("an amount paid back is a whole number above zero", path)
        elif amount > pays[name] - back[name]:
            left, more = (show(minor, quote.currency) for minor in (pays[name] - back[name], amount))
            yield Problem(f"at most {left} is left to pay back, not {more}", path)
